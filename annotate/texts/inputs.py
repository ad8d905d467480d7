"""What is handed in to be read: files, folders with all below them, patterns of names, standard input."""

import codecs
import glob
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath

from annotate.texts.own_files import without_own
from annotate.texts.readers import READERS
from annotate.texts.readers.archive import Member, is_hidden, opened_archive
from annotate.texts.sources import ADVICE, HEAD, READABLE, Reading, Source, refusal, suffix_of
from exports.readers.tools import way_of
from schemas.errors import DataError
from schemas.files import PathName, readable


def formats() -> dict[str, str]:
    """Suffix → the name of the reader."""
    return {suffix: name for name, reader in READERS.items() for suffix in reader.suffixes}


def find_sources(inputs: Iterable[str | Path]) -> Iterator[Source]:
    """The files behind paths, folders (with all below them, in the order of their names), patterns and ``-``.

    In a pattern ``**`` stands for any folders; a file whose name looks like one is that file.

    Raises
    ------
    DataError
        No such file, a folder or a pattern without a readable file, a format that is not read.
    """
    for item in inputs:
        path = Path(item)
        if str(item) == "-":
            yield Source("-", "stdin", _format_of_stdin())
        elif path.is_dir():
            yield from _read_of(path, path, "has no file to read")
        elif is_pattern(path):
            yield from _read_of(path, _root_of(path), "no file matches this pattern")
        elif not path.exists():
            raise DataError("no such file", path=path)
        else:
            yield Source(path, readable(path.name), _format_of(path), suffix_of(path))


def sources_in(source: Source, reading: Reading) -> Iterator[Source]:
    """The files of an archive as those of a folder; another source is given as it is.

    What is wrong with an archive goes to ``reading``. Each file can be read until the next one is asked for.
    """
    if source.format != "archive":
        yield source
        return
    try:
        with opened_archive(source) as members:
            found = [member for member in members if _is_read_member(member)]
            if not found:
                raise DataError(f"has no file to read, expected {READABLE}", path=source.path)
            for member in found:
                suffix = suffix_of(member.name)
                yield Source(member.path, f"{source.name}/{member.name}", formats()[suffix], suffix)
    except DataError as error:
        reading.pass_over(error)


def unread_files(inputs: Iterable[str | Path]) -> list[tuple[PathName, str]]:
    """What is passed over in the folders, patterns and archives among the inputs, each with the reason."""
    paths = [Path(item) for item in inputs if str(item) != "-"]
    files = [file for path in paths if path.is_dir() or is_pattern(path) for file in _files(path)]
    unread: list[tuple[PathName, str]] = [
        (file, _reason(file, file.is_file())) for file in files if not _is_read(file)
    ]
    for archive in (file for file in (*paths, *files) if suffix_of(file) == ".zip" and file.is_file()):
        with suppress(DataError), opened_archive(Source(archive, archive.name, "archive")) as members:
            unread += [(m.path, _reason(m.name, m.is_file)) for m in members if not _is_read_member(m)]
    return unread


def _reason(name: PurePath, is_file: bool) -> str:
    if not is_file:
        return "not a file"
    suffix = suffix_of(name)
    return f"{suffix} is not read: {ADVICE[suffix]}" if suffix in ADVICE else "not a format that is read"


def is_pattern(path: Path) -> bool:
    """Whether it stands for files whose names it describes, such as ``texts/**/*.jsonl.gz``."""
    return glob.has_magic(str(path)) and not path.exists()


def _root_of(pattern: Path) -> Path:
    """The folder that all files of a pattern lie in."""
    folder = pattern.parent
    while glob.has_magic(str(folder)):
        folder = folder.parent
    return folder


def _read_of(place: Path, root: Path, refused: str) -> Iterator[Source]:
    """The files of a folder or a pattern that are read, named from a folder on."""
    found = [file for file in _files(place) if _is_read(file)]
    if not found:
        raise DataError(f"{refused}, expected {READABLE}", path=place)
    for file in found:
        name = readable(file.relative_to(root).as_posix())
        yield Source(file, name, formats()[suffix_of(file)], suffix_of(file))


def _is_read_member(member: Member) -> bool:
    return member.is_file and suffix_of(member.name) in formats()


def _is_read(file: Path) -> bool:
    """Whether it can be read without waiting: no pipe, no device, no link to one or to nothing."""
    return suffix_of(file) in formats() and file.is_file()


def _files(place: Path) -> list[Path]:
    """All files below a folder, or those of a pattern, without hidden ones and what we wrote ourselves."""
    root = place if place.is_dir() else _root_of(place)
    found = root.glob("**/*" if root == place else str(place.relative_to(root)))
    shown = {f for f in found if not f.is_dir() and not is_hidden(f.relative_to(root).parts)}
    return without_own(sorted(shown))


def _format_of(path: Path) -> str:
    suffix = suffix_of(path)
    if suffix == ".json" and (way := way_of(path)) is not None:
        raise DataError(way, path=path)
    if suffix in ADVICE:
        raise refusal(path, f"{suffix} is not read")
    return formats().get(suffix, "text")


def _format_of_stdin() -> str:
    """JSON Lines where the first sign is a brace, JSON a bracket; PDF and XML by their first signs."""
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
    if head.startswith(b"["):
        return "json"
    if head.startswith((b"<?xml", b"<rss", b"<feed", b"<tei")):
        return "xml"
    return "html" if head.startswith((b"<!doctype html", b"<html")) else "text"
