"""The only reader and writer of JSON Lines: a line becomes a checked record, and back."""

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import jsonlines
import msgspec

from schemas.errors import DataError
from schemas.files import PathName, reading, replacing, rows_of
from schemas.nesting import TOO_DEEP

R = TypeVar("R")


def read_jsonl(
    path: PathName,
    record: type[R],
    *,
    passed_over: list[DataError] | None = None,
    encoding: str = "utf-8",
    prepare: Callable[[Any], Any] | None = None,
) -> Iterator[R]:
    """The records of a file, checked one by one as they are read.

    Parameters
    ----------
    path
        A file; ``.gz`` is unpacked; ``-`` is standard input. A BOM and blank lines are passed over.
    record
        The class a line must fit. Keys it does not know are ignored.
    passed_over
        Where it is given, a line that does not fit is added to it as an error instead of raised.
    encoding
        A name as `codecs.lookup` gives it. In another than UTF-8 a wrong byte is a UnicodeError.
    prepare
        What makes of the JSON of a line, as it stands, that which has to fit.

    Raises
    ------
    DataError
        No such file, or a line that does not fit: names file, line, what was found and expected.
    """
    with reading(path) as file:
        text = file if encoding == "utf-8" else io.TextIOWrapper(file, encoding=encoding)
        reader = jsonlines.Reader(rows_of(text, path), loads=_row_decoder(record, prepare))
        while True:
            try:
                # jsonlines types what its own decoder gives; ours gives records
                yield from cast(Iterator[R], reader.iter(skip_empty=True))
                return
            except jsonlines.InvalidLineError as error:
                cause = error.__cause__
                problem = DataError(_plain(cause or error, record), path=path, line=error.lineno)
                if passed_over is None:
                    raise problem from error
                passed_over.append(problem)


def _row_decoder(record: type[R], prepare: Callable[[Any], Any] | None) -> Callable[[str | bytes], R]:
    """Makes records of JSON; whatever is no such record is a ValueError."""
    to_record = msgspec.json.Decoder(record).decode

    def decode(row: str | bytes) -> R:
        return msgspec.convert(prepare(msgspec.json.decode(row)), record) if prepare else to_record(row)

    def decode_row(row: str | bytes) -> R:
        try:
            return decode(row)
        except RecursionError as error:
            raise ValueError(TOO_DEEP) from error

    return decode_row


def write_jsonl(path: str | Path, records: Iterable[Any]) -> int:
    """Writes the records, one a line, and gives their number. ``-`` is standard output."""
    count = 0
    with writing_jsonl(path) as write:
        for record in records:
            write(record)
            count += 1
    return count


@contextlib.contextmanager
def writing_jsonl(path: str | Path) -> Iterator[Callable[[Any], object]]:
    """A function that writes a record; the file is moved into its place when the block ends well."""
    with replacing(path) as file:
        yield jsonlines.Writer(file, dumps=msgspec.json.encode).write


def _plain(error: BaseException, record: type) -> str:
    """msgspec's words, or what stands behind jsonlines' "invalid json"."""
    if isinstance(error, msgspec.ValidationError):
        return f"not a {record.__name__} row: {error}"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8: byte 0x{error.object[error.start]:02x} at column {error.start + 1}"
    return f"not JSON: {error}"
