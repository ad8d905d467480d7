"""What speaks for a touch beside the words: neighbours, the commentary, the other targets."""

import numpy as np
import pytest

from train.classifiers.touch import (
    AROUND,
    LIKENESS,
    Meaning,
    Pairs,
    fit_touch,
    log_odds_of,
    number_pairs,
    probability,
    surroundings,
    with_commentary,
)


def pairs_of(*asked: tuple[int, str], commentaries: str) -> Pairs:
    return number_pairs(asked, list(commentaries), [None] * len(commentaries))


def test_each_column_is_what_it_says() -> None:
    # three sentences of one commentary, two targets; and one of another
    asked = [(row, target) for row in range(4) for target in "xy"]
    pairs = pairs_of(*asked, commentaries="aaab")
    touched = np.array([0.8, 0.2, 0.4, 0.1, 0.6, 0.3, 0.5, 0.5])
    found = surroundings(touched, pairs)[2]  # the second sentence and x
    mean_x, mean_y = 0.6, 0.2
    assert found == pytest.approx(
        [
            (0.8 + 0.6) / 2,
            0.6,  # the three likeliest are all
            0.8,
            0.6,
            mean_x,  # nothing two before or behind
            mean_x,
            0.4 / (0.5 + 1e-3),
            0.4 - 0.1,
            mean_x / (mean_x + mean_y + 1e-3),
        ]
    )
    alone = surroundings(touched, pairs)[6]
    assert alone[:6] == pytest.approx([0.0, *[0.5] * 5])


def test_neighbours_are_found_by_the_index_whatever_the_order_of_the_rows() -> None:
    rng = np.random.default_rng(0)
    asked = [(row, target) for row in range(12) for target in "xyz"]
    commentaries, indexes = [*"aaaaaabbbbbb"], [*range(6), *range(6)]
    touched = rng.random(len(asked))
    known = surroundings(touched, number_pairs(asked, commentaries, indexes))
    order = rng.permutation(12)
    shuffled = [(new, target) for new in range(12) for target in "xyz"]
    at = np.array([3 * order[new] + "xyz".index(target) for new, target in shuffled])
    again = number_pairs(shuffled, [commentaries[i] for i in order], [indexes[i] for i in order])
    assert np.allclose(surroundings(touched[at], again), known[at])


def test_a_target_that_was_not_asked_everywhere_has_its_own_neighbours() -> None:
    pairs = pairs_of((0, "x"), (1, "x"), (1, "y"), (2, "y"), commentaries="aaa")
    found = surroundings(np.array([0.9, 0.3, 0.2, 0.7]), pairs)
    assert found[1, 2] == 0.9  # one before
    assert found[1, 3] == pytest.approx(0.6)  # none behind: the mean of x


def test_the_commentary_counts_by_its_direction_and_not_by_its_length() -> None:
    found = with_commentary(np.array([[3.0, 0.0], [1.0, 0.0], [0.0, 2.0]]), ["a", "a", "b"])
    assert found.tolist() == [[3, 0, 1, 0], [1, 0, 1, 0], [0, 2, 0, 1]]


def test_what_helps_held_out_pairs_is_weighed_and_what_is_chance_is_not() -> None:
    rng = np.random.default_rng(0)
    size = 400
    asked = [(row, target) for row in range(size) for target in "xy"]
    commentaries = [f"{row // 10}" for row in range(size)]
    pairs = number_pairs(asked, commentaries, [None] * size)
    is_about = rng.random((size // 10, 2)) < 0.4
    touched = np.array(
        [rng.random() < (0.6 if is_about[row // 10, "xy".index(t)] else 0.05) for row, t in asked]
    )
    words = log_odds_of(np.where(touched, 0.6, 0.3)) + rng.normal(size=len(asked))
    chance = rng.random((size, 4))
    groups = [commentaries[row] for row, _ in asked]
    model, held_out = fit_touch(words, touched, None, chance, pairs, groups, folds=5, seed=0)
    base = probability(model.base_[0] * words + model.base_[2])

    def loss(said: np.ndarray) -> float:
        return -float(np.log(np.where(touched, said, 1 - said)).mean())

    assert loss(held_out) < loss(base) - 0.02
    parts = model.parts(words, None, chance, pairs)
    assert parts.shape == (len(asked), 4)
    assert parts[:, 2].std() > 5 * parts[:, 3].std()
    assert len(model.weight_) == 1 + AROUND + 4
    assert model.targets_.tolist() == []


def test_a_target_with_few_touches_has_no_regression_of_its_own() -> None:
    rng = np.random.default_rng(1)
    size = 60
    asked = [(row, target) for row in range(size) for target in ("often", "rare")]
    vectors = rng.normal(size=(size, 6))
    touched = np.array([vectors[row, 0] > 0.3 if t == "often" else row in (1, 7) for row, t in asked])
    pairs = number_pairs(asked, [f"{row // 6}" for row in range(size)], [None] * size)
    nothing = np.zeros((size, 0))
    groups = [f"{row // 6}" for row, _ in asked]
    model, held_out = fit_touch(
        np.zeros(len(asked)),
        touched,
        Meaning(vectors, np.zeros((2, 4, 3))),
        nothing,
        pairs,
        groups,
        folds=5,
        seed=0,
    )
    assert model.targets_.tolist() == ["often"]
    often = pairs.target == pairs.names.index("often")
    assert held_out[often & touched].mean() > held_out[often & ~touched].mean() + 0.3


def test_a_new_target_is_judged_by_how_alike_it_is_to_the_sentence() -> None:
    rng = np.random.default_rng(2)
    size, texts = 200, np.eye(6)[:4]
    about = rng.integers(0, 4, size)
    vectors = texts[about] + 0.2 * rng.normal(size=(size, 6))
    rows = with_commentary(vectors, [str(row) for row in range(size)])

    def given(names: str) -> tuple[Meaning, Pairs, np.ndarray]:
        asked = [(row, name) for row in range(size) for name in names]
        pairs = number_pairs(asked, [str(row) for row in range(size)], [None] * size)
        said = texts[["abcd".index(name) for name in pairs.names], None].repeat(4, axis=1)
        return Meaning(rows, said), pairs, np.array([about[row] == "abcd".index(name) for row, name in asked])

    meaning, pairs, touched = given("abc")
    nothing, groups = np.zeros((size, 0)), [str(row) for row in pairs.row]
    words = np.zeros(len(touched))
    model, _ = fit_touch(words, touched, meaning, nothing, pairs, groups, folds=5, seed=0)
    assert model.likeness_.shape == (LIKENESS + 1,)
    meaning, pairs, touched = given("abcd")
    said = model.probabilities(model.parts(np.zeros(len(touched)), meaning, nothing, pairs))
    new = pairs.target == pairs.names.index("d")
    assert said[new & touched].mean() > said[new & ~touched].mean() + 0.3
