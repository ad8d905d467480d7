"""Classifiers on a feature matrix whose probabilities are calibrated on held-out groups."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
import scipy.sparse as sp
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from train.classifiers.calibration import (
    Calibration,
    fit_balanced,
    fit_calibration,
    fit_temperature,
    one_thread,
    probabilities,
)
from train.classifiers.fitted import Evidence
from train.classifiers.forest import Forest, fit_forest
from train.folds import folds_by_code, splits
from train.metrics import macro_of_highest

Array = Any

#: Where the solver stops: for held-out scores, and in the end. Held-out macro-F1 moved by .0006 at most.
_ROUGH, _FINE = 2e-2, 2e-3
#: How much cues weigh beside words and letters, and the part of a column's weight that naive Bayes does not
#: touch. Fixed: what inner folds chose of several was no better (32 cells of eight tasks, 50 to 1,500 rows).
_CUES, _ALIKE = 0.5, 0.5
#: How far codes count as equally frequent (1) and not as frequent as they are (0): the first unless another
#: is better by so many times the root of the sum of 1 / n over the codes, divided by their number. The
#: standard error of a mean of shares, each of the n rows of a code, is at most half of that.
_BALANCES, _SURE = (1.0, 0.5, 0.0), 0.2
#: Columns that more than this share of the rows have are weighed as they are.
_ALWAYS = 0.9
#: The score of a class that training lacked, by a machine and by a regression: far from likely.
_ABSENT_SVM, _ABSENT_LOGISTIC = -2.0, -4.0


class CalibratedLinear(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear models with balanced weights and calibrated probabilities.

    One-against-rest linear SVMs; with `Evidence` also logistic regressions on other columns, and trees, all
    with fixed settings. Each says how much likelier than its share a class is, and the logarithms are summed:
    late fusion. What is the same for all classes of a row does not count in the end; so the sum of the linear
    parts is a linear model again, `coef_`.

    The scores of held-out groups serve to fit the calibration, so that no probability rests on a row that the
    scores were fitted on.

    Parameters
    ----------
    C
        The SVM's. A grid, .03 and .3 gave .001 to .005 less on 24 cells of four tasks (bench_small.py), and
        nothing more on pairs of sentence and target.
    balances
        Exponents of balance to choose from: with more than 0 rare codes are given more often than they
        occur. The first that no other betters clearly by macro-F1 on held-out rows is taken. Empty: with
        `Evidence`, one temperature is fitted, and all codes count as equally frequent unless that is surely
        worse.
    regression_C
        C of the logistic regressions.
    folds
        Number of inner folds.
    random_state
        Seed of folds and solver.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : float32 ndarray of shape (n_classes, n_features)
    intercept_, scale_, offset_ : ndarray of shape (n_classes,)
    balance_ : float
    forest_ : Forest or None
        Its scores are added to the linear ones; ``forest_columns_`` are the columns of X it is asked about.
    held_out_scores_ : ndarray of shape (n_rows, n_classes)
        Scores of the training rows while they were held out; not kept in a model file.
    """

    forest_: Forest | None

    def __init__(
        self,
        *,
        C: float = 0.1,
        balances: Sequence[float] = (0.0, 0.25, 0.5),
        regression_C: float = 1.0,
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.C = C
        self.balances = balances
        self.regression_C = regression_C
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Sequence[str] | None = None,
        known: Array | None = None,
        soft: Array | None = None,
        evidence: Evidence | None = None,
        taught: int = 0,
    ) -> Self:
        """Fits on all known rows, and calibrates on what each row was given while it was held out.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_rows, n_features)
        y : array of shape (n_rows,)
        groups
            Rows of one name are held out together; without it each row is a group.
        known : bool array of shape (n_rows,)
            False where ``y`` does not count: such rows are scored while held out, and no more.
        soft : ndarray of shape (n_rows, n_classes), classes in order
            How much each row speaks for each class: a row then counts as one of every class it may
            be, weighted so. The calibration still rests on ``y``, which is what figures count.
        evidence
            What is read together; without it the SVM alone reads all columns.
        taught
            So many rows at the end are only learned from: never held out, and nothing is calibrated on them.
            ``groups``, ``known`` and the classes are those of the rows before them.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        asked = len(y) - taught
        known = np.ones(asked, dtype=bool) if known is None else np.asarray(known)
        self.classes_ = np.unique(y[:asked][known])
        size = len(self.classes_)
        if size == 1:
            return self._fit_constant(X[:asked])
        known = np.append(known, np.ones(taught, dtype=bool))
        codes = np.where(known, np.searchsorted(self.classes_, y), -1)
        fold = folds_by_code(codes[:asked], size, groups, folds=self.folds, seed=self.random_state)
        fold = np.append(fold, np.full(taught, -1))
        rows = _Rows(codes, soft, fold)
        if evidence is None:
            held_out = rows.held_out(partial(self._machine, tol=_ROUGH), X, _ABSENT_SVM)
            self._keep(rows.fit(partial(self._machine, tol=_FINE), X))
            return self._calibrate(held_out, rows.asked)
        return self._fit_evidence(X, rows, evidence)

    def _fit_evidence(self, X: Any, rows: "_Rows", evidence: Evidence) -> Self:
        """Sums what each model says: the logarithm of how much likelier than its share a class is."""
        asked = rows.asked
        known = asked >= 0
        weights = np.ones(X.shape[1])
        weights[evidence.cues] = _CUES
        part = _scaled(X, weights)[:, evidence.machine]
        held_out = rows.held_out(partial(self._machine, tol=_ROUGH), part, _ABSENT_SVM)
        fitted = rows.fit(partial(self._machine, tol=_FINE), part)
        share = fit_calibration(held_out[known], asked[known], balance=1.0)
        held_out = held_out * share.scale + share.offset
        total = np.zeros((len(self.classes_), X.shape[1]))
        total[:, evidence.machine] = fitted.coef * share.scale[:, None] * weights[evidence.machine]
        intercept = fitted.intercept * share.scale + share.offset
        for columns in evidence.regressions:
            part = _dense(X[:, columns])
            held_out += rows.held_out(self._regression, part, _ABSENT_LOGISTIC)
            fitted = rows.fit(self._regression, part)
            total[:, columns] += fitted.coef
            intercept = intercept + fitted.intercept
        self._keep(_Linear(fitted.codes, total, intercept))
        if len(evidence.forest):
            part, self.forest_columns_ = X[:, evidence.forest], evidence.forest
            held_out += rows.held_out(self._forest, part, 0.0)
            self.forest_ = rows.fit(self._forest, part).forest
        if self.balances:
            return self._calibrate(held_out, asked)
        return self._temper(held_out, asked)

    def _temper(self, scores: Array, codes: Array) -> Self:
        """Fits one temperature; all codes count as equally frequent unless another balance is better.

        Two numbers a code (`_calibrate`) cost more than they gave on a few hundred rows of many codes.
        """
        self.held_out_scores_, known = scores, codes >= 0
        truth = np.eye(len(self.classes_), dtype=bool)[codes[known]]
        log_share, best = np.log(truth.mean(axis=0)), -1.0
        margin = _SURE * np.sqrt((1 / truth.sum(axis=0)).sum()) / truth.shape[1]
        for balance in _BALANCES:
            value = macro_of_highest(scores[known] + (1 - balance) * log_share, truth)
            if value > best + margin:
                best, self.balance_ = value, balance
        offset = (1 - self.balance_) * log_share
        temperature = fit_temperature(scores[known] + offset, codes[known])
        self.scale_, self.offset_ = Calibration(np.full(len(offset), temperature), temperature * offset)
        return self

    def _calibrate(self, scores: Array, codes: Array) -> Self:
        """Fits two numbers a class and a balance."""
        self.held_out_scores_, known = scores, codes >= 0
        calibration, self.balance_ = fit_balanced(scores[known], codes[known], self.balances or (0.0,))
        self.scale_, self.offset_ = calibration
        return self

    @property
    def held_out_(self) -> Array:
        """Probabilities of the rows of training while they were held out; not kept in a file."""
        return self.to_probabilities(self.held_out_scores_)

    def decision_function(self, X: Any) -> Array:
        """Calibrated scores before softmax; for two classes the second's, as scikit-learn has it."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        scores = self.scores(X) * self.scale_ + self.offset_
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_proba(self, X: Any) -> Array:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return self.to_probabilities(self.scores(X))

    def predict(self, X: Any) -> Array:
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def scores(self, X: Any) -> Array:
        """Scores of every class, shape (n_rows, n_classes); X is trusted."""
        scores = np.asarray(X @ self.coef_.T.astype(np.float64)) + self.intercept_
        return scores if self.forest_ is None else scores + self.forest_.scores(X[:, self.forest_columns_])

    def to_probabilities(self, scores: Array) -> Array:
        return probabilities(scores, Calibration(self.scale_, self.offset_))

    def _fit_constant(self, X: Any) -> Self:
        self._keep(_Linear(np.zeros(1, dtype=np.int64), np.zeros((1, X.shape[1])), np.zeros(1)))
        self.scale_, self.offset_ = np.ones(1), np.zeros(1)
        self.balance_ = 0.0
        self.held_out_scores_ = np.zeros((X.shape[0], 1))
        return self

    def _keep(self, fitted: "_Linear") -> None:
        self.coef_, self.intercept_ = fitted.coef.astype(np.float32), fitted.intercept
        self.forest_ = None
        self.forest_columns_ = np.zeros(0, dtype=np.int64)

    def _machine(self, X: Any, codes: Array, weight: Array | None, *, tol: float) -> "_Linear":
        def machine(class_weight: Any) -> Any:
            return LinearSVC(
                C=self.C, class_weight=class_weight, tol=tol, max_iter=3000, random_state=self.random_state
            )

        if not sp.issparse(X):
            return _Linear.of(machine("balanced"), X, codes, weight)
        seen = np.unique(codes)
        if len(seen) <= 2:
            factors = nb_weights(X, codes == seen[-1])
            return _Linear.of(machine("balanced"), _scaled(X, factors), codes, weight).times(factors)
        parts = []
        for code in seen:  # one counts as balanced weights have it, the rest once
            is_code = codes == code
            factors = nb_weights(X, is_code)
            class_weight = {True: len(codes) / (len(seen) * is_code.sum()), False: 1.0}
            parts.append(
                _Linear.of(machine(class_weight), _scaled(X, factors), is_code, weight).times(factors)
            )
        return _Linear(
            seen,
            np.vstack([part.coef[1] for part in parts]),
            np.array([part.intercept[1] for part in parts]),
        )

    def _regression(self, X: Any, codes: Array, weight: Array | None) -> "_Linear":
        model = LogisticRegression(C=self.regression_C, class_weight="balanced", tol=1e-3, max_iter=300)
        found = _Linear.of(model, X, codes, weight)
        if len(found.codes) > 2:
            return found
        return found._replace(coef=found.coef / 2, intercept=found.intercept / 2)  # the log-odds are its gap

    def _forest(self, X: Any, codes: Array, weight: Array | None) -> "_Trees":
        size = len(self.classes_)
        return _Trees(np.arange(size), fit_forest(X, codes, size, weights=weight, seed=self.random_state))

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "held_out_scores_"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class _Linear(NamedTuple):
    """A fitted linear model: columns of the classes it knows, coefficients, intercepts."""

    codes: Array
    coef: Array
    intercept: Array

    @classmethod
    def of(cls, model: Any, X: Any, codes: Array, weight: Array | None) -> "_Linear":
        """The model after its training, with a score for each of two classes as well."""
        found = np.unique(codes)
        if len(found) == 1:
            return cls(found, np.zeros((1, X.shape[1])), np.zeros(1))
        # the rows were looked at once, in fit
        with one_thread(), config_context(assume_finite=True, skip_parameter_validation=True):
            model.fit(X, codes, sample_weight=weight)
        coef, intercept = model.coef_, model.intercept_
        if len(found) == 2:  # one row separates two classes
            coef, intercept = np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
        return cls(found, coef, intercept)

    def times(self, factors: Array) -> "_Linear":
        """The same model for columns that are not multiplied yet."""
        return self._replace(coef=self.coef * factors)

    def scores(self, X: Any) -> Array:
        return np.asarray(X @ self.coef.T) + self.intercept


class _Trees(NamedTuple):
    """Fitted trees, and the columns of the classes: all."""

    codes: Array
    forest: Forest

    def scores(self, X: Any) -> Array:
        return self.forest.scores(X)


Fitted = TypeVar("Fitted", _Linear, _Trees)


class _Rows(NamedTuple):
    """What is known of the rows besides their features: code or -1, weight for each code, and fold.

    Rows that are never held out, of fold -1, stand at the end.
    """

    codes: Array
    soft: Array | None
    fold: Array

    @property
    def asked(self) -> Array:
        """The codes of the rows that are held out in turn."""
        return self.codes[self.fold >= 0]

    def fit(
        self, learn: Callable[[Any, Array, Array | None], Fitted], X: Any, places: Array | None = None
    ) -> Fitted:
        """What is learned from the known rows among these."""
        places = np.arange(len(self.codes)) if places is None else places
        places = places[self.codes[places] >= 0]
        if self.soft is None:
            return learn(X[places], self.codes[places], None)
        row, codes = np.nonzero(self.soft[places] > 0)
        return learn(X[places[row]], codes, self.soft[places[row], codes])

    def held_out(self, learn: Callable[[Any, Array, Array | None], Fitted], X: Any, absent: float) -> Array:
        """The scores of each row by what was learned without its fold; ``absent`` for unknown classes."""
        size = int(self.codes.max()) + 1
        scores = np.zeros((len(self.asked), size))
        for train, test in splits(self.fold):
            if (self.codes[train] >= 0).any():
                part = self.fit(learn, X, train)
                scores[test] = absent
                scores[np.ix_(test, part.codes)] = part.scores(X[test])
        return scores


def nb_weights(X: sp.csr_matrix, is_class: Array) -> Array:
    """How much each column weighs for one class against the others.

    The more its presence tells of the class, as naive Bayes has it: half as it is, half times the size of the
    log-count ratio, relative to its mean (Wang & Manning 2012, "Baselines and Bigrams"). Rows keep their
    mean length. A column that is nearly always there tells nothing by that, and weighs as it is.
    """
    total = np.bincount(X.indices, minlength=X.shape[1])
    inside = np.bincount(X.indices[np.repeat(is_class, np.diff(X.indptr))], minlength=X.shape[1])
    share = (inside + 1) / (is_class.sum() + 2)
    ratio = np.abs(np.log(share / ((total - inside + 1) / ((~is_class).sum() + 2))))
    factors = _ALIKE + (1 - _ALIKE) * ratio / max(float(ratio.mean()), 1e-9)
    factors[total > _ALWAYS * X.shape[0]] = 1.0
    square = X.data**2
    after = float((square * factors[X.indices] ** 2).sum())
    return factors * np.sqrt(square.sum() / after) if after else factors


def _scaled(X: Any, factors: Array) -> Any:
    if not sp.issparse(X):
        return X * factors
    return sp.csr_matrix((X.data * factors[X.indices], X.indices, X.indptr), shape=X.shape)


def _dense(X: Any) -> Any:
    """As an array where most cells are filled, such as vectors': much faster to learn from."""
    return X.toarray() if sp.issparse(X) and 2 * X.nnz > X.shape[0] * X.shape[1] else X
