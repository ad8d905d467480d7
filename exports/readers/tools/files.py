"""The files that another tool exported: plain ones, and archives, which are read and never unpacked.

They may come from anybody. So names and sizes of an archive are looked at first, its files are read in
memory and no further than their size, and XML with a document type, the way to entities, is refused.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import msgspec

from schemas.errors import DataError
from schemas.files import read_bytes, reading
from schemas.nesting import TOO_DEEP, Nesting

#: What an export holds at most: of one file, of all files of an archive, and how many.
FILE_BYTES, ALL_BYTES, MEMBERS = 200 * 2**20, 2**30, 20_000
_ZIP = b"PK\x03\x04"
_HEAD = 4096
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>|<\?xml[^>]*\?>")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Member(NamedTuple):
    """A file, alone or in an archive: ``name`` has the folders of the archive, ``place`` is for errors."""

    name: str
    place: str
    read: Callable[[], bytes]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


class Package(NamedTuple):
    """A file that was handed in: one member, or those of an archive. ``head`` is its beginning."""

    path: Path
    head: bytes
    members: list[Member]
    is_archive: bool

    def of_suffix(self, *suffixes: str) -> list[Member]:
        return [member for member in self.members if member.suffix in suffixes]


def open_package(path: Path) -> Package:
    """The members of a file.

    Raises
    ------
    DataError
        It is missing, too large, a damaged archive, or one that holds what no export holds.
    """
    with reading(path) as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise DataError("is empty, expected the export of a tool", path=path)
    data = read_bytes(path, at_most=FILE_BYTES)
    if head.startswith(_ZIP):
        return Package(path, head, list(_members(data, str(path), inner=True)), True)
    return Package(path, head, [Member(path.name, str(path), lambda: data)], False)


def _members(data: bytes, place: str, *, inner: bool, folder: str = "") -> Iterator[Member]:
    """The files of an archive; those of archives in it as if they were in a folder of that name."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError) as error:
        raise DataError(f"is a damaged archive: {error}", path=place) from error
    _refuse_what_is_no_export(infos, place)
    for info in infos:
        read = _reader(archive, info, place)
        name = f"{folder}{info.filename}"
        if inner and info.filename.lower().endswith(".zip"):
            yield from _members(
                read(), f"{place}: {info.filename}", inner=False, folder=f"{name.removesuffix('.zip')}/"
            )
        else:
            yield Member(name, f"{place}: {info.filename}", read)


def _refuse_what_is_no_export(infos: list[zipfile.ZipInfo], place: str) -> None:
    if len(infos) > MEMBERS:
        raise DataError(f"is an archive of {len(infos):,} files, expected {MEMBERS:,} at most", path=place)
    size = sum(info.file_size for info in infos)
    if size > ALL_BYTES:
        raise DataError(
            f"holds {size / 2**20:,.0f} MB when unpacked, expected {ALL_BYTES / 2**20:,.0f} MB at most: "
            "export it in parts",
            path=place,
        )
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise DataError(
                f"holds {info.filename[:100]!r}, a name that leads out of the archive: export it anew",
                path=place,
            )
        if info.flag_bits & 1:
            raise DataError("is locked with a password: export it without one", path=place)


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as file:
                data = file.read(FILE_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise DataError(f"cannot be read: {error}", path=f"{place}: {info.filename}") from error
        if len(data) > FILE_BYTES:
            raise DataError(
                f"is larger than {FILE_BYTES >> 20} MB when unpacked: export it in parts",
                path=f"{place}: {info.filename}",
            )
        return data

    return read


def rows_of(member: Member) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of JSON Lines, or of a JSON list, with their lines (in a list their numbers).

    Raises
    ------
    DataError
        A line is no JSON object.
    """
    data = member.read().removeprefix(b"\xef\xbb\xbf").strip()
    values: Iterator[tuple[int, Any]]
    if data.startswith(b"["):
        values = enumerate(_json(data, member, 1), 1)
    elif data.startswith(b"{") and not data.partition(b"\n")[0].rstrip().endswith(b"}"):
        values = iter([(1, _json(data, member, 1))])  # one object over several lines
    else:
        lines = ((number, line.strip()) for number, line in enumerate(io.BytesIO(data), 1))
        values = ((number, _json(line, member, number)) for number, line in lines if line)
    for number, value in values:
        if not isinstance(value, dict):
            words = f"found a {type(value).__name__}, expected one JSON object a line"
            raise DataError(words, path=member.place, line=number)
        yield number, value


def _json(text: bytes, member: Member, line: int) -> Any:
    if Nesting().is_deep(text):
        raise DataError(f"is {TOO_DEEP}", path=member.place, line=line)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"is no JSON: {error}", path=member.place, line=line) from error


def first_row(package: Package) -> dict[str, Any]:
    """The first object of JSON Lines or of a JSON list; empty where the file is something else.

    Raises
    ------
    DataError
        It begins as JSON and is none.
    """
    for member in package.of_suffix(".jsonl", ".json") or package.members:
        start = (member.read() if package.is_archive else package.head).removeprefix(b"\xef\xbb\xbf").lstrip()
        return next((row for _, row in rows_of(member)), {}) if start[:1] in (b"{", b"[") else {}
    return {}


def decoded(member: Member) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark.

    Raises
    ------
    DataError
        It is in another encoding.
    """
    data = member.read()
    utf_16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        words = f"is not UTF-8 (byte {error.start}), as exports are: export it anew"
        raise DataError(words, path=member.place) from error


def xml_text(data: bytes, place: str) -> str:
    """The text of XML without its declaration.

    Raises
    ------
    DataError
        It is in another encoding than UTF-8 or UTF-16, or has a document type.
    """
    bom, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    try:
        text = data.removeprefix(bom).decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"is not {encoding.upper()} (byte {error.start}): export it anew", path=place
        ) from error
    declared = _ENCODING.match(text.lstrip())
    if declared and (declared[1] or encoding).lower().replace("_", "-")[:6] != encoding[:6]:
        raise DataError(f"says it is {declared[1]}, expected UTF-8: export it anew", path=place)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DataError("has a document type, which no export of a tool has: export it anew", path=place)
    return text.lstrip()[declared.end() if declared else 0 :]


def read_xml(data: bytes, place: str) -> "ET.Element[str]":
    """The root of an XML file; a DataError as `xml_text`, or where it is no XML."""
    try:
        return ET.fromstring(xml_text(data, place))
    except ET.ParseError as error:
        raise DataError(f"is no XML: {error}", path=place) from error
