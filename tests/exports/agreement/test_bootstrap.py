"""Intervals equal to those of a bootstrap done the long way: commentaries copied as often as drawn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from exports.agreement import coefficients
from exports.agreement.bootstrap import (
    Draws,
    alpha_estimate,
    code_counts,
    code_intervals,
    cohen_interval,
    kappa_and_ac1_intervals,
    observed_interval,
    widened,
)
from exports.agreement.coefficients import MISSING, count_values
from exports.agreement.ratings import Ratings

Statistic = Callable[[Ratings], float | None]


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    """Twelve commentaries, three raters, four values; of the last commentary nothing is shared."""
    rng = np.random.default_rng(11)
    group = np.repeat(np.arange(12), 6)
    true = rng.integers(0, 4, len(group))[:, None]
    values = np.where(rng.random((len(group), 3)) < 0.6, true, rng.integers(0, 4, (len(group), 3)))
    values[rng.random(values.shape) < 0.2] = MISSING
    values[group == 11, 1:] = MISSING
    return Ratings(
        values=values,
        unit=np.arange(len(group)),
        group=group,
        codes=list("abcd"),
        members=np.eye(4, dtype=bool),
    )


@pytest.fixture(scope="module")
def draws() -> Draws:
    return Draws(np.arange(11), 12, number=60, seed=1)


def the_long_way(ratings: Ratings, draws: Draws, statistic: Statistic) -> tuple[float, float] | None:
    found = []
    for weights in np.concatenate(list(draws.chunks())).astype(int):
        units = np.concatenate(
            [np.repeat(np.flatnonzero(ratings.group == g), n) for g, n in enumerate(weights)]
        )
        sample = Ratings(
            values=ratings.values[units], unit=np.arange(len(units)), group=ratings.group[units],
            codes=ratings.codes, members=ratings.members,
        )  # fmt: skip
        value = statistic(sample)
        found.append(np.nan if value is None else value)
    groups = len(np.unique(ratings.group[ratings.shared]))
    whole = statistic(ratings)
    assert whole is not None
    interval = coefficients.interval(found)
    wide = widened(interval, whole, groups)
    # 11 commentaries: √(11 / 10) · t(10 degrees of freedom) / z = 1.0488 · 2.2281 / 1.96
    assert (interval is None) == (wide is None)
    assert (
        interval is None
        or wide is None
        or wide[0] == pytest.approx(whole - 1.1923 * (whole - interval[0]), abs=1e-4)
    )
    return wide


def observed(ratings: Ratings) -> float:
    """The share of equal pairs, each unit's pairs over m − 1."""
    above = below = 0.0
    for row in ratings.values:
        given = row[row != MISSING]
        if len(given) > 1:
            above += sum(a == b for i, a in enumerate(given) for j, b in enumerate(given) if i != j) / (
                len(given) - 1
            )
            below += len(given)
    return above / below


def test_of_observed_agreement(ratings: Ratings, draws: Draws) -> None:
    assert observed_interval(ratings, draws) == pytest.approx(the_long_way(ratings, draws, observed))


def test_of_fleiss_kappa_and_ac1(ratings: Ratings, draws: Draws) -> None:
    found = kappa_and_ac1_intervals(count_values(ratings.values, 4), ratings.group, draws)
    for interval, figure in zip(found, (coefficients.fleiss_kappa, coefficients.gwet_ac1), strict=True):
        slow = the_long_way(ratings, draws, lambda sample, f=figure: f(count_values(sample.values, 4)))
        assert interval == pytest.approx(slow)


def test_of_positive_agreement_and_ac1_of_each_code(ratings: Ratings, draws: Draws) -> None:
    def positive(sample: Ratings, c: int) -> float:
        return float(coefficients.positive_agreement(*code_counts(sample))[c])

    def against_rest(sample: Ratings, c: int) -> float | None:
        counts, sizes = code_counts(sample)
        return coefficients.gwet_ac1(np.stack([counts[:, c], sizes - counts[:, c]], axis=1))

    for c, found in enumerate(code_intervals(ratings, draws)):
        for interval, figure in zip(found, (positive, against_rest), strict=True):
            assert interval == pytest.approx(the_long_way(ratings, draws, lambda s, f=figure, c=c: f(s, c)))


def test_of_cohens_kappa(ratings: Ratings, draws: Draws) -> None:
    first, second = ratings.values[:, 0], ratings.values[:, 1]
    slow = the_long_way(ratings, draws, lambda s: coefficients.cohen_kappa(s.values[:, 0], s.values[:, 1]))
    assert cohen_interval(first, second, ratings.group, draws) == pytest.approx(slow)


def test_one_commentary_gives_none(ratings: Ratings, draws: Draws) -> None:
    alone = ratings.where(ratings.group == 3)
    assert observed_interval(alone, draws) is None
    assert set(code_intervals(alone, draws)) == {(None, None)}


def test_one_value_only_gives_no_kappa_and_full_observed_agreement(ratings: Ratings, draws: Draws) -> None:
    same = ratings.recoded([2, 2, 2, 2], ratings.codes)
    counts = count_values(same.values, 4)
    assert kappa_and_ac1_intervals(counts, same.group, draws) == (None, None)
    assert observed_interval(same, draws) == (1.0, 1.0)


def test_few_commentaries_widen_an_interval_within_what_a_figure_can_be() -> None:
    wide = [widened((0.7, 0.8), 0.75, groups) for groups in (3, 10, 1000)]
    widths = [high - low for low, high in filter(None, wide)]
    assert widths == pytest.approx([0.2689, 0.1217, 0.1002], abs=2e-4)
    assert widened((0.1, 0.9), 0.5, 3, lowest=0.0) == (0.0, 1.0)
    assert widened(None, 0.5, 5) is None


def test_an_interval_of_few_commentaries_holds_the_truth_in_nine_of_ten_studies() -> None:
    """Two people who agree by chance in a tenth of the sentences, more in some commentaries than in others."""
    rng = np.random.default_rng(3)

    def estimate(commentaries: int, number: int) -> Any:
        group = np.repeat(np.arange(commentaries), 15)
        first = rng.integers(0, 3, len(group))
        alike = rng.random(len(group)) < rng.beta(8, 2, commentaries)[group]
        values = np.stack([first, np.where(alike, first, rng.integers(0, 3, len(group)))], axis=1)
        ratings = Ratings(
            values=values, unit=np.arange(len(group)), group=group, codes=list("abc"), members=np.eye(3, dtype=bool)
        )  # fmt: skip
        return alpha_estimate(
            ratings, "nominal", Draws(np.arange(commentaries), commentaries, number=number, seed=0)
        )

    truth = estimate(5000, 0).alpha
    found = [estimate(4, 400).interval for _ in range(200)]
    assert np.mean([low <= truth <= high for low, high in found]) > 0.89
