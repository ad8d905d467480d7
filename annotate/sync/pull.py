"""Annotations down: the export as it came, then what it means."""

import msgspec

from annotate.label_studio.client import Studio, task_link
from annotate.label_studio.download import fetch
from annotate.progress import Progress, labelled, no_progress
from annotate.study.annotations import in_order, with_imported
from annotate.study.codebook_versions import codebooks_by_version
from annotate.study.folder import Study
from annotate.study.projects import find_projects
from annotate.study.relink import relinked_ids, with_new_ids
from annotate.sync.adjudication import ADJUDICATOR, pull_decisions
from exports.readers.annotations import Export, read_export
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Record, SuggestionSnapshot


class Problem(Record, frozen=True, kw_only=True):
    """An annotation that a person must look at, with the place where to click."""

    annotator: str
    sentence_id: str
    problem: str
    link: str


class PullReport(Record, frozen=True, kw_only=True):
    """``annotations`` are the rows kept; ``deleted`` were there at the last pull and are gone.

    ``fetched`` are the tasks that were asked for: those that changed, or all of the study's.
    ``decisions`` are those of a third person on what was left open; they are no annotations.
    """

    annotations: int
    skipped: int
    incomplete: int
    invalid: int
    deleted: int
    fetched: int = 0
    decisions: int = 0
    problems: list[Problem]


def pull(studio: Studio, study: Study, *, full: bool = False, progress: Progress = no_progress) -> PullReport:
    """Fetches what changed in every project of the study, and writes ``annotations.jsonl``.

    The exports are kept as received in ``data/exports``. With ``full`` they are fetched whole.

    Raises
    ------
    StudioError
        No project is there yet, or one is gone; ``annotations.jsonl`` is then left as it was.
    """
    studio.report_retries(progress)
    codebook = study.codebook()
    projects = find_projects(studio, study, study.settings.annotators)
    if not projects:
        raise StudioError(
            "pulling", f"{studio.url} holds no project of this study; run `standpunkt push` first"
        )
    new_ids = relinked_ids(study)
    older = codebooks_by_version(study, codebook)
    kept: list[Annotation] = []
    problems: list[Problem] = []
    invalid = asked_for = 0
    for name, project in projects.items():
        progress(f"{name}: fetching project {project.id}")
        path = study.exports / f"{name}.json"
        changed = fetch(studio, project.id, path, whole=full, progress=labelled(progress, name))
        export = read_export(path, codebook, annotator=name, older=older)
        asked_for += len(export.tasks) if changed is None else changed
        kept.extend(with_new_ids(export.annotations, new_ids))
        invalid += export.report.invalid
        problems.extend(_problems(export, codebook, studio, project.id, name))
    rows = in_order(with_imported(study, _as_known(kept, study)), study)
    deleted = _deleted(study, rows)
    write_jsonl(study.annotations, rows)
    decided = pull_decisions(studio, study, codebook, older=older, now=new_ids, whole=full)
    if decided:
        problems.extend(_problems(decided[1], codebook, studio, decided[0], ADJUDICATOR))
    return PullReport(
        annotations=len(rows),
        skipped=sum(row.skipped for row in rows),
        incomplete=sum(bool(row.incomplete) for row in rows),
        invalid=invalid,
        deleted=deleted,
        fetched=asked_for,
        decisions=len(decided[1].annotations) if decided else 0,
        problems=problems,
    )


def _as_known(rows: list[Annotation], study: Study) -> list[Annotation]:
    """The rows with the codebook's own version, and with what was suggested as it is known already.

    A row says itself what was asked in it. The server's copy of a suggestion never changes, not even
    where a migration renamed the codes in it.
    """
    known: dict[int | None, SuggestionSnapshot | None] = {}
    if study.annotations.exists():
        known = {row.annotation_id: row.suggested for row in read_jsonl(study.annotations, Annotation)}
    return [
        msgspec.structs.replace(
            row,
            codebook_version=row.codebook_version and row.codebook_version.partition("+")[0],
            suggested=known.get(row.annotation_id) or row.suggested,
        )
        for row in rows
    ]


def _deleted(study: Study, rows: list[Annotation]) -> int:
    if not study.annotations.exists():
        return 0
    after = {(row.sentence_id, row.annotator) for row in rows}
    before = {(row.sentence_id, row.annotator) for row in read_jsonl(study.annotations, Annotation)}
    return len(before - after)


def _problems(
    export: Export, codebook: Codebook, studio: Studio, project_id: int, annotator: str
) -> list[Problem]:
    """What the screen could not forbid, and what is open, each with a link to its task."""
    problems = [(row.sentence_id, row.problem, row.task_id) for row in export.report.broken]
    for row in export.annotations:
        for layer_id in row.incomplete:
            layer = codebook.layer(layer_id)
            label = codebook.say(layer.label) if layer else layer_id
            problems.append((row.sentence_id, f"{layer_id} ({label}) is open", row.task_id))
    return [
        Problem(
            annotator=annotator,
            sentence_id=sentence_id,
            problem=problem,
            link=task_link(studio.url, project_id, task_id) if task_id else studio.url,
        )
        for sentence_id, problem, task_id in problems
    ]
