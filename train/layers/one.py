"""Layers with one code a sentence: kinds ``one`` and ``scale``."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from schemas.codebook import Layer
from schemas.records import CodePrediction, GoldSentence
from train.arrays import Array, Bools, Floats
from train.classifiers.thresholds import abstention_threshold
from train.evidence import evidence_of
from train.features.passages import Passage
from train.layers.kind import Heard, Kind, coded
from train.layers.voice import contradicted, is_voice, left_open
from train.model import Batch, FittedLayer, LayerState, Model, TrainingData, choices_of
from train.settings import Settings


class OneCode(Kind):
    """One code a sentence."""

    stacks = True
    is_number = False

    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        """A classifier over the codes that occur, with a threshold for each."""
        places = coded(data.rows, layer.id)
        rows = [data.rows[i] for i in places]
        classifier = data.classifier(len(rows), ())
        truth = np.array([str(row.layers[layer.id]) for row in rows], dtype=object)
        examples, behind = data.examples_of(layer.id, set(truth))
        y = np.append(truth, [str(row.layers[layer.id]) for row in examples])
        soft = soft_codes([*rows, *examples], layer.id, y) if data.settings.soft else None
        groups = data.groups_of(places.tolist())
        classifier.fit(
            data.inputs(np.append(places, behind)),
            y.astype(str),
            groups=groups,
            soft=soft,
            evidence=evidence_of(data.features, rows=len(rows)),
            taught=len(examples),
        )
        codes = [str(code) for code in classifier.classes_]
        scores, passages = classifier.held_out_, [data.passages[i] for i in places.tolist()]
        is_open = _left_open(layer, codes, scores, passages)
        state = LayerState(
            kind=layer.kind,
            n=len(rows),
            codes=self.count(rows, layer),
            trained=True,
            reason=f'only one code was seen: "{codes[0]}"' if len(codes) == 1 else None,
            thresholds=code_thresholds(codes, scores, truth, data.settings.abstain_at, is_open=is_open),
            choices={"code": choices_of(classifier)},
            examples=len(examples),
        )
        return FittedLayer(
            state=state,
            classifiers={"code": classifier},
            held_out=lambda: dict(
                zip(
                    places,
                    self._answers(layer, codes, scores, state.thresholds, passages),
                    strict=True,
                )
            ),
        )

    def predict(self, layer: Layer, model: Model, batch: Batch) -> list[CodePrediction]:
        """The most probable code of each sentence."""
        classifier = model.classifiers[layer.id]["code"]
        codes, scores = (
            [str(code) for code in classifier.classes_],
            batch.probabilities(layer.id, "code", classifier),
        )
        thresholds = model.meta.layers[layer.id].thresholds
        return self._answers(layer, codes, scores, thresholds, batch.passages)

    def _answers(
        self,
        layer: Layer,
        codes: Sequence[str],
        scores: Floats,
        thresholds: Mapping[str, float],
        passages: Sequence[Passage],
    ) -> list[CodePrediction]:
        found = code_predictions(codes, scores, thresholds, is_number=self.is_number)
        return left_open(found, passages) if is_voice(layer) else found

    def limits(
        self, layer: Layer, heard: Heard, truth: Bools, state: LayerState, settings: Settings
    ) -> LayerState:
        codes = np.array(heard.codes, dtype=object)
        is_open = _left_open(layer, heard.codes, heard.scores, heard.passages)
        thresholds = code_thresholds(
            heard.codes, heard.scores, codes[truth.argmax(axis=1)], settings.abstain_at, is_open=is_open
        )
        return msgspec.structs.replace(state, thresholds=thresholds)

    def answers(
        self, layer: Layer, heard: Heard, state: LayerState, settings: Settings
    ) -> list[CodePrediction]:
        return self._answers(layer, heard.codes, heard.scores, state.thresholds, heard.passages)

    def code_classes(self, classifiers: Mapping[str, Any]) -> dict[str, tuple[Any, object]]:
        return {str(code): (classifiers["code"], code) for code in classifiers["code"].classes_}

    def parts(self, layer: Layer) -> set[str]:
        return {"code"}

    def trained_codes(self, classifiers: Mapping[str, Any]) -> set[str]:
        return set(map(str, classifiers["code"]["classes"]))


class Scale(OneCode):
    """One code a sentence, a number in order."""

    gold_type = (int, str)
    expected = "a number of the scale"
    is_number = True


def _left_open(
    layer: Layer, codes: Sequence[str], scores: Floats, passages: Sequence[Passage]
) -> Bools | None:
    """The rows that the rule for who speaks leaves open, in the layer that it is for."""
    if not is_voice(layer):
        return None
    return contradicted([codes[column] for column in scores.argmax(axis=1)], passages)


def soft_codes(rows: Sequence[GoldSentence], layer_id: str, truth: Array) -> Floats:
    """How much each row counts for each code, the codes sorted as text: shape (n_rows, n_codes).

    Where gold has probabilities (`adjudicate --rule dawid-skene`), those of the codes that are given to
    some row; else the share of annotators who agree with the code that was decided, 1 where
    nobody was counted.
    """
    codes, column = np.unique(truth.astype(str), return_inverse=True)
    soft = np.zeros((len(rows), len(codes)))
    for i, row in enumerate(rows):
        probabilities = row.probabilities.get(layer_id)
        if probabilities:
            values = [probabilities.get(code, 0.0) for code in codes]
            soft[i] = [value if isinstance(value, float | int) else 0.0 for value in values]
        else:
            counts = row.support.get(layer_id, {})
            soft[i, column[i]] = counts.get("agreed", 1) / max(counts.get("annotators", 1), 1)
        if not soft[i].any():  # the decided code always counts
            soft[i, column[i]] = 1.0
    return soft


def code_thresholds(
    codes: Sequence[str], scores: Floats, truth: Array, precision: float, *, is_open: Bools | None = None
) -> dict[str, float]:
    """The abstention threshold of each code, over the held-out rows it was given to.

    Those that are left open whatever the score count for none.
    """
    chosen = scores.argmax(axis=1)
    if is_open is not None:
        chosen[is_open] = -1
    by_code = {}
    for column, code in enumerate(codes):
        is_chosen = chosen == column
        by_code[code] = abstention_threshold(
            scores[is_chosen, column], truth[is_chosen] == code, precision=precision
        )
    return by_code


def code_predictions(
    codes: Sequence[str],
    scores: Floats,
    thresholds: Mapping[str, float],
    *,
    is_number: bool = False,
) -> list[CodePrediction]:
    """The records of rows of probabilities: shape (n_rows, n_codes)."""
    values, best = scores.round(6).tolist(), scores.argmax(axis=1).tolist()
    keys = [int(code) if is_number else code for code in codes]
    limits = [round(thresholds[code], 6) for code in codes]
    return [
        CodePrediction(
            code=keys[i],
            score=row[i],
            threshold=limits[i],
            abstained=row[i] < limits[i],
            scores=dict(zip(codes, row, strict=True)),
        )
        for row, i in zip(values, best, strict=True)
    ]
