"""Weighted counts of tokens that need names: those of targets and topics."""

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from train.words import ANALYZERS


class TokenCounts:
    """Rows of weighted counts of the tokens an analyzer finds, each row of length ``weight``.

    Unlike scikit-learn's vectorisers it keeps its vocabulary as one string, which a model file
    holds in one piece instead of a node a term.

    Parameters
    ----------
    analyzer
        A name of `train.words.ANALYZERS`.
    view
        The field of a passage, or of a pair of passage and target, that is read; a plain string
        is read as it is.
    min_df
        Rows a token must occur in to be kept.
    idf
        Whether rare tokens weigh more (smooth inverse document frequency, as scikit-learn).
    weight
        The Euclidean length of a row, which sets the block's say beside others.

    Attributes
    ----------
    terms_ : str
        The vocabulary in order, separated by line feeds.
    idf_ : ndarray of shape (n_terms,)
    """

    def __init__(
        self,
        analyzer: str = "words",
        *,
        view: str = "text",
        min_df: int = 2,
        idf: bool = True,
        weight: float = 1.0,
    ) -> None:
        self.analyzer = analyzer
        self.view = view
        self.min_df = min_df
        self.idf = idf
        self.weight = weight

    def fit(self, X: Sequence[Any], y: object = None) -> Self:
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Sequence[Any], y: object = None) -> Any:
        found: dict[str, int] = {}
        counts = self._count(X, found, grows=True)
        frequency = np.bincount(counts.indices, minlength=len(found))
        terms = sorted(term for term, place in found.items() if frequency[place] >= self.min_df)
        kept = np.array([found[term] for term in terms], dtype=np.int64)
        self.terms_ = "\n".join(terms)
        rarity = np.log((1 + len(X)) / (1 + frequency[kept])) + 1
        self.idf_: Any = rarity if self.idf else np.ones_like(rarity)
        return self._weigh(counts[:, kept])

    def transform(self, X: Sequence[Any]) -> Any:
        return self._weigh(self._count(X, self._vocabulary(), grows=False))

    def get_feature_names_out(self, input_features: object = None) -> Any:
        return np.array(self.terms_.split("\n") if self.terms_ else [], dtype=object)

    def _vocabulary(self) -> dict[str, int]:
        held: dict[str, int] | None = getattr(self, "_held", None)
        if held is None:
            held = self._held = {term: i for i, term in enumerate(self.get_feature_names_out())}
        return held

    def _count(self, X: Sequence[Any], place: dict[str, int], *, grows: bool) -> Any:
        """How often each row has each token: sparse, shape (n_rows, n_terms)."""
        columns, values, starts = array("q"), array("d"), array("q", [0])
        for x in X:
            for token, count in Counter(self._analyze(x)).items():
                column = place.setdefault(token, len(place)) if grows else place.get(token, -1)
                if column >= 0:
                    columns.append(column)
                    values.append(count)
            starts.append(len(columns))
        parts = (np.frombuffer(values), np.frombuffer(columns, np.int64), np.frombuffer(starts, np.int64))
        return sp.csr_matrix(parts, shape=(len(starts) - 1, len(place)))

    def _analyze(self, passage: Any) -> list[str]:
        is_bare = isinstance(passage, str | list)
        return ANALYZERS[self.analyzer](passage if is_bare else getattr(passage, self.view))

    def _weigh(self, counts: Any) -> Any:
        counts.sort_indices()
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        values = (1 + np.log(counts.data)) * self.idf_[counts.indices]
        length = np.sqrt(np.bincount(row, values**2, minlength=counts.shape[0]))
        parts = (values / length[row] * self.weight, counts.indices, counts.indptr)
        return sp.csr_matrix(parts, shape=counts.shape)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_held"}
