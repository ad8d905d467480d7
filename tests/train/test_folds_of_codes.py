"""What folds are spread by: the codes, each as much as any other, before the number of rows."""

import numpy as np

from train.folds import grouped_folds


def test_groups_of_one_code_part_even_where_that_leaves_folds_of_unequal_size() -> None:
    groups = ["a"] * 6 + ["b"] * 4 + ["c"] * 9 + ["d"]
    codes = np.eye(2)[[0] * 10 + [1] * 10]
    fold = grouped_folds(groups, codes, folds=2, seed=0)
    a, b, c, d = (fold[groups.index(name)] for name in "abcd")
    assert a != b
    assert c != d


def test_a_code_counts_by_its_share_however_frequent_it_is() -> None:
    random = np.random.default_rng(0)
    groups = [f"g{i // 5}" for i in range(200)]
    labels = (random.random((200, 3)) < (0.6, 0.3, 0.05)).astype(float)
    same = grouped_folds(groups, labels * (1, 64, 1024), folds=4, seed=0)
    assert (grouped_folds(groups, labels, folds=4, seed=0) == same).all()
