"""KINDS: how each kind of layer is learned, predicted and judged."""

import warnings
from dataclasses import replace

import msgspec

from schemas.codebook import Layer
from schemas.errors import SettingsError
from train.layers.kind import Kind
from train.layers.one import OneCode, Scale
from train.layers.sets import CodeSet
from train.layers.stance import Stance
from train.model import FittedLayer, LayerState, TrainingData

#: By `Layer.kind`; free text has none.
KINDS: dict[str, Kind] = {"one": OneCode(), "scale": Scale(), "set": CodeSet(), "stance": Stance()}


#: Why a layer with targets is not learned by the estimator that the settings name.
OURS = (
    "learned by Standpunkt's own classifier, not by --estimator: a stance is of a sentence and a target, "
    "and its steps need the coefficients of a linear model"
)


def fit_layer(layer: Layer, data: TrainingData) -> FittedLayer:
    """The trained layer, or the reason why there is nothing to train."""
    groups = {
        group
        for row, group in zip(data.rows, data.groups, strict=True)
        if row.layers.get(layer.id, {}) != {}  # an empty set is a coding, a stance without targets is not
    }
    if len(groups) < 2:
        return FittedLayer(state=_untrained(layer, data, len(groups)), classifiers={})
    from sklearn.exceptions import ConvergenceWarning

    kind = KINDS[layer.kind]
    keeps_ours = kind.has_targets and bool(data.settings.estimator)
    if keeps_ours:
        data = data._replace(settings=msgspec.structs.replace(data.settings, estimator=""))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        try:
            fitted = kind.fit(layer, data)
        except SettingsError as error:
            raise SettingsError(f'layer "{layer.id}": {error.message}', flag=error.flag) from error
    not_converged = sum(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    for warning in caught:
        if not issubclass(warning.category, ConvergenceWarning):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    notes = [OURS] if keeps_ours else []
    notes += [f"{not_converged} of its solvers did not converge"] if not_converged else []
    reason = "; ".join(filter(None, (fitted.state.reason, *notes))) or None
    return replace(fitted, state=msgspec.structs.replace(fitted.state, reason=reason))


def _untrained(layer: Layer, data: TrainingData, groups: int) -> LayerState:
    reason = (
        "coded in one commentary only: nothing can be held out to calibrate on"
        if groups
        else "no sentence is coded"
    )
    n = sum(layer.id in row.layers for row in data.rows)
    return LayerState(kind=layer.kind, n=n, codes={}, trained=False, reason=reason)
