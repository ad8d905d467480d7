"""The parts of the coefficients against figures worked out by hand."""

import numpy as np
import pytest

from exports.agreement.coefficients import coincidences, interval, masi, masi_between, positive_agreement


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("ab", "ab", 0),
        ("", "", 0),
        ("a", "", 1),
        ("a", "b", 1),
        ("ab", "a", 1 - 1 / 2 * 2 / 3),
        ("a", "abc", 1 - 1 / 3 * 2 / 3),
        ("ab", "bc", 1 - 1 / 3 * 1 / 3),
    ],
)
def test_masi(first: str, second: str, distance: float) -> None:
    sets = np.array([[code in codes for code in "abc"] for codes in (first, second)])
    assert masi_between(sets[:1], sets[1:]) == pytest.approx([distance])
    assert masi_between(sets[1:], sets[:1]) == pytest.approx([distance])
    assert masi(sets) == pytest.approx(np.array([[0, distance], [distance, 0]]))


def test_coincidences_are_pairs_of_other_ratings_over_the_ratings_but_one() -> None:
    tables = coincidences(np.array([[2, 1], [0, 2], [1, 0]]))
    assert tables.tolist() == [[[1, 1], [1, 0]], [[0, 0], [0, 2]], [[0, 0], [0, 0]]]


def test_positive_agreement_of_two_and_three_raters() -> None:
    # the first code: two of three, both, and once alone, which counts for nothing; the last is never given
    counts = np.array([[2, 1, 0], [2, 0, 0], [1, 0, 0]])
    figures = positive_agreement(counts, np.array([3, 2, 1]))
    assert figures == pytest.approx([(2 * 1 / 2 + 2 * 1 / 1) / 4, 0, np.nan], nan_ok=True)


def test_an_interval_leaves_out_as_much_below_as_above() -> None:
    assert interval(np.arange(1001.0)) == pytest.approx((25, 975))
    assert interval(np.arange(101.0), level=0.9) == pytest.approx((5, 95))


@pytest.mark.parametrize(("undefined", "is_given"), [(1, True), (2, False)])
def test_an_interval_needs_nine_draws_of_ten(undefined: int, is_given: bool) -> None:
    draws = np.where(np.arange(10) < undefined, np.nan, 1.0)
    assert (interval(draws) is not None) == is_given
