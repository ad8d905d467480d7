"""An article copied from a web page into a text: its title, byline, date line, subheads, notes to readers."""

import re
from collections.abc import Iterator, Sequence

from annotate.texts.blocks import is_caption
from annotate.texts.dates import find_date
from annotate.texts.readers.title_lines import NAME
from annotate.texts.sources import Draft, lines_of
from annotate.texts.wordlists import read_lines
from schemas.records import BlockKind

_HEAD = 8  # lines in which author and date stand
_TITLE = 200  # characters
_SUBHEAD = 70
_WHAT = (
    "Kommentar|Kolumne|Meinung|Leitartikel|Gastbeitrag|Gastkommentar|Analyse|Essay|Glosse|Debattenbeitrag"
    "|Beitrag"
)
_BYLINE = re.compile(
    rf"(?:(?:Ein(?:e)?\s+)?(?:{_WHAT})\s*(?:von|:)|[Vv]on|VON|[Bb]y|BY|Autor(?:in)?:|Text:)\s+"
    rf"(?P<author>{NAME}(?:\s*(?:,|und|and|&)\s+{NAME})*)(?:\s*[,|·•]\s*[^\d.!?]{{0,40}})?"
)
_KICKER = re.compile(
    rf"(?:{_WHAT}|Politik|Wirtschaft|Kultur|Debatte|Standpunkt|Opinion|Comment)\s*:?", re.IGNORECASE
)
_AROUND_DATE = re.compile(
    r"(?:Stand|Veröffentlicht|Aktualisiert|Zuletzt|Erschienen|Publiziert|Published|Updated|Update|am|um|vom|at|Uhr|[Ll]esezeit"
    r"|Lesedauer|Min(?:uten)?|min|read|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|Mo|Di|Mi|Do|Fr|Sa|So|MEZ|MESZ|CET|CEST|[ap]m|\d{1,2}[:.]\d\d|\d{1,2})(?!\w)",
)
_AGENCY = re.compile(
    r"\W*(?:dpa|afp|ap|rtr|reuters|epd|kna|sid|apa)(?:\W+(?:dpa|afp|ap|rtr|reuters|epd|kna|sid|apa|[a-z]{2,3}))*\W*",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…:][\"'“”»«’‘›‹)\]]*$|[“”»«]$|[,;–-]$|\)$")


def read_web_copy(text: str) -> Draft | None:
    """The commentary where its first lines name an author or a date; else None.

    Its title is a line above them; what is no sentence is a title, a credit is a caption.
    """
    lines = [text[line.start : line.end] for line in lines_of(text)]
    author = date = None
    last = -1
    for n, line in enumerate(lines[:_HEAD]):
        if author is None and (match := _byline(line)):
            author, last = match["author"], n
        elif date is None and (iso := _date_line(line)):
            date, last = iso, n
        elif last >= 0:
            break
    above = [line for line in lines[: last + 1] if not (_byline(line) or _date_line(line))]
    title = next((line for line in above if len(line) <= _TITLE and not _KICKER.fullmatch(line)), None)
    if last < 0 or last + 1 == len(lines) or (title is None and author is None):
        return None
    kinds: dict[str, BlockKind] = {
        line: "title"
        for line in lines[: last + 1]
        if line == title or line not in above or not _ENDS.search(line)
    }
    kinds.update(_beside_sentences(lines[last + 1 :]))
    flags = [] if title else ["no_title"]
    return Draft({"title": title, "author": author, "date": date, "text": text, "flags": flags}, kinds=kinds)


def _byline(line: str) -> re.Match[str] | None:
    return _BYLINE.fullmatch(line) if len(line) <= _TITLE else None


def _date_line(line: str) -> str | None:
    """The date of a line that holds nothing else than weekday, hour and reading time."""
    found = find_date(line) if len(line) <= _SUBHEAD else None
    rest = _AROUND_DATE.sub("", line.replace(found.words, "")) if found else ""
    return found.iso if found and not any(char.isalpha() for char in rest) else None


def _beside_sentences(lines: Sequence[str]) -> Iterator[tuple[str, BlockKind]]:
    """Lines that are no sentences: subheads, notes to readers and what they lead to, agencies."""
    is_led_away = False
    for n, line in enumerate(lines):
        is_short = len(line) <= _TITLE and not _ENDS.search(line)
        note = next((note for note in _notes() if line.casefold().startswith(note)), None)
        rest = line[len(note) :] if note else ""
        # "Werbung wirkt." and "Anzeigen kosten" are sentences
        is_note = note is not None and (
            rest.lstrip().startswith((":", "→")) or (is_short and not rest[:1].isalpha())
        )
        is_led_away = is_note or (is_led_away and is_short)
        before_text = (
            n + 1 < len(lines) and (line[0].isupper() or line[0] in '„“"»') and len(line) <= _SUBHEAD
        )
        if is_caption(line) or _is_agency(line):
            yield line, "caption"
        elif is_led_away or (is_short and before_text):
            yield line, "title"


def _is_agency(line: str) -> bool:
    return len(line) <= _SUBHEAD and _AGENCY.fullmatch(line) is not None


def _notes() -> tuple[str, ...]:
    return tuple(line.casefold() for line in read_lines("notes_to_readers.txt"))
