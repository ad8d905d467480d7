"""The layout of a text: typed blocks with offsets, found without touching a character.

A block is a line, or the lines of a paragraph where a file wraps its lines; list marks and white
space lie outside it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from annotate.texts.lines import is_credit
from annotate.texts.sources import Line, lines_of
from schemas.records import Block, BlockKind

_BULLET = re.compile(r"\s*(?:[•◦▪▫‣⁃∙●○■□►▶➤➢✓✔]|[-–—*+·](?=\s))\s*")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_URL = re.compile(r"<?(?:https?://|www\.)\S+>?")
_ENDS = re.compile(r"[.!?…:][\"'“”»«’‘›‹)\]]*$|[“”»«]$")
_HEADING = 70  # characters; a line of at most this many without a stop may be a heading


def find_blocks(
    text: str,
    *,
    title: Line | None = None,
    layout: str = "text",
    kinds: Mapping[str, BlockKind] | None = None,
) -> list[Block]:
    """The blocks of a text in their order.

    Parameters
    ----------
    title
        Where the title line stands, if there is one.
    layout
        ``paragraphs``: what stands between blank lines is a block. ``text``: a line is, unless the
        lines look wrapped.
    kinds
        Of lines that are known, by what they say.
    """
    lines = lines_of(text)
    blocks: list[Block] = []
    if title is not None:
        blocks.append(Block(kind="title", start=title.start, end=title.end))
        lines = [line for line in lines if line.start >= title.end]
    known = kinds or {}
    if layout == "paragraphs" or is_wrapped_text(text):
        lines = _joined(text, lines, known)
    for kind, start, end in _typed(text, lines, known):
        continues = kind in ("paragraph", "list_item") and _continues(text, blocks, kind, start)
        blocks.append(Block(kind=kind, start=start, end=end, continues=continues))
    return blocks


def with_kinds(text: str, blocks: Sequence[Block], kinds: Mapping[int, BlockKind]) -> list[Block]:
    """The blocks, some with other kinds: whether one goes on with the one before it is found anew."""
    changed: list[Block] = []
    for n, block in enumerate(blocks):
        kind = kinds.get(n, block.kind)
        continues = kind in ("paragraph", "list_item") and _continues(text, changed, kind, block.start)
        changed.append(replace(block, kind=kind, continues=continues))
    return changed


def whole_block(text: str) -> Block:
    """The text as one block that is not split."""
    start = len(text) - len(text.lstrip())
    return Block(kind="paragraph", start=start, end=max(start, len(text.rstrip())), whole=True)


def is_wrapped_text(text: str) -> bool:
    """Whether the lines of a text are wrapped at a width: no next word would have fitted.

    A line break before a word short enough for the line before it speaks for one paragraph a
    line, and so do lines that end as sentences do.
    """
    rows = [row.rstrip() for row in text.splitlines()]
    width = max(map(len, rows), default=0)
    if not 40 <= width <= 120:
        return False
    breaks = [
        (row, following)
        for row, following in pairwise(rows)
        if row and following.strip() and not _BULLET.match(following)
    ]
    full = sum(len(row) + 1 + len(following.split()[0]) > width for row, following in breaks)
    open_ended = sum(not _is_complete(row) for row, _ in breaks)
    return len(breaks) >= 3 and full >= 0.9 * len(breaks) and 3 * open_ended >= len(breaks)


def _joined(text: str, lines: list[Line], known: Mapping[str, BlockKind]) -> list[Line]:
    """The lines of each paragraph as one unit; a list mark begins a new one, a known line is one."""
    units: list[Line] = []
    is_alone = True
    for line in lines:
        gap = text[units[-1].end : line.start] if units else "\n\n"
        was_alone, is_alone = is_alone, text[line.start : line.end] in known
        is_apart = was_alone or is_alone or gap.replace("\r\n", "\n").count("\n") > 1
        if is_apart or _begins_item(text, units[-1], line):
            units.append(line)
        else:
            units[-1] = Line(units[-1].start, line.end)
    return units


def _begins_item(text: str, before: Line, line: Line) -> bool:
    """Whether a line in a wrapped paragraph begins a list item, and not a dash in a sentence."""
    if not _BULLET.match(text, line.start, line.end):
        return bool(_NUMBER.match(text, line.start, line.end)) and _is_complete(
            text[before.start : before.end]
        )
    is_item = bool(_BULLET.match(text, before.start, before.end))
    return is_item or text[line.start] not in "-–—" or _is_complete(text[before.start : before.end])


def _typed(
    text: str, units: list[Line], known: Mapping[str, BlockKind]
) -> Iterator[tuple[BlockKind, int, int]]:
    numbers = [_number(text, unit) for unit in units]
    for n, (start, end) in enumerate(units):
        if kind := known.get(text[start:end]):
            yield kind, start, end
        elif _URL.fullmatch(text, start, end):
            yield "url", start, end
        elif is_credit(text[start:end]):
            yield "caption", start, end
        elif (mark := _BULLET.match(text, start, end)) and mark.end() < end:
            yield "list_item", mark.end(), end
        elif _is_counted(numbers, n):
            yield "list_item", _NUMBER.match(text, start, end).end(), end  # type: ignore[union-attr]
        else:
            yield "paragraph", start, end


def _number(text: str, unit: Line) -> int | None:
    match = _NUMBER.match(text, unit.start, unit.end)
    return int(match.group(1)) if match else None


def _is_counted(numbers: list[int | None], n: int) -> bool:
    """Whether a number at the start of a block counts items: its neighbour counts on."""
    number = numbers[n]
    if number is None:
        return False
    before = numbers[n - 1] if n else None
    after = numbers[n + 1] if n + 1 < len(numbers) else None
    return before == number - 1 or after == number + 1


def _is_complete(block: str) -> bool:
    return _ENDS.search(block[-12:].rstrip()) is not None


def _continues(text: str, before: list[Block], kind: BlockKind, start: int) -> bool:
    """Whether a block goes on with the sentence of the one before it.

    It does where it starts lower case, or where the one before is not complete. A short line
    that ends with a word, before a paragraph that starts with a capital, is taken for a heading.
    """
    previous = next((block for block in reversed(before) if block.kind in ("paragraph", "list_item")), None)
    if previous is None:
        return False
    first = next((char for char in text[start : start + 12] if char.isalnum()), "")
    if first.islower():
        return True
    piece = text[previous.start : previous.end]
    if _is_complete(piece):
        return False
    is_heading = (
        previous.kind == "paragraph" and len(piece) <= _HEADING and (piece[-1].isalnum() or piece[-1] in ")%")
    )
    return kind == "list_item" or not is_heading
