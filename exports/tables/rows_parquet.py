"""Apache Parquet, some thousand rows at a time; needs the extra ``parquet``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from schemas.errors import SettingsError, install_line
from schemas.files import replacing

_ROWS = 5000  # of a row group


def need_pyarrow() -> None:
    """Raises a SettingsError where pyarrow is not installed: a line that installs it."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        words = f"Parquet needs pyarrow ({error}): {install_line('pyarrow')}"
        raise SettingsError(words, flag="--to") from error


def write(path: str, columns: Sequence[tuple[str, type]], rows: Iterable[Mapping[str, Any]]) -> int:
    """Writes the rows in row groups, and gives their number.

    Raises
    ------
    SettingsError
        pyarrow is not installed.
    """
    need_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns])
    count = 0
    with replacing(path) as file, pq.ParquetWriter(file, schema) as writer:
        for part in _parts(rows):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
            count += len(part)
    return count


def _parts(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while part := [dict(row) for row in islice(waiting, _ROWS)]:
        yield part
