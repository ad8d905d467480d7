"""The words that sentence rules look up, read from ``annotate/texts/language/<language>/*.txt``."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
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
    abbreviations: frozenset[str]
    tails: frozenset[str]


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
    tails |= {f"{letter}nr" for letter in _LETTERS} | {"str"}
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
        abbreviations=never | maybe | figures,
        tails=frozenset(tails),
    )


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
