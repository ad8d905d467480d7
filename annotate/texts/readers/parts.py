"""What formats with a layout of their own give: headings, paragraphs, list items, each with its words."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from annotate.texts.readers.web_copy import beside_sentences
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, too_long, without_soft_breaks
from schemas.errors import DataError
from schemas.records import BlockKind


class Part(NamedTuple):
    """A stretch of text between breaks."""

    kind: BlockKind
    text: str


def draft_of(parts: Iterable[Part], source: Source, fields: Mapping[str, Any]) -> Draft:
    """One commentary of parts, a blank line between each two; in Unicode's composed form."""
    text, kinds = text_of_parts(parts, source)
    known = {**kinds, **beside_sentences(text)}
    return Draft({**fields, "text": text}, layout="paragraphs", kinds=known)


def text_of_parts(parts: Iterable[Part], source: Source) -> tuple[str, dict[str, BlockKind]]:
    """The text of parts, and the kind of each line that is no plain paragraph.

    Raises
    ------
    DataError
        There is no text, or too much of it.
    """
    lines: list[str] = []
    kinds: dict[str, BlockKind] = {}
    length = 0
    for part in parts:
        rows = unicodedata.normalize("NFC", part.text).split("\n")
        line = "\n".join(row.strip() for row in rows if row.strip())
        if not line:
            continue
        length += len(line) + 2
        if length > MAX_TEXT:
            raise too_long(length, path=source.path)
        lines.append(line)
        if part.kind != "paragraph":
            kinds.setdefault(line, part.kind)
    if not lines:
        raise DataError("has no text", path=source.path)
    return "\n\n".join(lines), kinds


def drafts_of_parts(
    parts: Iterable[Part], source: Source, reading: Reading, left_out: Counter[str], **fields: Any
) -> Iterator[Draft]:
    """The commentaries in the parts of a document: one, or several where title lines or an export say so.

    The first heading is the title, unless ``fields`` name one.
    """
    from annotate.texts.readers.plain import drafts_of
    from annotate.texts.readers.press_exports import read_press_export

    text, kinds = text_of_parts(parts, source)
    if "\t" in text and not read_press_export(text):  # which has them behind the names of its fields
        text, kinds = text.replace("\t", " "), {line.replace("\t", " "): kind for line, kind in kinds.items()}
    first = text.partition("\n\n")[0]
    if not fields.get("title") and kinds.get(first) == "title":
        fields["title"] = first
    tell_left_out(reading, source, left_out)
    yield from drafts_of(text, source, reading, kinds=kinds, fields=fields, layout="paragraphs")


def lines_apart(kind: BlockKind, words: str) -> Iterator[Part]:
    """A paragraph whose soft breaks are vertical tabs, as one part or several."""
    return (Part(kind, line) for line in without_soft_breaks(words).split("\n"))


def tell_left_out(reading: Reading, source: Source, left_out: Counter[str]) -> None:
    """Says of what kinds something was not taken into the text, and how many."""
    found = ", ".join(f"{count} {what}" for what, count in left_out.items() if count)
    if found:
        reading.note(source, f"left out of the text: {found}")
