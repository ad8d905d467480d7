"""The buckets of one text at a time, in whole numbers of Python: the same that `train.features.ngrams` finds.

Arrays win with many texts. For a sentence and its neighbours their calls alone would take most of
the time, so these are read here, word by word, and what is known of a word is kept.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from train.features import cues, word_classes
from train.features.ngrams import BASE32, BITS, EDGES, LONGEST_SHAPE, SIZES, STIR32
from train.features.tokens import BASE, CAPITAL, DIGIT, LOWER, MARK, SHOUTED, STIR, UPPER, char_table

# keys are words of 64 and of 32 bits
_ALL64, _ALL32 = 2**64 - 1, 2**32 - 1
_TOP64, _TOP32 = 64 - BITS, 32 - BITS
#: Characters beyond the basic plane are marks, whatever else they are.
_TOKEN = re.compile("[^\\W\U00010000-\U0010ffff]+|[^\\w\\s]|[\U00010000-\U0010ffff]")


class Word(NamedTuple):
    """What a token is by itself, as `train.features.tokens.Tokens` and `train.features.word_classes` have it.

    Parameters
    ----------
    lower
        Its chars in lower case.
    things
        The places in `train.features.word_classes.counted` that it stands for alone.
    begins
        Whether a phrase on a list begins with it.
    """

    lower: str
    key: int
    case: int
    is_mark: bool
    is_digit: bool
    is_function: bool
    shape: int
    things: tuple[int, ...]
    begins: bool


def read_words(text: str) -> list[Word]:
    """The words and marks of a text, in order."""
    return [_word(token) for token in _TOKEN.findall(text)]


@lru_cache(1 << 16)
def _word(token: str) -> Word:
    lower, flags = zip(*map(_look_up, token), strict=True)
    shouted = len(token) > 2 and all(flag & UPPER for flag in flags)
    case = SHOUTED if shouted else CAPITAL if flags[0] & UPPER else LOWER
    key = 0
    for char in reversed(lower):
        key = (key * BASE + char) & _ALL64
    key = _stir(key)
    word = Word(
        lower="".join(map(chr, lower)),
        key=key,
        case=case,
        is_mark=bool(flags[0] & MARK),
        is_digit=bool(flags[0] & flags[-1] & DIGIT),
        is_function=key in word_classes.function_keys(),
        shape=0,
        things=word_classes.entries().things[1].get(key, ()),
        begins=key in word_classes.entries().beginnings,
    )
    return word._replace(shape=_shape(word))


def _look_up(char: str) -> tuple[int, int]:
    """The char in lower case, and what it is."""
    table = char_table()
    if ord(char) >= len(table):
        return ord(char), MARK
    packed = int(table[ord(char)])
    return packed >> 8, packed & 0xFF


def _shape(word: Word) -> int:
    if word.is_function or word.is_mark:
        return word.key >> 32
    if word.is_digit:
        return word_classes.NUMBER_CLASS
    if word.case >= CAPITAL:
        return (
            word_classes.NOUN_CLASS
            if word.lower.endswith(word_classes.NOUN_ENDINGS)
            else word_classes.CAPITAL_CLASS
        )
    places = (i for i, ending in enumerate(reversed(word_classes.ENDINGS)) if word.lower.endswith(ending))
    return max((word_classes.ENDING_CLASS + i for i in places), default=word_classes.OTHER_CLASS)


def read_word(word: Word) -> list[int]:
    return [word.key >> _TOP64]


def read_characters(word: Word) -> list[int]:
    """The n-grams of a word with a space before and after, begin by begin; a mark has none."""
    if word.is_mark:
        return []
    chars = [ord(char) for char in f" {word.lower} "]
    found = []
    for begin in range(len(chars) - 1):
        gram = 0
        for size, char in enumerate(chars[begin : begin + SIZES[-1]], start=1):
            gram = (gram * BASE32 + char) & _ALL32
            if size >= SIZES[0]:
                found.append(_bucket32(gram))
    return found


def read_pairs(words: Sequence[Word]) -> list[int]:
    pairs = dict.fromkeys((one.key, other.key) for one, other in pairwise(words))
    return [_stir((one * BASE + other) & _ALL64) >> _TOP64 for one, other in pairs]


def read_edges(words: Sequence[Word]) -> list[int]:
    if not words:
        return [0]
    found, count = [], len(words)
    for edge in EDGES:
        if edge.least <= count:
            key = edge.seed
            for offset in edge.offsets:
                key = _stir((key * BASE + words[offset].key) & _ALL64)
            found.append(key >> _TOP64)
    return found


def read_shapes(words: Sequence[Word]) -> list[int]:
    row = [1, *(word.shape for word in words), 2]
    found = []
    for begin in range(len(row)):
        run = 0
        for column, shape in enumerate(row[begin : begin + LONGEST_SHAPE]):
            run = (run * BASE32 + shape + column) & _ALL32
            found.append(_bucket32(run))
    return found


def read_cues(words: Sequence[Word]) -> list[int]:
    """The columns (`train.features.cues.cue_names`), in order."""
    each = cues.MOST + 1
    found = []
    for thing, count in Counter(_things(words)).items():
        found += [thing * each, thing * each + min(count, cues.MOST)]
    size = max(len(words), 1)
    values = (
        len(words),
        sum(word.case >= CAPITAL for word in words) / size,
        sum(len(word.lower) for word in words) / size,
        sum(word.is_function for word in words) / size,
    )
    shift = len(word_classes.counted()) * each
    for value, (_, limits) in zip(values, cues.STEPS, strict=True):
        found.append(shift + bisect_right(limits, value))
        shift += len(limits) + 1
    upper = bool(words) and words[0].case >= CAPITAL
    mark = not words or words[0].is_mark
    flags = (
        upper,
        not upper and not mark,
        mark and not upper,
        any(word.is_digit for word in words),
        any(word.case == SHOUTED for word in words),
    )
    return sorted(found) + [shift + i for i, is_so in enumerate(flags) if is_so]


def _things(words: Sequence[Word]) -> Iterator[int]:
    """What is counted, once for each time it occurs."""
    for i, word in enumerate(words):
        yield from word.things
        if word.begins:
            key = word.key
            for size, other in enumerate(words[i + 1 : i + _longest_phrase()], start=2):
                key = _stir((key * BASE + other.key) & _ALL64)
                yield from word_classes.entries().things.get(size, {}).get(key, ())


@cache
def _longest_phrase() -> int:
    return max(word_classes.entries().things)


def _stir(key: int) -> int:
    key = ((key ^ (key >> 32)) * STIR) & _ALL64
    return key ^ (key >> 32)


def _bucket32(key: int) -> int:
    key = ((key ^ (key >> 15)) * STIR32) & _ALL32
    return (((key ^ (key >> 13)) * BASE32) & _ALL32) >> _TOP32


#: From a word, or from a text's words, to the buckets of a vocabulary
#: (`train.features.sentence.VOCABULARIES`).
OF_WORD: dict[str, Callable[[Word], list[int]]] = {"word": read_word, "char": read_characters}
OF_TEXT: dict[str, Callable[[Sequence[Word]], list[int]]] = {
    "pair": read_pairs,
    "edge": read_edges,
    "shape": read_shapes,
    "cue": read_cues,
}
