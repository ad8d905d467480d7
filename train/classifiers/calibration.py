"""From a linear model's scores to probabilities: two numbers a code, fitted on held-out rows.

Softmax of ``scale * score + offset`` (vector scaling; Guo et al. 2017, "On Calibration of Modern
Neural Networks"; with two codes it is Platt's sigmoid). Fitted with the weight ``share ** -balance``
a row, where share is that of the row's code: balance 0 gives plain calibrated probabilities, 1
those of a world in which all codes are equally frequent.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from train.arrays import Array, Floats, Ints
from train.metrics import macro_of_highest

_PULL = 1e-3  # keeps the scales of rare codes near the others'
#: What macro-F1 must gain on held-out rows before probabilities are balanced a step further.
_WORTH = 0.004
#: Factors to choose from, each 5 % above the one before.
_TEMPERATURES = 0.05 * 1.05 ** np.arange(80)


class Calibration(NamedTuple):
    """Both of shape (n_codes,)."""

    scale: Floats
    offset: Floats


def probabilities(scores: Floats, calibration: Calibration) -> Floats:
    """Rows that add up to one: shape (n_rows, n_codes)."""
    return softmax(scores * calibration.scale + calibration.offset)


def softmax(values: Array) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def fit_calibration(scores: Floats, codes: Ints, *, balance: float = 0.0) -> Calibration:
    """The calibration under which the held-out codes are most likely.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_codes)
        Decision values for rows the model was not fitted on.
    codes : int ndarray of shape (n_rows,)
        The column of each row's true code.
    """
    from scipy.optimize import minimize

    size = scores.shape[1]
    truth = _smooth(codes, size)
    share = np.maximum(np.bincount(codes, minlength=size), 1) / len(codes)
    weight = (share**-balance)[codes]
    weight = weight / weight.sum()

    def loss(values: Array) -> tuple[float, Array]:
        scale, offset = values[:size], values[size:]
        shares = softmax(scores * scale + offset)
        spread = scale - scale.mean()
        error = (shares - truth) * weight[:, None]
        value = -(weight[:, None] * truth * np.log(shares + 1e-12)).sum()
        slope = (error * scores).sum(axis=0) + 2 * _PULL * spread
        return value + _PULL * (spread**2).sum(), np.concatenate([slope, error.sum(axis=0)])

    start = np.concatenate([np.full(size, 2.0), np.zeros(size)])
    # a higher score never makes its own code less likely
    bounds = [(0.0, 50.0)] * size + [(-20.0, 20.0)] * size
    with one_thread():
        fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(scale=fitted[:size], offset=fitted[size:])


def fit_balanced(scores: Floats, codes: Ints, balances: Sequence[float]) -> tuple[Calibration, float]:
    """The calibration of the first balance that no later one betters clearly by macro-F1; and which it is."""
    truth = np.eye(scores.shape[1], dtype=bool)[codes]
    best, found = -1.0, (Calibration(np.ones(scores.shape[1]), np.zeros(scores.shape[1])), 0.0)
    for balance in balances:
        fitted = fit_calibration(scores, codes, balance=balance)
        value = macro_of_highest(probabilities(scores, fitted), truth)
        if value > best + _WORTH:
            best, found = value, (fitted, balance)
    return found


def fit_temperature(scores: Floats, codes: Ints) -> float:
    """The one factor of all scores under which the held-out codes are most likely (Guo et al. 2017).

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_codes)
    codes : int ndarray of shape (n_rows,)
    """
    truth = _smooth(codes, scores.shape[1])
    losses = [-(truth * np.log(softmax(scores * factor) + 1e-12)).sum() for factor in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra without threads: in sums so small they only wait for each other, and took more time
    than the training of all classifiers.
    """
    context: AbstractContextManager[Any] = _libraries().limit(limits=1)
    return context


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController  # beside scipy.optimize: nobody who only tags needs it

    return ThreadpoolController()


def _smooth(codes: Ints, size: int) -> Floats:
    """Targets a little off 0 and 1, the more so the fewer examples (Platt 1999): no few rows make
    a model certain.
    """
    count = np.bincount(codes, minlength=size)
    sure = (count + 1) / (count + 2)
    rest = (1 - sure) / max(size - 1, 1)
    truth: Array = np.tile(rest[codes][:, None], (1, size))
    truth[np.arange(len(codes)), codes] = sure[codes]
    return truth
