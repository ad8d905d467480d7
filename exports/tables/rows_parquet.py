"""Apache Parquet, some thousand rows at a time, in one file or in parts; needs the extra ``parquet``."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from schemas.errors import SettingsError, install_line
from schemas.files import replacing, write_json

_ROWS, _LARGE = 5000, 50_000  # of a row group, in one file and in parts
_PART = 500_000  # rows of a part
#: Names all parts of the last run into a folder, finished or not.
PLAN = "_parts.json"


def manifest_of(folder: Path, name: str) -> Path:
    """Where a part's manifest is; readers of a whole folder pass it over. A name with ``*`` is a pattern."""
    return folder / f"_{name}.manifest.json"


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

    kinds = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}
    return _write(path, pa.schema([(name, kinds[kind]) for name, kind in columns]), rows, "snappy")


def write_parts(
    folder: str,
    columns: Sequence[tuple[str, type]],
    rows: Iterable[Mapping[str, Any]],
    facts: Callable[[], Mapping[str, Any]],
    *,
    name: str = "part",
) -> int:
    """Writes the rows as files of one schema with short columns, and a manifest with their hashes.

    Texts are dictionary columns, numbers have 32 bits, pages are packed with zstd. The manifest is written
    last, under a name that readers of a whole folder pass over.

    Parameters
    ----------
    facts
        What holds for all rows, for the manifest; asked for when all are written.
    name
        What the files' names begin with; others in the folder are left alone.
    """
    need_pyarrow()
    import pyarrow as pa

    kinds = {
        str: pa.dictionary(pa.int32(), pa.string()),
        float: pa.float32(),
        int: pa.int32(),
        bool: pa.bool_(),
    }
    types = {column: kinds[kind] for column, kind in columns} | {"sentence_id": pa.string()}
    schema = pa.schema(list(types.items()))
    files: list[dict[str, Any]] = []
    waiting, total = iter(rows), 0
    while (first := next(waiting, None)) is not None:
        path = Path(folder) / f"{name}-{len(files):05}.parquet"
        some = chain([first], islice(waiting, _PART - 1))
        count = _write(str(path), schema, some, "zstd", group=_LARGE)
        total += count
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files.append({"file": path.name, "rows": count, "bytes": path.stat().st_size, "sha256": digest})
    written = {file["file"] for file in files}
    for old in Path(folder).glob(f"{name}-[0-9][0-9][0-9][0-9][0-9].parquet"):
        if old.name not in written:
            old.unlink()
    manifest = {**facts(), "rows": total, "columns": [[field.name, str(field.type)] for field in schema]}
    write_json(manifest_of(Path(folder), name), {**manifest, "files": files})
    return total


def _write(
    path: str, schema: Any, rows: Iterable[Mapping[str, Any]], compression: str, *, group: int = _ROWS
) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting, count = iter(rows), 0
    with replacing(path) as file, pq.ParquetWriter(file, schema, compression=compression) as writer:
        for tables in iter(lambda: list(_tables(islice(waiting, group), schema)), []):
            table = pa.concat_tables(tables).unify_dictionaries()
            writer.write_table(table, row_group_size=group)
            count += table.num_rows
    return count


def _tables(rows: Iterable[Mapping[str, Any]], schema: Any) -> Iterator[Any]:
    """The rows as short tables, for as dictionaries they take ten times the room."""
    import pyarrow as pa

    waiting = iter(rows)
    while some := [dict(row) for row in islice(waiting, _ROWS)]:
        yield pa.Table.from_pylist(some, schema=schema)
