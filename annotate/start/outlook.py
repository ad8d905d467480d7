"""What a model may suggest now, and how many sentences are missing: from its ``model.json`` alone."""

from collections.abc import Sequence
from typing import Any

import msgspec

from annotate.analysis.outlook import in_tens, more_like_these, parted_codes, ticked_directions
from annotate.start.facts import LayerOutlook, ModelOutlook
from annotate.study.folder import Study
from annotate.study.next_step import Learned
from schemas.errors import StandpunktError
from schemas.records import UNRELATED, GoldSentence
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
        codebook_version=meta.codebook_version,
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


def learned(outlook: ModelOutlook) -> Learned:
    """What of it decides on the next step."""
    return Learned(
        n=outlook.n,
        new=outlook.new,
        codebook_version=outlook.codebook_version,
        suggests=any(layer.suggests or layer.marks for layer in outlook.layers),
    )


def latest_learned(study: Study, gold: Sequence[GoldSentence]) -> Learned | None:
    """That of the study's latest model; None where there is none that can be read."""
    from train.persistence.folder import load_meta

    try:
        meta = load_meta(study.latest_model())
    except StandpunktError:
        return None
    return learned(model_outlook(meta, sum(not row.test for row in gold)))


def layer_outlook(name: str, state: LayerState, settings: Settings, figures: dict[str, Any]) -> LayerOutlook:
    """The outlook of one layer."""
    may = state.trained and state.n >= settings.min_layer
    suggests, never, marks = _parts(state, settings) if may else ([], [], False)
    return LayerOutlook(
        layer=name,
        n=state.n,
        trained=state.trained,
        suggests=suggests,
        never=never,
        marks=marks,
        missing=None if suggests or marks else _missing(state, settings),
        reason=state.reason,
        macro_f1=figures.get("macro_f1"),
        interval=figures.get("interval"),
    )


def _parts(state: LayerState, settings: Settings) -> tuple[list[str], list[str], bool]:
    """The codes that are suggested, those that are not yet, and whether touched targets are marked."""
    if KINDS[state.kind].has_targets:
        answers = state.sure.get("answer", NEVER) < NEVER
        ways = [code for code, n in state.codes.items() if n and code != UNRELATED]
        ticked = [code for code in ticked_directions(state) if code in ways] if answers else []
        never = [code for code in ways if code not in ticked]
        return ticked, never, answers and state.sure.get("touched", NEVER) < NEVER
    sure, rare, unsure = parted_codes(state, settings)
    if len(sure) + len(rare) + len(unsure) == 1:  # of one code alone nothing is learned
        return [], [*sure, *rare, *unsure], False
    return sure, [*rare, *unsure], False


def _missing(state: LayerState, settings: Settings) -> int | None:
    """How many more sentences like those that are coded, in tens."""
    if state.n < settings.min_layer:
        return in_tens(settings.min_layer - state.n)
    return more_like_these(max(state.choices.get("needed", {}).values(), default=0.0), state.n)
