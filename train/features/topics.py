"""What a commentary is about, learned from those that touched a target."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from train.arrays import Array, Floats, Ints
from train.features.analyzers import nouns
from train.features.token_counts import TokenCounts, TokenTable, one_list_each

#: Commentaries remembered at most: comparing grows with their number.
_MOST = 3000
#: Texts at a time: bounds memory.
_CHUNK = 1000
#: Likeness counts by its square: near commentaries should weigh more than many far ones.
_POWER = 2


class TopicProfiles:
    """How large a part of a commentary's sentences touches each target, guessed from similar commentaries.

    The guess is the mean share among the commentaries of training, weighted by how alike the nouns
    are. Few sentences name the target they touch; what the piece is about says which are likely.

    Attributes
    ----------
    terms_ : TokenCounts
        The nouns.
    data_, indices_, indptr_ : ndarray
        The nouns of each commentary: a sparse matrix in its three parts, which a model file can
        hold without trusting scipy's classes.
    shares_ : ndarray of shape (n_commentaries, n_targets)
    """

    def fit(self, X: Sequence[str], y: Array) -> Self:
        """Remembers texts and, as ``y``, the shares of their sentences that touch each target."""
        self.terms_ = TokenCounts()
        kept = _remembered(len(X))
        vectors = self.terms_.fit_transform(_nouns_of(X))[kept]
        self.data_, self.indices_, self.indptr_ = vectors.data, vectors.indices, vectors.indptr
        self.shares_ = np.asarray(y, dtype=np.float64)[kept]
        return self

    def transform(self, X: Sequence[str]) -> Floats:
        """The guessed shares of new texts: shape (n_texts, n_targets)."""
        return self._guess(self.terms_.transform(_nouns_of(X)) @ self._vectors().T)

    def transform_held_out(self, X: Sequence[str], groups: Sequence[str]) -> Floats:
        """The shares of the texts of training, each guessed without those of its own group."""
        vectors, names = self.terms_.transform(_nouns_of(X)), np.asarray(groups)
        remembered, known = names[_remembered(len(X))], self._vectors().T
        guesses = []
        for begin in range(0, len(X), _CHUNK):
            likeness = (vectors[begin : begin + _CHUNK] @ known).toarray()
            likeness[names[begin : begin + _CHUNK, None] == remembered[None, :]] = 0.0
            guesses.append(self._guess(likeness))
        return np.vstack(guesses)

    def _vectors(self) -> Any:
        shape = (len(self.shares_), len(self.terms_.idf_))
        return sp.csr_matrix((self.data_, self.indices_, self.indptr_), shape=shape)

    def _guess(self, likeness: Any) -> Floats:
        dense = likeness if isinstance(likeness, np.ndarray) else likeness.toarray()
        weight = np.maximum(dense, 0.0) ** _POWER
        guess: Floats = weight @ self.shares_ / (weight.sum(axis=1, keepdims=True) + 1e-9)
        return guess


def _nouns_of(texts: Sequence[str]) -> TokenTable:
    return one_list_each([nouns(text) for text in texts])


def _remembered(size: int) -> Ints:
    """The places of the texts that are remembered, spread over all."""
    return np.linspace(0, size - 1, min(size, _MOST)).astype(np.int64)


def profile_step(share: float) -> int:
    """Steps of a guessed share, finer where it is small."""
    return sum(share >= limit for limit in (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.4, 0.5))
