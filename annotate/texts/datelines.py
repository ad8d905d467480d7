"""The place and agency before a text, which belong to its first sentence: ``BERLIN. Der Kanzler kam``."""

import re
from functools import cache

from annotate.texts.wordlists import read_lines, read_words

_CAPITALS = re.compile(r"[A-ZÄÖÜА-ЯІЇЄҐ][A-ZÄÖÜА-ЯІЇЄҐ'-]{3,}")


def may_be_dateline(head: str) -> bool:
    """Whether what stands before the first mark of a line is worth a look."""
    return (
        head[1:2].isupper()
        or head[-1] == ")"
        or "/" in head
        or ", " in head
        or head in _places()
        or head == "St"
    )


def end_of_dateline(line: str, begin: int, openers: frozenset[str]) -> int:
    """Where the stop of a dateline ends that begins a line; ``begin`` where there is none."""
    if line[:begin].strip() or not line[begin].isupper():
        return begin
    found = _pattern().match(line, begin)
    if found is None:
        return begin
    place = found["place"]
    is_signed = found["agency"] is not None
    if not is_signed and place not in read_words("places.txt"):
        parts = re.split(r"[\s/,]+", place)
        if not all(part in _places() or _is_place(part, openers) for part in parts):
            return begin
    return found.end()


def _is_place(word: str, openers: frozenset[str]) -> bool:
    if _CAPITALS.fullmatch(word) is None:
        return word in ("AM", "A.", "M.", "BAD", "ST.", "DEN", "NEW", "TEL", "LOS", "SAN")
    return word.lower() not in openers and word not in read_words("no_places.txt")


@cache
def _places() -> frozenset[str]:
    names = read_words("places.txt")
    return names | {name.upper() for name in names}


@cache
def _pattern() -> re.Pattern[str]:
    agency = "|".join(re.escape(name) for name in read_lines("agencies.txt"))
    word = r"[A-ZÄÖÜА-ЯІЇЄҐ][\w'-]+"
    place = rf"(?:St\. |ST\. )?{word}(?:\s(?:am|a\.|AM|{word}|M\.)){{0,3}}"
    return re.compile(
        rf"(?P<place>{place}(?:(?:/|,\s){place})*)"
        r"(?:,\s(?:den\s)?\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,9}\.?)(?:\s?\d{4})?)?"
        rf"(?P<agency>\s?\((?i:{agency})(?:\s?[/,;+–-]\s?(?:(?i:{agency})|[a-z]{{2,4}}))*\))?"
        r"\.(?=\s(?:[–—-]\s)?[„“»«\"]?[^\W\d_](?:[^\W\d_A-ZÄÖÜ]|\s))"
    )
