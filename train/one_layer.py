"""Layers with one code a sentence: kinds ``one`` and ``scale``."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from schemas.codebook import Layer
from schemas.records import CodePrediction
from train.dataset import coded, count_codes, single_codes
from train.model import Batch, FittedLayer, LayerState, Material, Model, choices_of
from train.thresholds import abstention_threshold

Array = Any

#: Exponents of balance to choose from where the highest probability decides.
BALANCES = (0.0, 0.25, 0.5)


def fit_one(layer: Layer, material: Material) -> FittedLayer:
    """A classifier over the codes that occur, with a threshold for each."""
    places = coded(material.rows, layer.id)
    rows = [material.rows[i] for i in places]
    head = material.head(len(rows), BALANCES)
    truth = single_codes(rows, layer.id)
    head.fit(material.matrix[places], truth.astype(str), groups=material.groups_of(places))
    codes = [str(code) for code in head.classes_]
    state = LayerState(
        kind=layer.kind,
        n=len(rows),
        codes=count_codes(rows, layer),
        trained=True,
        reason=f'only one code was seen: "{codes[0]}"' if len(codes) == 1 else None,
        thresholds=code_thresholds(codes, head.held_out_, truth, material.settings.abstain_at),
        choices={"code": choices_of(head)},
    )
    return FittedLayer(
        state=state,
        heads={"code": head},
        held_out=lambda: dict(
            zip(places, code_predictions(layer, codes, head.held_out_, state), strict=True)
        ),
    )


def code_thresholds(codes: Sequence[str], scores: Array, truth: Array, precision: float) -> dict[str, float]:
    """The abstention threshold of each code, over the held-out rows it was given to."""
    chosen = scores.argmax(axis=1)
    found = {}
    for column, code in enumerate(codes):
        given = chosen == column
        found[code] = abstention_threshold(scores[given, column], truth[given] == code, precision=precision)
    return found


def predict_one(layer: Layer, model: Model, batch: Batch) -> list[CodePrediction]:
    """The most probable code of each sentence."""
    head = model.heads[layer.id]["code"]
    codes, scores = [str(code) for code in head.classes_], batch.probabilities(layer.id, "code", head)
    return code_predictions(layer, codes, scores, model.meta.layers[layer.id])


def code_predictions(
    layer: Layer, codes: Sequence[str], scores: Array, state: LayerState
) -> list[CodePrediction]:
    """The records of rows of probabilities."""
    is_number = layer.kind == "scale"
    return [code_prediction(codes, row, state.thresholds, is_number=is_number) for row in scores]


def code_prediction(
    codes: Sequence[str],
    row: Array,
    thresholds: dict[str, float],
    *,
    is_number: bool = False,
    touched: float | None = None,
) -> CodePrediction:
    """The record of one row of probabilities."""
    best = int(np.argmax(row))
    code, threshold = codes[best], round(thresholds[codes[best]], 6)
    score = round(float(row[best]), 6)
    return CodePrediction(
        code=int(code) if is_number else code,
        score=score,
        threshold=threshold,
        abstained=score < threshold,
        touched=touched,
        scores={code: round(float(value), 6) for code, value in zip(codes, row, strict=True)},
    )
