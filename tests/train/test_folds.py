"""Folds: groups whole, codes spread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.folds import grouped_folds, splits


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=80), st.integers(2, 6))
def test_no_group_is_in_two_folds(rows: list[tuple[int, int]], folds: int) -> None:
    groups = [f"g{group}" for group, _ in rows]
    fold = grouped_folds(groups, np.eye(3)[[code for _, code in rows]], folds=folds, seed=0)
    for name in set(groups):
        assert len({int(fold[i]) for i, group in enumerate(groups) if group == name}) == 1
    assert set(fold) <= set(range(folds))


@pytest.mark.parametrize("seed", range(5))
def test_a_rare_code_is_in_every_fold(seed: int) -> None:
    groups = [f"g{i // 4}" for i in range(400)]
    rare = np.zeros(400)
    rare[::40] = 1  # ten groups have it
    fold = grouped_folds(groups, np.column_stack([np.ones(400), rare]), folds=5, seed=seed)
    assert [int(rare[fold == number].sum()) for number in range(5)] == [2] * 5
    assert np.bincount(fold).max() - np.bincount(fold).min() <= 8


def test_the_same_seed_gives_the_same_folds() -> None:
    groups = [str(i) for i in range(50)]
    labels = np.ones((50, 1))
    assert (
        grouped_folds(groups, labels, folds=5, seed=3) == grouped_folds(groups, labels, folds=5, seed=3)
    ).all()
    assert (
        grouped_folds(groups, labels, folds=5, seed=3) != grouped_folds(groups, labels, folds=5, seed=4)
    ).any()


def test_fewer_groups_than_folds_give_fewer_folds() -> None:
    assert set(grouped_folds(["a", "a", "b"], np.ones((3, 1)), folds=5, seed=0)) == {0, 1}


def test_every_row_is_held_out_once() -> None:
    fold = np.array([0, 1, 2, 1, 0])
    held_out = np.concatenate([test for _, test in splits(fold)])
    assert sorted(held_out) == [0, 1, 2, 3, 4]
    assert all(
        set(train) | set(test) == set(range(5)) and not set(train) & set(test) for train, test in splits(fold)
    )
