"""What a model sees of a row: the sentence, its neighbours, and the running text around it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from schemas.records import GoldSentence

_SENTENCE_END = re.compile(r"[.!?…:][\"“”«»’‘)\]]*\s+")


class Passage(NamedTuple):
    """A sentence, the sentence before it and the one after it, and the text they stand in.

    ``around`` is the running text before and after, ``whole`` what is known of the commentary.
    """

    text: str
    before: str
    after: str
    around: str
    whole: str


def to_passages(rows: Sequence[GoldSentence], *, with_whole: bool = True) -> list[Passage]:
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
    before = {text: last_sentence(text) for text in {row.before for row in rows}}
    after = {text: first_sentence(text) for text in {row.after for row in rows}}
    if not with_whole:
        return [Passage(row.text, before[row.before], after[row.after], "", "") for row in rows]
    pieces: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        pieces[row.commentary_id] += [row.text] if pieces[row.commentary_id] else [row.before, row.text]
    last = {row.commentary_id: row.after for row in rows}
    wholes = {name: _even(" ".join([*texts, last[name]])) for name, texts in pieces.items()}
    return [
        Passage(
            text=_even(row.text),
            before=_even(before[row.before]),
            after=_even(after[row.after]),
            around=_even(f"{row.before} {row.after}"),
            whole=wholes[row.commentary_id],
        )
        for row in rows
    ]


def first_sentence(text: str) -> str:
    """What stands before the first sentence's end, the mark included.

    >>> first_sentence(" Er fragt: Wozu? Wir wissen es. ")
    'Er fragt:'
    """
    bare = text.strip()
    found = _SENTENCE_END.search(bare)
    return bare[: found.start() + 1] if found else bare


def last_sentence(text: str) -> str:
    """What stands behind the last sentence's end but for the one at the text's own end.

    >>> last_sentence("„Wozu?“ Wir wissen es. ")
    'Wir wissen es.'
    """
    bare, begin = text.strip(), 0
    for found in _SENTENCE_END.finditer(bare):
        begin = found.end()
    return bare[begin:]


def _even(text: str) -> str:
    return " ".join(text.split())
