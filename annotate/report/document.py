"""A report as chapters of paragraphs, tables and figures, before it is a page, Markdown or LaTeX."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.markup import Markup


class Paragraph(NamedTuple):
    """``is_note``: an explanation of a term, or what is left open, set smaller."""

    words: str
    is_note: bool = False


class Table(NamedTuple):
    """Cells are words; ``numbers`` are the columns that are set to the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    name: str  # of its file in LaTeX
    numbers: frozenset[int] = frozenset()


class Drawing(NamedTuple):
    """An SVG figure; the table beside it says the same."""

    svg: Markup
    words: str


class Quotes(NamedTuple):
    """Sentences of the study, each with what is said of it and links to its tasks."""

    rows: Sequence[tuple[str, str, Sequence[str]]]
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
