"""Verbs that are run from the page: the command itself in a process of its own, one at a time."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from schemas.files import write_text

#: The last lines of what a verb says, which are kept.
_LINES = 400


class Job:
    """A verb that runs or ran: ``lines`` is what it said, ``code`` its exit code once it has ended."""

    def __init__(self, verb: str, command: str) -> None:
        self.verb, self.command = verb, command
        self.lines: list[str] = []
        self.code: int | None = None
        self.is_stopped = False
        self._begin = time.monotonic()
        self._end: float | None = None

    @property
    def is_running(self) -> bool:
        return self._end is None

    @property
    def seconds(self) -> float:
        """How long it took, or has been running."""
        return (self._end or time.monotonic()) - self._begin

    def say(self, line: str) -> None:
        self.lines = [*self.lines[1 - _LINES :], line]

    @property
    def last(self) -> str:
        """What it said last: a line with those that go on with it, which are indented."""
        begin = max((n for n, line in enumerate(self.lines) if line[:1].strip()), default=0)
        return " ".join(line.strip() for line in self.lines[begin:])

    def end(self, code: int) -> None:
        self.code, self._end = code, time.monotonic()


class Jobs:
    """At most one runs; the last is kept with what it said.

    Parameters
    ----------
    done
        Called after each.
    """

    def __init__(self, done: Callable[[], object] = lambda: None) -> None:
        self.last: Job | None = None
        self._done = done
        self._starting = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None

    def start(self, verb: str, words: Sequence[str], *, command: str, keep: Path | None = None) -> bool:
        """Begins a verb; False where one is running.

        Parameters
        ----------
        words
            What follows ``standpunkt``.
        keep
            The file for what it writes to standard output, which is then not shown.
        """
        with self._starting:
            if self.last is not None and self.last.is_running:
                return False
            # by itself: Ctrl-C in the terminal ends this program, which ends it in its own way
            self._process = subprocess.Popen(
                [sys.executable, "-m", "annotate", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if keep else subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
                start_new_session=True,
            )
            job = self.last = Job(verb, command)
        self._thread = threading.Thread(target=self._follow, args=(job, self._process, keep), daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """Ends the one that runs, as Ctrl-C would; whatever it was doing can be begun again."""
        job, process = self.last, self._process
        if job is None or process is None or not job.is_running:
            return
        job.is_stopped = True
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(process.pid)
            for child in [*family.children(recursive=True), family]:
                with suppress(psutil.NoSuchProcess):
                    child.terminate()
        self.wait()

    def wait(self) -> None:
        """Waits for the one that runs."""
        if self._thread is not None:
            self._thread.join()

    def _follow(self, job: Job, process: "subprocess.Popen[str]", keep: Path | None) -> None:
        assert process.stdout is not None
        kept: list[str] = []
        reader = None
        if process.stderr is not None:
            reader = threading.Thread(target=_read, args=(process.stderr, job.say), daemon=True)
            reader.start()
        _read(process.stdout, kept.append if keep else job.say)
        code = process.wait()
        if reader is not None:
            reader.join()
        if keep is not None and code == 0:
            keep.parent.mkdir(parents=True, exist_ok=True)
            write_text(keep, "\n".join(kept) + "\n")
        job.end(code)
        self._done()


def _read(stream: "object", take: Callable[[str], object]) -> None:
    for line in stream:  # type: ignore[attr-defined]
        take(str(line).rstrip("\n"))
