"""A table of codings as Excel and LibreOffice save it (.xlsx), as the lines of a CSV."""

import csv
import io
import warnings as python_warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from schemas.errors import DataError

WORKBOOK = b"PK\x03\x04"  # how a file of this kind begins
#: What a workbook holds at most, unpacked; columns that are read; empty rows between others.
_UNPACKED, _COLUMNS, _EMPTY = 500 * 2**20, 500, 100_000
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, ParseError, NotImplementedError, SyntaxError, ValueError,
    KeyError, TypeError, AttributeError, IndexError, OSError,
)  # fmt: skip


def workbook_lines(file: IO[bytes], path: str | Path, warnings: list[str]) -> Iterator[str]:
    """The rows of the first sheet that has any, as lines of a CSV; other sheets are named in ``warnings``.

    Raises
    ------
    DataError
        It is no workbook, is damaged, has no row, or is too large unpacked.
    """
    data = io.BytesIO(file.read())
    try:
        with zipfile.ZipFile(data) as packed:
            unpacked = sum(info.file_size for info in packed.infolist())
            if "xl/workbook.xml" not in packed.namelist():
                raise DataError("is an archive and no workbook (.xlsx): unpack it", path=path)
        if unpacked > _UNPACKED:
            raise DataError(
                f"has {unpacked >> 20} MB unpacked, expected at most {_UNPACKED >> 20}: save it as CSV UTF-8",
                path=path,
            )
        yield from _lines(_first_rows(data, path, warnings))
    except _DAMAGED as error:
        raise DataError(f"is no workbook that can be read: {error}", path=path) from error


def _first_rows(data: IO[bytes], path: str | Path, warnings: list[str]) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    python_warnings.filterwarnings("ignore", module="openpyxl")  # of styles and the like, which are not read
    sheets = load_workbook(data, read_only=True, data_only=True, keep_links=False).worksheets
    for n, sheet in enumerate(sheets):
        rows = _rows(sheet, path)
        if (first := next(rows, None)) is not None:
            if others := [other.title for other in sheets[n + 1 :]]:
                warnings.append(f"read of the sheet {sheet.title}; not read: {', '.join(others)}")
            yield first
            yield from rows
            return
    raise DataError("is empty, expected a table of codings", path=path)


def _rows(sheet: Any, path: str | Path) -> Iterator[list[str]]:
    """The rows that are not empty."""
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    empty = 0
    for values in sheet.iter_rows(max_col=_COLUMNS, values_only=True):
        cells = [_cell(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        empty = 0 if cells else empty + 1
        if empty > _EMPTY:  # a row of number 99,999,999,999 would have us wait for days
            raise DataError(f"has more than {_EMPTY:,} empty rows: take them out", path=path)
        if cells:
            yield cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _lines(rows: Iterable[list[str]]) -> Iterator[str]:
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()
