"""What a rule left open, for an adjudicator: up into a project of its own, the decisions down.

The adjudicator sees the codings side by side, without names, with their comments; what the rule
decided is ticked already. Decisions are kept in ``data/decisions.jsonl``, apart from the annotations:
whoever has seen the others' codings is not an independent annotator, and in no figure of agreement.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotate.kinds import kind_of
from annotate.label_studio.answers import HeldProject, HeldTask
from annotate.label_studio.client import Studio, stream_link
from annotate.label_studio.download import fetch
from annotate.label_studio.upload import send_predictions, send_tasks
from annotate.progress import Progress, no_progress
from annotate.study.folder import Study
from annotate.study.identity import ADJUDICATOR, description, marker, with_identity
from annotate.study.projects import create_once, find_projects, mark_project, remember
from annotate.study.relink import with_new_ids
from annotate.study.settings import write_settings
from annotate.sync.adjudication_screen import (
    adjudicator_screen,
    coding_words,
    instruction,
    open_label,
    open_marks,
)
from annotate.sync.removals import Removals, project_of, sort_removals, write_removed
from annotate.sync.tasks import study_rows, study_tasks
from exports.adjudication.adjudicate import AdjudicationReport, adjudicate
from exports.readers.annotations import Export, read_codings, read_export
from exports.readers.people import Who
from schemas.codebook import Codebook
from schemas.errors import SettingsError, StudioError
from schemas.files import read_bytes
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.project_map import ProjectMap
from schemas.records import Annotation, GoldSentence, Layers, Record, Sentence
from schemas.studio_json import TAKEN_CONTROL, TaskData, ticks_of, to_result

_CODINGS = "codings"  # the key of a task's data with the codings that it shows, as JSON
DECIDED = "entschieden"  # the "model" behind the ticks of what the rule decided


class AdjudicationPushReport(Record, frozen=True, kw_only=True):
    """What was pushed to the adjudicator's project, or would be.

    ``settled`` are undecided tasks whose sentences are no longer open; they stay. ``decided`` are tasks
    with a decision, which are not touched.
    """

    created: int
    updated: int
    unchanged: int
    settled: int
    decided: int
    project: int | None
    link: str | None
    dry_run: bool


def read_decisions(study: Study) -> dict[str, Annotation]:
    """Sentence id → what the adjudicator decided; empty before the first."""
    path = study.decisions
    return {row.sentence_id: row for row in read_jsonl(path, Annotation)} if path.exists() else {}


def push_adjudication(
    studio: Studio,
    study: Study,
    gold: Sequence[GoldSentence],
    *,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> AdjudicationPushReport:
    """Makes a task of each sentence with something open in the adjudicator's project, each once.

    Raises
    ------
    SettingsError
        An annotator of the study has the project's name.
    """
    if ADJUDICATOR in study.settings.annotators:
        raise SettingsError(f'an annotator is called "{ADJUDICATOR}", which is the adjudicator\'s name')
    study = with_identity(study)
    codebook = study.codebook()
    codings = _codings(study)
    columns = max([2, len(study.settings.annotators), *map(len, codings.values())])
    wanted = _wanted_tasks(study, codebook, gold, codings, columns)
    progress("comparing")
    project = find_adjudication_project(studio, study)
    tasks = {str(t.data.get("sentence_id")): t for t in studio.tasks(project.id)} if project else {}
    plan = plan_adjudication(tasks, wanted)
    number = project.id if project else None
    if not dry_run and wanted:
        write_settings(study)
        number = _ensure(studio, study, codebook, columns, project)
        rows = {row.sentence_id: row for row in gold}
        send_tasks(
            studio, number, plan.created, lambda ids: [_body(wanted[i], rows[i]) for i in ids], progress
        )
        for name in plan.updated:
            studio.update_task(tasks[name].id, data=wanted[name])
        if plan.created or plan.updated:
            _tick(studio, number, rows, wanted, codebook)
    return AdjudicationPushReport(
        created=len(plan.created), updated=len(plan.updated), unchanged=plan.unchanged,
        settled=plan.settled, decided=plan.decided, project=number,
        link=stream_link(studio.url, number) if number else None, dry_run=dry_run,
    )  # fmt: skip


class AdjudicationPlan(NamedTuple):
    """The sentences whose tasks are created and updated; how many tasks are left, and why."""

    created: list[str]
    updated: list[str]
    unchanged: int
    settled: int
    decided: int


def plan_adjudication(
    tasks: Mapping[str, HeldTask], wanted: Mapping[str, Mapping[str, str]]
) -> AdjudicationPlan:
    """Compares the tasks in the project with those that should be there, by sentence; pure."""
    waiting = {name: task for name, task in tasks.items() if not task.coded}
    open_tasks = [name for name in wanted if name in waiting]
    updated = [name for name in open_tasks if not _same(waiting[name].data, wanted[name])]
    return AdjudicationPlan(
        created=[name for name in wanted if name not in tasks], updated=updated,
        unchanged=len(open_tasks) - len(updated), settled=len(waiting.keys() - wanted.keys()),
        decided=len(tasks) - len(waiting),
    )  # fmt: skip


def _codings(study: Study) -> dict[str, list[Annotation]]:
    codings: dict[str, list[Annotation]] = {}
    for row in read_jsonl(study.annotations, Annotation):
        if not row.skipped:
            codings.setdefault(row.sentence_id, []).append(row)
    return codings


def _wanted_tasks(
    study: Study, codebook: Codebook, gold: Sequence[GoldSentence],
    codings: Mapping[str, Sequence[Annotation]], columns: int,
) -> dict[str, dict[str, str]]:  # fmt: skip
    _, tasks = study_tasks(study, codebook)
    return {
        row.sentence_id: _task(tasks[row.sentence_id], row, codings[row.sentence_id], codebook, columns)
        for row in gold
        if row.undecided and row.sentence_id in tasks
    }


class PulledDecisions(NamedTuple):
    """What came down from the adjudicator's project, and what became of decisions that are gone from it."""

    project: int
    export: Export
    removals: Removals


def pull_decisions(
    studio: Studio,
    study: Study,
    codebook: Codebook,
    *,
    older: Mapping[str, Codebook],
    now: dict[str, str],
    whole: bool = False,
    accept_removals: bool = False,
) -> PulledDecisions | None:
    """The adjudicator's project and its decisions, which are written; None where there is none."""
    project = find_adjudication_project(studio, study)
    if project is None:
        return None
    path = study.exports / f"{ADJUDICATOR}.json"
    got = fetch(studio, project.id, path, whole=whole)
    export = read_export(path, codebook, annotator=ADJUDICATOR, older=older)
    export = msgspec.structs.replace(export, annotations=with_taken(export.annotations, path, codebook))
    rows = with_new_ids(export.annotations, now)
    before = with_new_ids(read_decisions(study).values(), now)
    project_now = {ADJUDICATOR: project_of(export, got.lost, now)}
    removals = sort_removals(before, rows, project_now, accepted=accept_removals)
    write_removed(study, removals.removed)
    write_jsonl(study.decisions, [*rows, *removals.kept])
    return PulledDecisions(project.id, export, removals)


class _TakingAnnotation(msgspec.Struct):
    id: int
    result: list[dict[str, Any]] = []


class _TakingTask(msgspec.Struct):
    data: dict[str, Any]
    annotations: list[_TakingAnnotation] = []


def with_taken(rows: Sequence[Annotation], path: Path, codebook: Codebook) -> list[Annotation]:
    """The decisions with the layers of the coding that was taken over whole, where one was.

    Parameters
    ----------
    path
        The export with the tasks: the codings stand in their data as they were shown.
    """
    taken: dict[int, Layers] = {}
    for task in msgspec.json.decode(read_bytes(path), type=list[_TakingTask]):
        codings = msgspec.json.decode(str(task.data.get(_CODINGS) or "[]"), type=list[Layers])
        for annotation in task.annotations:
            for number in ticks_of(annotation.result).get(TAKEN_CONTROL, []):
                if number.isdigit() and 0 < int(number) <= len(codings):
                    learned = {layer.id for layer in codebook.predicted_layers}
                    coding = codings[int(number) - 1]
                    taken[annotation.id] = {k: v for k, v in coding.items() if k in learned}
    return [
        msgspec.structs.replace(
            row, layers={**row.layers, **layers}, incomplete=[n for n in row.incomplete if n not in layers]
        )
        if (layers := taken.get(row.annotation_id or -1))
        else row
        for row in rows
    ]


def find_adjudication_project(studio: Studio, study: Study) -> HeldProject | None:
    try:
        return find_projects(studio, study, [ADJUDICATOR]).get(ADJUDICATOR)
    except StudioError as error:
        if error.status == 404:  # it was deleted: what was decided in it is kept
            return None
        raise


def _ensure(
    studio: Studio, study: Study, codebook: Codebook, columns: int, project: HeldProject | None
) -> int:
    config = adjudicator_screen(codebook, columns)
    if project is None:
        title = f"{study.name} · strittige Sätze"[:50]
        words = description(codebook, marker(study, ADJUDICATOR))
        number = create_once(studio, title, words, config, instruction(codebook))
        remember(study, studio, {ADJUDICATOR: number})
        return number
    if project.label_config.strip() != config.strip():
        studio.update_project(project.id, label_config=config, expert_instruction=instruction(codebook))
    mark_project(studio, project, marker(study, ADJUDICATOR))
    return project.id


def _task(
    data: TaskData, gold: GoldSentence, codings: Sequence[Annotation], codebook: Codebook, columns: int
) -> dict[str, str]:
    shown = {f"coding_{n}": "–" for n in range(1, columns + 1)}
    ordered = sorted(codings, key=lambda row: row.annotator)
    # what is taken over is what was shown, whatever is coded later
    shown[_CODINGS] = msgspec.json.encode([row.layers for row in ordered]).decode()
    for n, row in enumerate(ordered, start=1):
        shown[f"coding_{n}"] = coding_words(row.layers, gold.undecided, codebook)
    words = {name: str(getattr(data, name)) for name in data.__struct_fields__}
    left = ", ".join(open_label(name, codebook) for name in gold.undecided)
    return {**words, "note": f"Offen: {left}", **open_marks(gold.undecided, codebook), **shown}


def _same(current: Mapping[str, Any], data: Mapping[str, str]) -> bool:
    return all(current.get(name) == value for name, value in data.items())


def _body(data: dict[str, str], gold: GoldSentence) -> dict[str, Any]:
    return {"data": data, "meta": {"test": gold.test}}


def _tick(
    studio: Studio,
    project_id: int,
    gold: Mapping[str, GoldSentence],
    wanted: Mapping[str, Any],
    codebook: Codebook,
) -> None:
    """Ticks what is decided in the tasks that wait, as a prediction: the person need not code it again."""
    waiting = [
        task for task in studio.tasks(project_id) if task.data.get("sentence_id") in wanted and not task.coded
    ]
    bodies = {task.id: body for task in waiting if (body := _prediction(task, gold, codebook))}
    studio.delete_predictions(project_id, DECIDED)
    send_predictions(studio, project_id, DECIDED, list(bodies), lambda ids: [bodies[i] for i in ids])


def _prediction(
    task: HeldTask, gold: Mapping[str, GoldSentence], codebook: Codebook
) -> dict[str, Any] | None:
    row = gold[str(task.data["sentence_id"])]
    result = to_result(_ticked(row, codebook), codebook)
    return {"task": task.id, "model_version": DECIDED, "result": result} if result else None


def _ticked(row: GoldSentence, codebook: Codebook) -> Layers:
    """The decided layers; of a stance with an open target what is touched, for "no target" is open too."""
    ticked: Layers = {}
    for name, value in row.layers.items():
        is_open = any(left.partition("__")[0] == name for left in row.undecided)
        left = kind_of(codebook.layer(name)).left_ticked(value, is_open)
        if left is not None:
            ticked[name] = left
    return ticked


def adjudicate_study(
    study: Study, *, rule: str = "majority", dry_run: bool = False
) -> tuple[list[GoldSentence], AdjudicationReport]:
    """Decides the annotations of a study, and what they leave open as the adjudicator did; writes the gold.

    With ``dry_run`` nothing is written.
    """
    codebook = study.codebook()
    annotations = list(read_jsonl(study.needs(study.annotations, "pull"), Annotation))
    context = {row.sentence_id: row for row in study_rows(study)}
    gold, report = adjudicate(annotations, context, codebook, rule=rule, decisions=read_decisions(study))
    if not dry_run:
        write_jsonl(study.gold, gold)
    return gold, report


def adjudicate_exports(
    paths: Sequence[str | Path],
    codebook: Codebook,
    *,
    rule: str = "majority",
    skip_invalid: bool = False,
    names: Mapping[Who, str] | None = None,
    project_map: ProjectMap | None = None,
    sentences: Sequence[Sentence] | None = None,
) -> tuple[list[GoldSentence], AdjudicationReport, Export]:
    """Decides the annotations of export files; the text comes from their tasks."""
    export = read_codings(
        paths,
        codebook,
        skip_invalid=skip_invalid,
        names=names,
        project_map=project_map,
        sentences=sentences,
    )
    book, tests = export.codebook, export.tests
    gold, report = adjudicate(export.annotations, export.tasks, book, rule=rule, tests=tests)
    return gold, report, export
