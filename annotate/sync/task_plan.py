"""Which tasks a push creates, updates and leaves, as a comparison of records. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from annotate.label_studio.answers import HeldTask
from schemas.studio_json import TaskData


class TaskPlan(NamedTuple):
    """What to do with the tasks of a project; tasks without a sentence id are in none of it."""

    created: list[TaskData]
    updated: list[tuple[HeldTask, TaskData]]
    unchanged: int
    gone: list[HeldTask]
    duplicates: list[HeldTask]


def plan_tasks(
    tasks: Iterable[HeldTask], wanted: Mapping[str, TaskData], new_ids: Mapping[str, str]
) -> TaskPlan:
    """Compares the tasks of a project as they are listed; of what is unchanged nothing is kept.

    Parameters
    ----------
    wanted
        Sentence id → what its task should carry.
    new_ids
        Sentence id that a task may still carry → the one that the sentence has now.
    """
    seen: set[str] = set()
    updated: list[tuple[HeldTask, TaskData]] = []
    gone: list[HeldTask] = []
    duplicates: list[HeldTask] = []
    unchanged = 0
    for task in tasks:
        old_id = task.data.get("sentence_id")
        if not isinstance(old_id, str):
            continue
        sentence_id = new_ids.get(old_id, old_id)
        row = wanted.get(sentence_id)
        if sentence_id in seen:
            duplicates.append(task)
        elif row is None:
            gone.append(task)
        elif _carries(task.data, row := _with_coded_version(row, task)):
            unchanged += 1
        else:
            updated.append((task, row))
        seen.add(sentence_id)
    created = [row for sentence_id, row in wanted.items() if sentence_id not in seen]
    return TaskPlan(created, updated, unchanged, gone, duplicates)


def pushed_fields(row: TaskData) -> dict[str, Any]:
    """What a push writes into a task's data: all but the note, which belongs to prelabel."""
    return {name: getattr(row, name) for name in row.__struct_fields__ if name != "note"}


def _carries(data: Mapping[str, Any], row: TaskData) -> bool:
    return all(data.get(name) == value for name, value in pushed_fields(row).items())


def _with_coded_version(row: TaskData, task: HeldTask) -> TaskData:
    """A coded task keeps the version it was coded under: it says what was asked in it."""
    version = task.data.get("codebook_version")
    if not task.coded or not isinstance(version, str) or not version:
        return row
    return msgspec.structs.replace(row, codebook_version=version)
