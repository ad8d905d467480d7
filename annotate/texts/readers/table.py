"""Tables with a commentary a row (.csv, .tsv, .xlsx): columns are known by their headings, or named.

A table is streamed: its rows are read one at a time.
"""

import csv
import io
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.keys import NAMES, field_of
from annotate.texts.readers.packed import DAMAGED, MAX_PACKED, opened
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, codec_of, too_long
from schemas.errors import DataError, near_hit
from schemas.files import reading as reading_file

MAX_UNPACKED = 2**27  # bytes of a workbook
_MAX_COLUMNS = 500
_MAX_EMPTY = 10_000
_SHOWN = 12  # headings in a message


class _Row(NamedTuple):
    line: int
    cells: Sequence[str]


def read_delimited(source: Source, reading: Reading) -> Iterator[Draft]:
    """A .csv or .tsv; its sign between columns is the one that its first line has most."""
    codec = codec_of(source, reading)
    csv.field_size_limit(MAX_TEXT)
    rows = csv_rows = None
    try:
        with reading_file(source.path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig" if codec == "utf-8" else codec, newline="")
            first = text.readline(MAX_TEXT)
            delimiter = _delimiter(first, source)
            lines = text if first.casefold().startswith("sep=") else _from_first(first, text)
            csv_rows = csv.reader(lines, delimiter=delimiter)
            rows = (_Row(csv_rows.line_num, cells) for cells in csv_rows)
            yield from _drafts(rows, source, reading)
    except UnicodeError as error:
        words = f"not {codec}: {error}; read it with --encoding, such as cp1252"
        raise DataError(words, path=source.path) from error
    except csv.Error as error:
        line = csv_rows.line_num if csv_rows else 1
        raise DataError(f"no table of columns: {error}", path=source.path, line=line) from error


def _from_first(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(first: str, source: Source) -> str:
    if first.casefold().startswith("sep="):
        return first[4:5]
    if source.suffix == ".tsv":
        return "\t"
    outside = "".join(first.split('"')[::2])
    return max(",;\t|", key=outside.count)


def read_workbook(source: Source, reading: Reading) -> Iterator[Draft]:
    """The first sheet of an .xlsx that has rows."""
    with opened(source) as packed:
        unpacked = packed.size
    if unpacked > MAX_UNPACKED:
        words = f"has {unpacked >> 20} MB unpacked, expected at most {MAX_UNPACKED >> 20}: save it as .csv"
        raise DataError(words, path=source.path)
    with _workbook(source) as book:
        for n, sheet in enumerate(book.worksheets):
            rows = _sheet_rows(sheet, source)
            first = next((row for row in rows if any(row.cells)), None)
            if first is None:
                continue
            if others := [other.title for other in book.worksheets[n + 1 :]]:
                reading.note(source, f"read of sheet {sheet.title}; not read: {', '.join(others)}")
            yield from _drafts(_all_rows(first, rows), source, reading)
            return
    raise DataError("is empty, expected a commentary a row", path=source.path)


@contextmanager
def _workbook(source: Source) -> Iterator[Any]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    data = io.BytesIO()
    with reading_file(source.path) as file:
        data.write(file.read(MAX_PACKED))
    warnings.filterwarnings("ignore", module="openpyxl")  # of styles and the like, which are not read
    try:
        yield load_workbook(data, read_only=True, data_only=True, keep_links=False)
    except (
        *DAMAGED,
        *(InvalidFileException, ParseError, SyntaxError, KeyError, TypeError, AttributeError, IndexError),
    ) as error:
        raise DataError(f"is no workbook that can be read: {error}", path=source.path) from error


def _sheet_rows(sheet: Any, source: Source) -> Iterator[_Row]:
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    last = 0
    for n, cells in enumerate(sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True), start=1):
        row = _Row(n, [_cell(cell) for cell in cells])
        if any(row.cells):
            last = n
        elif n - last > _MAX_EMPTY:  # a row of number 99,999,999,999 would have us wait for days
            raise DataError(
                f"has more than {_MAX_EMPTY:,} empty rows: take them out", path=source.path, line=n
            )
        yield row


def _all_rows(first: _Row, rest: Iterator[_Row]) -> Iterator[_Row]:
    yield first
    yield from rest


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")


def _drafts(rows: Iterator[_Row], source: Source, reading: Reading) -> Iterator[Draft]:
    heading = next((row for row in rows if any(cell.strip() for cell in row.cells)), None)
    if heading is None:
        raise DataError("is empty, expected a commentary a row", path=source.path)
    columns = columns_of([cell.strip() for cell in heading.cells], reading.columns, source, reading)
    without_text: list[int] = []
    for row in rows:
        cells = {field: row.cells[n].strip() for field, n in columns.items() if n < len(row.cells)}
        if not cells.get("text"):
            without_text += [row.line] if any(cell.strip() for cell in row.cells) else []
        elif len(cells["text"]) > MAX_TEXT:
            reading.pass_over(too_long(len(cells["text"]), path=source.path))
        else:
            yield _draft(cells)
    if without_text:
        reading.note(
            source, f"{len(without_text)} rows without text not read, the first in line {without_text[0]}"
        )


def _draft(cells: dict[str, str]) -> Draft:
    own_id = cells.pop("id", "") or cells.pop("commentary_id", "")
    cells.pop("commentary_id", None)
    text = unicodedata.normalize("NFC", cells["text"]).replace("\r\n", "\n").replace("\r", "\n")
    fields: dict[str, Any] = {
        "author": None,
        "date": None,
        **{k: v for k, v in cells.items() if v},
        "text": text,
    }
    return Draft(with_iso_date(fields), own_id=own_id or None)


def columns_of(
    headings: Sequence[str], named: Mapping[str, str], source: Source, reading: Reading
) -> dict[str, int]:
    """Field → the number of its column: as ``named``, else by its heading. Says what was taken for what.

    Raises
    ------
    DataError
        A column that is named is not there, or none holds the text.
    """
    columns: dict[str, int] = {}
    shown = ", ".join(headings[:_SHOWN]) + (", …" if len(headings) > _SHOWN else "")
    for field, heading in named.items():
        if heading not in headings:
            words = f'has no column "{heading}" for {field}{near_hit(heading, headings)}; it has {shown}'
            raise DataError(words, path=source.path, line=1)
        columns[field] = headings.index(heading)
    own_first = sorted(range(len(headings)), key=lambda n: headings[n].casefold() not in NAMES)
    for n in own_first:
        field_here = field_of(headings[n])
        if field_here and n not in columns.values():
            columns.setdefault(field_here, n)
    if "text" not in columns:
        words = f"no column is called text, Volltext or the like: name it with --text-column; it has {shown}"
        raise DataError(words, path=source.path, line=1)
    in_order = sorted(columns.items(), key=lambda column: column[1])
    taken = ", ".join(f"{headings[n]} as {field}" for field, n in in_order if headings[n] != field)
    left = ", ".join(heading for n, heading in enumerate(headings) if heading and n not in columns.values())
    said = [f"columns read: {taken}"] * bool(taken) + [f"not read: {left}"] * bool(left)
    if said:
        reading.note(source, "; ".join(said))
    return columns
