"""How well people agree with each other, in the figure that the model is judged by.

Each annotator's codes are compared with what the others made of the same sentence; the model's
answers are compared with just the same. A model that is as good as that needs no more data but
a sharper codebook.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from schemas.codebook import Layer
from schemas.records import Annotation, Record, is_unknown
from train.arrays import Bools, Floats
from train.evaluation.items import Key, Scored, counted_codes
from train.layers.kinds import KINDS
from train.metrics import bootstrap_f1, by_group, macro_f1, macro_interval, many_hot, soft_tally


class Ceiling(Record, frozen=True, kw_only=True):
    """Annotator against the rest, and the model against the same rest on the same sentences.

    ``sentences`` counts those that several people coded (for a stance: sentences with a target).
    """

    macro_f1: float | None
    interval: tuple[float, float] | None
    model_macro_f1: float | None
    model_interval: tuple[float, float] | None
    sentences: int
    annotators: int


class PredictedItem(NamedTuple):
    """A model's codes for an item, and the item's commentary."""

    codes: list[str]
    commentary: str


class _Coded(NamedTuple):
    annotator: str
    codes: list[str]


def predicted_items(layer: Layer, scored: Sequence[Scored]) -> dict[Key, PredictedItem]:
    """What was predicted of every item, whether gold has decided on it or not."""
    kind = KINDS[layer.kind]
    return {
        (row.sentence_id, target): PredictedItem(kind.predicted_codes(item_prediction), row.commentary_id)
        for row, prediction, _ in scored
        if layer.id in prediction.layers
        for target, item_prediction in kind.predicted_items(prediction.layers[layer.id]).items()
    }


def human_ceiling(
    layer: Layer, predicted: Mapping[Key, PredictedItem], annotations: Sequence[Annotation], *, seed: int = 0
) -> Ceiling | None:
    """The ceiling over the items that were predicted; None where nobody coded one with others.

    Sentences that gold leaves undecided count as well: without them two annotators would agree in
    all that is left.

    Parameters
    ----------
    annotations
        Of several people, one a sentence each; those who skipped or left the layer open do not
        count.
    """
    by_item = _by_item(layer, annotations)
    shared = {
        key: annotated
        for key, annotated in sorted(by_item.items())
        if key in predicted and len(annotated) > 1
    }
    if not shared:
        return None
    codes = KINDS[layer.kind].values(layer)
    people, rest, items = [], [], []
    for key, annotated in shared.items():
        votes = many_hot([vote.codes for vote in annotated], codes).astype(np.float64)
        for i in range(len(annotated)):
            people.append(votes[i] > 0)
            rest.append(_majority(layer, np.delete(votes, i, axis=0)))
            items.append(predicted[key])
    counted = counted_codes(layer, codes)
    commentaries = [item.commentary for item in items]

    def figures(chosen: Bools) -> tuple[float | None, tuple[float, float] | None]:
        counts = soft_tally(np.array(rest), chosen)[:, counted]
        value = macro_f1(counts.sum(axis=0))
        draws = bootstrap_f1(by_group(counts, commentaries), seed=seed)
        return None if value is None else round(value, 6), None if draws is None else macro_interval(draws)

    human, machine = figures(np.array(people)), figures(many_hot([item.codes for item in items], codes))
    return Ceiling(
        macro_f1=human[0],
        interval=human[1],
        model_macro_f1=machine[0],
        model_interval=machine[1],
        sentences=len(shared),
        annotators=len({vote.annotator for annotated in shared.values() for vote in annotated}),
    )


def _by_item(layer: Layer, annotations: Sequence[Annotation]) -> dict[Key, list[_Coded]]:
    by_item: dict[Key, list[_Coded]] = defaultdict(list)
    kind = KINDS[layer.kind]
    known = set(kind.values(layer))
    for annotation in annotations:
        is_left_out = annotation.skipped or is_unknown(annotation.annotator)
        if is_left_out or layer.id in annotation.incomplete or layer.id not in annotation.layers:
            continue
        for target, codes in kind.gold_items(layer, annotation.layers[layer.id]).items():
            if set(codes) <= known:  # of an older codebook otherwise
                by_item[annotation.sentence_id, target].append(_Coded(annotation.annotator, codes))
    return by_item


def _majority(layer: Layer, votes: Floats) -> Floats:
    """What most say, in parts where they are tied: shape (n_codes,), values 0 to 1."""
    share: Floats = votes.mean(axis=0)
    if KINDS[layer.kind].several:
        majority: Floats = (share > 0.5) + 0.5 * (share == 0.5)
    else:
        majority = (share == share.max()) / np.count_nonzero(share == share.max())
    return majority
