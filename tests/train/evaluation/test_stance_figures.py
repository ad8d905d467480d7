"""Marks, ticks and directions of a stance, counted apart."""

from typing import Any

import pytest

from schemas.records import CodePrediction, DirectionSource, TouchPrediction
from train.evaluation.items import Item
from train.evaluation.stance_figures import Directions, Suggested, stance_figures


def item(
    gold: str, code: str, *, sure: bool = False, touch: bool = False, source: DirectionSource = "text"
) -> Item:
    scores = dict.fromkeys(("favor", "against", "unrelated"), 0.1) | {code: 0.8}
    answer = CodePrediction(
        code=code,
        score=0.8,
        threshold=0.5,
        abstained=not sure,
        touched=0.2 if code == "unrelated" else 0.8,
        scores=scores,
        touch=TouchPrediction(score=0.8, threshold=0.7, abstained=not touch),
        direction_from=source,
    )
    return Item("s", "t", "c", [gold], [code], ["unrelated"], answer)


ITEMS = [
    item("favor", "favor", sure=True, touch=True, source="author"),
    item("favor", "against", sure=True, touch=True, source="author"),
    item("against", "against", touch=True),
    item("against", "unrelated", sure=True),
    item("unrelated", "favor", touch=True),
    item("unrelated", "unrelated", sure=True),
]


def test_marks_ticks_and_directions_are_counted_apart() -> None:
    found = stance_figures(ITEMS)
    assert found is not None
    assert found.touched == 4
    assert found.marks == Suggested(n=4, right=0.75, found=0.75)
    assert found.ticks == Suggested(n=2, right=0.5, found=0.25)
    assert found.known == Directions(n=2, right=0.5)
    # of "unrelated" too the likeliest way counts: here both are alike, and the first is taken
    assert found.unknown == Directions(n=2, right=0.5)


@pytest.mark.parametrize("items", [[], [item("unrelated", "unrelated")]])
def test_without_touches_there_are_no_shares(items: list[Item]) -> None:
    found: Any = stance_figures(items)
    assert found is None or (found.touched, found.marks.found, found.ticks.right) == (0, None, None)
