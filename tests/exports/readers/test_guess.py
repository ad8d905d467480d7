"""Codebook and map guessed from an export alone, whatever its shape."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from exports.readers.annotations import read_codings
from exports.readers.guess import guess_draft
from schemas.codebook import load_codebook
from schemas.errors import DataError
from schemas.project_map import read_project_map

Write = Callable[[str, Any], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return path

    return write


def guessed(path: Path) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    """Layer → kind and codes in words, the map, and what is not read."""
    found = guess_draft([path], "draft")
    book_path = path.with_name("book.yaml")
    book_path.write_text(found.codebook, "utf-8")
    map_path = path.with_name("map.yaml")
    map_path.write_text(found.map, "utf-8")
    book = load_codebook(book_path)
    read_project_map(map_path, book)
    layers = {
        layer.id: " ".join([layer.kind, *(book.say(code.label) for code in layer.codes)])
        for layer in book.layers
    }
    return layers, yaml.safe_load(found.map), found.unread


def answer(kind: str, value: Any, *, name: str = "art", **more: Any) -> dict[str, Any]:
    key = "text" if kind == "textarea" else kind
    return {"from_name": name, "to_name": "satz", "type": kind, "value": {key: value, **more}}


def task(*results: list[dict[str, Any]], n: int = 0) -> dict[str, Any]:
    data = {"satz": f"Der Satz Nummer {n}.", "kontext": "Ein sehr langer Zusammenhang. " * 9}
    made = [{"id": 10 * n + i, "completed_by": i, "result": result} for i, result in enumerate(results, 1)]
    return {"id": n, "data": data, "annotations": made}


REGION = {"start": 0, "end": 3, "text": "Der"}


@pytest.mark.parametrize(
    ("results", "layer"),
    [
        ([[answer("choices", ["A"])], [answer("choices", ["B"])]], "one A B"),
        ([[answer("choices", ["A", "B"])]], "set A B"),
        ([[answer("choices", ["A"], **REGION)], [answer("choices", ["B"], **REGION)]], "one A B"),
        ([[answer("choices", ["A"], **REGION), answer("choices", ["B"], **REGION)]], "set A B"),
        ([[answer("choices", ["1"])], [answer("choices", ["3"])]], "scale 1 2 3 4 5"),
        ([[answer("rating", 2)]], "scale 1 2 3 4 5"),
        ([[answer("number", 7)]], "scale 1 2 3 4 5 6 7"),
        ([[answer("number", 700)]], "text"),
        ([[answer("textarea", ["Worte"])]], "text"),
        ([[answer("choices", ["x" * 81])]], "text"),
        (
            [[answer("taxonomy", [["G", "Rest"], ["L", "Rest"]])]],
            "set G Rest (G) L Rest (L)",
        ),
    ],
)  # fmt: skip
def test_a_control_is_guessed_from_its_answers(write: Write, results: list[Any], layer: str) -> None:
    layers, project_map, _ = guessed(write("e.json", [task(*results)]))
    assert layers == {"art": layer}
    assert project_map["text"] == "satz"


@pytest.mark.parametrize("shape", ["jsonl", "storage", "completions"])
def test_every_shape_of_a_full_export_is_guessed_from(write: Write, shape: str) -> None:
    one = task([answer("choices", ["A"])], [answer("choices", ["B"])])
    if shape == "jsonl":
        path = write("e.jsonl", "".join(json.dumps(t) + "\n" for t in (one, one)))
    elif shape == "storage":
        made = one.pop("annotations")
        path = write("e.json", [{**annotation, "task": one} for annotation in made])
    else:
        path = write("e.json", [{**one, "completions": one.pop("annotations")}])
    assert guessed(path)[0] == {"art": "one A B"}


def test_what_is_not_read_is_named_with_its_number(write: Write) -> None:
    spans = [{**answer("labels", ["X"], **REGION), "from_name": "spanne"}] * 2
    _, project_map, unread = guessed(write("e.json", [task([answer("choices", ["A"]), *spans])]))
    assert unread == {"spanne": "labels, 2 results"}
    assert project_map["ignore"] == ["spanne"]


FLAT = [
    {"satz": "Die Maut ist gerecht.", "ctx": "Kontext", "nr": 0, "id": 1, "art": art, "notiz": {"text": ["a", "b"]},
     "mittel": {"choices": ["Ironie", "Metapher"]}, "staerke": [{"rating": 4}], "annotator": by,
     "annotation_id": by, "created_at": "2026-01-01T00:00:00Z", "lead_time": 3.0}
    for by, art in ((1, "These"), (2, "Meldung"))
]  # fmt: skip
LAYERS = {
    "art": "one These Meldung", "notiz": "text", "mittel": "set Ironie Metapher", "staerke": "scale 1 2 3 4 5",
}  # fmt: skip


def as_csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, sorted(rows[0]))
    writer.writeheader()
    writer.writerows(
        {k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in row.items()} for row in rows
    )
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [("e.json", FLAT), ("e.csv", as_csv(FLAT))])
def test_a_flat_export_is_guessed_from(write: Write, name: str, content: Any) -> None:
    layers, project_map, _ = guessed(write(name, content))
    assert layers == LAYERS
    assert project_map["text"] == "satz"


@pytest.mark.parametrize(
    ("table", "layers", "fields"),
    [
        ("text;art;coder\nDie Maut.;these;anna\nDie Maut.;meldung;ben\n", {"art": "one these meldung"}, {}),
        (
            "sentence_id,commentary_id,text,Art,annotator\nk1,k,Die Maut,These,1\nk1,k,Die Maut,Meldung,2\n",
            {"art": "one These Meldung"},
            {"sentence_id": "sentence_id", "commentary_id": "commentary_id"},
        ),
        (
            'text,mittel,coder\nA B,ironie|metapher,1\nA B,"ironie,metapher",2\nC D,"[""ironie""]",1\n',
            {"mittel": "set ironie metapher"},
            {},
        ),
        ("text,art,coder\nDie Maut,these,1\nDie Maut,NA,2\nDas,,1\n", {"art": "one these"}, {}),
    ],
)
def test_a_table_of_codings_is_guessed_from(
    write: Write, table: str, layers: dict[str, str], fields: dict[str, str]
) -> None:
    found, project_map, _ = guessed(write("t.csv", table))
    assert found == layers
    assert {name: project_map[name] for name in fields} == fields


#: Two who nearly always give the same, and two targets that have little to do with each other.
ALIKE = [*zip("aabbccaabbcc", "aabbccaabbca", strict=True)]
APART = [*zip("aabbccaabbcc", "abcabcabcabc", strict=True)]


@pytest.mark.parametrize(
    ("names", "cells", "layers", "people"),
    [
        (["Art_anna", "Art_ben"], ALIKE, {"art": "one a b c"}, {"anna", "ben"}),
        (["Art (anna)", "Art (ben)"], ALIKE, {"art": "one a b c"}, {"anna", "ben"}),
        (["anna_Art", "ben_Art"], ALIKE, {"art": "one a b c"}, {"anna", "ben"}),
        (["Haltung_Maut", "Haltung_Tempo"], APART, {"haltung_maut": "one a b c", "haltung_tempo": "one a b c"}, None),
    ],
)  # fmt: skip
def test_a_column_an_annotator_is_told_from_a_column_a_target(
    write: Write,
    names: list[str],
    cells: list[tuple[str, str]],
    layers: dict[str, str],
    people: set[str] | None,
) -> None:
    rows = [f"Der Satz Nummer {n}.;{one};{other}" for n, (one, other) in enumerate(cells)]
    path = write("t.csv", "\n".join([";".join(["Satz", *names]), *rows]))
    found, _, _ = guessed(path)
    assert found == layers
    book = load_codebook(path.with_name("book.yaml"))
    read = read_codings([path], book, project_map=read_project_map(path.with_name("map.yaml"), book))
    assert not people or {row.annotator for row in read.annotations} == people


def test_a_table_without_codes_names_its_columns(write: Write) -> None:
    path = write("t.csv", "Nr;Satz\n1;Die Maut ist da.\n2;Sie ist teuer.\n")
    with pytest.raises(DataError, match=r"2 rows and no column .* as codes do \(columns: Nr, Satz\)"):
        guess_draft([path], "draft")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"id": 1, "data": {"text": "A"}, "annotations": []}], "1 tasks and nobody coded in them"),
        (
            [{"id": 1, "data": {"n": 1}, "annotations": [{"result": [answer("rating", 1)]}]}],
            "no field of a task",
        ),
        ([], "holds no task"),
        ([task([answer("pairwise", "left")])], r"art \(pairwise, 1 result\)"),
    ],
)
def test_what_nothing_can_be_guessed_from_is_refused(write: Write, content: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        guess_draft([write("e.json", content)], "draft")


@pytest.mark.parametrize(
    ("name", "row", "tool"),
    [
        ("d.jsonl", {"id": 1, "text": "Die Maut.", "label": ["these"]}, "doccano"),
        ("p.jsonl", {"text": "Die Maut.", "_task_hash": 5, "answer": "accept", "label": "X"}, "Prodigy"),
    ],
)
def test_files_of_another_tool_are_refused_with_the_way(
    write: Write, name: str, row: dict[str, Any], tool: str
) -> None:
    path = write(name, json.dumps(row) + "\n")
    with pytest.raises(DataError, match=f"is of {tool}: `standpunkt import .*{name}` makes a study of it"):
        guess_draft([path], "draft")
