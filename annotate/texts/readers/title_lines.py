"""Title lines: a line that begins a commentary, and names its date and author.

Their forms are lines of ``language/title_forms.txt``; a new form is a new line there.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from annotate.texts.dates import find_date, iso_date
from annotate.texts.lines import NAME, begins_with_byline, is_name
from annotate.texts.sources import lines_of
from annotate.texts.wordlists import read_lines

_MAX_LINE = 400  # characters; a longer line is no title
_MAX_SHORT = 150  # of a form that a sentence may have as well

_FIELDS = {
    "title": r"(?P<title>\S.*?)",
    "author": r"(?P<author>[^\W\d_][^|\d]{0,80}?)",
    "name": rf"(?P<author>{NAME})",
    "outlet": r"(?P<outlet>[^\W\d_][^,;()|\d]{1,40})",
    "date": r"(?:(?:vom|am|den)\s+)?(?P<date>\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{4}-\d\d-\d\d"
    r"|\d{1,2}\.\s[^\W\d_]{3,9}\.?\s\d{4})",
}
_BY = re.compile(rf"(?:[Vv]on|[Bb]y)\s+(?={NAME}$)")
_SENTENCE_END = re.compile(r"[^\W\d_]{3,}[.!?]\s+\W*[^\W\da-zäöüß_]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDS_WITH_DATE = re.compile(r"\d\W{0,2}$")
_EDGES = re.compile(r"[|/(),;:–—]|\s-\s|\.\s|\b(?:[Vv]on|[Bb]y)\b(?=\s+[A-ZÄÖÜ]\w+\s+[A-ZÄÖÜ])")
_SEPARATED = re.compile(r"[|/(,;:–—]|\s-\s|\bvon\b|\bby\b")


class TitleLine(NamedTuple):
    title: str
    author: str | None
    found_date: str  # as it stands in the line
    outlet: str | None = None

    @property
    def date(self) -> str | None:
        """The date in ISO form, or None where the calendar does not have it."""
        return iso_date(self.found_date)


def read_title_line(line: str) -> TitleLine | None:
    """Title, author and date of a line that begins a commentary, else None.

    >>> read_title_line("Der Winter kommt | Anna Weiß. 03.11.2025.")
    TitleLine(title='Der Winter kommt', author='Anna Weiß', found_date='03.11.2025', outlet=None)
    """
    line = line.strip()
    if len(line) > _MAX_LINE or not _ENDS_WITH_DATE.search(line):
        return None
    for form, is_strict in _forms():
        if not (match := form.fullmatch(line)):
            continue
        fields = match.groupdict()
        author = fields.get("author")
        if is_strict and (
            len(line) > _MAX_SHORT or _SENTENCE_END.search(fields["title"]) or begins_with_byline(line)
        ):
            continue
        return TitleLine(
            fields["title"],
            _BY.sub("", author.strip()) if author else None,
            fields["date"],
            fields.get("outlet"),
        )
    return None


def read_dated_byline(line: str) -> TitleLine | None:
    """Author and date of a first line that has the place of a title line and no title, else None.

    >>> read_dated_byline("| Anna Weiß. 03.11.2025.")
    TitleLine(title='', author='Anna Weiß', found_date='03.11.2025', outlet=None)
    """
    line = line.strip()
    if len(line) > _MAX_SHORT or not (found := find_date(line)):
        return None
    author = _BY.sub("", line.replace(found.words, " ", 1).strip(" .,;:|/()–—-"))
    return TitleLine("", author, found.words) if is_name(author) else None


def is_title_line(line: str) -> bool:
    return read_title_line(line) is not None


def guess_title_line(line: str) -> TitleLine:
    """What a line says that somebody calls a title line, of a known form or not.

    >>> guess_title_line("25.10.2025, Anna Weiß: Der Winter")
    TitleLine(title='Der Winter', author='Anna Weiß', found_date='25.10.2025', outlet=None)
    """
    if known := read_title_line(line):
        return known
    found = find_date(line)
    rest = line.replace(found.words, "|", 1) if found else line
    pieces = [piece.strip(" .,;:|/()–—-") for piece in _EDGES.split(rest)]
    author = next((piece for piece in reversed(pieces[1:] or []) if is_name(piece)), None)
    title = next((piece for piece in pieces if piece and piece != author), line.strip())
    return TitleLine(title if found or author else line.strip(), author, found.words if found else "")


def suspected_title_lines(text: str) -> Iterator[str]:
    """Lines that hold a name and a date and little else, and are no title lines that are known."""
    if not _YEAR.search(text):
        return
    for start, end in lines_of(text):
        line = text[start:end]
        if (
            end - start > _MAX_SHORT
            or not _YEAR.search(line)
            or not (found := find_date(line))
            or read_title_line(line)
        ):
            continue
        rest = line.replace(found.words, " ", 1)
        is_lone = not text[max(0, start - 2) : start].strip("\n")
        if is_lone and line[-1] not in "!?…:" and _SEPARATED.search(rest) and _has_name_at_edge(rest):
            yield line


def _has_name_at_edge(rest: str) -> bool:
    """Whether a name stands alone between marks, as beside a title and not in a sentence."""
    return any(re.fullmatch(NAME, piece.strip(" .")) for piece in _EDGES.split(rest)[1:])


@cache
def _forms() -> tuple[tuple[re.Pattern[str], bool], ...]:
    forms = read_lines("title_forms.txt")
    return tuple((_pattern(form, is_strict="{name}" in form), "{name}" in form) for form in forms)


def _pattern(form: str, *, is_strict: bool) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\}|\s+)", form)
    pattern = "".join(_field_pattern(part) for part in parts if part)
    return re.compile(pattern if is_strict else pattern + r"\.?")


def _field_pattern(part: str) -> str:
    if part.isspace():
        return r"\s+"
    return _FIELDS[part[1:-1]] if part.startswith("{") else re.escape(part)
