"""A rule beside the model for who speaks: where the two differ, the answer is left open.

A voice that is wrongly the author's spoils every figure of stance, so the model alone does not give it. In
a sentence with a complete frame of reported speech (`train.features.speech`) the author is never sure, and
in one without any sign of it nobody else is.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from schemas.codebook import Layer
from schemas.records import CodePrediction
from train.arrays import Bools
from train.features.passages import Passage
from train.features.speech.signs import verdict_of

VOICE, AUTHOR = "voice", "author"


def is_voice(layer: Layer) -> bool:
    """Whether a layer says who speaks in a sentence."""
    return layer.id == VOICE and layer.kind == "one" and AUTHOR in layer.code_ids


def contradicted(codes: Sequence[object], passages: Iterable[Passage]) -> Bools:
    """Whether the rule finds another voice than each of the codes says."""
    found = (verdict_of(passage.text, passage.before) for passage in passages)
    expected = ("relayed" if code == AUTHOR else "own" for code in codes)
    return np.array([one == other for one, other in zip(found, expected, strict=True)], dtype=bool)


def left_open(predictions: Sequence[CodePrediction], passages: Iterable[Passage]) -> list[CodePrediction]:
    """The predictions, with those marked as abstained that the rule contradicts."""
    wrong = contradicted([prediction.code for prediction in predictions], passages)
    return [
        msgspec.structs.replace(prediction, abstained=True) if is_wrong else prediction
        for prediction, is_wrong in zip(predictions, wrong, strict=True)
    ]
