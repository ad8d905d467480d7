"""A report as chapters of paragraphs, tables and figures, before it is a page, Markdown or LaTeX."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.markup import Markup


class Paragraph(NamedTuple):
    """``is_note``: an explanation of a term, or what is left open, set smaller."""

    words: str
    is_note: bool = False


class Table(NamedTuple):
    """Cells are words; ``numbers`` are the columns that are set to the right.

    A narrow table may stand beside another; a folded one shows its caption until it is opened.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    name: str  # of its file in LaTeX
    numbers: frozenset[int] = frozenset()
    is_narrow: bool = False
    is_folded: bool = False


class Drawing(NamedTuple):
    """An SVG figure; the table beside it says the same."""

    svg: Markup
    words: str


class Quote(NamedTuple):
    """A sentence of the study, with what is said of it and its tasks: words and an address for each."""

    text: str
    about: str
    links: Sequence[tuple[str, str]] = ()


class Quotes(NamedTuple):
    """Sentences of the study."""

    rows: Sequence[Quote]
    caption: str


Part = Paragraph | Table | Drawing | Quotes


class Chapter(NamedTuple):
    """``name`` is its place in the page, and the same in every language."""

    name: str
    title: str
    parts: Sequence[Part]


class Document(NamedTuple):
    """``language``: de or en."""

    title: str
    subtitle: str
    chapters: Sequence[Chapter]
    language: str
