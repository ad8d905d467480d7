"""Which tasks a push creates, updates and leaves, as a comparison of records. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from annotate.label_studio.answers import HeldTask
from schemas.controls import COMMENTARIES_KEY, COMMENTARY_KEY, SENTENCE_KEY, SENTENCES_KEY
from schemas.studio_json import TaskData


class Place(NamedTuple):
    """The how manieth sentence of an annotator, and of the how manieth commentary, as they are served."""

    sentence: int
    commentary: int

    def fields(self) -> dict[str, str]:
        return {SENTENCE_KEY: f"Satz {self.sentence}", COMMENTARY_KEY: f"· Text {self.commentary}"}


class TaskPlan(NamedTuple):
    """What to do with the tasks of a project; tasks without a sentence id are in none of it.

    ``places`` are by sentence, ``totals`` the fields that say how many there are; ``stale`` are the unchanged
    open tasks that say another number of them, or none, by field and value.
    """

    created: list[TaskData]
    updated: list[tuple[HeldTask, TaskData]]
    unchanged: int
    gone: list[HeldTask]
    duplicates: list[HeldTask]
    places: dict[str, Place]
    totals: dict[str, str]
    stale: dict[tuple[str, str], list[int]]


def plan_tasks(
    tasks: Iterable[HeldTask], wanted: Mapping[str, TaskData], new_ids: Mapping[str, str]
) -> TaskPlan:
    """Compares the tasks of a project as they are listed; of what is unchanged little is kept.

    Parameters
    ----------
    tasks
        In the order of their ids: in this order the sentences are served, and new ones after them.
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
    places: dict[str, Place] = {}
    commentaries: dict[str, int] = {}
    totals = {
        SENTENCES_KEY: f"von {len(wanted)}",
        COMMENTARIES_KEY: f"von {len({row.commentary_id for row in wanted.values()})}",
    }
    stale: dict[tuple[str, str], list[int]] = {}

    def placed(row: TaskData) -> Place:
        number = commentaries.setdefault(row.commentary_id, len(commentaries) + 1)
        return places.setdefault(row.sentence_id, Place(len(places) + 1, number))

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
        else:
            place = placed(row).fields().items()
            row = _with_coded_version(row, task)
            if _carries(task.data, row) and (task.coded or place <= task.data.items()):
                unchanged += 1
                for field, value in totals.items():
                    if not task.coded and task.data.get(field) != value:
                        stale.setdefault((field, value), []).append(task.id)
            else:
                updated.append((task, row))
        seen.add(sentence_id)
    created = [row for sentence_id, row in wanted.items() if sentence_id not in seen]
    for row in created:
        placed(row)
    return TaskPlan(created, updated, unchanged, gone, duplicates, places, totals, stale)


def place_words(plan: TaskPlan, sentence_id: str) -> dict[str, str]:
    """The fields of a task's data that say where it stands: "Satz 12 von 331 · Text 2 von 10"."""
    return {**plan.places[sentence_id].fields(), **plan.totals}


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
