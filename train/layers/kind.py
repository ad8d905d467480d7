"""What every kind of layer can do: the rest of this package asks it, and knows no kind by its name."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.codebook import Codebook, Layer
from schemas.errors import near_hit
from schemas.records import GoldSentence, LayerValue
from train.arrays import Bools, Floats
from train.features.passages import Passage
from train.model import Batch, FittedLayer, LayerState, Model, PairBatch, TrainingData
from train.settings import Settings


class SuggestedPart(NamedTuple):
    """A layer's share in the suggestions; without a value nothing of it is suggested.

    ``touched`` are targets that are surely touched while no direction is suggested; ``direction_from``
    says of targets what their suggested direction rests on, where it is not the sentence.
    """

    value: LayerValue | None
    confidence: dict[str, float]
    withheld: list[str]
    touched: Sequence[str] = ()
    direction_from: Mapping[str, str] = {}


class Heard(NamedTuple):
    """Answers of a layer that somebody else gave too, and how probable each code is after both were heard.

    Parameters
    ----------
    passages, targets
        The sentence of each, and the target; ``""`` in layers without.
    codes
        The columns of ``scores``: shape (n_answers, n_codes).
    """

    passages: Sequence[Passage]
    targets: Sequence[str]
    codes: Sequence[str]
    scores: Floats


class Kind(ABC):
    """A kind of layer: what its codings are made of, and how they are learned, predicted and suggested.

    An item is what is judged: a sentence (named ``""``), or one of the targets asked of it.

    Attributes
    ----------
    gold_type, expected
        The types of a value in gold, and the words for them in messages.
    several
        Whether an item has any number of codes, and not just one.
    has_targets
        Whether the items are the targets that were asked of the sentence.
    stacks
        Whether a file's answers can be heard beside (`limits`, `answers`).
    """

    gold_type: type | tuple[type, ...] = str
    expected = "a code"
    several = has_targets = stacks = False

    @abstractmethod
    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        """What is learned from rows of which at least two groups are coded."""

    @abstractmethod
    def predict(self, layer: Layer, model: Model, batch: Batch) -> Sequence[Any]:
        """The prediction for each sentence of the batch."""

    def make_pairs(self, layer: Layer, model: Model, batch: Batch) -> PairBatch | None:
        """The pairs of sentence and target to predict, for kinds that have targets."""
        return None

    def values(self, layer: Layer) -> list[str]:
        """Every code that an item of the layer may have."""
        return layer.values

    def codes(self, value: LayerValue) -> list[str]:
        """The codes of a value in gold, as they were coded."""
        return [str(value)]

    def gold_items(self, layer: Layer, value: LayerValue) -> dict[str, list[str]]:
        """The codes of each item of a value in gold, with all that follows from them."""
        return {"": self.codes(value)}

    def predicted_items(self, prediction: Any) -> Mapping[str, Any]:
        """The prediction of each item."""
        return {"": prediction}

    def predicted_codes(self, prediction: Any) -> list[str]:
        """The codes that are predicted for one item."""
        return [str(prediction.code)]

    def baseline(self, state: LayerState) -> list[str]:
        """The code most frequent in training; of equals the first in the codebook."""
        return [max(state.codes, key=lambda code: state.codes[code])]

    def count(self, rows: Sequence[GoldSentence], layer: Layer) -> dict[str, int]:
        """How many items of the rows have each code of the layer."""
        values = [row.layers[layer.id] for row in rows if layer.id in row.layers]
        counts = Counter(
            code for value in values for codes in self.gold_items(layer, value).values() for code in codes
        )
        return {code: counts[code] for code in self.values(layer)}

    def problem(self, layer: Layer, value: LayerValue, codebook: Codebook) -> str | None:
        """Why a value in gold does not fit the codebook, or None."""
        if not isinstance(value, self.gold_type) or isinstance(value, bool):
            return f"found {value!r}, expected {self.expected}"
        unknown = next((code for code in self.codes(value) if code not in self.values(layer)), None)
        if unknown is None:
            return None
        return f'the codebook has no code "{unknown}"{near_hit(unknown, self.values(layer))}'

    def suggest(self, layer_id: str, prediction: Any, state: LayerState, settings: Settings) -> SuggestedPart:
        """The part of a prediction that rests on enough examples and did not abstain."""
        reason = withheld_reason(prediction, state, settings)
        if reason:
            return SuggestedPart(None, {}, [reason])
        return SuggestedPart(prediction.code, {layer_id: prediction.score}, [])

    def limits(
        self, layer: Layer, heard: Heard, truth: Bools, state: LayerState, settings: Settings
    ) -> LayerState:
        """The state with the thresholds of answers that rest on others' as well.

        Parameters
        ----------
        truth : bool ndarray of shape (n_answers, n_codes)
        """
        raise NotImplementedError

    def answers(self, layer: Layer, heard: Heard, state: LayerState, settings: Settings) -> Sequence[Any]:
        """The prediction of each item, with the thresholds of such a state."""
        raise NotImplementedError

    def code_classes(self, classifiers: Mapping[str, Any]) -> dict[str, tuple[Any, object]]:
        """For each code that can be explained, its classifier and the class in it."""
        return {}

    def parts(self, layer: Layer) -> set[str]:
        """The names that the layer's classifiers may have."""
        return set()

    def is_yes_or_no(self, part: str) -> bool:
        """Whether the classes of a classifier are True and False, and not codes."""
        return self.several

    def trained_codes(self, classifiers: Mapping[str, Any]) -> set[str]:
        """The codes that the classifiers of a model file can predict."""
        return set()

    def model_problems(
        self, layer: Layer, state: LayerState, classifiers: Mapping[str, Any]
    ) -> Iterator[str]:
        """What else keeps the classifiers of a model file from being this layer's."""
        return iter(())


def withheld_reason(prediction: Any, state: LayerState, settings: Settings) -> str | None:
    """Why the code predicted for an item is not suggested, or None."""
    if len(prediction.scores) == 1:
        return "one_code"
    if state.codes.get(str(prediction.code), 0) < settings.min_code:
        return "few_examples"
    return "abstained" if prediction.abstained else None


def coded(rows: Sequence[GoldSentence], layer_id: str) -> npt.NDArray[np.int64]:
    """The places of the rows in which the layer is coded."""
    return np.array([i for i, row in enumerate(rows) if layer_id in row.layers], dtype=np.int64)
