"""Hyphens at line ends: undone where the layout set them, kept where the word has them.

The text's own words decide first: it says "Regierung" elsewhere, or "Nord-Süd-Gefälle". Then what
German and English spelling say of the two parts, then whether the whole is a word or a compound of words.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from annotate.texts.wordlists import read_words

_SIGNS = (
    "-\u2010\u00ad¬\x02\ufffe"  # as fonts and programs have it; the non-breaking one is always a word's own
)
_WORD = re.compile(rf"[^\W\d_]+(?:[{_SIGNS}\u2011][^\W\d_]+)*")
_END = re.compile(rf"(?P<left>\w+(?:[-‐]\w+)*)(?P<sign>[{_SIGNS}])$")
_BEGIN = re.compile(r"\w+")
_LINKS = ("", "s", "es", "n", "en", "er", "e")  # between the parts of a German compound
_PART = 4  # letters of such a part
_LONGEST = 60
_STEM = 4  # letters behind a hyphen by which a word of the text is known, whatever its ending
_ADJECTIVE_END = r"(?:e[mnrs]?)?"
_SHORT = 3  # letters of a word in capitals that is an abbreviation and not a part of one


class Hyphens:
    """Decides for the text whose lines are given."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        for row in rows:
            whole = row[: end.start()] if (end := _end_of(row)) else row
            self._words.update(
                re.sub(f"[{_SIGNS}\u2011]", "-", word).casefold() for word in _WORD.findall(whole)
            )
        self._hyphened: Counter[str] = Counter()
        for word, count in self._words.items():
            for hyphen in re.finditer("-", word) if len(word) <= _LONGEST else ():
                self._hyphened[word[: hyphen.end() + _STEM]] += count
        english, german = (sum(self._words[word] for word in words) for words in _COMMON)
        self._language = "en" if english > german else "de"

    def link(self, before: str, after: str) -> str | None:
        """What stands for hyphen and line break between two lines: nothing, a hyphen, one and a space.

        None where the first line does not end in a hyphen of a word.
        """
        end, begin = _end_of(before), _BEGIN.match(after)
        if end is None or begin is None:
            return None
        left, right = end["left"].replace("‐", "-"), begin.group()
        if right[0].isdigit():
            return "-"
        if not right[0].islower():
            return "" if self._is_in_capitals(left, right) else "-"
        return self._before_small(left, right)

    def _before_small(self, left: str, right: str) -> str:
        whole, hyphened = f"{left}{right}", f"{left}-{right}"
        times = self._words[whole.casefold()], self._hyphened[hyphened[: len(left) + 1 + _STEM].casefold()]
        if any(times):
            return "" if times[0] >= times[1] else "-"
        last = left.rpartition("-")[2]
        if right in _suspended():
            return "" if _is_listed(whole, self._language) else "- "  # "dennoch"
        # "US-amerikanisch", "E-mail", "30-jährig"
        if last[-1].isupper() or last[-1].isdigit() or len(last) == 1:
            return "-"
        if self._language == "en":
            if is_known(whole, "en"):
                return ""
            are_words = is_known(last, "en") and is_known(right, "en")
            return "-" if are_words or last.casefold() in _before_hyphen() else ""
        return "-" if _are_adjectives(last, right) and not _is_listed(whole, "de") else ""

    def _is_in_capitals(self, left: str, right: str) -> bool:
        """Whether it is one word in capitals, as heads have it, and not "US-NATO"."""
        if not (left.isupper() and right.isupper()):
            return False
        whole = f"{left}{right}".casefold()
        return whole in self._words or (
            min(len(left), len(right)) > _SHORT and is_known(whole.title(), self._language)
        )


def _end_of(row: str) -> re.Match[str] | None:
    """The part of a word before a hyphen that ends a line."""
    if not row or row[-1] not in _SIGNS:
        return None
    return _END.search(row, max(0, len(row) - _LONGEST))


_COMMON = (("the", "and", "of", "is"), ("der", "die", "und", "ist"))


def is_known(word: str, language: str) -> bool:
    """Whether a word stands in the dictionary, or is a German compound of words that do.

    >>> [is_known(word, "de") for word in ("Kürbis", "Klimaschutzgesetz", "Ostund")]
    [True, True, False]
    """
    if _is_listed(word, language):
        return True
    if language != "de" or len(word) > _LONGEST:
        return False
    return any(
        _is_listed(word[cut:], "de") or _is_listed(word[cut:].title(), "de")
        for cut in range(_PART, len(word) - _PART + 1)
        if any(word[:cut].endswith(link) and _is_part(word[: cut - len(link)]) for link in _LINKS)
    )


def _is_part(word: str) -> bool:
    return len(word) >= _PART and (_is_listed(word, "de") or is_known(word, "de"))


@lru_cache(maxsize=100_000)
def _is_listed(word: str, language: str) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang=language))


def _are_adjectives(left: str, right: str) -> bool:
    """Whether two adjectives stand beside each other: "deutsch-französisch", "rot-grün"."""
    colours = "|".join(sorted(read_words("de/colours.txt")))
    is_colour = re.fullmatch(colours, left) and re.fullmatch(f"(?:{colours}){_ADJECTIVE_END}", right)
    nations = r"[^\W\d_]{3,}(?:isch|deutsch)"
    is_nation = re.fullmatch(f"(?:{nations}|deutsch)", left, re.IGNORECASE) and re.fullmatch(
        f"(?:{nations}|deutsch){_ADJECTIVE_END}", right
    )
    return bool(is_colour or is_nation)


def _suspended() -> frozenset[str]:
    return read_words("after_suspended_hyphen.txt")


def _before_hyphen() -> frozenset[str]:
    return read_words("en/before_hyphen.txt")
