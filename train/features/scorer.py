"""From sentences to the scores of many classifiers at once, without a feature matrix.

Rarity is folded into the weights, and the squared length of a block is one more column beside the
scores: so each vocabulary costs one product of its counts and a small dense table. What depends on a
word alone (its letters, the lists it is on, its class) is found once for each word known from training, and
once a batch for each other; each distinct text is scored once, whichever sentences it stands before or after.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from train.features.encoders import encode
from train.features.ngrams import incidence
from train.features.sentence import (
    BLOCKS,
    CHUNK,
    PASSAGE,
    SIGN,
    VOCABULARIES,
    Scene,
    SentenceFeatures,
    count_signs,
    read_scene,
)  # fmt: skip
from train.features.tokens import KeyTable, Tokens, read_tokens
from train.features.word_classes import read_word_classes

Array = Any


class Scorer:
    """The weights of some linear classifiers, laid out for scoring.

    Parameters
    ----------
    features
        Fitted.
    weights : ndarray of shape (n_columns, n_scores)
        Columns as `SentenceFeatures` has them.
    """

    def __init__(self, features: SentenceFeatures, weights: Array) -> None:
        self._features, self._size = features, weights.shape[1]
        parts: dict[str, list[Array]] = {name: [] for name in features.buckets_}
        self._slots: dict[tuple[str, str], slice] = {}
        begin = 0
        for block in features.blocks:
            for name in BLOCKS[block].vocabularies:
                end = begin + len(features.buckets_[name])
                at = self._size * len(parts[name])
                self._slots[block, name] = slice(at, at + self._size)
                parts[name].append(weights[begin:end] * features.idf_[name][:, None])
                begin = end
        dense = np.split(weights[begin:].astype(np.float32), max(len(features.vectors), 1))
        # of an encoder's vectors, where some classifier weighs them
        self._dense = {
            view: part for view, part in zip(features.vectors.values(), dense, strict=False) if part.any()
        }
        self._tables = {name: _table([*row, features.idf_[name] ** 2]) for name, row in parts.items()}
        self._of_tokens = [name for name in features.vocabularies if VOCABULARIES[name].of_tokens]
        words = read_tokens((features.terms_.get("word") or "-").split("\n"))
        known = words.key[words.example]
        self._known = KeyTable(known)
        self._parts: dict[str, slice] = {}
        end = 0
        for name in self._of_tokens:
            self._parts[name] = slice(end, end := end + self._tables[name].shape[1])
        self._known_values = np.zeros((len(known), end), dtype=np.float32)
        for name, part in self._parts.items():
            self._known_values[:, part] = self._sums(name, words)
        self._known_classes = read_word_classes(words)

    def scores(self, passages: Sequence[Any]) -> Array:
        """Scores without intercepts: float32 ndarray of shape (n_rows, n_scores)."""
        scene = read_scene(passages, self._features.views)
        found = np.zeros((len(passages), self._size), dtype=np.float32)
        for view, values in self._views(scene).items():
            found += values[scene.places[view]]
        if self._features.has_signs:
            found += self._signs(passages)
        for view, dense in self._dense.items():
            needed, place = np.unique(scene.places[view], return_inverse=True)
            vectors = encode(self._features.encoder, [scene.texts[i] for i in needed])
            found += (vectors @ dense)[place]
        return found

    def _signs(self, passages: Sequence[Any]) -> Array:
        """What the signs of reported speech in each row add."""
        sums = count_signs(passages) @ self._tables[SIGN][:-1]
        found: Array = sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1:], 1.0))
        return found

    def _views(self, scene: Scene) -> dict[str, Array]:
        """What each text adds as a sentence, as the one before, and as the one after."""
        found = {
            view: np.zeros((len(scene.texts), self._size), dtype=np.float32) for view in self._features.views
        }
        for begin in range(0, len(scene.texts), CHUNK):
            blocks = [block for block in self._features.blocks if BLOCKS[block].view != PASSAGE]
            if begin >= scene.sentences:
                blocks = [block for block in blocks if BLOCKS[block].view != "text"]
            tokens = read_tokens(scene.texts[begin : begin + CHUNK])
            raw = self._raw(tokens, {name for block in blocks for name in BLOCKS[block].vocabularies})
            for block in blocks:
                view, names = BLOCKS[block]
                length = np.sqrt(reduce(add, (raw[name][:, -1] for name in names)))
                length[length == 0] = 1.0
                values = reduce(add, (raw[name][:, self._slots[block, name]] for name in names))
                found[view][begin : begin + CHUNK] += values / length[:, None]
        return found

    def _raw(self, tokens: Tokens, wanted: set[str]) -> dict[str, Array]:
        """For each vocabulary the sums over all that occurs in each text."""
        found = {}
        of_tokens = [name for name in self._of_tokens if name in wanted]
        place, is_known = self._known.find(tokens.key[tokens.example])
        others = np.flatnonzero(~is_known)
        unknown = tokens.only(others)
        if of_tokens:
            values = self._known_values[place, : max(self._parts[name].stop for name in of_tokens)]
            for name in of_tokens:
                values[others, self._parts[name]] = self._sums(name, unknown)
            together = np.asarray(incidence(tokens) @ values)
            found = {name: together[:, self._parts[name]] for name in of_tokens}
        classes = self._known_classes.take(place)
        classes.put(others, read_word_classes(unknown))
        tokens = tokens._replace(classes=classes)
        for name in wanted - set(of_tokens):
            found[name] = self._sums(name, tokens)
        return found

    def _sums(self, name: str, tokens: Tokens) -> Array:
        grams = VOCABULARIES[name].read(tokens)
        return grams.sums(self._features.tables()[name], self._tables[name])


def _table(parts: Sequence[Array]) -> Array:
    """The parts side by side, and below a row of zeros for all that has no column.

    To add nothing is quicker than to sort out what has none. The rows lie one after the other in
    memory: scipy would copy a table that lies otherwise at every product.
    """
    found = np.column_stack(parts)
    return np.ascontiguousarray(np.vstack([found, np.zeros((1, found.shape[1]))]), dtype=np.float32)
