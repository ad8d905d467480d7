"""READERS: format → what reads it, one module a format."""

from collections.abc import Callable, Iterator

from annotate.texts.readers.jsonl import read_jsonl_rows
from annotate.texts.readers.markdown import read_markdown
from annotate.texts.readers.plain import read_plain
from annotate.texts.readers.web_page import read_web_page
from annotate.texts.sources import Draft, Source

READERS: dict[str, Callable[[Source, str | None], Iterator[Draft]]] = {
    "text": read_plain,
    "markdown": read_markdown,
    "jsonl": read_jsonl_rows,
    "html": read_web_page,
}
