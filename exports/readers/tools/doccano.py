"""doccano: JSON Lines (or JSON), a text each; the archive of its export has a file for each person.

Labels are of the whole text (``label: ["a"]``, ``cats``) or of a part (``label: [[0, 4, "a"]]``,
``entities``, in a project with relations objects); doccano 1.0 had ``annotations`` with the number of
who made each. Offsets are code points.
"""

from collections.abc import Sequence
from typing import Any

from exports.readers.tools.files import Member, Package, first_row, rows_of
from exports.readers.tools.imported import Collector, Mark, Reading, SourceText, Tool, known_facts
from schemas.errors import DataError

_LABELS = ("label", "labels", "cats", "entities", "annotations")
#: Files that are not called after a person.
_EVERYBODY = {"all", "unknown"}


def _is_mine(package: Package) -> bool:
    row = first_row(package)
    of_label_studio = "annotation_id" in row or "data" in row
    return "text" in row and any(name in row for name in _LABELS) and not of_label_studio


def _read(packages: Sequence[Package], into: Collector) -> None:
    members = [
        (package, member)
        for package in packages
        for member in (package.of_suffix(".jsonl", ".json") if package.is_archive else package.members)
    ]
    by_file = len(members) > 1
    for package, member in members:
        named = (by_file or package.is_archive) and member.stem.lower() not in _EVERYBODY
        annotator = member.stem if named else ""
        if named:
            into.note("annotators are called as the files in which doccano keeps them apart")
        for number, row in rows_of(member):
            _take(row, member, number, annotator, into)


def _take(row: dict[str, Any], member: Member, number: int, annotator: str, into: Collector) -> None:
    text = row.get("text")
    if not isinstance(text, str):
        raise DataError("has no text: only projects of texts are read", path=member.place, line=number)
    if not text.strip():
        into.lose("texts that are empty")
        return
    key = f"{row.get('id')}\n{text}"
    into.add_text(SourceText(key=key, text=text, **known_facts(row, row.get("meta"))))
    into.lose("comments", len(_list(row.get("Comments"))) + len(_list(row.get("comments"))))
    into.lose("relations between spans", len(_list(row.get("relations"))))
    marks: dict[str, list[Mark]] = {}
    for name in _LABELS:
        for item in _list(row.get(name)):
            mark, person = _mark(item, name, member, number)
            marks.setdefault(person or annotator, []).append(mark)
    if not marks and into.blank_is_none:
        marks[annotator] = []
    if not marks:
        into.lose("texts without a label, taken as not coded (--blank-is-none: as coded with none)")
    for person, found in marks.items():
        asked = [mark.question for mark in found]
        if into.blank_is_none:
            asked += [name for name in _LABELS if name in row and name != "annotations"]
        into.add_reading(
            Reading(text=key, annotator=person, asked=tuple(dict.fromkeys(asked)), marks=tuple(found))
        )


def _mark(item: Any, name: str, member: Member, number: int) -> tuple[Mark, str]:
    """A label and the person, where the export says who it was."""
    match item:
        case str():
            return Mark(question=name, value=item), ""
        case [int() as start, int() as end, str() as value]:
            return Mark(question=name, value=value, start=start, end=end), ""
        case {"label": str() | int()}:
            user, start, end = (item.get(field) for field in ("user", "start_offset", "end_offset"))
            person = f"user-{user}" if isinstance(user, int) else str(user or "")
            return Mark(question=name, value=str(item["label"]), start=start, end=end), person
    found = str(item)[:60]
    raise DataError(
        f'"{name}": found {found!r}, expected a label or [start, end, label]', path=member.place, line=number
    )


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) and value else []


DOCCANO = Tool("doccano", "doccano", "its export as JSONL, packed or not", _is_mine, _read)
