"""Which codes a model may suggest in a layer, which not yet and what it takes, by what its training found."""

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


def more_like_these(times: float, sentences: int) -> int | None:
    """How many more sentences it takes, like those that are coded, in tens; None where nobody can say.

    Parameters
    ----------
    times
        How many times as many as there are it takes in all: ``needed`` of `LayerState.choices`.
    """
    return in_tens(round((times - 1) * sentences)) if times > 1 else None


def in_tens(count: int) -> int:
    """The next higher ten, and no less than one: something is missing."""
    return max(-(-count // 10), 1) * 10


def ticked_directions(state: "LayerState") -> list[str]:
    """The directions of a stance that are ever sure enough: only those that an author's other texts tell."""
    ways = [code for code, limit in state.thresholds.items() if code != UNRELATED and limit < 1]
    return ways if state.authors else []
