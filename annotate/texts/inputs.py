"""What is handed in to be read: files, folders with all below them, standard input."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotate.texts.readers import READERS
from annotate.texts.sources import ADVICE, HEAD, READABLE, Source, refusal, suffix_of
from exports.readers.tools import way_of
from schemas.errors import DataError
from schemas.files import readable


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
            yield Source(path, readable(path.name), _format_of(path), suffix_of(path))


def unread_files(inputs: Iterable[str | Path]) -> list[tuple[Path, str]]:
    """What is passed over in the folders among the inputs, each with the reason."""
    folders = [Path(item) for item in inputs if str(item) != "-" and Path(item).is_dir()]
    return [
        (file, "not a format that is read" if file.is_file() else "not a file")
        for folder in folders
        for file in _files(folder)
        if not _is_read(file)
    ]


def _folder(folder: Path) -> Iterator[Source]:
    found = [file for file in _files(folder) if _is_read(file)]
    if not found:
        raise DataError(f"has no file to read, expected {READABLE}", path=folder)
    for file in found:
        name = readable(file.relative_to(folder).as_posix())
        yield Source(file, name, formats()[suffix_of(file)], suffix_of(file))


def _is_read(file: Path) -> bool:
    """Whether it can be read without waiting: no pipe, no device, no link to one or to nothing."""
    return suffix_of(file) in formats() and file.is_file()


def _files(folder: Path) -> list[Path]:
    below = (file for file in folder.rglob("*") if not file.is_dir())
    return sorted(
        file for file in below if not any(p.startswith(".") for p in file.relative_to(folder).parts)
    )


def _format_of(path: Path) -> str:
    suffix = suffix_of(path)
    if suffix == ".json" and (way := way_of(path)) is not None:
        raise DataError(way, path=path)
    if suffix in ADVICE:
        raise refusal(path, f"{suffix} is not read")
    return formats().get(suffix, "text")


def _format_of_stdin() -> str:
    """JSON Lines where the first sign is a brace, a page where it is a tag, PDF by its mark, else text."""
    stream = sys.stdin.buffer
    if hasattr(stream, "peek"):
        head = stream.peek(HEAD)[:HEAD]
    else:
        position = stream.tell()
        head = stream.read(HEAD)
        stream.seek(position)
    head = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith(b"%pdf-"):
        return "pdf"
    if head.startswith(b"{"):
        return "jsonl"
    return "html" if head.startswith((b"<!doctype html", b"<html")) else "text"
