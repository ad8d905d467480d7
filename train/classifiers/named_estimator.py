"""A scikit-learn classifier of the user's, named ``module:object``, calibrated on held-out groups."""

import hashlib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from schemas.errors import near_hit
from train.arrays import Array, Floats
from train.classifiers.calibration import Calibration, fit_balanced, probabilities
from train.classifiers.estimator_model import EstimatorError, ask, scores_of
from train.folds import folds_by_code, splits


def load_estimator(name: str, seed: int = 0) -> Any:
    """A new, untrained estimator: an instance is cloned, a class or a function called.

    Every ``random_state`` that is None, in its parts too, becomes the seed.

    Raises
    ------
    EstimatorError
        There is no such module or object, or it makes no classifier with scores; says which.
    """
    found = _attribute(_module(name), name, name.partition(":")[2])
    if isinstance(found, type) or (callable(found) and not hasattr(found, "fit")):
        try:
            found = found()
        except Exception as error:  # it runs the user's code
            raise EstimatorError(f'"{name}" cannot be made: {type(error).__name__}: {error}') from error
    _check(found, name)
    estimator = clone(found)
    unset = {
        key: seed
        for key, value in estimator.get_params().items()
        if key.split("__")[-1] == "random_state" and value is None
    }
    return estimator.set_params(**unset)


def reads_texts(estimator: Any) -> bool:
    """Whether it takes texts, and not our features: a Pipeline does, also one inside a search over it."""
    while not isinstance(estimator, Pipeline):
        estimator = getattr(estimator, "estimator", None)
        if estimator is None or isinstance(estimator, str):
            return False
    return True


def identity_of_estimator(name: str) -> str:
    """What stands for its code in a model's name: the file of its module, and the version of its package."""
    module = _module(name)
    file = getattr(module, "__file__", None)
    source = Path(file).read_bytes() if file else b""
    package = sys.modules[module.__name__.partition(".")[0]]
    return f"{hashlib.sha256(source).hexdigest()} {getattr(package, '__version__', '')}".strip()


def look_in_current_folder() -> None:
    """Lets modules of the current folder be imported, behind all others."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)


def _module(name: str) -> ModuleType:
    module, colon, attribute = name.partition(":")
    if not colon or not all(part.isidentifier() for part in [*module.split("."), *attribute.split(".")]):
        raise EstimatorError(
            f'found "{name}", expected MODULE:OBJECT, such as sklearn.naive_bayes:ComplementNB'
        )
    look_in_current_folder()
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise EstimatorError(
                f'"{name}": found no module "{error.name}" on Python\'s path or in this folder'
            ) from error
        raise EstimatorError(f'"{name}": its module needs another that is missing: {error}') from error
    except Exception as error:  # it runs the user's code
        raise EstimatorError(f'"{name}": its module fails: {type(error).__name__}: {error}') from error


def _attribute(found: Any, name: str, attribute: str) -> Any:
    for part in attribute.split("."):
        if not hasattr(found, part):
            public = [other for other in dir(found) if not other.startswith("_")]
            raise EstimatorError(f'"{name}": the module has no "{part}"{near_hit(part, public)}')
        found = getattr(found, part)
    return found


def _check(estimator: Any, name: str) -> None:
    try:
        is_one = all(hasattr(estimator, part) for part in ("fit", "get_params")) and is_classifier(estimator)
    except AttributeError:  # scikit-learn asks for its tags
        is_one = False
    if not is_one:
        raise EstimatorError(
            f'"{name}" is no classifier of scikit-learn\'s kind: found {type(estimator).__name__}, expected '
            "one that inherits from ClassifierMixin and BaseEstimator, or a Pipeline that ends in one"
        )
    if not hasattr(estimator, "predict_proba") and not hasattr(estimator, "decision_function"):
        kind = type(estimator).__name__
        raise EstimatorError(
            f'"{name}": {kind} has neither predict_proba nor decision_function, expected one of them: '
            "nothing could be calibrated"
        )


class CalibratedEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Any scikit-learn classifier with probabilities that are calibrated on held-out groups.

    Its own probabilities, as logarithms, or its decision values are scores: `fit_balanced` makes
    probabilities of them, by what each row was given while its group was held out.

    Parameters
    ----------
    estimator
        A classifier with ``predict_proba`` or ``decision_function``; cloned before each fit.
    balances
        Exponents of balance to choose from; empty: all, half, and not at all.
    folds
        Number of inner folds.
    random_state
        Seed of the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    estimator_
        Fitted on all rows; missing where only one class was seen, as is the calibration.
    scale_, offset_ : ndarray of shape (n_classes,)
    floor_ : ndarray of shape ()
        The score of a class that the estimator rules out: a little less than all it gave.
    balance_ : float
    held_out_scores_ : ndarray of shape (n_rows, n_classes)
        Scores of the training rows while they were held out; not kept in a file.
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        balances: Sequence[float] = (1.0, 0.5, 0.0),
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.estimator = estimator
        self.balances = balances
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Sequence[str] | None = None,
        soft: None = None,
        evidence: object = None,
        taught: int = 0,
    ) -> Self:
        """Fits on all rows, and calibrates on what each row was given while it was held out.

        Parameters
        ----------
        X : matrix of shape (n_rows, n_features), or texts
        y : array of shape (n_rows,)
        groups
            Rows of one name are held out together; without it each row is a group.
        soft, evidence
            For classifiers of ours: not read.
        taught
            So many rows at the end are only learned from, and never held out.
        """
        X, y = _indexable(X), np.asarray(y)
        asked = len(y) - taught
        self.classes_, codes = np.unique(y[:asked], return_inverse=True)
        size = len(self.classes_)
        held_out = np.zeros((asked, size))
        if size == 1:
            self.share_, self.held_out_scores_ = np.ones(1), held_out
            return self
        fold = folds_by_code(codes, size, groups, folds=self.folds, seed=self.random_state)
        fold = np.append(fold, np.full(taught, -1))
        for train, test in splits(fold):
            held_out[test] = scores_of(self._learned(X[train], y[train]), X[test], self.classes_)
        self.floor_ = np.array(held_out[np.isfinite(held_out)].min() - 1)
        self.held_out_scores_ = np.maximum(held_out, self.floor_)
        # some estimators are sure by a thousandth, some by hundreds
        spread = self.held_out_scores_.std() or 1.0
        calibration, self.balance_ = fit_balanced(
            self.held_out_scores_ / spread, codes, self.balances or (1.0, 0.5, 0.0)
        )
        self.scale_, self.offset_ = calibration.scale / spread, calibration.offset
        self.estimator_ = self._learned(X, y)
        return self

    def _learned(self, X: Any, y: Array) -> Any:
        if (y == y[0]).all():  # many classifiers refuse a single class
            return DummyClassifier(strategy="prior").fit(np.zeros((len(y), 1)), y)
        return ask(clone(self.estimator).fit, X, y)

    @property
    def held_out_(self) -> Floats:
        """Probabilities of the rows of training while they were held out."""
        return self.to_probabilities(self.held_out_scores_)

    def to_probabilities(self, scores: Floats) -> Floats:
        if len(self.classes_) == 1:
            return np.ones((len(scores), 1))
        return probabilities(scores, Calibration(self.scale_, self.offset_))

    def predict_proba(self, X: Any) -> Floats:
        check_is_fitted(self)
        X = _indexable(X)
        if len(self.classes_) == 1:
            return np.ones((X.shape[0], 1))
        return self.to_probabilities(np.maximum(scores_of(self.estimator_, X, self.classes_), self.floor_))

    def predict(self, X: Any) -> Array:
        classes: Array = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return classes

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "held_out_scores_"}


def _indexable(X: Any) -> Any:
    """Rows that can be picked by number: a sparse matrix by rows, or an array."""
    if sp.issparse(X):
        return X.tocsr()
    if isinstance(X, np.ndarray):
        return X
    return np.array(X, dtype=object if len(X) and isinstance(X[0], str) else None)
