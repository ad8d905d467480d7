"""Potato: the folder of each annotator, and the file with the texts.

Version 1 writes ``annotated_instances.jsonl`` into each folder, with the text as it was shown; version 2
``user_state.json``, without it: the data file of the project has to be handed in as well. Both keep an
answer as schema, label and value; offsets are code points.
"""

import csv
import html
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import msgspec

from exports.readers.tools.files import Member, Package, decoded, rows_of
from exports.readers.tools.imported import Collector, Mark, Reading, SourceText, Tool, known_facts
from schemas.errors import DataError

STATE, INSTANCES = "user_state.json", "annotated_instances.jsonl"
_LABELS, _SPANS = "instance_id_to_label_to_value", "instance_id_to_span_to_value"
#: Labels that are the place of a value and no answer themselves.
_PLACES = re.compile(
    r"text_?(box|area)?(:.*)?|free_response|slider|number(_response)?|.*:::.*", re.IGNORECASE
)
_MARKUP = re.compile(r"<[^<>]{1,200}>")


def _is_mine(package: Package) -> bool:
    if any(PurePosixPath(member.name).name in (STATE, INSTANCES) for member in package.members):
        return True
    head = package.head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return (
        head.startswith(b"{")
        and any(sign in package.head for sign in (b'"label_annotations"', b'"user_id"'))
        and (b'"displayed_text"' in package.head or b'"instance_id_ordering"' in package.head)
    )


def _read(packages: Sequence[Package], into: Collector) -> None:
    members = [member for package in packages for member in package.members]
    states, texts = [], {}
    for member in members:
        kind = _kind(member)
        if kind == INSTANCES:
            _take_instances(member, into)
        elif kind == STATE:
            states.append(member)
        else:
            texts.update(_texts(member))
    for member in states:
        _take_state(member, texts, into)


def _kind(member: Member) -> str:
    name = PurePosixPath(member.name).name
    if name in (STATE, INSTANCES) or member.suffix not in (".json", ".jsonl"):
        return name
    head = member.read()[:4096]
    if b'"instance_id_ordering"' in head:
        return STATE
    return INSTANCES if b'"label_annotations"' in head or b'"displayed_text"' in head else name


def _who(member: Member) -> str:
    """The folder that a file is in; alone it says nobody."""
    place = PurePosixPath(member.place.rpartition(": ")[2])
    return place.parent.name


# ------------------------------------------------------------------ version 1


def _take_instances(member: Member, into: Collector) -> None:
    for number, row in rows_of(member):
        shown = row.get("displayed_text")
        if not isinstance(shown, str):
            raise DataError("has no displayed_text", path=member.place, line=number)
        text = html.unescape(_MARKUP.sub("", shown)).strip()
        if not text:
            into.lose("texts that are empty")
            continue
        key = f"{row.get('id')}\n{text}"
        into.add_text(SourceText(key=key, text=text, **known_facts(row)))
        labels = row.get("label_annotations")
        given = [
            (schema, name, value)
            for schema, answers in (labels if isinstance(labels, dict) else {}).items()
            for name, value in (answers if isinstance(answers, dict) else {}).items()
        ]
        spans = [one for one in _list(row.get("span_annotations")) if isinstance(one, dict)]
        if text != shown:
            into.lose("marked parts of a text with mark-up", len(spans))
            spans = []
        _add(key, _who(member) or str(row.get("user_id") or ""), given, spans, text, into)


# ------------------------------------------------------------------ version 2


def _texts(member: Member) -> dict[str, dict[str, Any]]:
    """The items of a data file by their ids; empty where it is none."""
    rows: list[dict[str, Any]] = []
    if member.suffix in (".json", ".jsonl"):
        try:
            rows = [row for _, row in rows_of(member)]
        except DataError:
            return {}
    elif member.suffix in (".csv", ".tsv"):
        sign = "\t" if member.suffix == ".tsv" else ","
        rows = [dict(row) for row in csv.DictReader(io.StringIO(decoded(member)), delimiter=sign)]
    return {str(row["id"]): row for row in rows if "id" in row}


def _take_state(member: Member, texts: dict[str, dict[str, Any]], into: Collector) -> None:
    try:
        state = msgspec.json.decode(member.read())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"is no JSON: {error}", path=member.place) from error
    if not isinstance(state, dict):
        raise DataError("is no state of an annotator", path=member.place)
    labels, spans = (held if isinstance(held := state.get(name), dict) else {} for name in (_LABELS, _SPANS))
    who = str(state.get("user_id") or "") or _who(member)
    for item in dict.fromkeys([*labels, *spans]):
        row = texts.get(item)
        words = _words(row) if row else None
        if row is None or words is None:
            raise DataError(
                f"answers the item {item} and has no text of it: hand in the project's data file as well "
                "(.json, .jsonl, .csv or .tsv with id and text), or the whole project as .zip",
                path=member.place,
            )
        key = f"{item}\n{words}"
        into.add_text(SourceText(key=key, text=words, **known_facts(row)))
        given = [
            (_name(pair[0], "schema"), _name(pair[0], "name"), pair[1]) for pair in _pairs(labels.get(item))
        ]
        marked = [pair[0] for pair in _pairs(spans.get(item)) if pair[1] not in (None, False)]
        _add(key, who, given, marked, words, into)
    into.lose("links between spans", len(_list(state.get("instance_id_to_link_to_value"))))


def _words(row: dict[str, Any]) -> str | None:
    if isinstance(row.get("text"), str):
        return str(row["text"])
    words = [value for name, value in row.items() if isinstance(value, str) and name != "id"]
    return max(words, key=len, default=None)


def _pairs(held: Any) -> Iterator[list[Any]]:
    for pair in _list(held):
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], dict):
            yield pair


def _name(label: dict[str, Any], field: str) -> str:
    return str(label.get(field) or "")


# ------------------------------------------------------------------ both


def _add(
    key: str,
    who: str,
    given: Sequence[tuple[str, str, Any]],
    spans: Sequence[dict[str, Any]],
    text: str,
    into: Collector,
) -> None:
    marks = []
    asked: dict[str, None] = {}
    for schema, name, value in given:
        asked[schema] = None
        if value in (None, False, "", "false", "False", 0):
            continue
        is_place = _PLACES.fullmatch(name) is not None
        marks.append(Mark(question=schema, value=str(value) if is_place else name))
    for span in spans:
        start, end = span.get("start"), span.get("end")
        schema, label = str(span.get("schema") or "span"), span.get("name") or span.get("annotation")
        if isinstance(start, int) and isinstance(end, int) and label and 0 <= start < end <= len(text):
            asked[schema] = None
            marks.append(Mark(question=schema, value=str(label), start=start, end=end))
        else:
            into.lose("marked parts of another field")
    if asked:
        into.add_reading(Reading(text=key, annotator=who, asked=tuple(asked), marks=tuple(marks)))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


POTATO = Tool(
    "potato",
    "Potato",
    f"{INSTANCES} or {STATE} of each annotator, or the project as .zip",
    _is_mine,
    _read,
    beside=(".json", ".jsonl", ".csv", ".tsv"),
)
