"""Probabilities from scores, and thresholds on them."""

import numpy as np
import pytest

from train.classifiers.calibration import fit_calibration, probabilities
from train.classifiers.thresholds import NEVER, abstention_threshold, decision_threshold, is_learned
from train.evaluation.reliability import calibration_error


def draw(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose true probabilities are a softmax of three times the score, classes unequal."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(n, 3)) + np.array([1.0, 0.0, -1.0])
    powers = np.exp(3 * scores)
    share = (powers / powers.sum(axis=1, keepdims=True)).cumsum(axis=1)
    return scores, (rng.random((n, 1)) > share).sum(axis=1)


def test_probabilities_are_as_often_right_as_they_say() -> None:
    scores, codes = draw()
    fitted = fit_calibration(scores[:2000], codes[:2000])
    found = probabilities(scores[2000:], fitted)
    assert np.allclose(found.sum(axis=1), 1)
    assert calibration_error(found.max(axis=1), found.argmax(axis=1) == codes[2000:]) < 0.03


def test_balance_gives_rare_codes_more() -> None:
    scores, codes = draw()
    plain = probabilities(scores, fit_calibration(scores, codes))
    balanced = probabilities(scores, fit_calibration(scores, codes, balance=0.5))
    rare = int(np.bincount(codes).argmin())
    assert (balanced.argmax(axis=1) == rare).sum() > (plain.argmax(axis=1) == rare).sum()
    assert plain[:, rare].mean() == pytest.approx((codes == rare).mean(), abs=0.01)


def test_a_few_rows_make_no_certainty() -> None:
    scores = np.array([[1.0, -1.0], [-1.0, 1.0]] * 4)
    found = probabilities(scores, fit_calibration(scores, np.array([0, 1] * 4)))
    assert 0.75 < found.max() < 0.97


def test_a_score_never_speaks_against_its_code() -> None:
    scores = np.array([[1.0, -1.0], [-1.0, 1.0]] * 20)
    fitted = fit_calibration(scores, np.array([1, 0] * 20))
    assert (fitted.scale >= 0).all()


def test_calibration_error_of_known_cases() -> None:
    assert calibration_error(np.array([0.75] * 4), np.array([1, 1, 1, 0])) == pytest.approx(0)
    assert calibration_error(np.array([0.9] * 4), np.array([0, 0, 0, 0])) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("score", "right", "threshold"),
    [
        ([0.9] * 10, [True] * 10, 0.7),  # all right: the wanted precision itself
        ([0.5] * 10, [True] * 10, 0.5),  # right although unsure: as low as was seen
        ([0.9] * 10, [False] * 10, NEVER),
        ([0.9] * 8 + [0.4] * 8, [True] * 8 + [False] * 8, 0.9),
        ([0.9] * 7, [True] * 7, 0.7),  # .72 at least are right, with 90 %
        ([0.9] * 6, [True] * 6, NEVER),  # .68 at least: six hits may be luck
        ([0.9] * 8, [True] * 7 + [False], NEVER),
        # the best fifth fails: that a later one would pass is not looked at
        ([0.9] * 10 + [0.8] * 40, [True] * 7 + [False] * 3 + [True] * 40, NEVER),
        ([], [], NEVER),
    ],
)
def test_the_abstention_threshold(score: list[float], right: list[bool], threshold: float) -> None:
    found = abstention_threshold(np.array(score), np.array(right, dtype=bool), precision=0.7)
    assert found == pytest.approx(threshold)


@pytest.mark.parametrize(("precision", "answers"), [(0.5, 4), (0.7, 7), (0.9, 22)])
def test_so_many_right_answers_are_needed_for_a_promise(precision: float, answers: int) -> None:
    def threshold(n: int) -> float:
        return abstention_threshold(np.full(n, 0.95), np.ones(n, dtype=bool), precision=precision)

    assert threshold(answers - 1) == NEVER
    assert threshold(answers) < NEVER


@pytest.mark.parametrize(
    ("score", "truth", "threshold"),
    [
        ([0.9, 0.8, 0.2, 0.1], [True, True, False, False], 0.5),
        ([0.3, 0.2, 0.1], [True, False, False], 0.25),
        ([0.6, 0.6, 0.1], [True, True, True], 0.05),
        ([0.6, 0.1], [False, False], NEVER),
        # F1 is best where five are given, but that is more than 1.5 times as often as the code occurs
        ([0.5, 0.4, 0.3, 0.2, 0.1], [False, True, False, False, True], 0.35),
        ([0.5, 0.4, 0.3, 0.2, 0.1], [False, False, False, True, True], NEVER),
        ([0.5, 0.5, 0.5, 0.1], [True, False, False, False], NEVER),
    ],
)
def test_the_decision_threshold_has_the_best_f1_that_gives_a_code_not_much_more_often_than_it_occurs(
    score: list[float], truth: list[bool], threshold: float
) -> None:
    assert decision_threshold(np.array(score), np.array(truth)) == pytest.approx(threshold)


def ranked(*places: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Falling scores, and a code at these places of them."""
    return np.linspace(0.9, 0.1, rows), np.isin(np.arange(rows), places)


@pytest.mark.parametrize(
    ("places", "rows", "learned"),
    [
        ((0, 1, 2, 3, 4), 100, True),
        ((0, 1, 2, 3), 100, False),  # four examples
        ((0, 40, 50, 60, 99), 100, False),  # area .5
        ((10, 20, 30, 40, 60), 100, False),  # area .70, 1.4 standard errors above chance
        (tuple(range(66, 86)), 200, False),  # surely above chance, but few hits among many
        (tuple(range(66)), 100, True),  # 1.5 times two thirds cannot be reached
        (tuple(range(0, 100, 2)), 100, False),
        (tuple(range(10)), 10, True),  # always there
    ],
)
def test_a_code_is_learned_where_held_out_rows_surely_show_it(
    places: tuple[int, ...], rows: int, learned: bool
) -> None:
    score, truth = ranked(*places, rows=rows)
    assert is_learned(score, truth) is learned


def test_rows_of_one_score_show_nothing() -> None:
    assert not is_learned(np.full(100, 0.3), np.arange(100) < 40)
