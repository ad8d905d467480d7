"""What moved an answer, in names that a person understands; what has none is not named.

A reason is named ``[PLACE_]KIND: TERM``:

- ``word`` and ``pair``: content words as they stand in the text;
- ``cue``: a list and the words of the text that are on it (``cue: negation: nicht, kein``);
- ``mark``: a mark that says something (``mark: ?``; ``mark: "`` is any quotation mark);
- ``speech``: a sign of reported speech (`train.features.speech.signs.SIGNS`);
- ``length``: ``short`` or ``long``; `MEANING` and the others below are names by themselves.

PLACE is ``before`` or ``after`` for the neighbouring sentences, ``near`` for words near a target's name.
Many columns have one name: a question mark is a mark, a word, and what stands last.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from train.arrays import Array, Ints
from train.features.analyzers import tokens
from train.features.cues import LENGTHS
from train.features.lexicons import find_lexicons, read_lexicon
from train.features.passages import Passage
from train.features.word_files import read_kinds, read_lines

MEANING = "sentence: meaning"
TOPIC, OTHERS = "commentary: topic", "commentary: other sentences"
LAYERS = "sentence: other layers"
FIRST, LAST = "commentary: first sentence", "commentary: last sentence"
NAMED, ITSELF = "target: named", "target: itself"

#: Marks that say something, by what stands for them.
MARKS = dict.fromkeys('"„“”»«', '"') | {mark: mark for mark in "?!:…"}
_SHORT, _LONG = 8, 35  # tokens
_NO_TARGET = ("state=silent", "named=0", "overlap=0", "share=0")
_TARGET = ("state=", "named=", "overlap=", "share=", "alias=")
_ABOUT = ("rate=", "profile=", "share=")


class Subjects:
    """What each column of a matrix is about; columns of one subject are told together.

    A subject is the name of a reason without the words of a text, or ``list: NAME`` for a word list:
    which words of it stand in a text is known when it is told. They are found when a column first occurs.

    Parameters
    ----------
    columns
        Their names, ``block: term``.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.names: list[str] = []
        self._place: dict[str, int] = {}
        self._of: Ints = np.full(len(columns), -2)

    def of(self, columns: Array) -> Ints:
        """The place in ``names`` of each column's subject, -1 where it has none."""
        for column in np.unique(columns[self._of[columns] == -2]).tolist():
            self._of[column] = self._find(self.columns[column])
        return self._of[columns]

    def _find(self, column: str) -> int:
        name = subject(column)
        if name is None:
            return -1
        if name not in self._place:
            self._place[name] = len(self.names)
            self.names.append(name)
        return self._place[name]


def subject(column: str) -> str | None:
    """What a column is about, or None where a person has no name for it.

    >>> subject("word: panzer"), subject("before_edge: first=aber"), subject("edge: last=?")
    ('word: panzer', 'before_cue: contrast', 'mark: ?')
    >>> subject("word: sagt niemand"), subject("cue: list=demand2"), subject("mention: near=waffen")
    ('pair: sagt niemand', 'list: demand', 'near_word: waffen')
    >>> subject("word: zu"), subject("edge: last=."), subject("cue: begins=upper")
    (None, None, None)
    """
    block, _, term = column.partition(": ")
    side, _, kind = block.rpartition("_")
    found = _SUBJECTS[kind](term) if kind in _SUBJECTS else column
    if found == "" and side:
        return FIRST if side == "before" else LAST
    return f"{side}_{found}" if found and side else found or None


def _of_words(term: str) -> str | None:
    words = [word for word in term.split(" ") if is_word(word)]
    if len(words) > 1 and any(map(is_content, words)):
        return f"pair: {' '.join(words)}"
    listed = next((_cue_of()[word] for word in words if word in _cue_of()), None)
    if listed:
        return f"cue: {listed}"
    if words:
        return f"word: {words[0]}" if is_content(words[0]) else None
    return next((f"mark: {MARKS[mark]}" for mark in term.split(" ") if mark in MARKS), None)


def _of_edge(term: str) -> str | None:
    return "" if term == "empty" else _of_words(term.partition("=")[2])


def _of_cue(term: str) -> str | None:
    name, _, value = term.partition("=")
    if name == "list":
        return f"list: {value.rstrip('0123456789')}"
    if name == "mark":
        return f"mark: {MARKS[value[0]]}" if value[0] in MARKS else None
    if name == "digits":
        return "cue: number_words"
    if name != "tokens":
        return None
    least = LENGTHS[int(value) - 1] if value != "0" else 0
    if not least:
        return ""
    return "length: short" if least < _SHORT else "length: long" if least >= _LONG else None


def _of_mention(term: str) -> str | None:
    head, _, last = term.rpartition(":")
    if head:
        return f"list: {last}"
    if term.startswith("near="):
        found = _of_words(term.removeprefix("near="))
        return f"near_{found}" if found else None
    if "_" in term and term.startswith(_ABOUT):
        return TOPIC
    if term.startswith(_TARGET):
        return None if term in _NO_TARGET else NAMED
    return TOPIC if term.endswith("_around") else ITSELF


_SUBJECTS: dict[str, Callable[[str], str | None]] = {
    "word": _of_words,
    "edge": _of_edge,
    "cue": _of_cue,
    "mention": _of_mention,
    "topic": lambda term: TOPIC,
    "speech": lambda term: f"speech: {term}",
    "cross": lambda term: _of_words(term.partition("|")[2]),
}


def tell(name: str, passage: Passage) -> str | None:
    """A subject (`subject`) with the words of the passage that it is about, or None where none is.

    >>> passage = Passage("Das muss niemand wissen.", "", "", "", "")
    >>> [tell(name, passage) for name in ("word: wissen", "list: demand", "cue: negation", "mark: ?")]
    ['word: wissen', 'cue: modal: muss', 'cue: negation: niemand', 'mark: ?']
    """
    block, side, kind, term = _parts(name)
    if kind not in ("word", "pair", "list", "cue"):
        return name
    said = _said(getattr(passage, side) if side in ("before", "after") else passage.text)
    if kind in ("word", "pair"):
        return f"{block}: {' '.join([said.words.get(word, word) for word in term.split(' ')])}"
    cue = said.lists.get(term) if kind == "list" else term
    words = said.cues.get(cue) if cue else None
    return f"{side}{'_' if side else ''}cue: {cue}: {', '.join(words)}" if words else None


@lru_cache(1 << 15)  # a model names the same subjects in text after text
def _parts(name: str) -> tuple[str, str, str, str]:
    """Block, side, kind and term of a subject."""
    block, _, term = name.partition(": ")
    side, _, kind = block.rpartition("_")
    return block, side, kind, term


class _Said(NamedTuple):
    """The words of a text by their lower case, those of each cue, and the cue under which a list is told."""

    words: dict[str, str]
    cues: dict[str, list[str]]
    lists: dict[str, str]


@lru_cache(1 << 13)  # a text is asked for every layer, and as its neighbours' neighbour
def _said(text: str) -> _Said:
    row = tokens(text)
    lower = [word.lower() for word in row]
    words = dict(zip(reversed(lower), reversed(row), strict=True))  # the first of equals stays
    cues: dict[str, list[str]] = {}
    lists: dict[str, str] = {}
    cue_of = _cue_of()
    for name, begin, end in find_lexicons(lower):
        cue = cue_of.get(" ".join(lower[begin:end]))
        if cue is None:
            continue
        entry = " ".join(row[begin:end])
        if entry not in cues.setdefault(cue, []):
            cues[cue].append(entry)
        is_vague = entry.lower() in vague_words().get(name, ())
        if (cue == name or name not in lists) and not is_vague:
            lists[name] = cue
    if numbers := [word for word in row if word[0].isdigit()]:
        cues["number_words"] = [*dict.fromkeys([*cues.get("number_words", []), *numbers])]
    return _Said(words, cues, lists)


def vague_words() -> dict[str, tuple[str, ...]]:
    """The word lists that are cues, each with its words that do not show by themselves what it is about.

    Of a word on several lists the first counts.
    """
    return read_kinds("train.features", "told")


@cache
def _cue_of() -> dict[str, str]:
    """The cue of each entry of a list, in lower case."""
    found: dict[str, str] = {}
    for name, vague in vague_words().items():
        for entry in sorted(read_lexicon(name).difference(vague)):
            found.setdefault(entry, name)
    return found


def is_word(token: str) -> bool:
    return token[:1].isalnum()


def is_content(word: str) -> bool:
    """Whether a word in lower case means something by itself."""
    return len(word) > 1 and word not in read_lexicon("function_words") and word not in _empty()


@cache
def _empty() -> frozenset[str]:
    return frozenset(read_lines("train.features", "empty_words"))
