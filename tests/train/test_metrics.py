"""Figures from counts, beside scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support

from train.metrics import (
    average_precision,
    bootstrap_f1,
    by_group,
    drawn_weights,
    f1,
    interval_of,
    macro_f1,
    macro_interval,
    precision_recall,
    soft_tally,
    tally,
    widened,
)

CODES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def hot(values: list[int]) -> np.ndarray:
    return np.eye(4, dtype=bool)[values]


@given(CODES)
def test_macro_f1_is_scikit_learns_over_codes_that_occur(pairs: list[tuple[int, int]]) -> None:
    gold, given_ = [a for a, _ in pairs], [b for _, b in pairs]
    found = macro_f1(tally(hot(gold), hot(given_)).sum(axis=0))
    assert found == pytest.approx(f1_score(gold, given_, average="macro", zero_division=0))


@given(CODES)
def test_precision_and_recall_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    gold, given_ = [a for a, _ in pairs], [b for _, b in pairs]
    counts = tally(hot(gold), hot(given_)).sum(axis=0)
    expected = precision_recall_fscore_support(gold, given_, labels=[0, 1, 2, 3], zero_division=0)
    precision, recall = precision_recall(counts)
    assert np.allclose(precision, expected[0])
    assert np.allclose(recall, expected[1])


def test_a_code_that_does_not_occur_has_no_f1() -> None:
    assert np.isnan(f1(tally(hot([0, 1]), hot([0, 1])).sum(axis=0))[2:]).all()


def test_nothing_judged_has_no_macro_f1() -> None:
    assert macro_f1(np.zeros((3, 3), dtype=int)) is None


def test_counts_of_a_group_are_those_of_its_rows() -> None:
    counts = tally(hot([0, 0, 1]), hot([0, 1, 1]))
    grouped = by_group(counts, ["b", "a", "b"])
    assert (grouped[0] == counts[1]).all()
    assert (grouped.sum(axis=0) == counts.sum(axis=0)).all()


def test_an_interval_holds_the_figure_and_narrows_with_more_commentaries() -> None:
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, 4000)
    given_ = np.where(rng.random(4000) < 0.8, gold, 1 - gold)
    counts = tally(hot(list(gold)), hot(list(given_)))
    few = macro_interval(bootstrap_f1(by_group(counts[:200], [str(i // 10) for i in range(200)])))
    many = macro_interval(bootstrap_f1(by_group(counts, [str(i // 10) for i in range(4000)])))
    assert few and many
    assert many[0] < (macro_f1(counts.sum(axis=0)) or 0) < many[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_one_commentary_has_no_interval() -> None:
    assert bootstrap_f1(by_group(tally(hot([0, 1]), hot([0, 1])), ["a", "a"])) is None


@pytest.mark.parametrize("steps", [3, 1000])
def test_average_precision_is_scikit_learns(steps: int) -> None:
    rng = np.random.default_rng(3)
    gold = rng.random(400) < 0.2
    score = np.round((rng.random(400) + gold) * steps) / steps  # with ties
    assert average_precision(gold, score) == pytest.approx(average_precision_score(gold, score))
    assert average_precision(np.zeros(3, dtype=bool), np.ones(3)) is None


def test_draws_in_which_a_figure_is_not_defined_do_not_count() -> None:
    assert interval_of(np.array([np.nan, 0.5, 0.5])) == (0.5, 0.5)
    assert interval_of(np.array([np.nan])) is None


def test_a_tied_vote_counts_in_parts() -> None:
    counts = soft_tally(np.array([[0.5, 0.5]]), np.array([[True, False]]))
    assert counts.tolist() == [[[0.5, 0.5, 0.0], [0.0, 0.0, 0.5]]]
    whole = soft_tally(np.array([[1.0, 0.0]]), np.array([[False, True]]))
    assert (whole == tally(np.array([[True, False]]), np.array([[False, True]]))).all()


def test_an_interval_widens_around_its_value_and_stays_a_share() -> None:
    assert widened((0.4, 0.6), 0.45, 2.0) == (0.35, 0.75)
    assert widened((0.1, 0.9), 0.8, 2.0) == (0.0, 1.0)
    assert widened((0.5, 0.6), 0.4, 2.0) == (0.4, 0.8)  # a draw's figures may all lie on one side
    assert widened((0.4, 0.6), 0.45, 1.0) == (0.4, 0.6)
    assert widened(None, 0.4, 2.0) is None


def test_each_draw_is_the_f1_of_the_groups_drawn() -> None:
    counts = np.random.default_rng(3).integers(0, 9, size=(7, 2, 3)).astype(float)
    draws = bootstrap_f1(counts, draws=230, seed=5)
    assert draws is not None
    alone = [f1(np.tensordot(drawn, counts, 1)) for drawn in drawn_weights(7, draws=230, seed=5)]
    assert np.allclose(draws, alone)
