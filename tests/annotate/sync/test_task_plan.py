"""What a push creates, updates and leaves, case by case, without a server."""

from typing import Any

import msgspec
import pytest

from annotate.label_studio.answers import HeldTask
from annotate.sync.task_plan import place_words, plan_tasks
from schemas.controls import PLACE_KEYS
from schemas.studio_json import TaskData

ROW = TaskData(sentence_id="a:1", commentary_id="a", text="Ja.", before="Nein.", codebook_version="2.0.0")

PLACE = {
    "place_sentence": "Satz 1", "place_sentences": "von 1", "place_text": "· Text 1", "place_texts": "von 1",
}  # fmt: skip


def task(id: int = 1, coded: int = 0, **changes: Any) -> HeldTask:
    return HeldTask(id=id, coded=coded, data={**msgspec.to_builtins(ROW), **PLACE, **changes})


@pytest.mark.parametrize(
    ("tasks", "outcome"),
    [
        ([], "created"),
        ([task()], "unchanged"),
        ([task(note="Mit Vorschlag")], "unchanged"),
        ([task(place_sentence="")], "updated"),
        ([task(place_sentence="", coded=1)], "unchanged"),
        ([task(place_sentences="von 9")], "unchanged"),
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
    assert outcome.split() == [
        name for name in ("created", "updated", "unchanged", "gone", "duplicates") if getattr(plan, name)
    ]


def test_a_coded_task_is_updated_under_the_version_it_was_coded_with() -> None:
    ((_, row),) = plan_tasks(
        [task(before="Doch.", codebook_version="1.0.0", coded=1)], {"a:1": ROW}, {}
    ).updated
    assert (row.before, row.codebook_version) == ("Nein.", "1.0.0")


def test_of_two_tasks_of_a_sentence_the_first_listed_counts() -> None:
    plan = plan_tasks([task(id=1), task(id=2), task(id=3)], {"a:1": ROW}, {})
    assert [held.id for held in plan.duplicates] == [2, 3]


def rows(*names: str) -> dict[str, TaskData]:
    return {name: TaskData(sentence_id=name, commentary_id=name.split(":")[0], text="Ja.") for name in names}


def test_sentences_are_numbered_in_the_order_in_which_they_are_served() -> None:
    """By the ids of the tasks that are there, new ones behind them, whatever the order is by now."""
    held = [
        HeldTask(id=n, data=msgspec.to_builtins(row))
        for n, row in enumerate(rows("b:1", "b:2", "gone:1", "a:1").values())
    ]
    plan = plan_tasks(held, rows("a:1", "c:1", "b:1", "b:2", "b:3"), {})
    words = {name: " ".join(place_words(plan, name)[key] for key in PLACE_KEYS) for name in plan.places}
    assert words == {
        "b:1": "Satz 1 von 5 · Text 1 von 3",
        "b:2": "Satz 2 von 5 · Text 1 von 3",
        "a:1": "Satz 3 von 5 · Text 2 von 3",
        "c:1": "Satz 4 von 5 · Text 3 von 3",
        "b:3": "Satz 5 von 5 · Text 1 von 3",
    }


def test_a_corpus_that_grew_changes_the_totals_of_open_tasks_in_one_go() -> None:
    held = [task(id=1), task(id=2, sentence_id="a:2", place_sentence="Satz 2", coded=1)]
    plan = plan_tasks(held, {"a:1": ROW} | rows("a:2", "b:1"), {})
    assert plan.stale == {("place_sentences", "von 3"): [1], ("place_texts", "von 2"): [1]}
