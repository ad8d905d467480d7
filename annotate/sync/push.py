"""Sentences up: one project an annotator, each sentence once, however often it is pushed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from annotate.label_studio.client import HeldProject, HeldTask, Studio
from annotate.label_studio.upload import send_tasks
from annotate.progress import Progress, labelled, no_progress
from annotate.study.assignments import assign, coding_order
from annotate.study.folder import Study
from annotate.study.projects import StudyProject, as_row, ensure_project, find_projects, remember
from annotate.study.relink import relinked_ids
from annotate.sync.tasks import study_tasks, task_rows
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Assignment, Record
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


def push(
    studio: Studio, study: Study, *, dry_run: bool = False, recreate: bool = False, prune: bool = False,
    phase: str = "main", progress: Progress = no_progress,
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
    studio.report_retries(progress)
    held = find_projects(studio, study, names, gone_is_fine=recreate)
    now = relinked_ids(study)
    counts: Counter[str] = Counter()
    projects = []
    if not dry_run:
        write_jsonl(study.assignments, assignments)
    for name in names:
        mine = {a.sentence_id: a for a in assignments if a.annotator == name}
        ordered = coding_order([s for s in sentences if s.sentence_id in mine], name, study.settings)
        wanted = {s.sentence_id: data[s.sentence_id] for s in ordered}
        reporting = labelled(progress, name)
        project = held.get(name)
        if not dry_run:
            project = ensure_project(studio, study, name, codebook, project)
            remember(study, studio, {name: project.id})
        plan = _plan(_tasks(studio, project, reporting), wanted, now)
        if project and not dry_run:
            _carry_out(studio, project.id, plan, mine, reporting)
        if prune and project:
            counts["pruned"] += _prune(studio, plan, dry_run=dry_run)
        if project:
            projects.append(as_row(studio, name, project.id))
        counts.update(
            created=len(plan.created), updated=len(plan.updated), unchanged=plan.unchanged,
            gone=len(plan.gone), duplicates=len(plan.duplicates),
        )  # fmt: skip
    return PushReport(
        created=counts["created"], updated=counts["updated"], unchanged=counts["unchanged"],
        gone=counts["gone"], pruned=counts["pruned"], duplicates=counts["duplicates"],
        projects=projects, dry_run=dry_run,
    )  # fmt: skip


class _Plan(NamedTuple):
    """What to create and to update; what is left there. Foreign tasks are in none of it."""

    created: list[TaskData]
    updated: list[tuple[HeldTask, TaskData]]
    unchanged: int
    gone: list[HeldTask]
    duplicates: list[HeldTask]


def _tasks(studio: Studio, project: HeldProject | None, progress: Progress) -> Iterator[HeldTask]:
    if project is None:
        return iter(())
    return studio.tasks(project.id, progress)


def _plan(held: Iterable[HeldTask], wanted: Mapping[str, TaskData], now: Mapping[str, str]) -> _Plan:
    """Compares as the listing comes: of what is unchanged nothing is kept."""
    seen: set[str] = set()
    updated: list[tuple[HeldTask, TaskData]] = []
    gone: list[HeldTask] = []
    duplicates: list[HeldTask] = []
    unchanged = 0
    for task in held:
        found = task.data.get("sentence_id")
        if not isinstance(found, str):
            continue
        sentence_id = now.get(found, found)
        row = wanted.get(sentence_id)
        if sentence_id in seen:
            duplicates.append(task)
        elif row is None:
            gone.append(task)
        elif _same(task.data, asked := _as_asked(row, task)):
            unchanged += 1
        else:
            updated.append((task, asked))
        seen.add(sentence_id)
    created = [row for sentence_id, row in wanted.items() if sentence_id not in seen]
    return _Plan(created, updated, unchanged, gone, duplicates)


def _as_asked(row: TaskData, held: HeldTask) -> TaskData:
    """A coded task keeps the version it was coded under: it says what was asked in it."""
    version = held.data.get("codebook_version")
    if not held.coded or not isinstance(version, str) or not version:
        return row
    return msgspec.structs.replace(row, codebook_version=version)


def _same(held: Mapping[str, Any], row: TaskData) -> bool:
    fields = [name for name in row.__struct_fields__ if name != "note"]  # the note belongs to prelabel
    return all(held.get(name) == getattr(row, name) for name in fields)


def _prune(studio: Studio, plan: _Plan, *, dry_run: bool) -> int:
    untouched = [task for task in plan.gone if not task.coded]
    return len(untouched) if dry_run else sum(studio.delete_untouched_task(task.id) for task in untouched)


def _carry_out(
    studio: Studio, project_id: int, plan: _Plan, mine: Mapping[str, Assignment], progress: Progress
) -> None:
    created = {row.sentence_id: row for row in plan.created}
    send_tasks(
        studio,
        project_id,
        list(created),
        lambda ids: task_rows([created[one] for one in ids], mine),
        progress,
    )
    for n, (task, row) in enumerate(plan.updated):
        progress("updating tasks", n, len(plan.updated))
        fresh = {field: getattr(row, field) for field in row.__struct_fields__ if field != "note"}
        studio.update_task(task.id, data={**task.data, **fresh})
