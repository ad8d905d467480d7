"""What is handed in to be read: files, folders with all below them, standard input."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotate.texts.readers import READERS
from annotate.texts.sources import ADVICE, HEAD, READABLE, Source, refusal, suffix_of
from schemas.errors import DataError


def formats() -> dict[str, str]:
    """Suffix → the name of the reader."""
    return {suffix: name for name, reader in READERS.items() for suffix in reader.suffixes}


def find_sources(inputs: Iterable[str | Path]) -> Iterator[Source]:
    """The files behind paths, folders (with all below them, in the order of their names) and ``-``.

    Raises
    ------
    DataError
        No such file, a folder without a readable file, a format that is not read.
    """
    for item in inputs:
        path = Path(item)
        if str(item) == "-":
            yield Source("-", "stdin", _format_of_stdin())
        elif path.is_dir():
            yield from _folder(path)
        elif not path.exists():
            raise DataError("no such file", path=path)
        else:
            yield Source(path, path.name, _format_of(path), suffix_of(path))


def unread_files(inputs: Iterable[str | Path]) -> list[Path]:
    """The files in the folders among the inputs that are passed over for their format."""
    folders = [Path(item) for item in inputs if str(item) != "-" and Path(item).is_dir()]
    return [file for folder in folders for file in _files(folder) if suffix_of(file) not in formats()]


def _folder(folder: Path) -> Iterator[Source]:
    readable = [file for file in _files(folder) if suffix_of(file) in formats()]
    if not readable:
        raise DataError(f"has no file to read, expected {READABLE}", path=folder)
    for file in readable:
        yield Source(file, file.relative_to(folder).as_posix(), formats()[suffix_of(file)], suffix_of(file))


def _files(folder: Path) -> list[Path]:
    below = (file for file in folder.rglob("*") if file.is_file())
    return sorted(
        file for file in below if not any(p.startswith(".") for p in file.relative_to(folder).parts)
    )


def _format_of(path: Path) -> str:
    suffix = suffix_of(path)
    if suffix in ADVICE:
        raise refusal(path, f"{suffix} is not read")
    return formats().get(suffix, "text")


def _format_of_stdin() -> str:
    """JSON Lines where the first sign is a brace, a page where it is a tag, else text."""
    stream = sys.stdin.buffer
    if hasattr(stream, "peek"):
        head = stream.peek(HEAD)[:HEAD]
    else:
        position = stream.tell()
        head = stream.read(HEAD)
        stream.seek(position)
    head = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith(b"{"):
        return "jsonl"
    return "html" if head.startswith((b"<!doctype html", b"<html")) else "text"
