"""Commentaries as rows of JSON Lines."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.keys import tell_unread, with_known_keys
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, read_rows, too_long
from exports.readers.tools import way_of
from schemas.errors import DataError
from schemas.records import Block, Record

_RECORD_FIELDS = (
    "source", "url", "outlet", "medium", "original_language", "translator", "license",
    "language", "translation_of",
)  # fmt: skip
#: Keys of a row that are no words.
OWN = ("blocks", "captions", "flags")


class CommentaryRow(Record, frozen=True, kw_only=True):
    """What a line of JSON Lines may say of a commentary; only ``text`` has to be there."""

    text: str
    id: str | int | None = None
    commentary_id: str | int | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    source: str | None = None
    url: str | None = None
    outlet: str | None = None
    medium: str | None = None
    original_language: str | None = None
    translator: str | None = None
    license: str | None = None
    language: str | None = None
    translation_of: str | None = None
    blocks: list[Block] | None = None
    captions: list[str] = []
    flags: list[str] = []


def read_jsonl_rows(source: Source, reading: Reading) -> Iterator[Draft]:
    unread: Counter[str] = Counter()
    row = None

    def by_field(value: Any) -> Any:
        return with_known_keys(value, OWN, unread) if isinstance(value, dict) else value

    before = len(reading.passed_over or ())
    rows = read_rows(source, CommentaryRow, reading, prepare=by_field)
    for row in _named_by_tool(rows, source):
        if len(row.text) > MAX_TEXT:
            reading.pass_over(too_long(len(row.text), path=source.path))
            continue
        yield draft_of_row(row)
    if row is None and len(reading.passed_over or ()) == before:
        raise DataError("is empty, expected a commentary a line", path=source.path)
    tell_unread(reading, source, unread, "keys")
    if (unread or len(reading.passed_over or ()) > before) and (way := _way_of(source)) is not None:
        if row is None:
            reading.pass_over(DataError(way, path=source.path))
        else:
            reading.note(source, way)


def _way_of(source: Source) -> str | None:
    """What a file of another tool is read by; a file in an archive is not looked at."""
    return way_of(source.path) if isinstance(source.path, str | Path) else None


def _named_by_tool(rows: Iterator[CommentaryRow], source: Source) -> Iterator[CommentaryRow]:
    """The rows; where one cannot be read, the error says what a file of another tool is read by."""
    try:
        yield from rows
    except DataError as error:
        if (way := _way_of(source)) is not None:
            raise DataError(way, path=source.path) from error
        raise


def draft_of_row(row: CommentaryRow) -> Draft:
    """A row as a draft, in Unicode's composed form."""
    text = unicodedata.normalize("NFC", row.text)
    names = ("title", "author", "date", "captions", *_RECORD_FIELDS)
    fields = {name: getattr(row, name) for name in names} | {"text": text, "flags": list(row.flags)}
    own_id = row.id if row.id is not None else row.commentary_id
    blocks = row.blocks
    if blocks is not None and not _fits(blocks, text, len(row.text)):
        blocks = None
        fields["flags"].append("blocks_read_again")
    return Draft(with_iso_date(fields), own_id=None if own_id is None else str(own_id), blocks=blocks)


def _fits(blocks: list[Block], text: str, length: int) -> bool:
    """Whether blocks that came with a record are in order and within its text."""
    edges = [edge for block in blocks for edge in (block.start, block.end)]
    return edges == sorted(edges) and (not edges or (edges[0] >= 0 and edges[-1] <= len(text) == length))
