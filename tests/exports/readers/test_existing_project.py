"""A project made by hand, read through a map: other names for fields, controls and values."""

from pathlib import Path
from typing import Any

import pytest

from exports.readers.annotations import Export, read_export
from exports.readers.existing_project import Translator, mapped_part
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError
from schemas.files import write_json
from schemas.project_map import ProjectMap, read_project_map
from schemas.records import Sentence

BOOK = """\
codebook: klein
version: 1.0.0
language: de
targets:
  - {id: radweg, type: policy, question: {de: "Soll die Stadt Radwege bauen?"}}
  - {id: tram, type: policy, question: {de: "Soll die Tram fahren?"}}
layers:
  - id: function
    kind: one
    required: true
    label: {de: Satzart}
    codes: [{id: claim, label: {de: Urteil}}, {id: report, label: {de: Bericht}}]
  - id: stance
    kind: stance
    required: true
    label: {de: Haltung}
    no_target: {label: {de: Kein Ziel}}
    codes: [{id: favor, label: {de: Ja}}, {id: against, label: {de: Nein}}]
  - id: unsure
    kind: set
    label: {de: Hinweis}
    codes: [{id: unsure, label: {de: unsicher}}]
"""
MAP = """\
sentence_id: nummer
text: satz
annotators: {3: anna, 4: ben}
ignore: [notiz]
controls:
  art:
    layer: function
    codes: {These: claim, Meldung: report, Keine: ""}
  rad:
    layer: stance
    target: radweg
    codes: {Pro: favor, Contra: against, egal: unrelated}
"""


@pytest.fixture
def book(tmp_path: Path) -> Codebook:
    path = tmp_path / "klein.yaml"
    path.write_text(BOOK, "utf-8")
    return load_codebook(path)


def the_map(tmp_path: Path, book: Codebook, text: str = MAP) -> ProjectMap:
    (tmp_path / "map.yaml").write_text(text, "utf-8")
    return read_project_map(tmp_path / "map.yaml", book)


def sentences(*texts: str) -> list[Sentence]:
    return [
        Sentence(
            sentence_id=f"p:{n}", commentary_id="p", index=n, start=0, end=1, text=text,
            kind="sentence", continues=False, chain_id=None, block=0,
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip


def choice(name: str, *values: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "satz", "type": "choices", "value": {"choices": list(values)}}


def task(number: int, data: dict[str, str], *result: dict[str, Any], by: int = 3) -> dict[str, Any]:
    annotation = {"id": number * 10, "completed_by": by, "result": list(result), "was_cancelled": False}
    return {"id": number, "data": data, "annotations": [annotation]}


def read(tmp_path: Path, given: ProjectMap, book: Codebook, *tasks: Any) -> tuple[Translator, Export]:
    part = mapped_part(book, given)
    found = Translator(given, part, sentences("Die Stadt baut.", "Niemand fährt.", "Ja.", "Ja."))
    write_json(tmp_path / "ours.json", [ours for one in tasks if (ours := found.task(one))])
    names = {int(number): name for number, name in given.annotators.items()}
    return found, read_export(tmp_path / "ours.json", part, names=names)


def test_values_become_codes_and_sentences_are_found_by_id_or_words(tmp_path: Path, book: Codebook) -> None:
    found, export = read(
        tmp_path,
        the_map(tmp_path, book),
        book,
        task(1, {"nummer": "p:0"}, choice("art", "These"), choice("rad", "Pro"), choice("notiz", "x")),
        task(2, {"satz": " Niemand\nfährt. "}, choice("art", "Meldung"), choice("rad", "egal"), by=4),
    )
    first, second = export.annotations
    assert (first.sentence_id, first.annotator) == ("p:0", "anna")
    assert first.layers == {"function": "claim", "stance": {"radweg": "favor"}}
    assert (second.sentence_id, second.annotator) == ("p:1", "ben")
    assert second.layers == {"function": "report", "stance": {"radweg": "unrelated"}}
    assert (found.unmapped, found.left_out, found.unmatched) == ({}, {"notiz": 1}, [])
    assert first.incomplete == second.incomplete == []  # what the project does not ask is not open


def test_what_is_in_no_code_is_counted_and_leaves_its_layer_open(tmp_path: Path, book: Codebook) -> None:
    found, export = read(
        tmp_path,
        the_map(tmp_path, book),
        book,
        task(1, {"nummer": "p:0"}, choice("art", "Frage"), choice("rad", "Pro"), choice("ton", "laut")),
        task(2, {"nummer": "p:1"}, choice("art", "Frage"), choice("rad", "Contra")),
        task(3, {"nummer": "p:2"}, choice("art", "Keine"), choice("rad", "Contra")),
    )
    assert found.unmapped == {"art: Frage": 2, "ton (not in the map)": 1}
    assert found.left_out == {"art: Keine": 1}
    assert [row.incomplete for row in export.annotations] == [["function"]] * 3
    assert export.annotations[0].layers == {"stance": {"radweg": "favor"}}
    assert export.report.invalid == 2


def test_a_sentence_the_study_has_not_or_has_twice_is_named(tmp_path: Path, book: Codebook) -> None:
    found, _ = read(
        tmp_path,
        the_map(tmp_path, book),
        book,
        task(1, {"nummer": "p:0"}, choice("art", "These")),
        task(2, {"satz": "Ja."}, choice("art", "These")),
        task(3, {"nummer": "weg"}, choice("art", "These")),
        "kein Task",
    )
    assert found.unmatched == ["task 2: Ja.", "task 3: weg", "task ?: has no sentence"]


def test_codes_and_labels_need_no_entry(tmp_path: Path, book: Codebook) -> None:
    given = the_map(tmp_path, book, "text: satz\ncontrols: {a: {layer: function}, u: {layer: unsure}}\n")
    _, export = read(
        tmp_path,
        given,
        book,
        task(1, {"satz": "Die Stadt baut."}, choice("a", "Urteil"), choice("u", "unsicher")),
        task(2, {"satz": "Niemand fährt."}, choice("a", "report")),
    )
    layers = [row.layers for row in export.annotations]
    assert layers == [{"function": "claim", "unsure": ["unsure"]}, {"function": "report", "unsure": []}]
    assert export.annotations[0].annotator == "annotator-1"


def test_a_map_may_be_json(tmp_path: Path, book: Codebook) -> None:
    text = '{"text": "satz", "controls": {"art": {"layer": "function", "codes": {"These": "claim"}}}}'
    assert the_map(tmp_path, book, text).controls["art"].codes == {"These": "claim"}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("layer: function", "layer: funktion", 7, 'unknown layer "funktion"; did you mean "function"?'),
        ("Meldung: report", "Meldung: raport", 8, 'code of function "raport"; did you mean "report"?'),
        ("target: radweg", "target: radwege", 11, 'unknown target "radwege"; did you mean "radweg"?'),
        ("    target: radweg\n", "", 9, "needs its target"),
        ("    layer: function", "    layer: function\n    target: tram", 8, "is not a stance layer"),
        ("ignore", "ignores", 4, 'unknown field "ignores"; did you mean "ignore"?'),
        ("    codes: {Pro", "    code: {Pro", 12, 'unknown field "code"; did you mean "codes"?'),
        ("sentence_id: nummer\ntext: satz\n", "", 1, "which field of a task holds the sentence"),
        ("{3: anna", "{eva: anna", 3, '"eva" is no user id'),
        ("4: ben}", "4: Ben B}", 3, 'name "Ben B"'),
    ],
)
def test_what_is_wrong_in_a_map_is_said_with_its_line(
    tmp_path: Path, book: Codebook, old: str, new: str, line: int, words: str
) -> None:
    assert old in MAP
    with pytest.raises(DataError) as caught:
        the_map(tmp_path, book, MAP.replace(old, new, 1))
    assert words in str(caught.value)
    assert f"map.yaml:{line}: " in str(caught.value)
