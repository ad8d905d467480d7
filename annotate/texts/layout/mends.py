"""What was changed in a text on its way from a page, a row a change (``data/mended.jsonl``)."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import UNSET, UnsetType, field

from schemas.records import Record

MendKind = Literal["hyphen", "running_line", "footnote", "footnote_mark", "ligature", "invisible"]
_KINDS: dict[MendKind, tuple[str, str]] = {
    "hyphen": ("hyphen at a line's end", "hyphens at line ends"),
    "running_line": ("head, foot or number of a page", "heads, feet and numbers of pages"),
    "footnote": ("footnote", "footnotes"),
    "footnote_mark": ("footnote mark", "footnote marks"),
    "ligature": ("ligature", "ligatures"),
    "invisible": ("word with invisible signs", "words with invisible signs"),
}


class Mend(Record, frozen=True, kw_only=True):
    """In a file, at a page (of a PDF) or a line (of a text), ``is_`` was put for ``was``."""

    source: str
    page: int | UnsetType = UNSET
    line: int | UnsetType = UNSET
    kind: MendKind
    was: str
    is_: str = field(name="is")


def said(mends: Iterable[Mend]) -> str:
    """How many changes of which kinds, in words."""
    counts = Counter(mend.kind for mend in mends)
    kinds = ", ".join(f"{n} {_KINDS[kind][n > 1]}" for kind, n in counts.items())
    places = sum(counts.values())
    return f"mended {places} {'place' if places == 1 else 'places'}: {kinds}"
