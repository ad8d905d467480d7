"""Intervals of observed agreement, kappa, AC1 and positive agreement: whole commentaries are drawn.

As with alpha, what a coefficient needs adds up over commentaries, so a draw is a weighted sum of a
few numbers a commentary. The coefficients are those of `exports.coefficients`, of many samples at
once; there are their sources.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from exports import coefficients
from exports.coefficients import MISSING, Floats, Ints
from exports.ratings import Ratings
from exports.resampling import Draws, code_counts, equal_shares, given_by_group, summed

Interval = tuple[float, float]


def observed_interval(ratings: Ratings, draws: Draws) -> Interval | None:
    """Of the share of equal values among pairs of annotators."""
    shared = ratings.where(ratings.shared)
    sums = summed(shared.group, np.stack(equal_shares(shared.values), axis=1), draws.n_groups)

    def shares(weights: Floats) -> Floats:
        equal, given = (weights @ sums).T
        return _over(equal, given)

    return _interval(shares, shared.group, draws)


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

    return _intervals(both, groups[paired], draws, 2)


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
        found = ac1s(
            _over(equal, n_paired).ravel(), np.stack([prevalence.ravel(), 1 - prevalence.ravel()], axis=1), 2
        )
        return np.concatenate([_over(both, had), found.reshape(equal.shape)], axis=1)

    found = _intervals(all_codes, ratings.group[paired], draws, 2 * n_codes)
    return list(zip(found[:n_codes], found[n_codes:], strict=True))


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


def _interval(statistic: Callable[[Floats], Floats], groups: Ints, draws: Draws) -> Interval | None:
    return _intervals(lambda weights: statistic(weights)[:, None], groups, draws, 1)[0]


def _intervals(
    statistics: Callable[[Floats], Floats], groups: Ints, draws: Draws, number: int
) -> tuple[Interval | None, ...]:
    """Of every column of the statistics; none where one commentary alone has shared units."""
    if len(np.unique(groups)) < 2:
        return (None,) * number
    sample = draws.sampled(statistics)
    columns: Sequence[Floats] = list(sample.T) if len(sample) else [sample] * number
    return tuple(coefficients.interval(column) for column in columns)
