"""Whether a score of 0.8 is right in four of five cases: the bins of a reliability diagram."""

import numpy as np

from schemas.records import Record
from train.arrays import Bools, Floats, Ints

#: Bins of equal width.
BINS = 10


class Bin(Record, frozen=True, kw_only=True):
    """LayerItems with a score from ``low`` up to ``high``: mean score, and share that was right."""

    low: float
    high: float
    n: int
    score: float
    right: float


def reliability(score: Floats, right: Bools) -> list[Bin]:
    """The bins that are not empty.

    Parameters
    ----------
    score : ndarray of shape (n,)
        0 to 1.
    right : bool ndarray of shape (n,)
    """
    index = _bin_of(score)
    return [
        Bin(
            low=round(number / BINS, 6),
            high=round((number + 1) / BINS, 6),
            n=int(in_bin.sum()),
            score=round(float(score[in_bin].mean()), 6),
            right=round(float(right[in_bin].mean()), 6),
        )
        for number in range(BINS)
        if (in_bin := index == number).any()
    ]


def calibration_error(score: Floats, right: Bools) -> float:
    """Expected calibration error: the mean gap of score and share right, over the bins."""
    index = _bin_of(score)
    gap = np.bincount(index, score, BINS) - np.bincount(index, right, BINS)
    return float(np.abs(gap).sum() / max(len(score), 1))


def _bin_of(score: Floats) -> Ints:
    index: Ints = np.minimum((score * BINS).astype(int), BINS - 1)
    return index
