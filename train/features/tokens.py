"""All tokens of many texts at once, as arrays: where they stand, what they are, which are the same.

The texts are one buffer of code points. A token is a run of letters and digits or a single mark,
its key a polynomial over its lower-case letters: the difference of two prefix sums times the inverse
of the starting power, so that a token of any length costs the same. Most tokens of a batch occur
many times, so what only depends on the token itself is found once for each distinct one.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from train.arrays import Array

#: Bits of a char's category: a capital; what ``\\w`` finds; neither that nor white space; a digit.
UPPER, LETTER, MARK, DIGIT = 1, 2, 4, 8
#: Characters above are marks without a lower case.
_SIZE = 0x10000
_SURROGATES = range(0xD800, 0xE000)


@cache
def char_table() -> Array:
    """For each code point of the basic plane, ``lower << 8 | category``: shape (65536,), uint32.

    From Python's own idea of Unicode. A letter whose lower case is several letters (İ) stays as it
    is, so that places stay the same.
    """
    chars = ["\ufffd" if code in _SURROGATES else chr(code) for code in range(_SIZE)]
    text = "".join(chars)
    lower = ((low if len(low := char.lower()) == 1 else char) for char in chars)
    table = np.fromiter(map(ord, lower), dtype=np.uint32, count=_SIZE) << 8
    for bit, pattern in ((LETTER, r"\w+"), (MARK, r"[^\w\s]+"), (DIGIT, r"\d+")):
        for found in re.finditer(pattern, text):
            table[found.start() : found.end()] |= bit
    table[np.fromiter(map(str.isupper, chars), dtype=bool, count=_SIZE)] |= UPPER
    return table


#: Of all keys of 64 bits; odd, so that it has an inverse.
BASE = 0x9E3779B97F4A7C15
STIR = 0xD6E8FEB86659FD93
_INVERSE = pow(BASE, -1, 2**64)
_STIR = np.uint64(STIR)
_SHIFT, _SHORT = np.uint64(32), np.uint64(48)

_NOWHERE = np.zeros(0, dtype=np.int32)

#: Cases of a token: begins in lower case or with a mark, with a capital, or is all capitals.
LOWER, CAPITAL, SHOUTED = 0, 1, 2


class Tokens(NamedTuple):
    """The tokens of some texts.

    Parameters
    ----------
    chars : uint32 ndarray
        The buffer, lower-cased; the texts stand in it with a line feed before, between and after.
    places : int ndarray of shape (n_texts + 1,)
        Where each text begins in the buffer.
    first : int ndarray of shape (n_texts + 1,)
        The number of tokens before each text.
    start, end : int ndarray of shape (n_tokens,)
        Places in the buffer.
    key : uint64 ndarray of shape (n_tokens,)
        Equal for tokens that are equal in lower case.
    number : int ndarray of shape (n_tokens,)
        The distinct token it is; such are told apart by their case as well.
    example : int ndarray of shape (n_distinct,)
        A token for each distinct one.
    case, is_mark, is_digit : ndarray of shape (n_distinct,)
        A number begins and ends with a digit.
    earlier : int ndarray of shape (n_tokens,)
        Where the text has the same token last before, whatever its case; -1 where it has not.
    classes : WordClasses, optional
        What `train.features.word_classes` knows of each distinct token, where it was looked up already.
    """

    chars: Array
    places: Array
    first: Array
    start: Array
    end: Array
    key: Array
    number: Array
    example: Array
    case: Array
    is_mark: Array
    is_digit: Array
    earlier: Array
    classes: Any = None

    @property
    def length(self) -> Array:
        """Letters of each distinct token."""
        return self.end[self.example] - self.start[self.example]

    def only(self, some: Array) -> "Tokens":
        """Some of the distinct tokens; their positions in the texts are dropped."""
        return self._replace(
            example=self.example[some],
            case=self.case[some],
            is_mark=self.is_mark[some],
            is_digit=self.is_digit[some],
            number=_NOWHERE,
            classes=None,
        )

    def word(self, token: int) -> str:
        """A token in lower case, as it is shown to people."""
        return "".join(map(chr, self.chars[self.start[token] : self.end[token]]))


def read_tokens(texts: Sequence[str]) -> Tokens:
    """The tokens of the texts, in order."""
    raw = np.frombuffer(("\n" + "\n".join([*texts, ""])).encode("utf-32-le", "surrogatepass"), np.uint32)
    places = np.ones(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=places[1:])
    places[1:] += 1
    chars, category = _look_up(raw)
    is_letter, is_mark = (category & LETTER) != 0, (category & MARK) != 0
    start = np.flatnonzero(is_mark[1:] | (is_letter[1:] > is_letter[:-1])) + 1
    end = np.flatnonzero(is_mark[:-1] | (is_letter[:-1] > is_letter[1:])) + 1
    key = _keys(chars, start, end)
    at_start = category[start]
    uppers = np.zeros(len(category) + 1, dtype=np.int32)
    np.cumsum(category & UPPER, dtype=np.int32, out=uppers[1:])
    size = end - start
    case = (at_start & UPPER) + ((size > 2) & (uppers[end] - uppers[start] == size))
    number, example = distinct(key + (case.astype(np.uint64) << _SHIFT))
    sample = start[example]
    is_digit = (at_start[example] & category[end[example] - 1] & DIGIT) != 0
    first = np.searchsorted(start, places)
    return Tokens(
        chars=chars,
        places=places,
        first=first,
        start=start,
        end=end,
        key=key,
        number=number,
        example=example,
        case=case[example],
        is_mark=is_mark[sample],
        is_digit=is_digit,
        earlier=last_before(key, first),
    )


def distinct(keys: Array) -> tuple[Array, Array]:
    """The number of the distinct key that each key is, and an example of each.

    One slot of a table holds the place of the last key that fell there; the few keys that find
    another key in their slot each stand for themselves. Nothing is sorted.
    """
    bits = np.uint64(64 - max(10, len(keys).bit_length() + 1))
    slot = stir(keys) >> bits
    places = np.arange(len(keys), dtype=np.int32)
    slots = np.empty(1 << int(64 - bits), dtype=np.int32)
    slots[slot] = places
    found = slots[slot]
    found = np.where(keys[found] == keys, found, places)
    is_example = np.zeros(len(keys), dtype=bool)
    is_example[found] = True
    example = np.flatnonzero(is_example)
    number = np.cumsum(is_example, dtype=np.int32)
    return number[found] - 1, example


class KeyTable:
    """Finds keys of tokens among some; of two that fall in one slot only one can be found.

    Parameters
    ----------
    keys : uint64 ndarray
        Not empty.
    """

    def __init__(self, keys: Array) -> None:
        self._keys, self._bits = keys, np.uint64(64 - (len(keys).bit_length() + 2))
        self._slots = np.zeros(1 << int(64 - self._bits), dtype=np.int32)
        self._slots[stir(keys) >> self._bits] = np.arange(len(keys), dtype=np.int32)

    def find(self, keys: Array) -> tuple[Array, Array]:
        """A place for each key, and whether it is the key's."""
        place = self._slots[stir(keys) >> self._bits]
        return place, self._keys[place] == keys


def last_before(keys: Array, first: Array) -> Array:
    """The nearest place before each where the same text has the same key, -1 where there is none.

    Only 16 bits of a key are sorted, which takes a pass or two; what else has them is passed over.

    Parameters
    ----------
    keys : uint64 ndarray
    first : int ndarray
        The number of keys before each text.
    """
    short = (keys >> _SHORT).astype(np.uint16)
    order = np.argsort(short, kind="stable")
    text = np.repeat(np.arange(len(first) - 1, dtype=np.int32), np.diff(first))[order]
    short = short[order]
    is_like = (short[1:] == short[:-1]) & (text[1:] == text[:-1])
    like = np.full(len(keys), -1, dtype=np.int64)
    like[order[1:][is_like]] = order[:-1][is_like]
    found = like.copy()
    while len(others := np.flatnonzero((found >= 0) & (keys[found] != keys))):
        found[others] = like[found[others]]
    return found


def stir(keys: Array) -> Array:
    """Spreads what keys differ in over all their bits."""
    keys = (keys ^ (keys >> _SHIFT)) * _STIR
    stirred: Array = keys ^ (keys >> _SHIFT)
    return stirred


def _keys(chars: Array, start: Array, end: Array) -> Array:
    size = 1 << max(len(chars).bit_length(), 10)
    sums = np.zeros(len(chars) + 1, dtype=np.uint64)
    np.cumsum(chars * _powers(BASE, size)[: len(chars)], out=sums[1:])
    return stir((sums[end] - sums[start]) * _powers(_INVERSE, size)[start])


@cache
def _powers(base: int, size: int) -> Array:
    row = np.full(size, base, dtype=np.uint64)
    row[0] = 1
    return np.cumprod(row)


def _look_up(raw: Array) -> tuple[Array, Array]:
    """The lower-case chars, and what each is."""
    packed = char_table()
    is_basic = raw < len(packed)
    if is_basic.all():
        found = packed[raw]
        return found >> 8, found.astype(np.uint8)
    found = packed[np.where(is_basic, raw, 0)]
    return np.where(is_basic, found >> 8, raw), np.where(is_basic, found, MARK).astype(np.uint8)
