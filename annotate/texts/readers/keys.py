"""What people call the fields of a commentary, in German and English: ``autor`` is ``author``."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from annotate.texts.sources import Reading, Source
from schemas.errors import near_hit

#: Field → its other names, in small letters with a space for each mark between words.
NAMES: dict[str, tuple[str, ...]] = {
    "text": ("volltext", "artikeltext", "inhalt", "kommentar", "content", "body", "full text", "fulltext",
             "articlebody", "article body", "maintext"),
    "title": ("titel", "überschrift", "ueberschrift", "schlagzeile", "headline"),
    "author": ("autor", "autorin", "autor in", "verfasser", "verfasserin", "authors", "autoren", "byline"),
    "date": (
        "datum", "erschienen", "erschienen am", "erscheinungsdatum", "veröffentlicht", "veröffentlicht am",
        "published", "publication date", "pubdate", "datepublished", "date published", "date publish",
        "publishedat", "published at",
    ),
    "outlet": ("zeitung", "zeitschrift", "publikation", "publication", "newspaper", "publisher"),
    "url": ("link", "adresse"),
    "id": ("kennung",),
    "commentary_id": ("commentary id",),
    "source": ("quelle",),
    "medium": (),
    "original_language": ("original language", "originalsprache"),
    "translator": ("übersetzer", "uebersetzer", "übersetzerin", "übersetzung", "übersetzt von"),
    "license": ("lizenz", "licence"),
    "language": ("sprache", "lang"),
    "translation_of": ("translation of", "übersetzung von", "uebersetzung von", "original", "original id"),
}  # fmt: skip
_FIELDS = {other: field for field, names in NAMES.items() for other in (field, *names)}


def field_of(name: str) -> str | None:
    """The field that a name in a head, a record or a table stands for.

    >>> field_of("Autor/in"), field_of("Publication-Date"), field_of("Ressort")
    ('author', 'date', None)
    """
    folded = " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
    return _FIELDS.get(folded) or _FIELDS.get(name.casefold())


def with_known_keys(row: Mapping[str, Any], kept: Iterable[str], unread: Counter[str]) -> dict[str, Any]:
    """The row by the names of fields; ``kept`` stay as they are, what is no field is counted as unread.

    A field's own name goes before another name for it.
    """
    fields = {key: value for key, value in row.items() if key in NAMES or key in kept}
    for key, value in row.items():
        if key not in fields:
            field = field_of(key)
            if field is None or field in fields:
                unread[key] += 1
            else:
                fields[field] = value
    return fields


def tell_unread(reading: Reading, source: Source, unread: Counter[str], what: str) -> None:
    """Names what was not read, with how often it was there and a near hit."""
    names = [
        f"{name} ({count} times)" if count > 1 else f"{name}{near_hit(name.casefold(), _FIELDS)}"
        for name, count in unread.items()
        if count
    ]
    if names:
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        reading.note(source, f"{what} not read: {', '.join(names[:10])}{more}")
