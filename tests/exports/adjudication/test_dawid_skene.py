"""The estimates against the published example, and against made codings with known errors."""

import numpy as np
import pytest

from exports.adjudication.dawid_skene import chances_to_be_right, dawid_skene
from exports.adjudication.rules import competence_of
from exports.agreement.coefficients import MISSING

# Dawid and Skene (1979), table 1: 45 patients, five anaesthetists; the first saw each form thrice.
ANAESTHETISTS = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111
2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111
2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432
1111111 1111111 1212111 2322222 1211111 2222222
"""


@pytest.fixture(scope="module")
def patients() -> np.ndarray:
    return np.array([[int(sign) - 1 for sign in word] for word in ANAESTHETISTS.split()])


def test_published_estimates_are_found(patients: np.ndarray) -> None:
    """Table 2: how common the classes are, and the first observer's error rates."""
    found = dawid_skene(patients, 4, rater_of_column=[0, 0, 0, 1, 2, 3, 4], ratings=0)
    assert np.round(found.prior, 2).tolist() == [0.40, 0.42, 0.11, 0.07]
    assert np.round(found.errors[0], 2).tolist() == [
        [0.89, 0.11, 0.00, 0.00],
        [0.07, 0.88, 0.05, 0.00],
        [0.00, 0.34, 0.66, 0.00],
        [0.00, 0.00, 0.56, 0.44],
    ]


def test_errors_that_were_put_in_are_found() -> None:
    """Two coders err in one of ten, the third in four of ten, and always the same way."""
    rng = np.random.default_rng(3)
    true = rng.integers(0, 3, 4000)
    columns = [np.where(rng.random(4000) < rate, (true + 1) % 3, true) for rate in (0.1, 0.1, 0.4)]
    found = dawid_skene(np.stack(columns, axis=1), 3)
    assert [errors.diagonal().mean() for errors in found.errors] == pytest.approx([0.9, 0.9, 0.6], abs=0.03)
    assert (found.posterior.argmax(axis=1) == true).mean() > 0.97


def test_a_unit_without_ratings_is_as_likely_as_the_rest() -> None:
    values = np.array([[0, 0], [0, 0], [0, 0], [1, 1], [MISSING, MISSING]])
    found = dawid_skene(values, 2)
    assert found.posterior[-1].tolist() == pytest.approx(found.prior.tolist(), abs=1e-6)
    assert found.prior[0] > found.prior[1]


def test_no_ratings_at_all_give_even_chances() -> None:
    assert dawid_skene(np.full((2, 3), MISSING), 2).posterior.tolist() == [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize("raters", [2, 3, 5])
@pytest.mark.parametrize("units", [20, 100, 300])
def test_with_few_units_no_fewer_values_are_right_than_by_majority(raters: int, units: int) -> None:
    """Forty studies with raters who are right in 60 to 95 of 100; a tie of the majority is drawn."""
    gain = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        true = rng.choice(3, units, p=[0.6, 0.3, 0.1])
        right = rng.random((units, raters)) < rng.uniform(0.6, 0.95, raters)
        values = np.where(right, true[:, None], (true[:, None] + rng.integers(1, 3, (units, raters))) % 3)
        votes = np.stack([(values == value).sum(axis=1) for value in range(3)], axis=1)
        majority = (votes + rng.random(votes.shape) / 10).argmax(axis=1)
        found = dawid_skene(values, 3).posterior.argmax(axis=1)
        gain.append((found == true).mean() - (majority == true).mean())
    assert np.mean(gain) > 0


@pytest.mark.parametrize(("raters", "n_values"), [(3, 2), (3, 6), (5, 2)])
def test_how_often_a_rater_is_right_lies_in_its_interval(raters: int, n_values: int) -> None:
    """Sixty studies of 200 units; raters are right in 60 to 95 of 100, and else give any other value."""
    held = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        true = rng.integers(0, n_values, 200)
        right = rng.random((200, raters)) < rng.uniform(0.6, 0.95, raters)
        other = (true[:, None] + rng.integers(1, n_values, (200, raters))) % n_values
        values = np.where(right, true[:, None], other)
        chances = chances_to_be_right(values, dawid_skene(values, n_values).posterior)
        for rater, given in enumerate(chances):
            low, high = competence_of(given).interval
            held.append(low <= right[:, rater].mean() <= high)
    assert np.mean(held) >= 0.88


def test_with_two_raters_nobody_is_said_to_be_right() -> None:
    values = np.array([[0, 1], [1, 1]])
    assert chances_to_be_right(values, dawid_skene(values, 2).posterior) == [[], []]
