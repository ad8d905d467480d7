"""Decision and abstention thresholds, tuned on held-out rows."""

import numpy as np

from train.arrays import Array, Bools, Floats

NEVER = 1.0  # a score is at most one, so such a threshold is met by certainty alone


def abstention_threshold(score: Floats, right: Bools, *, precision: float) -> float:
    """The lowest score from which on a code's answers are right often enough.

    Parameters
    ----------
    score : ndarray
        Scores of the held-out rows that the code was given to.
    right : bool ndarray
        Whether it was the true code.
    precision
        The share of right answers to reach, counted with one right and one wrong answer more
        (Laplace), so that two lucky hits do not open the gate.

    Returns
    -------
    float
        Half-way to the next lower score; at most ``precision`` where all scores are high enough
        (a calibrated score of that height is right as often); `NEVER` where none is.
    """
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(right[order])
    good = (hits + 1) / (np.arange(len(hits)) + 3) >= precision
    below = np.append(ranked[1:], -1.0) if len(ranked) else ranked
    fit = np.flatnonzero(good & (below < ranked))  # rows of one score stand or fall together
    if not len(fit):
        return NEVER
    last = int(fit[-1])
    if last == len(ranked) - 1:
        return min(float(ranked[last]), precision)
    return float(ranked[last] + below[last]) / 2


def decision_threshold(score: Floats, truth: Array) -> float:
    """The threshold of a yes-or-no code with the highest F1 on held-out rows.

    Half-way between neighbouring scores; a half where the code never occurs.
    """
    if not truth.any():
        return 0.5
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + truth.sum())
    below = np.append(ranked[1:], 0.0)
    f1 = np.where(ranked > below, f1, -1.0)
    best = int(np.argmax(f1))
    return float((ranked[best] + below[best]) / 2)
