"""When to believe somebody else's answers beside our own: a small regression over both (late fusion).

Stacking (Wolpert 1992) of two coders: ours, by the probabilities it gave while a row was held out, and
another, by its answer and how sure it was. The regression is drawn toward believing ours alone, so that a few
rows change little; and it is kept only where held-out groups show that it helps (`choose`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from schemas.records import Record
from train.arrays import Array, Floats, Ints
from train.classifiers.calibration import one_thread, softmax
from train.folds import folds_by_code, splits

FOLDS = 5
#: Answers, and groups they stand in, below which nothing is learned.
MIN_ANSWERS, MIN_GROUPS = 50, 5
#: Probabilities count as no smaller than this: nobody is so sure that the other may say nothing.
_LEAST = 1e-4
#: Bounds of what is learned. A code that either holds for likelier never becomes less likely by that.
MOST_FACTOR, MOST_WORD = 5.0, 10.0
_PULL = 1.0  # a weight's distance from ours alone costs as a normal prior of variance 1 would


class Weights(Record, frozen=True, kw_only=True):
    """What the logarithm of a code's probability is the sum of, up to a constant.

    Parameters
    ----------
    own, score
        Factors of the logarithms of our probability and of the other's.
    said
        What is added to a code where the other gave it.
    """

    own: float = 1.0
    score: float = 0.0
    said: dict[str, float] = {}


class Both(NamedTuple):
    """What both coders say of rows.

    Parameters
    ----------
    codes
        The codes that ours knows.
    own, other : ndarray of shape (n_rows, n_codes)
        The probability of each code.
    given : int ndarray of shape (n_rows,)
        The column of the code that the other gave; -1 for one that ours does not know.
    """

    codes: Sequence[str]
    own: Floats
    other: Floats
    given: Ints

    def only(self, rows: Ints) -> "Both":
        return Both(self.codes, self.own[rows], self.other[rows], self.given[rows])


class Fused(NamedTuple):
    """What was chosen: weights (None: ours alone is as good), and what it says of the rows while held out.

    ``gain`` is by how much the log-loss of a held-out row falls, ``error`` the standard error of that; both
    of the best regression, also where it was not kept.
    """

    weights: Weights | None
    held_out: Floats
    gain: float
    error: float


def fuse(both: Both, weights: Weights) -> Floats:
    """The probabilities after both were heard: shape (n_rows, n_codes)."""
    said = np.array([weights.said.get(code, 0.0) for code in both.codes])
    return softmax(weights.own * _log(both.own) + weights.score * _log(both.other) + _is_given(both) * said)


def choose(both: Both, truth: Ints, groups: Sequence[str], *, balance: float = 0.0, seed: int = 0) -> Fused:
    """The simplest of three that is within one standard error of the best by the log-loss of held-out groups.

    In this order: ours alone; one belief for all codes; a belief for each code (Breiman and others 1984, the
    rule of one standard error; here of the difference, over groups).

    Parameters
    ----------
    truth : int ndarray of shape (n_rows,)
        The column of each row's code.
    balance
        That of our probabilities (`train.classifiers.calibration`): a row weighs ``share ** -balance``, or
        what is gained would be that rare codes are given less.
    """
    share = np.bincount(truth, minlength=len(both.codes)) / len(truth)
    weight = share[truth] ** -balance
    weight /= weight.mean()
    fold = folds_by_code(truth, len(both.codes), groups, folds=FOLDS, seed=seed)
    found = [both.own] + [_held_out(both, truth, weight, fold, design) for design in _DESIGNS]
    losses = [-weight * _log(shares)[np.arange(len(truth)), truth] for shares in found]
    best = min(range(len(losses)), key=lambda k: float(losses[k].mean()))
    kept = next(k for k in range(len(losses)) if _is_as_good(losses[k], losses[best], groups))
    gain, error = _gain(losses[0], losses[max(best, 1)], groups)
    weights = _fit(both, truth, weight, _DESIGNS[kept - 1]) if kept else None
    return Fused(weights, found[kept], gain, error)


def _is_as_good(loss: Floats, best: Floats, groups: Sequence[str]) -> bool:
    behind, error = _gain(loss, best, groups)
    return behind <= error


def _gain(loss: Floats, other: Floats, groups: Sequence[str]) -> tuple[float, float]:
    """By how much a loss is above another in the mean, and the standard error of that over groups."""
    gain = loss - other
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    summed = np.bincount(place, gain - gain.mean(), minlength=len(names))
    error = np.sqrt((summed**2).sum() * len(names) / max(len(names) - 1, 1)) / len(gain)
    return float(gain.mean()), float(error)


Design = Callable[[Both], Floats]  # the columns of each code of a row: (n_rows, n_codes, n_columns)


def _held_out(both: Both, truth: Ints, weight: Floats, fold: Ints, design: Design) -> Floats:
    shares = both.own.copy()
    for known, asked in splits(fold):
        shares[asked] = fuse(both.only(asked), _fit(both.only(known), truth[known], weight[known], design))
    return shares


def _fit(both: Both, truth: Ints, weight: Floats, design: Design) -> Weights:
    from scipy.optimize import minimize

    columns = design(both)
    start = np.zeros(columns.shape[2])
    start[0] = 1.0  # ours alone
    is_true = truth[:, None] == np.arange(len(both.codes))

    def loss(values: Array) -> tuple[float, Array]:
        shares = softmax(columns @ values)
        away = values - start
        value = -(weight * np.log(shares[is_true] + 1e-300)).sum() + _PULL / 2 * (away**2).sum()
        return float(value), np.einsum(
            "nk,nkp->p", (shares - is_true) * weight[:, None], columns
        ) + _PULL * away

    bounds = [(0.0, MOST_FACTOR)] * 2 + [(-MOST_WORD, MOST_WORD)] * (len(start) - 2)
    with one_thread():
        fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    own, score, *said = (round(float(value), 6) for value in fitted)
    by_code = said if len(said) == len(both.codes) else said * len(both.codes)
    return Weights(own=own, score=score, said=dict(zip(both.codes, by_code, strict=True)))


def _of_all_codes(both: Both) -> Floats:
    return np.stack([_log(both.own), _log(both.other), _is_given(both)], axis=2)


def _by_code(both: Both) -> Floats:
    said = _is_given(both)[:, :, None] * np.eye(len(both.codes))
    return np.concatenate([np.stack([_log(both.own), _log(both.other)], axis=2), said], axis=2)


_DESIGNS: tuple[Design, ...] = (_of_all_codes, _by_code)


def _is_given(both: Both) -> Floats:
    found: Floats = (both.given[:, None] == np.arange(len(both.codes))).astype(np.float64)
    return found


def _log(shares: Floats) -> Floats:
    found: Floats = np.log(np.maximum(shares, _LEAST))
    return found
