"""The German word lists, and which of them a text's words are on.

The lists are package data (``train/features/lexicon/*.txt``): an entry a line, one word or several, ``#``
begins a comment.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import chain, pairwise

from train.features.word_files import read_lines


@cache
def read_lexicon(name: str) -> frozenset[str]:
    """The entries of a list, in lower case."""
    return frozenset(map(str.lower, read_lines("train.features.lexicon", name)))


@cache
def lexicon_names() -> tuple[str, ...]:
    """The names of all lists, in alphabetical order."""
    files = resources.files("train.features.lexicon").iterdir()
    return tuple(sorted(file.name.removesuffix(".txt") for file in files if file.name.endswith(".txt")))


def cue_lists() -> tuple[str, ...]:
    """Without those that say what kind of word it is, not what the sentence does."""
    return tuple(name for name in lexicon_names() if name != "function_words")


@cache
def _by_word() -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for name in cue_lists():
        for entry in sorted(read_lexicon(name)):
            if " " not in entry:
                names.setdefault(entry, []).append(name)
    return {word: tuple(found) for word, found in names.items()}


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]], frozenset[tuple[str, str]]]:
    """What finds the entries of several words, the lists of each, and the first two words of all."""
    names: dict[str, list[str]] = {}
    for name in lexicon_names():
        for entry in sorted(read_lexicon(name)):
            if " " in entry:
                names.setdefault(entry, []).append(name)
    longest_first = sorted(names, key=lambda entry: (-len(entry), entry))
    pattern = "|".join(re.escape(entry) for entry in longest_first)
    begins = frozenset((first, second) for first, second, *_ in (entry.split(" ") for entry in names))
    lists = {entry: tuple(found) for entry, found in names.items()}
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), lists, begins


def find_lexicons(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """The lists that words, given in lower case, are on, with the places of the first and behind the last."""
    by_word = _by_word()
    for i, word in enumerate(words):
        yield from ((name, i, i + 1) for name in by_word.get(word, ()))
    pattern, by_phrase, begins = _phrases()
    if begins.isdisjoint(pairwise(words)):  # to look for them all costs more than most sentences are worth
        return
    text = " ".join(words)
    for match in pattern.finditer(text):
        begin = text.count(" ", 0, match.start())
        end = begin + match.group().count(" ") + 1
        yield from ((name, begin, end) for name in by_phrase[match.group()])


def lexicons_of(words: Sequence[str]) -> list[str]:
    """The lists that words, given in lower case, are on, in alphabetical order."""
    found = set(chain.from_iterable(filter(None, map(_by_word().get, words))))
    pattern, by_phrase, begins = _phrases()
    if not begins.isdisjoint(pairwise(words)):
        for phrase in pattern.findall(" ".join(words)):
            found.update(by_phrase[phrase])
    return sorted(found)


def count_lexicons(words: Sequence[str]) -> Counter[str]:
    """How many of the words, given in lower case, are on each list; phrases count as one.

    >>> sorted(count_lexicons("das ist , wie wir wissen , nicht wahr".split()))
    ['consensus', 'decrease', 'first_person', 'negation', 'question_words']
    """
    return Counter(name for name, _, _ in find_lexicons(words))
