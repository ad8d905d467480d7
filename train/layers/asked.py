"""The targets that were asked of sentences, as gold has them."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.records import UNRELATED, GoldSentence, LayerValue


class AskedTarget(NamedTuple):
    """A sentence and a target that was asked of it; ``row`` is the sentence's place in the rows."""

    row: int
    target: str
    value: str


def by_target(value: LayerValue | None) -> dict[str, str]:
    """The code of each target that was asked; empty for a value that is no stance's."""
    return value if isinstance(value, dict) else {}


def asked_pairs(rows: Sequence[GoldSentence], layer_id: str) -> list[AskedTarget]:
    """Every sentence with every target that was asked of it."""
    return [
        AskedTarget(i, target, value)
        for i, row in enumerate(rows)
        for target, value in sorted(by_target(row.layers.get(layer_id)).items())
    ]


def is_touched(value: str) -> bool:
    return value != UNRELATED
