"""Which codes a model may suggest in a layer, and which not yet, by what its training found."""

from typing import TYPE_CHECKING, NamedTuple

from schemas.records import UNRELATED

if TYPE_CHECKING:
    from train.model import LayerState
    from train.settings import Settings


class PartedCodes(NamedTuple):
    """The codes that may be suggested, those with too few examples, and those that are not sure enough."""

    sure: list[str]
    rare: dict[str, int]
    unsure: list[str]


def parted_codes(state: "LayerState", settings: "Settings") -> PartedCodes:
    """The codes of a layer without targets that occur."""
    limits = state.sure or state.thresholds
    rare = {code: n for code, n in state.codes.items() if 0 < n < settings.min_code}
    seen = [code for code, n in state.codes.items() if n and code not in rare]
    sure = [code for code in seen if limits.get(code, 1.0) < 1 and code not in state.not_learned]
    return PartedCodes(sure, rare, [code for code in seen if code not in sure])


def ticked_directions(state: "LayerState") -> list[str]:
    """The directions of a stance that are ever sure enough: only those that an author's other texts tell."""
    ways = [code for code, limit in state.thresholds.items() if code != UNRELATED and limit < 1]
    return ways if state.authors else []
