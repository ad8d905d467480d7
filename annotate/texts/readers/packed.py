"""Formats that are packed XML: opened with a look at sizes, their XML read without its entities."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotate.texts.sources import Source, refusal
from schemas.errors import DataError
from schemas.files import read_bytes

MAX_PACKED = 2**28  # bytes of a packed file, mostly pictures
MAX_PART = 2**25  # bytes of a part of it that is read, unpacked: XML takes ten times that in memory
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError),
)
_OLE = b"\xd0\xcf\x11\xe0"


class Packed:
    """A packed document; a part is read once it is known to be small enough."""

    def __init__(self, archive: zipfile.ZipFile, source: Source) -> None:
        self._archive, self._source = archive, source
        self.names = frozenset(archive.namelist())
        #: Bytes of all parts, unpacked, as the document says; more is never unpacked.
        self.size = sum(info.file_size for info in archive.infolist())

    def read(self, name: str) -> bytes:
        """A part of the document.

        Raises
        ------
        DataError
            It is not there, too large, or protected by a password.
        """
        path = self._source.path
        if name not in self.names:
            raise DataError(f"has no part {name}: damaged, or not what its name says", path=path)
        info = self._archive.getinfo(name)
        if info.flag_bits & 1:
            raise DataError("is protected by a password: save it without one", path=path)
        if info.file_size > MAX_PART:
            words = f"{name} has {info.file_size >> 20} MB, expected at most {MAX_PART >> 20}"
            raise DataError(words, path=path)
        with self._archive.open(info) as part:
            return part.read(MAX_PART)

    def xml(self, name: str) -> Any:
        """A part as an element of lxml."""
        return parse_xml(self.read(name), self._source, name)


@contextmanager
def opened(source: Source) -> Iterator[Packed]:
    """A packed document.

    Raises
    ------
    DataError
        It is damaged, in another format or protected by a password; also where that shows in the block.
    """
    data = read_bytes(source.path, at_most=MAX_PACKED)
    if data.startswith(_OLE):
        words = "is protected by a password or in an old format: save it anew, without a password"
        raise DataError(words, path=source.path)
    if not data.startswith(b"PK"):
        raise refusal(Path(source.path), f"is no {source.suffix} file: damaged, or not what its name says")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield Packed(archive, source)
    except DAMAGED as error:
        raise DataError(f"cannot be unpacked: {error}", path=source.path) from error


def parse_xml(data: bytes, source: Source, name: str) -> Any:
    """The root element; nothing is fetched, no entity is put in, and depth and size have lxml's limits."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DataError(f"{name} is not XML: {error}", path=source.path) from error


def local(element: Any) -> str:
    """The name of an element without its namespace; of what is no element, the empty text."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
