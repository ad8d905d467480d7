"""Cues of a text as a fixed row of columns: length, marks, capitals, digits, word lists.

Steps, not numbers: a linear model can then bend ("short" and "very long" may both speak for the same
code).
"""

from functools import cache

import numpy as np
import scipy.sparse as sp

from train.arrays import Array
from train.features.ngrams import Grams, ones
from train.features.tokens import CAPITAL, SHOUTED, Tokens
from train.features.word_classes import (
    BEGINS,
    FOLLOWS,
    FUNCTION,
    LISTED,
    counted,
    find,
    lists,
    phrase_key,
    word_classes_of,
)

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
def cue_names() -> tuple[str, ...]:
    """The columns' names."""
    counts = (f"{name}{n}" for name in counted() for n in ("", *range(1, MOST + 1)))
    steps = (f"{name}={i}" for name, limits in STEPS for i in range(len(limits) + 1))
    return (*counts, *steps, *LAST)


def list_counts(tokens: Tokens) -> tuple[Array, Array]:
    """How often each text has each thing counted, phrases included.

    Returns
    -------
    cells : int ndarray
        ``text * len(counted()) + thing``, in order, where the count is above zero
    counts : int ndarray
    """
    listed, width, classes = lists(), len(counted()), word_classes_of(tokens)
    text_of = np.repeat(np.arange(len(tokens.first) - 1), np.diff(tokens.first))
    part = classes.part[tokens.number]
    on_list = np.flatnonzero((part & LISTED) != 0)
    text = text_of[on_list]
    cells = [_cells(text, listed.which, classes.entry[tokens.number[on_list]], width)]
    begins = np.flatnonzero(((part[:-1] & BEGINS) != 0) & ((part[1:] & FOLLOWS) != 0))
    text = text_of[begins]
    for size, (table, which) in listed.phrases.items():
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
    cells: Array = np.repeat(owner, count) * width + which.indices[np.arange(len(skipped)) - skipped]
    return cells


def cues(tokens: Tokens) -> Grams:
    """The columns (`cue_names`) of each text, in order: of things counted, of measures, of flags."""
    cells, counts = list_counts(tokens)
    text, thing = np.divmod(cells, len(counted()))
    measures, flags = _measures_and_flags(tokens)
    things = np.bincount(text, minlength=len(flags))
    starts = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(2 * things + measures.shape[1] + flags.sum(axis=1), out=starts[1:])
    found = np.empty(starts[-1], dtype=np.int64)
    before = np.cumsum(things) - things
    at = (starts[:-1] - 2 * before)[text] + 2 * np.arange(len(cells))
    found[at] = thing * (MOST + 1)
    found[at + 1] = found[at] + np.minimum(counts, MOST)
    behind = starts[:-1] + 2 * things
    found[behind[:, None] + np.arange(measures.shape[1])] = measures
    text, flag = flags.nonzero()
    behind = starts[1:] - np.cumsum(flags.sum(axis=1))
    found[behind[text] + np.arange(len(text))] = len(cue_names()) - len(LAST) + flag
    return Grams(starts, found)


def _measures_and_flags(tokens: Tokens) -> tuple[Array, Array]:
    """The column of each text's step in each of the measures, shape (n_texts, 4), and which of the last
    columns it has: bool, shape (n_texts, 5).
    """
    size = np.diff(tokens.first)
    is_capital, is_shouted = tokens.case >= CAPITAL, tokens.case == SHOUTED
    is_function = (word_classes_of(tokens).part & FUNCTION) != 0
    each = [is_capital, tokens.length, is_function, tokens.is_digit, is_shouted]
    of_texts = ones(tokens.first, tokens.number, len(tokens.case)) @ np.column_stack(each).astype(float)
    capital, letters, function, digits, shouted = of_texts.T
    safe = np.maximum(size, 1)
    shift, measures = len(counted()) * (MOST + 1), []
    values = (size, capital / safe, letters / safe, function / safe)
    for value, (_, limits) in zip(values, STEPS, strict=True):
        measures.append((value >= np.array(limits, dtype=float)[:, None]).sum(axis=0) + shift)
        shift += len(limits) + 1
    case, is_mark = np.append(tokens.case, 0), np.append(tokens.is_mark, True)
    at = np.where(size > 0, tokens.first[:-1], len(tokens.number))
    first = np.append(tokens.number, len(tokens.case))[at]
    upper, mark = case[first] >= CAPITAL, is_mark[first]
    flags = [upper, ~upper & ~mark, mark & ~upper, digits > 0, shouted > 0]
    return np.column_stack(measures), np.column_stack(flags)
