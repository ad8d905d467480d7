"""What formats with a layout of their own give: headings, paragraphs, list items, each with its words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from annotate.texts.layout.hyphens import Hyphens
from annotate.texts.layout.mends import Mend
from annotate.texts.layout.rows import Row, joined
from annotate.texts.layout.signs import with_plain_signs
from annotate.texts.layout.wrapped import comes_from_a_page, unwrapped
from annotate.texts.readers.title_lines import is_title_line
from annotate.texts.readers.web_copy import beside_sentences
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, too_long, without_soft_breaks
from schemas.errors import DataError
from schemas.records import BlockKind

_PARTED = re.compile(r"(?<=[^\W\d_][-\u00ad])[\v\u2028](?=\w)")


class Part(NamedTuple):
    """A stretch of text between breaks."""

    kind: BlockKind
    text: str


def draft_of(parts: Iterable[Part], source: Source, reading: Reading, fields: Mapping[str, Any]) -> Draft:
    """One commentary of parts, a blank line between each two; in Unicode's composed form."""
    text, kinds = text_of_parts(parts, source, reading)
    named = {
        name: with_plain_signs(value, source.name, []) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    known = {**kinds, **beside_sentences(text)}
    return Draft({**named, "text": text}, layout="paragraphs", kinds=known)


def text_of_parts(
    parts: Iterable[Part], source: Source, reading: Reading
) -> tuple[str, dict[str, BlockKind]]:
    """The text of parts, and the kind of each line that is no plain paragraph; what a layout left is mended.

    Raises
    ------
    DataError
        There is no text, or too much of it.
    """
    lines: list[str] = []
    kinds: dict[str, BlockKind] = {}
    length = 0
    mends: list[Mend] = []
    for part in _mended(list(parts), source, mends):
        rows = unicodedata.normalize("NFC", part.text).split("\n")
        line = with_plain_signs("\n".join(row.strip() for row in rows if row.strip()), source.name, mends)
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
    reading.mend(source, mends)
    return "\n\n".join(lines), kinds


def drafts_of_parts(
    parts: Iterable[Part], source: Source, reading: Reading, left_out: Counter[str], **fields: Any
) -> Iterator[Draft]:
    """The commentaries in the parts of a document: one, or several where title lines or an export say so.

    The first heading is the title, unless ``fields`` name one.
    """
    from annotate.texts.readers.plain import drafts_of
    from annotate.texts.readers.press_exports import read_press_export

    text, kinds = text_of_parts(parts, source, reading)
    if "\t" in text and not read_press_export(text):  # which has them behind the names of its fields
        text, kinds = text.replace("\t", " "), {line.replace("\t", " "): kind for line, kind in kinds.items()}
    first = text.partition("\n\n")[0]
    if not fields.get("title") and kinds.get(first) == "title":
        fields["title"] = first
    tell_left_out(reading, source, left_out)
    yield from drafts_of(text, source, reading, kinds=kinds, fields=fields, layout="paragraphs")


def lines_apart(kind: BlockKind, words: str) -> Iterator[Part]:
    """A paragraph whose soft breaks are vertical tabs, as one part or several.

    One behind a hyphen stays, until all words of the text are known: it may part a word.
    """
    whole = "\v".join(without_soft_breaks(line) for line in _PARTED.split(words))
    return (Part(kind, line) for line in whole.split("\n"))


def _mended(parts: list[Part], source: Source, mends: list[Mend]) -> Iterator[Part]:
    """The parts without hyphens at line ends, and paragraphs in one where each line had been made one."""
    rows = [Row(row, 0, len(row), 0) for part in parts for row in part.text.split("\v")]
    hyphens = Hyphens(row.text for row in rows) if len(rows) > len(parts) else None
    for kind, group in groupby(parts, key=lambda part: part.kind):
        run = list(group)
        lines = "\n".join(part.text.strip() for part in run)
        if kind == "paragraph" and comes_from_a_page(lines):
            whole = unwrapped(lines, source.name, mends, is_alone=is_title_line)
            run = [Part(kind, line) for line in whole.split("\n\n")]
        for part in run:
            if "\v" not in part.text or hyphens is None:
                yield part
                continue
            text, undone = joined([Row(row, 0, len(row), 0) for row in part.text.split("\v")], hyphens)
            mends += [Mend(source=source.name, kind="hyphen", was=was, is_=now) for _, was, now in undone]
            yield Part(kind, text)


def tell_left_out(reading: Reading, source: Source, left_out: Counter[str]) -> None:
    """Says of what kinds something was not taken into the text, and how many."""
    found = ", ".join(f"{count} {what}" for what, count in left_out.items() if count)
    if found:
        reading.note(source, f"left out of the text: {found}")
