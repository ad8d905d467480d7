"""From a model and sentences to predictions, and from a prediction to what may be suggested."""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from schemas.codebook import Layer
from schemas.controls import control_name
from schemas.records import (
    ContextSentence,
    LayerPrediction,
    Layers,
    Prediction,
)
from train.explain import reasons_for
from train.features.passages import to_passages
from train.layers import stance
from train.layers.answers import answer_columns
from train.layers.kind import SuggestedPart
from train.layers.kinds import KINDS
from train.model import Batch, Model, RequestedTargets

#: Rows at a time, and predictions for targets at a time: bounds memory, whatever the size of the corpus.
_CHUNK, _ANSWERS = 2048, 16_384


def predict(
    model: Model, rows: Sequence[ContextSentence], *, asked: Sequence[RequestedTargets] | None = None
) -> list[Prediction]:
    """What the model says of each sentence, in the order of the rows.

    Every trained layer is predicted; where the model abstains the prediction is marked, not left out.
    Stance scores are smoothed over the rows of a commentary:
    give them together and in a row, or the predictions rest on the paragraph alone.

    Parameters
    ----------
    asked
        For each row and stance layer, the targets to predict; without it, every target of the
        model's codebook.
    """
    return list(predict_stream(model, rows, asked=asked))


def predict_stream(
    model: Model, rows: Sequence[ContextSentence], *, asked: Sequence[RequestedTargets] | None = None
) -> Iterator[Prediction]:
    """As `predict`, in bounded memory."""
    has_targets = any(KINDS[layer.kind].has_targets for layer in trained_layers(model))
    passages = to_passages(rows, with_whole=has_targets)
    n_targets = len(model.meta.book.targets) if asked is None else 1
    for part in _chunks(rows, min(_CHUNK, _ANSWERS // max(n_targets, 1))):
        with _uncollected():
            some = passages.only(part)
            batch = Batch(
                passages=some,
                commentaries=[rows[i].commentary_id for i in part],
                authors=[rows[i].author for i in part],
                indexes=[rows[i].index for i in part],
                scores=model.scores(some),
                asked=None if asked is None else [asked[i] for i in part],
            )
            predictions = list(_predict_chunk(model, [rows[i] for i in part], batch))
        yield from predictions


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
        # all that is there now counts as old: else it would be looked through at once
        if not gc.get_freeze_count():  # what others keep from the collector stays so
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()


def _chunks(rows: Sequence[ContextSentence], size: int) -> Iterator[list[int]]:
    """Places of rows, about ``size`` at a time, with a commentary's consecutive rows together."""
    part: list[int] = []
    for i, row in enumerate(rows):
        if len(part) >= size and row.commentary_id != rows[i - 1].commentary_id:
            yield part
            part = []
        part.append(i)
    if part:
        yield part


def _predict_chunk(model: Model, rows: Sequence[ContextSentence], batch: Batch) -> Iterator[Prediction]:
    trained = trained_layers(model)
    said = {
        layer.id: KINDS[layer.kind].predict(layer, model, batch)
        for layer in trained
        if not KINDS[layer.kind].has_targets
    }
    about_targets = [layer for layer in trained if layer.id not in said]
    if about_targets:
        by_place = {name: dict(enumerate(answers)) for name, answers in said.items()}
        batch = batch._replace(answers=answer_columns(trained, by_place, len(rows)))
        made = {layer.id: KINDS[layer.kind].make_pairs(layer, model, batch) for layer in about_targets}
        batch = batch._replace(pairs={name: pairs for name, pairs in made.items() if pairs is not None})
        said |= {layer.id: KINDS[layer.kind].predict(layer, model, batch) for layer in about_targets}
    by_layer = {layer.id: said[layer.id] for layer in trained}
    reasons = reasons_for(model, batch, by_layer)
    for i, row in enumerate(rows):
        layers: dict[str, LayerPrediction] = {name: predictions[i] for name, predictions in by_layer.items()}
        yield Prediction(
            sentence_id=row.sentence_id,
            commentary_id=row.commentary_id,
            text=row.text,
            model_version=model.meta.model_version,
            codebook=model.meta.codebook,
            codebook_version=model.meta.codebook_version,
            layers=layers,
            reasons={name: found for name, of_rows in reasons.items() if (found := of_rows[i]) is not None},
        )


def trained_layers(model: Model) -> list[Layer]:
    """The layers of the model's codebook that it predicts."""
    return [layer for layer in model.meta.book.predicted_layers if layer.id in model.classifiers]


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
        How many predictions were withheld, by reason: ``abstained``, ``few_sentences`` (layer),
        ``few_examples`` (code), ``untested`` (target), ``one_code`` (the layer knows one only).
    touched
        By stance layer the targets that are surely touched while no direction is suggested: to be
        shown as a mark, and never as an answer.
    from_author, from_commentary
        The ``layer__target`` names in ``layers`` whose direction is the author's in other commentaries
        (to be shown as such, for it says nothing of the sentence), or that of what was coded in this one.
    """

    layers: Layers
    confidence: dict[str, float]
    withheld: dict[str, int]
    touched: dict[str, list[str]]
    from_author: list[str]
    from_commentary: list[str]


def suggestions(model: Model, prediction: Prediction) -> Suggestions:
    """The part of a prediction that rests on enough examples and is certain enough to be shown."""
    layers: Layers = {}
    confidence: dict[str, float] = {}
    withheld: Counter[str] = Counter()
    touched: dict[str, list[str]] = {}
    rests_on: dict[str, list[str]] = {"author": [], "commentary": []}
    for name, layer_prediction in prediction.layers.items():
        part = _suggest(model, name, layer_prediction)
        if part.value is not None:
            layers[name] = part.value
        if part.touched:
            touched[name] = list(part.touched)
        for target, source in part.direction_from.items():
            rests_on[source].append(control_name(name, target))
        confidence.update(part.confidence)
        withheld.update(part.withheld)
    return Suggestions(
        layers, confidence, dict(sorted(withheld.items())),
        touched=touched, from_author=rests_on["author"], from_commentary=rests_on["commentary"],
    )  # fmt: skip


def with_coded(
    model: Model, prediction: Prediction, coded: Mapping[str, Mapping[str, Counter[str]]]
) -> Prediction:
    """The prediction for one annotator, who has coded other sentences of the commentary.

    Parameters
    ----------
    coded
        Stance layer → target → how often this annotator gave each code in this commentary. Nobody
        else's codings may be among them: who codes is not to be told what others said.
    """
    layers = dict(prediction.layers)
    for name, by_target in coded.items():
        answers = layers.get(name)
        if isinstance(answers, dict):
            state = model.meta.layers[name]
            layers[name] = {
                target: stance.with_coded(state, answer, by_target.get(target, {}))
                for target, answer in answers.items()
            }
    return msgspec.structs.replace(prediction, layers=layers)


def can_be_coded(model: Model, prediction: Prediction, layer_id: str, target_id: str) -> bool:
    """Whether coding one more sentence of the commentary may give a target's direction (`with_coded`)."""
    answer = prediction.layers[layer_id][target_id]  # type: ignore[index]
    return stance.can_be_coded(model.meta.layers[layer_id], answer)


def is_tested(model: Model, layer_id: str, target_id: str) -> bool:
    """Whether the target was asked and touched often enough in training to be suggested."""
    return stance.is_tested(model.meta.layers[layer_id], target_id, model.meta.settings)


def _suggest(model: Model, layer_id: str, prediction: LayerPrediction) -> SuggestedPart:
    state, settings = model.meta.layers[layer_id], model.meta.settings
    if state.n < settings.min_layer:
        return SuggestedPart(None, {}, ["few_sentences"])
    return KINDS[state.kind].suggest(layer_id, prediction, state, settings)
