"""Tables of codings as .xlsx."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from exports.readers.annotations import read_codings
from schemas.codebook import load_codebook
from schemas.errors import DataError

BOOK = """\
codebook: probe
version: 1.0.0
language: de
layers:
  - {id: art, kind: one, label: Art, codes: [{id: these, label: These}, {id: meldung, label: Meldung}]}
  - {id: staerke, kind: scale, label: Stärke, codes: [{id: "1", label: eins}, {id: "2", label: zwei}]}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Satz", "Art", "staerke", "Codierer"],
        ["Die Maut, „gerecht“;\nja.", "These", 1, "anna"],
        [],
        ["Die Maut, „gerecht“;\nja.", "meldung", 2.0, "ben"],
        ["Das Gesetz.", "NA", None, "ben"],
    ):
        sheet.append(row)
    book.create_sheet("Notizen").append(["nur", "Worte"])
    path = tmp_path / "t.xlsx"
    book.save(path)
    return path


def codebook(tmp_path: Path) -> Any:
    path = tmp_path / "book.yaml"
    path.write_text(BOOK, "utf-8")
    return load_codebook(path)


def test_a_workbook_is_read_as_a_table_of_codings(table: Path, tmp_path: Path) -> None:
    export = read_codings([table], codebook(tmp_path))
    found = [(row.annotator, row.layers) for row in export.annotations]
    assert found == [
        ("anna", {"art": "these", "staerke": 1}),
        ("ben", {"art": "meldung", "staerke": 2}),
        ("ben", {}),
    ]
    assert "read of the sheet Sheet; not read: Notizen" in export.report.warnings


@pytest.mark.parametrize("cut", [30, 400])
def test_a_damaged_workbook_is_refused_in_one_line(table: Path, tmp_path: Path, cut: int) -> None:
    table.write_bytes(table.read_bytes()[:cut])
    with pytest.raises(DataError, match=r"t.xlsx: is no workbook that can be read"):
        read_codings([table], codebook(tmp_path))


def test_another_archive_is_named(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "A")
    with pytest.raises(DataError, match="is an archive and no workbook"):
        read_codings([path], codebook(tmp_path))
