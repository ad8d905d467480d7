"""Archives (.zip) as folders: their files are read where they are, and nothing is unpacked to anywhere."""

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from annotate.texts.readers.packed import DAMAGED
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError
from schemas.files import ArchiveMember

#: What an archive holds at most: files, bytes unpacked, and bytes unpacked for each of its own.
MAX_MEMBERS, MAX_UNPACKED, MAX_RATIO = 100_000, 2**32, 200
_SMALL = 2**26  # bytes; unpacked to less, an archive may be packed as tightly as it likes
_UTF8_NAME = 0x800  # the flag of a name that is in UTF-8
#: A name that only one kind of file has → what the archive is.
_FOREIGN = {
    "[Content_Types].xml": "a document of one piece: give it its own ending back, such as .docx",
    "mimetype": "a document of one piece: give it its own ending back, such as .odt or .epub",
    "exportedproject.json": "a project of another tool: `standpunkt import` reads its texts and codings",
    "project.qde": "a project of another tool: `standpunkt import` reads its texts and codings",
}


class Member(NamedTuple):
    """A file of an archive by its name in it; what points out of the archive is taken off the name."""

    name: PurePosixPath
    path: ArchiveMember
    is_file: bool


@contextmanager
def opened_archive(source: Source) -> Iterator[list[Member]]:
    """The files of an archive in the order of their names, without hidden ones; they are closed with it.

    Raises
    ------
    DataError
        It cannot be opened, holds too much, or is a file of another kind.
    """
    path = Path(source.path)
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise DataError(f"is no archive that can be opened: {error}", path=path) from error
    with archive:
        yield [
            Member(
                name,
                ArchiveMember(archive, info, f"{path}/{name}"),
                not stat.S_ISLNK(info.external_attr >> 16),
            )
            for name, info in _members(archive, path)
        ]


def refuse_nested(source: Source, reading: Reading) -> Iterator[Draft]:
    """The reader of an archive that stands in another one."""
    raise DataError("is a .zip in a .zip: unpack it first, and hand in the folder", path=source.path)


def is_hidden(parts: Iterable[str]) -> bool:
    """Whether a name or a folder on the way to it is what systems put beside the files of people."""
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _members(archive: zipfile.ZipFile, path: Path) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    infos = archive.infolist()
    for name, what in _FOREIGN.items():
        if any(info.filename == name for info in infos):
            raise DataError(f"is {what}", path=path)
    if len(infos) > MAX_MEMBERS:
        raise DataError(f"has {len(infos):,} files, expected at most {MAX_MEMBERS:,}: divide it", path=path)
    unpacked, packed = sum(info.file_size for info in infos), path.stat().st_size
    if unpacked > MAX_UNPACKED:
        words = f"has {unpacked >> 20:,} MB unpacked, expected at most {MAX_UNPACKED >> 20:,}: divide it"
        raise DataError(words, path=path)
    if unpacked > max(_SMALL, MAX_RATIO * packed):
        words = f"unpacks to {unpacked // packed} times its size, expected at most {MAX_RATIO}"
        raise DataError(f"{words}, as texts do: hand in its files", path=path)
    named = [(_name(info), info) for info in infos if not info.is_dir()]
    return sorted((entry for entry in named if not is_hidden(entry[0].parts)), key=lambda entry: entry[0])


def _name(info: zipfile.ZipInfo) -> PurePosixPath:
    """The name: in UTF-8 where it can be, which a Mac does not say, else as zip has it, in cp437."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    name = "".join(char if char.isprintable() else "\ufffd" for char in unicodedata.normalize("NFC", name))
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")]
    return PurePosixPath(*parts) if parts else PurePosixPath("\ufffd")
