"""Plain text: title lines begin a commentary, and name its date and author.

The forms of title lines are lines of ``language/title_forms.txt``; a new form is a new line there.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from annotate.texts.dates import iso_date
from annotate.texts.sources import Draft, Line, Source, lines_of, read_text
from annotate.texts.wordlists import read_lines

_MAX_LINE = 400  # characters; a longer line is no title

_FIELDS = {
    "title": r"(?P<title>\S.*?)",
    "author": r"(?P<author>[^\W\d_][^|\d]{0,80}?)",
    "date": r"(?P<date>\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{4}-\d\d-\d\d|\d{1,2}\.\s[^\W\d_]{3,9}\s\d{4})",
}


class TitleLine(NamedTuple):
    title: str
    author: str | None
    found_date: str  # as it stands in the line

    @property
    def date(self) -> str | None:
        """The date in ISO form, or None where the calendar does not have it."""
        return iso_date(self.found_date)


def read_title_line(line: str) -> TitleLine | None:
    """Title, author and date of a line that begins a commentary, else None.

    >>> read_title_line("Der Winter kommt | Anna Weiß. 03.11.2025.")
    TitleLine(title='Der Winter kommt', author='Anna Weiß', found_date='03.11.2025')
    """
    line = line.strip()
    if len(line) > _MAX_LINE:
        return None
    for form in _forms():
        if match := form.fullmatch(line):
            fields = match.groupdict()
            author = fields.get("author")
            return TitleLine(fields["title"], author.strip() if author else None, fields["date"])
    return None


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(form) for form in read_lines("title_forms.txt"))


def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\}|\s+)", form)
    return re.compile("".join(_field_pattern(part) for part in parts if part) + r"\.?")


def _field_pattern(part: str) -> str:
    if part.isspace():
        return r"\s+"
    return _FIELDS[part[1:-1]] if part.startswith("{") else re.escape(part)


def read_plain(source: Source, encoding: str | None) -> Iterator[Draft]:
    """The parts of a text file, each from its title line to the next."""
    text = read_text(source, encoding=encoding)
    rows = ((line, read_title_line(text[line.start : line.end])) for line in lines_of(text))
    titled = [(line, title_line) for line, title_line in rows if title_line]
    starts = [*(line.start for line, _ in titled), len(text)]
    if text[: starts[0]].strip():
        yield Draft({"title": source.stem, "text": text[: starts[0]].strip("\n"), "flags": ["no_title_line"]})
    for (line, title_line), end in zip(titled, starts[1:], strict=True):
        yield _part(text, line, title_line, end)


def _part(text: str, line: Line, title_line: TitleLine, end: int) -> Draft:
    start = text.rfind("\n", 0, line.start) + 1
    fields = {
        "title": title_line.title,
        "author": title_line.author,
        "date": title_line.date,
        "text": text[start:end].rstrip("\n"),
        "flags": [] if title_line.date else ["date_unreadable"],
    }
    return Draft(fields, title_line=Line(line.start - start, line.end - start))
