"""Weighted counts of tokens that need names: those of targets and topics."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from train.arrays import Array
from train.features.analyzers import ANALYZERS


class CrossItems:
    """What one or more sides are put before, with the separator between: ``side|item``."""

    __slots__ = ("_written", "names", "separator")

    def __init__(self, names: list[str], separator: str) -> None:
        self.names, self.separator = names, separator
        self._written: dict[str, list[str]] = {}

    def beside(self, side: str) -> list[str]:
        """The tokens of a side, written out; once for all that ask."""
        if side not in self._written:
            self._written[side] = [f"{side}{self.separator}{name}" for name in self.names]
        return self._written[side]


class FeatureCross:
    """Plain tokens, and each side with each item; iterates over all of them as strings."""

    __slots__ = ("items", "plain", "sides")

    def __init__(self, plain: list[str], sides: tuple[str, ...], items: CrossItems) -> None:
        self.plain, self.sides, self.items = plain, sides, items

    def __iter__(self) -> Iterator[str]:
        yield from self.plain
        for side in self.sides:
            yield from self.items.beside(side)


class CrossIndex:
    """The columns of the tokens of two parts in a vocabulary.

    Parameters
    ----------
    vocabulary
        The column of each token.
    separator
        The character between the parts; none stands in a side.
    """

    def __init__(self, vocabulary: Mapping[str, int], separator: str) -> None:
        parts = [
            (term.split(separator, 1), column) for term, column in vocabulary.items() if separator in term
        ]
        self._sides = _numbered(side for (side, _), _ in parts)
        self._items = _numbered(item for (_, item), _ in parts)
        # the last row and the last column are for what is not known
        self._columns = np.full((len(self._sides) + 1, len(self._items) + 1), -1, dtype=np.int32)
        for (side, item), column in parts:
            self._columns[self._sides[side], self._items[item]] = column

    def find(self, rows: Sequence[FeatureCross]) -> tuple[Array, Array]:
        """The row and the column of each known token of two parts."""
        places: dict[int, int] = {}
        sentence, item, starts = [], [], [0]
        for row in rows:
            if id(row.items) not in places:
                places[id(row.items)] = len(places)
                item += [self._items.get(name, -1) for name in row.items.names]
                starts.append(len(item))
            sentence.append(places[id(row.items)])
        side = [self._sides.get(name, -1) for row in rows for name in row.sides]
        owner = np.repeat(np.arange(len(rows)), [len(row.sides) for row in rows])
        begin, size = np.array(starts[:-1], dtype=np.int64), np.diff(starts)
        of = np.array(sentence, dtype=np.int64)[owner]
        # each side of a pair, as often as its sentence has items
        repeated = np.repeat(np.arange(len(of)), size[of])
        first = np.cumsum(size[of]) - size[of]
        at = np.arange(len(repeated)) - np.repeat(first - begin[of], size[of])
        column = self._columns[np.array(side, dtype=np.int64)[repeated], np.array(item, dtype=np.int64)[at]]
        is_known = column >= 0
        return owner[repeated][is_known], column[is_known]


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(dict.fromkeys(names))}


class TokenCounts:
    """Rows of weighted counts of the tokens an analyzer finds, each row of length ``weight``.

    Unlike scikit-learn's vectorisers it keeps its vocabulary as one string, which a model file
    holds in one piece instead of a node a term.

    Parameters
    ----------
    analyzer
        A name of `train.features.analyzers.ANALYZERS`.
    view
        The field of a passage, or of a pair of passage and target, that is read; a plain string
        is read as it is. Where it holds a `FeatureCross`, all rows do, with one separator between the
        parts; what is fitted then finds their columns without writing them out.
    min_df
        Rows a token must occur in to be kept.
    idf
        Whether rare tokens weigh more (smooth inverse document frequency, as scikit-learn).
    weight
        The Euclidean length of a row, which sets the block's say beside others.

    Attributes
    ----------
    terms_ : str
        The vocabulary in order, separated by line feeds.
    idf_ : ndarray of shape (n_terms,)
    """

    # made from the vocabulary when they are first needed
    _held: dict[str, int] | None = None
    _table: CrossIndex | None = None

    def __init__(
        self,
        analyzer: str = "words",
        *,
        view: str = "text",
        min_df: int = 2,
        idf: bool = True,
        weight: float = 1.0,
    ) -> None:
        self.analyzer = analyzer
        self.view = view
        self.min_df = min_df
        self.idf = idf
        self.weight = weight

    def fit(self, X: Sequence[Any], y: object = None) -> Self:
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Sequence[Any], y: object = None) -> Any:
        vocabulary: dict[str, int] = defaultdict(lambda: len(vocabulary))
        counts = self._count(X, lambda row: map(vocabulary.__getitem__, row))
        frequency = np.bincount(counts.indices, minlength=len(vocabulary))
        terms = sorted(term for term, column in vocabulary.items() if frequency[column] >= self.min_df)
        kept = np.array([vocabulary[term] for term in terms], dtype=np.int64)
        self.terms_ = "\n".join(terms)
        self._held = self._table = None
        rarity = np.log((1 + len(X)) / (1 + frequency[kept])) + 1
        self.idf_: Any = rarity if self.idf else np.ones_like(rarity)
        return self._weigh(counts[:, kept])

    def transform(self, X: Sequence[Any]) -> Any:
        find = self._vocabulary().get
        is_crossed = len(X) > 0 and isinstance(self._analyze(X[0]), FeatureCross)
        counts = self._count(X, lambda row: map(find, row.plain if is_crossed else row, repeat(-1)))
        counts.resize(len(X), len(self.idf_))
        return self._weigh(counts + self._count_crossed(X) if is_crossed else counts)

    def get_feature_names_out(self, input_features: object = None) -> Any:
        return np.array(self.terms_.split("\n") if self.terms_ else [], dtype=object)

    def _vocabulary(self) -> dict[str, int]:
        if self._held is None:
            self._held = {term: i for i, term in enumerate(self.get_feature_names_out())}
        return self._held

    def _count_crossed(self, X: Sequence[Any]) -> sp.csr_matrix:
        rows = [self._analyze(x) for x in X]
        if self._table is None:
            self._table = CrossIndex(self._vocabulary(), rows[0].items.separator)
        owner, column = self._table.find(rows)
        return sp.csr_matrix((np.ones(len(owner)), (owner, column)), shape=(len(X), len(self.idf_)))

    def _count(self, X: Sequence[Any], find: Callable[[Any], Iterable[int]]) -> sp.csr_matrix:
        """How often each row has each token; ``find`` gives the tokens' columns, -1 for unknown ones."""
        columns, starts = array("q"), array("q", [0])
        for x in X:
            columns.extend(find(self._analyze(x)))
            starts.append(len(columns))
        tokens = np.frombuffer(columns, np.int64)
        known = tokens >= 0
        begins = np.concatenate([[0], np.cumsum(known)])[np.frombuffer(starts, np.int64)]
        width = int(tokens.max(initial=-1)) + 1
        counts = sp.csr_matrix((np.ones(begins[-1]), tokens[known], begins), shape=(len(starts) - 1, width))
        counts.sum_duplicates()
        return counts

    def _analyze(self, passage: Any) -> Any:
        is_bare = isinstance(passage, str | list | FeatureCross)
        return ANALYZERS[self.analyzer](passage if is_bare else getattr(passage, self.view))

    def _weigh(self, counts: Any) -> Any:
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        values = (1 + np.log(counts.data)) * self.idf_[counts.indices]
        length = np.sqrt(np.bincount(row, values**2, minlength=counts.shape[0]))
        parts = (values / length[row] * self.weight, counts.indices, counts.indptr)
        return sp.csr_matrix(parts, shape=counts.shape)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_held", "_table")}
