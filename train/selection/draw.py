"""Which units are picked: some for certain, the others by a draw in which each has a known chance.

First come those that a strategy prefers. They depend on the model and the texts alone, never on the seed:
their probability is 1. The random share is then a simple random sample of *all* others, each of which has
the same probability. So totals over everything, weighted by one over the probability, are right on average
(Horvitz & Thompson 1952), whatever the strategy prefers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from train.arrays import Floats, Ints
from train.selection.likeness import clusters

#: The least share that is drawn at random.
LEAST_RANDOM = 0.2
#: ``mixed`` spreads its picks over the most doubtful units, so many times as many as it picks.
BREADTH = 4
RANDOM = "random"


class Unit(NamedTuple):
    """What is picked as a whole: a commentary with ``size`` sentences, or one sentence of it."""

    name: str
    commentary_id: str
    size: int


class Candidates(NamedTuple):
    """Of the units that are looked at: their places, and for each its doubt and its vector."""

    places: Ints
    doubt: Floats | None
    vectors: Floats | None


class Pick(NamedTuple):
    """A unit's place, what it was picked by, and the probability that it had."""

    place: int
    strategy: str
    probability: float


def draw(
    units: Sequence[Unit],
    wanted: int,
    candidates: Candidates,
    *,
    strategy: str = "mixed",
    random_share: float = LEAST_RANDOM,
    cap: int | None = None,
    seed: int = 0,
) -> list[Pick]:
    """Units of about ``wanted`` sentences, in the order in which they should be coded.

    Parameters
    ----------
    random_share
        The share of ``wanted`` that is drawn at random, rounded up to whole units.
    cap
        The most units of one commentary that a strategy prefers; the draw is not bound by it.
    """
    if wanted >= sum(unit.size for unit in units):
        return [Pick(place, strategy, 1.0) for place in range(len(units))]
    by_chance = ceil((1.0 if strategy == RANDOM else random_share) * wanted - 1e-9)
    preferred = STRATEGIES[strategy](units, candidates, wanted - by_chance)
    chosen = _within(units, preferred, wanted - by_chance, cap)
    chosen = chosen[: len(units) - 1]  # there is always something left to draw
    taken = set(chosen)
    rest = [place for place in range(len(units)) if place not in taken]
    mean = sum(units[place].size for place in rest) / len(rest)
    n = min(len(rest), ceil(by_chance / mean - 1e-9))
    drawn = np.random.default_rng(seed).choice(len(rest), n, replace=False).tolist()
    picks = [Pick(place, strategy, 1.0) for place in chosen]
    return list(_mingled(picks, [Pick(rest[i], RANDOM, n / len(rest)) for i in drawn]))


def _within(units: Sequence[Unit], preferred: Sequence[int], budget: int, cap: int | None) -> list[int]:
    """The first of the preferred whose sentences come nearest to the budget, so many a commentary at most."""
    chosen: list[int] = []
    of_commentary: dict[str, int] = {}
    size = 0
    for place in preferred:
        unit = units[place]
        if cap is not None and of_commentary.get(unit.commentary_id, 0) >= cap:
            continue
        if size + unit.size / 2 > budget:
            break
        chosen.append(place)
        of_commentary[unit.commentary_id] = of_commentary.get(unit.commentary_id, 0) + 1
        size += unit.size
    return chosen


def _mingled(first: Sequence[Pick], second: Sequence[Pick]) -> Iterator[Pick]:
    """Both in their order, evenly spread: whoever stops half-way has about half of each."""
    places = [((i + 0.5) / len(part), pick) for part in (first, second) for i, pick in enumerate(part)]
    for _, pick in sorted(places, key=lambda pair: pair[0]):
        yield pick


def _by_doubt(units: Sequence[Unit], candidates: Candidates, budget: int) -> list[int]:
    return [int(place) for place in candidates.places[_most_doubtful(candidates)]]


def _mixed(units: Sequence[Unit], candidates: Candidates, budget: int) -> list[int]:
    """The most doubtful of each cluster of the most doubtful (Zhdanov 2019, "Diverse mini-batch Active
    Learning"), then the others by doubt.
    """
    assert candidates.doubt is not None and candidates.vectors is not None
    order = _most_doubtful(candidates)
    sizes = np.array([units[place].size for place in candidates.places[order]])
    total = np.cumsum(sizes)
    inside = order[: max(1, int(np.searchsorted(total, BREADTH * budget)))]
    k = int(np.searchsorted(total, budget)) + 1
    weights = np.maximum(candidates.doubt[inside], 1e-9)
    labels, _ = clusters(candidates.vectors[inside], k, weights)
    _, first = np.unique(labels, return_index=True)  # they are in the order of doubt
    is_best = np.zeros(len(order), bool)
    is_best[first] = True  # ``inside`` is the head of ``order``
    return [int(place) for place in candidates.places[np.concatenate([order[is_best], order[~is_best]])]]


def _diverse(units: Sequence[Unit], candidates: Candidates, budget: int) -> list[int]:
    """The unit nearest to the centre of each cluster, that of the largest cluster first."""
    assert candidates.vectors is not None
    mean = np.mean([units[place].size for place in candidates.places])
    labels, distance = clusters(candidates.vectors, max(1, round(budget / mean)))
    size = np.bincount(labels)
    order = np.lexsort((distance, -size[labels], labels))
    _, first = np.unique(labels[order], return_index=True)
    centres = order[first][np.argsort(-size[labels[order[first]]], kind="stable")]
    others = np.argsort(distance, kind="stable")
    others = others[~np.isin(others, centres)]
    return [int(place) for place in candidates.places[np.concatenate([centres, others])]]


def _nothing(units: Sequence[Unit], candidates: Candidates, budget: int) -> list[int]:
    return []


def _most_doubtful(candidates: Candidates) -> Ints:
    assert candidates.doubt is not None
    return np.argsort(-candidates.doubt, kind="stable")


#: Strategy → the places of candidates, the preferred first. ``cold`` is ``diverse`` without a model.
STRATEGIES: Mapping[str, Callable[[Sequence[Unit], Candidates, int], list[int]]] = {
    "mixed": _mixed,
    RANDOM: _nothing,
    "uncertainty": _by_doubt,
    "diverse": _diverse,
    "cold": _diverse,
}
NEEDS_MODEL = ("mixed", "uncertainty", "diverse")
