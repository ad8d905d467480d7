"""What a user may set about a model, with defaults that were chosen by measurement."""

import sys
from typing import Annotated

import msgspec

from schemas.records import Record

#: Numbers of ``model.json``, which are checked as it is read: finite, and within these bounds.
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=sys.float_info.max)]
Count = Annotated[int, msgspec.Meta(ge=0)]

#: Raised by one when a sentence gives other features, and when the same rows and features give another
#: model. A model's name rests on both (`train.fit.model_version`), not on the bytes of the source;
#: tests/train/test_formats.py fails until they are raised.
FEATURES_FORMAT = 3
TRAINING_FORMAT = 8
_LARGE, _LARGE_FOLDS = 5000, 3


class Settings(Record, frozen=True, kw_only=True):
    """How a model is trained, and when it abstains.

    Parameters
    ----------
    inner_folds
        Folds of inner cross-validation; of `_LARGE` rows and more it has `_LARGE_FOLDS`.
    abstain_at
        The share of right answers a code must reach on held-out commentaries, by a lower bound
        (`train.classifiers.thresholds.abstention_threshold`); below it, the model's answer is marked as
        abstained.
    touch_at, direction_at
        For stances the same shares: of touches that are marked without a direction, and of directions, among
        touches whose direction is known (`train.layers.stance`).
    min_layer, min_code
        Coded sentences a layer needs, and examples a code needs, before they are suggested.
    min_asked, min_touched
        Sentences a target must have been asked in, and touched in, before it is suggested.
    examples
        Whether the examples that the codebook gives are learned from (`train.data.examples`).
    soft
        Whether sentences on which annotators differ count for less, in layers of one code a sentence.
    encoder
        A name of `train.features.encoders.ENCODERS`, or ``st:`` and a folder (`train.features.onnx_encoder`),
        whose vectors are joined to the features; empty: none.
    estimator
        ``module:object``: a scikit-learn classifier in the place of ours, in layers whose items are sentences
        (`train.classifiers.named_estimator`); empty: ours.
    reasons
        Words and features named as reasons, for each layer of each prediction.
    """

    inner_folds: int = 5
    abstain_at: Share = 0.7
    touch_at: Share = 0.65
    direction_at: Share = 0.6
    min_layer: Count = 50
    min_code: Count = 5
    min_asked: Count = 30
    min_touched: Count = 5
    reasons: Count = 3
    examples: bool = True
    soft: bool = False
    encoder: str = ""
    estimator: str = ""

    def folds(self, rows: int) -> int:
        """The number of inner folds for so many rows."""
        return _LARGE_FOLDS if rows >= _LARGE else self.inner_folds


#: The encoder where none is named.
USUAL_ENCODER = "use"


def changed(**settings: float | str | None) -> Settings:
    """The defaults, with others where they are given."""
    chosen = {name: value for name, value in settings.items() if value is not None}
    return msgspec.structs.replace(Settings(), **chosen)
