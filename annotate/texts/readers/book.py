"""Books and newspapers as .epub: each of its documents with text is a commentary, in the order of reading."""

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.markup_parts import markup_parts, parse_markup
from annotate.texts.readers.packed import Packed, local, opened
from annotate.texts.readers.parts import Part, draft_of, tell_left_out
from annotate.texts.readers.web_page import decoded_page
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError

_DC = "{http://purl.org/dc/elements/1.1/}"
_MAX_DOCUMENTS = 20_000


def read_book(source: Source, reading: Reading) -> Iterator[Draft]:
    left_out: Counter[str] = Counter()
    found = 0
    with opened(source) as packed:
        if "META-INF/encryption.xml" in packed.names and b"EncryptedData" in packed.read(
            "META-INF/encryption.xml"
        ):
            reading.note(source, "parts of the book are encrypted")
        package_name = _package(packed, source)
        package = packed.xml(package_name)
        fields = _fields(package)
        for name in _documents(package, package_name, source):
            data = packed.read(name)
            if not data.strip():
                continue
            root = parse_markup(decoded_page(data, source, reading.encoding), source, name)
            parts = [part for part in markup_parts(root, source, left_out) if part.text.strip()]
            if not any(part.kind in ("paragraph", "list_item") for part in parts):
                continue  # a cover, a title page
            found += 1
            yield draft_of(parts, source, reading, with_iso_date({**fields, "title": _title(parts, root)}))
    if not found:
        raise DataError("has no text", path=source.path)
    tell_left_out(reading, source, left_out)
    reading.note(source, f"a book of {found} documents, each read as a commentary")


def _package(packed: Packed, source: Source) -> str:
    for element in packed.xml("META-INF/container.xml").iter():
        if local(element) == "rootfile" and element.get("full-path"):
            return str(element.get("full-path"))
    raise DataError("names no package document: damaged, or not what its name says", path=source.path)


def _fields(package: Any) -> dict[str, str | None]:
    creator, day = (next(iter(package.iter(f"{_DC}{name}")), None) for name in ("creator", "date"))
    author = " ".join(creator.text.split()) if creator is not None and creator.text else None
    written = day.text.strip()[:10] if day is not None and day.text else ""
    return {"author": author, "date": written if len(written) == 10 else None}  # a year alone is no date


def _documents(package: Any, package_name: str, source: Source) -> Iterator[str]:
    """The names of the documents to read one after the other, without the table of contents."""
    items = {element.get("id"): element for element in package.iter() if local(element) == "item"}
    spine = [element.get("idref") for element in package.iter() if local(element) == "itemref"]
    if len(spine) > _MAX_DOCUMENTS:
        raise DataError(
            f"has {len(spine):,} documents, expected at most {_MAX_DOCUMENTS:,}", path=source.path
        )
    for reference in dict.fromkeys(spine):
        item = items.get(reference)
        is_page = item is not None and "html" in item.get("media-type", "")
        if item is not None and is_page and "nav" not in item.get("properties", "").split():
            address = unquote(item.get("href", "").partition("#")[0])
            yield posixpath.normpath(posixpath.join(posixpath.dirname(package_name), address))


def _title(parts: list[Part], root: Any) -> str | None:
    heading = next((part.text.strip() for part in parts if part.kind == "title"), None)
    named = next((element.text for element in root.iter("title") if element.text), None)
    return heading or (" ".join(named.split()) if named else None)
