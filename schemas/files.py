"""Writing files so that a reader never sees half of one, and reading what people hand in."""

import glob
import gzip
import itertools
import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import msgspec
import platformdirs

from schemas.errors import DataError
from schemas.unprintable import VisibleWriter

#: Bytes (unpacked) of a file that is read as a whole, such as a model or a codebook.
MAX_FILE = 2**30
#: Bytes of a row of a file that is read row by row: a line of JSON Lines, a task of an export.
MAX_ROW = 2**25
#: Bytes that are gathered before a file is written to: rows are some kilobytes each.
BUFFER = 2**18
#: A file: by its path, or a member of an archive. ``-`` is standard input or output.
PathName = str | os.PathLike[str]


class ArchiveMember:
    """A file in a zip archive, read where it is; as a path it is the archive's with the name in it behind."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> None:
        self._archive, self._info, self._path = archive, info, path
        self.size = info.file_size

    def __fspath__(self) -> str:
        return self._path

    def __str__(self) -> str:
        return self._path

    def open(self) -> IO[bytes]:
        """The file to read, unpacked.

        Raises
        ------
        DataError
            It is protected by a password, or packed in a way that is not known.
        """
        if self._info.flag_bits & 1:
            raise DataError("is protected by a password: pack it without one", path=self)
        if self._info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
            raise DataError("is packed in a way that is not read: pack it as a plain .zip", path=self)
        try:
            return self._archive.open(self._info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise DataError(f"cannot be unpacked: {error}", path=self) from error


@contextmanager
def replacing(path: str | Path, *, is_cleared: bool = False) -> Iterator[IO[bytes]]:
    """A binary file written beside ``path``, flushed, and moved in when the block ends well.

    ``-`` is standard output; on a terminal its control characters are escaped. A device or a pipe is written
    where it is. A parent folder that is missing is made. What a killed process had begun of the file is taken
    away; who writes thousands of files into a folder clears it once (`clear_unfinished`) and says so.
    """
    if str(path) == "-":
        out: Any = VisibleWriter(sys.stdout.buffer) if sys.stdout.isatty() else sys.stdout.buffer
        yield out
        sys.stdout.buffer.flush()
        return
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.is_dir():
            raise DataError("is a folder, expected a file to write", path=path)
        if path.is_relative_to("/dev") or (path.exists() and not path.is_file()):
            with open(path, "wb") as file:
                yield file
            return
        check_writable(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not is_cleared:
            clear_unfinished(path.parent, glob.escape(path.name))
        with open(beside, "wb", buffering=BUFFER) as raw:
            if path.suffix == ".gz":
                # no clock and no name in the header: the same rows give the same bytes
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        beside.replace(path)
    except BrokenPipeError:  # who read our output has seen enough; no fault of this file
        raise
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", path=path) from error
    finally:
        with suppress(OSError):  # a folder that cannot be written in says so again, and hides the reason
            beside.unlink(missing_ok=True)


def check_writable(path: str | Path | None) -> None:
    """Refuses, before any work, a place in a folder that cannot be made or written in.

    Nothing and "-", which is standard output, are no such place.

    Raises
    ------
    DataError
        A file stands where a folder is needed, or there is no right to write.
    """
    if path is None or str(path) == "-":
        return
    above = next((folder for folder in Path(path).parents if folder.exists()), Path())
    if not above.is_dir():
        raise DataError(f"cannot be written: {above} is a file, expected a folder", path=path)
    if not os.access(above, os.W_OK | os.X_OK):
        raise DataError(f"cannot be written: there is no right to write in {above}", path=path)


def clear_unfinished(folder: Path, name: str = "*") -> None:
    """Takes away what processes that were killed had begun to write in a folder, of one file or all."""
    for left in folder.glob(f".{name}.*.part"):
        import psutil

        number = left.name.removesuffix(".part").rpartition(".")[2]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            left.unlink(missing_ok=True)


def write_text(path: str | Path, text: str, *, is_cleared: bool = False) -> None:
    with replacing(path, is_cleared=is_cleared) as file:
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


@contextmanager
def reading(path: PathName) -> Iterator[IO[bytes]]:
    """A binary file to read: plain, gzipped, in an archive, or standard input for ``-``.

    Raises
    ------
    DataError
        There is no such file, it is a folder or a device, or it cannot be read or unpacked; also where
        that shows only in the block.
    """
    try:
        if str(path) == "-":
            yield sys.stdin.buffer
            return
        if isinstance(path, ArchiveMember):
            with path.open() as member:
                yield gzip.GzipFile(fileobj=member) if Path(path).suffix == ".gz" else member  # type: ignore[misc]
            return
        with gzip.open(path) if Path(path).suffix == ".gz" else open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            # a pipe is what `<(…)` gives; /dev/zero never ends
            if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or os.isatty(file.fileno())):
                raise DataError("is a device, expected a file", path=path)
            yield file  # type: ignore[misc]
    except FileNotFoundError as error:
        raise DataError("no such file", path=path) from error
    except IsADirectoryError as error:
        raise DataError("is a folder, expected a file", path=path) from error
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path) from error


def read_bytes(path: PathName, *, at_most: int = MAX_FILE, way_out: str = "divide it") -> bytes:
    """The bytes of a file, ``-`` for standard input, ``.gz`` unpacked.

    Raises
    ------
    DataError
        As `reading`; or it is larger than ``at_most``, and ``way_out`` is what to do then.
    """
    with reading(path) as file:
        return read_whole(file, path, at_most=at_most, way_out=way_out)


def read_whole(
    file: IO[bytes], path: PathName, *, at_most: int = MAX_FILE, way_out: str = "divide it"
) -> bytes:
    """What is left of an open file; a DataError where that is more than ``at_most`` bytes."""
    data = file.read(at_most + 1)
    if len(data) > at_most:
        size = _size_of(path)
        has = f" (it has {size >> 20})" if size > at_most else ""
        raise DataError(f"is larger than {at_most >> 20} MB{has}, expected less: {way_out}", path=path)
    return data


def _size_of(path: PathName) -> int:
    """Bytes of a file as it lies there; 0 of what has none, such as standard input."""
    if isinstance(path, ArchiveMember):
        return path.size
    return Path(path).stat().st_size if Path(path).is_file() else 0


def rows_of(file: IO[Any], path: PathName) -> Iterator[Any]:
    """The lines of an open file; a DataError where one is longer than `MAX_ROW`, or the file is cut off."""
    for number in itertools.count(1):
        try:
            line = file.readline(MAX_ROW + 1)
        except EOFError as error:  # of gzip; jsonlines takes it for the end of the rows
            raise DataError(f"cannot be read: {error}", path=path, line=number) from error
        if not line:
            return
        if len(line) > MAX_ROW:
            words = f"is longer than {MAX_ROW >> 20} MB, expected one record a line"
            raise DataError(words, path=path, line=number)
        yield line


def readable(name: PathName) -> str:
    r"""A file name as text: bytes that are not UTF-8 are written out, such as ``\xff``.

    >>> readable(os.fsdecode(b"caf\xe9.txt")) == r"caf\xe9.txt"
    True
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def decode_utf8(data: bytes, path: PathName) -> str:
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
