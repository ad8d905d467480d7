"""Weighted counts of tokens that need names: those of targets and topics."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from train.arrays import Array, Floats, Ints

#: Rows a token must occur in to be kept.
MIN_ROWS = 2


class TokenLists(NamedTuple):
    """Lists of tokens that rows share: ``of`` is the place of each row's list."""

    lists: Sequence[Sequence[str]]
    of: Ints


class Cross(NamedTuple):
    """Each side of a row with each of its items, written ``side|item`` with the separator between.

    No side and no item stands twice in a row.
    """

    sides: TokenLists
    items: TokenLists
    separator: str


class TokenTable(NamedTuple):
    """The tokens of some rows, in lists that are made once for all rows that have them.

    No token stands in two lists of a row.
    """

    lists: Sequence[TokenLists]
    cross: Cross | None = None

    def tokens(self, places: Iterable[int]) -> Iterator[list[str]]:
        """The tokens of rows, written out."""
        for place in places:
            row = [token for shared in self.lists for token in shared.lists[shared.of[place]]]
            if self.cross:
                sides, items, separator = self.cross
                row += [
                    f"{side}{separator}{item}"
                    for side in sides.lists[sides.of[place]]
                    for item in items.lists[items.of[place]]
                ]
            yield row

    @property
    def size(self) -> int:
        """The number of rows."""
        return len((self.cross.sides if self.cross else self.lists[0]).of)


def one_list_each(rows: Sequence[Sequence[str]]) -> TokenTable:
    """The tokens of rows that share none of their lists."""
    return TokenTable([TokenLists(rows, np.arange(len(rows)))])


class CrossIndex:
    """The columns of the tokens of two parts in a vocabulary.

    Parameters
    ----------
    vocabulary
        The column of each token.
    separator
        The character between the parts; none stands in a side.

    Attributes
    ----------
    sides, items
        The place of each part.
    columns : int32 ndarray of shape (n_sides + 1, n_items + 1)
        -1 for what is not known; the last row and the last column are.
    """

    def __init__(self, vocabulary: Mapping[str, int], separator: str) -> None:
        parts = [
            (term.split(separator, 1), column) for term, column in vocabulary.items() if separator in term
        ]
        self.sides = _numbered(side for (side, _), _ in parts)
        self.items = _numbered(item for (_, item), _ in parts)
        self.columns = np.full((len(self.sides) + 1, len(self.items) + 1), -1, dtype=np.int32)
        for (side, item), column in parts:
            self.columns[self.sides[side], self.items[item]] = column


class TokenCounts:
    """Rows of weighted counts of tokens, each row of length one.

    Unlike scikit-learn's vectorisers it keeps its vocabulary as one string, which a model file
    holds in one piece instead of a node a term.

    Parameters
    ----------
    idf
        Whether rare tokens weigh more (smooth inverse document frequency, as scikit-learn).

    Attributes
    ----------
    terms_ : str
        The vocabulary in order, separated by line feeds.
    idf_ : ndarray of shape (n_terms,)
    """

    # made from the vocabulary when they are first needed
    _held: dict[str, int] | None = None
    _index: CrossIndex | None = None

    def __init__(self, *, idf: bool = True) -> None:
        self.idf = idf

    def fit_transform(self, table: TokenTable) -> sp.csr_matrix:
        terms = sorted(set(chain.from_iterable(table.tokens(range(table.size)))))
        self._keep(terms, np.ones(len(terms)))
        counts = self.count(table).counts(np.arange(table.size))
        frequency = np.bincount(counts.indices, minlength=len(terms))
        kept = np.flatnonzero(frequency >= MIN_ROWS)
        rarity = np.log((1 + table.size) / (1 + frequency[kept])) + 1
        self._keep([terms[i] for i in kept], rarity if self.idf else np.ones_like(rarity))
        return self.weigh(counts[:, kept])

    def transform(self, table: TokenTable) -> sp.csr_matrix:
        return self.count(table).matrix(np.arange(table.size))

    def count(self, table: TokenTable) -> "Counted":
        """What is known of each list of tokens, found once."""
        return Counted(self, table)

    def terms(self) -> list[str]:
        """The vocabulary in order."""
        return self.terms_.split("\n") if self.terms_ else []

    def vocabulary(self) -> dict[str, int]:
        """The column of each term."""
        if self._held is None:
            self._held = {term: i for i, term in enumerate(self.terms())}
        return self._held

    def index(self, separator: str) -> CrossIndex:
        if self._index is None:
            self._index = CrossIndex(self.vocabulary(), separator)
        return self._index

    def _keep(self, terms: Sequence[str], idf: Floats) -> None:
        self.terms_ = "\n".join(terms)
        self.idf_ = idf
        self._held = self._index = None

    def weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """The counts as weights, each row brought to length one."""
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        values = (1 + np.log(counts.data)) * self.idf_[counts.indices]
        length = np.sqrt(np.bincount(row, values**2, minlength=counts.shape[0]))
        parts = (values / length[row], counts.indices, counts.indptr)
        return sp.csr_matrix(parts, shape=counts.shape)


class Counted:
    """The known tokens of a table: of some rows as a matrix, of all as sums of weights.

    A sum is added up from those of the lists a row has, so that no list is looked at twice.
    """

    def __init__(self, block: TokenCounts, table: TokenTable) -> None:
        self._block, self._table = block, table
        find, width = block.vocabulary(), len(block.idf_)
        self._lists = [(count_tokens(shared.lists, find, width), shared.of) for shared in table.lists]
        if table.cross:
            self._index = block.index(table.cross.separator)
            self._sides = _padded(table.cross.sides.lists, self._index.sides)
            self._items = count_tokens(table.cross.items.lists, self._index.items, len(self._index.items) + 1)

    @property
    def width(self) -> int:
        """The number of terms."""
        return len(self._block.idf_)

    def counts(self, rows: Ints) -> sp.csr_matrix:
        """How often some rows have each term."""
        found = sp.csr_matrix((len(rows), len(self._block.idf_)))
        for counts, of in self._lists:
            found = found + counts[of[rows]]
        return found + self._crossed(rows) if self._table.cross else found

    def matrix(self, rows: Ints) -> sp.csr_matrix:
        """The weighted counts of some rows: shape (n_rows, n_terms)."""
        return self._block.weigh(self.counts(rows))

    def sums(self, weights: Floats) -> Floats:
        """The product of the matrix of all rows with weights of shape (n_terms, n), without making it."""
        idf = self._block.idf_
        # the last row is of what is not known, the last column adds up to the square of a row's length
        table = np.zeros((len(idf) + 1, weights.shape[1] + 1))
        total = np.zeros((self._table.size, table.shape[1]))
        for counts, of in self._lists:
            values = 1 + np.log(counts.data)
            parts = (values, counts.indices, counts.indptr)
            squares = (values**2, counts.indices, counts.indptr)
            said = sp.csr_matrix(parts, counts.shape) @ (weights * idf[:, None])
            length = sp.csr_matrix(squares, counts.shape) @ idf**2
            total += np.column_stack([said, length])[of]
        if self._table.cross:
            table[:-1, :-1], table[:-1, -1] = weights * idf[:, None], idf**2
            of_items = np.ascontiguousarray(table[self._index.columns.T])  # items, sides, scores
            said = (self._items @ of_items.reshape(len(of_items), -1)).reshape(-1, *of_items.shape[1:])
            sides, items = self._table.cross.sides, self._table.cross.items
            for side in self._sides.T:
                total += said[items.of, side[sides.of]]
        length = np.sqrt(total[:, -1:])
        length[length == 0] = 1.0
        found: Floats = total[:, :-1] / length
        return found

    def _crossed(self, rows: Ints) -> sp.csr_matrix:
        assert self._table.cross
        sides, items = self._sides[self._table.cross.sides.of[rows]], self._table.cross.items.of[rows]
        begin, size = self._items.indptr[items], np.diff(self._items.indptr)[items]
        # each item of a row, with each of its sides
        owner = np.repeat(np.arange(len(rows)), size)
        at = np.arange(len(owner)) + np.repeat(begin - np.cumsum(size) + size, size)
        columns = self._index.columns[sides[owner], self._items.indices[at][:, None]]
        is_known = columns >= 0
        row = np.broadcast_to(owner[:, None], columns.shape)[is_known]
        shape = (len(rows), len(self._block.idf_))
        return sp.csr_matrix((np.ones(len(row)), (row, columns[is_known])), shape=shape)


def count_tokens(lists: Sequence[Iterable[str]], find: Mapping[str, int], width: int) -> sp.csr_matrix:
    """How often each list has each known token: shape (n_lists, width)."""
    columns, starts = array("q"), array("q", [0])
    for tokens in lists:
        columns.extend(map(find.get, tokens, repeat(-1)))
        starts.append(len(columns))
    found = np.frombuffer(columns, np.int64)
    known = found >= 0
    begins = np.concatenate([[0], np.cumsum(known)])[np.frombuffer(starts, np.int64)]
    counts = sp.csr_matrix((np.ones(begins[-1]), found[known], begins), shape=(len(lists), width))
    counts.sum_duplicates()
    return counts


def _padded(lists: Sequence[Sequence[str]], places: Mapping[str, int]) -> Array:
    """The place of each side of each list; behind the last known one that of none."""
    nothing = len(places)
    found = np.full((len(lists), max(map(len, lists), default=0)), nothing)
    for row, sides in zip(found, lists, strict=True):
        row[: len(sides)] = [places.get(side, nothing) for side in sides]
    return found


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(dict.fromkeys(names))}
