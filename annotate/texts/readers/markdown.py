"""Markdown as commentators' notes use it: front matter, headings, lists, pictures, quotes."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.keys import field_of, tell_unread, with_known_keys
from annotate.texts.readers.parts import Part, draft_of, tell_left_out
from annotate.texts.sources import Draft, Reading, Source, read_text
from schemas.errors import DataError
from schemas.files import PathName
from schemas.records import BlockKind
from schemas.yaml_file import parse_yaml

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_NOTE_MARK = re.compile(r"[ \t]{0,4}(?<!\\)\[\^[^\]\s]{1,40}\]")
_NOTE_TEXT = re.compile(r"^\[\^[^\]\n]{1,40}\]:.*(?:\n+(?: {2,}|\t).*)*", re.MULTILINE)
_TAG = re.compile(r"<(?:!--[^>]*--|/?[a-zA-Z][^<>]*)>")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)


def read_front_matter(text: str, path: PathName, unread: Counter[str]) -> tuple[dict[str, str], str]:
    """The fields that the front matter of a Markdown file names, and the text behind it.

    Keys that are no field are counted in ``unread``.

    Raises
    ------
    DataError
        The front matter is no mapping of words to words.
    """
    match = _FRONT_MATTER.match(text)
    matter, body = (match.group(1), text[match.end() :]) if match else ("", text)
    fields: dict[str, str] = {}
    if matter.strip():
        # one line feed more, so that line numbers in errors count the opening dashes
        data, places = parse_yaml("\n" + matter, path)
        for key, value in data.items():
            if (field_of(key) or "text") == "text":
                unread[key] += 1
            elif not isinstance(value, str):
                raise DataError(f'"{key}": expected words', path=path, line=places[key,][0])
        known = with_known_keys(data, (), Counter())
        known.pop("text", None)
        fields = {name: value for name, value in known.items() if value not in ("", "null", "~")}
    return fields, body


def read_markdown(source: Source, reading: Reading) -> Iterator[Draft]:
    unread: Counter[str] = Counter()
    text = read_text(source, reading)
    reading.saw(text)
    matter, body = read_front_matter(text, source.path, unread)
    tell_unread(reading, source, unread, "front matter")
    left_out: Counter[str] = Counter()
    parts = list(parts_of(body, left_out))
    tell_left_out(reading, source, left_out)
    if "title" not in matter and parts and parts[0].kind == "title":
        matter["title"] = parts[0].text
    own_id = matter.pop("id", None) or matter.pop("commentary_id", None)
    draft = draft_of(parts, source, reading, with_iso_date(matter))
    yield draft._replace(own_id=own_id)


def parts_of(text: str, left_out: Counter[str]) -> Iterator[Part]:
    """Headings, paragraphs, list items and pictures of Markdown, without its marks.

    >>> [part.text for part in parts_of("Das ist **nicht** _neu_.[^1] Mehr [hier](https://a.de).", Counter())]
    ['Das ist nicht neu. Mehr hier.']
    """
    from markdown_it import MarkdownIt

    text, notes = _NOTE_TEXT.subn("", text)
    left_out["footnotes"] += notes
    kinds: list[BlockKind] = []
    in_table = False
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(_NOTE_MARK.sub("", text)):
        if token.type == "table_open":
            in_table = True
            left_out["tables"] += 1
        if token.type in _KINDS:
            kinds.append(_KINDS[token.type])
        elif token.type.removesuffix("_close") + "_open" in _KINDS:
            kinds.pop()
        elif token.type == "table_close":
            in_table = False
        elif token.type == "inline" and not in_table:
            yield from _part(token, kinds)
        elif token.type in ("code_block", "html_block"):
            yield from (Part("paragraph", line) for line in _TAG.sub("", token.content).splitlines())


_KINDS: dict[str, BlockKind] = {"heading_open": "title", "list_item_open": "list_item"}


def _part(token: Any, kinds: list[BlockKind]) -> Iterator[Part]:
    shown = token.children or []
    if [child.type for child in shown] == ["image"]:
        yield Part("caption", shown[0].content)
        return
    words = "".join(_words(child) for child in shown)
    for line in words.split("\v"):
        yield Part(kinds[-1] if kinds else "paragraph", line)


def _words(token: Any) -> str:
    if token.type == "softbreak":
        return "\n"
    if token.type == "hardbreak" or (token.type == "html_inline" and _BREAK.match(token.content)):
        return "\v"
    return token.content if token.type in ("text", "code_inline", "text_special") else ""
