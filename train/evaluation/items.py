"""What was coded and what was predicted, side by side: an item is a sentence, or a sentence and a target."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from schemas.codebook import Layer
from schemas.records import CodePrediction, GoldSentence, Prediction, SetPrediction
from train.arrays import Bools, Floats
from train.layers.kinds import KINDS
from train.metrics import many_hot, score_table
from train.model import LayerState

Key = tuple[str, str]  # sentence, and target or nothing


class Scored(NamedTuple):
    """A gold row, what was predicted for it, and the predicting model's state of each layer."""

    row: GoldSentence
    prediction: Prediction
    layers: Mapping[str, LayerState]


class LayerItems(NamedTuple):
    """Gold and prediction of one layer, a row an item that was judged.

    ``gold``, ``predicted`` and ``baseline`` are bool arrays of shape (n_items, n_codes), ``scores`` the
    probabilities in that shape; ``kept`` is False where the model abstained, ``score`` its
    confidence (empty for a set).
    """

    codes: list[str]
    keys: list[Key]
    gold: Bools
    predicted: Bools
    baseline: Bools
    kept: Bools
    score: Floats
    scores: Floats
    commentaries: list[str]

    def pick(self, places: Sequence[int]) -> "LayerItems":
        """Some of the items, in this order."""
        index = np.asarray(places, dtype=np.int64)
        return LayerItems(
            codes=self.codes,
            keys=[self.keys[i] for i in places],
            gold=self.gold[index],
            predicted=self.predicted[index],
            baseline=self.baseline[index],
            kept=self.kept[index],
            score=self.score[index] if len(self.score) else self.score,
            scores=self.scores[index],
            commentaries=[self.commentaries[i] for i in places],
        )


class Item(NamedTuple):
    """A sentence, or a target that was asked of it: its codes in gold, and what the model says.

    ``target`` is empty for a sentence; ``prediction`` is that of this item alone.
    """

    sentence: str
    target: str
    commentary: str
    gold: list[str]
    predicted: list[str]
    baseline: list[str]
    prediction: CodePrediction | SetPrediction


def layer_items(layer: Layer, scored: Sequence[Scored]) -> LayerItems:
    """The items of a layer that were both coded and predicted, as arrays."""
    items, codes = items_of(layer, scored), KINDS[layer.kind].values(layer)
    return LayerItems(
        codes=codes,
        keys=[(item.sentence, item.target) for item in items],
        gold=many_hot([item.gold for item in items], codes),
        predicted=many_hot([item.predicted for item in items], codes),
        baseline=many_hot([item.baseline for item in items], codes),
        kept=np.array([not item.prediction.abstained for item in items], dtype=bool),
        score=np.array(
            [item.prediction.score for item in items if isinstance(item.prediction, CodePrediction)]
        ),
        scores=score_table([item.prediction.scores for item in items], codes),
        commentaries=[item.commentary for item in items],
    )


def items_of(layer: Layer, scored: Sequence[Scored]) -> list[Item]:
    """Every item of a layer that was both coded and predicted."""
    kind, items = KINDS[layer.kind], []
    for row, prediction, layers in scored:
        if layer.id not in row.layers or layer.id not in prediction.layers:
            continue
        predictions = kind.predicted_items(prediction.layers[layer.id])
        baseline = kind.baseline(layers[layer.id])
        for target, gold in sorted(kind.gold_items(layer, row.layers[layer.id]).items()):
            if target in predictions:
                item_prediction = predictions[target]
                predicted = kind.predicted_codes(item_prediction)
                items.append(
                    Item(
                        row.sentence_id, target, row.commentary_id, gold, predicted, baseline, item_prediction
                    )
                )
    return items


def counted_codes(layer: Layer, codes: Sequence[str]) -> list[int]:
    """The columns that macro-F1 is the mean of: a set's exclusive code says that nothing is there."""
    several = KINDS[layer.kind].several
    return [i for i, code in enumerate(codes) if not several or code not in layer.exclusive]
