"""JSON: a record, a list of records, or either one within what a service or a page put around it.

Records have the keys of JSON Lines (`annotate.texts.readers.keys`), among them those of schema.org (JSON-LD).
"""

import html
import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

import msgspec

from annotate.texts.readers.jsonl import OWN, CommentaryRow, draft_of_row
from annotate.texts.readers.keys import field_of, tell_unread, with_known_keys
from annotate.texts.readers.markup_parts import parts_of_words
from annotate.texts.readers.parts import draft_of, tell_left_out
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, decoded, too_long
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.nesting import TOO_DEEP, Nesting

MAX_JSON = 2**26  # bytes: read at once, it takes several times that in memory
_WRAPS = 4  # levels of objects around the records
_SHOWN = 10
_MARKUP = re.compile(r"</(?:p|div|h[1-6]|li)>|<br ?/?>", re.IGNORECASE)
_IMPORT = "`standpunkt import` reads texts and codings of other tools"
_AGREE = "`standpunkt agree FILE --codebook C --map M` reads its codings; texts belong in their own file"
#: Keys that only one kind of file has, all of them at once → what it is, and the way out.
_FOREIGN = (
    ({"data", "annotations"}, f"an export of Label Studio: {_AGREE}"),
    ({"data", "completions"}, f"an export of Label Studio: {_AGREE}"),
    ({"annotation_id", "lead_time"}, f"an export of Label Studio: {_AGREE}"),
    ({"data", "predictions"}, "tasks of Label Studio: hand in the texts that they were made of"),
    ({"label_config"}, "a project of Label Studio: `standpunkt codebook from-config` reads its config"),
    ({"_input_hash"}, f"an export of Prodigy: {_IMPORT}"),
    ({"entities", "relations"}, f"an export of doccano: {_IMPORT}"),
    ({"%FEATURE_STRUCTURES"}, f"codings of INCEpTION: export them as UIMA CAS XMI; {_IMPORT}"),
    ({"type", "features"}, "GeoJSON, which holds places and no texts"),
)  # fmt: skip


def read_json(source: Source, reading: Reading) -> Iterator[Draft]:
    way_out = "hand in one record a line, as .jsonl"
    data = read_bytes(source.path, at_most=MAX_JSON, way_out=way_out)
    value = _value(data, source, reading)
    sample = next((row for row in value if isinstance(row, dict)), {}) if isinstance(value, list) else value
    if isinstance(sample, dict):
        what = next((what for keys, what in _FOREIGN if keys <= sample.keys()), None)
        if what is None and sample.keys() <= {"id", "data", "meta"} and isinstance(sample.get("data"), dict):
            what = "tasks of Label Studio: hand in the texts that they were made of"
        if what is not None:
            raise DataError(f"is JSON of another kind, {what}", path=source.path)
    place, rows = _records(value)
    if not rows:
        shown = ", ".join(list(sample)[:_SHOWN]) if isinstance(sample, dict) else ""
        words = "has no text: no record with a key such as text, Volltext or articleBody"
        raise DataError(words + (f"; its keys: {shown}" if shown else ""), path=source.path)
    if place:
        reading.note(source, f"records read of {place}")
    yield from _drafts(rows, source, reading)


def _value(data: bytes, source: Source, reading: Reading) -> Any:
    """What the JSON of a file says.

    Raises
    ------
    DataError
        It is no JSON, too deep, or JSON Lines.
    """
    if not data.strip():
        raise DataError("is empty, expected a commentary", path=source.path)
    text = decoded(data, source, reading.encoding).removeprefix("\ufeff")
    if Nesting().is_deep(text.encode()):
        raise DataError(f"not JSON: {TOO_DEEP}", path=source.path)
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        if _is_value(text.partition("\n")[0]):
            raise DataError("holds a record a line: name it .jsonl", path=source.path) from error
        raise DataError(f"not JSON: {error}", path=source.path) from error


def _is_value(line: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except msgspec.DecodeError:
        return False


def _records(value: Any) -> tuple[str, list[dict[str, Any]]]:
    """The records nearest to the top, and the keys that lead there; those without a text among them stay."""
    waiting = deque([("", value, 0)])
    while waiting:
        place, value, depth = waiting.popleft()
        if isinstance(value, dict) and _is_record(value):
            return place, [value]
        named = value.items() if isinstance(value, dict) else ()
        by_id = [{"id": key, **row} for key, row in named if isinstance(row, dict)]
        rows = by_id if sum(map(_is_record, by_id)) > 1 else value
        if isinstance(rows, list):
            opened = [_opened(row) for row in rows if isinstance(row, dict)]
            if any(_is_record(row) for row in opened):
                return place, opened
        if depth < _WRAPS:
            waiting += [(f"{place}.{key}".lstrip("."), inner, depth + 1) for key, inner in named]
    return "", []


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """A record whose text stands in an object of its own, as ``_source`` or ``attributes``, as one object."""
    if _is_record(row):
        return row
    inner = next((value for value in row.values() if isinstance(value, dict) and _is_record(value)), None)
    return row if inner is None else {**{key: v for key, v in row.items() if v is not inner}, **inner}


def _is_record(row: dict[str, Any]) -> bool:
    return any(field_of(key) == "text" and _words(value, "\n\n") for key, value in row.items())


def _words(value: Any, between: str = ", ") -> str | None:
    """Words as they are, a list of words, or an object with a name, as JSON-LD and WordPress have them."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("name", "rendered", "@value") if key in value), None)
    if isinstance(value, list):
        words = [_words(part) for part in value]
        return between.join(word for word in words if word) if all(words) and words else None
    return value if isinstance(value, str) and value.strip() else None


def _plain(row: dict[str, Any], unread: Counter[str]) -> dict[str, Any]:
    """The fields of a record in words; what has none, such as the number of an author, is not read."""
    fields: dict[str, Any] = {}
    for field, value in with_known_keys(row, OWN, unread).items():
        is_kept = field in OWN or (field in ("id", "commentary_id") and isinstance(value, int))
        fields[field] = value if is_kept else _words(value, "\n\n" if field == "text" else ", ")
        unread[f"{field} (no words)"] += bool(value) and fields[field] is None
    fields["title"] = html.unescape(fields.get("title") or "") or None
    return fields


def _drafts(rows: list[dict[str, Any]], source: Source, reading: Reading) -> Iterator[Draft]:
    unread: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    without_text = 0
    for n, row in enumerate(rows, start=1):
        plain = _plain({key: value for key, value in row.items() if not key.startswith("@")}, unread)
        if not plain.get("text"):
            without_text += 1
            continue
        try:
            record = msgspec.convert(plain, CommentaryRow)
        except msgspec.ValidationError as error:
            words = f"not a CommentaryRow row: {error} (record {n})"
            reading.pass_over(DataError(words, path=source.path))
            continue
        if len(record.text) > MAX_TEXT:
            reading.pass_over(too_long(len(record.text), path=source.path))
            continue
        draft = draft_of_row(record)
        if _MARKUP.search(record.text):
            parts = parts_of_words(record.text, source, f"record {n}", left_out)
            draft = draft_of(parts, source, reading, draft.fields)._replace(own_id=draft.own_id)
        yield draft
    if without_text:
        reading.note(source, f"{without_text} of {len(rows)} records without a text not read")
    tell_left_out(reading, source, left_out)
    tell_unread(reading, source, unread, "keys")
