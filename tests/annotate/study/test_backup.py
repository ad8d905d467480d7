"""A study packed into one file and restored from it, and archives that are none or do harm."""

import gzip
import io
import os
import stat
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.study import backup
from annotate.study.backup import back_up, restore
from annotate.study.folder import open_study
from running import Ran
from schemas.errors import DataError

Run = Callable[..., Ran]
STUDY = b"study: s\nannotators: [anna]\n"
TYPES = {
    "symbolic link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "device": tarfile.CHRTYPE,
    "block device": tarfile.BLKTYPE, "pipe": tarfile.FIFOTYPE, "sparse file": tarfile.GNUTYPE_SPARSE,
}  # fmt: skip


def member(name: str, content: bytes = b"x", **facts: Any) -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for fact, value in facts.items():
        setattr(entry, fact, value)
    return entry, content


def archive(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """A study.yaml and these members, packed."""
    path = folder / "x.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as pack:
        for entry, content in (member("study.yaml", STUDY), *members):
            pack.addfile(entry, io.BytesIO(content) if entry.isreg() else None)
    return path


def refused(standpunkt: Run, path: Path, *words: str) -> None:
    """One line that says these words, and nothing left where the study was to be."""
    before = sorted(path.parent.iterdir())
    ran = standpunkt("backup", path, "--restore", path.parent / "a" / "neu")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1), ran.err
    assert not [word for word in words if word not in ran.err], ran.err
    assert str(path) in ran.err
    assert sorted(path.parent.iterdir()) == before


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


@pytest.mark.parametrize(
    "name",
    [
        "../outside.yaml",
        "data/../../outside.yaml",
        "..",
        "/tmp/outside.yaml",
        "//outside.yaml",
        "data/..",
        ".",
        "",
    ],
)
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE])
def test_a_name_outside_of_the_study_is_refused(
    standpunkt: Run, tmp_path: Path, name: str, kind: bytes
) -> None:
    refused(
        standpunkt,
        archive(tmp_path, member(name, b"", type=kind)),
        "expected names of files within the study",
    )


def test_a_name_that_would_change_the_terminal_is_shown_as_it_is_written(
    standpunkt: Run, tmp_path: Path
) -> None:
    refused(standpunkt, archive(tmp_path, member("../\x1b[2J" + "x" * 500)), "'../\\x1b[2Jxxx")


@pytest.mark.parametrize(
    "name",
    [
        ".git/hooks/post-checkout", "data/.git/config", ".Git/config", ".git", ".standpunkt/state.json",
        "commentaries/.standpunkt/x", "__pycache__/x.pyc", "models/__pycache__/x.pyc", "einladungen/anna.txt",
        "data/einladungen/anna.txt",
    ],
)  # fmt: skip
def test_what_no_study_holds_is_left_out_and_counted(standpunkt: Run, tmp_path: Path, name: str) -> None:
    path = archive(tmp_path, member(name), member("data/gut.txt"))
    ran = standpunkt("backup", path, "--restore", tmp_path / "neu")
    assert "restored 2 files" in ran.out
    assert "1 left out that no study holds" in ran.out
    assert sorted(file.name for file in (tmp_path / "neu").rglob("*")) == ["data", "gut.txt", "study.yaml"]
    ran = standpunkt("backup", path, "--restore", tmp_path / "zwei", "--json")
    assert (ran.json["files"], ran.json["left_out"]) == (2, 1)


@pytest.mark.parametrize("kind", TYPES)
def test_only_plain_files_are_written(tmp_path: Path, kind: str) -> None:
    path = archive(tmp_path, member("data/x", b"", type=TYPES[kind], linkname="study.yaml"), member("data/y"))
    assert restore(path, tmp_path / "neu").left_out == 1
    assert [file.name for file in (tmp_path / "neu" / "data").iterdir()] == ["y"]


def test_a_link_leads_no_later_file_outside(tmp_path: Path) -> None:
    link = member("data", b"", type=tarfile.SYMTYPE, linkname=str(tmp_path / "outside"))
    (tmp_path / "outside").mkdir()
    restore(archive(tmp_path, link, member("data/x")), tmp_path / "neu")
    assert list((tmp_path / "outside").iterdir()) == []
    assert (tmp_path / "neu" / "data" / "x").read_bytes() == b"x"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_nothing_can_be_run_whatever_the_archive_says(tmp_path: Path, umask: int) -> None:
    path = archive(
        tmp_path, member("data", b"", type=tarfile.DIRTYPE, mode=0o7777), member("data/x/run.sh", mode=0o7777)
    )
    before = os.umask(umask)
    try:
        restore(path, tmp_path / "neu")
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "neu").rglob("*") if file.is_file()}
    folders = {stat.S_IMODE((tmp_path / place).stat().st_mode) for place in ("neu", "neu/data", "neu/data/x")}
    assert (modes, folders) == ({0o644}, {0o755})


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MEMBERS", 2, "more than 2 files"),
        ("DEPTH", 3, "4 folders in one another, expected 3 at most"),
        ("FILE_BYTES", 2000, "a file of"),
        ("ALL_BYTES", 3000, "more than 0.0 MB"),
    ],
)
def test_more_than_a_study_holds_is_refused_both_ways(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    large = [member("a/b/c/d", bytes(1600)), member("e", bytes(2400))]
    path = archive(tmp_path, *large)
    restore(path, tmp_path / "study")
    monkeypatch.setattr(backup, limit, value)
    refused(standpunkt, path, "is not a backup of a study: it holds", words)
    with pytest.raises(DataError, match=f"cannot be packed: it holds .*{words}"):
        back_up(open_study(tmp_path / "study"), tmp_path / "y.tar.gz")
    assert not list(tmp_path.glob("*y.tar.gz*"))


def test_a_small_archive_that_unpacks_to_a_full_disk_is_refused_at_its_header(
    standpunkt: Run, tmp_path: Path
) -> None:
    entry, _ = member("data/gross.txt")
    entry.size = 100 * 1024**3
    path = tmp_path / "x.tar.gz"
    first, content = member("study.yaml", STUDY)
    with gzip.open(path, "wb") as file:
        file.write(first.tobuf() + content.ljust(512, b"\0") + entry.tobuf() + bytes(5_000_000))
    assert path.stat().st_size < 10_000
    refused(standpunkt, path, "a file of 107.4 GB, expected 4.0 GB at most")


def test_many_files_that_fill_a_disk_together_are_refused(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "ALL_BYTES", 50_000_000)
    path = archive(tmp_path, *(member(f"data/{n}", bytes(10_000_000)) for n in range(6)))
    assert path.stat().st_size < 100_000
    refused(standpunkt, path, "more than 50.0 MB")


def test_what_the_disk_has_no_room_for_is_not_begun(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 3}))
    ran = standpunkt("backup", path, "--restore", tmp_path / "neu")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "neu: cannot be written: 0.0 MB are needed" in ran.err
    assert list(tmp_path.iterdir()) == [path]


def header(kind: bytes, size: int, name: str = "x") -> bytes:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.GNU_FORMAT)


def pax(**facts: str) -> bytes:
    entry = tarfile.TarInfo("data/x")
    entry.pax_headers = facts
    return entry.tobuf(tarfile.PAX_FORMAT)


@pytest.mark.parametrize(
    "content",
    [
        header(tarfile.XHDTYPE, 50_000_000) + bytes(50_000_000),
        header(tarfile.GNUTYPE_LONGNAME, 50_000_000) + b"x" * 50_000_000,
        header(tarfile.XHDTYPE, -512) + bytes(512),
        header(tarfile.REGTYPE, -512) + bytes(512),
        header(tarfile.GNUTYPE_LONGNAME, 2) * 5000 + bytes(1024),
        (header(tarfile.GNUTYPE_LONGNAME, 2) + b"x".ljust(512, b"\0")) * 5000,
        header(tarfile.XGLTYPE, 512) + b"9" * 512,
        pax(**{"GNU.sparse.size": "viel", "GNU.sparse.map": "1,x"}),
        pax(size="9" * 5000),
        b"\xff" * 512 + bytes(1024),
        header(tarfile.REGTYPE, 3)[:300],
        b"",
    ],
)  # fmt: skip
def test_a_damaged_or_made_up_archive_is_said_in_a_line(
    standpunkt: Run, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.tar.gz"
    first, settings = member("study.yaml", STUDY)
    with gzip.open(path, "wb") as file:
        file.write(first.tobuf() + settings.ljust(512, b"\0") + content)
    refused(standpunkt, path, "is not a")


def test_no_byte_of_a_backup_can_be_lost_or_changed_unseen(
    standpunkt: Run, packed: tuple[Path, Path], tmp_path: Path
) -> None:
    whole = packed[1].read_bytes()
    broken = tmp_path / "b"
    broken.mkdir()
    step = len(whole) // 15
    for place in range(12, len(whole), step):
        for content in (whole[:place], whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :]):
            (broken / "x.tar.gz").write_bytes(content)
            refused(standpunkt, broken / "x.tar.gz", "is not a readable backup")


def test_a_name_that_is_there_twice_is_refused(standpunkt: Run, tmp_path: Path) -> None:
    refused(standpunkt, archive(tmp_path, member("data/x"), member("./data/x")), "it holds data/x twice")


def test_a_file_in_the_place_of_a_folder_is_said_in_a_line(standpunkt: Run, tmp_path: Path) -> None:
    path = archive(tmp_path, member("data"), member("data/x"))
    ran = standpunkt("backup", path, "--restore", tmp_path / "neu")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "neu: cannot be written" in ran.err
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("settings", [b"studie: s\n", b"a: [" * 2000, b"\xff", b"study: &a [*a]\n"])
def test_settings_that_are_none_are_said_without_a_folder_that_is_gone(
    standpunkt: Run, tmp_path: Path, settings: bytes
) -> None:
    path = tmp_path / "x.tar.gz"
    with tarfile.open(path, "w:gz") as pack:
        entry, content = member("study.yaml", settings)
        pack.addfile(entry, io.BytesIO(content))
    refused(standpunkt, path, "is not a")
    assert ".restore-" not in standpunkt("backup", path, "--restore", tmp_path / "neu").err


def test_a_place_that_is_no_folder_is_said(standpunkt: Run, tmp_path: Path) -> None:
    path = archive(tmp_path)
    for place in (path, path / "neu"):
        ran = standpunkt("backup", path, "--restore", place)
        assert (ran.code, len(ran.err.splitlines())) == (1, 1), ran.err
        assert str(place) in ran.err


def test_a_study_that_cannot_be_locked_is_said_in_a_line(standpunkt: Run, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "study.yaml").write_bytes(STUDY)
    (tmp_path / "s" / ".standpunkt").touch()  # where its folder must be
    ran = standpunkt("backup", tmp_path / "x.tar.gz", "--study", tmp_path / "s")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert str(tmp_path / "s") in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said_in_a_line(
    standpunkt: Run, packed: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = open

    def full(path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        writes = "b" in mode and not mode.startswith("r")
        return real("/dev/full" if writes else path, mode.replace("x", "w"), *rest, **more)

    monkeypatch.setattr("builtins.open", full)
    for words in (["--restore", tmp_path / "neu"], ["--study", packed[0]]):
        ran = standpunkt("backup", packed[1], *words)
        assert (ran.code, len(ran.err.splitlines())) == (1, 1), ran.err
        assert "cannot be written: No space left on device" in ran.err
    assert not (tmp_path / "neu").exists()


def test_a_pipe_in_a_study_is_left_out(packed: tuple[Path, Path], tmp_path: Path) -> None:
    os.mkfifo(packed[0] / "data" / "pipe")
    (packed[0] / "data" / ".git").write_text("gitdir: /elsewhere", "utf-8")
    back_up(open_study(packed[0]), tmp_path / "y.tar.gz")
    with tarfile.open(tmp_path / "y.tar.gz") as pack:
        assert not {"data/pipe", "data/.git"} & set(pack.getnames())
