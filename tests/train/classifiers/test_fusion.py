"""When another coder is believed beside ours."""

import numpy as np

from train.arrays import Floats, Ints
from train.classifiers.fusion import Both, Weights, choose, fuse

CODES = ("a", "b", "c")


def drawn(right: float, *, rows: int = 600, seed: int = 0) -> tuple[Both, Ints, list[str]]:
    """Ours is right in six of ten, the other so often; it never says how sure it is."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=rows)

    def answers(share: float) -> Ints:
        wrong = (truth + rng.integers(1, 3, size=rows)) % 3
        found: Ints = np.where(rng.random(rows) < share, truth, wrong)
        return found

    ours = answers(0.6)
    own = np.where(ours[:, None] == np.arange(3), 0.6, 0.2)
    given = answers(right)
    groups = [f"c{n // 20}" for n in range(rows)]
    return Both(CODES, own, np.full((rows, 3), 1 / 3), given), truth, groups


def accuracy(shares: Floats, truth: Ints) -> float:
    return float((shares.argmax(axis=1) == truth).mean())


def test_a_coder_who_is_often_right_is_believed() -> None:
    both, truth, groups = drawn(0.85)
    found = choose(both, truth, groups)
    assert found.weights is not None
    assert found.gain > 2 * found.error
    assert accuracy(found.held_out, truth) > accuracy(both.own, truth) + 0.15
    new, new_truth, _ = drawn(0.85, seed=1)
    assert accuracy(fuse(new, found.weights), new_truth) > accuracy(new.own, new_truth) + 0.15


def test_a_coder_who_guesses_is_not_believed() -> None:
    refused = 0
    for seed in range(10):
        both, truth, groups = drawn(1 / 3, seed=seed)
        refused += choose(both, truth, groups).weights is None
    assert refused >= 8


def test_what_is_kept_is_what_ours_said_where_nobody_else_helps() -> None:
    both, truth, groups = drawn(1 / 3)
    found = choose(both, truth, groups)
    assert found.weights is None
    assert (found.held_out == both.own).all()


def test_each_code_has_a_belief_of_its_own_where_that_is_better() -> None:
    both, truth, groups = drawn(1.0, rows=1500)
    guessed = np.random.default_rng(2).integers(1, 3, size=1500)
    both = both._replace(given=np.where(truth == 0, 0, guessed))  # right of "a", and of no other
    found = choose(both, truth, groups).weights
    assert found is not None
    assert found.said["a"] > found.said["b"] + 2


def test_one_belief_serves_where_codes_do_not_differ() -> None:
    both, truth, groups = drawn(0.85)
    found = choose(both, truth, groups).weights
    assert found is not None
    assert len(set(found.said.values())) == 1


def test_how_sure_the_other_is_counts() -> None:
    both, truth, groups = drawn(0.6)
    is_right = both.given == truth
    sure = np.where(is_right, 0.95, 0.4)
    is_given = both.given[:, None] == np.arange(3)
    other = np.where(is_given, sure[:, None], (1 - sure[:, None]) / 2)
    found = choose(both._replace(other=other), truth, groups)
    assert found.weights is not None
    assert found.weights.score > 0
    assert found.gain > choose(both, truth, groups).gain


def test_a_code_that_ours_does_not_know_says_nothing_of_the_others() -> None:
    both = Both(CODES, np.array([[0.5, 0.3, 0.2]]), np.full((1, 3), 1 / 3), np.array([-1]))
    shares = fuse(both, Weights(own=1.0, score=1.0, said=dict.fromkeys(CODES, 3.0)))
    assert np.allclose(shares, both.own)


def test_the_same_rows_give_the_same_weights() -> None:
    both, truth, groups = drawn(0.85)
    assert choose(both, truth, groups).weights == choose(both, truth, groups).weights


def test_rare_codes_are_not_given_up_for_what_is_common() -> None:
    """Ours is balanced: to undo that would be a gain by the plain log-loss, with a coder who knows nothing."""
    rng = np.random.default_rng(3)
    truth = (rng.random(2000) < 0.05).astype(np.int64)
    ours = np.where(rng.random(2000) < 0.75, truth, 1 - truth)
    own = np.where(ours[:, None] == np.arange(2), 0.75, 0.25)
    guessed = np.zeros(2000, dtype=np.int64)
    groups = [f"c{n // 20}" for n in range(2000)]
    both = Both(("common", "rare"), own, np.full((2000, 2), 0.5), guessed)
    assert choose(both, truth, groups, balance=1.0).weights is None
    assert choose(both, truth, groups, balance=0.0).weights is not None
