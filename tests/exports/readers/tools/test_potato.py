"""The states in potato/ were written by Potato 2.12 itself (produce_potato.py); version 1 by its schema."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from exports.readers.tools import read_tools
from exports.readers.tools.imported import Imported
from schemas.errors import DataError

HERE = Path(__file__).parent / "potato"
MAUT, BERLIN = "Die Maut ist überfällig und gerecht.", "Gestern tagte der Ausschuss in Berlin."
STATES = [HERE / name / "user_state.json" for name in ("anna", "ben")]
DATA = {
    "data.jsonl": f'{{"id": "1", "text": "{MAUT}"}}\n{{"id": "2", "text": "{BERLIN}"}}\n',
    "data.json": json.dumps([{"id": 1, "text": MAUT}, {"id": 2, "text": BERLIN}]),
    "data.csv": f"id,text\n1,{MAUT}\n2,{BERLIN}\n",
}
MARKS = [
    ("anna", "art", "these", MAUT),
    ("anna", "mittel", "ironie", MAUT),
    ("anna", "mittel", "metapher", MAUT),
    ("anna", "notiz", "gut\nund lang", MAUT),
    ("anna", "spanne", "ziel", "Die Maut"),
    ("anna", "staerke", "4", MAUT),
    ("ben", "art", "these", MAUT),
    ("anna", "art", "meldung", BERLIN),
    ("ben", "art", "these", BERLIN),
]


def found(imported: Imported) -> list[tuple[str, str, str, str]]:
    texts = {text.key: text.text for text in imported.texts}
    marks = [
        (list(texts).index(r.text), r.annotator, m.question, m.value, texts[r.text][m.start : m.end])
        for r in imported.readings
        for m in r.marks
    ]
    return [mark[1:] for mark in sorted(marks)]


@pytest.mark.parametrize("name", list(DATA))
def test_states_are_read_with_the_data_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(DATA[name], "utf-8")
    assert found(read_tools([*STATES, path])) == found(read_tools([path, *STATES])) == MARKS


def test_a_project_is_read_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "projekt.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("data/data.jsonl", DATA["data.jsonl"])
        for state in STATES:
            archive.write(state, f"annotation_output/{state.parent.name}/user_state.json")
    imported = read_tools([path])
    assert (imported.tool, found(imported)) == ("potato", MARKS)


def test_what_was_asked_and_left_empty_is_none_of_the_codes(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(DATA["data.jsonl"], "utf-8")
    (ben,) = [r for r in read_tools([*STATES, path]).readings if r.annotator == "ben" and MAUT in r.text]
    assert ben.asked == ("art", "mittel")


def test_states_without_their_texts_are_refused_with_the_way() -> None:
    with pytest.raises(DataError, match="hand in the project's data file as well"):
        read_tools(STATES)


OLD: list[dict[str, Any]] = [
    {"id": "1", "displayed_text": MAUT, "span_annotations": [
        {"start": 0, "end": 8, "span": "Die Maut", "annotation": "ziel"}],
     "label_annotations": {"art": {"these": "1"}, "staerke": {"4": "4"}, "notiz": {"text_box": "gut"}},
     "behavioral_data": {}},
    {"id": "2", "displayed_text": f"<p>{BERLIN}</p>", "label_annotations": {"art": {"meldung": "2"}}},
]  # fmt: skip


def test_instances_of_version_1_are_the_folders_annotator(tmp_path: Path) -> None:
    path = tmp_path / "carla" / "annotated_instances.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in OLD), "utf-8")
    assert found(read_tools([path])) == [
        ("carla", "art", "these", MAUT),
        ("carla", "notiz", "gut", MAUT),
        ("carla", "span", "ziel", "Die Maut"),
        ("carla", "staerke", "4", MAUT),
        ("carla", "art", "meldung", BERLIN),
    ]
