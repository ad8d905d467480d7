"""Gold rows, checked against their codebook, and the labels a layer has in them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from schemas.codebook import Codebook
from schemas.errors import DataError, near_hit
from schemas.records import GoldSentence, LayerValue, short_hash
from train.layers.kinds import KINDS

#: Times that one text is learned from at most.
COPIES = 1000
#: Sentences, and pairs of a sentence and a target asked of it, that are learned from at most: training stays
#: below 2 GB with them (four layers, three targets, `--encoder use`), and within two minutes.
MOST_ROWS, MOST_PAIRS = 20_000, 45_000


def checked(rows: Iterable[GoldSentence], codebook: Codebook) -> list[GoldSentence]:
    """The rows, in the order of their ids, once each fits the codebook.

    Raises
    ------
    DataError
        No rows, an id that stands twice, an empty text, or a layer, target, code or value that the
        codebook does not have: names the sentence and what was found.
    """
    gold = sorted(rows, key=lambda row: row.sentence_id)
    if not gold:
        raise DataError("no gold sentence: found 0 rows, expected at least one")
    for first, second in pairwise(gold):
        if first.sentence_id == second.sentence_id:
            raise DataError(f'two rows have the sentence_id "{first.sentence_id}", expected one a sentence')
    for row in gold:
        if not row.text.strip():
            raise DataError(f'sentence "{row.sentence_id}": the text is empty')
        for layer_id, value in row.layers.items():
            problem = _problem(codebook, layer_id, value)
            if problem:
                raise DataError(f'sentence "{row.sentence_id}": {problem}')
    return gold


def training_rows(rows: Iterable[GoldSentence], codebook: Codebook) -> list[GoldSentence]:
    """The checked rows that may be trained on: all but those held back for the test.

    Of a text that stands there more than `COPIES` times so many are kept, its codings in the same
    proportions: a million times the same sentence teaches no more, and would fill the memory. Of more
    than `MOST_ROWS` sentences, whole commentaries are kept, drawn by their ids.
    """
    kept = [row for row in checked(rows, codebook) if not row.test]
    if not kept:
        raise DataError("every gold sentence is marked as test: none is left to train on")
    return _drawn(_without_copies(kept))


def count_copies(rows: Sequence[GoldSentence]) -> int:
    """How many rows `training_rows` leaves out as copies."""
    counts = Counter(row.text for row in rows if not row.test)
    return sum(count - COPIES for count in counts.values() if count > COPIES)


def _drawn(rows: list[GoldSentence]) -> list[GoldSentence]:
    """The rows of as many commentaries as may be learned from, the first of them whatever its size."""
    by_commentary: dict[str, list[GoldSentence]] = defaultdict(list)
    for row in rows:
        by_commentary[row.commentary_id].append(row)
    size = pairs = 0
    kept: list[GoldSentence] = []
    for name in sorted(by_commentary, key=lambda name: short_hash(name, 16)):
        size += len(by_commentary[name])
        values = (value for row in by_commentary[name] for value in row.layers.values())
        pairs += sum(len(value) for value in values if isinstance(value, dict))
        if kept and (size > MOST_ROWS or pairs > MOST_PAIRS):
            break
        kept += by_commentary[name]
    return rows if len(kept) == len(rows) else sorted(kept, key=lambda row: row.sentence_id)


def _without_copies(rows: list[GoldSentence]) -> list[GoldSentence]:
    counts = Counter(row.text for row in rows)
    if max(counts.values()) <= COPIES:
        return rows
    kept = [row for row in rows if counts[row.text] <= COPIES]
    copies: dict[str, list[GoldSentence]] = defaultdict(list)
    for row in rows:
        if counts[row.text] > COPIES:
            copies[row.text].append(row)
    for same_text in copies.values():
        same_text.sort(key=lambda row: (msgspec.json.encode(row.layers, order="sorted"), row.sentence_id))
        kept += [same_text[len(same_text) * n // COPIES] for n in range(COPIES)]
    return sorted(kept, key=lambda row: row.sentence_id)


def _problem(codebook: Codebook, layer_id: str, value: LayerValue) -> str | None:
    layer = codebook.layer(layer_id)
    if layer is None:
        known = [layer.id for layer in codebook.layers]
        return f'the codebook has no layer "{layer_id}"{near_hit(layer_id, known)}'
    kind = KINDS.get(layer.kind)
    problem = kind.problem(layer, value, codebook) if kind else None
    return f'layer "{layer_id}": {problem}' if problem else None
