"""What a model sees of a row: the sentence, its neighbours, its paragraph, and its commentary."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, overload

import numpy as np

from schemas.records import ContextSentence
from train.arrays import Array

_ENDS, _CLOSERS = ".!?…:", '"“”«»’‘)]'
_SENTENCE_END = re.compile(rf"[{_ENDS}][{re.escape(_CLOSERS)}]*\s+")


class Passage(NamedTuple):
    """A sentence, the sentence before it and the one after it, and the text they stand in.

    ``paragraph`` is the running text, the sentence included, ``whole`` what is known of the commentary.
    """

    text: str
    before: str
    after: str
    paragraph: str
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

    def __iter__(self) -> Iterator[Passage]:
        return map(Passage._make, zip(*self._columns, strict=True))

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
        Whether ``paragraph`` and ``whole`` are needed, as only stances do.
    """
    texts, befores, afters = (list(map(attrgetter(field), rows)) for field in ("text", "before", "after"))
    before = {text: _even(last_sentence(text)) for text in set(befores)}
    after = {text: _even(first_sentence(text)) for text in set(afters)}
    columns = [list(map(_even, texts)), [before[text] for text in befores], [after[text] for text in afters]]
    if not with_whole:
        nothing = [""] * len(rows)
        return Passages(*columns, nothing, nothing)
    pieces: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        pieces[row.commentary_id] += [row.text] if pieces[row.commentary_id] else [row.before, row.text]
    last = {row.commentary_id: row.after for row in rows}
    wholes = {name: _even(" ".join([*texts, last[name]])) for name, texts in pieces.items()}
    paragraphs = [f"{row.before.rstrip()} {row.text.strip()} {row.after.lstrip()}" for row in rows]
    even = {text: _even(text) for text in set(paragraphs)}
    return Passages(
        *columns, [even[text] for text in paragraphs], [wholes[row.commentary_id] for row in rows]
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


def _even(text: str) -> str:
    # no white space but the space is printable: nearly all texts are even, and that is seen at once
    bare = text.strip()
    if bare.isprintable() and "  " not in bare:
        return bare
    return " ".join(text.split())
