"""Numbers of a report as words; what is undefined is a dash."""

import re


def decimal(value: float | None, places: int = 3) -> str:
    """A number with so many decimal places.

    >>> decimal(0.66667), decimal(0.66667, 2), decimal(None)
    ('0.667', '0.67', '–')
    """
    return "–" if value is None else f"{value:.{places}f}"


def number(value: float | None, places: int, language: str) -> str:
    """A number as one writes it in a language, de or another; zero has no sign.

    >>> number(-0.667, 2, "de"), number(-0.667, 2, "en"), number(-0.001, 2, "de"), number(None, 2, "de")
    ('−0,67', '−0.67', '0,00', '–')
    """
    if value is None:
        return "–"
    text = f"{round(value, places) + 0.0:.{places}f}".replace("-", "−")
    return text.replace(".", ",") if language == "de" else text


def bounds(interval: tuple[float, float] | None) -> str:
    """The ends of an interval.

    >>> bounds((0.25, 0.5)), bounds(None)
    ('0.250–0.500', '–')
    """
    return f"{decimal(interval[0])}–{decimal(interval[1])}" if interval else "–"


def counted(number: int, noun: str) -> str:
    """A number and what is counted.

    >>> counted(1, "coding"), counted(1200, "coding"), counted(2, "commentary"), counted(0, "tie")
    ('1 coding', '1,200 codings', '2 commentaries', '0 ties')
    """
    many = f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"
