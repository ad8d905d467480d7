"""The shapes an export of Label Studio comes in, each as the tasks of its full JSON.

Besides the full JSON: its tasks one a line; the objects of a target storage, annotations with their task
inside; exports from before version 1.0, whose annotations are completions; and the flat ones (`flat`).
"""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ijson
import msgspec

from exports.readers.flat import FlatRows, Placed, read_csv, read_table, to_task
from exports.readers.workbook import WORKBOOK, workbook_lines
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.files import MAX_ROW, decode_utf8, read_whole, reading, rows_of
from schemas.nesting import TOO_DEEP, Nesting
from schemas.project_map import ProjectMap

EXPECTED = (
    "expected a Label Studio export (JSON, JSON_MIN, CSV), a table of codings (.csv, .xlsx) "
    "or an annotations.jsonl"
)
BAD_BYTES = "\ufdd0"  # a code point that is no character: stands where bytes are not UTF-8
_ESCAPED = ascii(BAD_BYTES).strip("'")  # as the text of a task's dict shows it


def read_tasks(
    path: str | Path,
    codebook: Codebook,
    warnings: list[str],
    *,
    salvage: bool = False,
    project_map: ProjectMap | None = None,
) -> Iterator[Placed]:
    """The tasks of an export in any shape, each with its annotations as the full JSON has them.

    Parameters
    ----------
    warnings
        What the shape lost is added to it.
    salvage
        Whether a JSON file that breaks off gives the tasks before the break (and a warning).
    project_map
        What the columns of a flat export of a project made by hand stand for.

    Raises
    ------
    DataError
        The file cannot be read, is empty, no export, or breaks off.
    """
    flat = FlatRows(codebook, project_map, warnings)
    with _opened(path) as file:
        start = _start(file, path)
        if start in (b"[", b"{"):
            values = _json_values(file, start, path, warnings, salvage=salvage)
            yield from _as_tasks(values, flat)
        else:
            yield from read_csv(_table_lines(file, start, path, warnings), path, flat, EXPECTED)
    flat.end()


def read_values(path: str | Path, warnings: list[str]) -> Iterator[dict[str, Any]]:
    """What stands in an export of any shape: tasks with their ``annotations``, or rows of a table.

    It needs no codebook, and passes over what is neither; errors as of `read_tasks`.
    """
    with _opened(path) as file:
        start = _start(file, path)
        if start in (b"[", b"{"):
            for _, value in _json_values(file, start, path, warnings, salvage=True):
                if isinstance(value, dict):
                    yield _as_task(value)
        else:
            yield from read_table(_table_lines(file, start, path, warnings), path)


def _json_values(
    file: IO[bytes], start: bytes, path: str | Path, warnings: list[str], *, salvage: bool
) -> Iterator[Placed]:
    if start == b"[":
        yield from _json_list(file, path, warnings, salvage=salvage)
    elif _is_many_rows(file):
        yield from _json_rows(file, path, salvage=salvage)
    else:
        yield "task 1", _one_task(read_whole(file, path, at_most=MAX_ROW), path)


def _table_lines(file: IO[bytes], start: bytes, path: str | Path, warnings: list[str]) -> Iterator[str]:
    return workbook_lines(file, path, warnings) if start == WORKBOOK else _csv_lines(file, path)


@contextmanager
def _opened(path: str | Path) -> Iterator[IO[bytes]]:
    """A binary file that can be rewound; of standard input or a pipe all is taken first."""
    with reading(path) as file:
        can_rewind = str(path) != "-" and file.seekable()
        yield file if can_rewind else io.BytesIO(read_whole(file, path))


def _start(file: IO[bytes], path: str | Path) -> bytes:
    """The first sign that is no space, or `WORKBOOK`; the file then stands behind its byte order mark.

    Raises
    ------
    DataError
        The file is empty.
    """
    head = file.read(4096)
    file.seek(3 if head.startswith(codecs.BOM_UTF8) else 0)
    if head.startswith(WORKBOOK):
        return WORKBOOK
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if not start:
        raise DataError(f"is empty, {EXPECTED}", path=path)
    return start


def _as_tasks(placed: Iterator[Placed], flat: FlatRows) -> Iterator[Placed]:
    for place, value in placed:
        if not isinstance(value, dict):
            yield place, value
        elif (task := _as_task(value)) is not value:
            yield place, task
        elif flat.is_flat(value) and (form := flat.form_of(value)) is not None:
            flat.say(form, list(value))
            yield place, to_task(value, form)
        else:
            yield place, value


def _as_task(value: dict[str, Any]) -> dict[str, Any]:
    """An object of an old or foreign export as a task of today; any other as it is."""
    if is_stored(value):
        return _from_storage(value)
    if "completions" in value and "annotations" not in value:
        return {**value, "annotations": value["completions"]}
    return value


def is_stored(value: dict[str, Any]) -> bool:
    """Whether an object is an annotation with its task inside, as a target storage gets it."""
    return isinstance(value.get("task"), dict) and "result" in value


def _from_storage(value: dict[str, Any]) -> dict[str, Any]:
    task = value["task"]
    annotation = {name: held for name, held in value.items() if name != "task"}
    return {**task, "project": task.get("project", value.get("project")), "annotations": [annotation]}


def _is_many_rows(file: IO[bytes]) -> bool:
    """Whether a file of JSON has an object a line; it stands where it stood then."""
    place = file.tell()
    first, second = file.readline(MAX_ROW + 1), file.readline(64)
    while second.isspace():
        second = file.readline(64)
    file.seek(place)
    return first.rstrip().endswith(b"}") and second.lstrip().startswith(b"{")


def _json_rows(file: IO[bytes], path: str | Path, *, salvage: bool) -> Iterator[Placed]:
    """The objects of a file that has one a line."""
    for number, line in enumerate(rows_of(file, path), start=1):
        if not line.strip():
            continue
        try:
            if Nesting().is_deep(line):
                raise ValueError(TOO_DEEP)
            yield f"line {number}", msgspec.json.decode(line)
        except ValueError as error:  # a DecodeError of msgspec is one
            if not salvage:
                raise DataError(f"not JSON: {error}", path=path, line=number) from error
            yield f"line {number}", "no JSON"


def _json_list(file: IO[bytes], path: str | Path, warnings: list[str], *, salvage: bool) -> Iterator[Placed]:
    """The items of a JSON list, one at a time: however long the file, one task is in memory."""
    text = _Utf8(file)
    number = 0
    try:
        for number, task in enumerate(ijson.items(text, "item", use_float=True), start=1):
            text.task_bytes = 0
            if not text.is_clean and _ESCAPED in str(task):
                if not salvage:
                    raise DataError(f"task {number} is not JSON: it has bytes that are not UTF-8", path=path)
                # counted by the reader as what is no task
                yield f"task {number}", "no JSON: bytes that are not UTF-8"
            else:
                yield f"task {number}", task
    except ijson.JSONError as error:
        problem = f"breaks off or is not JSON after task {number}: {_first_line(error)}; export it again"
        if not salvage:
            raise DataError(f"{problem}, or read what is whole with --skip-invalid", path=path) from error
        warnings.append(f"{path}: {problem}; read up to there")


class _Utf8:
    """A file whose bytes are UTF-8 all through: those that are not become `BAD_BYTES`.

    The JSON reader ends at a byte that is not UTF-8; so a task that has one can be named instead.
    What would cost it memory without end is kept from it: deep nesting, and a task of more than
    `MAX_ROW` bytes (``task_bytes`` counts them, and is reset by who takes a task).
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("standpunkt-mark")
        self._nesting = Nesting()
        self.is_clean = True
        self.task_bytes = 0

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        while True:
            data = self._file.read(size)
            self.task_bytes += len(data)
            if self.task_bytes > MAX_ROW:
                raise ijson.JSONError(f"the next one is larger than {MAX_ROW >> 20} MB")
            if self._nesting.is_deep(data):
                raise ijson.JSONError(TOO_DEEP)
            text = self._decoder.decode(data, final=not data)
            self.is_clean = self.is_clean and BAD_BYTES not in text
            if text or not data:
                return text.encode("utf-8")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BAD_BYTES, error.end


codecs.register_error("standpunkt-mark", _mark)


def _first_line(error: BaseException) -> str:
    """The parser's words without the picture of the place that follows them."""
    words = error.args[0] if error.args else error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return text.partition("\n")[0].strip()


def _one_task(data: bytes, path: str | Path) -> Any:
    if Nesting().is_deep(data):
        raise DataError(f"{TOO_DEEP}; {EXPECTED}", path=path)
    try:
        task = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"no JSON: {error}; {EXPECTED}", path=path) from error
    if "data" not in task and "sentence_id" not in task and not is_stored(task):
        words = f': Label Studio\'s answer "{task["detail"]}"' if "detail" in task else ""
        raise DataError(f"not an export{words}; {EXPECTED}", path=path)
    return task


def _csv_lines(file: IO[bytes], path: str | Path) -> Iterator[str]:
    """The lines of a CSV, a byte order mark left out."""
    for line in rows_of(file, path):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            file.seek(0)
            _refuse_encoding(read_whole(file, path), path)


def _refuse_encoding(data: bytes, path: str | Path) -> None:
    try:
        decode_utf8(data, path)
    except DataError as error:
        words = error.message.partition("; the file looks like")[0]
        raise DataError(f'{words}; in Excel, save it as "CSV UTF-8"', path=path, line=error.line) from error
