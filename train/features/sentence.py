"""What a classifier sees of a sentence: named blocks of hashed counts, side by side in one matrix.

Every distinct text of a batch is read once, whether it is a sentence, a neighbour, or both: the
blocks of the sentence before and after use the same vocabularies as the sentence's own.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp

from train.arrays import Array, Ints
from train.features import cues, ngrams, word_classes
from train.features.encoders import encode, size_of
from train.features.ngrams import BUCKETS, Grams, incidence
from train.features.passages import as_passages
from train.features.speech.signs import SIGNS, columns_of_signs
from train.features.tokens import Tokens, read_tokens

#: Texts read at a time: bounds memory.
CHUNK = 4096


class Vocabulary(NamedTuple):
    """What is counted.

    Parameters
    ----------
    read
        From tokens to buckets.
    of_tokens
        Whether the owners are distinct tokens, not texts.
    min_df
        Texts (`Scene.rows`) it must occur in to be kept; 0 for columns that are fixed.
    idf
        Whether what is rare weighs more (smooth inverse document frequency, as scikit-learn).
    """

    read: Callable[[Tokens], Grams]
    of_tokens: bool
    min_df: int
    idf: bool


VOCABULARIES: dict[str, Vocabulary] = {
    "word": Vocabulary(ngrams.words, True, 2, True),
    "pair": Vocabulary(ngrams.word_pairs, False, 2, True),
    "char": Vocabulary(ngrams.characters, True, 3, True),
    "edge": Vocabulary(ngrams.edges, False, 2, False),
    "shape": Vocabulary(
        lambda tokens: ngrams.shape_runs(tokens, word_classes.shapes(tokens)), False, 3, True
    ),
    "cue": Vocabulary(cues.cues, False, 0, False),
}

#: The columns `SIGNS` of reported speech, and the view of a sentence and the one before together: what they
#: are read of is no text by itself.
SIGN, PASSAGE = "sign", "passage"


class Block(NamedTuple):
    """Counts of one or more vocabularies in one view of a passage, brought to one length."""

    view: str
    vocabularies: tuple[str, ...]


BLOCKS: dict[str, Block] = {
    "word": Block("text", ("word", "pair")),
    "char": Block("text", ("char",)),
    "edge": Block("text", ("edge",)),
    "shape": Block("text", ("shape",)),
    "cue": Block("text", ("cue",)),
    "before_word": Block("before", ("word",)),
    "before_edge": Block("before", ("edge",)),
    "before_shape": Block("before", ("shape",)),
    "before_cue": Block("before", ("cue",)),
    "after_word": Block("after", ("word",)),
    "after_edge": Block("after", ("edge",)),
    "after_cue": Block("after", ("cue",)),
    "speech": Block(PASSAGE, (SIGN,)),
}

#: The block of an encoder's vectors of the sentence.
EMBEDDING = "embedding"
#: Those of the sentence and of its neighbours, each with its view.
VECTORS = {EMBEDDING: "text", f"before_{EMBEDDING}": "before", f"after_{EMBEDDING}": "after"}

#: What is said in the sentence, and the cues that are counted in it.
SAID = ("word", "char", "cue")

#: Blocks whose features a person can read.
READABLE = (
    "word",
    "edge",
    "cue",
    "before_word",
    "before_edge",
    "before_cue",
    "after_word",
    "after_edge",
    "after_cue",
    "speech",
)


class SentenceFeatures:
    """The blocks' counts, each weighted by rarity and each block of a row of length one.

    Takes passages, or plain texts, which then have no neighbours. A block's length is the root of the
    sum of squared weights over all that occurs, repetitions included, so that it can be summed as
    the scores are.

    Parameters
    ----------
    blocks
        Names of `BLOCKS`.
    encoder
        A name of `train.features.encoders.ENCODERS`, whose vectors become the last blocks, `VECTORS`.

    Attributes
    ----------
    buckets_ : dict of int ndarray
        For each vocabulary in use, the buckets that were kept, in the order of the columns.
    idf_ : dict of float ndarray
        Their weights.
    terms_ : dict of str
        What they stand for, separated by line feeds, where people can read it.
    """

    def __init__(self, blocks: Sequence[str] = tuple(BLOCKS), encoder: str = "") -> None:
        self.blocks = blocks
        self.encoder = encoder

    def fit(self, X: Sequence[Any], y: object = None) -> Self:
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Sequence[Any], y: object = None) -> sp.csr_matrix:
        scene = read_scene(X, self.views)
        everything = np.arange(BUCKETS + 1, dtype=np.int32)
        counts = self._count(scene.texts, dict.fromkeys(self.vocabularies, everything))
        self.buckets_: dict[str, Array] = {}
        self.idf_: dict[str, Array] = {}
        for name, matrix in counts.items():
            rule = VOCABULARIES[name]
            texts = np.repeat(scene.rows, np.diff(matrix.indptr))
            frequency = np.bincount(matrix.indices, texts, minlength=matrix.shape[1])
            fixed = np.arange(len(cues.cue_names()))
            kept = np.flatnonzero(frequency >= rule.min_df) if rule.min_df else fixed
            rarity = np.log((1 + scene.rows.sum()) / (1 + frequency[kept])) + 1
            self.buckets_[name] = kept.astype(np.int32)
            self.idf_[name] = (rarity if rule.idf else np.ones(len(kept))).astype(np.float32)
            counts[name] = matrix[:, kept]
        if self.has_signs:
            self.buckets_[SIGN] = np.arange(len(SIGNS), dtype=np.int32)
            self.idf_[SIGN] = np.ones(len(SIGNS), dtype=np.float32)
            counts[SIGN] = count_signs(X)
        self.terms_ = self._name_terms(scene.texts)
        return self._assemble(scene, counts)

    def transform(self, X: Sequence[Any]) -> sp.csr_matrix:
        scene = read_scene(X, self.views)
        counts = self._count(scene.texts, {name: self.tables()[name] for name in self.vocabularies})
        if self.has_signs:
            counts[SIGN] = count_signs(X)
        return self._assemble(scene, counts)

    @property
    def vocabularies(self) -> list[str]:
        """The vocabularies in use."""
        used = {name for block in self.blocks for name in BLOCKS[block].vocabularies}
        return [name for name in VOCABULARIES if name in used]

    @property
    def has_signs(self) -> bool:
        """Whether signs of reported speech are in use."""
        return any(BLOCKS[block].view == PASSAGE for block in self.blocks)

    @property
    def views(self) -> list[str]:
        return [
            view for view in ("text", "before", "after") if any(BLOCKS[b].view == view for b in self.blocks)
        ]

    @property
    def widths(self) -> dict[str, int]:
        """The number of columns of each block, in order."""
        counted = {
            block: sum(len(self.buckets_[name]) for name in BLOCKS[block].vocabularies)
            for block in self.blocks
        }
        return counted | dict.fromkeys(self.vectors, size_of(self.encoder))

    def columns(self, names: Collection[str]) -> Ints:
        """The places of the columns of some blocks."""
        ends = np.cumsum([0, *self.widths.values()])
        parts = [np.arange(ends[i], ends[i + 1]) for i, name in enumerate(self.widths) if name in names]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    @property
    def vectors(self) -> dict[str, str]:
        """The blocks of vectors, each with its view."""
        return {name: view for name, view in VECTORS.items() if self.encoder and view in self.views}

    def encoded(self, X: Sequence[Any]) -> Array:
        """The vectors of each row, those of its neighbours beside them: the columns of `vectors`."""
        passages = as_passages(X)
        parts = [encode(self.encoder, passages.column(view)) for view in self.vectors.values()]
        return np.hstack(parts) if parts else np.zeros((len(passages), 0), dtype=np.float32)

    def only(self, blocks: Sequence[str]) -> "SentenceFeatures":
        """The same features with some of the blocks, and without an encoder."""
        twin = SentenceFeatures(tuple(block for block in self.blocks if block in blocks))
        twin.buckets_, twin.idf_, twin.terms_ = self.buckets_, self.idf_, self.terms_
        twin._tables = self.tables()
        return twin

    def tables(self) -> dict[str, Array]:
        """For each vocabulary in use the column of each bucket, the number of columns where it has none."""
        tables: dict[str, Array] | None = getattr(self, "_tables", None)
        if tables is None:
            tables = self._tables = {name: _table(kept) for name, kept in self.buckets_.items()}
        return tables

    def get_feature_names_out(self, input_features: object = None) -> Array:
        """``block__term``; what people cannot read has a number."""
        names = []
        for block in self.blocks:
            for name in BLOCKS[block].vocabularies:
                terms = self.terms_.get(name)
                size = len(self.buckets_[name])
                row = terms.split("\n") if terms else [f"{name}{i}" for i in range(size)]
                names += [f"{block}__{term}" for term in row[:size]]
        names += [f"{block}__{i}" for block in self.vectors for i in range(size_of(self.encoder))]
        return np.array(names, dtype=object)

    def _count(self, texts: Sequence[str], tables: dict[str, Array]) -> dict[str, sp.csr_matrix]:
        """How often each text has each column of each vocabulary."""
        parts: dict[str, list[sp.csr_matrix]] = {name: [] for name in tables}
        for tokens in _in_chunks(texts):
            shared = incidence(tokens)
            for name, table in tables.items():
                found = VOCABULARIES[name].read(tokens).columns(table)
                found = shared @ found if VOCABULARIES[name].of_tokens else found
                found.sum_duplicates()
                parts[name].append(found)
        return {name: sp.vstack(row, format="csr") for name, row in parts.items()}

    def _assemble(self, scene: "Scene", counts: dict[str, sp.csr_matrix]) -> sp.csr_matrix:
        blocks = []
        for block in self.blocks:
            view, names = BLOCKS[block]
            matrix = sp.hstack([counts[name] for name in names], format="csr")
            weight = np.concatenate([self.idf_[name] for name in names])[matrix.indices].astype(np.float64)
            row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
            length = np.sqrt(np.bincount(row, matrix.data * weight**2, minlength=matrix.shape[0]))
            scaled = matrix.data * weight / length[row]  # a row with a cell has a length
            blocks.append(
                sp.csr_matrix((scaled, matrix.indices, matrix.indptr), shape=matrix.shape)[scene.places[view]]
            )
        if self.encoder:
            encoded = sp.csr_matrix(encode(self.encoder, scene.texts))
            blocks += [encoded[scene.places[view]] for view in self.vectors.values()]
        return sp.csr_matrix(sp.hstack(blocks, format="csr"))

    def _name_terms(self, texts: Sequence[str]) -> dict[str, str]:
        found: dict[str, list[str]] = {
            name: [""] * len(kept) for name, kept in self.buckets_.items() if name in _NAMERS
        }
        tables = {name: _table(self.buckets_[name]) for name in found}
        for tokens in _in_chunks(texts):
            for name, terms in found.items():
                column = tables[name][VOCABULARIES[name].read(tokens).buckets]
                for i, place in zip(*np.unique(column, return_index=True), strict=True):
                    if i < len(terms) and not terms[i]:
                        terms[i] = _NAMERS[name](tokens, int(place))
        fixed = {"cue": cues.cue_names(), SIGN: SIGNS}
        named = {**found, **{name: names for name, names in fixed.items() if name in self.buckets_}}
        return {name: "\n".join(terms) for name, terms in named.items()}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_tables"}


class Scene(NamedTuple):
    """The distinct texts of some passages, and where each row's views are among them.

    The first ``sentences`` of them are sentences themselves; the others are neighbours only.
    """

    texts: list[str]
    places: dict[str, Array]
    sentences: int

    @property
    def rows(self) -> Array:
        """How many sentences each text is; a text that is a neighbour only counts once."""
        return np.maximum(np.bincount(self.places["text"], minlength=len(self.texts)), 1)


def read_scene(X: Sequence[Any], views: Sequence[str] = ("text", "before", "after")) -> Scene:
    passages = as_passages(X)
    place: dict[str, int] = defaultdict(count().__next__)  # a new text comes last
    rows = {"text": _places(place, passages.column("text"))}
    sentences = len(place)
    rows |= {view: _places(place, passages.column(view)) for view in views if view != "text"}
    rows[PASSAGE] = np.arange(len(passages))
    return Scene(list(place), rows, sentences)


def count_signs(X: Sequence[Any]) -> sp.csr_matrix:
    """Which of `SIGNS` each row has: shape (n_rows, n_signs)."""
    passages = as_passages(X)
    pairs = zip(passages.column("text"), passages.column("before"), strict=True)
    rows = [columns_of_signs(text, before) for text, before in pairs]
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((column for row in rows for column in row), np.int32, starts[-1])
    return sp.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(rows), len(SIGNS)))


def _places(place: Mapping[str, int], texts: Sequence[str]) -> Array:
    """Where each text is among the distinct ones."""
    return np.fromiter(map(place.__getitem__, texts), np.int64, len(texts))


def _in_chunks(texts: Sequence[str]) -> Iterator[Tokens]:
    for begin in range(0, max(len(texts), 1), CHUNK):
        tokens = read_tokens(texts[begin : begin + CHUNK])
        yield tokens._replace(classes=word_classes.read_word_classes(tokens))


def _table(kept: Array) -> Array:
    """The column of each bucket; what has none has their number."""
    table = np.full(BUCKETS + 1, len(kept), dtype=np.int32)
    table[kept] = np.arange(len(kept), dtype=np.int32)
    return table


def _edge_name(tokens: Tokens, place: int) -> str:
    text, column = divmod(place, len(ngrams.EDGES) + 1)
    if column == len(ngrams.EDGES):
        return "empty"
    _, name, offsets = ngrams.EDGES[column]
    begin, end = int(tokens.first[text]), int(tokens.first[text + 1])
    words = [tokens.word((begin if offset >= 0 else end) + offset) for offset in offsets]
    return f"{name}={' '.join(words)}"


#: What a bucket stands for, from where it was found, for the vocabularies that people can read.
_NAMERS: dict[str, Callable[[Tokens, int], str]] = {
    "word": lambda tokens, place: tokens.word(int(tokens.example[place])),
    "pair": lambda tokens, place: f"{tokens.word(place)} {tokens.word(place + 1)}",
    "edge": _edge_name,
}
