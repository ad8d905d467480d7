"""Weeks, months or quarters, by how long the pieces span."""

from datetime import date, timedelta
from typing import Literal

from annotate.pages.german import MONTHS

Unit = Literal["week", "month", "quarter"]
MIN_PIECES, MIN_DAYS = 10, 14


def unit_for(first: str, last: str) -> Unit:
    """The unit that gives few enough rows to read.

    >>> unit_for("2025-01-01", "2025-03-01"), unit_for("2023-01-01", "2025-03-01")
    ('week', 'month')
    """
    days = days_between(first, last)
    return "week" if days <= 120 else "month" if days <= 1100 else "quarter"


def has_trend(first: str | None, last: str | None, dated: int) -> bool:
    """Whether so many dated pieces between two days are enough to say anything over time."""
    return bool(first and last) and dated >= MIN_PIECES and days_between(first or "", last or "") >= MIN_DAYS


def days_between(first: str, last: str) -> int:
    return (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days


def period_of(day: str, unit: Unit) -> str:
    """The key of the period a day is in; keys sort by time.

    >>> period_of("2025-10-23", "week"), period_of("2025-10-23", "quarter")
    ('2025-10-20', '2025-q4')
    """
    date_of_day = date.fromisoformat(day[:10])
    if unit == "week":
        return (date_of_day - timedelta(days=date_of_day.weekday())).isoformat()
    return (
        f"{date_of_day:%Y-%m}" if unit == "month" else f"{date_of_day.year}-q{(date_of_day.month + 2) // 3}"
    )


def period_number(key: str) -> int:
    """A count of periods, so that those that follow each other differ by one.

    >>> period_number("2025-01") - period_number("2024-12")
    1
    >>> period_number("2025-q1") - period_number("2024-q4")
    1
    >>> period_number("2025-10-27") - period_number("2025-10-20")
    1
    """
    if "q" in key:
        return int(key[:4]) * 4 + int(key[-1])
    if len(key) == 7:
        return int(key[:4]) * 12 + int(key[5:])
    return date.fromisoformat(key).toordinal() // 7


def period_name(key: str) -> str:
    """A period as a reader calls it.

    >>> period_name("2025-10"), period_name("2025-q4"), period_name("2025-10-20")
    ('Oktober 2025', '4. Quartal 2025', 'ab 20. Oktober 2025')
    """
    if "q" in key:
        return f"{key[-1]}. Quartal {key[:4]}"
    month = f"{MONTHS[int(key[5:7]) - 1]} {key[:4]}"
    return month if len(key) == 7 else f"ab {int(key[8:])}. {month}"
