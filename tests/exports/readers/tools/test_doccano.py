"""The files in doccano/ were written by doccano 1.8.4 itself (produce_doccano.py)."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from exports.readers.tools import read_tools
from exports.readers.tools.imported import Imported
from schemas.errors import DataError

HERE = Path(__file__).parent / "doccano"
MAUT, BERLIN, ZAHLT = (
    "Die Maut ist überfällig und gerecht.",
    "Gestern tagte der Ausschuss in Berlin. 😀 Niemand kam.",
    "Wer zahlt, der schweigt bekanntlich.",
)
NOT_CODED = "texts without a label, taken as not coded (--blank-is-none: as coded with none)"


def packed(folder: str, tmp_path: Path) -> Path:
    path = tmp_path / f"{folder}.zip"
    with ZipFile(path, "w") as archive:
        for file in sorted((HERE / folder).iterdir()):
            archive.write(file, file.name)
    return path


def found(imported: Imported) -> list[tuple[str, str, Any]]:
    """Who said what of which text, or of which part of one."""
    texts = {text.key: text.text for text in imported.texts}
    return [
        (r.annotator, m.value, texts[r.text] if m.start is None else texts[r.text][m.start : m.end])
        for r in imported.readings
        for m in r.marks
    ]


@pytest.mark.parametrize(
    ("folder", "expected", "lost"),
    [
        ("classification-apart",
         [("anna", "These", MAUT), ("ben", "Meldung", MAUT), ("anna", "Meldung", BERLIN), ("ben", "Meldung", BERLIN)],
         {"comments": 1, NOT_CODED: 2}),
        ("classification-together", [("", "These", MAUT), ("", "Meldung", BERLIN)], {"comments": 1, NOT_CODED: 1}),
        ("spans",
         [("anna", "Ort", "Berlin"), ("anna", "Ironie", "Niemand kam."), ("ben", "Ort", "Berlin"),
          ("anna", "Ironie", "der schweigt bekanntlich")],
         {NOT_CODED: 3}),
        ("spans-relations",
         [("", "Ort", "Berlin"), ("", "Ironie", "Niemand kam."), ("", "Ironie", "der schweigt bekanntlich")],
         {"relations between spans": 1, NOT_CODED: 1}),
        ("intent", [("anna", "These", MAUT), ("anna", "Ort", "Berlin")], {NOT_CODED: 4}),
        ("seq2seq", [("", "Maut ist gut.", MAUT)], {NOT_CODED: 2}),
    ],
)  # fmt: skip
def test_an_export_says_who_labelled_what(
    folder: str, expected: list[Any], lost: Any, tmp_path: Path
) -> None:
    imported = read_tools([packed(folder, tmp_path)])
    assert imported.tool == "doccano"
    assert found(imported) == expected
    assert imported.lost == lost


def test_files_beside_each_other_are_people_too() -> None:
    files = sorted((HERE / "classification-apart").iterdir())
    assert {reading.annotator for reading in read_tools(files).readings} == {"anna", "ben"}


def test_a_text_without_a_label_can_be_one_that_was_read(tmp_path: Path) -> None:
    imported = read_tools([packed("spans", tmp_path)], blank_is_none=True)
    blank = [reading for reading in imported.readings if not reading.marks]
    assert [(reading.annotator, reading.asked) for reading in blank] == [
        ("anna", ("label",)), ("ben", ("label",)), ("ben", ("label",)),
    ]  # fmt: skip
    assert imported.lost == {}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"id": 1, "text": MAUT, "label": ["these"], "Comments": []}, [("", "these", MAUT)]),
        ({"id": 1, "text": MAUT, "labels": [[0, 3, "Artikel"]]}, [("", "Artikel", "Die")]),
        ({"text": MAUT, "label": "these"}, [("", "these", MAUT)]),
        ({"id": 1, "text": MAUT, "annotations": [{"label": 2, "user": 1}, {"label": 3, "user": 4}], "meta": {}},
         [("user-1", "2", MAUT), ("user-4", "3", MAUT)]),
        ({"id": 1, "text": MAUT, "annotations": [{"label": 2, "start_offset": 4, "end_offset": 8, "user": 1}]},
         [("user-1", "2", "Maut")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["jsonl", "json"])
def test_older_shapes_are_read(row: dict[str, Any], expected: list[Any], shape: str, tmp_path: Path) -> None:
    """By doccano's documentation of its versions 1.0 to 1.5."""
    path = tmp_path / f"alt.{shape}"
    path.write_text(json.dumps(row if shape == "jsonl" else [row]), "utf-8")
    assert found(read_tools([path])) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"id": 1, "filename": "a.png", "label": ["x"]}', "no tool that is known"),
        ('{"text": "a", "label": ["x"]}\n{"filename": "a.png", "label": ["x"]}', ":2: has no text"),
        ('{"text": "a", "label": [[1, "x"]]}', ':1: "label": found "[1, \'x\']", expected a label or'),
        ('{"text": "a", "label": []}', "1 texts and no coding"),
        ('{"text": "a", "label": ["x"]}\nnichts', ":2: is no JSON"),
        ('{"text": "a", "label": ["x"]}\n[1]', ":2: found a list, expected one JSON object a line"),
        ('[{"id": 1, "data": {"text": "a"}, "annotations": []}]', "standpunkt agree"),
        ("", "is empty"),
        ("Ein Satz.", "no tool that is known (Prodigy: what `prodigy db-out` writes, as JSONL; Argilla: "),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_in_one_line(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError) as caught:
        read_tools([path])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
