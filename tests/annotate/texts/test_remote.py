"""Texts in object storage: found, copied for as long as they are read, and named by their addresses."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotate.texts.remote import find_remote, is_remote, local_copies, remote_version
from running import Ran
from schemas.errors import DataError, SettingsError

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
Run = Callable[..., Ran]
LINES = [json.dumps({"id": f"c{n}", "text": f"Das Tempolimit nützt Ort {n}."}) for n in range(3)]


@pytest.fixture
def storage() -> Iterator[str]:
    """A storage in memory with three files and one that is no text."""
    system = fsspec.filesystem("memory")
    for name in ("texte/2020/a.jsonl.gz", "texte/2021/b.jsonl.gz"):
        system.pipe(f"/{name}", gzip.compress("\n".join(LINES).encode()))
    system.pipe("/texte/c.txt", b"Ein Satz.")
    system.pipe("/texte/d.exe", b"MZ")
    yield "memory://texte"
    system.rm("/texte", recursive=True)


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("", ["2020/a.jsonl.gz", "2021/b.jsonl.gz", "c.txt"]),
        ("/**/*.jsonl.gz", ["2020/a.jsonl.gz", "2021/b.jsonl.gz"]),
        ("/c.txt", ["c.txt"]),
    ],
)
def test_files_folders_and_patterns_are_found(storage: str, place: str, names: list[str]) -> None:
    found = list(find_remote(storage + place))
    assert [str(source.path) for source, _ in found] == [f"memory:///texte/{name}" for name in names]
    assert all(size > 0 for _, size in found)


def test_a_copy_has_the_name_of_its_file_and_goes_with_the_block(storage: str) -> None:
    with local_copies([f"{storage}/c.txt"]) as copies:
        ((path, address),) = copies.items()
        assert Path(path).name == "c.txt"
        assert Path(path).read_bytes() == b"Ein Satz."
        assert address == f"{storage}/c.txt"
    assert not Path(path).exists()


class _Refused(Exception):
    """As the packages of storages raise: of no class that Python knows."""


def test_what_a_storage_raises_is_a_line_with_its_address(
    storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise _Refused("Unable to locate credentials")

    line = r"memory://texte/c.txt: cannot be read: Unable to locate credentials"
    with monkeypatch.context() as patch:
        patch.setattr(type(fsspec.filesystem("memory")), "isdir", refuse)
        with pytest.raises(DataError, match=line):
            list(find_remote(f"{storage}/c.txt"))


def test_the_version_changes_with_the_content(storage: str) -> None:
    before = remote_version(f"{storage}/c.txt")
    assert remote_version(f"{storage}/c.txt") == before
    fsspec.filesystem("memory").pipe("/texte/c.txt", b"Ein anderer Satz.")
    assert remote_version(f"{storage}/c.txt") != before


@pytest.mark.parametrize("place", ["/weg/*.txt", "/d.exe", "/weg.txt"])
def test_a_place_without_texts_is_refused(storage: str, place: str) -> None:
    with pytest.raises(DataError, match=r"memory://texte/\S+: no file there, expected \.txt"):
        list(find_remote(storage + place))


def test_a_storage_that_nothing_installed_reads_is_refused() -> None:
    with pytest.raises(DataError, match=r"gibtsnicht://a/b\.txt: cannot be read: .*[Pp]rotocol"):
        list(find_remote("gibtsnicht://a/b.txt"))


def test_without_fsspec_an_address_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    with pytest.raises(SettingsError, match=r"s3://b/a\.txt needs fsspec .*pip install fsspec"):
        list(find_remote("s3://b/a.txt"))


def test_a_windows_path_is_no_address() -> None:
    assert not is_remote("C:\\texte\\a.txt")


def test_parts_are_made_of_them_and_bad_records_named_by_address(
    standpunkt: Run, storage: str, model: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    bad = gzip.compress("\n".join([LINES[0], "{broken"]).encode())
    fsspec.filesystem("memory").pipe("/texte/2021/b.jsonl.gz", bad)
    words = (
        "tag",
        f"{storage}/**/*.jsonl.gz",
        "-m",
        model,
        "--to",
        "parts",
        "-o",
        tmp_path / "out",
        "--json",
    )
    first, again = standpunkt(*words), standpunkt(*words)
    for ran in (first, again):
        assert (ran.code, ran.json["sentences"], ran.json["failures"]) == (1, 4, 1)
        assert ran.json["failed"][0]["reason"].startswith("memory:///texte/2021/b.jsonl.gz:2: not JSON")
    assert (first.json["finished_before"], again.json["finished_before"]) == (0, 2)


def test_a_file_address_is_read_as_any_storage(standpunkt: Run, model: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "a.txt").write_text("Das Tempolimit nützt allen.", "utf-8")
    ran = standpunkt(
        "tag", f"file://{tmp_path}/*.txt", "-m", model, "--to", "parts", "-o", tmp_path / "out", "--json"
    )
    assert (ran.code, ran.json["sentences"]) == (0, 1)
