"""The files in argilla/ were written by Argilla 2.8 itself (produce_argilla.py); version 1 by its schema."""

import json
from pathlib import Path
from typing import Any

import pytest

from exports.readers.tools import read_tools
from exports.readers.tools.imported import Imported
from schemas.errors import DataError

HERE = Path(__file__).parent / "argilla"
MAUT, BERLIN = "Die Maut ist überfällig und gerecht.", "Gestern tagte der Ausschuss in Berlin."
ANNA, BEN = "6f1c2a44", "c93d5e10"
MARKS = [
    (ANNA, "art", "these", MAUT),
    (ANNA, "mittel", "ironie", MAUT),
    (ANNA, "mittel", "metapher", MAUT),
    (ANNA, "notiz", "gut\nund lang", MAUT),
    (ANNA, "spanne", "ziel", "Die Maut"),
    (ANNA, "staerke", "4", MAUT),
    (BEN, "art", "these", MAUT),
    (BEN, "mittel", "ironie", MAUT),
    (BEN, "staerke", "3", MAUT),
    (ANNA, "art", "meldung", BERLIN),
    (BEN, "art", "these", BERLIN),
]


def found(imported: Imported) -> list[tuple[str, str, str, str]]:
    texts = {text.key: text.text for text in imported.texts}
    order = list(texts)
    marks = [
        (order.index(r.text), r.annotator, m.question, m.value, texts[r.text][m.start : m.end])
        for r in imported.readings
        for m in r.marks
        if texts[r.text] in (MAUT, BERLIN)
    ]
    return [mark[1:] for mark in sorted(marks)]


@pytest.mark.parametrize("name", ["records.json", "flat.jsonl", "names.json", "index.json"])
def test_every_form_of_its_records_says_who_answered_what(name: str) -> None:
    imported = read_tools([HERE / name])
    assert imported.tool == "argilla"
    assert found(imported) == MARKS
    assert imported.texts[0].author == "Erika Beispiel"
    assert imported.lost == {"suggestions": 3}
    assert len(imported.notes) == 1


def test_what_was_discarded_is_skipped_where_the_form_says_so() -> None:
    (last,) = [r for r in read_tools([HERE / "flat.jsonl"]).readings if "schweigt" in r.text]
    assert (last.annotator, last.skipped, last.marks) == (BEN, True, ())


HUB = {
    "text": MAUT, "external_id": "x1", "metadata": "{}",
    "art": [{"user_id": "anna", "value": "these", "status": "submitted"},
            {"user_id": "ben", "value": "meldung", "status": "draft"}],
    "art-suggestion": "these",
}  # fmt: skip
FEEDBACK = {
    "fields": {"text": MAUT, "context": "Kontext"}, "external_id": None, "metadata": {}, "suggestions": [],
    "responses": [
        {"user_id": "anna", "status": "submitted", "values": {"art": {"value": "these"}, "rang": {"value": [
            {"rank": 1, "value": "a"}]}}},
        {"user_id": "ben", "status": "discarded", "values": {}},
    ],
}  # fmt: skip
CLASSIC = {
    "inputs": {"text": MAUT},
    "annotation": ["these"],
    "annotation_agent": "anna",
    "status": "Validated",
}


@pytest.mark.parametrize(
    ("row", "marks", "lost"),
    [
        (HUB, [("anna", "art", "these", MAUT)], {"suggestions": 1, "drafts of answers": 1}),
        (
            FEEDBACK,
            [("anna", "art", "these", MAUT)],
            {"fields of a record besides text": 1, "rankings and the like: rang": 1},
        ),
        (CLASSIC, [("anna", "annotation", "these", MAUT)], {}),
    ],
)
def test_datasets_of_the_hub_and_of_version_1_are_read(
    tmp_path: Path, row: dict[str, Any], marks: list[Any], lost: dict[str, int]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf-8")
    imported = read_tools([path])
    assert found(imported) == marks
    assert imported.lost == lost


def test_a_record_without_a_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"fields": {"image": 3}, "responses": {}}]), "utf-8")
    with pytest.raises(DataError, match="has no field with a text"):
        read_tools([path])
