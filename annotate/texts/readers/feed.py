"""Feeds (RSS 0.9 to 2.0, Atom): each entry is a commentary, of its content or else of its teaser."""

import email.utils
import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.markup_parts import MARK, markup_parts, parts_of_words
from annotate.texts.readers.packed import local
from annotate.texts.readers.parts import Part, draft_of, tell_left_out
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError

#: Elements that hold a field, the best first; ``encoded`` is content:encoded, ``creator`` Dublin Core's.
_CONTENT = ("encoded", "content")
_TEASER = ("description", "summary", "subtitle")
_AUTHOR = ("creator", "author", "contributor")
_DATE = ("pubDate", "published", "date", "issued", "updated", "modified")
_SHORT = 1000  # characters; a description that is longer is a whole text
_MEDIA = "{http://search.yahoo.com/mrss/}"
_MAIL_OF = re.compile(r"\S+@\S+\s*\((.+)\)")
#: What WordPress puts below an entry.
_FOOT = re.compile(r"(?:The post|Der Beitrag) .+ (?:appeared first on|erschien zuerst auf) .+")


def read_feed(root: Any, source: Source, reading: Reading) -> Iterator[Draft]:
    channel = next((element for element in root.iter() if local(element) == "channel"), root)
    outlet = _words_of(channel, ("title",)) or None
    left_out: Counter[str] = Counter()
    entries = [element for element in root.iter() if local(element) in ("item", "entry")]
    teasers: list[str] = []
    empty = 0
    for entry in entries:
        parts, is_teaser = _text(entry, source, left_out)
        if not parts:
            empty += 1
            continue
        fields = _fields(entry) | {"outlet": outlet}
        if is_teaser:
            teasers.append(fields["title"] or "without a title")
            fields["flags"] = ["teaser"]
        yield draft_of(parts, source, reading, with_iso_date(fields))
    if empty == len(entries):
        raise DataError("has no text: no entry has a content or a description", path=source.path)
    if teasers:
        shown = ", ".join(teasers[:3]) + (", …" if len(teasers) > 3 else "")
        reading.note(source, f"{len(teasers)} of {len(entries)} entries hold a teaser only: {shown}")
    if empty:
        reading.note(source, f"{empty} of {len(entries)} entries without text not read")
    tell_left_out(reading, source, left_out)


def _fields(entry: Any) -> dict[str, Any]:
    return {
        "title": _words_of(entry, ("title",)) or None,
        "author": _author(entry),
        "date": _day(_words_of(entry, _DATE)),
        "url": _address(entry),
    }


def _child(element: Any, names: tuple[str, ...]) -> Any:
    """The child of the first of the names that has words."""
    children = (child for name in names for child in _children(element, name))
    return next((child for child in children if "".join(child.itertext()).strip()), None)


def _children(element: Any, name: str) -> list[Any]:
    """The children of a name, but for what belongs to pictures and films."""
    return [child for child in element if local(child) == name and not child.tag.startswith(_MEDIA)]


def _words_of(element: Any, names: tuple[str, ...]) -> str:
    """The words of a child in one line, without marks."""
    child = _child(element, names)
    if child is None:
        return ""
    return " ".join(MARK.sub("", html.unescape("".join(child.itertext()))).split())


def _author(entry: Any) -> str | None:
    """Who wrote it: RSS has a mail with the name in brackets, Atom an element with a name for each person."""
    for element in _AUTHOR:
        names = [
            _words_of(child, ("name",)) if len(child) else (child.text or "").strip()
            for child in _children(entry, element)
        ]
        named = [found[1] if (found := _MAIL_OF.fullmatch(name)) else name for name in names if name]
        if named:
            return ", ".join(dict.fromkeys(named))
    return None


def _day(written: str) -> str | None:
    """The day of RFC 822 or ISO, in the time zone in which it is written; else the words as they are."""
    try:
        return email.utils.parsedate_to_datetime(written).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return written[:10] if re.match(r"\d{4}-\d\d-\d\dT", written) else written or None


def _address(entry: Any) -> str | None:
    links = [link for link in _children(entry, "link") if link.get("rel", "alternate") == "alternate"]
    ids = [element for element in _children(entry, "guid") if element.get("isPermaLink") != "false"]
    places = [(element.get("href") or element.text or "").strip() for element in (*links, *ids)]
    return next((place for place in places if place.startswith(("http://", "https://"))), None)


def _text(entry: Any, source: Source, left_out: Counter[str]) -> tuple[list[Part], bool]:
    """The parts of an entry, and whether they are its teaser only: no content, or none beyond the teaser."""
    content, teaser = (_parts(_child(entry, names), source, left_out) for names in (_CONTENT, _TEASER))
    words, known = (" ".join(part.text for part in parts) for parts in (content, teaser))
    if len(words) > len(known):
        return content, len(words) < _SHORT and bool(known) and words.startswith(known.rstrip(" .…[]"))
    return teaser, len(known) < _SHORT


def _parts(element: Any, source: Source, left_out: Counter[str]) -> list[Part]:
    if element is None:
        return []
    if len(element):  # XHTML as it stands
        found = list(markup_parts(element, source, left_out))
    else:
        words = element.text or ""
        is_escaped = "<" not in words and "&lt;" in words  # once too often
        found = parts_of_words(html.unescape(words) if is_escaped else words, source, "an entry", left_out)
    found = [part for part in found if part.text.strip()]
    kept = [part for part in found if not _FOOT.fullmatch(" ".join(part.text.split()))]
    left_out["lines of where it appeared first"] += len(found) - len(kept)
    return kept
