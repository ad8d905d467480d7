"""Plain text: one commentary or several, each from its title line or head of an export to the next."""

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from annotate.texts.layout.mends import Mend
from annotate.texts.layout.signs import with_plain_signs
from annotate.texts.layout.wrapped import comes_from_a_page, unwrapped
from annotate.texts.readers.press_exports import read_press_export
from annotate.texts.readers.title_lines import (
    TitleLine,
    is_title_line,
    read_dated_byline,
    read_title_line,
    suspected_title_lines,
)
from annotate.texts.readers.web_copy import beside_sentences, copies_in, head_kinds, read_web_copy
from annotate.texts.sources import Draft, Line, Reading, Source, lines_of, read_text
from schemas.records import BlockKind


def read_plain(source: Source, reading: Reading) -> Iterator[Draft]:
    text = unicodedata.normalize("NFC", read_text(source, reading))
    mends: list[Mend] = []
    is_laid_out = comes_from_a_page(text) and not read_press_export(text)
    text = with_plain_signs(text, source.name, mends, keeps_ends=is_laid_out)
    if is_laid_out:
        text = unwrapped(text, source.name, mends, is_alone=is_title_line)
    reading.mend(source, mends)
    yield from drafts_of(text, source, reading, layout="paragraphs" if is_laid_out else "text")


def drafts_of(
    text: str,
    source: Source,
    reading: Reading,
    *,
    kinds: Mapping[str, BlockKind] | None = None,
    fields: Mapping[str, Any] | None = None,
    layout: str = "text",
) -> Iterator[Draft]:
    """The commentaries in the text of a file, whatever format it came in.

    Parameters
    ----------
    kinds
        Of lines that the format tells, such as headings.
    fields
        What the format says of a file that holds one commentary.
    """
    reading.saw(text)
    for draft in _drafts(text, source, reading, fields or {}):
        draft.fields["text"] = draft.fields["text"].strip("\n")
        known = {**(kinds or {}), **beside_sentences(draft.fields["text"]), **draft.kinds}
        if any(line not in known for line in suspected_title_lines(draft.fields["text"])):
            draft.fields["flags"] = [*draft.fields.get("flags", []), "looks_like_title_line"]
        yield draft._replace(kinds=known, layout=layout)


def _drafts(text: str, source: Source, reading: Reading, fields: Mapping[str, Any]) -> Iterator[Draft]:
    if export := read_press_export(text):
        reading.note(source, f"read as an export of {export.name}: {len(export.drafts)} commentaries")
        yield from export.drafts
        return
    rows = ((line, read_title_line(text[line.start : line.end])) for line in lines_of(text))
    titled = [(line, title_line) for line, title_line in rows if title_line]
    starts = [*(line.start for line, _ in titled), len(text)]
    if text[: starts[0]].strip():
        yield from _untitled(text[: starts[0]].strip("\n"), source, reading, {} if titled else fields)
    for (line, title_line), end in zip(titled, starts[1:], strict=True):
        yield _part(text, line, title_line, end)


def _untitled(text: str, source: Source, reading: Reading, fields: Mapping[str, Any]) -> Iterator[Draft]:
    """A text without a title line: as copied from a web page, or named after its file."""
    starts = copies_in(text)
    for start, end in pairwise([*starts, len(text)]):
        part = text[start:end].strip("\n")
        yield _copy(part, source, reading, fields if len(starts) == 1 else {})


def _copy(text: str, source: Source, reading: Reading, fields: Mapping[str, Any]) -> Draft:
    copied = read_web_copy(text) or Draft({})
    found = {name: value for name, value in copied.fields.items() if value and name != "text"}
    if said := ", ".join(f"{name} {found[name]}" for name in ("title", "author", "date") if name in found):
        reading.note(source, f"taken from its first lines: {said}")
    place = next(iter(lines_of(text)))
    byline = None if found else read_dated_byline(text[place.start : place.end])
    if byline:
        found = {"author": byline.author, "date": byline.date}
        copied = Draft({}, kinds={text[place.start : place.end]: "left_out"})
    named = {**found, **{name: value for name, value in fields.items() if value}}
    if not named.get("title"):
        named |= {"title": source.stem, "flags": ["no_title_line"]}
    return copied._replace(fields={"author": None, "date": None, **named, "text": text})


def _part(text: str, line: Line, title_line: TitleLine, end: int) -> Draft:
    start = text.rfind("\n", 0, line.start) + 1
    words = text[start:end].rstrip("\n")
    fields = {
        "title": title_line.title,
        "author": title_line.author,
        "date": title_line.date,
        "text": words,
        "outlet": title_line.outlet,
        "flags": [] if title_line.date else ["date_unreadable"],
    }
    place = Line(line.start - start, line.end - start)
    return Draft(fields, title_line=place, kinds=head_kinds(words, after=place.end))
