"""An export is written as a whole or not at all."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from exports.formats import FORMATS
from exports.formats.write import write_export
from schemas.errors import DataError, SettingsError

from .conftest import Gather

CASES = [(name, what) for name, form in FORMATS.items() for what in form.whats]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(("to", "what"), CASES)
def test_the_same_inputs_give_the_same_bytes(material_of: Gather, tmp_path: Path, to: str, what: str) -> None:
    for name in ("one", "other"):
        write_export(material_of(what), to, str(tmp_path / name))
    assert files(tmp_path / "one") == files(tmp_path / "other")
    assert FORMATS[to].main in files(tmp_path / "one")


def test_a_manifest_has_the_hash_of_each_file(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of(), "long", str(tmp_path / "out"))
    manifest = msgspec.json.decode((tmp_path / "out" / "export.json").read_bytes())
    written = files(tmp_path / "out")
    assert sorted(written) == report.files
    for name, digest in manifest["sha256"].items():
        assert digest == hashlib.sha256(written[name]).hexdigest()
    assert manifest["left_out"]["skipped annotations, exported without codes"] == 1


def test_a_folder_with_something_in_it_is_left_alone(material_of: Gather, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(DataError, match="is not empty, nothing was written"):
        write_export(material_of(), "long", str(tmp_path))
    assert files(tmp_path) == {**files(tmp_path), "mine.txt": b"x"}
    assert not list(tmp_path.glob("*.csv"))


def test_a_name_with_the_ending_of_the_format_is_its_file_with_the_others_beside(
    material_of: Gather, tmp_path: Path
) -> None:
    report = write_export(material_of(), "long", str(tmp_path / "new" / "studie.csv"))
    assert report.files == ["studie-columns.csv", "studie-export.json", "studie-sentences.csv", "studie.csv"]
    assert sorted(files(tmp_path / "new")) == report.files


def test_an_unknown_format_names_the_near_one(material_of: Gather, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'"wied" is no format.*did you mean "wide"'):
        write_export(material_of(), "wied", str(tmp_path / "out"))


def test_nothing_is_left_where_writing_fails(
    material_of: Gather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(material: object, folder: Path, options: object) -> None:
        (folder / "half.csv").write_text("x")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, "long", FORMATS["long"]._replace(write=fail))
    before = files(tmp_path)
    with pytest.raises(DataError, match="cannot be written: No space left on device"):
        write_export(material_of(), "long", str(tmp_path / "out"))
    assert files(tmp_path) == before
