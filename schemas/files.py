"""Writing files so that a reader never sees half of one, and reading what people hand in."""

import glob
import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import msgspec
import platformdirs

from schemas.errors import DataError


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[bytes]]:
    """A binary file written beside ``path``, flushed, and moved in when the block ends well.

    ``-`` is standard output. A parent folder that is missing is made.
    """
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(path)
    if path.is_dir():
        raise DataError("is a folder, expected a file to write", path=path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_unfinished(path.parent, glob.escape(path.name))
        with open(beside, "wb") as raw:
            if path.suffix == ".gz":
                # no clock and no name in the header: the same rows give the same bytes
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        beside.replace(path)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", path=path) from error
    finally:
        with suppress(OSError):  # a folder that cannot be written says no even where nothing is there
            beside.unlink(missing_ok=True)


def clear_unfinished(folder: Path, name: str = "*") -> None:
    """Takes away what processes that were killed had begun to write in a folder, of one file or all."""
    for left in folder.glob(f".{name}.*.part"):
        import psutil

        number = left.name.removesuffix(".part").rpartition(".")[2]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            left.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def write_json(path: str | Path, value: Any) -> None:
    """Indented JSON with a final line feed; keys in the order given."""
    with replacing(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def write_private_json(path: str | Path, value: Any) -> None:
    """Like `write_json`, for what only its owner may read (mode 0600)."""
    with _private():
        write_json(path, value)


def write_private_text(path: str | Path, text: str) -> None:
    """Like `write_text`, for what only its owner may read (mode 0600)."""
    with _private():
        write_text(path, text)


@contextmanager
def _private() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file, ``-`` for standard input, ``.gz`` unpacked.

    Raises
    ------
    DataError
        There is no such file, it is a folder, or it cannot be read or unpacked.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read()
    path = Path(path)
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                return file.read()
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError("no such file", path=path) from error
    except IsADirectoryError as error:
        raise DataError("is a folder, expected a file", path=path) from error
    except (OSError, EOFError) as error:
        raise DataError(f"cannot be read: {error}", path=path) from error


def decode_utf8(data: bytes, path: str | Path) -> str:
    """Text of UTF-8 bytes, with or without BOM.

    Raises
    ------
    DataError
        Names the first byte that is not UTF-8, its line, and the encoding the file likely has.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"not UTF-8: byte {error.start} is 0x{data[error.start]:02x}; "
            f"the file looks like {_likely_encoding(data)}; read it with --encoding",
            path=path,
            line=line,
        ) from error


def _likely_encoding(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if data[:4] == b"%PDF" or data[:2] == b"PK":
        return "a binary format"
    return "cp1252" if any(0x80 <= byte <= 0x9F for byte in data) else "latin-1"


def home() -> Path:
    """``STANDPUNKT_HOME`` where it is set, else the place this system has for data of programs."""
    return Path(os.environ.get("STANDPUNKT_HOME") or platformdirs.user_data_dir("standpunkt"))
