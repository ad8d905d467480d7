"""What a model sees of a row: the sentence, its neighbours, and the running text around it."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, overload

import numpy as np

from schemas.records import ContextSentence
from train.arrays import Array
from train.features.tokens import LETTER, MARK, char_table

_ENDS, _CLOSERS = ".!?…:", '"“”«»’‘)]'
_SENTENCE_END = re.compile(rf"[{_ENDS}][{re.escape(_CLOSERS)}]*\s+")
#: Categories of chars at a sentence's end.
_OTHER, _END, _CLOSER, _SPACE = range(4)
#: Up to so many texts are searched one by one.
_FEW = 16


class Passage(NamedTuple):
    """A sentence, the sentence before it and the one after it, and the text they stand in.

    ``around`` is the running text before and after, ``whole`` what is known of the commentary.
    """

    text: str
    before: str
    after: str
    around: str
    whole: str


class Passages(Sequence[Passage]):
    """Passages as columns: a list for each of their fields."""

    def __init__(self, *columns: Sequence[str]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> "Passages": ...
    def __getitem__(self, place: int | slice) -> "Passage | Passages":
        made = Passages if isinstance(place, slice) else Passage
        return made(*(column[place] for column in self._columns))  # type: ignore[arg-type]

    def only(self, places: Sequence[int]) -> "Passages":
        """Those at some places, in this order."""
        return Passages(*([column[i] for i in places] for column in self._columns))

    def column(self, field: str) -> Sequence[str]:
        """A field of each passage."""
        return self._columns[Passage._fields.index(field)]


def as_passages(X: Sequence[Any]) -> Passages:
    """Passages or plain texts, which have no neighbours, as columns."""
    if isinstance(X, Passages):
        return X
    rows = [Passage(x, "", "", "", "") if isinstance(x, str) else x for x in X]
    return Passages(*(list(map(attrgetter(field), rows)) for field in Passage._fields))


def to_passages(rows: Sequence[ContextSentence], *, with_whole: bool = True) -> Passages:
    """The passages of the rows.

    ``before`` and ``after`` of a row are the whole paragraph around the sentence; the neighbour
    says more than the rest, and stands alone. The commentary is pieced together from its rows:
    a row by itself has no more than its paragraph.

    Parameters
    ----------
    with_whole
        Whether ``around`` and ``whole`` are needed, and white space evened out, as only stances
        do; tokens do not depend on it.
    """
    texts, befores, afters = (list(map(attrgetter(field), rows)) for field in ("text", "before", "after"))
    before, after = last_sentences(set(befores)), first_sentences(set(afters))
    columns = [texts, list(map(before.__getitem__, befores)), list(map(after.__getitem__, afters))]
    if not with_whole:
        nothing = [""] * len(rows)
        return Passages(*columns, nothing, nothing)
    pieces: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        pieces[row.commentary_id] += [row.text] if pieces[row.commentary_id] else [row.before, row.text]
    last = {row.commentary_id: row.after for row in rows}
    wholes = {name: _even(" ".join([*texts, last[name]])) for name, texts in pieces.items()}
    return Passages(
        *(list(map(_even, column)) for column in columns),
        [_even(f"{row.before} {row.after}") for row in rows],
        [wholes[row.commentary_id] for row in rows],
    )


def plain_texts(X: Sequence[Any]) -> Array:
    """The sentences alone, their white space evened out: an array of texts."""
    texts = as_passages(X).column("text")
    return np.array([_even(text) for text in texts], dtype=object)


def first_sentence(text: str) -> str:
    """What stands before the first sentence's end, the mark included.

    >>> first_sentence(" Er fragt: Wozu? Wir wissen es. ")
    'Er fragt:'
    """
    bare = text.strip()
    end = _SENTENCE_END.search(bare)
    return bare[: end.start() + 1] if end else bare


def last_sentence(text: str) -> str:
    """What stands behind the last sentence's end but for the one at the text's own end.

    >>> last_sentence("„Wozu?“ Wir wissen es. ")
    'Wir wissen es.'
    """
    bare, begin = text.strip(), 0
    for end in _SENTENCE_END.finditer(bare):
        begin = end.end()
    return bare[begin:]


def first_sentences(texts: Collection[str]) -> dict[str, str]:
    """`first_sentence` of each text."""
    if len(texts) <= _FEW:
        return {text: first_sentence(text) for text in texts}
    bare = [text.strip() for text in texts]
    sentences = list(bare)
    owner, mark, _ = _sentence_ends(bare)
    is_first = np.diff(owner, prepend=-1) > 0
    for i, end in zip(owner[is_first].tolist(), mark[is_first].tolist(), strict=True):
        sentences[i] = bare[i][: end + 1]
    return dict(zip(texts, sentences, strict=True))


def last_sentences(texts: Collection[str]) -> dict[str, str]:
    """`last_sentence` of each text."""
    if len(texts) <= _FEW:
        return {text: last_sentence(text) for text in texts}
    bare = [text.strip() for text in texts]
    sentences = list(bare)
    owner, _, behind = _sentence_ends(bare)
    is_last = np.diff(owner, append=len(bare)) > 0
    for i, begin in zip(owner[is_last].tolist(), behind[is_last].tolist(), strict=True):
        sentences[i] = bare[i][begin:].lstrip()
    return dict(zip(texts, sentences, strict=True))


def _sentence_ends(texts: Sequence[str]) -> tuple[Array, Array, Array]:
    """All that `_SENTENCE_END` finds: the text's number, where the mark is, where white space begins."""
    raw = np.frombuffer("\0".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    category = _categories().take(raw, mode="clip")
    mark = np.flatnonzero(category == _END)
    behind = mark + 1
    while (is_closer := category[behind] == _CLOSER).any():
        behind += is_closer
    is_end = category[behind] == _SPACE
    mark, behind = mark[is_end], behind[is_end]
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=starts[1:])
    owner = np.searchsorted(starts, mark, side="right") - 1
    return owner, mark - starts[owner], behind - starts[owner]


@cache
def _categories() -> Any:
    """The category of each code point of the basic plane; one more stands for all beyond."""
    table = char_table()
    categories = np.full(len(table) + 1, _OTHER, dtype=np.uint8)
    categories[:-1][(table & (LETTER | MARK)) == 0] = _SPACE
    for chars, category in ((_ENDS, _END), (_CLOSERS, _CLOSER)):
        categories[list(map(ord, chars))] = category
    return categories


def _even(text: str) -> str:
    return " ".join(text.split())
