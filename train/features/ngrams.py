"""From tokens to the buckets of what is counted, for all texts at once.

A bucket is a hash of so many bits. Each function gives, owner by owner (a distinct token, or a text),
the buckets of what occurs there; `BUCKETS` stands for "nothing here". A text's words and pairs of
words count once, however often they recur: beside counts and their logarithms that was measured to
serve best.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from train.arrays import Array
from train.features.tokens import BASE, Tokens, stir

BITS = 20
BUCKETS = 1 << BITS
_TOP = np.uint64(64 - BITS)
#: Of keys of 32 bits.
BASE32, STIR32 = 0x9E3779B1, 0x85EBCA6B
_BASE32, _STIR32, _BASE64 = np.uint32(BASE32), np.uint32(STIR32), np.uint64(BASE)
#: Lengths of character n-grams, the space at the ends of a word included.
SIZES = (2, 3, 4, 5)
#: The longest run of word classes.
LONGEST_SHAPE = 4


class Edge(NamedTuple):
    """What stands at a text's ends: places from the beginning or (below zero) from the end."""

    seed: int
    name: str
    offsets: tuple[int, ...]

    @property
    def least(self) -> int:
        """The tokens a text must have."""
        return max(offset + 1 if offset >= 0 else -offset for offset in self.offsets)


#: Those of most tokens first.
EDGES = (
    Edge(8, "begin3", (0, 1, 2)),
    Edge(7, "begin", (0, 1)),
    Edge(9, "end", (-2, -1)),
    Edge(1, "first", (0,)),
    Edge(2, "second", (1,)),
    Edge(3, "third", (2,)),
    Edge(4, "last", (-1,)),
    Edge(5, "last2", (-2,)),
    Edge(6, "last3", (-3,)),
)
_EDGE_SEEDS = np.array([edge.seed for edge in EDGES], dtype=np.uint64)
_EDGE_LEAST = np.array([edge.least for edge in EDGES])
#: A token at a time, for the edges that have so many: from which end it is counted, and its place.
_EDGE_STEPS = [
    (
        np.array([int(edge.offsets[step] < 0) for edge in EDGES if step < len(edge.offsets)]),
        np.array([edge.offsets[step] for edge in EDGES if step < len(edge.offsets)]),
    )
    for step in range(max(len(edge.offsets) for edge in EDGES))
]


class Grams(NamedTuple):
    """Buckets, those of owner i from ``starts[i]`` to ``starts[i + 1]``."""

    starts: Array
    buckets: Array

    def columns(self, table: Array) -> sp.csr_matrix:
        """How often each owner has each column; what has none is left out.

        Parameters
        ----------
        table : int32 ndarray of shape (BUCKETS + 1,)
            The column of each bucket, the number of columns where it has none.
        """
        width = int(table[BUCKETS])
        found = table.take(self.buckets, mode="clip")  # none is outside: this way it is not asked
        is_kept = found < width
        return ones(_starts_among(is_kept, self.starts), found.compress(is_kept), width)

    def sums(self, table: Array, weights: Array) -> Array:
        """For each owner the rows of ``weights`` that belong to its columns, added up.

        Parameters
        ----------
        table : int32 ndarray of shape (BUCKETS + 1,)
            As for `columns`.
        weights : float32 ndarray of shape (n_columns + 1, n)
            The last row is of what has no column.
        """
        return np.asarray(ones(self.starts, table.take(self.buckets, mode="clip"), len(weights)) @ weights)


def ones(starts: Array, columns: Array, width: int) -> sp.csr_matrix:
    """A sparse matrix of ones; a column that recurs in a row counts each time."""
    data = np.ones(len(columns), dtype=np.float32)
    return sp.csr_matrix((data, columns, starts), shape=(len(starts) - 1, width))


def incidence(tokens: Tokens) -> sp.csr_matrix:
    """Which distinct tokens each text has, whatever their case: shape (n_texts, n_distinct)."""
    is_new = tokens.earlier < 0
    starts = _starts_among(is_new, tokens.first)
    return ones(starts, tokens.number.compress(is_new), len(tokens.example))


def _starts_among(is_kept: Array, starts: Array) -> Array:
    """Where owners begin once only what is kept is left."""
    before = np.zeros(len(is_kept) + 1, dtype=np.int32)
    np.cumsum(is_kept, dtype=np.int32, out=before[1:])
    return before[starts]


def words(tokens: Tokens) -> Grams:
    """The bucket of each distinct token, in lower case."""
    count = len(tokens.example)
    return Grams(np.arange(count + 1), _bucket(tokens.key[tokens.example]))


def word_pairs(tokens: Tokens) -> Grams:
    """The buckets of each token with the next of its text, each pair once."""
    key = tokens.key
    pair = np.zeros_like(key)
    pair[:-1] = stir(key[:-1] * _BASE64 + key[1:])
    found = _bucket(pair)
    found[_second_pairs(tokens)] = BUCKETS
    last = tokens.first[1:][tokens.first[1:] > tokens.first[:-1]] - 1
    found[last] = BUCKETS
    return Grams(tokens.first, found)


def _second_pairs(tokens: Tokens) -> Array:
    """The places of tokens that the text has before with the same token behind them."""
    key, earlier = tokens.key, tokens.earlier
    at = np.flatnonzero((earlier[:-1] >= 0) & (earlier[1:] >= 0))
    found, before = [at[:0]], earlier[at]
    while len(at):
        is_same = key[before + 1] == key[at + 1]
        found.append(at[is_same])
        before = earlier[before]
        is_open = ~is_same & (before >= 0)
        at, before = at[is_open], before[is_open]
    return np.concatenate(found)


def characters(tokens: Tokens) -> Grams:
    """The n-grams of each distinct word with a space before and after; marks have none."""
    length = np.where(tokens.is_mark, -1, tokens.length)
    place = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(length + 1, out=place[1:])
    total = int(place[-1])
    chars: Array = np.full(total + 1, ord(" "), dtype=np.uint32)
    inside = np.ones(total + 1, dtype=bool)
    inside[place] = False
    shift = tokens.start[tokens.example] - place[:-1] - 1
    at = np.flatnonzero(inside)
    is_word = ~tokens.is_mark
    chars[at] = tokens.chars[at + np.repeat(shift[is_word], length[is_word])]
    chars = np.concatenate([chars, np.zeros(max(SIZES), dtype=np.uint32)])
    grams = np.empty((total, len(SIZES)), dtype=np.uint32)
    gram: Array = chars[:total]
    for column, size in enumerate(SIZES):
        gram = gram * _BASE32 + chars[size - 1 : size - 1 + total]
        grams[:, column] = gram
    return Grams(place * len(SIZES), _within(_bucket32(grams), place[1:][is_word]))


def shape_runs(tokens: Tokens, shapes: Array) -> Grams:
    """Runs of one to four word classes, with a text's two ends as classes of their own.

    Parameters
    ----------
    shapes : uint32 ndarray of shape (n_distinct,)
        A key of each distinct token's class.
    """
    texts = len(tokens.first) - 1
    begin = tokens.first + 2 * np.arange(texts + 1)
    total = int(begin[-1])
    row = np.zeros(total + LONGEST_SHAPE, dtype=np.uint32)
    is_token = np.ones(total, dtype=bool)
    is_token[begin[:-1]] = is_token[begin[1:] - 1] = False
    row[:total][is_token] = shapes[tokens.number]
    row[begin[:-1]], row[begin[1:] - 1] = 1, 2
    runs = np.empty((total, LONGEST_SHAPE), dtype=np.uint32)
    run: Array = np.zeros(total, dtype=np.uint32)
    for column in range(LONGEST_SHAPE):
        run = run * _BASE32 + row[column : column + total] + np.uint32(column)
        runs[:, column] = run
    return Grams(begin * LONGEST_SHAPE, _within(_bucket32(runs), begin[1:]))


def _within(buckets: Array, ends: Array) -> Array:
    """The buckets without those of runs that reach beyond their row's end.

    Parameters
    ----------
    buckets : ndarray of shape (n_places, n_sizes)
        Of runs that begin at each place, the shortest first: one place, two at a row's end in words.
    ends : int ndarray
        Where each row ends; a row has two places or more.
    """
    for back in range(1, buckets.shape[1]):
        buckets[ends - back, back:] = BUCKETS  # in a shorter row it meets one that was cut already
    return buckets.ravel()


def edges(tokens: Tokens) -> Grams:
    """What stands at the ends of each text, in the order of `EDGES`; an empty text has a bucket too."""
    sides, size = np.column_stack([tokens.first[:-1], tokens.first[1:]]), np.diff(tokens.first)
    keys = np.append(tokens.key, np.uint64(0))
    key = np.repeat(_EDGE_SEEDS[None], len(size), axis=0)
    for side, offset in _EDGE_STEPS:  # a place outside the text may be read: it is left out below
        part = key[:, : len(side)]
        part[:] = stir(part * _BASE64 + keys.take(sides[:, side] + offset, mode="clip"))
    found = np.full((len(size), len(EDGES) + 1), BUCKETS, dtype=np.int64)
    found[:, :-1] = np.where(size[:, None] >= _EDGE_LEAST, _bucket(key), BUCKETS)
    found[size == 0, len(EDGES)] = 0
    return Grams(np.arange(len(size) + 1) * found.shape[1], found.ravel())


def _bucket(key: Array) -> Array:
    return (key >> _TOP).astype(np.int64)


def _bucket32(key: Array) -> Array:
    key = (key ^ (key >> np.uint32(15))) * _STIR32
    bucket: Array = (key ^ (key >> np.uint32(13))) * _BASE32 >> np.uint32(32 - BITS)
    return bucket
