"""How doubtful a model is about a sentence, over all layers."""

from collections.abc import Iterator, Mapping, Sequence
from math import log

import numpy as np

from schemas.records import CodePrediction, ContextSentence, LayerPrediction, Prediction, SetPrediction
from train.arrays import Floats
from train.model import Model, RequestedTargets
from train.predict import predict_stream


def doubts(
    model: Model, rows: Sequence[ContextSentence], *, asked: Sequence[RequestedTargets] | None = None
) -> Floats:
    """How doubtful the model is about each row, 0 to 1 (`doubt`); ``asked`` as in `train.predict.predict`."""
    silent = model.with_reasons(0)  # they would take most of the time
    return np.array([doubt(prediction) for prediction in predict_stream(silent, rows, asked=asked)])


def doubt(prediction: Prediction) -> float:
    """The mean over the layers of the entropy of their calibrated probabilities, 0 to 1.

    Each entropy is divided by that of a guess among all codes, so that a layer of many codes weighs no more
    than one of two. A layer that asks several questions (each code of a set, each target of a stance) is as
    doubtful as the most doubtful of them: one that is worth an answer is worth reading the sentence.
    """
    found = [max(_entropies(layer), default=0.0) for layer in prediction.layers.values()]
    return sum(found) / len(found) if found else 0.0


def _entropies(layer: LayerPrediction) -> Iterator[float]:
    if isinstance(layer, CodePrediction):
        yield _entropy(layer.scores)
    elif isinstance(layer, SetPrediction):
        for score in layer.scores.values():
            yield _entropy({"yes": score, "no": 1 - score})
    else:
        for answer in layer.values():
            yield _entropy(answer.scores)


def _entropy(scores: Mapping[str, float]) -> float:
    """The entropy of some scores over that of a guess; scores need not add up to one exactly."""
    total = sum(scores.values())
    if len(scores) < 2 or total <= 0:
        return 0.0
    shares = [score / total for score in scores.values() if score > 0]
    return min(1.0, max(0.0, -sum(share * log(share) for share in shares) / log(len(scores))))
