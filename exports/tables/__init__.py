"""FORMATS: name → writer of rows, one module a format; memory does not grow with the rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from exports.tables import rows_csv, rows_parquet
from schemas.jsonl import write_jsonl

Rows = Iterable[Mapping[str, Any]]

Columns = Sequence[tuple[str, type]]


def _write_jsonl(path: str, columns: Columns, rows: Rows) -> int:
    return write_jsonl(path, rows)


#: Format → its writer: path (``-`` is standard output), columns with their types, rows; gives their number.
FORMATS: dict[str, Callable[[str, Columns, Rows], int]] = {
    "jsonl": _write_jsonl,
    "csv": rows_csv.write,
    "parquet": rows_parquet.write,
}
