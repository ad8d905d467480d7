"""What becomes of trainings that fail, are killed, or are ended with the server."""

import os
import signal
import time
from pathlib import Path

from annotate.serve.retraining import Retrained
from annotate.serve.trainings import LOG, Asked, Training, Trainings
from schemas.errors import DataError
from schemas.jsonl import read_jsonl

ASKED = Asked(project=11, annotator="anna", client="127.0.0.1")


def set_aside(folder: Path, current: Path) -> Retrained:
    return Retrained(outcome="aside", model_version="m-2", folder="models/aside/m-2", why="worse in stance")


def refuse(folder: Path, current: Path) -> Retrained:
    raise DataError("3 codings are gone", path="annotations.jsonl")


def lack_room(folder: Path, current: Path) -> Retrained:
    raise OSError(28, "No space left on device", "models")


def be_killed(folder: Path, current: Path) -> Retrained:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def hang(folder: Path, current: Path) -> Retrained:
    (folder / "begun").touch()
    time.sleep(600)
    raise AssertionError


def test_what_came_of_a_training_is_said_and_kept_and_another_can_begin(tmp_path: Path) -> None:
    lines: list[str] = []
    done: list[int] = []
    trainings = Trainings(
        tmp_path, tmp_path / "models" / LOG, set_aside, say=lines.append, done=lambda: done.append(1)
    )
    for n, (work, outcome, words) in enumerate(
        [
            (be_killed, "failed", "the training failed: its process ended early (exit code -9)"),
            (set_aside, "aside", "m-2 is kept aside in models/aside/m-2: worse in stance"),
            (refuse, "failed", "the training failed: annotations.jsonl: 3 codings are gone"),
            (lack_room, "failed", "the training failed: models: No space left on device"),
        ],
        start=1,
    ):
        trainings._work = work
        assert trainings.start(ASKED, tmp_path)
        trainings.wait()
        assert len(done) == n
        assert words in lines[-1]
        rows = list(read_jsonl(tmp_path / "models" / LOG, Training))[-2:]
        assert [row.outcome for row in rows] == ["started", outcome]
        assert all(row.at.endswith("+00:00") for row in rows)


def test_a_training_ends_with_the_server(tmp_path: Path) -> None:
    lines: list[str] = []
    trainings = Trainings(tmp_path, tmp_path / LOG, hang, say=lines.append)
    trainings.start(ASKED, tmp_path)
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    trainings.stop()
    assert "ended early" in lines[-1]
    assert not trainings.start(ASKED, tmp_path)
