"""From a corpus to the units to code next: some of it is looked at, and a strategy orders what was seen."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from schemas.records import ContextSentence
from train.arrays import Ints
from train.model import Model, RequestedTargets
from train.selection.doubt import doubts
from train.selection.draw import BREADTH, RANDOM, Candidates, Pick, Unit, draw
from train.selection.likeness import means, vectors_of

#: The most sentences of one commentary that a strategy prefers where sentences are picked one by one.
CAP = 5
#: Sentences that are looked at, and those where an encoder reads them, which takes six times as long.
LOOKED_AT, WITH_ENCODER = 8000, 2000
_USES_DOUBT, _USES_VECTORS = ("mixed", "uncertainty"), ("mixed", "diverse", "cold")


class LookedAt(NamedTuple):
    """Rows of some units, for each the position of its unit among them, and the targets to ask about."""

    rows: Sequence[ContextSentence]
    owner: Ints
    asked: Sequence[RequestedTargets] | None = None


def choose(
    units: Sequence[Unit],
    wanted: int,
    look_at: Callable[[Ints], LookedAt],
    *,
    strategy: str,
    model: Model | None,
    random_share: float,
    cap: int | None,
    seed: int,
) -> list[Pick]:
    """The units to code next (`train.selection.draw.draw`), in the order in which they should be coded.

    Parameters
    ----------
    look_at
        Gives the rows of the units at these places. Of a large corpus a part is looked at: whole
        commentaries by a hash of their ids, the same in every draw.
    """
    if strategy == RANDOM or not units:
        return draw(units, wanted, Candidates(np.arange(0), None, None), strategy=strategy, seed=seed)
    most = WITH_ENCODER if model is not None and model.meta.settings.encoder else LOOKED_AT
    places = _some(units, max(most, BREADTH * wanted))
    rows, owner, asked = look_at(places)
    size = np.maximum(np.bincount(owner, minlength=len(places)), 1)
    doubt, vectors = None, None
    if strategy in _USES_DOUBT:
        assert model is not None
        doubt = np.bincount(owner, doubts(model, rows, asked=asked), len(places)) / size
    if strategy in _USES_VECTORS:
        vectors = means(vectors_of(rows, None if strategy == "cold" else model), owner, len(places))
    candidates = Candidates(places, doubt, vectors)
    return draw(
        units, wanted, candidates, strategy=strategy, random_share=random_share, cap=cap, seed=seed
    )  # fmt: skip


def _some(units: Sequence[Unit], most: int) -> Ints:
    """The places of the units of whole commentaries, about ``most`` sentences."""
    if sum(unit.size for unit in units) <= most:
        return np.arange(len(units))
    size: dict[str, int] = {}
    for unit in units:
        size[unit.commentary_id] = size.get(unit.commentary_id, 0) + unit.size
    kept: set[str] = set()
    left = most
    for name in sorted(size, key=lambda name: hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()):
        if left <= 0:
            break
        kept.add(name)
        left -= size[name]
    return np.array([place for place, unit in enumerate(units) if unit.commentary_id in kept])
