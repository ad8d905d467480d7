"""The figures that a model carries in ``model.json`` and on its card, without any sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from schemas.records import GoldSentence, LayerPrediction, Prediction
from train.evaluation.items import Scored
from train.evaluation.report import EvaluationReport, score_layers
from train.model import FittedLayer, ModelMeta

Figures = dict[str, Any]

#: As `train.data.holdout.widening_of` for five folds.
_WIDENING = 1.5


def figures_of(report: EvaluationReport) -> Figures:
    """An evaluation's figures, less what shows the material: the likely errors and their texts."""
    layers = {
        name: msgspec.structs.replace(layer, suspects=[], suspects_found=0, reliability=[])
        for name, layer in report.layers.items()
    }
    figures: Figures = msgspec.to_builtins(msgspec.structs.replace(report, layers=layers))
    return {name: value for name, value in figures.items() if name not in ("model_version", "against")}


def tuning_figures(
    rows: Sequence[GoldSentence], fitted: Mapping[str, FittedLayer], meta: ModelMeta
) -> Figures:
    """The figures of each layer's predictions for the rows while they were held out in tuning.

    They cost no second training. Regulariser, calibration and thresholds were chosen on the same
    rows, so that they are a little higher than those of `train.evaluate.cross_validate`, which
    chooses without the rows it judges.
    """
    predicted: list[dict[str, LayerPrediction]] = [{} for _ in rows]
    for name, layer in fitted.items():
        for index, prediction in layer.held_out().items():
            predicted[index][name] = prediction
    scored = [
        Scored(row, _as_prediction(row, layers, meta), meta.layers)
        for row, layers in zip(rows, predicted, strict=True)
    ]
    report = score_layers(meta.book, scored, version=meta.model_version, seed=meta.seed, widening=_WIDENING)
    return {**figures_of(report), "held_out": {"by": "tuning"}}


def _as_prediction(row: GoldSentence, layers: dict[str, LayerPrediction], meta: ModelMeta) -> Prediction:
    return Prediction(
        sentence_id=row.sentence_id,
        commentary_id=row.commentary_id,
        text=row.text,
        model_version=meta.model_version,
        codebook=meta.codebook,
        codebook_version=meta.codebook_version,
        layers=layers,
    )
