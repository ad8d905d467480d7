"""Comma-separated values as in RFC 4180, in UTF-8; what is null is an empty cell, no text a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exports.tables.cells import escape_cell
from schemas.files import replacing


def write(
    path: str, columns: Sequence[tuple[str, type]], rows: Iterable[Mapping[str, Any]], *, german: bool = False
) -> int:
    """Writes a head line and a line a row, and gives the number of rows.

    Parameters
    ----------
    german
        As Excel reads it where German is its language: semicolons, a decimal comma, a byte order mark.
    """
    names, count = [name for name, _ in columns], 0
    with replacing(path) as file:
        text = io.TextIOWrapper(file, "utf-8-sig" if german else "utf-8", newline="", write_through=True)
        writer = csv.writer(text, delimiter=";" if german else ",")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(row.get(name), german) for name in names])
            count += 1
        text.detach()
    return count


def _cell(value: Any, german: bool) -> Any:
    if isinstance(value, str):
        return escape_cell(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace(".", ",") if german and isinstance(value, float) else value
