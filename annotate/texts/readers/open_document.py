"""Texts of LibreOffice (.odt): paragraphs, headings and list items, without the file's own properties."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from annotate.texts.readers.packed import Packed, local, opened
from annotate.texts.readers.parts import Part, drafts_of_parts, lines_apart
from annotate.texts.sources import Draft, Reading, Source
from schemas.records import BlockKind

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_LEFT_OUT = {
    "table": "tables", "frame": "text boxes and pictures", "note": "footnotes", "annotation": "comments",
    "table-of-content": "tables of contents",
}  # fmt: skip
_UNREAD = frozenset(
    ("tracked-changes", "sequence-decls", "forms", "hidden-paragraph", "hidden-text", "ruby-text")
)
_NAMED: dict[str, BlockKind] = {"Title": "title", "Subtitle": "title", "Caption": "caption"}


def read_open_document(source: Source, reading: Reading) -> Iterator[Draft]:
    left_out: Counter[str] = Counter()
    with opened(source) as packed:
        content = packed.xml("content.xml")
        kinds = _kinds(packed, content)
    text = content.find(f"{_OFFICE}body/{_OFFICE}text")
    parts = list(_parts(text, kinds, left_out)) if text is not None else []
    yield from drafts_of_parts(parts, source, reading, left_out)


def _kinds(packed: Packed, content: Any) -> dict[str, BlockKind]:
    """The kind of each style, by its name or by that of the style on which it rests."""
    roots = [content, *([packed.xml("styles.xml")] if "styles.xml" in packed.names else [])]
    parents = {
        style.get(f"{_STYLE}name", ""): style.get(f"{_STYLE}parent-style-name", "")
        for root in roots
        for style in root.iter(f"{_STYLE}style")
    }
    kinds = dict(_NAMED)
    for name in parents:
        seen = [name]
        while seen[-1] not in _NAMED and (parent := parents.get(seen[-1])) and parent not in seen:
            seen.append(parent)
        if seen[-1] in _NAMED:
            kinds[name] = _NAMED[seen[-1]]
    return kinds


def _parts(
    container: Any, kinds: dict[str, BlockKind], left_out: Counter[str], kind: BlockKind = "paragraph"
) -> Iterator[Part]:
    for child in container:
        name = local(child)
        if name in ("p", "h"):
            style = kinds.get(child.get(f"{_TEXT}style-name", ""), kind)
            yield from lines_apart("title" if name == "h" else style, "".join(_words(child, left_out)))
        elif name in _LEFT_OUT:
            left_out[_LEFT_OUT[name]] += 1
        elif name not in _UNREAD:
            yield from _parts(child, kinds, left_out, "list_item" if name == "list" else kind)


def _words(element: Any, left_out: Counter[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child)
        if name == "line-break":
            yield "\v"
        elif name in ("s", "tab"):
            yield "\t" if name == "tab" else " "
        elif name in _LEFT_OUT:
            left_out[_LEFT_OUT[name]] += 1
        elif name not in _UNREAD:
            yield from _words(child, left_out)
        yield child.tail or ""
