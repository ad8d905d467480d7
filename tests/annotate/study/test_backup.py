"""A study packed into one file and restored from it."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def packed(standpunkt: Run, tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "studie"
    assert standpunkt("init", folder, "--targets", "ziele-ukraine").code == 0
    (folder / "commentaries" / "a.txt").write_text(
        "Ein Titel | Ada Probst. 03.02.2025.\n\nEin Satz.\n", "utf-8"
    )
    assert standpunkt("split", "--study", folder).code == 0
    (folder / ".standpunkt").mkdir(exist_ok=True)
    (folder / ".standpunkt" / "state.json").write_text('{"token": "geheim"}', "utf-8")
    file = tmp_path / "studie.tar.gz"
    assert standpunkt("backup", file, "--study", folder).code == 0
    return folder, file


def test_what_was_packed_comes_back_to_the_byte(
    standpunkt: Run, packed: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, file = packed
    assert standpunkt("backup", file, "--restore", tmp_path / "neu").code == 0
    for name in ("study.yaml", "codebook.yaml", "commentaries/a.txt", "data/sentences.jsonl"):
        assert (tmp_path / "neu" / name).read_bytes() == (folder / name).read_bytes()


def test_local_state_and_credentials_stay_out(packed: tuple[Path, Path]) -> None:
    with tarfile.open(packed[1]) as pack:
        assert not [name for name in pack.getnames() if ".standpunkt" in name]


def test_the_same_study_gives_the_same_bytes(
    standpunkt: Run, packed: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, file = packed
    again = tmp_path / "nochmal.tar.gz"
    standpunkt("backup", again, "--study", folder)
    assert again.read_bytes() == file.read_bytes()


def test_a_folder_that_holds_something_is_left_alone(standpunkt: Run, packed: tuple[Path, Path]) -> None:
    folder, file = packed
    ran = standpunkt("backup", file, "--restore", folder)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "not empty" in ran.err


def test_a_backup_inside_the_study_is_refused(standpunkt: Run, packed: tuple[Path, Path]) -> None:
    folder, _ = packed
    ran = standpunkt("backup", folder / "x.tar.gz", "--study", folder)
    assert ran.code == 1
    assert "lies in the study itself" in ran.err


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_backup_is_said_to_be_none(standpunkt: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.tar.gz"
    file.write_bytes(content)
    ran = standpunkt("backup", file, "--restore", tmp_path / "neu")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "is not a" in ran.err


def test_an_archive_that_reaches_outside_writes_nothing_there(standpunkt: Run, tmp_path: Path) -> None:
    evil = tmp_path / "x.tar.gz"
    (tmp_path / "study.yaml").write_text("study: x\n", "utf-8")
    with tarfile.open(evil, "w:gz") as pack:
        pack.add(tmp_path / "study.yaml", "study.yaml")
        pack.add(tmp_path / "study.yaml", "../outside.yaml")
    assert standpunkt("backup", evil, "--restore", tmp_path / "a" / "neu").code == 1
    assert list((tmp_path / "a").iterdir()) == []  # neither outside nor half a study
