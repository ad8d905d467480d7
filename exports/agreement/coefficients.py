"""Coefficients of agreement as pure functions over arrays.

``values`` is an integer array of units × raters: the number of the value that a rater gave,
`MISSING` where they gave none. ``counts`` is an array of units × values: how many raters gave it.
A coefficient that is not defined is None.

References
----------
Cohen (1960), A coefficient of agreement for nominal scales, doi:10.1177/001316446002000104.
Fleiss (1971), Measuring nominal scale agreement among many raters, doi:10.1037/h0031619.
Passonneau (2006), Measuring agreement on set-valued items (MASI), LREC.
Gwet (2008), Computing inter-rater reliability and its variance in the presence of high agreement,
doi:10.1348/000711006X126600; with missing ratings: Gwet (2014), Handbook of inter-rater reliability.
Krippendorff (2011), Computing Krippendorff's alpha-reliability.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Members = npt.NDArray[np.bool_]

MISSING = -1
_ROWS = 512


def count_values(values: Ints, n_values: int) -> Ints:
    """Units × values: how many raters gave which value to which unit."""
    units = np.broadcast_to(np.arange(len(values))[:, None], values.shape)
    given = values != MISSING
    flat = np.bincount(units[given] * n_values + values[given], minlength=len(values) * n_values)
    return flat.reshape(len(values), n_values).astype(np.int64)


def krippendorff_alpha(values: Ints, distances: Floats) -> float | None:
    """Krippendorff's alpha for any distance between values.

    Parameters
    ----------
    values
        Units × raters.
    distances
        Values × values, 0 on the diagonal: `nominal`, `ordinal`, `jaccard` or `masi`.

    Returns
    -------
    float | None
        None where no unit has two ratings, or one value only was ever given.
    """
    marginals = pairable_marginals(values, len(distances))
    alphas = alpha_from_sums(disagreements(values, distances).sum(keepdims=True), marginals[None], distances)
    return None if np.isnan(alphas[0]) else float(alphas[0])


def pairable_marginals(values: Ints, n_values: int) -> Ints:
    """How often each value was given in units with two ratings or more."""
    paired = values[(values != MISSING).sum(axis=1) > 1]
    return np.bincount(paired[paired != MISSING], minlength=n_values).astype(np.int64)


def disagreements(values: Ints, distances: Floats) -> Floats:
    """Per unit the distances between all ordered pairs of its m ratings, added up, over m − 1."""
    m = (values != MISSING).sum(axis=1)
    total = np.zeros(len(values))
    for first in range(values.shape[1]):
        for second in range(first + 1, values.shape[1]):
            both = (values[:, first] != MISSING) & (values[:, second] != MISSING)
            total[both] += 2 * distances[values[both, first], values[both, second]]
    return np.asarray(total / np.maximum(m - 1, 1))


def alpha_from_sums(disagreement: Floats, marginals: npt.NDArray[Any], distances: Floats) -> Floats:
    """Alpha of many samples at once, not-a-number where it is not defined.

    Parameters
    ----------
    disagreement
        One number a sample: its `disagreements` added up.
    marginals
        Samples × values: how often each value was given in units with two ratings or more.
    """
    marginals = marginals.astype(float)
    n = marginals.sum(axis=1)
    expected = ((marginals @ distances) * marginals).sum(axis=1)
    return alpha_from_expected(disagreement, n, expected)


def alpha_from_expected(disagreement: Floats, n: Floats, expected: Floats) -> Floats:
    """1 − D_o / D_e, where ``expected`` adds up the distances between all n values given."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 0, 1 - (n - 1) * disagreement / expected, np.nan))


def coincidences(counts: Ints) -> Floats:
    """Per unit the table of pairs of values, each over m − 1 (Krippendorff's coincidences)."""
    m = counts.sum(axis=1)
    numbers = counts.astype(float)
    tables = numbers[:, :, None] * numbers[:, None, :]
    places = np.arange(counts.shape[1])
    tables[:, places, places] -= numbers
    return np.asarray(tables / np.maximum(m - 1, 1)[:, None, None])


def nominal(n_values: int) -> Floats:
    """0 between equal values, 1 between others."""
    return 1.0 - np.eye(n_values)


def ordinal(marginals: Floats) -> Floats:
    """Krippendorff's ordinal metric: the ratings that lie between two ranks, squared.

    It rests on how often each value was given, so it is of these data only.
    """
    below = np.cumsum(marginals) - np.asarray(marginals) / 2
    return np.asarray((below[:, None] - below[None, :]) ** 2, dtype=float)


def jaccard(members: Members) -> Floats:
    """1 − shared codes / all codes between sets; an empty set is equal to an empty one.

    ``members`` is sets × codes.
    """
    return _between_sets(members, lambda shared, union, smaller: _similarity(shared, union))


def masi(members: Members) -> Floats:
    """Passonneau's distance between sets: 1 − Jaccard × monotonicity.

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, else 0.
    """
    return _between_sets(members, _masi_similarity)


def masi_between(first: Members, second: Members) -> Floats:
    """Passonneau's distance row by row: of each set of the first to its fellow in the second."""
    shared = (first & second).sum(axis=1).astype(float)
    union = (first | second).sum(axis=1).astype(float)
    smaller = np.minimum(first.sum(axis=1), second.sum(axis=1)).astype(float)
    return np.asarray(1 - _masi_similarity(shared, union, smaller))


def _masi_similarity(shared: Floats, union: Floats, smaller: Floats) -> Floats:
    cases = [shared == union, (shared == smaller) & (shared > 0), shared > 0]
    return np.asarray(_similarity(shared, union) * np.select(cases, [1.0, 2 / 3, 1 / 3], 0.0))


def _similarity(shared: Floats, union: Floats) -> Floats:
    return np.where(union == 0, 1.0, shared / np.maximum(union, 1))


def _between_sets(members: Members, similarity: Callable[[Floats, Floats, Floats], Floats]) -> Floats:
    """Sets × sets: 1 − a similarity of their shared codes, their union and the smaller's size."""
    numbers = members.astype(float)
    sizes = numbers.sum(axis=1)
    distances = np.empty((len(members), len(members)))
    for start in range(0, len(members), _ROWS):  # a block at a time: thousands of sets may occur
        rows = slice(start, start + _ROWS)
        shared = numbers[rows] @ numbers.T
        union = sizes[rows, None] + sizes[None, :] - shared
        distances[rows] = 1 - similarity(shared, union, np.minimum(sizes[rows, None], sizes[None, :]))
    return distances


def cohen_kappa(first: Ints, second: Ints) -> float | None:
    """Cohen's kappa of two raters over the units both rated."""
    both = (first != MISSING) & (second != MISSING)
    first, second = first[both], second[both]
    if not len(first):
        return None
    n_values = int(max(first.max(), second.max())) + 1
    shares = [np.bincount(rater, minlength=n_values) / len(first) for rater in (first, second)]
    return _chance_corrected(float((first == second).mean()), float(shares[0] @ shares[1]))


def fleiss_kappa(counts: Ints) -> float | None:
    """Fleiss' kappa; where units have differing numbers of raters, as Gwet (2014) extends it."""
    agreement, prevalence = _agreement_and_prevalence(counts)
    return None if agreement is None else _chance_corrected(agreement, float((prevalence**2).sum()))


def gwet_ac1(counts: Ints) -> float | None:
    """Gwet's AC1, steady where one value is far more common than all others.

    The number of columns of ``counts`` is the number of values that could be given.
    """
    agreement, prevalence = _agreement_and_prevalence(counts)
    if agreement is None or counts.shape[1] < 2 or (prevalence > 0).sum() < 2:
        return None
    chance = float((prevalence * (1 - prevalence)).sum()) / (counts.shape[1] - 1)
    return _chance_corrected(agreement, chance)


def _agreement_and_prevalence(counts: Ints) -> tuple[float | None, Floats]:
    """Mean agreement over units with two ratings; mean share of each value over all rated units."""
    m = counts.sum(axis=1)
    rated, paired = counts[m > 0], counts[m > 1]
    if not len(paired):
        return None, np.zeros(counts.shape[1])
    sizes = m[m > 1]
    agreement = (paired * (paired - 1)).sum(axis=1) / (sizes * (sizes - 1))
    return float(agreement.mean()), (rated / rated.sum(axis=1, keepdims=True)).mean(axis=0)


def _chance_corrected(agreement: float, chance: float) -> float | None:
    return None if chance >= 1 else (agreement - chance) / (1 - chance)


def positive_agreement(counts: Ints, sizes: Ints) -> Floats:
    """Per code: where one rater gave it, the share of the others who gave it too.

    For two raters it is Dice's coefficient, the F1 of one against the other (Cicchetti and
    Feinstein 1990, doi:10.1016/0895-4356(90)90159-M). Not-a-number where nobody gave it.

    Parameters
    ----------
    counts
        Units × codes: how many raters gave the code; one rater may give several.
    sizes
        Units: how many raters there were.
    """
    paired, m = counts[sizes > 1].astype(float), sizes[sizes > 1].astype(float)
    together = (paired * (paired - 1) / (m - 1)[:, None]).sum(axis=0)
    given = paired.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(given > 0, together / given, np.nan)


def interval(sample: Sequence[float] | Floats, level: float = 0.95) -> tuple[float, float] | None:
    """The percentile interval of bootstrap draws; None where fewer than nine in ten are defined."""
    draws = np.asarray(sample, dtype=float)
    defined = draws[~np.isnan(draws)]
    if len(draws) == 0 or len(defined) < 0.9 * len(draws):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
