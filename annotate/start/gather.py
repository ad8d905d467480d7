"""From a study's files and its server to what the start page shows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from annotate.label_studio.client import stream_link
from annotate.report.gather import corpus_of
from annotate.start.doubts import doubts_of
from annotate.start.facts import (
    Confused,
    Doubt,
    Example,
    ModelOutlook,
    OpenTie,
    Phase,
    StartReport,
    StudyPage,
    Worker,
)
from annotate.start.outlook import learned, model_outlook
from annotate.study.connect import connect
from annotate.study.folder import Study
from annotate.study.identity import LETTERS
from annotate.study.next_step import Server, Standing, files_of, next_step, rows_in, server_of
from annotate.study.projects import remembered_projects, task_links
from annotate.study.split import corrections_of
from annotate.sync.adjudication import adjudicate_study
from annotate.sync.status import AnnotatorProgress, StatusReport, minutes_left, study_status
from exports.adjudication.adjudicate import AdjudicationReport, Tie
from exports.agreement.agree import agree
from exports.agreement.report import AgreementReport
from exports.agreement.report_text import next_steps
from schemas.codebook import Codebook
from schemas.errors import DataError, StandpunktError
from schemas.files import read_bytes
from schemas.records import Annotation, Assignment, Commentary, GoldSentence, Sentence
from train.evaluation.report import CurvePoint, Gain

R = TypeVar("R")
_CONFUSIONS, _EXAMPLES, _TIES = 3, 2, 3
#: Folders of a study with pages that are not to be read: what was handed in, and what is the server's.
_NO_PAGES = ("commentaries", "data", "models", ".standpunkt", LETTERS)
#: The start page itself, as a file.
_OWN = Path("reports", "start.html")
_KINDS = {"report": "report", "agreement": "agreement", "evaluation": "evaluation"}


class Known(NamedTuple):
    """What is read of a study's files: all but what its server says, and what follows from both."""

    codebook: Codebook
    commentaries: list[Commentary]
    sentences: list[Sentence]
    assignments: list[Assignment]
    rows: list[Annotation]
    gold: list[GoldSentence]
    doubts: list[Doubt]
    agreement: AgreementReport | None
    confusions: list[Confused]
    adjudication: AdjudicationReport | None
    ties: list[OpenTie]
    model: ModelOutlook | None
    reasons: dict[str, str]


def gather(study: Study, *, url: str | None = None) -> StartReport:
    """All that the start page shows."""
    return start_report(study, known_of(study), *ask_server(study, url=url))


def known_of(study: Study) -> Known:
    """What the files say; figures that there are none of have a reason."""
    book = study.codebook()
    commentaries = rows_in(study.commentaries, Commentary)
    sentences = rows_in(study.sentences, Sentence)
    rows = rows_in(study.annotations, Annotation)
    gold = rows_in(study.gold, GoldSentence)
    reasons: dict[str, str] = {}
    agreement = adjudicated = None
    if rows:
        chains = {s.sentence_id: s.chain_id for s in sentences if s.chain_id}
        agreement = _or_reason("agreement", reasons, lambda: agree(rows, book, chains=chains))
        decided = _or_reason("adjudication", reasons, lambda: adjudicate_study(study, dry_run=True))
        adjudicated = decided[1] if decided else None
    examples = _Examples(study, sentences, rows)
    return Known(
        codebook=book,
        commentaries=commentaries,
        sentences=sentences,
        assignments=rows_in(study.assignments, Assignment),
        rows=rows,
        gold=gold,
        doubts=doubts_of(commentaries, corrections_of(study)),
        agreement=agreement,
        confusions=_confusions(agreement, book, examples) if agreement else [],
        adjudication=adjudicated,
        ties=_ties(adjudicated, examples) if adjudicated else [],
        model=_or_reason("model", reasons, lambda: _model(study, gold)),
        reasons=reasons,
    )


def ask_server(study: Study, *, url: str | None = None) -> tuple[Server, StatusReport | None]:
    """Whether Label Studio answers, and who has how much to do there; it is asked once and not again."""
    server = server_of(study, url)
    if not server.answers:
        return server, None
    try:
        status = study_status(connect(study, url=url, read_only=True), study)
    except StandpunktError as error:
        return msgspec.structs.replace(server, answers=False, holds=False, reason=str(error)), None
    holds = any(progress.project is not None for progress in status.annotators)
    return msgspec.structs.replace(server, holds=holds), status


def start_report(study: Study, known: Known, server: Server, status: StatusReport | None) -> StartReport:
    """The report of what is known of the files, and what the server said."""
    workers = _workers(study, known, status)
    unpulled = _unpulled(workers, known, status)
    found = Standing(
        sentences=known.sentences,
        assignments=known.assignments,
        rows=known.rows,
        gold=known.gold,
        left=sum(worker.progress.open for worker in workers),
        server=lambda: server,
        model=lambda: learned(known.model) if known.model else None,
        unpulled=unpulled,
        lacks_tasks=status is not None and _lacks_tasks(workers, known),
    )
    return StartReport(
        study=study.name,
        folder=str(study.folder.resolve()),
        language=known.codebook.language,
        codebook=known.codebook.codebook,
        codebook_version=known.codebook.version,
        files=files_of(study),
        corpus=corpus_of(known.commentaries, known.sentences, known.rows) if known.commentaries else None,
        languages=dict(Counter(_language(c) for c in known.commentaries).most_common()),
        doubts=known.doubts,
        server=server,
        workers=workers,
        notices=status.notices if status else [],
        unpulled=unpulled,
        agreement=known.agreement,
        confusions=known.confusions,
        adjudication=known.adjudication,
        ties=known.ties,
        gold=len(known.gold),
        model=known.model,
        pages=pages_of(study, known.codebook),
        next=next_step(study, found),
        reasons=known.reasons,
    )


def _or_reason(what: str, reasons: dict[str, str], compute: Callable[[], R]) -> R | None:
    try:
        return compute()
    except StandpunktError as error:
        reasons[what] = str(error)
        return None


def _language(commentary: Commentary) -> str:
    return "de" if commentary.language is UNSET else commentary.language


# ---------------------------------------------------------------------- people


def _workers(study: Study, known: Known, status: StatusReport | None) -> list[Worker]:
    asked = {progress.annotator: progress for progress in status.annotators} if status else {}
    place = remembered_projects(study)
    projects = place[1] if place else {}
    own: dict[str, list[Annotation]] = {name: [] for name in study.settings.annotators}
    drawn: dict[str, list[Assignment]] = {name: [] for name in study.settings.annotators}
    for row in known.rows:
        if row.annotator in own:
            own[row.annotator].append(row)
    for assignment in known.assignments:
        if assignment.annotator in drawn:
            drawn[assignment.annotator].append(assignment)
    workers = []
    for name in study.settings.annotators:
        progress = asked.get(name)
        if progress is None or (progress.project is None and (drawn[name] or own[name])):
            project = projects.get(name) if progress is None else None
            progress = _pulled_progress(name, project, drawn[name], own[name])
        letter = study.folder / LETTERS / f"{name}.txt"
        times = [row.lead_time for row in own[name] if row.lead_time and not row.skipped]
        has_link = place is not None and progress.project is not None
        workers.append(
            Worker(
                progress=progress,
                phases=_phases(drawn[name], own[name]),
                seen=max(
                    (seen for row in own[name] if (seen := row.updated_at or row.created_at)), default=None
                ),
                seconds=round(median(times), 1) if times else None,
                letter=str(letter.relative_to(study.folder)) if letter.exists() else None,
                link=stream_link(place[0], progress.project) if place and has_link else None,  # type: ignore[arg-type]
            )
        )
    return workers


def _pulled_progress(
    name: str, project: int | None, drawn: Sequence[Assignment], own: Sequence[Annotation]
) -> AnnotatorProgress:
    """Somebody's work as the files have it: what was drawn for them, and what was pulled."""
    mine = {a.sentence_id for a in drawn} | {row.sentence_id for row in own}
    skipped = {row.sentence_id for row in own if row.skipped}
    done = {row.sentence_id for row in own} - skipped
    left = len(mine) - len(done) - len(skipped)
    return AnnotatorProgress(
        annotator=name,
        project=project,
        tasks=len(mine),
        done=len(done),
        skipped=len(skipped),
        open=left,
        incomplete=sum(bool(row.incomplete) for row in own),
        suggested=0,
        minutes_left=minutes_left(own, left),
    )


def _phases(drawn: Sequence[Assignment], own: Sequence[Annotation]) -> list[Phase]:
    coded = {row.sentence_id for row in own if not row.skipped}
    tasks = Counter(a.phase for a in drawn)
    done = Counter(a.phase for a in drawn if a.sentence_id in coded)
    return [Phase(phase=phase, tasks=count, done=done[phase]) for phase, count in tasks.items()]


def _unpulled(workers: Sequence[Worker], known: Known, status: StatusReport | None) -> int:
    """Sentences coded on the server that are not in the files yet."""
    if status is None:
        return 0
    pulled = Counter(row.annotator for row in known.rows)
    return sum(max(0, w.progress.done + w.progress.skipped - pulled[w.progress.annotator]) for w in workers)


def _lacks_tasks(workers: Sequence[Worker], known: Known) -> bool:
    """Whether somebody has fewer tasks than were given out to them, or no project."""
    there = {sentence.sentence_id for sentence in known.sentences}
    drawn = Counter(a.annotator for a in known.assignments if a.sentence_id in there)
    return any(
        worker.progress.tasks < drawn[worker.progress.annotator]
        or (worker.progress.project is None and worker.progress.open)
        for worker in workers
    )


# ---------------------------------------------------------------------- agreement and ties


class _Examples:
    """The sentences of the study with their tasks."""

    def __init__(self, study: Study, sentences: Iterable[Sentence], rows: Iterable[Annotation]) -> None:
        self._texts = {s.sentence_id: s.text for s in sentences}
        self._rows: dict[str, list[Annotation]] = {}
        for row in rows:
            self._rows.setdefault(row.sentence_id, []).append(row)
        self._links = task_links(study, (row for of in self._rows.values() for row in of))

    def of(self, sentence_id: str) -> Example:
        links = [
            (row.annotator, self._links[row.annotation_id])
            for row in self._rows.get(sentence_id, [])
            if row.annotation_id in self._links
        ]
        return Example(sentence_id=sentence_id, text=self._texts.get(sentence_id, sentence_id), links=links)


def _confusions(report: AgreementReport, book: Codebook, examples: _Examples) -> list[Confused]:
    return [
        Confused(
            layer=step.layer.id,
            codes=step.confusion.codes,
            target=step.confusion.target or None,
            n=step.confusion.n,
            gain=None if step.confusion.gain is UNSET else step.confusion.gain,
            examples=[examples.of(name) for name in step.confusion.sentences[:_EXAMPLES]],
        )
        for step in next_steps(report, book)[:_CONFUSIONS]
    ]


def _ties(report: AdjudicationReport, examples: _Examples) -> list[OpenTie]:
    """The first ties, each of another sentence."""
    firsts: dict[str, Tie] = {}
    for tie in report.ties:
        firsts.setdefault(tie.sentence_id, tie)
    return [
        OpenTie(layer=tie.layer, votes=tie.votes, example=examples.of(tie.sentence_id))
        for tie in [*firsts.values()][:_TIES]
    ]


# ---------------------------------------------------------------------- model and pages


def _model(study: Study, gold: Sequence[GoldSentence]) -> ModelOutlook:
    from train.persistence.folder import load_meta

    outlook = model_outlook(load_meta(study.latest_model()), sum(not row.test for row in gold))
    kept = study.reports / "evaluation.json"
    if outlook.learning_curve or not kept.exists():
        return outlook
    try:  # what `evaluate --curve --json` said, if it was of as many sentences
        report = msgspec.json.decode(read_bytes(kept), type=_Curve)
    except msgspec.DecodeError as error:
        raise DataError(f"not what `evaluate --json` writes: {error}", path=kept) from error
    if report.n != outlook.n:
        return outlook
    return msgspec.structs.replace(outlook, learning_curve=report.learning_curve, gains=report.gains)


class _Curve(msgspec.Struct):
    """What is read of an evaluation."""

    n: int
    learning_curve: list[CurvePoint] = []
    gains: dict[str, Gain] = {}


def pages_of(study: Study, book: Codebook) -> list[StudyPage]:
    """The codebook's guidelines, and the pages in the study's folder: of a site its first."""
    title = book.say(book.title) or book.codebook
    pages = [StudyPage(kind="guidelines", name="guidelines", title=title)]
    for path in sorted(study.folder.rglob("*.html")):
        inside = path.relative_to(study.folder)
        is_site = any((folder / "index.html").exists() for folder in _between(path, study.folder))
        if (
            inside.parts[0] in _NO_PAGES
            or inside == _OWN
            or any(part.startswith(".") for part in inside.parts)
        ):
            continue
        if not is_site or path.name == "index.html":
            kind = "sheet" if path.stem.startswith("sheet-") else _KINDS.get(path.stem, "reading")
            pages.append(StudyPage(kind=kind, name=inside.as_posix(), title=_title(path)))  # type: ignore[arg-type]
    return pages


def _between(path: Path, folder: Path) -> Iterable[Path]:
    """The folders from a file up to the study's, without it."""
    return (parent for parent in path.parents if folder in parent.parents)


def _title(path: Path) -> str:
    """What a page calls itself; its name where it does not."""
    import html
    import re

    with open(path, "rb") as file:
        head = file.read(200_000).decode("utf-8", "replace")
    found = re.search(r"<title>([^<]+)</title>", head)
    return html.unescape(found[1]).strip() if found else path.stem


def signature(study: Study) -> Mapping[str, tuple[int, int]]:
    """What the files are that `known_of` reads: where it is as before, so is what it would give."""
    paths = [
        study.settings_path,
        study.codebook_path,
        study.commentaries,
        study.sentences,
        study.assignments,
        study.annotations,
        study.gold,
        study.decisions,
        study.corrections,
        study.reports / "evaluation.json",
        *study.models.glob("*/model.json"),
    ]
    found = {}
    for path in paths:
        with suppress(FileNotFoundError):
            stat = path.stat()
            found[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return found
