"""Which language a text is in: as it says itself, else by its small words; told only where that is sure."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec

from annotate.texts.wordlists import has_words, read_lines
from schemas.records import Commentary

GERMAN = "de"
_HEADS = (500, 2000)  # characters that are looked at: more where a few are not sure
_LEAST = 12  # small words; fewer prove nothing
_SHARE = 0.18  # of all words that are small ones of the language
_LEAD = 1.5  # times as many as of any other
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*")
#: What languages are called, in German, English and themselves; for messages the English name comes first.
NAMES = {
    "de": ("German", "Deutsch"),
    "en": ("English", "Englisch"),
    "uk": ("Ukrainian", "Ukrainisch", "українська"),
    "ru": ("Russian", "Russisch", "русский"),
    "be": ("Belarusian", "Belarussisch", "Belarusisch"),
    "bg": ("Bulgarian", "Bulgarisch"),
    "sr": ("Serbian", "Serbisch"),
    "fr": ("French", "Französisch", "français"),
    "es": ("Spanish", "Spanisch", "español"),
    "it": ("Italian", "Italienisch", "italiano"),
    "pt": ("Portuguese", "Portugiesisch", "português"),
    "nl": ("Dutch", "Niederländisch", "Nederlands"),
    "pl": ("Polish", "Polnisch", "polski"),
    "cs": ("Czech", "Tschechisch", "čeština"),
    "sv": ("Swedish", "Schwedisch", "svenska"),
    "da": ("Danish", "Dänisch", "dansk"),
    "tr": ("Turkish", "Türkisch", "Türkçe"),
    "hu": ("Hungarian", "Ungarisch", "magyar"),
    "ro": ("Romanian", "Rumänisch", "română"),
}
_CODES = {name.casefold(): code for code, names in NAMES.items() for name in names} | {
    "ger": "de", "deu": "de", "eng": "en", "ukr": "uk", "ua": "uk", "rus": "ru", "fra": "fr", "fre": "fr",
}  # fmt: skip


class Guess(NamedTuple):
    """The likeliest language of a text, None where its words speak for none."""

    code: str | None
    is_sure: bool


def language_code(name: str) -> str | None:
    """The code of a language by its code or name, None where it is neither.

    >>> language_code("de-AT"), language_code("Ukrainisch"), language_code("unklar")
    ('de', 'uk', None)
    """
    folded = name.strip().casefold()
    if code := _CODES.get(folded):
        return code
    return folded.replace("_", "-").partition("-")[0] if _CODE.fullmatch(folded) else None


def language_name(code: str) -> str:
    return f"{NAMES[code][0]} ({code})" if code in NAMES else f'"{code}"'


def guess_language(text: str, *, least: int = _LEAST) -> Guess:
    """The language by the small words of the first 500 characters, or the first 2,000.

    ``least``: how many there have to be to be sure.

    >>> guess_language("Das ist nicht der Satz und auch nicht das Wort, das man von ihr und mir hat.")
    Guess(code='de', is_sure=True)
    """
    guess = Guess(None, is_sure=False)
    for size in _HEADS:
        guess = _guess(text[:size], least)
        if guess.is_sure or len(text) <= size:
            break
    return guess


def _guess(text: str, least: int) -> Guess:
    words = text.lower().split()
    counts: dict[str, int] = {}
    languages = _languages()
    for word in words:
        for code in languages.get(word, ()):
            counts[code] = counts.get(code, 0) + 1
    if not counts:
        return Guess(None, is_sure=False)
    first, *others = sorted(counts, key=lambda code: -counts[code])
    second = counts[others[0]] if others else 0
    found = counts[first]
    is_sure = found >= least and found >= _SHARE * len(words) and found >= _LEAD * second
    return Guess(first if is_sure or found >= least else None, is_sure)


@cache
def _languages() -> dict[str, tuple[str, ...]]:
    by_word: dict[str, tuple[str, ...]] = {}
    for line in read_lines("function_words.txt"):
        code, _, words = line.partition(": ")
        for word in dict.fromkeys(words.split()):
            by_word[word] = (*by_word.get(word, ()), code)
    return by_word


class LanguageNotes:
    """The language of each commentary of a file, and what there is to tell of them.

    What a commentary says of itself holds, then a guess that is sure, else the study's, or German.
    """

    def __init__(self, of_study: str | None) -> None:
        self._default = of_study or GERMAN
        # in a German study it goes without saying: the rows of earlier versions are made again to the byte
        self._is_told_always = of_study != GERMAN
        self._other: dict[str, list[str]] = {}
        self._unsure: dict[str, list[str]] = {}
        self._unknown: dict[str, list[str]] = {}

    def told(self, commentary: Commentary) -> Commentary:
        """The commentary with its language."""
        named = language_code(commentary.language) if commentary.language else None
        if commentary.language and not named:
            self._unknown.setdefault(commentary.language, []).append(commentary.commentary_id)
        language = named or self._guessed(commentary)
        if not named and language == GERMAN and not self._is_told_always:
            return msgspec.structs.replace(commentary, language=msgspec.UNSET)
        if language != self._default:
            self._other.setdefault(language, []).append(commentary.commentary_id)
        return msgspec.structs.replace(commentary, language=language)

    def notes(self) -> Iterator[str]:
        for name, ids in self._unknown.items():
            yield f'{_first(ids)}: "{name}" is no language code or name, expected one such as de'
        for code, ids in self._other.items():
            how = "split by its rules" if has_words(code) else splitter_words(code)
            yield f"{_first(ids)}: in {language_name(code)}; {how}"
        for code, ids in self._unsure.items():
            yield (
                f"{_first(ids)}: perhaps in {language_name(code)}, read as {language_name(self._default)}; "
                "a key language in the record or front matter says it"
            )

    def _guessed(self, commentary: Commentary) -> str:
        guess = guess_language(_words_of(commentary))
        if guess.is_sure and guess.code:
            return guess.code
        if guess.code and guess.code != self._default:
            self._unsure.setdefault(guess.code, []).append(commentary.commentary_id)
        return self._default


def splitter_words(language: str) -> str:
    """What to tell a user whose language has no rules of its own here."""
    return f'no sentence rules for "{language}": spaCy\'s sentencizer splits, which knows no abbreviations'


def _words_of(commentary: Commentary) -> str:
    """Where the sentences begin: a title may be in another language."""
    body = next((block for block in commentary.blocks if block.kind in ("paragraph", "list_item")), None)
    start = body.start if body else 0
    return commentary.text[start : start + _HEADS[-1]]


def _first(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{len(ids)} commentaries, the first {ids[0]}"
