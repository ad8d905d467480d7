"""Prodigy is sold and installs from no index: the rows are made by its documentation of the JSON format of each
interface (prodi.gy/docs/api-interfaces, as of 1.15) and of `db-out`."""

import json
from pathlib import Path
from typing import Any

import pytest

from exports.readers.tools import read_tools
from exports.readers.tools.imported import Imported
from schemas.errors import DataError

MAUT = "Die Maut ist überfällig 😀 und gerecht."
OPTIONS = [{"id": "these", "text": "These"}, {"id": "meldung", "text": "Meldung"}]
HASHES = {"_input_hash": 123, "_task_hash": -5}
LOST_SPAN = "answers to single marked parts that were suggested"


def row(who: str | None = "ds-anna", **more: Any) -> dict[str, Any]:
    person = {} if who is None else {"_annotator_id": who, "_session_id": who}
    return {"text": MAUT, **HASHES, "answer": "accept", **person, "_timestamp": 1700000000, **more}


def choice(who: str | None, *accept: str, **more: Any) -> dict[str, Any]:
    return row(who, **{"options": OPTIONS, "accept": [*accept], "_view_id": "choice"} | more)


def spans(who: str | None, *found: tuple[int, int, str], **more: Any) -> dict[str, Any]:
    marked = [
        {"start": start, "end": end, "label": label, "token_start": 0, "token_end": 0}
        for start, end, label in found
    ]
    return row(who, spans=marked, _view_id="spans_manual", **more)


def imported(tmp_path: Path, *rows: dict[str, Any]) -> Imported:
    path = tmp_path / "ds.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), "utf-8")
    return read_tools([path])


def answers(result: Imported) -> list[tuple[str, str, str]]:
    return [
        (r.annotator, m.question, m.value if m.start is None else f"{m.value}: {MAUT[m.start : m.end]}")
        for r in result.readings
        for m in r.marks
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([choice("ds-anna", "these"), choice("ds-ben", "meldung")],
         [("ds-anna", "choice", "these"), ("ds-ben", "choice", "meldung")]),
        ([choice("ds-anna", "these", "meldung")], [("ds-anna", "choice", "these"), ("ds-anna", "choice", "meldung")]),
        ([spans("ds-anna", (24, 25, "Bild"), (30, 37, "Urteil"))],
         [("ds-anna", "spans", "Bild: 😀"), ("ds-anna", "spans", "Urteil: gerecht")]),
        ([row(label="SPORT"), row("ds-ben", label="SPORT", answer="reject")],
         [("ds-anna", "SPORT", "accept"), ("ds-ben", "SPORT", "reject")]),
        ([row(label="SPORT"), row(label="MAUT", answer="reject")],
         [("ds-anna", "SPORT", "accept"), ("ds-anna", "MAUT", "reject")]),
        ([row(), row("ds-ben", answer="reject")], [("ds-anna", "answer", "accept"), ("ds-ben", "answer", "reject")]),
        ([row(user_input="klingt hart")], [("ds-anna", "user_input", "klingt hart")]),
        ([choice("ds-anna", "these", spans=[{"start": 0, "end": 3, "label": "Artikel"}], user_input="ja", _view_id="blocks")],
         [("ds-anna", "choice", "these"), ("ds-anna", "spans", "Artikel: Die"), ("ds-anna", "user_input", "ja")]),
        ([choice(None, "these"), choice(None, "meldung")], [("", "choice", "these"), ("", "choice", "meldung")]),
        ([choice("ds-2024-02-06_10-17-19", "these")], [("", "choice", "these")]),
        ([choice("2024-02-06_10-17-19", "these")], [("", "choice", "these")]),
        ([choice("ds-Henry%20M", "these")], [("ds-Henry M", "choice", "these")]),
        ([{**choice(None, "these"), "_session_id": "ds-cara"}], [("ds-cara", "choice", "these")]),
        ([{"text": MAUT, "options": [{"id": 1, "text": "eins"}], "accept": [1], "answer": "accept"}], [("", "choice", "1")]),
    ],
)  # fmt: skip
def test_each_interface_gives_its_answers(rows: list[Any], expected: list[Any], tmp_path: Path) -> None:
    result = imported(tmp_path, *rows)
    assert result.tool == "prodigy"
    assert len(result.texts) == 1
    assert answers(result) == expected
    assert result.lost == {}


@pytest.mark.parametrize(
    ("rows", "expected", "lost"),
    [
        ([choice("ds-anna", "these"), choice("ds-anna", "meldung")], [("ds-anna", "choice", "meldung")],
         {"earlier codings of a text by the same person, the later counts": 1}),
        ([spans("ds-anna", (0, 3, "Artikel"), relations=[{"head": 1, "child": 2, "label": "x"}])],
         [("ds-anna", "spans", "Artikel: Die")], {"relations between spans": 1}),
        ([choice("ds-anna", "these", versions=[{}, {}])], [("ds-anna", "choice", "these")],
         {"versions that a reviewer saw (import the dataset they are from)": 2}),
        ([choice("ds-anna", "these"), row(spans=[{"start": 0, "end": 3, "label": "X"}], _is_binary=True, answer="reject")],
         [("ds-anna", "choice", "these")], {LOST_SPAN: 1, "tasks that were rejected as a whole, taken as skipped": 1}),
    ],
)  # fmt: skip
def test_what_is_no_coding_is_counted(rows: list[Any], expected: Any, lost: Any, tmp_path: Path) -> None:
    result = imported(tmp_path, *rows)
    assert answers(result) == expected
    assert result.lost == lost


@pytest.mark.parametrize("answer", ["ignore", "reject"])
def test_an_ignored_or_rejected_task_is_skipped(answer: str, tmp_path: Path) -> None:
    result = imported(tmp_path, choice("ds-anna", "these"), choice("ds-ben", "these", answer=answer))
    assert [(r.annotator, r.skipped, len(r.marks)) for r in result.readings] == [
        ("ds-anna", False, 1), ("ds-ben", True, 0),
    ]  # fmt: skip


def test_a_text_without_a_marked_part_was_read_all_the_same(tmp_path: Path) -> None:
    result = imported(tmp_path, spans("ds-anna", (0, 3, "Artikel")), spans("ds-ben"))
    assert [(r.asked, len(r.marks)) for r in result.readings] == [(("spans",), 1), (("spans",), 0)]


def test_all_options_are_codes_with_their_words(tmp_path: Path) -> None:
    result = imported(tmp_path, choice("ds-anna", "these"))
    assert [(label.value, label.label) for label in result.questions[0].labels] == [
        ("these", "These"), ("meldung", "Meldung"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([choice("a", "these"), choice("b")], "one"),
        ([choice("a", "these", "meldung")], "set"),
        ([choice("a", "these", config={"choice_style": "multiple"})], "set"),
    ],
)
def test_one_choice_is_one_unless_several_could_be_ticked(rows: list[Any], kind: str, tmp_path: Path) -> None:
    assert imported(tmp_path, *rows).questions[0].kind == kind


def test_the_time_of_an_answer_is_kept(tmp_path: Path) -> None:
    assert imported(tmp_path, choice("a", "these")).readings[0].at == "2023-11-14T22:13:20Z"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({**HASHES, "answer": "accept"}, ":2: has no text: only"),
        ({"image": "a.png", **HASHES, "answer": "accept"}, r":2: has no text \(but image\): only"),
        (row(answer="vielleicht"), "found 'vielleicht', expected accept, reject or ignore"),
        (row(spans=[{"start": 1}]), "expected start, end and label"),
    ],
)
def test_a_row_of_another_form_is_refused(bad: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        imported(tmp_path, choice("a", "these"), bad)
