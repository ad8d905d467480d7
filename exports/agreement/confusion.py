"""Which codes the annotators take for each other, and where: what to clarify next."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import UNSET, UnsetType

from exports.agreement import coefficients
from exports.agreement.bootstrap import code_counts, packed
from exports.agreement.coefficients import MISSING, Floats, Ints
from exports.agreement.ratings import Ratings
from schemas.records import Record

Mask = npt.NDArray[np.bool_]


class Confusion(Record, frozen=True, kw_only=True):
    """Codes that stand against each other; of a set also one that stands against nothing.

    Of a stance they do so toward one ``target``.

    ``n`` are the pairs of codings that differ so, ``gain`` what the layer's alpha would rise by if
    they agreed, ``sentences`` the first few where it happens. The gain of a set is with the expected
    disagreement left as it is.
    """

    codes: list[str]
    target: str | UnsetType = UNSET
    n: int
    gain: float | UnsetType = UNSET
    sentences: list[str]


def code_confusions(
    ratings: Ratings,
    sentences: Sequence[str],
    *,
    metric: str = "nominal",
    targets: Sequence[str] = (),
    most: int = 5,
) -> list[Confusion]:
    """The pairs of codes that cost a layer of kind one, scale or stance most, dearest first.

    The gain is exact: settling a pair half one way and half the other leaves the counts of the
    codes, and with them the expected disagreement, as they are.

    Parameters
    ----------
    targets
        Of a stance, whose units are all sentences for the first target, then for the next, …: each
        target has confusions of its own, and the gain is that of the layer.
    """
    shared = ratings.where(ratings.shared)
    counts, sizes = code_counts(shared)
    if not len(counts):
        return []
    part = np.flatnonzero(ratings.shared) // len(sentences) if targets else np.zeros(len(counts), dtype=int)
    given = counts.sum(axis=0).astype(float)
    distances = (
        coefficients.ordinal(given) if metric == "ordinal" else coefficients.nominal(len(ratings.codes))
    )
    expected = float(given @ distances @ given)
    confusions = []
    names: Sequence[str | UnsetType] = targets or [UNSET]
    for number, target in enumerate(names):
        here, m = counts[part == number], sizes[part == number]
        units = shared.unit[part == number]
        pairs = here.T @ here
        disagreement = here.T @ (here / (m - 1)[:, None]) * distances
        for a, b in _dearest(disagreement, most):
            gain = (given.sum() - 1) * 2 * disagreement[a, b] / expected
            confusions.append(
                Confusion(
                    codes=[ratings.codes[a], ratings.codes[b]],
                    target=target,
                    n=int(pairs[a, b]),
                    gain=round(float(gain), 6),
                    sentences=_named(units[(here[:, a] > 0) & (here[:, b] > 0)], sentences),
                )
            )
    return sorted(confusions, key=lambda confusion: -(confusion.gain or 0.0))[:most]


def _dearest(table: Floats, most: int) -> Iterator[tuple[int, int]]:
    """The places above the diagonal with the highest numbers, ties in the order of the codebook."""
    rows, columns = np.triu_indices(len(table), k=1)
    order = np.argsort(-table[rows, columns], kind="stable")[:most]
    return ((int(rows[n]), int(columns[n])) for n in order if table[rows[n], columns[n]] > 0)


def set_confusions(
    ratings: Ratings, sentences: Sequence[str], *, alpha: float | None, most: int = 5
) -> list[Confusion]:
    """The codes of a set layer that stand against each other, or against nothing, dearest first.

    ``alpha`` is the layer's, with MASI. Where it is not defined there is no gain, and the most
    frequent come first.
    """
    shared = ratings.where(ratings.shared)
    size = len(ratings.codes)
    swapped = np.zeros((size, size))
    alone = np.zeros(size)
    values = packed(shared.values)
    for mine, theirs, _ in _differences(values, ratings.members):
        swapped += mine.T @ theirs.astype(float)
        alone += mine[~theirs.any(axis=1)].sum(axis=0) + theirs[~mine.any(axis=1)].sum(axis=0)
    table = swapped + swapped.T
    # few settle much that are seldom: of the most frequent the dearest
    often = 3 * most
    tally: list[tuple[int, tuple[int, ...]]] = [(int(table[a, b]), (a, b)) for a, b in _dearest(table, often)]
    tally += [(int(number), (c,)) for c, number in enumerate(alone) if number]
    ranked = sorted(tally, key=lambda item: (-item[0], item[1]))[:often]
    gains = _set_gains(values, ratings.members, [codes for _, codes in ranked], alpha)
    dearest = sorted(range(len(ranked)), key=lambda n: -gains[n])[:most]
    return [
        Confusion(
            codes=[ratings.codes[c] for c in ranked[n][1]],
            n=ranked[n][0],
            gain=UNSET if alpha is None else round(gains[n], 6),
            sentences=_named(shared.unit[_where(values, ratings.members, ranked[n][1])], sentences),
        )
        for n in dearest
    ]


def _set_gains(
    values: Ints, members: Mask, found: Sequence[tuple[int, ...]], alpha: float | None
) -> list[float]:
    """What alpha would rise by: (1 − alpha) times the share of the disagreement that would go."""
    gone = np.zeros(len(found))
    total = 0.0
    share = 1 / np.maximum((values != MISSING).sum(axis=1) - 1, 1)
    for first, second, units in _unequal(values):
        one, other = members[values[units, first]], members[values[units, second]]
        before = coefficients.masi_between(one, other)
        total += float(share[units] @ before)
        for n, codes in enumerate(found):
            settled = _settled(one, other, codes)
            changed = (settled != other).any(axis=1)
            after = coefficients.masi_between(one[changed], settled[changed])
            gone[n] += float(share[units[changed]] @ (before[changed] - after))
    return [0.0 if alpha is None or not total else float((1 - alpha) * part / total) for part in gone]


def _settled(one: Mask, other: Mask, codes: tuple[int, ...]) -> Mask:
    """The second sets as they would be, had they these codes as the first sets have them."""
    settled = other.copy()
    mine, theirs = one & ~other, other & ~one
    if len(codes) == 2:
        a, b = codes
        differ = (mine[:, a] & theirs[:, b]) | (mine[:, b] & theirs[:, a])
    else:
        a = b = codes[0]
        differ = (mine[:, a] & ~theirs.any(axis=1)) | (theirs[:, a] & ~mine.any(axis=1))
    for code in (a, b):
        settled[differ, code] = one[differ, code]
    return settled


def _unequal(values: Ints) -> Iterator[tuple[int, int, Ints]]:
    """For every two columns the units in which both were given and differ."""
    for first in range(values.shape[1]):
        for second in range(first + 1, values.shape[1]):
            both = (values[:, first] != MISSING) & (values[:, second] != MISSING)
            yield first, second, np.flatnonzero(both & (values[:, first] != values[:, second]))


def _differences(values: Ints, members: Mask) -> Iterator[tuple[Mask, Mask, Ints]]:
    """For every two columns: codes in the first set only, in the second only, and the units."""
    for first, second, units in _unequal(values):
        one, other = members[values[units, first]], members[values[units, second]]
        yield one & ~other, other & ~one, units


def _where(values: Ints, members: Mask, codes: tuple[int, ...]) -> Mask:
    """The units in which two sets differ by these codes."""
    differs = np.zeros(len(values), dtype=bool)
    for mine, theirs, units in _differences(values, members):
        for one, other in ((mine, theirs), (theirs, mine)):
            if len(codes) == 2:
                differs[units[one[:, codes[0]] & other[:, codes[1]]]] = True
            else:
                differs[units[one[:, codes[0]] & ~other.any(axis=1)]] = True
    return differs


def _named(units: Ints, sentences: Sequence[str], most: int = 5) -> list[str]:
    """The first few sentences of these units, each once."""
    return [sentences[n] for n in dict.fromkeys(units.tolist())][:most]
