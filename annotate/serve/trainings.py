"""Trainings that somebody asked for: in a process of their own, one at a time, and who asked is kept."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec

from annotate.serve.retraining import Retrained, retrain
from schemas.errors import StandpunktError
from schemas.records import Record

LOG = "trainings.jsonl"  # in models/

Retrain = Callable[[Path, Path], Retrained]


class Asked(Record, frozen=True, kw_only=True):
    """Who asked for a training: Label Studio names the project, and no person."""

    project: int
    annotator: str
    client: str


class Training(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the log; ``outcome``: that of `Retrained`, ``started``, ``already running`` or ``failed``."""

    at: str
    project: int
    annotator: str
    client: str
    outcome: str
    model_version: str = ""
    why: str = ""
    seconds: float = 0.0


class Trainings:
    """At most one runs. In another process it takes no time from those who are answered.

    Parameters
    ----------
    log
        The file that gets a line for each training asked for, begun and ended.
    work
        What is run there, with the study's folder and that of the model that serves.
    done
        Called after each.
    """

    def __init__(
        self, folder: Path, log: Path, work: Retrain, *, say: Callable[[str], None],
        done: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self._folder, self._log, self._work, self._say, self._done = folder, log, work, say, done
        self._running, self._logging = threading.Lock(), threading.Lock()
        self._process: BaseProcess | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    @property
    def is_running(self) -> bool:
        return self._running.locked()

    def start(self, asked: Asked, current: Path) -> bool:
        """Begins one in the background; False where one is running."""
        if self._stopped or not self._running.acquire(blocking=False):
            self._write(asked, "already running")
            return False
        self._write(asked, "started")
        self._say(f"training, asked for from project {asked.project} ({asked.annotator})")
        self._thread = threading.Thread(target=self._run, args=(asked, current), name="training")
        self._thread.start()
        return True

    def wait(self) -> None:
        """Waits for the one that runs."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Ends the one that runs; whatever it was doing can be begun again."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()
        self.wait()

    def _run(self, asked: Asked, current: Path) -> None:
        begin = time.monotonic()
        try:
            found = self._in_own_process(current)
            took = time.monotonic() - begin
            if isinstance(found, Retrained):
                self._write(asked, found.outcome, found.model_version, found.why, took)
                words = {"taken": "is taken up", "aside": f"is kept aside in {found.folder}"}
                said = words.get(found.outcome, "is as it was")
                self._say(f"trained in {took:.0f} s: {found.model_version} {said}: {found.why}")
            else:
                self._write(asked, "failed", why=found, seconds=took)
                self._say(f"the training failed: {found}")
        finally:
            self._process = None
            self._running.release()
        self._done()

    def _in_own_process(self, current: Path) -> Retrained | str:
        """What came of it, or in a line why nothing did."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(theirs, self._work, self._folder, current))
        self._process = process
        process.start()
        if self._stopped:
            process.terminate()
        theirs.close()
        try:
            found = ours.recv()
        except EOFError:
            found = None
        process.join()
        if isinstance(found, Retrained | str):
            return found
        return f"its process ended early (exit code {process.exitcode})"

    def _write(
        self, asked: Asked, outcome: str, version: str = "", why: str = "", seconds: float = 0.0
    ) -> None:
        row = Training(
            at=datetime.now(UTC).isoformat(timespec="seconds"), project=asked.project,
            annotator=asked.annotator, client=asked.client, outcome=outcome, model_version=version, why=why,
            seconds=round(seconds, 1),
        )  # fmt: skip
        with self._logging:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with open(self._log, "ab") as file:
                file.write(msgspec.json.encode(row) + b"\n")


def _work(answers: Connection, work: Retrain, folder: Path, current: Path) -> None:
    """Runs in the other process; a bug shows its traceback there."""
    try:
        answers.send(work(folder, current))
    except StandpunktError as error:
        answers.send(str(error))
    except OSError as error:
        answers.send(f"{error.filename or folder}: {error.strerror or error}")


class Retraining(Record, frozen=True, kw_only=True):
    """`retrain` with its options: what can be handed to another process."""

    url: str | None = None
    rule: str = "majority"

    def __call__(self, folder: Path, current: Path) -> Retrained:
        return retrain(folder, current, url=self.url, rule=self.rule)
