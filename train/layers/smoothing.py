"""Smoothing of scores within a commentary: an author seldom changes sides in it."""

from collections.abc import Sequence

import numpy as np

from train.arrays import Floats, Ints
from train.classifiers.calibration import fit_calibration, probabilities
from train.metrics import macro_f1, tally

#: How much the other sentences may weigh, to choose from on held-out rows.
STRENGTHS = (0.0, 0.5, 1.0, 2.0, 4.0)
#: Prior weight: few other sentences count for little.
_PRIOR = 1.0
#: What macro-F1 must gain before the others weigh more.
_WORTH = 0.004


def smooth(scores: Floats, keys: Sequence[object], weights: Floats, strength: float) -> Floats:
    """Each row's scores plus ``strength`` times the weighted mean of the others' of its key.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_codes)
    keys
        What binds rows together: here a commentary and a target.
    weights : ndarray of shape (n_rows,)
        How much each row weighs.
    """
    if not strength:
        return scores
    places: dict[object, int] = {}
    index = np.array([places.setdefault(key, len(places)) for key in keys])
    weighted = scores * weights[:, None]
    total = np.zeros((len(places), scores.shape[1]))
    np.add.at(total, index, weighted)
    weight = np.bincount(index, weights, minlength=len(places))
    others: Floats = (total[index] - weighted) / (weight[index] - weights + _PRIOR)[:, None]
    return scores + strength * others


def choose_strength(scores: Floats, keys: Sequence[object], weights: Floats, codes: Ints) -> float:
    """The strength with the highest macro-F1 on held-out rows; the least of those about equal.

    Parameters
    ----------
    codes : int ndarray of shape (n_rows,)
        The column of the true code, or -1 where there is none: such rows are smoothed with, not judged.
    """
    judged = codes >= 0
    truth = np.eye(scores.shape[1], dtype=bool)[codes[judged]]
    best, chosen = -1.0, 0.0
    for strength in STRENGTHS:
        smoothed = smooth(scores, keys, weights, strength)[judged]
        # balanced half-way, so that rare codes count in the choice
        values = probabilities(smoothed, fit_calibration(smoothed, codes[judged], balance=0.5))
        predicted = np.eye(scores.shape[1], dtype=bool)[values.argmax(axis=1)]
        value = macro_f1(tally(truth, predicted).sum(axis=0)) or 0.0
        if value > best + _WORTH:
            best, chosen = value, strength
    return chosen
