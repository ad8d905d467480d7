"""A forest of decision trees over what a sentence has and has not, as plain arrays.

Linear models add up; trees also see that two things come together, such as a conjunction at the beginning
of a short unit. The trees are extremely randomised (Geurts, Ernst & Wehenkel 2006). With 30, 60 and 200 of
them macro-F1 was the same to .002 (24 cells of four tasks, 50 to 1,500 rows).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

Array = Any

TREES = 60
#: Rows a leaf holds at least, and a column occurs in at least.
_LEAF, _OCCURS = 5, 10
#: From how many columns each split is chosen: a tenth of them took three times as long and gave nothing.
_COLUMNS = "sqrt"
#: Below this no share falls, so that each has a logarithm.
_LEAST = 1e-3
#: Rows at a time: bounds memory.
_CHUNK = 512


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees that ask of one column after another whether it is there.

    Parameters
    ----------
    columns : int32 ndarray of shape (n_columns,)
        Those of the matrix that are asked about.
    roots : int32 ndarray of shape (n_trees,)
        The node each tree begins with.
    asks : int32 ndarray of shape (n_nodes,)
        A place in ``columns``, or -1: a leaf.
    absent, present : int32 ndarray of shape (n_nodes,)
        The node that follows, always a later one; of a leaf ``present`` is its row in ``shares``.
    shares : float32 ndarray of shape (n_leaves, n_classes)
        Of a leaf's rows in training, each weighted by how rare its class is.
    """

    columns: Array
    roots: Array
    asks: Array
    absent: Array
    present: Array
    shares: Array

    def scores(self, X: sp.csr_matrix) -> Array:
        """The logarithm of the mean of the trees' shares: shape (n_rows, n_classes)."""
        chunks = range(0, max(X.shape[0], 1), _CHUNK)
        return np.vstack([self._scores(X[begin : begin + _CHUNK]) for begin in chunks])

    def _scores(self, X: sp.csr_matrix) -> Array:
        asked, after = self._steps
        is_there = X[:, self.columns].toarray() > 0
        row = np.arange(X.shape[0])[:, None] * max(len(self.columns), 1)
        at = np.repeat(self.roots[None].astype(np.int64), X.shape[0], axis=0)
        while (self.asks[at] >= 0).any():
            at = after.take(2 * at + is_there.take(row + asked.take(at)))
        shares = self.shares[self.present[at]].mean(axis=1, dtype=np.float64)
        found: Array = np.log(shares + _LEAST)
        return found

    @cached_property
    def _steps(self) -> tuple[Array, Array]:
        """What each node asks, and where it leads without and with it; a leaf leads to itself."""
        is_leaf, own = self.asks < 0, np.arange(len(self.asks))
        after = np.column_stack([self.absent, self.present]).astype(np.int64)
        after[is_leaf] = own[is_leaf, None]
        return np.where(is_leaf, 0, self.asks).astype(np.int64), after.ravel()


def fit_forest(X: sp.csr_matrix, codes: Array, classes: int, *, weights: Array | None, seed: int) -> Forest:
    """Trains the trees.

    Parameters
    ----------
    X : csr matrix of shape (n_rows, n_columns)
        What is stored in it is there, whatever it weighs.
    codes : int ndarray of shape (n_rows,)
        From 0 to ``classes`` - 1.
    weights : ndarray of shape (n_rows,)
        How much each row counts.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    columns = np.flatnonzero(np.bincount(X.indices, minlength=X.shape[1]) >= _OCCURS).astype(np.int32)
    columns = columns if len(columns) else np.zeros(1, dtype=np.int32)  # the trees are then leaves
    trees = ExtraTreesClassifier(
        TREES,
        min_samples_leaf=_LEAF,
        max_features=_COLUMNS,
        class_weight="balanced",
        random_state=seed,
        n_jobs=-1,
    ).fit((X[:, columns].toarray() > 0).astype(np.float32), codes, sample_weight=weights)
    parts = [tree.tree_ for tree in trees.estimators_]
    roots = np.cumsum([0, *(part.node_count for part in parts)])
    asks = np.concatenate([part.feature for part in parts])
    shift = np.repeat(roots[:-1], np.diff(roots))
    is_leaf = asks < 0
    present = np.concatenate([part.children_right for part in parts]) + shift
    present[is_leaf] = np.arange(is_leaf.sum())
    shares = np.zeros((int(is_leaf.sum()), classes), dtype=np.float32)
    shares[:, trees.classes_] = np.concatenate([part.value[:, 0] for part in parts])[is_leaf]
    return Forest(
        columns=columns,
        roots=roots[:-1].astype(np.int32),
        asks=np.where(is_leaf, -1, asks).astype(np.int32),
        absent=(np.concatenate([part.children_left for part in parts]) + shift).astype(np.int32),
        present=present.astype(np.int32),
        shares=shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12),
    )
