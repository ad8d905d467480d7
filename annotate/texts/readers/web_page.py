"""Commentaries saved as web pages: their text and what the page says of it (extra ``web``)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotate.texts.dates import with_iso_date
from annotate.texts.sources import Draft, Source, read_text
from schemas.errors import DataError


def read_page(html: str, path: str | Path) -> dict[str, Any]:
    """Text, title, author, date, url and outlet of a page; one line a paragraph.

    Raises
    ------
    DataError
        trafilatura is not installed, or finds no text in the page.
    """
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        words = f"web pages need trafilatura ({error}): pip install 'standpunkt[web]'"
        raise DataError(words, path=path) from error
    extracted = bare_extraction(html, with_metadata=True, include_comments=False, include_tables=False)
    text = (extracted.text or "").strip() if extracted is not None else ""
    if not text:
        raise DataError("no text found in the page; save the commentary as .txt instead", path=path)
    return {
        "text": text,
        "title": extracted.title,
        "author": extracted.author,
        "date": extracted.date,
        "url": extracted.url,
        "outlet": extracted.sitename,
    }


def read_web_page(source: Source, encoding: str | None) -> Iterator[Draft]:
    from annotate.texts.readers.web_page import read_page

    yield Draft(with_iso_date(read_page(read_text(source, encoding=encoding), source.path)), layout="lines")
