"""What a model may suggest now, and how many sentences are missing: from its ``model.json`` alone."""

from collections.abc import Iterator
from typing import Any

import msgspec

from annotate.start.facts import LayerOutlook, ModelOutlook
from schemas.records import UNRELATED
from train.classifiers.thresholds import NEVER
from train.evaluation.report import CurvePoint, Gain
from train.layers.kinds import KINDS
from train.model import LayerState, ModelMeta
from train.settings import Settings


def model_outlook(meta: ModelMeta, gold: int) -> ModelOutlook:
    """The outlook of a model in a study with so many gold sentences to learn from."""
    figures: dict[str, Any] = meta.figures or {}
    return ModelOutlook(
        model_version=meta.model_version,
        created=meta.created,
        n=meta.n,
        held_out=figures.get("held_out", {}).get("by"),
        layers=[
            layer_outlook(name, state, meta.settings, figures.get("layers", {}).get(name, {}))
            for name, state in meta.layers.items()
        ],
        learning_curve=msgspec.convert(figures.get("learning_curve", []), list[CurvePoint]),
        gains=msgspec.convert(figures.get("gains", {}), dict[str, Gain]),
        new=max(0, gold - meta.n),
    )


def layer_outlook(name: str, state: LayerState, settings: Settings, figures: dict[str, Any]) -> LayerOutlook:
    """The outlook of one layer."""
    may = state.trained and state.n >= settings.min_layer
    suggests = list(_suggested(state, settings)) if may else []
    marks = may and state.sure.get("touched", NEVER) < NEVER and _has_tested_target(state, settings)
    return LayerOutlook(
        layer=name,
        n=state.n,
        trained=state.trained,
        suggests=suggests,
        never=[code for code in state.codes if code not in (*suggests, UNRELATED)] if may else [],
        marks=marks,
        missing=None if suggests or marks else _missing(state, settings),
        reason=state.reason,
        macro_f1=figures.get("macro_f1"),
        interval=figures.get("interval"),
    )


def _suggested(state: LayerState, settings: Settings) -> Iterator[str]:
    """The codes whose threshold can be reached and that have examples enough."""
    kind = KINDS[state.kind]
    if kind.has_targets and not (state.authors and _has_tested_target(state, settings)):
        return
    for code, count in state.codes.items():
        is_reached = state.thresholds.get(code, NEVER) < NEVER and (
            not kind.several or (state.sure.get(code, NEVER) < NEVER and code not in state.not_learned)
        )
        if count >= settings.min_code and is_reached and not (kind.has_targets and code == UNRELATED):
            yield code


def _has_tested_target(state: LayerState, settings: Settings) -> bool:
    return any(
        target.asked >= settings.min_asked and target.touched >= settings.min_touched
        for target in state.targets.values()
    )


def _missing(state: LayerState, settings: Settings) -> int | None:
    """How many more sentences like those that are coded, in tens."""
    if state.n < settings.min_layer:
        return _in_tens(settings.min_layer - state.n)
    times = max(state.choices.get("needed", {}).values(), default=0.0)
    return _in_tens(round((times - 1) * state.n)) if times > 1 else None


def _in_tens(count: int) -> int:
    return -(-count // 10) * 10
