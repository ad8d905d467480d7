"""Decision and abstention thresholds, tuned on held-out rows."""

import math

import numpy as np

from train.arrays import Array, Bools, Floats
from train.metrics import average_precision

NEVER = 1.0  # a score is at most one, so such a threshold is met by certainty alone
_MOST_GIVEN = 1.5  # times as often as it occurs, a code of a set may be given on held-out rows
_PARTS, _LEVEL = 5, 0.9  # candidates for abstention, and how sure the promised precision is: `make stress`
_LEAST, _SURE, _LIFT = 5, 1.645, 1.5  # what makes a code learned: `is_learned`


def abstention_threshold(score: Floats, right: Bools, *, precision: float) -> float:
    """The score from which on a code's answers are right often enough, by a bound that luck does not reach.

    The answers are tested from the highest scores down: the best fifth, two fifths, and so on to all,
    and no further than the first that fails. One passes where the lower bound of its share of right
    answers (Clopper and Pearson 1934, one-sided) reaches ``precision``. As the order is fixed beforehand,
    the level holds for all tests together (fixed-sequence testing: Angelopoulos and others 2021, "Learn
    then Test"). A fifth with too few answers to pass even if all are right is passed over.

    Parameters
    ----------
    score : ndarray
        Scores of the held-out rows that the code was given to.
    right : bool ndarray
        Whether it was the true code.
    precision
        The share of right answers to reach.

    Returns
    -------
    float
        The lowest score that passes; at most ``precision`` where all answers pass together (a
        calibrated score of that height is right as often); `NEVER` where none passes.
    """
    if not len(score):
        return NEVER
    ranked, found = np.sort(score)[::-1], NEVER
    for part in range(1, _PARTS + 1):
        lowest = float(ranked[-(-part * len(ranked) // _PARTS) - 1])
        hits = right[score >= lowest]
        if _lower_bound(len(hits), len(hits)) < precision:
            continue
        if _lower_bound(int(hits.sum()), len(hits)) < precision:
            return found
        found = lowest
    return min(found, precision) if found < NEVER else NEVER


def times_needed(score: Floats, right: Bools, *, precision: float) -> float:
    """How many times as many held-out answers `abstention_threshold` needs, the best fifth being as right.

    1 where it passes as it is, 0 where that fifth is not right often enough whatever their number, or there
    are fewer than `_LEAST` answers in it.
    """
    if abstention_threshold(score, right, precision=precision) < NEVER:
        return 1.0
    size = -(-len(score) // _PARTS)
    best = right[np.argsort(-score, kind="stable")[:size]]
    if size < _LEAST or best.mean() <= precision:
        return 0.0
    needed = size
    while _lower_bound(round(float(best.mean()) * needed), needed) < precision:
        needed = needed + max(1, needed // 20)
    return needed / size


def _lower_bound(hits: int, tried: int) -> float:
    """The lower Clopper-Pearson bound of a share at the level `_LEVEL`."""
    from scipy.special import betaincinv  # beside scipy: nobody who only tags needs it

    return float(betaincinv(hits, tried - hits + 1, 1 - _LEVEL)) if hits else 0.0


def decision_threshold(score: Floats, truth: Array) -> float:
    """The threshold of a yes-or-no code with the highest F1 on held-out rows.

    Half-way between neighbouring scores, and so that the code is given at most half as often again as
    it occurs: F1 alone gives a code that was hardly learned to everybody (2p / (1 + p) beats 0).
    `NEVER` where no such threshold is ever right.
    """
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(truth[order])
    given, below = np.arange(1, len(hits) + 1), np.append(ranked[1:], 0.0)
    allowed = (ranked > below) & (given <= _MOST_GIVEN * truth.sum()) & (hits > 0)
    if not allowed.any():
        return NEVER
    best = int(np.argmax(np.where(allowed, 2 * hits / (given + truth.sum()), -1.0)))
    return float((ranked[best] + below[best]) / 2)


def is_learned(score: Floats, truth: Bools) -> bool:
    """Whether held-out scores show that a yes-or-no code was learned at all.

    It needs five examples, an area under the ROC curve surely above chance (one-sided, 5 %), and an
    average precision whose odds are 1.5 times those of the code's share. Of a rare code that is 1.5
    times the share; for a code of two thirds, where 1.5 times the share is out of reach, it is .75.
    A code that every row has leaves nothing to learn.
    """
    examples = int(truth.sum())
    if examples < _LEAST or examples == len(truth):
        return examples >= _LEAST
    found, share = average_precision(truth, score) or 0.0, examples / len(truth)
    is_above_share = found * (1 - share) > _LIFT * share * (1 - found)
    return _auc_z(score, truth) > _SURE and is_above_share


def _auc_z(score: Floats, truth: Bools) -> float:
    """How many standard errors the area under the ROC curve lies above one half.

    Error by Hanley and McNeil 1982, "The Meaning and Use of the Area under a ROC Curve".
    """
    from sklearn.metrics import roc_auc_score  # nobody who only tags needs it

    yes, no, area = int(truth.sum()), int((~truth).sum()), float(roc_auc_score(truth, score))
    both_yes, both_no = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (yes - 1) * (both_yes - area**2) + (no - 1) * (both_no - area**2)
    return (area - 0.5) / math.sqrt(max(variance / (yes * no), 1e-12))
