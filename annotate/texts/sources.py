"""A file that is read: its text or rows as they stand in it, and what a reader makes of them first."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from schemas.errors import DataError, SettingsError
from schemas.files import decode_utf8, read_bytes
from schemas.jsonl import read_jsonl
from schemas.records import Block

R = TypeVar("R")
READABLE = ".txt, .md, .jsonl, .html, or one of these as .gz"
ADVICE = {
    ".pdf": "extract its text first, for instance with pdftotext, and hand in the .txt",
    ".json": "hand in one record a line, as .jsonl",
    **dict.fromkeys((".xmi", ".qdpx"), "`standpunkt import` reads texts and codings of other tools"),
    **dict.fromkeys(
        (".docx", ".doc", ".odt", ".rtf", ".pages", ".epub"),
        "save it as plain text (.txt, UTF-8) or as .html",
    ),
    **dict.fromkeys((".csv", ".tsv", ".xlsx", ".ods"), "hand in one record a line, as .jsonl"),
}
_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff")
HEAD = 4096
#: Characters of a text: some five thousand commentaries. JSON Lines are read a row at a time, and hold more.
MAX_TEXT = 10_000_000


class Source(NamedTuple):
    """A file to read (``-`` is standard input), its name in records, and which reader reads it."""

    path: str | Path
    name: str
    format: str
    suffix: str = ""

    @property
    def stem(self) -> str:
        """The name without folder and endings."""
        return self.name.rpartition("/")[2].removesuffix(".gz").removesuffix(self.suffix)


def read_text(source: Source, *, encoding: str | None = None) -> str:
    """The text of a source, line ends as line feeds.

    Raises
    ------
    DataError
        It is empty, a binary format, longer than `MAX_TEXT`, or not in the encoding: names the byte.
    """
    data = read_bytes(source.path, at_most=4 * MAX_TEXT)  # a character has up to four bytes
    if data.startswith(_MAGIC):
        raise refusal(Path(source.path), "looks like a binary format")
    text = _decoded(data, source, encoding) if encoding else decode_utf8(data, source.path)
    if len(text) > MAX_TEXT:
        raise too_long(len(text), path=source.path)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError("is empty, expected a commentary", path=source.path)
    if text.count("\0", 0, HEAD) > len(text[:HEAD]) // 10:
        raise DataError(
            "has many NUL characters: UTF-16? Read it with --encoding utf-16-le", path=source.path
        )
    return text


def too_long(length: int, *, path: str | Path) -> DataError:
    words = f"a text of {length:,} characters, expected at most {MAX_TEXT:,}: divide it"
    return DataError(words, path=path)


def read_rows(
    source: Source,
    record: type[R],
    *,
    encoding: str | None = None,
    passed_over: list[DataError] | None = None,
) -> Iterator[R]:
    """The records of JSON Lines, one at a time however long the file is.

    A row that does not fit is added to ``passed_over`` where that is given, else raised.
    """
    codec = _codec(encoding or "utf-8")
    try:
        yield from read_jsonl(source.path, record, passed_over=passed_over, encoding=codec)
    except UnicodeError as error:
        raise DataError(f"not {encoding}: {error}", path=source.path) from error
    except DataError as error:
        if not error.message.startswith("not UTF-8"):
            raise
        words = f"{error.message}; read it with --encoding, such as cp1252"
        raise DataError(words, path=error.path, line=error.line) from error


def _decoded(data: bytes, source: Source, encoding: str) -> str:
    try:
        text = data.decode(_codec(encoding))
        text.encode("utf-8")  # utf-7 lets halves of characters through
        return text
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = (
            f"byte {error.start} is 0x{data[error.start]:02x}" if error.start < len(data) else "it ends early"
        )
        raise DataError(f"not {encoding}: {byte}", path=source.path, line=line) from error
    except UnicodeError as error:
        raise DataError(f"not {encoding}: {error}", path=source.path) from error


def _codec(encoding: str) -> str:
    try:
        "".encode(encoding)  # refuses what is no encoding of text, such as "hex"
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise SettingsError(
            f'unknown encoding "{encoding}", expected one such as utf-8, cp1252 or latin-1', flag="--encoding"
        ) from error


def suffix_of(path: Path) -> str:
    """The last suffix in small letters, without that of a packed file."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def refusal(path: Path, words: str) -> DataError:
    advice = ADVICE.get(suffix_of(path), f"expected {READABLE}")
    return DataError(f"{words}: {advice}", path=path)


_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


class Line(NamedTuple):
    """A stretch of text without a line break and without the white space around it."""

    start: int
    end: int


def lines_of(text: str) -> list[Line]:
    """The lines of a text that are not blank, trimmed."""
    lines = []
    for match in _LINE.finditer(text):
        row = match.group()
        if stripped := row.strip():
            start = match.start() + len(row) - len(row.lstrip())
            lines.append(Line(start, start + len(stripped)))
    return lines


class Draft(NamedTuple):
    """A commentary before it has an id and blocks. ``title_line`` is where its title stands."""

    fields: dict[str, Any]
    own_id: str | None = None
    title_line: Line | None = None
    layout: str = "text"
    blocks: list[Block] | None = None
