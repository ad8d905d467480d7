"""Prodigy: JSON Lines as ``db-out`` writes them, one row for each answer of a person to a task.

A task may ask several things at once (``blocks``): ``options`` with what was accepted of them, marked
``spans``, a ``label`` that was accepted or rejected, words (``user_input``). Offsets are code points.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from exports.readers.tools.files import Member, Package, first_row, rows_of
from exports.readers.tools.imported import (
    Collector,
    Label,
    Mark,
    Question,
    Reading,
    SourceText,
    Tool,
    known_facts,
)
from schemas.errors import DataError

#: A session that nobody gave a name: it has the time of its start.
_UNNAMED = re.compile(r"(.*-)?\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")
_MANUAL = ("ner_manual", "spans_manual")
CHOICE, SPANS, WORDS, ANSWER = "choice", "spans", "user_input", "answer"
_YES_NO = (Label(value="accept"), Label(value="reject"))


def _is_mine(package: Package) -> bool:
    row = first_row(package)
    return "_task_hash" in row or "_input_hash" in row or row.get("answer") in ("accept", "reject", "ignore")


def _read(packages: Sequence[Package], into: Collector) -> None:
    rows = [
        (member, number, row)
        for package in packages
        for member in package.members
        for number, row in rows_of(member)
    ]
    several = any(
        len(_list(row.get("accept"))) > 1 or _style(row) == "multiple"
        for _, _, row in rows
        if "options" in row
    )
    for member, number, row in rows:
        text = _text(row, member, number)
        if not text.strip():
            into.lose("texts that are empty")
            continue
        into.add_text(SourceText(key=text, text=text, **known_facts(row, row.get("meta"))))
        for name, question in _questions(row, several=several).items():
            into.add_question(name, *question.labels, label=question.label, kind=question.kind)
        for reading in _readings(row, text, member, number, into):
            into.add_reading(reading)


def _text(row: dict[str, Any], member: Member, number: int) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        found = " ".join(f"(but {name})" for name in ("image", "audio", "video", "html") if name in row)
        words = f"has no text {found}".rstrip()
        raise DataError(f"{words}: only tasks with texts are read", path=member.place, line=number)
    return text


def _questions(row: dict[str, Any], *, several: bool) -> dict[str, Question]:
    """What a task asks."""
    asked: dict[str, Question] = {}
    if isinstance(row.get("options"), list):
        labels = tuple(
            Label(value=str(option["id"]), label=str(option.get("text") or ""))
            for option in row["options"]
            if isinstance(option, dict) and "id" in option
        )
        asked[CHOICE] = Question(id=CHOICE, labels=labels, kind="set" if several else "one")
    if not row.get("_is_binary") and ("spans" in row or row.get("_view_id") in _MANUAL):
        asked[SPANS] = Question(id=SPANS, kind="set")
    if isinstance(row.get("user_input"), str):
        asked[WORDS] = Question(id=WORDS, kind="text")
    if isinstance(row.get("label"), str) and CHOICE not in asked:
        asked[row["label"]] = Question(id=row["label"], labels=_YES_NO, kind="one")
    if not asked and "spans" not in row:
        asked[ANSWER] = Question(id=ANSWER, labels=_YES_NO, kind="one")
    return asked


def _readings(
    row: dict[str, Any], text: str, member: Member, number: int, into: Collector
) -> Iterator[Reading]:
    """The reading of a row; none where it says nothing that can be a coding."""
    annotator, answer, at = _annotator(row), row.get("answer", "accept"), _moment(row.get("_timestamp"))
    into.lose("relations between spans", len(_list(row.get("relations"))) + len(_list(row.get("arcs"))))
    into.lose(
        "versions that a reviewer saw (import the dataset they are from)", len(_list(row.get("versions")))
    )
    if row.get("_is_binary") and _list(row.get("spans")):
        into.lose("answers to single marked parts that were suggested")
    asked = _questions(row, several=False)
    yes_no = [name for name, question in asked.items() if question.labels == _YES_NO]
    if answer == "ignore" or (answer == "reject" and not yes_no):
        if answer == "reject":
            into.lose("tasks that were rejected as a whole, taken as skipped")
        if asked:
            yield Reading(text=text, annotator=annotator, skipped=True, at=at)
        return
    if answer not in ("accept", "reject"):
        words = f'"answer": found {answer!r}, expected accept, reject or ignore'
        raise DataError(words, path=member.place, line=number)
    marks: defaultdict[str, list[Mark]] = defaultdict(list)
    for name in yes_no:
        marks[name].append(Mark(question=name, value=answer))
    if answer == "accept":
        if CHOICE in asked:
            marks[CHOICE] = [Mark(question=CHOICE, value=str(one)) for one in _list(row.get("accept"))]
        if SPANS in asked:
            marks[SPANS] = [_span(span, member, number) for span in _list(row.get("spans"))]
        if row.get("user_input"):
            marks[WORDS] = [Mark(question=WORDS, value=str(row["user_input"]))]
    yield Reading(
        text=text,
        annotator=annotator,
        asked=tuple(marks),
        marks=tuple(mark for found in marks.values() for mark in found),
        at=at,
    )


def _span(span: Any, member: Member, number: int) -> Mark:
    match span:
        case {"start": int(), "end": int(), "label": str()}:
            return Mark(question=SPANS, value=span["label"], start=span["start"], end=span["end"])
    found = str(span)[:60]
    words = f'"spans": found {found!r}, expected start, end and label'
    raise DataError(words, path=member.place, line=number)


def _annotator(row: dict[str, Any]) -> str:
    """Who answered; a session without a name is nobody's."""
    who = row.get("_annotator_id") or row.get("_session_id") or ""
    return "" if not isinstance(who, str) or _UNNAMED.fullmatch(who) else unquote(who)


def _moment(seconds: Any) -> str | None:
    if not isinstance(seconds, int | float) or not 0 < seconds < 4e9:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def _style(row: dict[str, Any]) -> Any:
    config = row.get("config")
    return config.get("choice_style") if isinstance(config, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


PRODIGY = Tool("prodigy", "Prodigy", "what `prodigy db-out` writes, as JSONL", _is_mine, _read)
