"""XML (.xml, .tei, .rss, .atom): a feed, TEI or a protocol of the Bundestag, told by the root element.

Nothing is fetched and no entity of the file itself is put in.
"""

import html.entities
import re
from collections.abc import Callable, Iterator
from typing import Any

from annotate.texts.readers.bundestag import read_protocol
from annotate.texts.readers.feed import read_feed
from annotate.texts.readers.packed import MAX_PART, local, parse_xml
from annotate.texts.readers.tei import read_tei
from annotate.texts.readers.web_page import decoded_page
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError
from schemas.files import read_bytes

#: Root element → what reads it.
_ROOTS: dict[str, Callable[[Any, Source, Reading], Iterator[Draft]]] = {
    **dict.fromkeys(("rss", "feed", "RDF"), read_feed),
    **dict.fromkeys(("TEI", "TEI.2", "teiCorpus"), read_tei),
    "dbtplenarprotokoll": read_protocol,
}
#: Root element → what the file is, and where it belongs.
_FOREIGN = {
    "html": "a web page: name it .html",
    "View": "a labeling config: `standpunkt codebook from-config` reads it",
    **dict.fromkeys(("XMI", "Project"), "codings of another tool: `standpunkt import` reads them"),
    **dict.fromkeys(("package", "wordDocument", "document"), "a document of Word: save it as .docx"),
    "Workbook": "a workbook: save it as .xlsx or .csv",
    "DOKUMENT": "a protocol of before 2017, which tells no speeches apart: hand in its TEXT as .txt",
    "listPerson": "a list of people to a corpus, and no text: leave it out",
    "opml": "a list of feeds, and no text: save the feeds themselves as .rss",
}
_XML_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_BARE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:(?P<name>[^\W\d]\w{0,40});|(?!#x?\w{1,8};))", re.DOTALL)
_NO_SIGNS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xml(source: Source, reading: Reading) -> Iterator[Draft]:
    way_out = "divide it, or hand in its texts as .jsonl"
    root = _root(read_bytes(source.path, at_most=MAX_PART, way_out=way_out), source, reading)
    name = local(root)
    if name not in _ROOTS:
        what = _FOREIGN.get(name, f"with the root {name}: hand in its texts as .html, .txt or .jsonl")
        raise DataError(
            f"is XML of another kind than feeds, TEI and the Bundestag's, {what}", path=source.path
        )
    return _ROOTS[name](root, source, reading)


def _root(data: bytes, source: Source, reading: Reading) -> Any:
    """The root element, in the encoding that the file declares.

    What keeps a file from being XML by a sign alone is mended, which is said: an entity of HTML or of a
    document type, a bare ``&``, a sign that XML does not know, bytes that are in ``reading``'s encoding.
    """
    from lxml import etree

    if not data.strip():
        raise DataError("is empty, expected a commentary", path=source.path)
    if _PAGE.match(data):
        raise DataError(f"is named as XML and looks like {_FOREIGN['html']}", path=source.path)
    try:
        root = parse_xml(data.lstrip(), source, "the file")
    except DataError as error:
        root, problem = None, error
    if root is not None and next(root.iter(etree.Entity), None) is None:
        return root
    text = _DECLARATION.sub("", decoded_page(data, source, reading.encoding), count=1)
    text = _NO_SIGNS.sub("", _BARE.sub(_written_out, text)).strip()
    try:
        mended = parse_xml(text.encode(), source, "the file")
    except DataError as error:
        raise (problem if root is None else error) from error
    reading.note(source, "is XML but for some signs (entities, a bare &), which were written out")
    return mended


def _written_out(found: re.Match[str]) -> str:
    """A sign as XML knows it; marked sections and XML's own entities stay."""
    name = found["name"]
    if name in _XML_OWN or found[0].startswith("<"):
        return found[0]
    if name is None:
        return "&amp;"
    signs = html.entities.html5.get(f"{name};")
    return "".join(f"&#{ord(sign)};" for sign in signs) if signs else f"&amp;{name};"
