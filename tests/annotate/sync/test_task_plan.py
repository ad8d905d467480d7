"""What a push creates, updates and leaves, case by case, without a server."""

from typing import Any

import msgspec
import pytest

from annotate.label_studio.answers import HeldTask
from annotate.sync.task_plan import plan_tasks
from schemas.studio_json import TaskData

ROW = TaskData(sentence_id="a:1", commentary_id="a", text="Ja.", before="Nein.", codebook_version="2.0.0")


def task(id: int = 1, coded: int = 0, **changes: Any) -> HeldTask:
    return HeldTask(id=id, coded=coded, data={**msgspec.to_builtins(ROW), **changes})


@pytest.mark.parametrize(
    ("tasks", "outcome"),
    [
        ([], "created"),
        ([task()], "unchanged"),
        ([task(note="Mit Vorschlag")], "unchanged"),
        ([task(before="Doch.")], "updated"),
        ([task(codebook_version="1.0.0")], "updated"),
        ([task(codebook_version="1.0.0", coded=1)], "unchanged"),
        ([task(before="Doch.", codebook_version="1.0.0", coded=1)], "updated"),
        ([task(extra="of another tool")], "unchanged"),
        ([task(sentence_id="old:1")], "updated"),
        ([task(sentence_id="a:9")], "created gone"),
        ([task(sentence_id=None)], "created"),
        ([task(), task(id=2)], "unchanged duplicates"),
        ([task(sentence_id="old:1"), task(id=2)], "updated duplicates"),
    ],
)
def test_a_task_is_created_updated_or_left(tasks: list[HeldTask], outcome: str) -> None:
    plan = plan_tasks(tasks, {"a:1": ROW}, {"old:1": "a:1"})
    assert outcome.split() == [name for name, value in plan._asdict().items() if value]


def test_a_coded_task_is_updated_under_the_version_it_was_coded_with() -> None:
    ((_, row),) = plan_tasks(
        [task(before="Doch.", codebook_version="1.0.0", coded=1)], {"a:1": ROW}, {}
    ).updated
    assert (row.before, row.codebook_version) == ("Nein.", "1.0.0")


def test_of_two_tasks_of_a_sentence_the_first_listed_counts() -> None:
    plan = plan_tasks([task(id=1), task(id=2), task(id=3)], {"a:1": ROW}, {})
    assert [held.id for held in plan.duplicates] == [2, 3]
