"""What a model's stances are good for now, and what is missing, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from train.model import LayerState, ModelMeta


def stance_words(meta: "ModelMeta") -> list[str]:
    """A line for each stance layer that was trained."""
    from train.layers.kinds import KINDS

    return [
        f"{name}: {'; '.join(_outlook(state, meta))}"
        for name, state in meta.layers.items()
        if state.trained and KINDS[state.kind].has_targets and state.sure.get("answer", 1.0) < 1.0
    ]


def _outlook(state: "LayerState", meta: "ModelMeta") -> Iterator[str]:
    needed = state.choices.get("needed", {})
    ways = [threshold for code, threshold in state.thresholds.items() if code != "unrelated"]
    if state.sure["touched"] < 1:
        yield f"marks touched targets from a probability of {state.sure['touched']:.2f} on"
    else:
        yield f"marks no target as touched yet: {_missing(needed.get('touched', 0.0), state.n)}"
    if not state.authors:
        yield "ticks no direction: no coded text has an author, and words alone do not tell it"
    elif min(ways, default=1.0) < 1:
        known = len(state.authors)
        yield f"ticks directions for {known} known author{'' if known == 1 else 's'}, of others none"
    else:
        yield f"ticks no direction yet: {_missing(needed.get('direction', 0.0), state.n)}"


def _missing(times: float, sentences: int) -> str:
    """How many more coded sentences it takes, if they are like those that are coded."""
    if times <= 1:
        return "too few right answers to say how many more sentences it takes"
    return f"about {-(-int((times - 1) * sentences) // 10) * 10} more coded sentences like these"
