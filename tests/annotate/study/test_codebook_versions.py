"""Codings of before a migration are read with what was asked in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotate.study.codebook_versions import asked_path, codebooks_by_version, read_asked
from annotate.study.folder import Study, open_study
from exports.readers.annotations import read_export
from schemas.errors import DataError
from schemas.files import write_json
from schemas.records import Layers

BOOK = """\
codebook: probe
version: 2.0.0
language: de
targets: [{id: maut, question: "Soll eine Maut gelten?"}, {id: diesel, question: "Soll der Diesel weg?"}]
layers:
  - {id: stance, kind: stance, label: Haltung, no_target: {label: Kein Ziel}, codes: [{id: favor, label: Ja}, {id: against, label: Nein}]}
  - {id: devices, kind: set, label: Mittel, codes: [{id: irony, label: Ironie}, {id: image, label: Bild}]}
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    (tmp_path / "study.yaml").write_text("study: s\n", "utf-8")
    (tmp_path / "codebook.yaml").write_text(BOOK, "utf-8")
    own = open_study(tmp_path)
    write_json(asked_path(own), {"2.0.0+1.0.0": {"layers": ["stance"], "targets": ["maut"]}})
    return own


def tick(name: str, *codes: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(codes)}}


def read(study: Study, version: str, *result: dict[str, Any]) -> Layers:
    data = {"sentence_id": "a:1", "commentary_id": "a", "text": "Ein Satz.", "codebook_version": version}
    export = [{"id": 1, "data": data, "annotations": [{"id": 2, "completed_by": 1, "result": list(result)}]}]
    path = study.folder / "export.json"
    path.write_text(json.dumps(export), "utf-8")
    book = study.codebook()
    (row,) = read_export(path, book, annotator="anna", older=codebooks_by_version(study, book)).annotations
    return row.layers


CASES = [
    ("coded under the new version", "2.0.0", [tick("stance__maut", "favor")], {"stance": {"maut": "favor", "diesel": "unrelated"}, "devices": []}),
    ("coded before", "2.0.0+1.0.0", [tick("stance__maut", "favor")], {"stance": {"maut": "favor"}}),
    ("coded before, no target", "2.0.0+1.0.0", [tick("stance__no_target", "no_target")], {"stance": {"maut": "unrelated"}}),
    ("opened again on the new screen", "2.0.0+1.0.0", [tick("stance__diesel", "against")], {"stance": {"maut": "unrelated", "diesel": "against"}, "devices": []}),
]  # fmt: skip


@pytest.mark.parametrize(("version", "result", "layers"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_coding_has_the_targets_that_were_asked(
    study: Study, version: str, result: list[Any], layers: Layers
) -> None:
    assert read(study, version, *result) == layers


def test_a_study_that_was_never_migrated_has_none(tmp_path: Path) -> None:
    assert read_asked(tmp_path / "asked.json") == {}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "asked.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match=r"asked\.json: damaged"):
        read_asked(tmp_path / "asked.json")
