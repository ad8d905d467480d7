"""What a line is that is no sentence, told by the line alone: byline, credit, agency, note, what a page has.

What is in doubt is None: a sentence must not be lost.
"""

import re
from functools import cache
from typing import Literal, NamedTuple

from annotate.texts.dates import find_dates
from annotate.texts.wordlists import read_lines, read_words

LineKind = Literal["byline", "date_line", "credit", "agency", "note", "furniture", "address"]

_LONG = 200  # characters; a longer line is text
_CREDIT = 120
_CAPTION = 500
_DATE_LINE = 120
_SHORT = 70

_INNER = r"von|van|de|der|den|zu|zur|vom|al|el"
_CAPITAL = r"[^\W\d_a-zßäöü][\w'’.-]*"
#: Two to six words with capitals, and what stands in small letters between them.
NAME = rf"(?:(?:Dr|Prof|Dr\. [a-z]+)\.\s+)*{_CAPITAL}(?:\s+(?:{_INNER})|\s+{_CAPITAL}){{1,5}}"
_WHAT = (
    "Kommentar|Kolumne|Meinung|Leitartikel|Gastbeitrag|Gastkommentar|Analyse|Essay|Glosse|Debattenbeitrag"
    "|Beitrag|Interview|Opinion|Comment"
)
_SECTION = re.compile(
    rf"(?:(?:{_WHAT}|Politik|Wirtschaft|Kultur|Debatte|Standpunkt|Ausland|Inland|Gesellschaft|Feuilleton)\b"
    r"[\s:|/›>–-]*){1,4}",
    re.IGNORECASE,
)
_NAMES = rf"{NAME}(?:\s*(?:,|und|and|&|/)\s+{NAME})*"
_OPENING = re.compile(
    rf"(?:(?:Ein(?:e)?\s+)?(?:{_WHAT})\s*(?:von|by|:)|[Vv]on|VON|[Bb]y|BY|Autor(?:in)?:|Text:"
    r"|Aus \w+ (?:von|berichtet))\s+(?:(?:unser(?:em|er)|unseren)\s+(?:\w+\s+)?"
    r"(?=[^\W\d_]+(?:ent|entin|er|erin|eur|eurin)\s)[^\W\d_]+\s+)?",
)
_AUTHOR = re.compile(rf"(?P<author>{_NAMES})(?:\s*\([^)\d.!?]{{1,30}}\))?")
_BYLINE = re.compile(rf"{_OPENING.pattern}{_AUTHOR.pattern}")
_PLACE = re.compile(r"[^\d.!?:;]{1,40}")
_PARTS = re.compile(r"\s*[|·•]\s*|,\s+(?!\d{4}\b)|\s+[–—-]\s+")
_BARS = re.compile(r"[|·•]")
_AROUND_DATE = re.compile(
    r"(?:Stand|Veröffentlicht|Aktualisiert|Zuletzt|Erschienen|Publiziert|Published|Updated|Update|Erstellt|Geändert|aktualisiert"
    r"|Datum|am|um|vom|at|von|Uhr|[Ll]esezeit|Lesedauer|Min(?:uten)?|min|read"
    r"|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|Mo|Di|Mi|Do|Fr|Sa|So|MEZ|MESZ|CET|CEST|[ap]m|\d{1,2}[:.]\d\d|\d{1,2})(?!\w)",
)
_AGENCIES = "dpa|afp|ap|rtr|reuters|epd|kna|sid|apa|dapd|ddp|dts|spot on news"
_AGENCY = re.compile(
    rf"\W*(?:(?:Quelle|Mit Material (?:von|der)|Mit)\W+)?(?:{_AGENCIES})"
    rf"(?:-infocom\b.*|\W+(?:und\W+)?(?:{_AGENCIES}|[a-z]{{2,3}})|\W*\d[\d-]*)*\W*",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    r"(?:wir|(?:diese|unsere) (?:website|webseite|seite)|we|this site)\b.{0,40}\bcookies\b.*"
    r"(?:zustimm|einwillig|einverstanden|datenschutz|akzeptier|drittanbieter|personalisier|einstellungen"
    r"|consent|privacy)",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s•·|*_=~–—-]+")
_ADDRESS = re.compile(r"<?(?:https?://|www\.)\S+>?")
ENDS = re.compile(r"[.!?…:][\"'“”»«’‘›‹)\]]*$|[“”»«]$|[,;–-]$|\)$")
_SENTENCE_MARK = re.compile(r"[.!?…][\"'“”»«’‘›‹)\]]*$")
_NO_STOP = re.compile(r"(?:\d|Min)\.$")
_BETWEEN = re.compile(r"[^\W\d_]+")


class Head(NamedTuple):
    """What a line above a text says of it, and nothing else."""

    author: str | None
    date: str | None


def kind_of_line(line: str) -> LineKind | None:
    """The kind of a line that cannot be a sentence; None where it can.

    >>> [kind_of_line(line) for line in ("12 Kommentare", "Foto: Karl Roth", "Mehr zum Thema weiß er.")]
    ['furniture', 'credit', None]
    """
    line = line.strip()
    if len(line) > _LONG and _COOKIES.match(line) is None:
        return "credit" if is_credit(line) else None
    if _ADDRESS.fullmatch(line):
        return "address"
    if is_agency(line):
        return "agency"
    if is_credit(line):
        return "credit"
    if is_furniture(line):
        return "furniture"
    return "note" if is_note(line) else None


def read_head(line: str) -> Head | None:
    """Author and date of a line that holds a byline, a date, or both with hour, place and reading time.

    >>> read_head("Von Erika Beispiel, Berlin | 3. November 2025, 20:15 Uhr")
    Head(author='Erika Beispiel', date='2025-11-03')
    >>> read_head("Von Erika Beispiel weiß man nichts.")
    """
    if len(line) > _LONG or (_SENTENCE_MARK.search(line) and not _NO_STOP.search(line)):
        return None
    if match := _BYLINE.fullmatch(line):
        return Head(_names(match), None)
    if date := _date_line(line):
        return Head(None, date)
    author = date = None
    for n, piece in enumerate(part for part in _PARTS.split(line) if part):
        if author is None and (match := _BYLINE.fullmatch(piece)):
            author = _names(match)
        elif found := _date_line(piece):
            date = date or found
        elif _is_around_date(piece) or is_furniture(piece):
            pass
        elif author is None and is_name(piece) and (not n or _BARS.search(line)) and find_dates(line):
            author = piece
        elif not (author or date) or not _PLACE.fullmatch(piece):
            return None
    return Head(author, date) if author or date else None


def begins_with_byline(line: str) -> bool:
    return _BYLINE.match(line) is not None


def is_credit(block: str) -> bool:
    """Whether a line is the caption of a picture, or its credit: it ends with one."""
    if len(block) > _CAPTION or not (":" in block or "©" in block):  # much faster than the search
        return False
    mark = max(_credits().finditer(block), key=lambda match: match.start(), default=None)
    if mark is None:
        return False
    rest, before = block[mark.end() :].strip(), block[: mark.start()].rstrip()
    if not 0 < len(rest) <= _CREDIT or re.search(r"[.!?]\s+\S", rest):
        return False
    words = _BETWEEN.findall(rest)
    if all(word[0].isupper() or word in read_words("credit_words.txt") for word in words) and (
        not before or len(words) <= 8
    ):
        # "Ein düsteres Bild: Niemand." and "Das Foto: Anna Weiß." go on with the words before the mark
        return not (_SENTENCE_MARK.search(rest) and before and before[-1].isalpha())
    is_apart = not before or not before[-1].isalnum()
    return is_apart and not _SENTENCE_MARK.search(rest)


def is_section(line: str) -> bool:
    """Whether a line names the part of a paper and nothing else: "Politik", "Meinung | Kommentar"."""
    return _SECTION.fullmatch(line) is not None


def is_agency(line: str) -> bool:
    return len(line) <= _SHORT and _AGENCY.fullmatch(line) is not None


def is_furniture(line: str) -> bool:
    """Whether a whole line has one of the forms of ``language/page_furniture.txt``."""
    if len(line) > _LONG:
        return _COOKIES.match(line) is not None
    if _RULE.fullmatch(line):
        return True
    bare = line.strip(" |·•›»→>\t\u00a0").casefold()
    forms = _furniture(ends=_SENTENCE_MARK.search(bare) is not None)
    return bool(bare) and (forms.fullmatch(bare) is not None or _COOKIES.match(line) is not None)


def is_note(line: str) -> bool:
    """Whether a line leads a reader elsewhere (``language/notes_to_readers.txt``)."""
    if len(line) > _LONG:
        return False
    folded = line.casefold().lstrip(" •*–—->→»+\t\u00a0")
    for note in _notes():
        if not folded.startswith(note):
            continue
        rest = folded[len(note) :].strip()
        if note.endswith(":"):
            return True
        if not rest or (rest[0] in ":→>»|" and not ENDS.search(rest.rstrip(" :→>»|"))):
            return True
    return False


def looks_like_note(line: str) -> bool:
    """Whether a line begins as a note does and may be a sentence: "Mehr zum Thema: Er dauert an."."""
    folded = line.casefold()
    return len(line) <= _LONG and any(folded.startswith(f"{note.rstrip(':')}:") for note in _notes())


def is_sentence_like(line: str) -> bool:
    """Whether a line ends as a sentence, a quotation or a part of one does."""
    return ENDS.search(line) is not None


def _date_line(line: str) -> str | None:
    """The first date of a line that holds nothing else than weekday, hour and reading time."""
    found = find_dates(line) if len(line) <= _DATE_LINE else []
    rest = line
    for date in found:
        rest = rest.replace(date.words, "", 1)
    return found[0].iso if found and not _has_words(rest) else None


def _is_around_date(piece: str) -> bool:
    return not _has_words(piece)


def _has_words(line: str) -> bool:
    return any(char.isalpha() for char in _AROUND_DATE.sub("", line))


def is_name(piece: str) -> bool:
    return re.fullmatch(NAME, piece) is not None and piece.split()[0].casefold() not in read_words(
        "no_names.txt"
    )


def _names(match: re.Match[str]) -> str:
    return re.sub(r"\s*\([^)]*\)", "", match["author"]).strip()


@cache
def _credits() -> re.Pattern[str]:
    marks = "|".join(re.escape(mark) for mark in read_lines("caption_marks.txt"))
    return re.compile(rf"(?:^|(?<=[\s(/|–]))(?:{marks})")


@cache
def _notes() -> tuple[str, ...]:
    return tuple(line.casefold() for line in read_lines("notes_to_readers.txt"))


@cache
def _furniture(*, ends: bool) -> re.Pattern[str]:
    """The forms of lines that end as sentences do, or of those that do not."""
    forms = [line.casefold() for line in read_lines("page_furniture.txt")]
    return re.compile(
        "|".join(_form(form if ends else form.rstrip(".!")) for form in forms if not ends or form[-1] in ".!")
    )


def _form(line: str) -> str:
    known = {"{n}": r"\d[\d.,]{0,8}", "{...}": r".{0,80}"}
    return "".join(known.get(part) or re.escape(part) for part in re.split(r"(\{n\}|\{\.\.\.\})", line))
