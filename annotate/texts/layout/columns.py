"""The order in which the lines of a page are read: what runs over several columns parts it into bands."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from annotate.texts.layout.rows import Row, lines_of_rows

_LEAST = 3  # lines of a column; the last may have one where nothing runs over what parts it
_WIDTH = 0.15  # of the text's width, at least, has a column
_CROSSING = 0.34  # of the lines, at most, run over what parts two columns
_STEPS = 100  # places at which a page is tried
_SAME_LINE = 0.35  # of the size of letters, at most, between the base lines of one line


def in_reading_order(pieces: Sequence[Row], *, has_columns: bool = True) -> Iterator[list[Row]]:
    """The pieces of lines of a page, column after column, each as the lines in it; a column is a list.

    A piece ends where a wide space follows; pieces of a line that no column parts are put together.
    """
    for column in _columns(list(pieces)) if has_columns else [list(pieces)]:
        if column:
            yield [_one(line, " " if has_columns else "  ") for line in lines_of_rows(column, is_same_line)]


def is_same_line(before: Row, row: Row) -> bool:
    return abs(before.base - row.base) <= _SAME_LINE * max(before.size, row.size)


def _columns(pieces: list[Row]) -> Iterator[list[Row]]:
    gutter = _gutter(pieces)
    if gutter is None:
        yield pieces
        return
    heights = {row.base for row in pieces if _crosses(row, gutter)}
    edges = [float("inf"), *sorted(heights, reverse=True), float("-inf")]
    over: list[Row] = []
    for upper, lower in pairwise(edges):
        over += [row for row in pieces if row.base == upper]
        band = [row for row in pieces if lower < row.base < upper]
        left = [row for row in band if row.right <= gutter]
        right = [row for row in band if row.right > gutter]
        if not (left and right):
            over += band  # a heading's last line, or what stands beside one: no column of its own
            continue
        if over:
            yield over
            over = []
        yield from _columns(left)
        yield from _columns(right)
    if over:
        yield over


def _crosses(row: Row, gutter: float) -> bool:
    return row.left < gutter < row.right


def _gutter(pieces: Sequence[Row]) -> float | None:
    """Where two columns part: few lines run over it, and many stand on both sides, beside each other."""
    if len(pieces) <= _LEAST:
        return None
    start, end = min(row.left for row in pieces), max(row.right for row in pieces)
    width = end - start
    places = [start + width * step / _STEPS for step in range(1, _STEPS)]
    crossing = {
        place: count
        for place in places
        if _parts(pieces, place, width, count := sum(_crosses(row, place) for row in pieces))
    }
    lowest = min(crossing.values(), default=len(pieces))
    if lowest > _CROSSING * len(pieces):
        return None
    first = places.index(next(place for place, count in crossing.items() if count == lowest))
    run = list(takewhile(lambda place: crossing.get(place) == lowest, places[first:]))
    return run[len(run) // 2]


def _parts(pieces: Sequence[Row], place: float, width: float, crossing: int) -> bool:
    left = [row for row in pieces if row.right <= place]
    right = [row for row in pieces if row.left >= place]
    fewer, more = sorted((len(left), len(right)))
    if not fewer or more < _LEAST or (crossing and fewer < _LEAST):
        return False
    if any(
        max(row.right for row in side) - min(row.left for row in side) < _WIDTH * width
        for side in (left, right)
    ):
        return False
    beside = min(max(r.base for r in left), max(r.base for r in right)) - max(
        min(r.base for r in left), min(r.base for r in right)
    )
    return beside >= 0


def _one(pieces: Sequence[Row], link: str) -> Row:
    first = pieces[0]
    if len(pieces) == 1:
        return first
    size = max(pieces, key=lambda row: len(row.text)).size
    return first._replace(
        text=link.join(row.text for row in pieces),
        right=max(row.right for row in pieces),
        size=size,
        is_bold=all(row.is_bold for row in pieces),
    )
