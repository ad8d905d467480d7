"""From a model and sentences to predictions, and from a prediction to what may be suggested."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from schemas.codebook import Layer
from schemas.records import (
    CodePrediction,
    GoldSentence,
    LayerPrediction,
    Layers,
    LayerValue,
    Prediction,
    SetPrediction,
)
from train.explain import reasons_for
from train.features.passages import to_passages
from train.layers.kinds import KINDS
from train.layers.stance import pose
from train.model import Asked, Batch, LayerState, Model

Array = Any

#: Rows at a time, and answers to targets at a time: bounds memory, whatever the size of the corpus.
_CHUNK, _ANSWERS = 2048, 16_384


def predict(
    model: Model, rows: Sequence[GoldSentence], *, asked: Sequence[Asked] | None = None
) -> list[Prediction]:
    """What the model says of each sentence, in the order of the rows.

    Every trained layer is answered; what is unsure is marked as abstained, not left out.
    ``layers`` of the rows is not read. The rows of a commentary speak for each other in stances:
    give them together and in a row, or the answers rest on the paragraph alone.

    Parameters
    ----------
    asked
        For each row and stance layer, the targets to answer; without it, every target of the
        model's codebook.
    """
    return list(predict_stream(model, rows, asked=asked))


def predict_stream(
    model: Model, rows: Sequence[GoldSentence], *, asked: Sequence[Asked] | None = None
) -> Iterator[Prediction]:
    """As `predict`, in bounded memory."""
    stances = any(layer.kind == "stance" for layer in trained_layers(model))
    passages = to_passages(rows, with_whole=stances)
    answers = len(model.meta.book.targets) if asked is None else 1
    for part in _chunks(rows, min(_CHUNK, _ANSWERS // max(answers, 1))):
        with _uncollected():
            some = passages.only(part)
            batch = Batch(
                passages=some,
                commentaries=[rows[i].commentary_id for i in part],
                scores=model.scores(some),
                asked=None if asked is None else [asked[i] for i in part],
            )
            found = list(_predict_chunk(model, [rows[i] for i in part], batch))
        yield from found


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: a chunk makes a million small objects and no cycle among them.

    Looking through them again and again took two fifths of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chunks(rows: Sequence[GoldSentence], size: int) -> Iterator[list[int]]:
    """Places of rows, about ``size`` at a time, with a commentary's consecutive rows together."""
    part: list[int] = []
    for i, row in enumerate(rows):
        if len(part) >= size and row.commentary_id != rows[i - 1].commentary_id:
            yield part
            part = []
        part.append(i)
    if part:
        yield part


def _predict_chunk(model: Model, rows: Sequence[GoldSentence], batch: Batch) -> Iterator[Prediction]:
    trained = trained_layers(model)
    posed = {layer.id: pose(layer, model, batch) for layer in trained if layer.kind == "stance"}
    batch = batch._replace(posed=posed)
    answers = {layer.id: KINDS[layer.kind].predict(layer, model, batch) for layer in trained}
    reasons = reasons_for(model, batch, answers)
    for i, row in enumerate(rows):
        layers: dict[str, LayerPrediction] = {name: found[i] for name, found in answers.items()}
        yield Prediction(
            sentence_id=row.sentence_id,
            commentary_id=row.commentary_id,
            text=row.text,
            model_version=model.meta.model_version,
            codebook=model.meta.codebook,
            codebook_version=model.meta.codebook_version,
            layers=layers,
            reasons={name: found[i] for name, found in reasons.items() if found[i]},
        )


def trained_layers(model: Model) -> list[Layer]:
    """The layers of the model's codebook that it answers."""
    return [layer for layer in model.meta.book.predicted_layers if layer.id in model.heads]


class Suggestions(NamedTuple):
    """What may be shown to an annotator.

    Parameters
    ----------
    layers
        As in gold; a stance layer has a value, ``unrelated`` included, for each target that is
        answered with confidence, and no key for the others; a set has its sure codes only.
    confidence
        The score of each suggestion, by layer, for a stance by ``layer__target``; for a set the
        lowest of its codes.
    withheld
        How many answers were kept back, by reason: ``abstained``, ``few_sentences`` (layer),
        ``few_examples`` (code), ``untested`` (target), ``one_code`` (the layer knows one only).
    """

    layers: Layers
    confidence: dict[str, float]
    withheld: dict[str, int]


def suggestions(model: Model, prediction: Prediction) -> Suggestions:
    """The part of a prediction that rests on enough examples and is sure enough to be shown."""
    layers: Layers = {}
    confidence: dict[str, float] = {}
    withheld: Counter[str] = Counter()
    for name, answer in prediction.layers.items():
        part = _suggest(model, name, answer)
        if part.value is not None:
            layers[name] = part.value
        confidence.update(part.confidence)
        withheld.update(part.withheld)
    return Suggestions(layers, confidence, dict(sorted(withheld.items())))


def is_tested(model: Model, layer_id: str, target_id: str) -> bool:
    """Whether the target was asked and touched often enough in training to be suggested."""
    state = model.meta.layers[layer_id].targets.get(target_id)
    settings = model.meta.settings
    return bool(state and state.asked >= settings.min_asked and state.touched >= settings.min_touched)


class _Part(NamedTuple):
    """A layer's share in the suggestions; without a value nothing of it is suggested."""

    value: LayerValue | None
    confidence: dict[str, float]
    withheld: list[str]


def _suggest(model: Model, name: str, answer: LayerPrediction) -> _Part:
    state = model.meta.layers[name]
    if state.n < model.meta.settings.min_layer:
        return _Part(None, {}, ["few_sentences"])
    if isinstance(answer, SetPrediction):
        return _suggest_set(model, name, answer)
    if isinstance(answer, CodePrediction):
        reason = _why_not(model, state, answer)
        return _Part(None, {}, [reason]) if reason else _Part(answer.code, {name: answer.score}, [])
    return _suggest_stance(model, name, answer)


def _why_not(model: Model, state: LayerState, answer: CodePrediction) -> str | None:
    if len(answer.scores) == 1:
        return "one_code"
    if state.codes.get(str(answer.code), 0) < model.meta.settings.min_code:
        return "few_examples"
    return "abstained" if answer.abstained else None


def _suggest_set(model: Model, name: str, answer: SetPrediction) -> _Part:
    counts, least = model.meta.layers[name].codes, model.meta.settings.min_code
    rare = [code for code in answer.codes if counts.get(code, 0) < least]
    unsure = [code for code in answer.abstained if code not in rare]
    sure = [code for code in answer.codes if code not in rare and code not in unsure]
    confidence = {name: min(answer.scores[code] for code in sure)} if sure else {}
    return _Part(sure or None, confidence, ["few_examples"] * len(rare) + ["abstained"] * len(unsure))


def _suggest_stance(model: Model, name: str, answers: dict[str, CodePrediction]) -> _Part:
    state = model.meta.layers[name]
    why = {
        target: _why_not(model, state, answer) if is_tested(model, name, target) else "untested"
        for target, answer in answers.items()
    }
    shown = {target: str(answer.code) for target, answer in answers.items() if why[target] is None}
    confidence = {f"{name}__{target}": answers[target].score for target in shown}
    return _Part(shown or None, confidence, [reason for reason in why.values() if reason])
