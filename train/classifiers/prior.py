"""The baseline to beat: every row gets the classes' shares in training."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from train.arrays import Array, Bools, Floats, Ints


class PriorClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Every row gets the classes' shares in training: the baseline to be better than."""

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Sequence[str] | None = None,
        known: Bools | None = None,
        soft: Floats | None = None,
        evidence: object = None,
    ) -> Self:
        X, y = validate_data(self, X, y, accept_sparse="csr")
        check_classification_targets(y)
        self.classes_, counts = np.unique(y if known is None else y[known], return_counts=True)
        self.share_ = counts / counts.sum()
        self.held_out_scores_ = self.scores(X)
        return self

    def calibrate(self, scores: Floats, codes: Ints, balances: Sequence[float] | None = None) -> Self:
        self.held_out_scores_ = scores
        return self

    @property
    def held_out_(self) -> Floats:
        return self.to_probabilities(self.held_out_scores_)

    def scores(self, X: Any) -> Floats:
        return np.zeros((X.shape[0], len(self.classes_)))

    def to_probabilities(self, scores: Floats) -> Floats:
        return np.tile(self.share_, (len(scores), 1))

    def predict_proba(self, X: Any) -> Floats:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        return self.to_probabilities(self.scores(X))

    def predict(self, X: Any) -> Array:
        check_is_fitted(self)
        classes: Array = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return classes

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "held_out_scores_"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.poor_score = True
        return tags
