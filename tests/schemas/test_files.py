"""Reading and writing files that are none, too large, or in a place that lets nobody write."""

import errno
import gzip
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import files
from schemas.errors import DataError
from schemas.files import read_bytes, readable, replacing, write_text
from schemas.jsonl import read_jsonl
from schemas.records import Sentence
from schemas.yaml_file import parse_yaml


def test_a_device_is_no_file(tmp_path: Path) -> None:
    link = tmp_path / "gold.jsonl"
    link.symlink_to("/dev/zero")
    with pytest.raises(DataError, match=r"gold\.jsonl: is a device, expected a file"):
        read_bytes(link)
    with pytest.raises(DataError, match="is a device"):
        list(read_jsonl(link, Sentence))


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"Es regnet.",))
    writer.start()
    assert read_bytes(pipe) == b"Es regnet."
    writer.join()


def test_a_file_beyond_the_limit_is_refused_packed_ones_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(5_000_000)))
    with pytest.raises(DataError, match=r"a\.gz: is larger than 1 MB"):
        read_bytes(tmp_path / "a.gz", at_most=2**20)
    monkeypatch.setattr(files, "MAX_ROW", 1000)
    (tmp_path / "rows.jsonl").write_bytes(b"\n" + b"x" * 1001)
    with pytest.raises(DataError, match=r"rows\.jsonl:2: is longer than"):
        list(read_jsonl(tmp_path / "rows.jsonl", Sentence))


def test_a_damaged_packed_file_is_said_to_be_so(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(os.urandom(1000)))
    data[20:40] = b"\xff" * 20
    (tmp_path / "a.gz").write_bytes(data)
    with pytest.raises(DataError, match=r"a\.gz: cannot be read"):
        read_bytes(tmp_path / "a.gz")


def test_deep_rows_are_named_by_their_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('\n{"later": ' + "[" * 100_000, "utf-8")
    with pytest.raises(DataError, match=r"rows\.jsonl:2: not JSON: more than 50 levels deep"):
        list(read_jsonl(tmp_path / "rows.jsonl", Sentence))


def test_a_yaml_text_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="characters, expected at most"):
        parse_yaml("a: " + "x" * 3_000_000, tmp_path / "codebook.yaml")


def test_names_are_readable_whatever_their_bytes() -> None:
    assert readable(Path("Stück.txt")) == "Stück.txt"
    assert readable(os.fsdecode(b"St\xfcck.txt")) == "St\\xfcck.txt"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Makes a call of ``os`` fail as the system would: tests may run as somebody who can write anywhere."""

    def fail(name: str, number: int) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, name, refuse)

    return fail


def test_a_failing_clean_up_does_not_hide_why(tmp_path: Path, failing: Callable[[str, int], None]) -> None:
    failing("fsync", errno.ENOSPC)
    failing("unlink", errno.EROFS)
    with pytest.raises(DataError, match=r"a\.txt: cannot be written: No space left on device"):
        write_text(tmp_path / "a.txt", "Text")


def test_a_device_is_written_where_it_is() -> None:
    with (
        pytest.raises(DataError, match="/dev/full: cannot be written: No space left"),
        replacing("/dev/full") as out,
    ):
        out.write(b"x" * 100_000)
    assert Path("/dev/full").is_char_device()
