"""Word documents (.docx): paragraphs, headings and list items of the text, without Word's own properties.

The author whom Word names is who saved the file, so neither it nor Word's title is taken.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from annotate.texts.readers.packed import Packed, local, opened
from annotate.texts.readers.parts import Part, drafts_of_parts, lines_apart
from annotate.texts.readers.press_exports import factiva_row
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError
from schemas.records import BlockKind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORDS = {"br": "\v", "cr": "\v", "tab": "\t", "noBreakHyphen": "-", "softHyphen": ""}
#: What is not read: deleted and moved text, properties, and what is a copy for older readers.
_UNREAD = frozenset(("del", "moveFrom", "pPr", "rPr", "Fallback", "instrText", "delText", "ruby"))
_LEFT_OUT = {"txbxContent": "text boxes", "footnoteReference": "footnotes", "endnoteReference": "endnotes"}


def read_word(source: Source, reading: Reading) -> Iterator[Draft]:
    left_out: Counter[str] = Counter()
    with opened(source) as packed:
        body = packed.xml(_document(packed, source)).find(f"{_W}body")
        kinds = _kinds(packed)
    parts = list(_parts(body, kinds, left_out)) if body is not None else []
    if left_out["tables"] and not any(part.text.strip() for part in parts):
        parts = [part for cell in body.iter(f"{_W}tc") for part in _parts(cell, kinds, Counter())]
        del left_out["tables"]  # a text that is laid out in a table
    yield from drafts_of_parts(parts, source, reading, left_out)


def _document(packed: Packed, source: Source) -> str:
    names = sorted(
        name for name in packed.names if name.startswith("word/document") and name.endswith(".xml")
    )
    if not names:
        raise DataError("has no text of Word: damaged, or not what its name says", path=source.path)
    return names[0]


def _kinds(packed: Packed) -> dict[str, BlockKind]:
    """The kind of each style that says one. Word's own styles have English names in every language."""
    if "word/styles.xml" not in packed.names:
        return {}
    found: dict[str, BlockKind] = {}
    based: dict[str, str] = {}
    for style in packed.xml("word/styles.xml").iter(f"{_W}style"):
        name = _value(style, "name").casefold()
        style_id = style.get(f"{_W}styleId", "")
        based[style_id] = _value(style, "basedOn")
        is_heading = name in ("title", "subtitle") or name.startswith("heading ")
        if is_heading or style.find(f".//{_W}outlineLvl") is not None:
            found[style_id] = "title"
        elif name == "caption":
            found[style_id] = "caption"
        elif style.find(f".//{_W}numPr") is not None or name.startswith("list "):
            found[style_id] = "list_item"
    for style_id in based:
        seen = [style_id]
        while seen[-1] not in found and (parent := based.get(seen[-1])) and parent not in seen:
            seen.append(parent)
        if seen[-1] in found:
            found.setdefault(style_id, found[seen[-1]])
    return found


def _value(element: Any, name: str) -> str:
    child = element.find(f"{_W}{name}")
    return child.get(f"{_W}val", "") if child is not None else ""


def _parts(container: Any, kinds: dict[str, BlockKind], left_out: Counter[str]) -> Iterator[Part]:
    for child in container:
        name = local(child)
        if name == "p":
            yield from lines_apart(_kind(child, kinds), "".join(_words(child, left_out)))
        elif name == "tbl":
            fields = [
                factiva_row([_cell(cell) for cell in row.iter(f"{_W}tc")]) for row in child.iter(f"{_W}tr")
            ]
            if fields and all(fields):
                yield from (Part("paragraph", field or "") for field in fields)
            else:
                left_out["tables"] += 1
        elif name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _parts(child, kinds, left_out)


def _cell(cell: Any) -> str:
    return "\n".join("".join(_words(paragraph, Counter())) for paragraph in cell.iter(f"{_W}p"))


def _kind(paragraph: Any, kinds: dict[str, BlockKind]) -> BlockKind:
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        return "paragraph"
    kind = kinds.get(_value(properties, "pStyle"), "paragraph")
    numbering = properties.find(f"{_W}numPr")
    if _value(properties, "outlineLvl") not in ("", "9"):
        return "title"
    if numbering is not None and kind in ("paragraph", "list_item"):
        return "paragraph" if _value(numbering, "numId") == "0" else "list_item"
    return kind


def _words(element: Any, left_out: Counter[str]) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _WORDS:
            yield _WORDS[name]
        elif name in _LEFT_OUT:
            left_out[_LEFT_OUT[name]] += 1
        elif name == "r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
            left_out["hidden passages"] += 1
        elif name not in _UNREAD:
            yield from _words(child, left_out)
