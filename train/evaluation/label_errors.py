"""Likely errors of gold: where held-out probabilities clearly favour another code.

Confident learning (Northcutt, Jiang and Chuang 2021): a code is confidently predicted where its
probability reaches the mean it has in sentences that carry it. cleanlab does the same for layers
with one code; sets and stances would need a second way beside it.
"""

from collections.abc import Sequence

import numpy as np

from schemas.codebook import Layer
from schemas.records import Record
from train.arrays import Floats, Ints
from train.evaluation.items import LayerItems
from train.layers.kinds import KINDS

#: Listed a layer where no number is asked for.
MOST = 20


class LabelError(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A coding to look at again. ``score`` is the probability of ``predicted``, ``gold_score`` that
    of ``gold``; for a set both are about ``code``, ``yes`` or ``no``.
    """

    sentence_id: str
    gold: str
    predicted: str
    score: float
    gold_score: float
    target: str | None = None
    code: str | None = None
    text: str = ""
    links: list[str] = []


def label_errors(layer: Layer, items: LayerItems) -> list[LabelError]:
    """The codings that are likely wrong, the likeliest first."""
    if not len(items.keys):
        return []
    if KINDS[layer.kind].several:
        errors = [s for column in range(len(items.codes)) for s in _in_code(items, column)]
    else:
        errors = _in_codes(items.codes, items.keys, items.gold.argmax(axis=1), items.scores)
    errors.sort(key=lambda s: (s.gold_score - s.score, s.sentence_id, s.target or "", s.code or ""))
    return errors


def _in_codes(
    codes: Sequence[str],
    keys: Sequence[tuple[str, str]],
    gold: Ints,
    scores: Floats,
    code: str | None = None,
) -> list[LabelError]:
    size = np.bincount(gold, minlength=len(codes))
    gold_score = scores[np.arange(len(gold)), gold]
    mean_score = np.bincount(gold, gold_score, minlength=len(codes)) / np.maximum(size, 1)
    confident = np.where((scores >= mean_score) & (size > 0), scores, -1.0)
    best = confident.argmax(axis=1)
    wrong = np.flatnonzero((best != gold) & (confident.max(axis=1) > gold_score))
    return [
        LabelError(
            sentence_id=keys[i][0],
            target=keys[i][1] or None,
            code=code,
            gold=codes[gold[i]],
            predicted=codes[best[i]],
            score=round(float(scores[i, best[i]]), 6),
            gold_score=round(float(gold_score[i]), 6),
        )
        for i in wrong
    ]


def _in_code(items: LayerItems, column: int) -> list[LabelError]:
    has, likely = items.gold[:, column].astype(int), items.scores[:, column]
    return _in_codes(
        ["no", "yes"], items.keys, has, np.column_stack([1 - likely, likely]), items.codes[column]
    )
