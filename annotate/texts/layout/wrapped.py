"""Plain text that comes from a page: wrapped lines, words parted at their ends, form feeds."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from annotate.texts.layout.hyphens import Hyphens
from annotate.texts.layout.mends import Mend
from annotate.texts.layout.rows import Row, joined, paragraphs, rows_of_text
from annotate.texts.layout.running_lines import EdgeLine, running_lines

_LEAST = 4  # lines
_WIDTHS = (25, 130)  # characters of a line
_LONGEST = 1.4  # of the usual width: a longer line was not wrapped
_PARTED = re.compile(r"[^\W\d_][-\u00ad\u2010¬]$")
_COMPLETE = re.compile(r"[.!?…:][\"'“”»«’)\]]*$")
_HYPHENS = 2  # parted words that show a page
_OPEN = 0.3  # of the lines, at least, end within a sentence


def comes_from_a_page(text: str) -> bool:
    """Whether the lines of a text were wrapped on a page: they part words, or pages part them.

    >>> comes_from_a_page("Die Regierung hat lange gezö-\\ngert und wird zö-\\ngern, weil\\nniemand zahlt.")
    True
    """
    if "\f" not in text and not re.search(r"[-\u00ad\u2010¬]\s*\n", text):
        return False
    lines = [line.strip() for line in re.split(r"[\n\f]", text)]
    rows = [line for line in lines if line]
    if len(rows) < _LEAST:
        return False
    width = sorted(map(len, rows))[len(rows) * 9 // 10]
    if not _WIDTHS[0] <= width <= _WIDTHS[1] or len(max(rows, key=len)) > _LONGEST * width:
        return False
    breaks = [(row, after) for row, after in pairwise(lines) if row and after]
    parted = sum(bool(_PARTED.search(row)) and after[0].islower() for row, after in breaks)
    is_open = sum(not _COMPLETE.search(row) for row, _ in breaks) >= _OPEN * max(1, len(breaks))
    return is_open and (parted >= _HYPHENS or ("\f" in text.strip() and len(breaks) >= _LEAST))


def unwrapped(text: str, source: str, mends: list[Mend], *, is_alone: Callable[[str], bool]) -> str:
    """The paragraphs of a wrapped text, a blank line between each two.

    What was changed is added to ``mends``; ``is_alone`` says which lines are paragraphs by themselves.
    """
    rows = _without_running_lines(list(rows_of_text(text)), source, mends)
    hyphens = Hyphens(row.text for row in rows)
    lines = []
    for paragraph in paragraphs(rows, is_alone=is_alone):
        line, undone = joined(paragraph, hyphens)
        lines.append(line)
        mends += [
            Mend(source=source, line=_line(row), kind="hyphen", was=was, is_=now) for row, was, now in undone
        ]
    return "\n\n".join(lines)


def _without_running_lines(rows: list[Row], source: str, mends: list[Mend]) -> list[Row]:
    pages: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        pages[row.page].append(row)
    edges = [
        [EdgeLine(row.text, is_apart=_is_apart(page, n)) for n, row in enumerate(page)]
        for page in pages.values()
    ]
    removed: set[Row] = set()
    for page, running in zip(pages.values(), running_lines(edges), strict=True):
        removed |= {page[n] for n in running}
        mends += [
            Mend(source=source, line=_line(page[n]), kind="running_line", was=page[n].text, is_="")
            for n in sorted(running)
        ]
    return [row for row in rows if row not in removed]


def _is_apart(page: Sequence[Row], n: int) -> bool:
    """Whether a blank line is between a line and the middle of its page."""
    beside = n + 1 if 2 * n < len(page) else n - 1
    return not 0 <= beside < len(page) or abs(page[beside].base - page[n].base) > 1


def _line(row: Row) -> int:
    return -int(row.base)
