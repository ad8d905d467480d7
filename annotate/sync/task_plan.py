"""Which tasks a push creates, updates and leaves, as a comparison of records. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from annotate.label_studio.answers import HeldTask
from schemas.controls import COMMENTARIES_KEY, COMMENTARY_KEY, SENTENCE_KEY, SENTENCES_KEY
from schemas.studio_json import TaskData


class TaskPlan(NamedTuple):
    """What to do with the tasks of a project; tasks without a sentence id are in none of it.

    ``places`` has, by sentence, the words for its place in the annotator's order, ``totals`` those for how
    many there are; ``stale`` are open tasks that say another number of them, or none, by field and value.
    """

    created: list[TaskData]
    updated: list[tuple[HeldTask, TaskData]]
    unchanged: int
    gone: list[HeldTask]
    duplicates: list[HeldTask]
    places: dict[str, dict[str, str]]
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
    places = _Places()
    totals: dict[int, tuple[Any, Any]] = {}
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
            place = places.add(row)
            row = _with_coded_version(row, task)
            if _carries(task.data, row) and (task.coded or place.items() <= task.data.items()):
                unchanged += 1
            else:
                updated.append((task, row))
            if not task.coded:
                totals[task.id] = (task.data.get(SENTENCES_KEY), task.data.get(COMMENTARIES_KEY))
        seen.add(sentence_id)
    created = [row for sentence_id, row in wanted.items() if sentence_id not in seen]
    for row in created:
        places.add(row)
    stale: dict[tuple[str, str], list[int]] = {}
    for task_id, shown in totals.items():
        for (field, value), old in zip(places.totals.items(), shown, strict=True):
            if old != value:
                stale.setdefault((field, value), []).append(task_id)
    return TaskPlan(created, updated, unchanged, gone, duplicates, places.by_sentence, places.totals, stale)


class _Places:
    """The sentences of an annotator, numbered as they are served, and their commentaries as they begin."""

    def __init__(self) -> None:
        self.by_sentence: dict[str, dict[str, str]] = {}
        self._commentaries: dict[str, int] = {}

    def add(self, row: TaskData) -> dict[str, str]:
        number = self._commentaries.setdefault(row.commentary_id, len(self._commentaries) + 1)
        place = {
            SENTENCE_KEY: f"Satz {len(self.by_sentence) + 1}",
            COMMENTARY_KEY: f"· Text {number}",
        }
        return self.by_sentence.setdefault(row.sentence_id, place)

    @property
    def totals(self) -> dict[str, str]:
        return {
            SENTENCES_KEY: f"von {len(self.by_sentence)}",
            COMMENTARIES_KEY: f"von {len(self._commentaries)}",
        }


def place_words(plan: TaskPlan, sentence_id: str) -> dict[str, str]:
    """The fields of a task's data that say where it stands: "Satz 12 von 331 · Text 2 von 10"."""
    return {**plan.places[sentence_id], **plan.totals}


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
