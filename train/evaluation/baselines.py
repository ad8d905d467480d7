"""What a model has to beat: the commonest code, a few keywords, the length alone, the plain twin."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from schemas.codebook import Codebook, Layer
from schemas.records import GoldSentence, Record
from train.arrays import Bools, Floats
from train.evaluation.items import counted_codes
from train.layers.kinds import KINDS
from train.metrics import macro_f1, many_hot, tally

#: Words a code has as its keywords, and how far beyond chance they must be (standard deviations).
_WORDS, _SURE = 10, 1.96
_LENGTHS = 10  # bins, of about equally many sentences
_NAMED = "targetnamed"  # stands for: an alias of the target is in the sentence


class Baselines(Record, frozen=True, kw_only=True):
    """Macro-F1 on the same sentences; all but the first are learned, so they need training rows.

    ``twin`` is that of `train.evaluation.twin.Twin`; ``twin_reason`` says why there is none.
    """

    majority: float | None
    keyword: float | None = None
    length: float | None = None
    twin: float | None = None
    twin_reason: str | None = None


class CodedTexts(NamedTuple):
    """Texts, and which codes they have: bool, shape (n_items, n_codes)."""

    texts: list[str]
    gold: Bools
    codes: list[str]


def texts_of(layer: Layer, rows: Sequence[GoldSentence], codebook: Codebook) -> CodedTexts:
    """The coded items of a layer; of a target, with a word that says it is named in the sentence."""
    kind = KINDS[layer.kind]
    items = [
        (_with_target(row.text, target, codebook), codes)
        for row in rows
        if layer.id in row.layers
        for target, codes in sorted(kind.gold_items(layer, row.layers[layer.id]).items())
    ]
    values = kind.values(layer)
    return CodedTexts([text for text, _ in items], many_hot([codes for _, codes in items], values), values)


def _with_target(text: str, target_id: str, codebook: Codebook) -> str:
    target, low = codebook.target(target_id), text.lower()
    named = target is not None and any(alias.lower() in low for alias in target.aliases)
    return f"{text} {_NAMED}" if named else text


def baseline_counts(layer: Layer, train: CodedTexts, test: CodedTexts) -> dict[str, Floats]:
    """Hits, false alarms and misses a code of each learned baseline: shape (n_codes, 3)."""
    if not len(train.texts) or not len(test.texts):
        return {}
    several = KINDS[layer.kind].several
    return {
        name: tally(test.gold, way(train, test.texts, several)).sum(axis=0)
        for name, way in (("keyword", by_keyword), ("length", by_length))
    }


def macro_of(layer: Layer, codes: Sequence[str], counts: Floats) -> float | None:
    """Macro-F1 over the codes that count."""
    value = macro_f1(counts[counted_codes(layer, codes)])
    return None if value is None else round(value, 6)


def by_keyword(train: CodedTexts, texts: Sequence[str], several: bool) -> Bools:
    """The code whose keywords weigh most; the commonest where there are none.

    Keywords are the words whose log-odds between a code's sentences and the others' are most
    standard deviations above nothing (Monroe, Colaresi and Quinn 2008, with a flat prior). A code
    of a set is given where its keywords speak at all.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(binary=True, token_pattern=r"\w+", dtype=np.float64)
    try:
        counts = counter.fit_transform(train.texts)
    except ValueError:  # no text has any word
        return _commonest(train, len(texts), several)
    weights = np.zeros((counts.shape[1], len(train.codes)))
    total = np.asarray(counts.sum(axis=0)).ravel()
    for column in range(len(train.codes)):
        has = train.gold[:, column]
        inside = np.asarray(counts[has].sum(axis=0)).ravel()
        odds, spread = _log_odds(inside, total - inside, int(has.sum()), int((~has).sum()))
        best = np.argsort(-odds / spread, kind="stable")[:_WORDS]
        sure = best[(odds / spread)[best] > _SURE]
        weights[sure, column] = odds[sure]
    keyword_scores: Floats = counter.transform(texts) @ weights
    if several:
        return keyword_scores > 0
    chosen: Bools = np.eye(len(train.codes), dtype=bool)[keyword_scores.argmax(axis=1)]
    has_no_keyword = keyword_scores.max(axis=1) <= 0
    chosen[has_no_keyword] = _commonest(train, int(has_no_keyword.sum()), several)
    return chosen


def _log_odds(inside: Floats, outside: Floats, n_inside: int, n_outside: int) -> tuple[Floats, Floats]:
    a, b = inside + 0.5, outside + 0.5
    odds = np.log(a / (n_inside - inside + 0.5)) - np.log(b / (n_outside - outside + 0.5))
    return odds, np.sqrt(1 / a + 1 / b)


def by_length(train: CodedTexts, texts: Sequence[str], several: bool) -> Bools:
    """The code for which a sentence of so many words is least unusual."""
    train_lengths = np.array([len(text.split()) for text in train.texts])
    edges = np.unique(np.quantile(train_lengths, np.linspace(0, 1, _LENGTHS + 1)[1:-1]))
    train_bin, test_bin = (
        np.searchsorted(edges, lengths) for lengths in (train_lengths, [len(text.split()) for text in texts])
    )
    size = len(edges) + 1

    def shares(has: Bools) -> Floats:
        return (np.bincount(train_bin[has], minlength=size) + 1) / (np.count_nonzero(has) + size)

    inside: Floats = np.array([shares(has) for has in train.gold.T])
    if several:
        outside: Floats = np.array([shares(~has) for has in train.gold.T])
        return (inside > outside)[:, test_bin].T
    inside[~train.gold.any(axis=0)] = -math.inf  # a code that training lacked is never given
    chosen: Bools = np.eye(len(train.codes), dtype=bool)[inside[:, test_bin].argmax(axis=0)]
    return chosen


def _commonest(train: CodedTexts, n: int, several: bool) -> Bools:
    count = train.gold.sum(axis=0)
    if several:
        return np.tile(2 * count > len(train.texts), (n, 1))
    return np.tile(np.arange(len(count)) == count.argmax(), (n, 1))
