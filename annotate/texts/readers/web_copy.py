"""An article copied from a web page into a text: its head, its subheads, and what is no sentence of it."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from annotate.texts.blocks import is_wrapped_text
from annotate.texts.lines import is_credit, is_name, is_section, is_sentence_like, kind_of_line, read_head
from annotate.texts.sources import Draft, Line, lines_of
from schemas.records import BlockKind

_HEAD = 12  # lines in which author and date stand
_TITLE = 200  # characters
_SUBHEAD = 70
_TEASER = 120
_KICKER = 2  # words
_ABOVE = 4  # lines from the section to the byline
_SENTENCE_END = re.compile(r"[^\W\d_]{2}[.!?…][\"“”«»‘’)]*\s+\W*[^\W\d_]")
_ITEM = re.compile(r"[•◦▪▫‣●○■►▶➤›»→*–-]\s*\S")
#: What a page alone has: a text with such lines was copied from one.
_OF_PAGES = frozenset(("furniture", "note"))


class _Row(NamedTuple):
    """A line, and whether it is a paragraph by itself where paragraphs have several lines."""

    text: str
    line: Line
    is_alone: bool
    is_apart: bool  # a blank line before it


class _Head(NamedTuple):
    author: str | None
    date: str | None
    said: list[str]  # the lines that say it
    size: int  # lines from the first to the last of them


def read_web_copy(text: str) -> Draft | None:
    """The commentary of a text that was copied from a web page; else None.

    It was where its first lines name an author or a date, or a line is one that pages alone have. Its
    title is the line above them, or the first, if that is no sentence.
    """
    rows = _rows(text)
    head = _head(rows)
    is_page = any(kind_of_line(row.text) in _OF_PAGES and any(map(str.isalpha, row.text)) for row in rows)
    if not head.said and not is_page:
        return None
    above = rows[: head.size or 1]
    title = _title(
        [r for r in above if r.text not in head.said and _may_be_title(r, is_sure=bool(head.said))]
    )
    if head.size == len(rows) or not (title or head.author or is_page):
        return None
    size = head.size or (1 if title else 0)
    kinds: dict[str, BlockKind] = {}
    for row in rows[:size]:
        if row.text == title:
            kinds[row.text] = "title"
        elif row.text in head.said or is_section(row.text.rstrip(":")) or kind_of_line(row.text):
            kinds[row.text] = "left_out"
        elif _is_above(row):
            kinds[row.text] = "title"
    kinds.update(beside_sentences(text, after=rows[size - 1].line.end if size else 0, with_subheads=True))
    flags = [] if title else ["no_title"]
    fields = {"title": title, "author": head.author, "date": head.date, "text": text, "flags": flags}
    return Draft(fields, kinds=kinds)


def _title(rows: Sequence[_Row]) -> str | None:
    """The first line that may be one, unless it is a word or two above a longer one ("Ukraine:")."""
    words = [row.text for row in rows]
    for n, line in enumerate(words):
        is_short = line.endswith(":") or len(line.split()) <= _KICKER
        if not is_short or not any(len(other) > len(line) for other in words[n + 1 :]):
            return line
    return None


def copies_in(text: str) -> list[int]:
    """Where articles begin in a text of several: a title behind a blank line, and author or date below.

    One that has no such head before it begins with the text.
    """
    rows = _rows(text)
    starts: list[int] = []
    end = 0  # of the head before
    for n, row in enumerate(rows):
        if n < end or not read_head(row.text):
            continue
        first = next((k for k in range(n - 1, max(end, n - _ABOVE) - 1, -1) if rows[k].is_apart), None)
        if first is None or read_head(rows[first].text) or not all(map(_is_above, rows[first:n])):
            continue
        if starts and not any(
            is_sentence_like(row.text) and not kind_of_line(row.text) for row in rows[end:first]
        ):
            continue  # of the same head
        end = next((k for k in range(n, len(rows)) if not read_head(rows[k].text)), len(rows))
        starts.append(rows[first].line.start)
    return [0, *starts[1:]]


def _is_above(row: _Row) -> bool:
    """Whether a line may stand above a byline: a title may be a question, and a section end with a colon."""
    return not is_sentence_like(row.text) or row.text.endswith(("?", ":"))


def head_kinds(text: str, *, after: int) -> dict[str, BlockKind]:
    """Byline and date line right behind a title line, by what they say."""
    kinds: dict[str, BlockKind] = {}
    for line in lines_of(text[after:])[:3]:
        row = text[after + line.start : after + line.end]
        if read_head(row) is None:
            break
        kinds[row] = "left_out"
    return kinds


def beside_sentences(text: str, *, after: int = 0, with_subheads: bool = False) -> dict[str, BlockKind]:
    """The kinds of the lines that are no sentences, by what they say.

    Notes to readers, and the headlines to which they lead; agencies that stand alone; what a page has around
    its text. Subheads, which differ from sentences by their form alone, only ``with_subheads``.
    """
    kinds: dict[str, BlockKind] = {}
    rows = [row for row in _rows(text) if row.line.start >= after]
    is_led_away = False
    for n, row in enumerate(rows):
        following = rows[n + 1] if n + 1 < len(rows) else None
        what = kind_of_line(row.text) if row.is_alone else None
        # a blank line ends what stands close together below a note
        is_parted = n > 1 and row.is_apart and not rows[n - 1].is_apart
        is_led_away = what == "note" or (is_led_away and _may_be_teaser(row) and not is_parted)
        if what in ("credit", "address"):
            continue  # found in any text (`annotate.texts.blocks`)
        is_doubled = (
            following is not None and following.text.startswith(row.text) and is_credit(following.text)
        )
        if what or is_led_away or is_doubled:
            kinds[row.text] = "caption" if what == "agency" else "left_out"
        elif with_subheads and following and _is_subhead(row, rows[n - 1] if n else None, following, kinds):
            kinds[row.text] = "title"
    return kinds


def _rows(text: str) -> list[_Row]:
    lines = lines_of(text)
    gaps = [True, *("\n\n" in text[a.end : b.start].replace(" ", "") for a, b in pairwise(lines)), True]
    wrapped = is_wrapped_text(text)
    return [
        _Row(text[line.start : line.end], line, not wrapped or (gaps[n] and gaps[n + 1]), gaps[n])
        for n, line in enumerate(lines)
    ]


def _head(rows: Sequence[_Row]) -> _Head:
    author = date = None
    said: list[str] = []
    size = 0
    for n, row in enumerate(rows[:_HEAD]):
        found = read_head(row.text)
        if found and ((found.author and not author) or (found.date and not date)):
            author, date = author or found.author, date or found.date
        elif size and not (found or kind_of_line(row.text) in ("furniture", "note", "agency")):
            if _goes_on(rows[n:_HEAD], author, date):
                continue
            break
        elif not size:
            continue
        said.append(row.text)
        size = n + 1
    if said and author is None:
        above = rows[: size - len(said)]
        if len(above) > 1 and is_name(above[-1].text):
            author = above[-1].text
            said.append(author)
    return _Head(author, date, said, size)


def _goes_on(rows: Sequence[_Row], author: str | None, date: str | None) -> bool:
    """Whether a head goes on below lines that may be a title: what is open is said there."""
    for row in rows:
        found = read_head(row.text)
        if found and ((found.author and not author) or (found.date and not date)):
            return True
        if is_sentence_like(row.text) and not row.text.endswith(("?", ":")):
            return False
    return False


def _may_be_title(row: _Row, *, is_sure: bool) -> bool:
    if len(row.text) > _TITLE or is_section(row.text) or kind_of_line(row.text):
        return False
    return is_sure or (row.is_alone and not is_sentence_like(row.text))


def _may_be_teaser(row: _Row) -> bool:
    if not row.is_alone or len(row.text) > _TITLE:
        return False
    is_item = _ITEM.match(row.text) is not None and len(row.text) <= _TEASER and not row.text.endswith(".")
    return is_item or not is_sentence_like(row.text)


def _is_subhead(row: _Row, before: _Row | None, following: _Row, kinds: dict[str, BlockKind]) -> bool:
    """Whether a line without a stop is a heading: a short one between complete paragraphs."""
    if not row.is_alone or len(row.text) > _SUBHEAD or is_sentence_like(row.text) or _ITEM.match(row.text):
        return False
    if _SENTENCE_END.search(row.text):
        return False
    is_begun = row.text[0].isupper() or row.text[0].isdigit() or row.text[0] in '„“"»'
    is_after_text = (
        before is None
        or before.text in kinds
        or is_sentence_like(before.text)
        or bool(kind_of_line(before.text))
    )
    first = following.text.lstrip("„“\"»›‚'(")[:1]
    return (
        is_begun
        and is_after_text
        and not first.islower()
        and (is_sentence_like(following.text) or following.is_alone is False)
    )
