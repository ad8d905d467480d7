"""A kind of layer is added with one class: a number from a slider, as it goes through every door."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from schemas.codebook import Codebook, Layer, load_codebook
from schemas.controls import TEXT_TAG, Item, Screen, item
from schemas.editor_schema import editor_schema
from schemas.errors import DataError
from schemas.kinds import KINDS
from schemas.kinds.kind import Kind, Parsed, Step
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


class Number(Kind):
    """A number from 0 to 1, set with a slider."""

    help = "a number"
    german = "eine Zahl"
    has_codes = False
    shape = "number"
    item_key = "number"
    value_type = float

    def strange(self, layer: Layer, value: Any, targets: Sequence[str]) -> list[str]:
        return [] if 0 <= value <= 1 else [str(value)]

    def draw(self, parent: ET.Element, layer: Layer, screen: Screen) -> None:
        ET.SubElement(parent, "Number", name=layer.id, toName=TEXT_TAG, min="0", max="1", slider="true")

    def draw_hidden(self, parent: ET.Element, layer: Layer, name: str) -> None:
        ET.SubElement(parent, "Number", name=name, toName=TEXT_TAG)

    def write(self, layer: Layer, value: Any, targets: Sequence[str]) -> Iterator[Item]:
        yield item(layer.id, "number", {"number": value})

    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        numbers = [float(word) for word in ticks.get(layer.id, [])]
        return Parsed(numbers[0] if numbers else None)

    def migrate(self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]) -> Any:
        return next(iter(before.values()), None)


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
