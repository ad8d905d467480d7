"""Markdown as commentators' notes use it: front matter, headings, lists, pictures, quotes."""

import re
from collections.abc import Iterator
from pathlib import Path

from annotate.texts.dates import with_iso_date
from annotate.texts.sources import Draft, Source, read_text
from schemas.errors import DataError
from schemas.yaml_file import parse_yaml

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_KNOWN = (
    "id", "commentary_id", "title", "author", "date", "source", "url", "outlet", "medium",
    "original_language", "translator", "license",
)  # fmt: skip
_FIRST_HEADING = re.compile(r"\s*#\s+(\S.*?)[ \t#]*(?:\n|$)")


def read_front_matter(text: str, path: str | Path) -> tuple[dict[str, str], str]:
    """The fields that the front matter of a Markdown file names, and the text behind it.

    A title that is not named there is the heading with which the text begins.

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
        for name in _KNOWN:
            if name in data and not isinstance(data[name], str):
                raise DataError(f'"{name}": expected words', path=path, line=places[name,][0])
            if data.get(name, "") not in ("", "null", "~"):
                fields[name] = data[name]
    if "title" not in fields and (heading := _FIRST_HEADING.match(body)):
        fields["title"] = heading.group(1)
    return fields, body.strip("\n")


def read_markdown(source: Source, encoding: str | None) -> Iterator[Draft]:
    matter, text = read_front_matter(read_text(source, encoding=encoding), source.path)
    own_id = matter.pop("id", None) or matter.pop("commentary_id", None)
    yield Draft(with_iso_date({**matter, "text": text}), own_id=own_id, layout="markdown")
