"""Who waits for a lock is told for whom, and never a wrong name."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import ROOT
from schemas.locks import holder_of, locked

pytestmark = pytest.mark.slow

HOLDS = """
import sys
from pathlib import Path
from schemas.locks import locked

with locked(Path(sys.argv[1]), "push", lambda words: print(words, flush=True)):
    print("held", flush=True)
    sys.stdin.readline()
"""
#: A process that holds the lock and says nothing, as in the moment before it has said so.
SILENT = """
import sys
import filelock

with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def process(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own with a lock; it ends with the block."""
    started = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield started
    finally:
        end(started)


def end(started: subprocess.Popen[str]) -> None:
    if started.poll() is None and started.stdin is not None:
        started.stdin.write("\n")
        started.stdin.close()
    started.wait()


def said(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    return started.stdout.readline().strip()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_the_second_process_says_for_whom_it_waits_and_goes_on(path: Path) -> None:
    with process(HOLDS, path) as first:
        assert said(first) == "held"
        with process(HOLDS, path) as second:
            words = said(second)
            end(first)
            assert said(second) == "held"
    assert words.startswith(f"waiting for `standpunkt push` (process {first.pid}, since 20")
    assert words.endswith(f"), which holds {path}")
    assert second.returncode == first.returncode == 0


def test_a_holder_that_was_killed_is_not_named(path: Path) -> None:
    with process(HOLDS, path) as killed:
        assert said(killed) == "held"
        assert holder_of(path) is not None
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert path.with_name("lock.holder").exists()
        assert holder_of(path) is None
        with process(SILENT, path) as silent:
            assert said(silent) == "held"
            with process(HOLDS, path) as waiting:
                assert said(waiting) == f"waiting for another process, which holds {path}"
                end(silent)
                assert said(waiting) == "held"


def test_a_number_that_another_process_has_by_now_is_not_named(path: Path) -> None:
    with locked(path, "push", print):
        beside = path.with_name("lock.holder")
        there = beside.read_text("utf-8")
        holder = holder_of(path)
        assert holder is not None
        assert holder.pid == os.getpid()
        beside.write_text(there.replace(str(holder.started), "1.0"), "utf-8")
        assert holder_of(path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}'])
def test_a_damaged_file_names_nobody(path: Path, content: str) -> None:
    path.with_name("lock.holder").write_text(content, "utf-8")
    assert holder_of(path) is None
    with locked(path, "push", print):
        assert holder_of(path) is not None


def test_the_name_is_private_and_goes_with_the_lock(path: Path) -> None:
    with pytest.raises(KeyError), locked(path, "push", print):
        assert path.with_name("lock.holder").stat().st_mode & 0o077 == 0
        raise KeyError
    assert list(path.parent.glob("*.holder")) == []
    with locked(path, "pull", print):  # and can be had again
        pass
