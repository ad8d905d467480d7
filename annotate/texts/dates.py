"""Dates as texts write them, in ISO form; and those that stand out of line with their file.

A file of commentaries is mostly in order, newest or oldest first. A date breaks the order, or
lies a season away from a file that spans weeks, where a figure was mistyped. Such a date is kept
and reported, never changed.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from schemas.records import Commentary

_FAR = 180  # days
_NEAR = 90
#: Flags of a commentary that put its date in doubt, unless it was corrected.
_DOUBTFUL = frozenset({"date_unreadable", "date_out_of_line", "no_date"})


def has_sure_date(commentary: Commentary) -> bool:
    """Whether a commentary has a whole date that nothing puts in doubt, or that somebody corrected."""
    is_whole = commentary.date is not None and len(commentary.date) >= 10
    return is_whole and (not _DOUBTFUL & {*commentary.flags} or "corrected:date" in commentary.flags)


def out_of_line(dates: Sequence[str | None]) -> list[bool]:
    """For each ISO date in the order of the file, whether it is out of line.

    >>> out_of_line(["2025-10-22", "2026-10-21", "2025-10-21", None, "2025-10-20"])
    [False, True, False, False, False]
    >>> out_of_line(["2025-10-14", "2026-09-24", "2025-08-21", "2025-08-18"])
    [False, True, False, False]
    """
    places = [n for n, text in enumerate(dates) if text is not None]
    days = [date.fromisoformat(dates[n] or "").toordinal() for n in places]
    far = _far(days)
    # an order is looked for among the others only: a far date would take its place in one
    near = [k for k in range(len(days)) if k not in far]
    broken = {near[k] for k in _unordered([days[k] for k in near])}
    strange = {places[k] for k in far | broken}
    return [n in strange for n in range(len(dates))]


def _unordered(days: list[int]) -> set[int]:
    """The few that break the order of the others; none where there is no order to break."""
    if len(days) < 3:
        return set()
    kept = max(_longest_run(days), _longest_run([-day for day in days]), key=len)
    broken = set(range(len(days))) - set(kept)
    if len(broken) == 1:
        broken = {_farthest(days, broken.pop())}
    return broken if len(broken) * 4 <= len(days) else set()


def _farthest(days: list[int], broken: int) -> int:
    """Of neighbours that break the order alike, the one farther from the middle of the file."""
    middle = sorted(days)[len(days) // 2]
    alike = [n for n in range(max(0, broken - 1), min(len(days), broken + 2)) if _in_order_without(days, n)]
    return max(alike, key=lambda n: (abs(days[n] - middle), n == broken))


def _in_order_without(days: list[int], n: int) -> bool:
    rest = days[:n] + days[n + 1 :]
    return rest in (sorted(rest), sorted(rest, reverse=True))


def _longest_run(days: list[int]) -> list[int]:
    """The places of a longest subsequence that never falls (patience sorting)."""
    tops: list[int] = []
    tails: list[int] = []
    previous: list[int] = []
    for n, day in enumerate(days):
        pile = bisect_right(tops, day)
        previous.append(tails[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [day]
        tails[pile : pile + 1] = [n]
    run, n = [], tails[-1] if tails else -1
    while n >= 0:
        run.append(n)
        n = previous[n]
    return run[::-1]


def _far(days: list[int]) -> set[int]:
    """Dates far from all others, where the others lie close together."""
    far = set()
    for n, day in enumerate(days):
        others = days[:n] + days[n + 1 :]
        if len(others) < 2 or max(others) - min(others) > _NEAR:
            continue
        if min(abs(day - other) for other in others) >= _FAR:
            far.add(n)
    return far


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner january jan січня січень января январь",
            "februar feber february feb лютого лютий февраля февраль",
            "märz march mrz mar березня березень марта март",
            "april apr квітня квітень апреля апрель",
            "mai may травня травень мая май",
            "juni june jun червня червень июня июнь",
            "juli july jul липня липень июля июль",
            "august aug серпня серпень августа август",
            "september sept sep вересня вересень сентября сентябрь",
            "oktober october okt oct жовтня жовтень октября октябрь",
            "november nov листопада листопад ноября ноябрь",
            "dezember december dez dec грудня грудень декабря декабрь",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NUMERIC = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\S+)?")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9})\.?\s(\d{1,2}),\s(\d{4})")
_ANYWHERE = re.compile(
    r"(?<!\d)(?:\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}\.?\s[^\W\d_]{3,9}\.?\s\d{4}"
    r"|\b[A-Z][a-z]{2,8}\.?\s\d{1,2},\s\d{4})(?!\d)"
)
_SHORT = 80  # characters of a line that may be a date with its weekday and hour
_NAMED = re.compile(r"(\d{1,2})\.?\s([^\W\d_]{3,9})\.?\s(\d{4})(?:\s(?:року|р\.|года|г\.))?")


def iso_date(text: str) -> str | None:
    """A date as ``2025-10-21``, from ISO, ``1.5.2025``, ``1. Mai 2025`` or ``May 1, 2025``; else None."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _NUMERIC.fullmatch(text):
        day, month, year = match.groups()
    elif match := _NAMED.fullmatch(text):
        day, name, year = match.groups()
        month = str(_MONTHS.get(name.lower(), 0))
    elif match := _MONTH_FIRST.fullmatch(text):
        name, day, year = match.groups()
        month = str(_MONTHS.get(name.lower(), 0))
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


class FoundDate(NamedTuple):
    """A date in a line: as it stands there, and in ISO form."""

    words: str
    iso: str


def find_date(line: str) -> FoundDate | None:
    """The only date of a line, None where it has none or several.

    >>> find_date("Montag, 3. November 2025, 20:15 Uhr")
    FoundDate(words='3. November 2025', iso='2025-11-03')
    """
    found = find_dates(line)
    return found[0] if len(found) == 1 else None


def find_dates(line: str) -> list[FoundDate]:
    """All dates of a line."""
    return [FoundDate(words, iso) for words in _ANYWHERE.findall(line) if (iso := iso_date(words))]


def with_iso_date(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the date in ISO form; one that cannot be read is flagged."""
    written = fields.get("date")
    iso = iso_date(written) if written else None
    if written and not iso and len(written) <= _SHORT and (found := find_date(written)):
        iso = found.iso
    flags = [*fields.get("flags", []), *(["date_unreadable"] if written and not iso else [])]
    return {**fields, "date": iso, "flags": flags}
