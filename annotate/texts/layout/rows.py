"""Lines as they stand on a page, and the paragraphs they were wrapped from."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from annotate.texts.layout.hyphens import Hyphens


class Row(NamedTuple):
    """A line: its words, where it begins and ends, the height of its base line, the size of its letters.

    Units are points on a page of a PDF, characters and lines in a plain text; ``base`` grows upwards.
    ``column`` numbers the columns of all pages in the order of reading.
    """

    text: str
    left: float
    right: float
    base: float
    size: float = 1
    page: int = 1
    column: int = 0
    is_bold: bool = False

    @property
    def character(self) -> float:
        """The mean width of a character."""
        return (self.right - self.left) / max(1, len(self.text))


_COMPLETE = re.compile(r"[.!?…:][\"'“”»«’‘›‹)\]]*\d{0,2}$|[“”»«]$")
_BULLET = re.compile(r"[•◦▪▫‣⁃∙●○■□►▶➤➢✓✔·]\s*\S")
_ITEM = re.compile(r"(?:[•◦▪▫‣⁃∙●○■□►▶➤➢✓✔·]|[-–—*+](?=\s)|\(?\d{1,3}[.)]\s|[a-z]\)\s)\s*\S")
_OTHER_SIZE = 1.12  # of letters, against the line before
_GAP = 1.4  # of the usual distance of two lines
_INDENT = 0.7  # of the size of letters
_HEAD = 2  # lines of a title, before its last
_NARROW = 0.6  # of a column's width: a line that ends there is no full line, whatever follows


class _Column(NamedTuple):
    left: float
    right: float
    leading: float  # the usual distance of two base lines


def paragraphs(
    rows: Sequence[Row],
    *,
    is_alone: Callable[[str], bool] = lambda _: False,
    begins: Callable[[str], bool] = lambda _: False,
) -> list[list[Row]]:
    """The lines in the order of reading, parted where a paragraph ends.

    A paragraph ends before other letters, a wide gap, an indent or the mark of a list, and after a line
    that ends early with a sentence. Neither a column's end nor a page's ends one. ``is_alone`` says what is a
    paragraph by itself whatever stands around it, ``begins`` what begins one.
    """
    columns = _columns(rows)
    found: list[list[Row]] = []
    for before, row in pairwise([None, *rows]):
        if row is None:
            continue
        if before is None or begins(row.text):
            is_apart = True
        elif is_alone(row.text):
            is_apart = not _is_head(found[-1], row, columns)
        else:
            is_apart = is_alone(before.text) or _is_apart(before, row, found[-1], columns)
        if is_apart:
            found.append([row])
        else:
            found[-1].append(row)
    return found


def _is_head(paragraph: Sequence[Row], row: Row, columns: dict[int, _Column]) -> bool:
    """Whether what stands before a line that could be alone is its beginning: full lines, no sentence."""
    last = paragraph[-1]
    return (
        len(paragraph) <= _HEAD
        and not _COMPLETE.search(last.text)
        and not _are_different(last, row)
        and not _is_short(last, row, columns[last.column])
    )


def _columns(rows: Sequence[Row]) -> dict[int, _Column]:
    """The edges of each column; of those that begin at the same place the right edge is one."""
    by_column: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_column[row.column].append(row)
    lefts = {
        column: Counter(round(row.left) for row in own).most_common(1)[0][0]
        for column, own in by_column.items()
    }
    by_left: dict[int, list[Row]] = defaultdict(list)
    for column, own in by_column.items():
        by_left[lefts[column]] += own
    rights = {left: _right_edge(own) for left, own in by_left.items()}
    usual = _leading(rows)
    return {
        column: _Column(lefts[column], rights[lefts[column]], _leading(own) or usual or 1)
        for column, own in by_column.items()
    }


def _right_edge(rows: Sequence[Row]) -> float:
    ends = sorted(row.right for row in rows)
    return ends[max(0, len(ends) * 19 // 20 - 1)] if len(ends) > 20 else ends[-1]


def _leading(rows: Sequence[Row]) -> float | None:
    gaps = [
        a.base - b.base
        for a, b in pairwise(rows)
        if a.column == b.column and a.base > b.base and not _are_different(a, b)
    ]
    return median(gaps) if gaps else None


def _are_different(before: Row, row: Row) -> bool:
    """Whether two lines are of different letters."""
    sizes = sorted((before.size, row.size))
    return sizes[1] > _OTHER_SIZE * sizes[0] or before.is_bold != row.is_bold


def _is_apart(before: Row, row: Row, paragraph: Sequence[Row], columns: dict[int, _Column]) -> bool:
    if _are_different(before, row) or _BULLET.match(row.text):
        return True
    is_item = bool(_ITEM.match(paragraph[0].text))
    # a dash or "3." may stand within a sentence
    if _ITEM.match(row.text) and (is_item or _COMPLETE.search(before.text)):
        return True
    is_open = not _COMPLETE.search(before.text) and row.text[0].islower()
    is_full = not _is_short(before, row, columns[before.column])
    if is_open and is_full:
        return False
    own = columns[row.column]
    if before.column == row.column and before.base - row.base > _GAP * own.leading:
        return True
    if row.left - own.left > _INDENT * row.size and not is_item and _is_flush(before, columns):
        return True
    if is_full:
        return False
    edge = columns[before.column]
    return bool(_COMPLETE.search(before.text)) or (
        before.right < edge.left + _NARROW * (edge.right - edge.left) and not is_open
    )


def _is_flush(row: Row, columns: dict[int, _Column]) -> bool:
    return row.left - columns[row.column].left <= _INDENT * row.size


def _is_short(before: Row, row: Row, column: _Column) -> bool:
    """Whether the first word of the next line would have had a place in this one."""
    word = row.text.split(maxsplit=1)[0]
    width = (len(word) + 1.5) * max(before.character, row.character) * 1.1
    return before.right + width < column.right


class Joined(NamedTuple):
    """A paragraph as one line; ``hyphens`` are the words that a line end had parted: row, was, is."""

    text: str
    hyphens: list[tuple[Row, str, str]]


def joined(paragraph: Sequence[Row], hyphens: Hyphens) -> Joined:
    """The lines of a paragraph as one, hyphens at their ends undone or kept."""
    done: list[str] = []
    line = paragraph[0].text
    found: list[tuple[Row, str, str]] = []
    for before, row in pairwise(paragraph):
        link = hyphens.link(line, row.text)
        if link is None:
            # "1990-" before "(West)" and "und/" stay together, what else ends a line is followed by a space
            is_closed = line.endswith(("-", "/", "\u2011")) and line[-2:-1].isalnum()
            done.append(line if is_closed else f"{line} ")
            line = row.text
            continue
        begin, _, left = line.rpartition(" ")
        right, _, rest = row.text.partition(" ")
        word = f"{left[:-1]}{link}{right}"
        found.append((before, f"{left}\n{right}", word))
        done.append(f"{begin} " if begin else "")
        line = f"{word} {rest}" if rest else word
    return Joined("".join([*done, line]), found)


def rows_of_text(text: str) -> Iterator[Row]:
    """The lines of a plain text as rows; a form feed begins a page."""
    height = 0
    for page, content in enumerate(text.split("\f"), start=1):
        for line in content.split("\n"):
            height -= 1
            if words := line.strip():
                left = len(line) - len(line.lstrip())
                yield Row(words, left, len(line.rstrip()), height, page=page, column=page)


def lines_of_rows(rows: Iterable[Row], is_same: Callable[[Row, Row], bool]) -> list[list[Row]]:
    """Rows that stand beside each other, from the top down."""
    found: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: (-row.base, row.left)):
        if found and is_same(found[-1][0], row):
            found[-1].append(row)
        else:
            found.append([row])
    return [sorted(line, key=lambda row: row.left) for line in found]
