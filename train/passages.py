"""What a model sees of a row: the sentence, its neighbours, and the running text around it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from schemas.records import GoldSentence

_SENTENCE_END = re.compile(r"(?<=[.!?…:])[\"“”«»’‘)\]]*\s+")


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
    before = {text: _SENTENCE_END.split(text.strip())[-1] for text in {row.before for row in rows}}
    after = {text: _SENTENCE_END.split(text.strip(), maxsplit=1)[0] for text in {row.after for row in rows}}
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


def _even(text: str) -> str:
    return " ".join(text.split())
