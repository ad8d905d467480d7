"""Cues of a text as a fixed row of columns: length, marks, capitals, digits, word lists.

Steps, not numbers: a linear model can then bend ("short" and "very long" may both speak for the same
code).
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from train.grams import Grams
from train.lexicons import lexicon_names, read_lexicon
from train.tokens import BASE, CAPITAL, SHOUTED, Tokens, key_of, read_tokens, stir

Array = Any

MARKS = '?!.,:;()"„“»«–…/@#%'
#: Endings of German words, longest first, that tell word classes roughly apart.
ENDINGS = ("liche", "lich", "ische", "isch", "ten", "te", "en", "st", "t", "er", "es", "em", "e")
NOUN_ENDINGS = ("ungen", "ung")
_LONGEST_ENDING = max(map(len, (*ENDINGS, *NOUN_ENDINGS)))
_NOUN = -2
#: Word classes by look: none of the others, capitalised, that with a noun's ending, a number, and the
#: first of `ENDINGS`, counted from the last.
OTHER_CLASS, CAPITAL_CLASS, NOUN_CLASS, NUMBER_CLASS, ENDING_CLASS = 3, 4, 5, 6, 10
#: Lists that say what kind of word it is, not what the sentence does: no cue by themselves.
_NOT_CUES = ("function_words",)
#: A count is a column of its own up to this one, which stands for more as well.
MOST = 4

LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 35, 50, 80)
CAPITALS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7)
WORD_LENGTHS = (3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 10)
FUNCTION_WORDS = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
STEPS = (
    ("tokens", LENGTHS),
    ("capitals", CAPITALS),
    ("wordlength", WORD_LENGTHS),
    ("functionwords", FUNCTION_WORDS),
)
LAST = ("begins=upper", "begins=lower", "begins=mark", "digits", "shouting")


@cache
def counted() -> tuple[str, ...]:
    """What is counted: a mark, or a word on a list."""
    lists = (f"list={name}" for name in lexicon_names() if name not in _NOT_CUES)
    return (*(f"mark={mark}" for mark in MARKS), *lists)


@cache
def cue_names() -> tuple[str, ...]:
    """The columns' names."""
    counts = (f"{name}{n}" for name in counted() for n in ("", *range(1, MOST + 1)))
    steps = (f"{name}={i}" for name, limits in STEPS for i in range(len(limits) + 1))
    return (*counts, *steps, *LAST)


class Entries(NamedTuple):
    """What is on the word lists, marks included.

    Parameters
    ----------
    things
        For each number of words the entries by their key (`phrase_key`), and the places in `counted`
        that each stands for.
    beginnings
        The keys of words that a phrase begins with.
    """

    things: dict[int, dict[int, tuple[int, ...]]]
    beginnings: frozenset[int]


@cache
def entries() -> Entries:
    """The entries of all lists that are cues."""
    found: dict[int, dict[int, set[int]]] = {}
    beginnings = set()
    names = [name for name in lexicon_names() if name not in _NOT_CUES]
    rows = [(mark, i) for i, mark in enumerate(MARKS)]
    rows += [(entry, len(MARKS) + i) for i, name in enumerate(names) for entry in read_lexicon(name)]
    tokens = read_tokens([entry for entry, _ in rows])
    for i, (_, place) in enumerate(rows):
        row = tokens.key[tokens.first[i] : tokens.first[i + 1]]
        found.setdefault(len(row), {}).setdefault(int(phrase_key(row)[0]), set()).add(place)
        if len(row) > 1:
            beginnings.add(int(row[0]))
    things = {
        size: {key: tuple(sorted(places)) for key, places in table.items()} for size, table in found.items()
    }
    return Entries(things, frozenset(beginnings))


class _Lists(NamedTuple):
    """The entries as sorted keys.

    ``which`` has a row a word and a column a thing counted; ``phrases`` are, for each number of
    words, sorted keys and their own rows; ``beginnings`` are the first words of phrases.
    """

    words: Array
    which: sp.csr_matrix
    beginnings: Array
    phrases: dict[int, tuple[Array, sp.csr_matrix]]


@cache
def _lists() -> _Lists:
    tables = {size: _table(things) for size, things in entries().things.items()}
    words, which = tables.pop(1)
    return _Lists(words, which, np.array(sorted(entries().beginnings), dtype=np.uint64), tables)


def _table(things: dict[int, tuple[int, ...]]) -> tuple[Array, sp.csr_matrix]:
    keys = sorted(things)
    places = [things[key] for key in keys]
    starts = np.cumsum([0, *map(len, places)])
    flat = np.concatenate(places)
    matrix = sp.csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(keys), len(counted())))
    return np.array(keys, dtype=np.uint64), matrix


def phrase_key(row: Array) -> Array:
    """One key for each run of tokens, whose keys stand along the first axis."""
    key = np.atleast_1d(row[0])
    for other in row[1:]:
        key = stir(key * np.uint64(BASE) + other)
    return key


@cache
def function_keys() -> Array:
    entries = [entry for entry in read_lexicon("function_words") if " " not in entry]
    return np.unique(np.concatenate([key_of(entry) for entry in entries if len(key_of(entry)) == 1]))


def find(keys: Array, table: Array) -> Array:
    """The place of each key in a sorted table, -1 where it is not there."""
    place: Array = np.searchsorted(table, keys)
    place[place == len(table)] = 0
    return np.where(table[place] == keys, place, -1)


def is_function_word(tokens: Tokens) -> Array:
    """For each distinct token."""
    return find(tokens.key[tokens.example], function_keys()) >= 0


def list_counts(tokens: Tokens) -> tuple[Array, Array]:
    """How often each text has each thing counted, phrases included.

    Returns
    -------
    cells : int ndarray
        ``text * len(counted()) + thing``, in order, where the count is above zero
    counts : int ndarray
    """
    lists, width = _lists(), len(counted())
    keys = tokens.key[tokens.example]
    text_of = np.repeat(np.arange(len(tokens.first) - 1), np.diff(tokens.first))
    place = find(keys, lists.words)
    on_list = np.flatnonzero((place >= 0)[tokens.number])
    text = text_of[on_list]
    cells = [_cells(text, lists.which, place[tokens.number[on_list]], width)]
    begins = np.flatnonzero((find(keys, lists.beginnings) >= 0)[tokens.number])
    text = text_of[begins]
    for size, (table, which) in lists.phrases.items():
        is_whole = begins + size <= tokens.first[text + 1]
        at, owner = begins[is_whole], text[is_whole]
        if len(at):
            place = find(phrase_key(np.stack([tokens.key[at + i] for i in range(size)])), table)
            cells.append(_cells(owner[place >= 0], which, place[place >= 0], width))
    return _tally(np.concatenate(cells))


def _tally(cells: Array) -> tuple[Array, Array]:
    cells = np.sort(cells)
    is_new = np.ones(len(cells), dtype=bool)
    is_new[1:] = cells[1:] != cells[:-1]
    begin = np.flatnonzero(is_new)
    return cells[begin], np.diff(begin, append=len(cells))


def _cells(owner: Array, which: sp.csr_matrix, place: Array, width: int) -> Array:
    """A cell for each list that an entry is on."""
    begin, count = which.indptr[place].astype(np.int64), np.diff(which.indptr)[place]
    skipped = np.repeat(np.cumsum(count) - count - begin, count)
    return np.repeat(owner, count) * width + which.indices[np.arange(len(skipped)) - skipped]


def cues(tokens: Tokens) -> Grams:
    """The columns (`cue_names`) of each text."""
    texts = len(tokens.first) - 1
    width, things = len(cue_names()), len(counted())
    cells, counts = list_counts(tokens)
    text, thing = np.divmod(cells, things)
    column = text * width + thing * (MOST + 1)
    more = _measures(tokens) + (np.arange(texts) * width)[:, None] + things * (MOST + 1)
    flags = [row * width + (width - len(LAST) + i) for i, row in enumerate(_flags(tokens), start=0)]
    found = np.concatenate([column, column + np.minimum(counts, MOST), more.ravel(), *flags])
    found.sort()
    starts = np.searchsorted(found, np.arange(texts + 1) * width)
    return Grams(starts, found % width)


def _measures(tokens: Tokens) -> Array:
    """The column of each text's step in each of the measures."""
    size = np.diff(tokens.first)
    safe = np.maximum(size, 1)
    capital, letters = _per_text(tokens, tokens.case >= CAPITAL, tokens.length)
    function, _ = _per_text(tokens, is_function_word(tokens))
    values = (size, capital / safe, letters / safe, function / safe)
    shift, columns = 0, []
    for value, (_, limits) in zip(values, STEPS, strict=True):
        columns.append(np.searchsorted(np.array(limits, dtype=float), value, side="right") + shift)
        shift += len(limits) + 1
    return np.column_stack(columns)


def _flags(tokens: Tokens) -> list[Array]:
    """The texts that have each of the last columns."""
    begin, end = tokens.first[:-1], tokens.first[1:]
    case, is_mark = np.append(tokens.case, 0), np.append(tokens.is_mark, True)
    first = np.append(tokens.number, len(tokens.case))[np.where(begin < end, begin, len(tokens.number))]
    upper, mark = case[first] >= CAPITAL, is_mark[first]
    digits, shouting = _per_text(tokens, tokens.is_digit, tokens.case == SHOUTED)
    return [
        np.flatnonzero(upper),
        np.flatnonzero(~upper & ~mark),
        np.flatnonzero(mark & ~upper),
        np.flatnonzero(digits),
        np.flatnonzero(shouting),
    ]


def _per_text(tokens: Tokens, one: Array, other: Array | int = 0) -> tuple[Array, Array]:
    """The sums over a text's tokens of two things known of each distinct one; each has half a number."""
    both = one + (np.asarray(other, dtype=np.int64) << 32)
    total = np.zeros(len(tokens.number) + 1, dtype=np.int64)
    np.cumsum(both[tokens.number], out=total[1:])
    found = np.diff(total[tokens.first])
    return found & 0xFFFFFFFF, found >> 32


def shapes(tokens: Tokens) -> Array:
    """A key for each distinct token's class: function words and marks as they are, others by look.

    Returns
    -------
    uint32 ndarray of shape (n_distinct,)
    """
    key = tokens.key[tokens.example]
    as_is = is_function_word(tokens) | tokens.is_mark
    noun = tokens.case >= CAPITAL
    ending, noun_ending = endings(tokens)
    of_others = np.where(ending >= 0, ENDING_CLASS + len(ENDINGS) - 1 - ending, OTHER_CLASS)
    open_class = np.where(noun, np.where(noun_ending, NOUN_CLASS, CAPITAL_CLASS), of_others)
    open_class[tokens.is_digit] = NUMBER_CLASS
    return np.where(as_is, (key >> np.uint64(32)).astype(np.uint32), open_class.astype(np.uint32))


def endings(tokens: Tokens) -> tuple[Array, Array]:
    """For each distinct token the place of its longest of `ENDINGS`, -1 without; and whether it has a
    noun's ending.
    """
    end, size = tokens.end[tokens.example], tokens.length
    keys, places = _ending_table()
    found: Array = np.full(len(end), -1)
    is_noun: Array = np.zeros(len(end), dtype=bool)
    key = np.zeros(len(end), dtype=np.uint64)
    for i in range(_LONGEST_ENDING):
        sign = tokens.signs[np.maximum(end - 1 - i, 0)]
        key = (key << np.uint64(8)) + np.minimum(sign, 255)
        place = find(key, keys)
        given = np.where((place >= 0) & (size > i), places[place], -1)
        found = np.where(given >= 0, given, found)
        is_noun = is_noun | (given == _NOUN)
    return found, is_noun


@cache
def _ending_table() -> tuple[Array, Array]:
    """The endings' letters, read from the end, as sorted keys, and the place of each."""
    rows = [*enumerate(ENDINGS), *((_NOUN, ending) for ending in NOUN_ENDINGS)]
    table = sorted((int.from_bytes(ending[::-1].encode("ascii"), "big"), i) for i, ending in rows)
    return np.array([key for key, _ in table], dtype=np.uint64), np.array([i for _, i in table])
