"""Tasks for Label Studio are read back as what they were written from."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from exports.formats.material import Answers, Material, Sources, gather
from exports.formats.write import write_export
from exports.readers.annotations import read_codings
from schemas.codebook import Codebook
from schemas.errors import SettingsError
from schemas.records import Annotation

from .conftest import Gather, annotation, sentences


def tasks(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.json.decode(path.read_bytes())
    return found


def as_exported(path: Path) -> None:
    """Adds what a server adds: numbers, and the account that imported as who coded."""
    number = 0
    read = tasks(path)
    for n, task in enumerate(read, start=1):
        task |= {"id": n, "project": 7}
        for one in task["annotations"]:
            number += 1
            one |= {"id": number, "completed_by": 1, "updated_by": None}
    path.write_bytes(msgspec.json.encode(read))


def read_again(path: Path, book: Codebook) -> Material:
    export = read_codings([path], book)
    tasks = export.tasks
    contexts = {name: (task.before, task.after) for name, task in tasks.items()}
    return gather(
        Sources("annotations", book, export.annotations, tasks=tasks, tests=export.tests, contexts=contexts)
    )


def unordered(layers: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, list) else value for name, value in layers.items()}


def by_sentence(material: Material) -> dict[tuple[str, str], Answers]:
    return {(row.sentence_id, row.coder): row for row in material.rows}


def test_annotations_are_read_back_with_who_made_them(
    material_of: Gather, book: Codebook, tmp_path: Path
) -> None:
    material = material_of()
    write_export(material, "studio", str(tmp_path / "out"))
    as_exported(tmp_path / "out" / "tasks.json")
    again = read_again(tmp_path / "out" / "tasks.json", book)
    expected, found = by_sentence(material), by_sentence(again)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        here = found[key]
        assert unordered(here.layers) == unordered(row.layers)
        assert (here.skipped, here.phase, here.lead_time) == (row.skipped, row.phase, row.lead_time)


def test_what_was_not_asked_stays_so(book: Codebook, tmp_path: Path) -> None:
    """A set without a tick means none of its codes, and a target beside a ticked one is not touched."""
    row = annotation("eins:0", "anna", {"function": "claim", "stance": {"maut": "favor"}})
    material = gather(Sources("annotations", book, [row], sentences()), pseudonyms={"anna": "coder1"})
    report = write_export(material, "studio", str(tmp_path / "out"))
    assert not [words for words in report.left_out if "read again" in words]
    [again] = read_again(tmp_path / "out" / "tasks.json", book).rows
    assert again.layers == row.layers
    assert again.incomplete == []


def test_an_answer_that_no_screen_can_show_is_counted(book: Codebook, tmp_path: Path) -> None:
    bare = msgspec.structs.replace(
        book, layers=[msgspec.structs.replace(layer, no_target=None) for layer in book.layers]
    )
    row = annotation("eins:0", "anna", {"stance": {"maut": "unrelated", "tempolimit": "unrelated"}})
    material = gather(Sources("annotations", bare, [row], sentences()), pseudonyms={"anna": "coder1"})
    report = write_export(material, "studio", str(tmp_path / "out"))
    assert [n for words, n in report.left_out.items() if "read again as something else" in words] == [1]


def test_only_gold_is_said_to_be_the_truth(material_of: Gather, tmp_path: Path) -> None:
    for what, truth in (("annotations", False), ("gold", True)):
        write_export(material_of(what), "studio", str(tmp_path / what))
        found = tasks(tmp_path / what / "tasks.json")
        assert {a["ground_truth"] for task in found for a in task["annotations"]} == {truth}
        assert not any("completed_by" in a for task in found for a in task["annotations"])
    assert found[1]["meta"] == {"test": True}


def test_a_prediction_has_what_the_model_is_sure_of(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of("predictions"), "studio", str(tmp_path / "out"))
    [task] = tasks(tmp_path / "out" / "tasks.json")
    [prediction] = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("probe-12345678", 0.5)
    assert {item["from_name"] for item in prediction["result"]} == {"stance__maut", "strength"}
    assert report.left_out == {"answers below their threshold": 2}


def test_the_screen_has_every_control_of_the_results(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(), "studio", str(tmp_path / "out"))
    root = ET.fromstring((tmp_path / "out" / "config.xml").read_text("utf-8"))
    names = {element.get("name") for element in root.iter() if element.get("toName")}
    found = tasks(tmp_path / "out" / "tasks.json")
    used = {item["from_name"] for task in found for a in task["annotations"] for item in a["result"]}
    assert used <= names


def test_tasks_are_not_written_without_their_texts(material_of: Gather, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="studio is made of texts: leave --without-text out"):
        write_export(material_of(with_text=False), "studio", str(tmp_path / "out"))
    row = msgspec.structs.replace(annotation("drei:0", "anna", {}), commentary_id="drei")
    assert isinstance(row, Annotation)
    material = material_of()
    bare = gather(Sources("annotations", material.codebook, [row]), pseudonyms={"anna": "coder1"})
    with pytest.raises(SettingsError, match="no sentence has one: name them with --sentences"):
        write_export(bare, "studio", str(tmp_path / "out"))
