"""What a word is by itself: the lists it is on, whether it is a function word, its class by look."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from train.arrays import Array
from train.features.lexicons import cue_lists, read_lexicon
from train.features.tokens import BASE, CAPITAL, Tokens, read_tokens, stir

MARKS = '?!.,:;()"„“»«–…/@#%'
#: Endings of German words, longest first, that roughly separate word classes.
ENDINGS = ("liche", "lich", "ische", "isch", "ten", "te", "en", "st", "t", "er", "es", "em", "e")
NOUN_ENDINGS = ("ungen", "ung")
_LONGEST_ENDING = max(map(len, (*ENDINGS, *NOUN_ENDINGS)))
#: Word classes by look: none of the others, capitalised, that with a noun's ending, a number, and the
#: first of `ENDINGS`, counted from the last.
OTHER_CLASS, CAPITAL_CLASS, NOUN_CLASS, NUMBER_CLASS, ENDING_CLASS = 3, 4, 5, 6, 10
#: What a word may be: on a list, first or second of a phrase on one, a function word.
LISTED, BEGINS, FOLLOWS, FUNCTION = 1, 2, 4, 8


@cache
def counted() -> tuple[str, ...]:
    """What is counted: a mark, or a word on a list."""
    return (*(f"mark={mark}" for mark in MARKS), *(f"list={name}" for name in cue_lists()))


class Lists(NamedTuple):
    """What is on the word lists, marks included, as sorted keys.

    Parameters
    ----------
    words
        Single words on lists, words of phrases and function words.
    part
        What each is: the sum of `LISTED`, `BEGINS`, `FOLLOWS` and `FUNCTION`. One more stands for all
        other words.
    which
        The things counted (columns) that each word (row) stands for.
    phrases
        The same for each number of words: sorted keys, and their rows.
    """

    words: Array
    part: Array
    which: sp.csr_matrix
    phrases: dict[int, tuple[Array, sp.csr_matrix]]


@cache
def lists() -> Lists:
    rows = [(mark, i) for i, mark in enumerate(MARKS)]
    rows += [(entry, len(MARKS) + i) for i, name in enumerate(cue_lists()) for entry in read_lexicon(name)]
    tokens = read_tokens([entry for entry, _ in rows])
    tables: dict[int, dict[int, set[int]]] = {}  # by number of words: the things that a key stands for
    beginnings, seconds = set(), set()
    for i, (_, thing) in enumerate(rows):
        row = tokens.key[tokens.first[i] : tokens.first[i + 1]]
        tables.setdefault(len(row), {}).setdefault(int(phrase_key(row)[0]), set()).add(thing)
        if len(row) > 1:
            beginnings.add(int(row[0]))
            seconds.add(int(row[1]))
    single = tables.pop(1)
    roles = ((LISTED, single), (BEGINS, beginnings), (FOLLOWS, seconds), (FUNCTION, _function_keys()))
    words = sorted(set().union(*(keys for _, keys in roles)))
    part = [sum(role for role, keys in roles if word in keys) for word in words]
    return Lists(
        np.array(words, dtype=np.uint64),
        np.array([*part, 0], dtype=np.uint8),
        _which([single.get(word, set()) for word in words]),
        {
            size: (np.array(sorted(table), dtype=np.uint64), _which([table[key] for key in sorted(table)]))
            for size, table in tables.items()
        },
    )


def _which(things: Sequence[set[int]]) -> sp.csr_matrix:
    """A row for each, and a column for each thing counted."""
    starts = np.cumsum([0, *map(len, things)])
    flat = np.array([thing for row in things for thing in sorted(row)], dtype=np.int64)
    return sp.csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(things), len(counted())))


def phrase_key(row: Array) -> Array:
    """One key for each run of tokens, whose keys stand along the first axis."""
    key = np.atleast_1d(row[0])
    for other in row[1:]:
        key = stir(key * np.uint64(BASE) + other)
    return key


def _function_keys() -> frozenset[int]:
    """The keys of function words."""
    tokens = read_tokens(list(read_lexicon("function_words")))
    is_single = np.diff(tokens.first) == 1
    return frozenset(tokens.key[tokens.first[:-1][is_single]].tolist())


def find(keys: Array, table: Array) -> Array:
    """The place of each key in a sorted table, -1 where it is not there."""
    place: Array = np.searchsorted(table, keys)
    place[place == len(table)] = 0
    return np.where(table[place] == keys, place, -1)


class WordClasses(NamedTuple):
    """What is known of some words, an array of each.

    Parameters
    ----------
    entry
        The word's place in `Lists.words`, -1 where it is not there.
    part
        What it is, as in `Lists.part`.
    lower, capital
        A key of its class (uint32) where it stands in lower case, and with a capital: function words
        and marks as they are, others by look.
    """

    entry: Array
    part: Array
    lower: Array
    capital: Array

    def take(self, places: Array) -> "WordClasses":
        """Those of some of the words, in this order."""
        return WordClasses(*(row[places] for row in self))

    def put(self, places: Array, others: "WordClasses") -> None:
        """Writes what is known of other words into these places."""
        for row, other in zip(self, others, strict=True):
            row[places] = other


def word_classes_of(tokens: Tokens) -> WordClasses:
    """Of each distinct token; what was found before is not looked for again."""
    return tokens.classes or read_word_classes(tokens)


def read_word_classes(tokens: Tokens) -> WordClasses:
    """Of each distinct token."""
    key = tokens.key[tokens.example]
    entry = find(key, lists().words)
    part = lists().part[entry]
    ending, noun_ending = endings(tokens)
    lower = np.where(ending >= 0, ENDING_CLASS + len(ENDINGS) - 1 - ending, OTHER_CLASS)
    capital = np.where(noun_ending, NOUN_CLASS, CAPITAL_CLASS)
    as_it_is = (key >> np.uint64(32)).astype(np.uint32)
    for row in (lower, capital):
        row[tokens.is_digit] = NUMBER_CLASS
    is_closed = ((part & FUNCTION) != 0) | tokens.is_mark
    return WordClasses(
        entry=entry,
        part=part,
        lower=np.where(is_closed, as_it_is, lower.astype(np.uint32)),
        capital=np.where(is_closed, as_it_is, capital.astype(np.uint32)),
    )


def shapes(tokens: Tokens) -> Array:
    """A key for each distinct token's class.

    Returns
    -------
    uint32 ndarray of shape (n_distinct,)
    """
    classes = word_classes_of(tokens)
    return np.where(tokens.case >= CAPITAL, classes.capital, classes.lower)


def endings(tokens: Tokens) -> tuple[Array, Array]:
    """For each distinct token the place of its longest of `ENDINGS`, -1 without; and whether it has a
    noun's ending.
    """
    end, size = tokens.end[tokens.example], tokens.length
    last = np.zeros(len(end), dtype=np.uint64)  # letters from the end, a byte each
    for i in range(_LONGEST_ENDING):
        char = np.where(size > i, np.minimum(tokens.chars[np.maximum(end - 1 - i, 0)], 255), 0)
        last |= char.astype(np.uint64) << np.uint64(8 * i)
    found: Array = np.full(len(end), -1)
    for place in sorted(range(len(ENDINGS)), key=lambda place: len(ENDINGS[place])):
        found[_ends_with(last, ENDINGS[place])] = place
    return found, np.any([_ends_with(last, ending) for ending in NOUN_ENDINGS], axis=0)


def _ends_with(last: Array, ending: str) -> Array:
    bits = (1 << 8 * len(ending)) - 1
    has_ending: Array = (last & np.uint64(bits)) == np.uint64(
        int.from_bytes(ending[::-1].encode("ascii"), "little")
    )
    return has_ending
