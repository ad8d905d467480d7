"""Sentences up: one project an annotator, each sentence once, however often it is pushed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from annotate.assignments import assign, coding_order
from annotate.mending import relinked
from annotate.projects import StudyProject, as_row, ensure_project, find_projects, remember
from annotate.studio import HeldProject, HeldTask, Studio, send_once
from annotate.study import Study
from annotate.tasks import task_data, task_rows
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError, StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Assignment, Commentary, Record, Sentence
from schemas.studio_json import TaskData


class PushReport(Record, frozen=True, kw_only=True):
    """What a push did, or would do, over all projects.

    ``gone`` is on the server only; ``pruned`` of them were deleted.
    """

    created: int
    updated: int
    unchanged: int
    gone: int
    pruned: int
    duplicates: int
    projects: list[StudyProject]
    dry_run: bool


Tell = Callable[[str], None]


def push(
    studio: Studio, study: Study, *, dry_run: bool = False, recreate: bool = False, prune: bool = False,
    phase: str = "main", tell: Tell = lambda _: None,
) -> PushReport:  # fmt: skip
    """Brings the projects of a study in step with its sentences.

    A sentence is known by the ``sentence_id`` in its task's data. A changed context updates the
    task and keeps its codings; a sentence that is gone from the corpus is counted. Only with ``prune``
    is its task deleted, and never one in which somebody has coded, skipped or begun to.
    """
    codebook = study.codebook()
    sentences, data = study_tasks(study, codebook)
    kept = list(read_jsonl(study.assignments, Assignment)) if study.assignments.exists() else []
    assignments = assign(sentences, study.settings, kept, phase=phase)
    names = study.settings.annotators
    if not names:
        raise SettingsError(
            f"{study.folder / 'study.yaml'}: annotators: nobody is named, expected such as [anna, ben]"
        )
    held = _held(studio, study, names, recreate=recreate)
    now = relinked(study)
    counts = {"created": 0, "updated": 0, "unchanged": 0, "gone": 0, "pruned": 0, "duplicates": 0}
    projects = []
    if not dry_run:
        write_jsonl(study.assignments, assignments)
    for name in names:
        tell(f"{name}: comparing")
        mine = {a.sentence_id: a for a in assignments if a.annotator == name}
        ordered = coding_order([s for s in sentences if s.sentence_id in mine], name, study.settings)
        wanted = [data[s.sentence_id] for s in ordered]
        project = held.get(name)
        if not dry_run:
            project = ensure_project(studio, study, name, codebook, project)
            remember(study, studio, {name: project.id})
        plan = _plan(list(studio.tasks(project.id)) if project else [], wanted, now)
        if project and not dry_run:
            _carry_out(studio, project.id, plan, mine, tell, name)
        if prune and project:
            plan["pruned"] = _prune(studio, plan["gone"], dry_run=dry_run)
        if project:
            projects.append(as_row(studio, name, project.id))
        for key in counts:
            counts[key] += len(plan[key])
    return PushReport(**counts, projects=projects, dry_run=dry_run)


def _create(
    studio: Studio, project_id: int, rows: Sequence[TaskData], mine: Mapping[str, Assignment]
) -> None:
    def missing(sent: list[TaskData]) -> list[TaskData]:
        there = {task.data.get("sentence_id") for task in studio.tasks(project_id)}
        return [row for row in sent if row.sentence_id not in there]

    send_once(lambda todo: studio.import_tasks(project_id, task_rows(todo, mine)), rows, missing)


def study_tasks(study: Study, codebook: Codebook) -> tuple[list[Sentence], dict[str, TaskData]]:
    """The sentences of a study in order, and the task data of each."""
    commentaries = list(read_jsonl(study.needs(study.commentaries, "split"), Commentary))
    sentences = list(read_jsonl(study.needs(study.sentences, "split"), Sentence))
    by_commentary: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_commentary.setdefault(sentence.commentary_id, []).append(sentence)
    known = {commentary.commentary_id for commentary in commentaries}
    stray = next((name for name in by_commentary if name not in known), None)
    if stray:
        raise DataError(
            f'sentences of "{stray}", which is not in {study.commentaries.name}', path=study.sentences
        )
    data: dict[str, TaskData] = {}
    for commentary in commentaries:
        rows = task_data(commentary, by_commentary.get(commentary.commentary_id, []), codebook)
        data.update((row.sentence_id, row) for row in rows)
    return sentences, data


def _held(studio: Studio, study: Study, names: Sequence[str], *, recreate: bool) -> dict[str, HeldProject]:
    found: dict[str, HeldProject] = {}
    for name in names:
        try:
            found.update(find_projects(studio, study, [name]))
        except StudioError as error:
            if not (recreate and error.status == 404):
                raise
    return found


def _plan(
    held: Sequence[HeldTask], wanted: Sequence[TaskData], now: Mapping[str, str]
) -> dict[str, list[Any]]:
    """What to create, to update and to leave, by ``sentence_id``. Foreign tasks are not looked at."""
    ours: dict[str, HeldTask] = {}
    duplicates = []
    for task in held:
        sentence_id = task.data.get("sentence_id")
        if isinstance(sentence_id, str):
            sentence_id = now.get(sentence_id, sentence_id)
            if sentence_id in ours:
                duplicates.append(task)
            ours.setdefault(sentence_id, task)
    plan: dict[str, list[Any]] = {"created": [], "updated": [], "unchanged": [], "duplicates": duplicates}
    plan["pruned"] = []
    for row in wanted:
        task_held = ours.pop(row.sentence_id, None)
        if task_held is None:
            plan["created"].append(row)
        elif _same(task_held.data, row := _as_asked(row, task_held)):
            plan["unchanged"].append(row)
        else:
            plan["updated"].append((task_held, row))
    plan["gone"] = list(ours.values())
    return plan


def _as_asked(row: TaskData, held: HeldTask) -> TaskData:
    """A coded task keeps the version it was coded under: it says what was asked in it."""
    version = held.data.get("codebook_version")
    if not held.coded or not isinstance(version, str) or not version:
        return row
    return msgspec.structs.replace(row, codebook_version=version)


def _same(held: Mapping[str, Any], row: TaskData) -> bool:
    fields = [name for name in row.__struct_fields__ if name != "note"]  # the note belongs to prelabel
    return all(held.get(name) == getattr(row, name) for name in fields)


def _prune(studio: Studio, gone: Sequence[HeldTask], *, dry_run: bool) -> list[HeldTask]:
    untouched = [task for task in gone if not task.coded]
    return untouched if dry_run else [task for task in untouched if studio.delete_untouched_task(task.id)]


def _carry_out(
    studio: Studio,
    project_id: int,
    plan: Mapping[str, list[Any]],
    mine: Mapping[str, Assignment],
    tell: Tell,
    name: str,
) -> None:
    if plan["created"]:
        tell(f"{name}: creating {len(plan['created'])} tasks")
        _create(studio, project_id, plan["created"], mine)
    for task, row in plan["updated"]:
        fresh = {field: getattr(row, field) for field in row.__struct_fields__ if field != "note"}
        studio.update_task(task.id, data={**task.data, **fresh})
