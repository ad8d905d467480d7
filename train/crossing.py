"""Tokens made of two parts, such as a target and a word: counted without being written out.

A sentence's items are the same for all its targets, and what stands beside them is one of few sides:
so a table of sides and items finds the columns of many pairs at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

Array = Any


class Items:
    """What one or more sides are put before, with the sign between: ``side|item``."""

    __slots__ = ("_written", "joint", "names")

    def __init__(self, names: list[str], joint: str) -> None:
        self.names, self.joint = names, joint
        self._written: dict[str, list[str]] = {}

    def beside(self, side: str) -> list[str]:
        """The tokens of a side, written out; once for all that ask."""
        if side not in self._written:
            self._written[side] = [f"{side}{self.joint}{name}" for name in self.names]
        return self._written[side]


class Crossed:
    """Plain tokens, and each side with each item; iterates over all of them as strings."""

    __slots__ = ("items", "plain", "sides")

    def __init__(self, plain: list[str], sides: tuple[str, ...], items: Items) -> None:
        self.plain, self.sides, self.items = plain, sides, items

    def __iter__(self) -> Iterator[str]:
        yield from self.plain
        for side in self.sides:
            yield from self.items.beside(side)


class CrossTable:
    """The columns of the tokens of two parts in a vocabulary.

    Parameters
    ----------
    vocabulary
        The column of each token.
    joint
        The sign between the parts; none stands in a side.
    """

    def __init__(self, vocabulary: Mapping[str, int], joint: str) -> None:
        parts = [(term.split(joint, 1), column) for term, column in vocabulary.items() if joint in term]
        self._sides = _numbered(side for (side, _), _ in parts)
        self._items = _numbered(item for (_, item), _ in parts)
        # the last row and the last column are for what is not known
        self._columns = np.full((len(self._sides) + 1, len(self._items) + 1), -1, dtype=np.int32)
        for (side, item), column in parts:
            self._columns[self._sides[side], self._items[item]] = column

    def find(self, rows: Sequence[Crossed]) -> tuple[Array, Array]:
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
