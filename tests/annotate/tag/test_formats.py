"""A format is added in one place, and a file and a folder are tagged with it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from annotate.analysis.piece import TaggedPiece
from annotate.tag.formats import FORMATS, Row, RowFormat
from running import Ran
from schemas.codebook import Codebook

Run = Callable[..., Ran]


def _rows(tagged: TaggedPiece, book: Codebook) -> list[Row]:
    return [{"text": sentence.text} for sentence in tagged.sentences]


def _write_lines(path: str, rows: Iterable[Row], book: Codebook) -> int:
    lines = [f"{row['text']}\n" for row in rows]
    Path(path).write_text("".join(lines), "utf-8")
    return len(lines)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texte"
    folder.mkdir()
    for n in range(2):
        text = f"Text {n} | Grete Halm. 03.02.2025.\n\nDas Tempolimit nützt Ort {n}. Im Wald regnet es."
        (folder / f"{n}.txt").write_text(text, "utf-8")
    return folder


def test_a_format_added_in_one_place_tags_a_file_and_a_folder(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "lines", RowFormat(_rows, _write_lines))
    few, folder = tmp_path / "few.tsv", tmp_path / "folder.tsv"
    files = sorted(texts.iterdir())
    assert standpunkt("tag", *files, "-m", model, "--to", "lines", "-o", few).code == 0
    assert standpunkt("tag", texts, "-m", model, "--to", "lines", "-o", folder).code == 0
    assert "Das Tempolimit nützt Ort 1." in few.read_text("utf-8").splitlines()
    assert folder.read_bytes() == few.read_bytes()


@pytest.mark.parametrize("to", ["jsonl", "csv"])
def test_a_file_and_its_folder_give_the_same_rows_and_report(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, to: str
) -> None:
    files = sorted(texts.iterdir())
    few = standpunkt("tag", *files, "-m", model, "--to", to, "-o", tmp_path / "few", "--json")
    folder = standpunkt("tag", texts, "-m", model, "--to", to, "-o", tmp_path / "folder", "--json")
    assert few.json == folder.json
    assert few.json["sentences"] > 0
    assert (tmp_path / "few").read_bytes() == (tmp_path / "folder").read_bytes()


def test_an_unknown_format_is_refused_and_the_known_ones_are_named(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    ran = standpunkt("tag", texts, "-m", model, "--to", "xml", "-o", tmp_path / "x")
    assert ran.code == 2
    assert all(name in ran.err for name in FORMATS)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.html", "<!DOCTYPE html>"), ("a.csv", "sentence_id,"), ("a.CSV", "sentence_id,"), ("a.jsonl", '{"')],
)
def test_without_a_format_the_ending_of_the_file_names_it(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, name: str, begins: str
) -> None:
    for inputs in (sorted(texts.iterdir()), [texts]):
        assert standpunkt("tag", *inputs, "-m", model, "-o", tmp_path / name).code == 0
        assert (tmp_path / name).read_text("utf-8").startswith(begins)


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_folder_to_write_into_needs_a_format_and_is_told_which(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "out").mkdir()
    ran = standpunkt("tag", texts, "-m", model, "-o", f"{tmp_path / 'out'}{ending}")
    assert ran.code == 2
    assert "is a folder" in ran.err
    assert list((tmp_path / "out").iterdir()) == []
