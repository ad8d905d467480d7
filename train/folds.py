"""Folds for cross-validation: groups stay whole, codes are spread evenly."""

from collections.abc import Iterator, Sequence

import numpy as np

from train.arrays import Array, Floats, Ints


def grouped_folds(groups: Sequence[str], labels: Floats, *, folds: int, seed: int) -> Ints:
    """The fold of each row, 0 to ``folds`` - 1 (fewer where there are fewer groups).

    Large groups are placed first, each into the fold where the codes are then spread most evenly
    (the greedy rule of scikit-learn's StratifiedGroupKFold, here for rows with many labels).

    Parameters
    ----------
    groups
        A name for each row; rows of one name share a fold.
    labels : ndarray of shape (n_rows, n_labels)
        1 where a row has the label; a column of ones spreads the rows themselves.
    seed
        Decides between groups of the same make-up.
    """
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    folds = min(folds, len(names))
    counts = np.zeros((len(names), labels.shape[1]))
    np.add.at(counts, index, labels)
    share = counts / np.maximum(counts.sum(axis=0), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-share[order].std(axis=1), kind="stable")]
    filled = np.zeros((folds, share.shape[1]))
    placed = np.zeros(len(names), dtype=np.int64)
    for group in order:
        placed[group] = _best_fold(filled, share[group])
        filled[placed[group]] += share[group]
    result: Array = placed[index]
    return result


def folds_by_code(codes: Ints, size: int, groups: Sequence[str] | None, *, folds: int, seed: int) -> Ints:
    """`grouped_folds` of rows with one code each: a number below ``size``, or -1 where it is not known.

    Without ``groups`` each row is one.
    """
    names = [str(i) for i in range(len(codes))] if groups is None else groups
    labels = np.column_stack([np.ones(len(codes)), codes[:, None] == np.arange(size)])
    return grouped_folds(names, labels, folds=folds, seed=seed)


def _best_fold(filled: Floats, share: Floats) -> int:
    """The fold that leaves the least spread between folds; the emptiest of equals."""
    # the sum of squares grows by 2·filled·share + share² in the fold chosen: the rest is the same
    cost = filled @ share
    best = np.flatnonzero(cost <= cost.min() + 1e-12)
    return int(best[np.argmin(filled[best].sum(axis=1))])


def splits(fold: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Rows to train on and rows held out, fold by fold; rows of fold -1 are always trained on."""
    for number in np.unique(fold[fold >= 0]):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)
