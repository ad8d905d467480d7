"""The whole loop on a Label Studio of its own, for real; each step can be done again."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from annotate.demo import material
from annotate.demo.coders import Coded, Login, code
from annotate.label_studio import local_server
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.pages.reading import reading_page
from annotate.progress import Progress
from annotate.report.chapters import to_document
from annotate.report.gather import gather
from annotate.report.page import report_page
from annotate.report.people_chapter import named_sentences
from annotate.study.annotations import in_order, of_other_tools_path, own_rows, with_imported
from annotate.study.folder import Study, init_study, open_study
from annotate.study.split import SplitReport, split_study
from annotate.sync.adjudication import adjudicate_study
from annotate.sync.prelabel import PrelabelReport, prelabel
from annotate.sync.pull import PullReport, pull
from annotate.sync.push import PushReport, push
from annotate.tag.pieces import tag_pieces
from annotate.tag.report import TagReport, counts_in, tag_report
from annotate.tag.source import model_source
from annotate.texts.sentences import Piece
from exports.adjudication.adjudicate import AdjudicationReport
from exports.agreement.agree import agree
from exports.agreement.report import AgreementReport
from exports.agreement.report_text import Place
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.files import write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Commentary, Record, Sentence
from schemas.studio_json import read_result, to_result
from train.evaluate import cross_validate
from train.evaluation.model_figures import figures_of
from train.evaluation.report import EvaluationReport
from train.fit import TrainReport, fit
from train.persistence.folder import save_model
from train.settings import USUAL_ENCODER, changed

_STUDY = "demo"


class DemoReport(Record, frozen=True, kw_only=True):
    """Every step's report under the verb's name; ``page`` and ``report`` are files."""

    study: str
    studio: Login
    split: SplitReport
    push: PushReport
    code: list[Coded]
    pull: PullReport
    agree: AgreementReport
    adjudicate: AdjudicationReport
    train: TrainReport
    evaluate: EvaluationReport
    tag: TagReport
    prelabel: PrelabelReport
    page: str
    report: str


class StudyReport(Record, frozen=True, kw_only=True):
    """What was laid without a server."""

    study: str
    split: SplitReport
    code: list[Coded]


class Step(Protocol):
    """Shows a step as long as its block lasts: the verb that does it, what it does, how far it is."""

    def __call__(self, verb: str, what: str, /) -> AbstractContextManager[Progress]: ...


def run_demo(folder: Path, *, step: Step, say: Callable[[str], None]) -> DemoReport:
    """Runs the loop in this folder, from what is there; a second run creates nothing.

    The server is always the local one: LABEL_STUDIO_URL is not looked at. ``say`` is told for whom the demo
    waits.
    """
    study = demo_study(folder)
    if not local_server.status().installed:
        with step("studio install", "Label Studio, in an environment of its own") as progress:
            local_server.install(progress)
    before = local_server.load()
    with step("studio start", "Label Studio on this machine") as progress:
        server = local_server.start(progress)
    password = server.password if local_server.is_new(server, before) else None
    with study.locked("demo", say):
        return _loop(server, study, Login(url=server.url, email=server.email, password=password), step)


def _loop(server: LocalStudio, study: Study, login: Login, step: Step) -> DemoReport:
    studio, codebook = Studio(server.url, server.token), study.codebook()
    with step("split", "commentaries into sentences"):
        split = split_study(study)
    with step("push", "the sentences, a project for anna and one for ben") as progress:
        pushed = push(studio, study, progress=progress)
    with step("", "anna and ben code in Label Studio, both at once") as progress:
        coded = code(server, studio, study, codebook, progress)
    with step("pull", "what they coded") as progress:
        pulled = pull(studio, study, progress=progress)
    codings = list(read_jsonl(study.annotations, Annotation))
    with step("agree", "how far the two agree"):
        agreement = agree(codings, codebook)
    with step("adjudicate", "where they do: sentences to learn from"):
        gold, adjudicated = adjudicate_study(study)
    settings = changed(encoder=USUAL_ENCODER)
    with step("train", f"a classifier on {len(gold)} sentences"):
        model, trained = fit(gold, codebook, settings=settings)
    with step("evaluate", "it, five times, on commentaries it has not seen"):
        evaluation = cross_validate(gold, codebook, settings=settings, annotations=codings)
        model = model.with_figures(figures_of(evaluation))
        model_dir = save_model(model, study.models / model.meta.model_version)
    held_out = _held_out(study)
    with step("tag", f"{len(held_out)} commentaries that nobody coded"):
        tagged = tag_pieces(model_source(model), held_out)
        write_jsonl(study.data / "tagged.jsonl", (p for piece in tagged for p in piece.predictions))
        page = study.reports / f"{tagged[0].commentary.commentary_id}.html"
        write_text(page, reading_page(tagged[:1], codebook, model_version=model.meta.model_version))
    with step("prelabel", "suggestions for them in Label Studio") as progress:
        suggested = prelabel(studio, study, model, progress=progress)
    with step("report", "every figure, and what may be said with it") as progress:
        report = _write_report(study, codebook, evaluation, progress)
    return DemoReport(
        study=str(study.folder),
        studio=login,
        split=split,
        push=pushed,
        code=coded,
        pull=pulled,
        agree=agreement,
        adjudicate=adjudicated,
        train=msgspec.structs.replace(trained, model_dir=str(model_dir)),
        evaluate=evaluation,
        tag=tag_report(model.meta.model_version, [counts_in(piece, codebook) for piece in tagged]),
        prelabel=suggested,
        page=str(page),
        report=str(report),
    )


def lay_study(folder: Path, *, say: Callable[[str], None]) -> StudyReport:
    """Makes the demo's study with its codings and no server; what is there already stays.

    The codings are kept as those of another tool are, so that a later `pull` knows them from its own.
    """
    study = demo_study(folder)
    with study.locked("demo", say):
        split = split_study(study)
        known = {(row.sentence_id, row.annotator) for row in _present(study)}
        book = study.codebook()
        rows = [
            Annotation(
                sentence_id=sentence.sentence_id,
                commentary_id=sentence.commentary_id,
                annotator=name,
                codebook=book.codebook,
                codebook_version=book.version,
                phase="main",
                layers=read_result(to_result(coding.layers, book), book).layers,
            )
            for name in material.ANNOTATORS
            for codings in [material.codings(name)]
            for sentence in read_jsonl(study.sentences, Sentence)
            if sentence.commentary_id not in material.HELD_OUT
            and (coding := codings.get(sentence.sentence_id)) is not None
        ]
        write_jsonl(of_other_tools_path(study), rows)
        write_jsonl(study.annotations, in_order(with_imported(study, own_rows(study)), study))
    new = Counter(row.annotator for row in rows if (row.sentence_id, row.annotator) not in known)
    old = Counter(name for _, name in known)
    coded = [Coded(annotator=name, created=new[name], present=old[name]) for name in material.ANNOTATORS]
    return StudyReport(study=str(folder), split=split, code=coded)


def demo_study(folder: Path) -> Study:
    """The demo's study, made where it is not there yet.

    Raises
    ------
    DataError
        The folder holds another study.
    """
    if (folder / "study.yaml").exists():
        study = open_study(folder)
        if study.name != _STUDY or not {*material.ANNOTATORS} <= {*study.settings.annotators}:
            raise DataError(
                f'is the study "{study.name}", nothing was changed: expected a new folder, or the demo\'s',
                path=folder,
            )
    else:
        study = init_study(
            folder,
            codebook=material.CODEBOOK,
            targets=material.TARGETS,
            annotators=material.ANNOTATORS,
            name=_STUDY,
        )
    material.copy_commentaries(study.commentary_folder)
    return study


def has_codings(folder: Path) -> bool:
    """Whether a run in this folder has come as far as codings."""
    return (folder / "study.yaml").exists() and bool(_present(open_study(folder)))


def _present(study: Study) -> list[Annotation]:
    return list(read_jsonl(study.annotations, Annotation)) if study.annotations.exists() else []


def _held_out(study: Study) -> list[Piece]:
    sentences = list(read_jsonl(study.sentences, Sentence))
    return [
        (c, [s for s in sentences if s.commentary_id == c.commentary_id])
        for c in read_jsonl(study.commentaries, Commentary)
        if c.commentary_id in material.HELD_OUT
    ]


def _write_report(study: Study, book: Codebook, evaluation: EvaluationReport, progress: Progress) -> Path:
    """What `standpunkt report` writes, with the figures that are there already and no learning curve."""
    found = gather(study, evaluation=evaluation, progress=progress)
    named = set(named_sentences(found.agreement, book)) if found.agreement else set()
    texts = {row.sentence_id: row.text for row in read_jsonl(study.sentences, Sentence)}
    places = {name: Place(text=texts.get(name, ""), links=()) for name in named}
    path = study.reports / "report.html"
    write_text(path, report_page(to_document(found, book, places)))
    return path
