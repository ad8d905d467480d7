"""The shapes an export of Label Studio comes in, each as the tasks of its full JSON.

The flat ones, JSON_MIN and CSV, have one row an annotation, the task's data and the controls side
by side in it. What one control holds is written as the bare value where it is one, else as an
object or a list (the SDK's ``prettify_result``); a CSV cell holds the same as JSON text.
"""

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ijson
import msgspec

from schemas.codebook import STUDIO_FIELDS, TASK_FIELDS, Codebook
from schemas.errors import DataError
from schemas.files import MAX_ROW, decode_utf8, read_whole, reading, rows_of
from schemas.kinds import KINDS
from schemas.nesting import TOO_DEEP, Nesting
from schemas.studio_json import TEXT_TAG, VALUE_KEYS

#: What a flat export never holds, whatever is in the project.
LOST = "skipped annotations, drafts, suggestions and the phase of a task"
EXPECTED = "expected a Label Studio export (JSON, JSON_MIN, CSV) or an annotations.jsonl"
_NOT_CONTROLS = {*TASK_FIELDS, *STUDIO_FIELDS, "agreement", "history"}
_CSV_FIELD_LIMIT = 10_000_000  # a commentary's running text is longer than csv's own 131,072
_DELIMITERS = ",;\t"
BAD_BYTES = "\ufdd0"  # a code point that is no character: stands where bytes are not UTF-8
_ESCAPED = ascii(BAD_BYTES).strip("'")  # as the text of a task's dict shows it

#: The place of a task in its file, and what stands there: a task, or whatever was found instead.
Placed = tuple[str, Any]


def read_tasks(
    path: str | Path, codebook: Codebook, warnings: list[str], *, salvage: bool = False
) -> Iterator[Placed]:
    """The tasks of an export in any shape, each with its annotations as the full JSON has them.

    Parameters
    ----------
    warnings
        What the shape lost is added to it.
    salvage
        Whether a JSON file that breaks off gives the tasks before the break (and a warning).

    Raises
    ------
    DataError
        The file cannot be read, is empty, no export, or breaks off.
    """
    with _opened(path) as file:
        start = _start(file)
        if not start:
            raise DataError(f"is empty, {EXPECTED}", path=path)
        if start == b"[":
            placed = _json_list(file, path, warnings, salvage=salvage)
        elif start == b"{":
            placed = iter([("task 1", _one_task(read_whole(file, path, at_most=MAX_ROW), path))])
        else:
            placed = read_csv(_csv_lines(file, path), path, codebook)
        yield from _as_tasks(placed, codebook, warnings)


@contextmanager
def _opened(path: str | Path) -> Iterator[IO[bytes]]:
    """A binary file that can be rewound; of standard input or a pipe all is taken first."""
    with reading(path) as file:
        can_rewind = str(path) != "-" and file.seekable()
        yield file if can_rewind else io.BytesIO(read_whole(file, path))


def _start(file: IO[bytes]) -> bytes:
    """The first sign that is no space; the file then stands behind its byte order mark."""
    head = file.read(4096)
    file.seek(3 if head.startswith(codecs.BOM_UTF8) else 0)
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def _as_tasks(placed: Iterator[Placed], codebook: Codebook, warnings: list[str]) -> Iterator[Placed]:
    has_flat = False
    for place, value in placed:
        if isinstance(value, dict) and is_flat(value):
            if not has_flat:
                warnings.append(f"a flat export (JSON_MIN or CSV) does not hold {LOST}: prefer JSON")
            has_flat = True
            yield place, to_task(value, codebook)
        else:
            yield place, value


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
    if "data" not in task and "sentence_id" not in task:
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


def is_flat(row: Mapping[str, Any]) -> bool:
    """Whether a row of a JSON file is one of JSON_MIN, not a task with annotations in it."""
    return "data" not in row and "annotations" not in row and "sentence_id" in row


def to_task(row: Mapping[str, Any], codebook: Codebook) -> dict[str, Any]:
    """The task of a flat row, with its one annotation, as the full JSON export has it.

    A row without annotator and annotation id is a task that nobody has coded.
    """
    texts = {layer.id for layer in codebook.layers if not KINDS[layer.kind].has_codes}
    task = {"id": row.get("id"), "data": {name: row.get(name) for name in TASK_FIELDS}}
    if row.get("annotator") is None and row.get("annotation_id") is None:
        return {**task, "annotations": []}
    result = [
        {"from_name": name, "to_name": TEXT_TAG, "type": "flat", "value": value}
        for name, held in row.items()
        if is_control(name)
        for value in _values(held, "text" if name in texts else "choices")
    ]
    annotation = {
        "id": row.get("annotation_id"),
        "completed_by": row.get("annotator"),
        "result": result,
        **{name: row.get(name) for name in ("lead_time", "created_at", "updated_at")},
    }
    return {**task, "annotations": [annotation]}


def is_control(name: str) -> bool:
    """Whether a column holds what was coded: none of the task's own and none that are added."""
    return name not in _NOT_CONTROLS and not name.startswith("_data_") and not name.endswith("_transcript")


def read_csv(lines: Iterator[str], path: str | Path, codebook: Codebook) -> Iterator[Placed]:
    """The rows of a CSV export as JSON_MIN would give them; one that Excel rewrote as well.

    Raises
    ------
    DataError
        No header with ``sentence_id``, or a row that no CSV reader can read.
    """
    header = next(lines, "")
    if header[:4].lower() == "sep=":  # Excel's own first line
        header = next(lines, "")
    delimiter = max(_DELIMITERS, key=header.count)
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    reader = csv.DictReader(itertools.chain([header], lines), delimiter=delimiter)
    texts = {layer.id for layer in codebook.layers if not KINDS[layer.kind].has_codes}
    try:
        names = reader.fieldnames or []
        if "sentence_id" not in names:
            raise DataError(f"{_no_header(names)}; {EXPECTED}", path=path)
        for row in reader:
            cells = {name: _cell(name, value, texts) for name, value in row.items() if isinstance(name, str)}
            yield f"line {reader.line_num}", cells
    except csv.Error as error:
        raise DataError(f"not CSV: {error}", path=path, line=reader.line_num) from error


def _no_header(names: Any) -> str:
    shown = ", ".join(str(name)[:30] for name in list(names)[:4]) or "nothing"
    return f"no column sentence_id in its first line ({shown} …)"


def _cell(name: str, value: Any, texts: set[str]) -> Any:
    """What a CSV cell stands for; an empty one is no value."""
    if not isinstance(value, str) or not value:
        return None if is_control(name) or name in STUDIO_FIELDS else ""
    if name in ("id", "annotation_id", "annotator"):
        return int(value) if re.fullmatch(r"\d{1,18}", value) else _whole(value)
    if name == "lead_time":
        return _number(value)
    if is_control(name):
        return _held(value, name in texts)
    return value


def _whole(value: str) -> int | str | None:
    """Excel writes 17 as ``17,0`` where it took the column for decimals; an e-mail stays as it is."""
    if value == "None":  # str(None), as the converter writes a task that nobody has coded
        return None
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else value


def _number(value: str) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,15})(?:[.,](\d{1,15}))?\s*", value)
    return float(f"{match[1]}.{match[2] or 0}") if match else None


def _held(value: str, is_text: bool) -> Any:
    """A control's cell: the bare value, or JSON text where there are several."""
    if value[0] not in "[{":
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value  # someone's comment that begins with a bracket
    if is_text and not (isinstance(parsed, list | dict) and any(_is_value(one) for one in _listed(parsed))):
        return value
    return parsed


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]


def _is_value(one: Any) -> bool:
    return isinstance(one, dict) and any(key in one for key in VALUE_KEYS)


def _values(held: Any, key: str) -> Iterator[dict[str, Any]]:
    """The ``value`` objects behind what one control holds."""
    for one in _listed(held):
        if isinstance(one, dict):
            yield one
        elif one is not None:
            yield {key: [one]}
