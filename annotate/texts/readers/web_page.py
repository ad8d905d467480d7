"""Commentaries saved as web pages: their text and what the page says of it, by trafilatura."""

import codecs
import logging
import re
from collections.abc import Iterator
from typing import Any

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.parts import Part, draft_of
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, text_of
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import BlockKind

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"<html\b[^>]{0,400}?\slang\s*=\s*[\"']?([A-Za-z-]{2,12})", re.IGNORECASE)
_KINDS: dict[str, BlockKind] = {"head": "title", "item": "list_item"}


def read_web_page(source: Source, reading: Reading) -> Iterator[Draft]:
    data = read_bytes(source.path, at_most=4 * MAX_TEXT)
    yield page_draft(decoded_page(data, source, reading.encoding), source, reading)


def decoded_page(data: bytes, source: Source, encoding: str | None) -> str:
    """A page as text: in the charset it names itself, else UTF-8, else ``encoding``."""
    match = _CHARSET.search(data, 0, 4096)
    named = match and (match[1] or match[2]).decode()
    if named and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            codec = codecs.lookup(named).name
            # browsers read latin-1 and ascii as cp1252; a page that can be read names no utf-16
            codec = "cp1252" if codec in ("iso8859-1", "ascii") else codec
            if not codec.startswith("utf"):
                return text_of(data.decode(codec).encode(), source)
        except (LookupError, ValueError):
            pass  # a charset that nobody knows, or that the page does not keep to
    return text_of(data, source, encoding)


def page_draft(html: str, source: Source, reading: Reading, **fields: Any) -> Draft:
    """The commentary of a page; ``fields`` fill what the page does not say.

    Raises
    ------
    DataError
        trafilatura finds no text in the page.
    """
    extracted = _extracted(html)
    parts = list(_parts(extracted.body)) if extracted is not None and extracted.body is not None else []
    if not any(part.text.strip() for part in parts):
        raise DataError("no text found in the page; save the commentary as .txt instead", path=source.path)
    found = {
        "title": extracted.title,
        "author": extracted.author,
        "date": extracted.date,
        "url": extracted.url,
        "outlet": extracted.sitename,
    }
    language = _LANGUAGE.search(html, 0, 4096)
    found["language"] = language[1] if language else None
    fields = {name: found[name] or fields.get(name) for name in found}
    return draft_of(parts, source, reading, with_iso_date(fields))


def _extracted(html: str) -> Any:
    """trafilatura's document. It makes one paragraph of a short page with headings, unless told to try."""
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    # it logs what it tells by its answer as well, and a command has one line for it
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"with_metadata": True, "include_comments": False, "include_tables": False}
    extracted = bare_extraction(html, **options)
    if extracted is None or extracted.body is None or len(extracted.body) > 1:
        return extracted
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    again = bare_extraction(html, config=config, **options)
    return again if again is not None and again.body is not None and len(again.body) else extracted


def _parts(element: Any, kind: BlockKind = "paragraph") -> Iterator[Part]:
    """Each stretch of words between the beginnings and ends of paragraphs, headings and items."""
    kind = _KINDS.get(element.tag, kind)
    words = element.text or ""
    for child in element:
        if child.tag in ("hi", "ref", "del"):  # within a line
            words += "".join(child.itertext())
        elif child.tag == "lb":
            words += "\n"
        else:
            yield from (Part(kind, line) for line in words.split("\n"))
            yield from _parts(child, kind)
            words = ""
        words += child.tail or ""
    yield from (Part(kind, line) for line in words.split("\n"))
