"""The parts of (X)HTML that is text all through: a chapter of a book, the body of a mail."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from annotate.texts.readers.packed import local
from annotate.texts.readers.parts import Part, lines_apart
from annotate.texts.sources import Source
from schemas.errors import DataError
from schemas.records import BlockKind

_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "title"),
    "li": "list_item",
    "figcaption": "caption",
}
_WITHIN = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
     "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var",
     "wbr")
)  # fmt: skip
_UNREAD = frozenset(
    (
        "script",
        "style",
        "head",
        "nav",
        "template",
        "noscript",
        "svg",
        "math",
        "object",
        "iframe",
        "form",
        "title",
    )
)
MARK = re.compile(r"<[a-zA-Z/!][^<>]*>")
_NOTE_MARK = re.compile(r"\W*(?:\d{1,3}|[*†‡a-z])\W*")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_DEPTH = 200


def parse_markup(text: str, source: Source, name: str) -> Any:
    """The root element of HTML, however badly written."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    options = {"no_network": True, "remove_comments": True, "remove_pis": True, "huge_tree": False}
    try:
        return document_fromstring(text.encode(), parser=HTMLParser(encoding="utf-8", **options))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise DataError(f"{name} has no markup that can be read: {error}", path=source.path) from error


def parts_of_words(words: str, source: Source, name: str, left_out: Counter[str]) -> list[Part]:
    """The parts of a text that came in a field: of its markup where it has any, else its paragraphs."""
    if MARK.search(words):
        found = list(markup_parts(parse_markup(words, source, name), source, left_out))
    else:
        found = [Part("paragraph", part) for part in re.split(r"\n\s*\n", html.unescape(words))]
    return [part for part in found if part.text.strip()]


def markup_parts(
    root: Any, source: Source, left_out: Counter[str], *, with_tables: bool = False
) -> Iterator[Part]:
    """Headings, paragraphs and list items in their order.

    Parameters
    ----------
    with_tables
        Whether tables only lay out the text, as they do in mails; else they are left out and counted.
    """
    return _Walk(source, left_out, with_tables).parts(root, "paragraph", 0)


class _Walk:
    def __init__(self, source: Source, left_out: Counter[str], with_tables: bool) -> None:
        self._source, self._left_out, self._with_tables = source, left_out, with_tables
        self._words: list[str] = []

    def parts(self, element: Any, kind: BlockKind, depth: int) -> Iterator[Part]:
        """What stands in an element; words that are open at its end go on behind it."""
        if depth > _DEPTH:
            raise DataError(f"has markup more than {_DEPTH} deep", path=self._source.path)
        self._words.append(_SPACE.sub(" ", element.text or ""))
        for child in element:
            name = local(child).casefold()
            if name == "br":
                self._words.append("\v")
            elif name == "table" and not self._with_tables:
                self._left_out["tables"] += 1
            elif name == "sup" and _NOTE_MARK.fullmatch("".join(child.itertext())):
                self._left_out["marks of notes"] += 1
            elif name in _WITHIN:
                yield from self.parts(child, kind, depth + 1)
            elif name and name not in _UNREAD:
                yield from self._flush(kind)
                inner = _KINDS.get(name, kind)
                yield from self.parts(child, inner, depth + 1)
                yield from self._flush(inner)
            self._words.append(_SPACE.sub(" ", child.tail or ""))
        if depth == 0:
            yield from self._flush(kind)

    def _flush(self, kind: BlockKind) -> Iterator[Part]:
        yield from lines_apart(kind, "".join(self._words))
        self._words.clear()
