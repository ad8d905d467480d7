"""Alpha with an interval: a bootstrap that draws whole commentaries.

Alpha needs two sums only, the disagreement within units and how often each value was given; both
add up over commentaries, so a draw is a weighted sum and a thousand are one matrix product.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from exports.agreement import coefficients
from exports.agreement.coefficients import MISSING, Floats, Ints
from exports.agreement.ratings import Ratings

_NORMAL = 1.959964  # the normal distribution's quantile of .975
_CELLS = 200_000  # draws × commentaries at once: bounds the memory of studies with very many of them

ONE_TEXT = "no interval: all of it is in one commentary"
TOO_RARE = "no interval: undefined in more than one bootstrap draw of ten"
ONE_CATEGORY = "undefined: one category only, full raw agreement"
NOT_SHARED = "undefined: no two annotators coded it in the same sentence"
NOT_USED = "undefined: nobody used it"


class Estimate(Struct, frozen=True, kw_only=True):
    """Alpha, its interval, and why either is None."""

    alpha: float | None
    interval: tuple[float, float] | None
    reason: str | None = None


class Draws:
    """How often each commentary is in each bootstrap draw.

    Parameters
    ----------
    groups
        The numbers of the commentaries to draw from, each as likely as the other.
    n_groups
        How many commentaries there are at all.
    number
        How many draws; 0 for no intervals.
    """

    def __init__(self, groups: Ints, n_groups: int, *, number: int, seed: int) -> None:
        self.n_groups = n_groups
        self._groups = groups
        size = len(groups)
        drawn = np.random.default_rng(seed).integers(0, size, size=(number, size), dtype=np.int32)
        self._weights = np.zeros((number, size), dtype=np.uint16)
        for weights, row in zip(self._weights, drawn, strict=True):
            weights[:] = np.bincount(row, minlength=size)

    @property
    def all_once(self) -> Floats:
        """The weights of the data themselves."""
        return np.ones((1, self.n_groups))

    def chunks(self) -> Iterator[Floats]:
        """Draws × commentaries, some draws at a time."""
        size = max(100, _CELLS // max(self.n_groups, 1))
        for start in range(0, len(self._weights), size):
            # texts nobody shares are not drawn: they only say how common a value is, for kappa and AC1
            weights = np.ones((len(self._weights[start : start + size]), self.n_groups))
            weights[:, self._groups] = self._weights[start : start + size]
            yield weights

    def sampled(self, statistic: Callable[[Floats], Floats]) -> Floats:
        """A statistic of the weights, for every draw."""
        parts = [statistic(weights) for weights in self.chunks()]
        return np.concatenate(parts) if parts else np.zeros(0)


def alpha_estimate(ratings: Ratings, metric: str, draws: Draws) -> Estimate:
    """Alpha over the units of these ratings: nominal, ordinal, masi or jaccard."""
    shared = ratings.where(ratings.shared)
    if not len(shared.values):
        return Estimate(alpha=None, interval=None, reason=NOT_SHARED)
    if metric == "ordinal":
        return _ordinal_estimate(shared, draws)
    shared, distances = _with_distances(shared, metric)
    disagreement = coefficients.disagreements(packed(shared.values), distances)
    by_text = np.bincount(shared.group, weights=disagreement, minlength=draws.n_groups)
    given = given_by_group(shared.values, shared.group, len(distances), draws.n_groups)

    def alphas(weights: Floats) -> Floats:
        return coefficients.alpha_from_sums(weights @ by_text, weights @ given, distances)

    return _estimate(alphas(draws.all_once)[0], draws.sampled(alphas), shared.group)


def _with_distances(ratings: Ratings, metric: str) -> tuple[Ratings, Floats]:
    """The distances between the values that occur, and the ratings in terms of those."""
    if metric == "nominal":
        return ratings, coefficients.nominal(len(ratings.codes))
    used, numbers = np.unique(ratings.values, return_inverse=True)
    missing = int(used[0] == coefficients.MISSING)
    members = ratings.members[used[missing:]]
    values = numbers.reshape(ratings.values.shape) - missing
    distance = {"masi": coefficients.masi, "jaccard": coefficients.jaccard}[metric]
    renumbered = Ratings(
        values=values, unit=ratings.unit, group=ratings.group, codes=ratings.codes, members=members
    )
    return renumbered, distance(members)


def _ordinal_estimate(shared: Ratings, draws: Draws) -> Estimate:
    """The ordinal metric rests on the counts, so each draw has distances of its own."""
    size = len(shared.codes)
    per_unit = coefficients.coincidences(coefficients.count_values(shared.values, size))
    by_text = summed(shared.group, per_unit.reshape(-1, size * size), draws.n_groups)

    def alphas(weights: Floats) -> Floats:
        tables = (weights @ by_text).reshape(-1, size, size)
        return np.array([_ordinal_alpha(table) for table in tables])

    return _estimate(alphas(draws.all_once)[0], draws.sampled(alphas), shared.group)


def _ordinal_alpha(table: Floats) -> float:
    marginals = table.sum(axis=0)
    distances = coefficients.ordinal(marginals)
    disagreement = (table * distances).sum(keepdims=True)[0]
    return float(coefficients.alpha_from_sums(disagreement, marginals[None], distances)[0])


def code_estimates(ratings: Ratings, draws: Draws) -> list[Estimate]:
    """Per code the alpha of having it or not."""
    shared = ratings.where(ratings.shared)
    if not len(shared.values):
        return [Estimate(alpha=None, interval=None, reason=NOT_SHARED) for _ in ratings.codes]
    counts, sizes = code_counts(shared)
    m = sizes.astype(float)[:, None]
    unequal = 2 * counts * (m - counts) / (m - 1)
    sums = [summed(shared.group, part, draws.n_groups) for part in (unequal, counts, m)]

    def alphas(weights: Floats) -> Floats:
        disagreement, given, total = (weights @ part for part in sums)
        return coefficients.alpha_from_expected(disagreement, total, 2 * given * (total - given))

    estimates = alphas(draws.all_once)[0]
    sample = draws.sampled(alphas)
    used = counts.sum(axis=0)
    return [
        _estimate(float(estimates[c]), sample[:, c] if len(sample) else sample, shared.group)
        if used[c]
        else Estimate(alpha=None, interval=None, reason=NOT_USED)
        for c in range(len(ratings.codes))
    ]


def code_counts(ratings: Ratings) -> tuple[Ints, Ints]:
    """Units × codes: how many annotators gave the code; and how many coded the unit."""
    counts = np.zeros((len(ratings.values), len(ratings.codes)), dtype=np.int64)
    padded = np.concatenate([ratings.members, np.zeros((1, len(ratings.codes)), dtype=bool)])
    for column in ratings.values.T:  # MISSING is -1: the row of zeros at the end
        counts += padded[column]
    return counts, (ratings.values != coefficients.MISSING).sum(axis=1)


def equal_shares(values: Ints) -> tuple[Floats, Ints]:
    """Per unit of two ratings or more: for each rating the share of the others equal to it, added up;
    and how many ratings it has.
    """
    values = packed(values)
    m = (values != coefficients.MISSING).sum(axis=1)
    equal = np.zeros(len(values))
    for a, b in combinations(range(values.shape[1]), 2):
        equal += 2 * ((values[:, a] == values[:, b]) & (values[:, b] != coefficients.MISSING))
    return equal / np.maximum(m - 1, 1), m


def packed(values: Ints) -> Ints:
    """The same ratings in as few columns as there are ratings of one unit at most."""
    width = int((values != coefficients.MISSING).sum(axis=1).max(initial=0))
    return np.sort(values, axis=1)[:, ::-1][:, :width]


def summed(groups: Ints, per_unit: npt.NDArray[Any], n_groups: int) -> Floats:
    """Groups × columns: the rows of a group added up."""
    from scipy.sparse import csr_array

    units = np.arange(len(groups))
    of_group = csr_array((np.ones(len(groups)), (groups, units)), shape=(n_groups, len(groups)))
    return np.asarray(of_group @ per_unit)


def given_by_group(values: Ints, group: Ints, n_values: int, n_groups: int) -> Any:
    """Groups × values: how often each was given; sparse, for sets may have thousands of values."""
    from scipy.sparse import csr_array

    is_given = values != coefficients.MISSING
    groups = np.broadcast_to(group[:, None], is_given.shape)[is_given]
    return csr_array((np.ones(len(groups)), (groups, values[is_given])), shape=(n_groups, n_values))


def _estimate(alpha: float, sample: Floats, groups: Ints) -> Estimate:
    if np.isnan(alpha):
        return Estimate(alpha=None, interval=None, reason=ONE_CATEGORY)
    if not len(sample):
        return Estimate(alpha=alpha, interval=None)
    number = len(np.unique(groups))
    if number < 2:
        return Estimate(alpha=alpha, interval=None, reason=ONE_TEXT)
    interval = widened(coefficients.interval(sample), alpha, number)
    return Estimate(alpha=alpha, interval=interval, reason=None if interval else TOO_RARE)


Interval = tuple[float, float]


def widened(interval: Interval | None, value: float, groups: int, *, lowest: float = -1.0) -> Interval | None:
    """The percentile interval of a figure, as much further from it as so few commentaries ask for.

    Draws of n commentaries vary too little, by (n − 1) / n, and their percentiles stand for the normal
    distribution where Student's t with n − 1 degrees of freedom is due (Hesterberg 2015).
    """
    if interval is None:
        return None
    from scipy.special import stdtrit

    times = math.sqrt(groups / (groups - 1)) * float(stdtrit(groups - 1, 0.975)) / _NORMAL
    low, high = (float(value + times * (bound - value)) for bound in interval)
    return max(lowest, min(low, float(value))), min(1.0, max(high, float(value)))


def observed_interval(ratings: Ratings, draws: Draws) -> Interval | None:
    """Of the share of equal values among pairs of annotators."""
    shared = ratings.where(ratings.shared)
    sums = summed(shared.group, np.stack(equal_shares(shared.values), axis=1), draws.n_groups)

    def shares(weights: Floats) -> Floats:
        equal, given = (weights @ sums).T
        return _over(equal, given)

    return _interval(shares, shared.group, draws, lowest=0.0)


def kappa_and_ac1_intervals(counts: Ints, groups: Ints, draws: Draws) -> tuple[Interval | None, ...]:
    """Of Fleiss' kappa and of Gwet's AC1; ``counts`` is units × values, ``groups`` units."""
    agreed, paired, shares, rated = _per_unit(counts)
    size = counts.shape[1]
    sums = summed(groups, np.column_stack([agreed, paired, rated, shares]), draws.n_groups)

    def both(weights: Floats) -> Floats:
        total = weights @ sums
        agreement = _over(total[:, 0], total[:, 1])
        prevalence = _over(total[:, 3:], total[:, 2:3])
        return np.stack([fleiss_kappas(agreement, prevalence), ac1s(agreement, prevalence, size)], axis=1)

    return _intervals(both, groups[paired], draws, [-1.0, -1.0])


def code_intervals(ratings: Ratings, draws: Draws) -> list[tuple[Interval | None, Interval | None]]:
    """Per code that of positive agreement, and of AC1 of having the code or not."""
    counts, sizes = code_counts(ratings)
    n_codes = counts.shape[1]
    m, rated, paired = sizes[:, None].astype(float), sizes > 0, sizes > 1
    rest = m - counts
    others = np.maximum(m - 1, 1)
    together = np.where(paired[:, None], counts * (counts - 1) / others, 0.0)
    given = np.where(paired[:, None], counts, 0)
    agreed = np.where(
        paired[:, None], (counts * (counts - 1) + rest * (rest - 1)) / np.maximum(m * others, 1), 0.0
    )
    shares = counts / np.maximum(m, 1)
    parts = [summed(ratings.group, part, draws.n_groups) for part in (together, given, agreed, shares)]
    units = summed(ratings.group, np.stack([paired, rated], axis=1), draws.n_groups)

    def all_codes(weights: Floats) -> Floats:
        both, had, equal, part = (weights @ held for held in parts)
        n_paired, n_rated = (weights @ units).T[:, :, None]
        prevalence = _over(part, n_rated)
        intervals = ac1s(
            _over(equal, n_paired).ravel(), np.stack([prevalence.ravel(), 1 - prevalence.ravel()], axis=1), 2
        )
        return np.concatenate([_over(both, had), intervals.reshape(equal.shape)], axis=1)

    lowest = [0.0] * n_codes + [-1.0] * n_codes
    intervals = _intervals(all_codes, ratings.group[paired], draws, lowest)
    return list(zip(intervals[:n_codes], intervals[n_codes:], strict=True))


def cohen_interval(first: Ints, second: Ints, groups: Ints, draws: Draws) -> Interval | None:
    """Of Cohen's kappa of two raters over the units both rated."""
    both = (first != MISSING) & (second != MISSING)
    first, second, groups = first[both], second[both], groups[both]
    size = int(max(first.max(initial=0), second.max(initial=0))) + 1
    sums = summed(groups, np.stack([first == second, np.ones(len(groups))], axis=1), draws.n_groups)
    mine, theirs = (given_by_group(rater[:, None], groups, size, draws.n_groups) for rater in (first, second))

    def kappas(weights: Floats) -> Floats:
        equal, n = (weights @ sums).T
        chance = ((weights @ mine) * (weights @ theirs)).sum(axis=1)
        return corrected(_over(equal, n), _over(chance, n * n))

    return _interval(kappas, groups, draws)


def fleiss_kappas(agreement: Floats, prevalence: Floats) -> Floats:
    """Fleiss' kappa of many samples: their mean agreement, and samples × values how common each is."""
    return corrected(agreement, (prevalence**2).sum(axis=1))


def ac1s(agreement: Floats, prevalence: Floats, n_values: int) -> Floats:
    """Gwet's AC1 of many samples; not-a-number where one value only was given."""
    if n_values < 2:
        return np.full(len(agreement), np.nan)
    chance = (prevalence * (1 - prevalence)).sum(axis=1) / (n_values - 1)
    return np.where((prevalence > 0).sum(axis=1) < 2, np.nan, corrected(agreement, chance))


def corrected(agreement: Floats, chance: Floats) -> Floats:
    """The agreement beyond chance, of what is possible beyond it."""
    # as near to 1 as sums of floating numbers come, where one value only was given
    return np.where(chance > 1 - 1e-12, np.nan, _over(agreement - chance, 1 - chance))


def _per_unit(counts: Ints) -> tuple[Floats, npt.NDArray[np.bool_], Floats, npt.NDArray[np.bool_]]:
    """Agreement of the unit and whether it has two ratings; share of each value and whether it has any."""
    m = counts.sum(axis=1)
    agreed = (counts * (counts - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1)
    return agreed, m > 1, counts / np.maximum(m, 1)[:, None], m > 0


def _over(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below == 0, np.nan, above / below))


def _interval(
    statistic: Callable[[Floats], Floats], groups: Ints, draws: Draws, *, lowest: float = -1.0
) -> Interval | None:
    return _intervals(lambda weights: statistic(weights)[:, None], groups, draws, [lowest])[0]


def _intervals(
    statistics: Callable[[Floats], Floats], groups: Ints, draws: Draws, lowest: Sequence[float]
) -> tuple[Interval | None, ...]:
    """Of every column of the statistics, which are ``lowest`` at least.

    None where one commentary alone has shared units.
    """
    number = len(np.unique(groups))
    sample = draws.sampled(statistics)
    if number < 2 or not len(sample):
        return (None,) * len(lowest)
    values = statistics(draws.all_once)[0]
    return tuple(
        widened(coefficients.interval(column), float(value), number, lowest=least)
        for column, value, least in zip(sample.T, values, lowest, strict=True)
    )
