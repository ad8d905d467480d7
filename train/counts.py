"""The scikit-learn transformers: passages in, one sparse matrix of named blocks out."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import normalize

from train.words import ANALYZERS


class TokenCounts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
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
        counter = CountVectorizer(analyzer=self._analyze, dtype=np.float64)
        try:
            counts = counter.fit_transform(X)
        except ValueError:  # no row has any token: a block without columns
            self.terms_ = ""
            self.idf_: Any = np.zeros(0)
            return sp.csr_matrix((len(X), 0))
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        kept = np.flatnonzero(frequency >= self.min_df)
        names = counter.get_feature_names_out()
        self.terms_ = "\n".join(names[kept])
        rarity = np.log((1 + len(X)) / (1 + frequency[kept])) + 1
        self.idf_ = rarity if self.idf else np.ones_like(rarity)
        return self._weigh(counts[:, kept])

    def transform(self, X: Sequence[Any]) -> Any:
        terms = self.get_feature_names_out()
        if not len(terms):
            return sp.csr_matrix((len(X), 0))
        counter = CountVectorizer(analyzer=self._analyze, dtype=np.float64, vocabulary=self._vocabulary())
        return self._weigh(counter.transform(X))

    def get_feature_names_out(self, input_features: object = None) -> Any:
        return np.array(self.terms_.split("\n") if self.terms_ else [], dtype=object)

    def _vocabulary(self) -> dict[str, int]:
        held: dict[str, int] | None = getattr(self, "_held", None)
        if held is None:
            held = self._held = {term: i for i, term in enumerate(self.get_feature_names_out())}
        return held

    def _analyze(self, passage: Any) -> list[str]:
        return ANALYZERS[self.analyzer](passage if isinstance(passage, str) else getattr(passage, self.view))

    def _weigh(self, counts: Any) -> Any:
        counts = counts.tocsr()
        if not counts.shape[1]:
            return counts
        counts.sort_indices()
        counts.data = (1 + np.log(counts.data)) * self.idf_[counts.indices]
        return normalize(counts, copy=False) * self.weight

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_held"}


def union_of(blocks: dict[str, TokenCounts]) -> FeatureUnion:
    """The blocks side by side; feature names are ``block__term``."""
    return FeatureUnion(list(blocks.items()))
