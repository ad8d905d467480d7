"""What was coded and what was predicted, side by side: an item is a sentence, or a sentence and a target."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from schemas.codebook import Layer
from schemas.records import CodePrediction, GoldSentence, Prediction, SetPrediction
from train.data.gold import code_sets
from train.model import LayerState

Array = Any

Key = tuple[str, str]  # sentence, and target or nothing


class Scored(NamedTuple):
    """A gold row, what was predicted for it, and what the predicting model knew of each layer."""

    row: GoldSentence
    prediction: Prediction
    layers: Mapping[str, LayerState]


class Answers(NamedTuple):
    """Gold and prediction of one layer, a row an item that was judged.

    ``gold``, ``given`` and ``baseline`` are bool arrays of shape (n_items, n_codes), ``scores`` the
    probabilities in that shape; ``kept`` is False where the model abstained, ``score`` its
    confidence (empty for a set).
    """

    codes: list[str]
    keys: list[Key]
    gold: Array
    given: Array
    baseline: Array
    kept: Array
    score: Array
    scores: Array
    commentaries: list[str]

    def pick(self, places: Sequence[int]) -> "Answers":
        """Some of the items, in this order."""
        index = np.asarray(places, dtype=np.int64)
        return Answers(
            codes=self.codes,
            keys=[self.keys[i] for i in places],
            gold=self.gold[index],
            given=self.given[index],
            baseline=self.baseline[index],
            kept=self.kept[index],
            score=self.score[index] if len(self.score) else self.score,
            scores=self.scores[index],
            commentaries=[self.commentaries[i] for i in places],
        )


class StanceItem(NamedTuple):
    """A target that was asked of a sentence, and what the model says."""

    sentence: str
    target: str
    gold: str
    answer: CodePrediction
    baseline: str
    commentary: str


def answers_of(layer: Layer, scored: Sequence[Scored]) -> Answers:
    """The items of a layer that were both coded and predicted."""
    return _ANSWERS[layer.kind](layer, scored)


def counted_codes(layer: Layer, codes: Sequence[str]) -> list[int]:
    """The columns that macro-F1 is the mean of: a set's exclusive code says that nothing is there."""
    return [i for i, code in enumerate(codes) if layer.kind != "set" or code not in layer.exclusive]


def _judged(layer: Layer, scored: Sequence[Scored]) -> list[Scored]:
    return [s for s in scored if layer.id in s.row.layers and layer.id in s.prediction.layers]


def _one(layer: Layer, scored: Sequence[Scored]) -> Answers:
    judged = _judged(layer, scored)
    codes = layer.code_ids
    predictions = [s.prediction.layers[layer.id] for s in judged]
    found = [p for p in predictions if isinstance(p, CodePrediction)]
    return Answers(
        codes=codes,
        keys=[(s.row.sentence_id, "") for s in judged],
        gold=one_hot([str(s.row.layers[layer.id]) for s in judged], codes),
        given=one_hot([str(p.code) for p in found], codes),
        baseline=one_hot([_commonest(s.layers[layer.id]) for s in judged], codes),
        kept=np.array([not p.abstained for p in found], dtype=bool),
        score=np.array([p.score for p in found]),
        scores=_table([p.scores for p in found], codes),
        commentaries=[s.row.commentary_id for s in judged],
    )


def _set(layer: Layer, scored: Sequence[Scored]) -> Answers:
    judged = _judged(layer, scored)
    codes = layer.code_ids
    predictions = [s.prediction.layers[layer.id] for s in judged]
    found = [p for p in predictions if isinstance(p, SetPrediction)]
    return Answers(
        codes=codes,
        keys=[(s.row.sentence_id, "") for s in judged],
        gold=code_sets([s.row for s in judged], layer),
        given=many_hot([p.codes for p in found], codes),
        baseline=many_hot([_usual(s.layers[layer.id]) for s in judged], codes),
        kept=np.array([not p.abstained for p in found], dtype=bool),
        score=np.zeros(0),
        scores=_table([p.scores for p in found], codes),
        commentaries=[s.row.commentary_id for s in judged],
    )


def _stance(layer: Layer, scored: Sequence[Scored]) -> Answers:
    items = stance_items(layer, scored)
    codes = layer.stance_values
    return Answers(
        codes=codes,
        keys=[(item.sentence, item.target) for item in items],
        gold=one_hot([item.gold for item in items], codes),
        given=one_hot([str(item.answer.code) for item in items], codes),
        baseline=one_hot([item.baseline for item in items], codes),
        kept=np.array([not item.answer.abstained for item in items], dtype=bool),
        score=np.array([item.answer.score for item in items]),
        scores=_table([item.answer.scores for item in items], codes),
        commentaries=[item.commentary for item in items],
    )


def stance_items(layer: Layer, scored: Sequence[Scored]) -> list[StanceItem]:
    """Every target asked of a sentence that the model answered."""
    items = []
    for s in _judged(layer, scored):
        gold, answers = s.row.layers[layer.id], s.prediction.layers[layer.id]
        if isinstance(gold, dict) and isinstance(answers, dict):
            common = _commonest(s.layers[layer.id])
            items += [
                StanceItem(s.row.sentence_id, target, value, answers[target], common, s.row.commentary_id)
                for target, value in sorted(gold.items())
                if target in answers
            ]
    return items


def _commonest(state: LayerState) -> str:
    """The code most frequent in training; of equals the first in the codebook."""
    return max(state.codes, key=lambda code: state.codes[code])


def _usual(state: LayerState) -> list[str]:
    """The codes that more than half of the training sentences have."""
    return [code for code, count in state.codes.items() if 2 * count > state.n]


def one_hot(values: Sequence[str], codes: list[str]) -> Array:
    return many_hot([[value] for value in values], codes)


def many_hot(values: Sequence[Any], codes: list[str]) -> Array:
    """Which codes each row has: bool, shape (n_rows, n_codes)."""
    place = {code: i for i, code in enumerate(codes)}
    found = np.zeros((len(values), len(codes)), dtype=bool)
    for i, row in enumerate(values):
        for value in row:
            found[i, place[value]] = True
    return found


def _table(scores: Sequence[Mapping[str, float]], codes: list[str]) -> Array:
    """Probabilities by code; 0 for a code the model has never seen."""
    return np.array([[row.get(code, 0.0) for code in codes] for row in scores]).reshape(-1, len(codes))


_ANSWERS: dict[str, Callable[[Layer, Sequence[Scored]], Answers]] = {
    "one": _one,
    "scale": _one,
    "set": _set,
    "stance": _stance,
}
