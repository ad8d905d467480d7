"""How the page says figures, dates and counts in German."""

import re
from collections.abc import Sequence

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
TIMES = (
    "keinmal", "einmal", "zweimal", "dreimal", "viermal", "fünfmal", "sechsmal", "siebenmal", "achtmal",
    "neunmal", "zehnmal", "elfmal", "zwölfmal",
)  # fmt: skip


def percent(score: float) -> str:
    """A probability in whole percent; never 0 or 100, which no model can know.

    >>> percent(0.874), percent(0.9999), percent(0.0)
    ('87\\xa0%', '>\\xa099\\xa0%', '<\\xa01\\xa0%')
    """
    if score > 0.994:
        return ">\u00a099\u00a0%"
    if score < 0.006:
        return "<\u00a01\u00a0%"
    return f"{score * 100:.0f}\u00a0%"


def decimal(value: float, places: int) -> str:
    """A number with so many decimal places.

    >>> decimal(0.6667, 2)
    '0,67'
    """
    return f"{value:.{places}f}".replace(".", ",")


def share(value: float) -> str:
    """A share in whole percent, with a decimal below ten.

    >>> share(0.123), share(0.0456), share(0.0)
    ('12', '4,6', '0')
    """
    return f"{value * 100:.0f}" if value >= 0.0995 or not value else decimal(value * 100, 1)


def day(date: str | None) -> str:
    """An ISO date as one writes it; what is no full date stays as it is.

    >>> day("2025-02-18"), day("2025-02"), day(None)
    ('18.\\xa0Februar 2025', '2025-02', '')
    """
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(T.*)?", date or "")
    if not match or not 1 <= int(match[2]) <= 12:
        return date or ""
    return f"{int(match[3])}.\u00a0{MONTHS[int(match[2]) - 1]} {match[1]}"


def doubtful_day(date: str | None) -> str:
    """A date that may be wrong.

    >>> doubtful_day("2026-08-20"), doubtful_day(None)
    ('20.\xa0August 2026 (Datum unsicher)', '')
    """
    return f"{day(date)} (Datum unsicher)" if date else ""


def times(count: int) -> str:
    """How often, in words up to twelve.

    >>> times(1), times(3), times(14)
    ('einmal', 'dreimal', '14-mal')
    """
    return TIMES[count] if count < len(TIMES) else f"{count}-mal"


def number(count: int) -> str:
    """A count, from five digits on with full stops between the thousands.

    >>> number(9999), number(173940)
    ('9999', '173.940')
    """
    return str(count) if abs(count) < 10_000 else f"{count:,}".replace(",", ".")


def in_sentences(count: int) -> str:
    """In how many sentences something is.

    >>> in_sentences(1), in_sentences(17)
    ('1 Satz', '17 Sätzen')
    """
    return f"{number(count)} {'Satz' if count == 1 else 'Sätzen'}"


def sentences(count: int) -> str:
    """A count of sentences.

    >>> sentences(1), sentences(17)
    ('1 Satz', '17 Sätze')
    """
    return f"{number(count)} {'Satz' if count == 1 else 'Sätze'}"


def coded_by(people: int, size: int) -> str:
    """Who coded so many sentences: people, the model, or both.

    >>> coded_by(0, 29), coded_by(20, 29)
    ('Maschinell codiert, nicht geprüft', '20 von 29 Sätzen von Menschen codiert, 9 maschinell')
    >>> coded_by(1, 1), coded_by(29, 29)
    ('Der eine Satz ist von Menschen codiert', 'Alle 29 Sätze von Menschen codiert')
    """
    if not people:
        return "Maschinell codiert, nicht geprüft"
    if people < size:
        left = number(size - people)
        return f"{number(people)} von {number(size)} Sätzen von Menschen codiert, {left} maschinell"
    return (
        "Der eine Satz ist von Menschen codiert"
        if size == 1
        else f"Alle {sentences(size)} von Menschen codiert"
    )


def listed(parts: Sequence[str], last: str = "und") -> str:
    """Parts as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b und c', 'a', '')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
