"""The share of something in two arms of a study, whose commentaries were drawn: difference, interval, test.

Sentences of one commentary are not independent, so what is summed is summed by commentary. The interval is
that of a difference of two ratio estimators (Cochran 1977, chapter 6, with commentaries as clusters) with
Welch's degrees of freedom; the test draws the arms of the commentaries anew, as they were drawn.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from math import comb
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from schemas.records import Record

Array = Any
WITH, WITHOUT = 1, 0
#: Draws of the arms behind a p-value, and how many ways of drawing them there must be.
DRAWS, _WAYS = 2000, 20
#: Commentaries an arm needs for an interval, and times that something has to occur in all.
_TEXTS, _OCCURS = 3, 5
_LEVEL = 0.95


class Share(Record, frozen=True, kw_only=True):
    """How often something was so, of how many times; ``interval`` over commentaries, null where too few."""

    n: int
    share: float | None
    interval: tuple[float, float] | None = None


class Shift(Record, frozen=True, kw_only=True):
    """A share with suggestions and without, and what is between them.

    ``p`` is that of the permutation test, ``q`` it corrected for all shifts that were tested (Benjamini &
    Hochberg 1995). What is not known is null, and ``reason`` says why.
    """

    with_suggestions: float | None
    without: float | None
    n_with: int
    n_without: int
    shift: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    q: float | None = None
    reason: str | None = None


class Sums:
    """Hits and trials of each thing that is counted, by arm and commentary.

    Parameters
    ----------
    texts
        The number of commentaries.
    """

    def __init__(self, texts: int) -> None:
        self._texts = texts
        self.hits: dict[Hashable, Array] = defaultdict(self._nothing)
        self.trials: dict[Hashable, Array] = defaultdict(self._nothing)

    def _nothing(self) -> Array:
        return np.zeros((2, self._texts))

    def add(self, key: Hashable, arm: int, text: int, hit: float = 1.0) -> None:
        self.hits[key][arm, text] += hit
        self.trials[key][arm, text] += 1


class Arms(NamedTuple):
    """Which commentaries have suggestions, and other ways in which that could have been drawn.

    ``drawn`` : bool array of shape (`DRAWS`, n_texts), or None where nothing was drawn or too few ways are.
    """

    drawn: Array | None
    reason: str | None = None


def to_arms(arm: Sequence[int], *, was_drawn: bool, seed: int) -> Arms:
    """The arms of all commentaries: `WITH`, `WITHOUT`."""
    is_with = np.asarray(arm) == WITH
    if not was_drawn:
        return Arms(None, "no test: it was not drawn who sees suggestions")
    ways = comb(len(is_with), int(is_with.sum()))
    if ways < _WAYS:
        return Arms(None, f"no test: the arms could have been drawn in {ways} ways only, expected {_WAYS}")
    random = np.random.default_rng(seed)
    return Arms(np.array([random.permutation(is_with) for _ in range(DRAWS)]))


def share(hits: Array, trials: Array) -> Share:
    """A share and its interval: arrays of shape (n_texts,)."""
    n = int(trials.sum())
    if not n:
        return Share(n=0, share=None)
    value, variance, texts = _ratio(hits, trials)
    if texts < _TEXTS or not variance:
        return Share(n=n, share=rounded(value))
    half = stats.t.ppf((1 + _LEVEL) / 2, texts - 1) * variance**0.5
    return Share(n=n, share=rounded(value), interval=_bounds(value - half, value + half, 0.0))


def compare(hits: Array, trials: Array, arms: Arms, *, is_share: bool = True, bounded: bool = True) -> Shift:
    """The shift between two arms: arrays of shape (2, n_texts), `WITHOUT` first.

    Parameters
    ----------
    is_share
        Whether hits are 0 or 1; then something has to occur `_OCCURS` times, and to be absent so often.
    bounded
        Whether a shift is between -1 and 1.
    """
    counts = trials.sum(axis=1)
    values = [float(hits[arm].sum() / counts[arm]) if counts[arm] else None for arm in (WITHOUT, WITH)]
    found = Shift(
        with_suggestions=rounded(values[WITH]),
        without=rounded(values[WITHOUT]),
        n_with=int(counts[WITH]),
        n_without=int(counts[WITHOUT]),
    )
    texts = (trials > 0).sum(axis=1)
    if texts.min() < _TEXTS:
        return _because(
            found, f"{texts[WITH]} commentaries with suggestions and {texts[WITHOUT]} without: "
            f"expected {_TEXTS} of each",
        )  # fmt: skip
    occurs = hits.sum()
    if is_share and min(occurs, trials.sum() - occurs) < _OCCURS:
        return _because(found, f"occurs {occurs:.0f} times in {trials.sum():.0f}: too rarely, or always")
    (low, low_variance, low_texts), (high, high_variance, high_texts) = (
        _ratio(hits[arm], trials[arm]) for arm in (WITHOUT, WITH)
    )
    variance = low_variance + high_variance
    difference = high - low
    if not variance:
        return _because(found, "the same in every commentary of an arm")
    freedom = variance**2 / (low_variance**2 / (low_texts - 1) + high_variance**2 / (high_texts - 1))
    half = stats.t.ppf((1 + _LEVEL) / 2, freedom) * variance**0.5
    return Shift(
        with_suggestions=found.with_suggestions,
        without=found.without,
        n_with=found.n_with,
        n_without=found.n_without,
        shift=rounded(difference),
        interval=_bounds(difference - half, difference + half, -1.0)
        if bounded
        else (round(float(difference - half), 6), round(float(difference + half), 6)),
        p=_permuted(hits, trials, arms.drawn, difference),
        reason=arms.reason,
    )


def corrected(shifts: Sequence[Shift]) -> list[float | None]:
    """Benjamini & Hochberg's q of each shift that has a p, all taken together."""
    tested = [shift.p for shift in shifts if shift.p is not None]
    if not tested:
        return [None] * len(shifts)
    found = iter(stats.false_discovery_control(tested, method="bh").tolist())
    return [rounded(next(found)) if shift.p is not None else None for shift in shifts]


def rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _ratio(hits: Array, trials: Array) -> tuple[float, float, int]:
    """Sum over sum, its variance with commentaries as clusters, and how many of them there are."""
    texts = int((trials > 0).sum())
    total = trials.sum()
    value = hits.sum() / total
    residuals = hits - value * trials
    variance = (residuals**2).sum() / total**2 * texts / max(texts - 1, 1)
    return float(value), float(variance), texts


def _permuted(hits: Array, trials: Array, drawn: Array | None, difference: float) -> float | None:
    if drawn is None:
        return None
    of_text, trials_of_text = hits.sum(axis=0), trials.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = (drawn @ of_text) / (drawn @ trials_of_text)
        below = (~drawn @ of_text) / (~drawn @ trials_of_text)
    other = np.abs(above - below)
    as_far = int((other[np.isfinite(other)] >= abs(difference) - 1e-12).sum())
    return rounded((1 + as_far) / (1 + int(np.isfinite(other).sum())))


def _bounds(low: float, high: float, least: float) -> tuple[float, float]:
    return round(max(float(low), least), 6), round(min(float(high), 1.0), 6)


def _because(shift: Shift, reason: str) -> Shift:
    return Shift(
        with_suggestions=shift.with_suggestions,
        without=shift.without,
        n_with=shift.n_with,
        n_without=shift.n_without,
        reason=reason,
    )
