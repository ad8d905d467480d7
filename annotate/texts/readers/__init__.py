"""READERS: how each format of texts is read, one module a format; it is known by the suffix of a file."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from annotate.texts.readers.archive import refuse_nested
from annotate.texts.readers.book import read_book
from annotate.texts.readers.json_file import read_json
from annotate.texts.readers.jsonl import read_jsonl_rows
from annotate.texts.readers.mail import read_mail, read_saved_page
from annotate.texts.readers.markdown import read_markdown
from annotate.texts.readers.open_document import read_open_document
from annotate.texts.readers.pdf import read_pdf
from annotate.texts.readers.plain import read_plain
from annotate.texts.readers.rich_text import read_rich_text
from annotate.texts.readers.table import read_delimited, read_workbook
from annotate.texts.readers.web_page import read_web_page
from annotate.texts.readers.word import read_word
from annotate.texts.readers.xml_file import read_xml
from annotate.texts.sources import Draft


class Reader(NamedTuple):
    """``read`` takes a source and how to read it; the commentaries of a stream
    are handed on as they come, without a look at their neighbours.
    """

    suffixes: tuple[str, ...]
    read: Callable[..., Iterator[Draft]]
    is_stream: bool = False


READERS: dict[str, Reader] = {
    "text": Reader((".txt", ".text"), read_plain),
    "markdown": Reader((".md", ".markdown"), read_markdown),
    "jsonl": Reader((".jsonl", ".ndjson"), read_jsonl_rows, is_stream=True),
    "json": Reader((".json", ".jsonld"), read_json, is_stream=True),
    "html": Reader((".html", ".htm", ".xhtml"), read_web_page),
    "pdf": Reader((".pdf",), read_pdf),
    "word": Reader((".docx",), read_word),
    "open_document": Reader((".odt",), read_open_document),
    "delimited": Reader((".csv", ".tsv"), read_delimited, is_stream=True),
    "workbook": Reader((".xlsx",), read_workbook, is_stream=True),
    "mail": Reader((".eml",), read_mail),
    "saved_page": Reader((".mhtml", ".mht"), read_saved_page),
    "book": Reader((".epub",), read_book),
    "archive": Reader((".zip",), refuse_nested),
    "xml": Reader((".xml", ".tei", ".rss", ".atom"), read_xml, is_stream=True),
    "rich_text": Reader((".rtf",), read_rich_text),
}
