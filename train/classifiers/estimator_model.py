"""What a model keeps of a scikit-learn classifier that is not ours, and how its answers become scores."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from schemas.errors import SettingsError
from train.arrays import Array, Floats
from train.classifiers.calibration import Calibration, one_thread, probabilities

#: Numbers of a dense array: for an answer as many rows at a time, for training as many in all (2 GB).
_PART, _MOST = 2**25, 2**28


class EstimatorError(SettingsError):
    """An estimator of the user's that does not do what a classifier has to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, flag="--estimator")


@dataclass(frozen=True, eq=False)
class EstimatorModel:
    """A fitted scikit-learn classifier with two numbers a class that make its scores probabilities.

    Parameters
    ----------
    classes_ : ndarray of shape (n_classes,)
    scale_, offset_ : ndarray of shape (n_classes,)
    floor_ : ndarray of shape ()
        The score of a class that the estimator rules out.
    estimator_
        It may know fewer classes, in the same order.
    reads_texts
        Whether it takes texts, and not the matrix of our features.
    """

    classes_: Array
    scale_: Floats
    offset_: Floats
    floor_: Floats
    estimator_: Any
    reads_texts: bool
    intercept_: ClassVar[float] = 0.0  # its scores are whole

    def scores(self, X: Any) -> Floats:
        return np.maximum(scores_of(self.estimator_, X, self.classes_), self.floor_)

    def to_probabilities(self, scores: Floats) -> Floats:
        return probabilities(scores, Calibration(self.scale_, self.offset_))


def scores_of(estimator: Any, X: Any, classes: Array) -> Floats:
    """Logarithms of its probabilities, or its decision values: shape (n_rows, n_classes).

    A class that it gives no probability, or never saw, has minus infinity.

    Raises
    ------
    EstimatorError
        It fails, with its own message, or gives something else than a finite number for each class.
    """
    size, known = X.shape[0], np.searchsorted(classes, estimator.classes_)
    step = max(_PART // X.shape[1], 1) if X.ndim == 2 else max(size, 1)
    parts = [_some_scores(estimator, X[begin : begin + step]) for begin in range(0, size, step)]
    found = np.vstack(parts) if parts else np.zeros((0, len(known)))
    scores: Floats = np.full((size, len(classes)), -np.inf)
    scores[:, known] = found
    return scores


def _some_scores(estimator: Any, X: Any) -> Floats:
    name = "predict_proba" if hasattr(estimator, "predict_proba") else "decision_function"
    found: Array = np.asarray(ask(getattr(estimator, name), X), dtype=np.float64)
    if name == "decision_function" and found.ndim == 1:  # of two classes scikit-learn gives the second's
        found = np.column_stack([-found, found])
    expected = (X.shape[0], len(estimator.classes_))
    if found.shape != expected or not np.isfinite(found).all():
        kind = type(estimator).__name__
        raise EstimatorError(
            f"{name} of {kind} gave an array of shape {found.shape}, expected {expected} finite numbers"
        )
    if name == "decision_function":
        return found
    with np.errstate(divide="ignore"):
        logarithms: Floats = np.log(np.clip(found, 0.0, 1.0))
    return logarithms


def ask(method: Callable[..., Any], X: Any, *rest: Any) -> Any:
    """What the estimator's method says of X; where it takes no sparse matrix, of a dense array.

    In one thread: on a busy machine a logistic regression of 522 texts took 19 s with two, 0.2 s with one.

    Raises
    ------
    EstimatorError
        The method fails, with its own message; or the dense array would be larger than 2 GB.
    """
    try:
        with one_thread():
            return method(X, *rest)
    except Exception as error:  # an estimator may raise whatever it likes
        if not sp.issparse(X) or "sparse" not in str(error).lower():
            raise _failed(method, error) from error
    if X.shape[0] * X.shape[1] > _MOST:
        raise EstimatorError(
            f"{_name(method)} takes dense arrays only, and {X.shape[0]:,} sentences of {X.shape[1]:,} "
            "features are too many for one: take an estimator that reads sparse matrices, or a Pipeline "
            "over texts"
        )
    try:
        with one_thread():
            return method(X.toarray(), *rest)
    except Exception as error:
        raise _failed(method, error) from error


def _failed(method: Callable[..., Any], error: Exception) -> EstimatorError:
    return EstimatorError(f"{_name(method)} failed: {type(error).__name__}: {error}")


def _name(method: Any) -> str:
    owner = getattr(method, "__self__", None)
    return f"{type(owner).__name__}.{method.__name__}" if owner is not None else str(method)
