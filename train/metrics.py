"""Figures from counts: precision, recall, F1, their mean over codes, intervals over commentaries.

Everything rests on one table, hits, false alarms and misses a code, kept apart for each group, so
that an interval costs a matrix product and not a new evaluation.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from train.arrays import Array, Bools, Floats, Ints

_AT_ONCE = 100  # draws: bounds the memory of gold of very many commentaries


def tally(gold: Bools, predicted: Bools) -> Floats:
    """Hits, false alarms and misses of each row.

    Parameters
    ----------
    gold, predicted : bool ndarray of shape (n_rows, n_codes)
        Which codes a row has.

    Returns
    -------
    int ndarray of shape (n_rows, n_codes, 3)
    """
    return np.stack([gold & predicted, ~gold & predicted, gold & ~predicted], axis=2).astype(np.int64)


def many_hot(values: Sequence[Collection[str]], codes: Sequence[str]) -> Bools:
    """Which codes each row has: shape (n_rows, n_codes)."""
    has = [[code in row for code in codes] for row in values]
    return np.array(has, dtype=bool).reshape(len(values), len(codes))


def score_table(scores: Sequence[Mapping[str, float]], codes: Sequence[str]) -> Floats:
    """Probabilities by code, 0 for a code that a row lacks: shape (n_rows, n_codes)."""
    found = [[row.get(code, 0.0) for code in codes] for row in scores]
    return np.array(found, dtype=np.float64).reshape(len(scores), len(codes))


def soft_tally(gold: Bools, predicted: Bools) -> Floats:
    """As `tally`, where a code of gold may be there in part: the votes of people who were tied."""
    chosen = predicted.astype(np.float64)
    return np.stack([gold * chosen, (1 - gold) * chosen, gold * (1 - chosen)], axis=2)


def by_group(counts: Floats, groups: Sequence[str]) -> Floats:
    """The rows' counts added up for each group: shape (n_groups, n_codes, 3)."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    summed = np.zeros((len(names), *counts.shape[1:]), dtype=counts.dtype)
    np.add.at(summed, index, counts)
    return summed


def f1(counts: Floats) -> Floats:
    """F1 of each code; NaN for a code that is neither in gold nor in prediction."""
    hits, false, missed = np.moveaxis(counts, -1, 0)
    total = 2 * hits + false + missed
    return np.where(total > 0, 2 * hits / np.maximum(total, 1), np.nan)


def macro_f1(counts: Floats) -> float | None:
    """The unweighted mean of F1 over the codes that occur in gold or prediction."""
    values = f1(counts)
    return None if np.isnan(values).all() else float(np.nanmean(values))


def macro_of_highest(scores: Floats, truth: Bools) -> float:
    """Macro-F1 where each row is given the code with its highest score: both of shape (n_rows, n_codes)."""
    chosen = np.eye(truth.shape[1], dtype=bool)[scores.argmax(axis=1)]
    return macro_f1(tally(truth, chosen).sum(axis=0)) or 0.0


def precision_recall(counts: Floats) -> tuple[Floats, Floats]:
    """Precision and recall of each code; 0 where nothing was predicted, or nothing was there."""
    hits, false, missed = np.moveaxis(counts, -1, 0)
    return hits / np.maximum(hits + false, 1), hits / np.maximum(hits + missed, 1)


def average_precision(gold: Bools, score: Floats) -> float | None:
    """The mean of precision over recall, as the score's threshold falls; None where nothing is there."""
    from sklearn.metrics import average_precision_score  # nobody who only tags needs it

    return float(average_precision_score(gold, score)) if gold.any() else None


def bootstrap_f1(grouped: Floats, *, draws: int = 1000, seed: int = 0) -> Floats | None:
    """F1 of each code when the groups are drawn anew with replacement.

    Parameters
    ----------
    grouped : ndarray of shape (n_groups, n_codes, 3)

    Returns
    -------
    ndarray of shape (draws, n_codes), or None where there are fewer than two groups
    """
    if len(grouped) < 2:
        return None
    flat = grouped.reshape(len(grouped), -1)
    weights = drawn_weights(len(grouped), draws=draws, seed=seed)
    parts = []
    while some := list(islice(weights, _AT_ONCE)):
        parts.append(f1((np.array(some) @ flat).reshape(len(some), *grouped.shape[1:])))
    return np.concatenate(parts)


def drawn_weights(groups: int, *, draws: int, seed: int) -> Iterator[Ints]:
    """How often each group is in a bootstrap sample, draw after draw."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(rng.integers(groups, size=groups), minlength=groups)


def macro_interval(draws: Floats) -> tuple[float, float] | None:
    """The interval of macro-F1, from draws of F1 a code: shape (draws, n_codes)."""
    known = ~np.isnan(draws).all(axis=1)
    return interval_of(np.nanmean(draws[known], axis=1)) if known.any() else None


def interval_of(values: Array) -> tuple[float, float] | None:
    """The 95 % percentile interval of a figure's draws; those in which it is not defined do not count."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - 0.95) / 2, (1 + 0.95) / 2])
    return round(float(low), 6), round(float(high), 6)


def widened(
    interval: tuple[float, float] | None, value: float | None, times: float
) -> tuple[float, float] | None:
    """The interval of a share, so many times as far from its value on either side, within 0 and 1."""
    if interval is None or value is None or times == 1.0:
        return interval
    low, high = (value + times * (bound - value) for bound in interval)
    return round(max(0.0, min(low, value)), 6), round(min(1.0, max(high, value)), 6)
