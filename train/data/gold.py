"""Gold rows, checked against their codebook, and the labels a layer has in them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np

from schemas.codebook import Codebook, Layer
from schemas.errors import DataError, near_hit
from schemas.records import UNRELATED, GoldSentence, LayerValue

Array = Any

#: Times that one text is learned from at most.
COPIES = 1000


class Asked(NamedTuple):
    """A sentence and a target that was asked of it; ``row`` is the sentence's place in the rows."""

    row: int
    target: str
    value: str


def checked(rows: Iterable[GoldSentence], codebook: Codebook) -> list[GoldSentence]:
    """The rows, in the order of their ids, once each fits the codebook.

    Raises
    ------
    DataError
        No rows, an id that stands twice, an empty text, or a layer, target, code or value that the
        codebook does not have: names the sentence and what was found.
    """
    found = sorted(rows, key=lambda row: row.sentence_id)
    if not found:
        raise DataError("no gold sentence: found 0 rows, expected at least one")
    for one, other in pairwise(found):
        if one.sentence_id == other.sentence_id:
            raise DataError(f'two rows have the sentence_id "{one.sentence_id}", expected one a sentence')
    for row in found:
        if not row.text.strip():
            raise DataError(f'sentence "{row.sentence_id}": the text is empty')
        for layer_id, value in row.layers.items():
            problem = _problem(codebook, layer_id, value)
            if problem:
                raise DataError(f'sentence "{row.sentence_id}": {problem}')
    return found


def training_rows(rows: Iterable[GoldSentence], codebook: Codebook) -> list[GoldSentence]:
    """The checked rows that may be trained on: all but those held back for the test.

    Of a text that stands there more than `COPIES` times so many are kept, its codings in the same
    proportions: a million times the same sentence teaches no more, and would fill the memory.
    """
    kept = [row for row in checked(rows, codebook) if not row.test]
    if not kept:
        raise DataError("every gold sentence is marked as test: none is left to train on")
    return _without_copies(kept)


def count_copies(rows: Sequence[GoldSentence]) -> int:
    """How many rows `training_rows` leaves out as copies."""
    counts = Counter(row.text for row in rows if not row.test)
    return sum(count - COPIES for count in counts.values() if count > COPIES)


def _without_copies(rows: list[GoldSentence]) -> list[GoldSentence]:
    counts = Counter(row.text for row in rows)
    if max(counts.values()) <= COPIES:
        return rows
    kept = [row for row in rows if counts[row.text] <= COPIES]
    copies: dict[str, list[GoldSentence]] = defaultdict(list)
    for row in rows:
        if counts[row.text] > COPIES:
            copies[row.text].append(row)
    for found in copies.values():
        found.sort(key=lambda row: (msgspec.json.encode(row.layers, order="sorted"), row.sentence_id))
        kept += [found[len(found) * n // COPIES] for n in range(COPIES)]
    return sorted(kept, key=lambda row: row.sentence_id)


def _problem(codebook: Codebook, layer_id: str, value: LayerValue) -> str | None:
    layer = codebook.layer(layer_id)
    if layer is None:
        known = [layer.id for layer in codebook.layers]
        return f'the codebook has no layer "{layer_id}"{near_hit(layer_id, known)}'
    if layer.kind == "text":
        return None
    if not isinstance(value, _TYPES[layer.kind]) or isinstance(value, bool):
        return f'layer "{layer_id}": found {value!r}, expected {_EXPECTED[layer.kind]}'
    if isinstance(value, dict):
        unknown = next((name for name in value if codebook.target(name) is None), None)
        if unknown is not None:
            hit = near_hit(unknown, codebook.target_ids)
            return f'layer "{layer_id}": the codebook has no target "{unknown}"{hit}'
    allowed = layer.values
    strange = next((code for code in codes_in(value) if code not in allowed), None)
    if strange is not None:
        return f'layer "{layer_id}": the codebook has no code "{strange}"{near_hit(strange, allowed)}'
    return None


_TYPES: dict[str, type | tuple[type, ...]] = {"one": str, "scale": (int, str), "set": list, "stance": dict}

_EXPECTED = {
    "one": "a code",
    "scale": "a number of the scale",
    "set": "a list of codes",
    "stance": "a code for each target",
}


def codes_in(value: LayerValue) -> list[str]:
    """The codes of a layer's value, of whatever kind."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else [str(value)]


def coded(rows: Sequence[GoldSentence], layer_id: str) -> Array:
    """The places of the rows in which the layer is coded."""
    return np.array([i for i, row in enumerate(rows) if layer_id in row.layers], dtype=np.int64)


def single_codes(rows: Sequence[GoldSentence], layer_id: str) -> Array:
    """The code of each row of a ``one`` or ``scale`` layer, as text."""
    return np.array([str(row.layers[layer_id]) for row in rows], dtype=object)


def code_sets(rows: Sequence[GoldSentence], layer: Layer) -> Array:
    """Which codes each row of a ``set`` layer has, parents of a ticked code included.

    Returns
    -------
    bool ndarray of shape (n_rows, n_codes), columns in the codebook's order
    """
    place = {code: i for i, code in enumerate(layer.code_ids)}
    found = np.zeros((len(rows), len(place)), dtype=bool)
    for i, row in enumerate(rows):
        for code in with_parents(layer, codes_in(row.layers[layer.id])):
            found[i, place[code]] = True
    return found


def with_parents(layer: Layer, codes: Iterable[str]) -> list[str]:
    """The codes and all their ancestors, in the codebook's order."""
    chosen = set(codes)
    for code in list(chosen):
        chosen.update(layer.parents(code))
    return [code for code in layer.code_ids if code in chosen]


def asked_pairs(rows: Sequence[GoldSentence], layer_id: str) -> list[Asked]:
    """Every sentence with every target that was asked of it."""
    return [
        Asked(i, target, value)
        for i, row in enumerate(rows)
        if isinstance(asked := row.layers.get(layer_id), dict)
        for target, value in sorted(asked.items())
    ]


def count_codes(rows: Sequence[GoldSentence], layer: Layer) -> dict[str, int]:
    """How often each code of the layer occurs in the rows; for a stance layer over all pairs."""
    counts = Counter(
        code
        for row in rows
        if layer.id in row.layers
        for code in _expand(layer, codes_in(row.layers[layer.id]))
    )
    names = layer.values
    return {name: counts[name] for name in names}


def _expand(layer: Layer, codes: list[str]) -> list[str]:
    return with_parents(layer, codes) if layer.kind == "set" else codes


def is_touched(value: str) -> bool:
    return value != UNRELATED
