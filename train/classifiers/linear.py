"""Classifiers on a feature matrix whose probabilities are calibrated on held-out groups."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from train.classifiers.calibration import Calibration, fit_calibration, probabilities
from train.classifiers.forest import Forest, fit_forest
from train.folds import grouped_folds, splits
from train.metrics import macro_f1, tally

Array = Any

#: What macro-F1 must gain on held-out rows before probabilities are balanced a step further.
_WORTH = 0.004
#: What macro-F1 must fall below its best before larger values of C are not tried: they take longest.
_FALLEN = 0.02
#: Macro-F1 that nothing can better.
_PERFECT = 1.0
#: Where the solver stops: to choose by, and in the end. Held-out macro-F1 moved by .0006 at most.
_ROUGH, _FINE = 2e-2, 2e-3
#: The share of rows from which on a column is always there.
_ALWAYS = 0.99


class CalibratedLinear(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One-against-rest linear SVMs with balanced weights and calibrated probabilities.

    C, how much cues weigh beside words, whether what tells a class weighs more (`nb_weights`), and with many
    rows whether a forest over the cues has a say (`train.classifiers.forest`), are chosen by cross-validation
    over groups, one after the other, by macro-F1 of the calibrated answers; the scores of the held-out rows
    serve to fit the calibration, so that no probability rests on a row the scores were fitted on.

    Parameters
    ----------
    grid
        Values of C to choose from.
    balances
        Exponents of `train.classifiers.calibration.fit_calibration` to choose from: with more than 0 rare
        codes are given more often than they occur, where that raises macro-F1 on held-out rows.
    cue_weights
        Factors of the columns named as cues to choose from, the first of equals.
    alikes
        How much of a column's weight in a sparse matrix is the same whatever it tells of a class, to
        choose from.
    forests
        How much a forest may weigh beside the linear model; one is grown where there are cues.
    forest_rows
        From how many rows on one is grown, up to how many it counts with the least of its weights whatever
        held-out rows say, and up to how many they decide (`train.settings.Settings.forest_rows`).
    folds
        Number of inner folds.
    random_state
        Seed of folds and solver.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : float32 ndarray of shape (n_classes, n_features)
    intercept_, scale_, offset_ : ndarray of shape (n_classes,)
    C_, balance_, cue_weight_, alike_ : float
    forest_ : Forest or None
        Its scores are added to the linear ones; ``cues_`` are the columns of X that it is asked about.
    held_out_scores_ : ndarray of shape (n_rows, n_classes)
        Scores of the training rows while they were held out; not kept in a model file.
    """

    def __init__(
        self,
        *,
        grid: Sequence[float] = (0.03, 0.1, 0.3, 1.0),
        balances: Sequence[float] = (0.0, 0.25, 0.5),
        cue_weights: Sequence[float] = (1.0, 0.5, 0.25),
        alikes: Sequence[float] = (1.0, 0.5, 0.25),
        forests: Sequence[float] = (0.25, 0.5, 1.0),
        forest_rows: tuple[int, int, int] = (200, 1500, 5000),
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.grid = grid
        self.balances = balances
        self.cue_weights = cue_weights
        self.alikes = alikes
        self.forests = forests
        self.forest_rows = forest_rows
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Sequence[str] | None = None,
        known: Array | None = None,
        soft: Array | None = None,
        cues: Array | None = None,
    ) -> Self:
        """Chooses C and the columns' weights, fits on all known rows, and calibrates.

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
            be, weighted so. C and calibration are still chosen by ``y``, which is what figures count.
        cues : int ndarray
            The columns that ``cue_weights`` is about; without it all columns weigh as they are.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        known = np.ones(len(y), dtype=bool) if known is None else np.asarray(known)
        self.classes_ = np.unique(y[known])
        codes = np.where(known, np.searchsorted(self.classes_, y), -1)
        if len(self.classes_) == 1:
            return self._fit_constant(X)
        names = [str(i) for i in range(len(codes))] if groups is None else list(groups)
        labels = np.column_stack([np.ones(len(codes)), codes[:, None] == np.arange(len(self.classes_))])
        fold = grouped_folds(names, labels, folds=self.folds, seed=self.random_state)
        columns = self.cues_ = np.zeros(0, dtype=np.int64) if cues is None else cues
        held_out = self._choose(X, codes, fold, columns, soft)
        held_out = self._fit_forest(X, codes, fold, soft, held_out)
        X = _weighted(X, columns, self.cue_weight_)
        soft = None if soft is None else soft[known]
        self._keep(self._linear(X[known], codes[known], self.C_, self.alike_, soft, tol=_FINE))
        self.coef_[:, columns] *= self.cue_weight_
        return self.calibrate(held_out, codes)

    def _choose(self, X: Any, codes: Array, fold: Array, cues: Array, soft: Array | None) -> Array:
        """Sets C and the columns' weights to what serves held-out rows best, and gives their scores."""
        first, *others = sorted(self.alikes, reverse=True)
        weights = self.cue_weights if len(cues) else (1.0,)
        grid = sorted(self.grid)
        best = _best(self._attempt(X, codes, fold, cues, soft, weight, first, grid) for weight in weights)
        if sp.issparse(X) and best.value < _PERFECT:
            # without cues it is one of a layer's many classifiers, which keep their C for the time it takes
            grid = grid if len(cues) else [best.C]
            weight = best.cue_weight
            more = (self._attempt(X, codes, fold, cues, soft, weight, alike, grid) for alike in others)
            best = _best(chain([best], more))
        self.C_, self.cue_weight_, self.alike_ = best.C, best.cue_weight, best.alike
        return best.scores

    def _fit_forest(self, X: Any, codes: Array, fold: Array, soft: Array | None, scores: Array) -> Array:
        """Sets the forest, if one serves, and gives the held-out rows' scores with its say."""
        self.forest_: Forest | None = None
        known = codes >= 0
        least, sure, most = self.forest_rows
        is_open = least <= known.sum() <= most
        if not self.forests or not len(self.cues_) or not sp.issparse(X) or not is_open:
            return scores
        truth = np.eye(len(self.classes_), dtype=bool)[codes[known]]

        def value(scores: Array) -> float:
            return _macro(self.calibrate(scores, codes).held_out_[known], truth)

        X = X[:, self.cues_]
        said = np.zeros(scores.shape)
        for train, test in splits(fold):
            said[test] = self._forest_on(X, codes, soft, train[known[train]]).scores(X[test])
        best = min(self.forests)
        if known.sum() > sure:
            values = {weight: value(scores + weight * said) for weight in sorted(self.forests)}
            best = max(values, key=values.__getitem__)
            if values[best] <= value(scores) + _WORTH:
                return scores
        self.forest_ = replace(self._forest_on(X, codes, soft, np.flatnonzero(known)), weight=best)
        return scores + best * said

    def _forest_on(self, X: Any, codes: Array, soft: Array | None, rows: Array) -> Forest:
        codes, weights = codes[rows], None
        if soft is not None:
            place, codes = np.nonzero(soft[rows] > 0)
            rows, weights = rows[place], soft[rows[place], codes]
        return fit_forest(X[rows], codes, len(self.classes_), weights=weights, seed=self.random_state)

    def _attempt(
        self, X: Any, codes: Array, fold: Array, cues: Array, soft: Array | None, weight: float, alike: float,
        grid: Sequence[float],
    ) -> "_Attempt":  # fmt: skip
        """The best C for these weights; larger ones are not tried once macro-F1 falls."""
        known, weighted = codes >= 0, _weighted(X, cues, weight)
        truth = np.eye(len(self.classes_), dtype=bool)[codes[known]]

        def tried() -> "Iterator[_Attempt]":
            highest = 0.0
            for C in grid:
                scores = self._held_out_scores(weighted, codes, fold, C, alike, soft)
                value = _macro(self.calibrate(scores, codes).held_out_[known], truth)
                yield _Attempt(value, C, weight, alike, scores)
                highest = max(highest, value)
                if value < highest - _FALLEN:
                    break

        return _best(tried())

    def calibrate(self, scores: Array, codes: Array, balances: Sequence[float] | None = None) -> Self:
        """Fits the calibration to scores of held-out rows, and keeps those as `held_out_scores_`.

        Parameters
        ----------
        scores : ndarray of shape (n_rows, n_classes)
        codes : int ndarray of shape (n_rows,)
            The column of the true class, -1 where it is not known.
        balances
            To choose from, instead of the head's own.
        """
        self.held_out_scores_, known = scores, codes >= 0
        if len(self.classes_) == 1:
            return self
        truth = np.eye(len(self.classes_), dtype=bool)[codes[known]]
        best = -1.0
        for balance in sorted(balances or self.balances):
            fitted = fit_calibration(scores[known], codes[known], balance=balance)
            value = _macro(probabilities(scores[known], fitted), truth)
            if value > best + _WORTH:
                best, self.balance_ = value, balance
                self.scale_, self.offset_ = fitted
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
        found = np.asarray(X @ self.coef_.T.astype(np.float64)) + self.intercept_
        return found if self.forest_ is None else found + self.forest_.scores(X[:, self.cues_])

    def to_probabilities(self, scores: Array) -> Array:
        return probabilities(scores, Calibration(self.scale_, self.offset_))

    def _fit_constant(self, X: Any) -> Self:
        self.coef_ = np.zeros((1, X.shape[1]), dtype=np.float32)
        self.intercept_, self.scale_, self.offset_ = np.zeros(1), np.ones(1), np.zeros(1)
        self.C_, self.balance_, self.cue_weight_, self.alike_ = min(self.grid), 0.0, 1.0, 1.0
        self.forest_, self.cues_ = None, np.zeros(0, dtype=np.int64)
        self.held_out_scores_ = np.zeros((X.shape[0], 1))
        return self

    def _linear(
        self, X: Any, codes: Array, C: float, alike: float, soft: Array | None, tol: float = _ROUGH
    ) -> "_LinearParts":
        weight = None
        if soft is not None:
            rows, codes = np.nonzero(soft > 0)
            X, weight = X[rows], soft[rows, codes]
        found = np.unique(codes)
        if len(found) == 1:
            return _LinearParts(found, np.zeros((1, X.shape[1])), np.zeros(1))
        if alike == 1.0:
            coef, intercept = self._machine(X, codes, C, weight, "balanced", tol)
        else:
            # of many classes one counts as balanced weights have it, the rest once: as if all were fitted
            each = len(codes) / (len(found) * np.bincount(codes)[found])
            weights = [{True: times, False: 1.0} for times in each] if len(found) > 2 else ["balanced"]
            asked = found if len(found) > 2 else found[1:]
            parts = [
                self._nb_linear(X, codes == code, C, alike, weight, own, tol)
                for code, own in zip(asked, weights, strict=True)
            ]
            coef, intercept = np.vstack([part for part, _ in parts]), np.hstack([at for _, at in parts])
        if len(found) == 2:  # one part separates two classes
            coef, intercept = np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
        return _LinearParts(found, coef, intercept)

    def _nb_linear(
        self,
        X: Any,
        is_class: Array,
        C: float,
        alike: float,
        weight: Array | None,
        class_weight: Any,
        tol: float,
    ) -> tuple[Array, Array]:
        factors = nb_weights(X, is_class, alike)
        coef, intercept = self._machine(_scaled(X, factors), is_class, C, weight, class_weight, tol)
        return coef * factors, intercept

    def _machine(
        self, X: Any, y: Array, C: float, weight: Array | None, class_weight: Any, tol: float
    ) -> tuple[Array, Array]:
        model = LinearSVC(
            C=C, class_weight=class_weight, tol=tol, max_iter=3000, random_state=self.random_state
        )
        with config_context(assume_finite=True, skip_parameter_validation=True):  # looked at once, in fit
            model.fit(X, y, sample_weight=weight)
        return model.coef_, model.intercept_

    def _held_out_scores(
        self, X: Any, codes: Array, fold: Array, C: float, alike: float, soft: Array | None = None
    ) -> Array:
        scores = np.zeros((len(codes), len(self.classes_)))
        for train, test in splits(fold):
            train = train[codes[train] >= 0]
            if len(train):
                own = None if soft is None else soft[train]
                part = self._linear(X[train], codes[train], C, alike, own)
                scores[test] = -2.0  # a class that training lacked is far from likely
                scores[np.ix_(test, part.codes)] = X[test] @ part.coef.T + part.intercept
        return scores

    def _keep(self, part: "_LinearParts") -> None:
        self.coef_ = part.coef.astype(np.float32)
        self.intercept_ = part.intercept

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "held_out_scores_"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class _Attempt(NamedTuple):
    """What was tried, how good it was, and the scores of the held-out rows."""

    value: float
    C: float
    cue_weight: float
    alike: float
    scores: Array


def _best(tried: Iterable[_Attempt]) -> _Attempt:
    """The first of the best; nothing is tried after one that is perfect."""
    best: _Attempt | None = None
    for one in tried:
        best = one if best is None or one.value > best.value else best
        if best.value >= _PERFECT:
            break
    assert best is not None  # something is always tried
    return best


class _LinearParts(NamedTuple):
    """A fitted linear model: columns of the classes it knows, coefficients, intercepts."""

    codes: Array
    coef: Array
    intercept: Array


def nb_weights(X: sp.csr_matrix, is_class: Array, alike: float) -> Array:
    """How much each column should weigh for one class against the others.

    The more its presence tells of the class, as naive Bayes has it: ``alike`` plus the rest of one
    times the size of the log-count ratio, relative to its mean (Wang & Manning 2012, "Baselines and
    Bigrams"). Rows keep their mean length. A column that is nearly always there tells nothing by
    that, and weighs as it is.
    """
    total = np.bincount(X.indices, minlength=X.shape[1])
    inside = np.bincount(X.indices[np.repeat(is_class, np.diff(X.indptr))], minlength=X.shape[1])
    share = (inside + 1) / (is_class.sum() + 2)
    ratio = np.abs(np.log(share / ((total - inside + 1) / ((~is_class).sum() + 2))))
    factors = alike + (1 - alike) * ratio / max(float(ratio.mean()), 1e-9)
    factors[total > _ALWAYS * X.shape[0]] = 1.0
    square = X.data**2
    after = float((square * factors[X.indices] ** 2).sum())
    return factors * np.sqrt(square.sum() / after) if after else factors


def _weighted(X: Any, columns: Array, weight: float) -> Any:
    """X with these columns multiplied."""
    if weight == 1.0 or not len(columns):
        return X
    factors = np.ones(X.shape[1])
    factors[columns] = weight
    return _scaled(X, factors)


def _scaled(X: Any, factors: Array) -> Any:
    if not sp.issparse(X):
        return X * factors
    return sp.csr_matrix((X.data * factors[X.indices], X.indices, X.indptr), shape=X.shape)


def _macro(values: Array, truth: Array) -> float:
    """Macro-F1 of the highest value in each row."""
    chosen = np.eye(truth.shape[1], dtype=bool)[values.argmax(axis=1)]
    return macro_f1(tally(truth, chosen).sum(axis=0)) or 0.0
