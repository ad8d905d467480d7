"""The whole loop on a Label Studio of its own, for real; each step can be done again."""

import secrets
from pathlib import Path
from typing import Any

import msgspec

from annotate.demo import material
from annotate.label_studio import accounts, local_server
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.pages.reading import reading_page
from annotate.progress import Progress
from annotate.study.folder import Study, init_study, open_study
from annotate.study.projects import find_projects
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
from schemas.codebook import Codebook
from schemas.files import home, write_private_json, write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Commentary, Record, Sentence
from schemas.studio_json import to_result
from train.evaluate import cross_validate
from train.evaluation.model_figures import figures_of
from train.evaluation.report import EvaluationReport
from train.fit import TrainReport, fit
from train.persistence.folder import save_model


class Login(Record, frozen=True, kw_only=True):
    url: str
    email: str
    password: str | None  # only where this run made the account


class Coded(Record, frozen=True, kw_only=True):
    """How many codings of an annotator arrived now, and how many were there."""

    annotator: str
    created: int
    present: int


class DemoReport(Record, frozen=True, kw_only=True):
    """Every step's report under the verb's name."""

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


def run_demo(folder: Path, *, progress: Progress) -> DemoReport:
    """Runs the loop in this folder, from what is there; a second run creates nothing.

    The server is always the local one: LABEL_STUDIO_URL is not looked at.
    """
    before = local_server.load()
    server = local_server.start(progress)
    password = server.password if local_server.is_new(server, before) else None
    studio = Studio(server.url, server.token)
    study = demo_study(folder)
    codebook = study.codebook()
    progress("splitting commentaries into sentences")
    split = split_study(study)
    pushed = push(studio, study, progress=progress)
    coded = _code(server, studio, study, codebook, progress)
    pulled = pull(studio, study, progress=progress)
    progress("measuring agreement")
    agreement = agree(read_jsonl(study.annotations, Annotation), codebook)
    gold, adjudicated = adjudicate_study(study)
    progress(f"training on {len(gold)} sentences")
    model, trained = fit(gold, codebook)
    progress("cross-validating, grouped by commentary")
    codings = list(read_jsonl(study.annotations, Annotation))
    evaluation = cross_validate(gold, codebook, annotations=codings)
    model = model.with_figures(figures_of(evaluation))
    model_dir = save_model(model, study.models / model.meta.model_version)
    tagged = tag_pieces(model_source(model), _held_out(study))
    write_jsonl(study.data / "tagged.jsonl", (p for piece in tagged for p in piece.predictions))
    page = study.reports / f"{tagged[0].commentary.commentary_id}.html"
    write_text(page, reading_page(tagged[:1], codebook, model_version=model.meta.model_version))
    suggested = prelabel(studio, study, model, progress=progress)
    return DemoReport(
        study=str(folder),
        studio=Login(url=server.url, email=server.email, password=password),
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
    )


def demo_study(folder: Path) -> Study:
    """The demo's study, made where it is not there yet."""
    if (folder / "study.yaml").exists():
        study = open_study(folder)
    else:
        study = init_study(
            folder,
            codebook=material.CODEBOOK,
            targets=material.TARGETS,
            annotators=material.ANNOTATORS,
            name="demo",
        )
    material.copy_commentaries(study.commentary_folder)
    return study


def _held_out(study: Study) -> list[Piece]:
    sentences = list(read_jsonl(study.sentences, Sentence))
    return [
        (c, [s for s in sentences if s.commentary_id == c.commentary_id])
        for c in read_jsonl(study.commentaries, Commentary)
        if c.commentary_id in material.HELD_OUT
    ]


def _code(
    server: LocalStudio, studio: Studio, study: Study, codebook: Codebook, progress: Progress
) -> list[Coded]:
    """Lets each annotator's codings arrive in their project, through the API as that user."""
    projects = find_projects(studio, study, material.ANNOTATORS)
    done = []
    for name in material.ANNOTATORS:
        person = Studio(server.url, _token(server, name))
        codings_by_id = material.codings(name)
        tasks = [
            t for t in studio.tasks(projects[name].id) if t.data.get("commentary_id") not in material.HELD_OUT
        ]
        todo = [task for task in tasks if not task.coded and task.data.get("sentence_id") in codings_by_id]
        for n, task in enumerate(todo):
            progress(f"{name} codes", n, len(todo))
            layers = codings_by_id[task.data["sentence_id"]].layers
            person.create_annotation(task.id, to_result(layers, codebook))
        done.append(Coded(annotator=name, created=len(todo), present=sum(task.coded > 0 for task in tasks)))
    return done


def _token(server: LocalStudio, name: str) -> str:
    """The annotator's access token: an account by the invite link, made once and remembered."""
    path = home() / "label-studio" / "demo-accounts.json"
    known: dict[str, dict[str, str]] = msgspec.json.decode(path.read_bytes()) if path.exists() else {}
    if name not in known:
        person: dict[str, Any] = {
            "email": f"{name}-{secrets.token_hex(3)}@standpunkt.example",  # new even where this file was lost
            "password": secrets.token_urlsafe(18),
        }
        invite = accounts.invite_link(server.url, server.email, server.password)
        accounts.sign_up(invite, person["email"], person["password"])
        person["token"] = accounts.make_token(server.url, person["email"], person["password"])
        known[name] = person
        write_private_json(path, known)
    return known[name]["token"]
