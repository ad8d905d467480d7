"""The words that sentence rules look up, read from ``annotate/texts/language/<language>/*.txt``."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_LATIN = "abcdefghijklmnopqrstuvwxyzäöüß"
_CYRILLIC = "абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюя"
_CONSONANTS = "bcdfghjklmnpqrstvwxzß"
_CODE = re.compile(r"[a-z]{2,3}")


class Words(NamedTuple):
    """What a language knows of its abbreviations, numbers and sentence openings.

    ``tails`` are the last three characters (of two letters: with the space before) of what may be
    an abbreviation: a word in small letters with another tail need not be looked up.
    """

    never_final: frozenset[str]
    maybe_final: frozenset[str]
    before_figures: frozenset[str]
    ordinary: frozenset[str]
    openers: frozenset[str]
    small_openers: frozenset[str]
    ordinal_nouns: frozenset[str]
    before_ordinals: frozenset[str]
    before_cardinals: frozenset[str]
    with_mark: frozenset[str]  # names with a mark of their own: "Yahoo!"
    closing: frozenset[str]  # what ends a list, and its sentence before any capital: "usw."
    clipped: tuple[str, ...]  # how words end that lack their end: "schriftl."
    clipped_nouns: tuple[str, ...]
    before_nouns: frozenset[str]
    verbs: frozenset[str]
    no_verbs: frozenset[str]
    places: frozenset[str]
    abbreviations: frozenset[str]
    tails: frozenset[str]
    plain_tails: frozenset[str]  # all others in small letters


def has_words(language: str) -> bool:
    """Whether there are sentence rules for a language."""
    return bool(_CODE.fullmatch(language)) and files("annotate.texts.language").joinpath(language).is_dir()


@cache
def words_of(language: str) -> Words:
    """The word lists of a language; a list it does not have is empty."""
    never, maybe, figures = (
        _abbreviations(language, name) for name in ("never_final", "maybe_final", "before_figures")
    )
    with_mark = frozenset(name.rstrip("!?") for name in read_words(f"{language}/names_with_mark.txt"))
    tails = {f" {entry}"[-3:] for entry in never | maybe | figures | with_mark}
    closing = _abbreviations(language, "closing")
    letters = _CYRILLIC if language in ("uk", "ru") else _LATIN
    clipped = read_lines(f"{language}/clipped_endings.txt")
    tails |= {f" {entry}"[-3:] for entry in closing}
    tails |= {f"{letter}{ending}"[-3:] for ending in clipped for letter in letters}
    tails |= {f"{letter}nr" for letter in letters} | {"str"}
    tails |= {f" {first}{second}" for first in _CONSONANTS for second in _CONSONANTS}
    return Words(
        never_final=never,
        maybe_final=maybe,
        before_figures=figures,
        ordinary=read_words(f"{language}/ordinary.txt"),
        openers=read_words(f"{language}/sentence_openers.txt"),
        small_openers=read_words(f"{language}/small_openers.txt"),
        ordinal_nouns=read_words(f"{language}/ordinal_nouns.txt") | read_words(f"{language}/months.txt"),
        before_ordinals=read_words(f"{language}/before_ordinals.txt"),
        before_cardinals=read_words(f"{language}/before_cardinals.txt"),
        with_mark=with_mark,
        closing=closing,
        clipped=clipped,
        clipped_nouns=tuple(ending for ending in clipped if len(ending) > 3),
        before_nouns=read_words(f"{language}/before_nouns.txt"),
        verbs=read_words(f"{language}/verbs.txt"),
        no_verbs=read_words(f"{language}/no_verbs.txt"),
        places=read_words("places.txt"),
        abbreviations=never | maybe | figures | closing,
        tails=frozenset(tails),
        plain_tails=_three_letters(letters) - tails,
    )


@cache
def _three_letters(letters: str) -> frozenset[str]:
    """All ends of words in small letters: three letters, or a space and two."""
    pairs = [first + second for first in letters for second in letters]
    return frozenset([first + pair for first in f" {letters}" for pair in pairs])


@cache
def read_lines(name: str) -> tuple[str, ...]:
    """The entries of a text file of ``annotate/texts/language``, without comments, in their order."""
    file = files("annotate.texts.language").joinpath(name)
    if not file.is_file():
        return ()
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def read_words(name: str) -> frozenset[str]:
    return frozenset(read_lines(name))


def _abbreviations(language: str, name: str) -> frozenset[str]:
    return frozenset(entry.replace(" ", "").rstrip(".") for entry in read_words(f"{language}/{name}.txt"))
