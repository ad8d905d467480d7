"""A kind of layer is added with one class: a number from a slider, as it goes through every door."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from number_kind import Number
from schemas.codebook import Codebook, load_codebook
from schemas.editor_schema import editor_schema
from schemas.errors import DataError
from schemas.kinds import KINDS
from schemas.labeling import labeling_config
from schemas.lint import decisions
from schemas.studio_json import control_names, read_result, to_result
from schemas.versions.diff import compare
from schemas.versions.id_map import CodebookMap
from schemas.versions.results import migrate_result, transitional_config
from schemas.versions.rows import Migration

TEXT = """codebook: probe
version: {version}
language: de
layers:
  - id: {name}
    kind: number
    label: Sicherheit
  - id: tone
    kind: one
    label: Ton
    codes: [{{id: calm, label: Ruhig, short: R}}, {{id: loud, label: Laut, short: L}}]
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Codebook:
    monkeypatch.setitem(KINDS, "number", Number())
    return load(tmp_path, "1.0.0", "certainty")


def load(folder: Path, version: str, name: str) -> Codebook:
    path = folder / f"{version}.yaml"
    path.write_text(TEXT.format(version=version, name=name), "utf-8")
    return load_codebook(path)


def test_without_its_class_the_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='found "number", expected one, scale, set, stance, text'):
        load(tmp_path, "1.0.0", "certainty")


def test_a_codebook_may_name_it(book: Codebook) -> None:
    assert [layer.id for layer in book.predicted_layers] == ["certainty", "tone"]
    assert decisions(book) == 2
    kinds = editor_schema()["$defs"]["Layer"]["properties"]["kind"]
    assert "number" in kinds["enum"]
    assert "number: a number" in kinds["description"]


def test_the_screen_has_its_control(book: Codebook) -> None:
    control = ET.fromstring(labeling_config(book)).find(".//Number[@name='certainty']")
    assert control is not None
    assert control.get("slider") == "true"
    assert list(control_names(book)) == ["certainty", "tone"]


def test_its_results_are_written_and_read(book: Codebook) -> None:
    result = to_result({"certainty": 0.25, "tone": "calm"}, book)
    assert result[0]["value"] == {"number": 0.25}
    parsed = read_result(result, book)
    assert parsed.layers == {"certainty": 0.25, "tone": "calm"}
    assert not parsed.incomplete
    assert not parsed.unknown


def test_a_step_of_the_codebook_carries_rows_and_results_over(book: Codebook, tmp_path: Path) -> None:
    new = load(tmp_path, "2.0.0", "sureness")
    migration = Migration(book, new, compare(book, new, CodebookMap(layers={"certainty": "sureness"})))
    assert migration.layers({"certainty": 0.5, "tone": "loud"}).layers == {"sureness": 0.5, "tone": "loud"}
    moved, left = migrate_result(migration, to_result({"certainty": 0.5}, book))
    assert [(entry["from_name"], entry["value"]) for entry in moved] == [("sureness", {"number": 0.5})]
    assert not left
    hidden = ET.fromstring(transitional_config(new, book)).find(".//Number[@name='certainty']")
    assert hidden is not None
