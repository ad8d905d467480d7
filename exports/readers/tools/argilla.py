"""Argilla: records as JSON or JSON Lines, each with its fields and what each user answered.

Version 2 writes them by `to_json` and `to_dict` (``responses``: question → answers with ``user_id``), flat
(``QUESTION.responses``, ``QUESTION.responses.users``) or as a dataset of the Hugging Face hub (a column a
question); version 1 has ``responses`` of users with ``values`` (feedback datasets), or ``annotation`` and
``annotation_agent`` (text classification). Offsets are code points.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from exports.readers.tools.files import Member, Package, first_row, rows_of
from exports.readers.tools.imported import Collector, Mark, Reading, SourceText, Tool, known_facts
from schemas.errors import DataError

_FLAT = ".responses"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Columns of a flat record that are no field.
_OWN = {
    *("id", "_server_id", "external_id", "status", "metadata", "vectors", "score"),
    *("title", "author", "date", "url"),
}
ANNOTATION = "annotation"  # the question of text classification in version 1, which has no name


class _Answer(NamedTuple):
    user: str
    question: str
    value: Any
    status: str


def _is_mine(package: Package) -> bool:
    row = first_row(package)
    if "annotation_agent" in row and "annotation" in row:
        return True
    row = next(_records(row), {})
    is_nested = isinstance(row.get("fields"), dict) and isinstance(row.get("responses"), dict | list)
    return is_nested or any(name.endswith(_FLAT) for name in row) or any(map(_is_column, row.values()))


def _records(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of an object of the file: itself, or those that `to_dict` put into one."""
    fields = row.get("fields")
    if isinstance(fields, list) or (isinstance(row.get("id"), list) and isinstance(row.get("status"), list)):
        columns = {name: values for name, values in row.items() if isinstance(values, list)}
        for n in range(max(map(len, columns.values()))):
            yield {name: values[n] for name, values in columns.items() if n < len(values)}
    elif row and all(isinstance(one, dict) and "fields" in one for one in row.values()):
        yield from row.values()
    else:
        yield row


def _read(packages: Sequence[Package], into: Collector) -> None:
    found = [
        (member, number, record)
        for package in packages
        for member in package.of_suffix(".jsonl", ".json") or package.members
        for number, row in rows_of(member)
        for record in _records(row)
    ]
    users = {one.user for _, _, record in found for one in _answers(record)}
    short = {user: user[:8] for user in users if _UUID.fullmatch(user)}
    if len(set(short.values())) < len(short):
        short = {user: user for user in users}
    if short:
        into.note("annotators are called by the ids of their accounts: --map says who they are")
    for member, number, record in found:
        _take(record, member, number, short, into)


def _take(
    record: dict[str, Any], member: Member, number: int, short: dict[str, str], into: Collector
) -> None:
    texts = _fields(record)
    if not texts:
        raise DataError("has no field with a text", path=member.place, line=number)
    name = "text" if "text" in texts else next(iter(texts))
    text = texts[name]
    if not text.strip():
        into.lose("texts that are empty")
        return
    into.lose(f"fields of a record besides {name}", len(texts) - 1)
    into.lose("suggestions", _suggestions(record))
    key = f"{record.get('_server_id') or record.get('id') or record.get('external_id')}\n{text}"
    into.add_text(SourceText(key=key, text=text, **known_facts(record, record.get("metadata"), texts)))
    answers: dict[str, list[_Answer]] = {}
    for one in _answers(record):
        answers.setdefault(short.get(one.user, one.user), []).append(one)
    if not answers:
        into.lose("records without an answer, taken as not coded")
    for who, given in answers.items():
        drafts = [one for one in given if one.status in ("draft", "pending")]
        into.lose("drafts of answers", len(drafts))
        submitted = [one for one in given if one not in drafts and one.status != "discarded"]
        if not submitted and len(drafts) < len(given):
            into.add_reading(Reading(text=key, annotator=who, skipped=True))
        elif submitted:
            marks = [mark for one in submitted for mark in _marks(one, text, into)]
            asked = tuple(dict.fromkeys(one.question for one in submitted))
            into.add_reading(Reading(text=key, annotator=who, asked=asked, marks=tuple(marks)))


def _fields(record: dict[str, Any]) -> dict[str, str]:
    for name in ("fields", "inputs"):
        if isinstance(record.get(name), dict):
            return {key: value for key, value in record[name].items() if isinstance(value, str)}
    return {
        name: value
        for name, value in record.items()
        if isinstance(value, str)
        and name not in _OWN
        and "." not in name
        and not name.endswith("-suggestion")
    }


def _suggestions(record: dict[str, Any]) -> int:
    given = record.get("suggestions")
    flat = [
        name for name, value in record.items() if re.search(r"[.-]suggestion$", name) and value is not None
    ]
    return len(given) if isinstance(given, dict | list) else len(flat)


def _answers(record: dict[str, Any]) -> Iterator[_Answer]:
    """What each user answered, whatever the form."""
    given = record.get("responses")
    if isinstance(given, dict):
        for question, answers in given.items():
            yield from _of_question(question, answers)
    elif isinstance(given, list):
        for response in given:
            if isinstance(response, dict) and isinstance(response.get("values"), dict):
                for question, held in response["values"].items():
                    value = held.get("value") if isinstance(held, dict) else held
                    yield _answer(response, question, value)
    elif record.get("annotation") is not None:
        agent = record.get("annotation_agent")
        yield _Answer(
            str(agent or ""), ANNOTATION, record["annotation"], str(record.get("status") or "").lower()
        )
    for name, held in record.items():
        if _is_column(held):
            yield from _of_question(name, held)
        elif name.endswith(_FLAT) and isinstance(held, list):
            users, status = record.get(f"{name}.users") or [], record.get(f"{name}.status") or []
            for n, value in enumerate(held):
                who, state = (column[n] if n < len(column) else "" for column in (users, status))
                yield _Answer(str(who or ""), name.removesuffix(_FLAT), value, str(state or ""))


def _of_question(question: str, answers: Any) -> Iterator[_Answer]:
    for one in answers if isinstance(answers, list) else []:
        if isinstance(one, dict):
            yield _answer(one, question, one.get("value"))


def _answer(response: dict[str, Any], question: str, value: Any) -> _Answer:
    return _Answer(str(response.get("user_id") or ""), question, value, str(response.get("status") or ""))


def _is_column(held: Any) -> bool:
    """Whether a column is the answers to a question, as in a dataset of the hub."""
    return (
        isinstance(held, list)
        and bool(held)
        and all(isinstance(one, dict) and {"user_id", "value"} <= one.keys() for one in held)
    )


def _marks(answer: _Answer, text: str, into: Collector) -> Iterator[Mark]:
    for one in answer.value if isinstance(answer.value, list) else [answer.value]:
        match one:
            case {"start": int() as start, "end": int() as end, "label": str() | int() as label}:
                if 0 <= start < end <= len(text):
                    yield Mark(question=answer.question, value=str(label), start=start, end=end)
                else:
                    into.lose("marked parts of another field")
            case str() | int() | float():
                yield Mark(question=answer.question, value=str(one))
            case dict():
                into.lose(f"rankings and the like: {answer.question}")


ARGILLA = Tool("argilla", "Argilla", "its records as JSON or JSONL", _is_mine, _read)
