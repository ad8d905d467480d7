"""Two models on the same sentences: whether the difference is more than the luck of the draw."""

from collections.abc import Sequence

import numpy as np

from schemas.codebook import Codebook, Layer
from schemas.records import Record
from train.arrays import Array, Bools
from train.evaluation.items import LayerItems, Scored, counted_codes, layer_items
from train.metrics import bootstrap_f1, by_group, interval_of, macro_f1, tally

#: Draws of the paired bootstrap.
DRAWS = 2000


class Difference(Record, frozen=True, kw_only=True, omit_defaults=True):
    """``difference`` is the first model's macro-F1 less the other's, with its 95 % interval; it is
    ``real`` where the interval does not hold 0. ``p`` is two-sided.
    """

    macro_f1: float | None
    against_macro_f1: float | None
    difference: float | None
    interval: tuple[float, float] | None
    p: float | None
    real: bool
    n: int
    reason: str | None = None


class Comparison(Record, frozen=True, kw_only=True):
    model_version: str
    layers: dict[str, Difference]


def compare(
    codebook: Codebook,
    other: Codebook,
    scored: Sequence[Scored],
    against: Sequence[Scored],
    *,
    seed: int = 0,
) -> dict[str, Difference]:
    """Each layer that both codebooks have, on the items that both models predicted.

    A paired bootstrap: the same commentaries are drawn for both (Efron and Tibshirani 1993;
    Koehn 2004 for paired systems).
    """
    others = {layer.id: layer for layer in other.predicted_layers}
    differences = {}
    for layer in codebook.predicted_layers:
        twin = others.get(layer.id)
        if twin is None or twin.kind != layer.kind:
            differences[layer.id] = _undefined("the other model has no such layer")
        else:
            differences[layer.id] = _difference(
                layer, layer_items(layer, scored), layer_items(twin, against), seed
            )
    return differences


def _difference(layer: Layer, first: LayerItems, second: LayerItems, seed: int) -> Difference:
    second_index = {key: i for i, key in enumerate(second.keys)}
    shared = [i for i, key in enumerate(first.keys) if key in second_index]
    if not shared:
        return _undefined("no sentence was answered by both")
    first, second = first.pick(shared), second.pick([second_index[first.keys[i]] for i in shared])
    codes = list(dict.fromkeys([*first.codes, *second.codes]))
    counted = counted_codes(layer, codes)
    gold = _spread(first.gold, first.codes, codes)
    grouped = [
        by_group(tally(gold, _spread(side.predicted, side.codes, codes)), first.commentaries)[:, counted]
        for side in (first, second)
    ]
    values = [macro_f1(counts.sum(axis=0)) for counts in grouped]
    draws = [bootstrap_f1(counts, draws=DRAWS, seed=seed) for counts in grouped]
    if draws[0] is None or draws[1] is None or values[0] is None or values[1] is None:
        return _undefined("all sentences are of one commentary", len(shared))
    known = ~(np.isnan(draws[0]).all(axis=1) | np.isnan(draws[1]).all(axis=1))
    sample = np.nanmean(draws[0][known], axis=1) - np.nanmean(draws[1][known], axis=1)
    interval = interval_of(sample)
    p = min(1.0, 2 * min(float((sample <= 0).mean()), float((sample >= 0).mean())))
    return Difference(
        macro_f1=round(values[0], 6),
        against_macro_f1=round(values[1], 6),
        difference=round(values[0] - values[1], 6),
        interval=interval,
        p=round(max(p, 1 / DRAWS), 6),
        real=interval is not None and not interval[0] <= 0 <= interval[1],
        n=len(shared),
    )


def _spread(values: Array, codes: Sequence[str], all_codes: Sequence[str]) -> Bools:
    """The columns of one codebook's codes among those of both."""
    spread = np.zeros((len(values), len(all_codes)), dtype=bool)
    spread[:, [all_codes.index(code) for code in codes]] = values
    return spread


def _undefined(reason: str, n: int = 0) -> Difference:
    return Difference(
        macro_f1=None,
        against_macro_f1=None,
        difference=None,
        interval=None,
        p=None,
        real=False,
        n=n,
        reason=reason,
    )
