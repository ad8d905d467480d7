"""Whether a score of 0.8 is right in four of five cases: the bins of a reliability diagram."""

import numpy as np

from schemas.records import Record
from train.arrays import Bools, Floats


def calibration_error(confidence: Floats, right: Bools, *, bins: int = 10) -> float:
    """Expected calibration error: the mean gap of confidence and share right, in equal bins."""
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    size = np.bincount(index, minlength=bins)
    gap = np.abs(np.bincount(index, confidence, bins) - np.bincount(index, right, bins))
    return float(gap.sum() / max(size.sum(), 1))


BINS = 10


class Bin(Record, frozen=True, kw_only=True):
    """LayerItems with a score from ``low`` up to ``high``: mean score, and share that was right."""

    low: float
    high: float
    n: int
    score: float
    right: float


def reliability(score: Floats, right: Bools) -> list[Bin]:
    """The bins of equal width that are not empty.

    Parameters
    ----------
    score : ndarray of shape (n,)
        0 to 1.
    right : bool ndarray of shape (n,)
    """
    index = np.minimum((score * BINS).astype(int), BINS - 1)
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
