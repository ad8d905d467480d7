"""Files and folders find their reader by one table."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.inputs import find_sources, unread_files
from annotate.texts.readers import READERS, Reader
from annotate.texts.sources import Draft, Reading, Source, read_text
from schemas.errors import DataError


def _read_notes(source: Source, reading: Reading) -> Iterator[Draft]:
    for line in read_text(source, reading).splitlines():
        yield Draft({"text": line, "title": line.split()[0], "author": None, "date": None})


def test_a_file_of_a_folder_that_is_not_read_has_the_advice_of_one_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "alt.doc").write_bytes(b"x")
    assert unread_files([tmp_path]) == [
        (tmp_path / "alt.doc", ".doc is not read: save it as .docx, .odt or plain text (.txt, UTF-8)")
    ]


def test_a_file_of_settings_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "codebook.yaml"
    file.write_text("codebook: kern\n", "utf-8")
    with pytest.raises(DataError, match=r"\.yaml is not read: it holds settings"):
        list(read_commentaries([file]))


def test_a_reader_added_in_one_place_reads_files_and_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "texte" / "notizen.note"
    file.parent.mkdir()
    file.write_text("Regen fällt.\nSonne scheint.\n", "utf-8")
    assert unread_files([file.parent]) == [(file, "not a format that is read")]
    monkeypatch.setitem(READERS, "notes", Reader((".note",), _read_notes))
    assert unread_files([file.parent]) == []
    for given in (file, file.parent):
        assert [c.title for c in read_commentaries([given])] == ["Regen", "Sonne"]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "2024/a.jsonl.gz",
        "2024/mai/b.jsonl.gz",
        "c.jsonl.gz",
        "2024/d.txt",
        ".e.jsonl.gz",
        "2024/f.exe",
    ):
        file = tmp_path / "texte" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    return tmp_path / "texte"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("texte/**/*.jsonl.gz", ["2024/a.jsonl.gz", "2024/mai/b.jsonl.gz", "c.jsonl.gz"]),
        ("texte/*/*.jsonl.gz", ["2024/a.jsonl.gz"]),
        ("texte/20[12]4/*", ["2024/a.jsonl.gz", "2024/d.txt"]),
        ("texte/?.jsonl.gz", ["c.jsonl.gz"]),
        ("*/c.jsonl.gz", ["texte/c.jsonl.gz"]),
    ],
)
def test_a_pattern_stands_for_the_files_it_describes(corpus: Path, pattern: str, names: list[str]) -> None:
    assert [source.name for source in find_sources([pattern])] == names
    absolute = [source.path for source in find_sources([corpus.parent / pattern])]
    assert absolute == [corpus.parent / source.path for source in find_sources([pattern])]


def test_what_a_pattern_describes_and_is_not_read_is_told(corpus: Path) -> None:
    assert unread_files(["texte/**/*"]) == [(Path("texte/2024/f.exe"), "not a format that is read")]


def test_a_file_that_is_called_like_a_pattern_is_that_file(corpus: Path) -> None:
    (corpus / "a[1].txt").write_text("Da.", "utf-8")
    assert [source.name for source in find_sources([corpus / "a[1].txt"])] == ["a[1].txt"]


def test_a_pattern_that_describes_nothing_is_refused(corpus: Path) -> None:
    with pytest.raises(DataError, match=r"^texte/\*\*/\*\.csv: no file matches this pattern, expected \.txt"):
        list(find_sources(["texte/**/*.csv"]))
