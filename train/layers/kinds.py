"""KINDS: how each kind of layer is trained and predicted."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from schemas.codebook import Layer
from train.layers.one import fit_one, predict_one
from train.layers.sets import fit_set, predict_set
from train.layers.stance import fit_stance, predict_stance
from train.model import Batch, FittedLayer, LayerState, Material, Model


class Kind(NamedTuple):
    fit: Callable[[Layer, Material], FittedLayer]
    predict: Callable[[Layer, Model, Batch], Sequence[Any]]


KINDS: dict[str, Kind] = {
    "one": Kind(fit_one, predict_one),
    "scale": Kind(fit_one, predict_one),
    "set": Kind(fit_set, predict_set),
    "stance": Kind(fit_stance, predict_stance),
}


def fit_layer(layer: Layer, material: Material) -> FittedLayer:
    """The trained layer, or the reason why there is nothing to train."""
    groups = {
        group
        for row, group in zip(material.rows, material.groups, strict=True)
        if row.layers.get(layer.id, {}) != {}  # an empty set is a coding, a stance asked of nothing is none
    }
    if len(groups) < 2:
        return FittedLayer(state=_untrained(layer, material, len(groups)), heads={})
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        fitted = KINDS[layer.kind].fit(layer, material)
    unsettled = sum(issubclass(one.category, ConvergenceWarning) for one in caught)
    for one in caught:
        if not issubclass(one.category, ConvergenceWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return _told(fitted, unsettled) if unsettled else fitted


def _told(fitted: FittedLayer, unsettled: int) -> FittedLayer:
    """The layer with a word on solvers that were stopped before their weights had settled."""
    words = f"{unsettled} of its solvers were stopped before their weights had settled"
    reason = "; ".join(filter(None, (fitted.state.reason, words)))
    return replace(fitted, state=msgspec.structs.replace(fitted.state, reason=reason))


def _untrained(layer: Layer, material: Material, groups: int) -> LayerState:
    reason = (
        "coded in one commentary only: nothing can be held out to calibrate on"
        if groups
        else "no sentence is coded"
    )
    n = sum(layer.id in row.layers for row in material.rows)
    return LayerState(kind=layer.kind, n=n, codes={}, trained=False, reason=reason)
