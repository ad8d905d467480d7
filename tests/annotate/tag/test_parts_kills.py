"""Parts whose makers are killed at any moment end as if they were not.

A few moments in `make test`, twenty with STANDPUNKT_STRESS=1.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from killing import MOMENTS, command, contents, done, killed, killed_at, seconds, some_of, steps_of
from running import ROOT
from schemas.jsonl import write_jsonl

pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.scaled]
Measured = Callable[[str, object], None]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Files of commentaries, and small ones that come together."""
    write_files(tmp_path / "texte", rows=60)
    for n in range(9):
        (tmp_path / "texte" / f"{n}.txt").write_text(f"Im Wald regnet es seit {n} Tagen.", "utf-8")
    return tmp_path / "texte"


def write_files(folder: Path, rows: int) -> None:
    for n in range(6):
        made = (
            {"id": f"c{n}-{k}", "text": f"Das Tempolimit nützt Ort {n}. Im Wald regnet es seit {k} Tagen."}
            for k in range(rows)
        )
        write_jsonl(folder / f"{n}.jsonl.gz", made)


def words(corpus: Path, model: Path, out: Path, engine: str = "processes") -> tuple[object, ...]:
    return ("tag", corpus, "-m", model, "--engine", engine, "-o", out)


def test_a_run_that_was_killed_goes_on_and_ends_as_if_it_was_not(
    corpus: Path, model: Path, tmp_path: Path, record_property: Measured
) -> None:
    whole, place = tmp_path / "ganz", tmp_path / "versuch"
    needed = seconds(lambda: done(command(*words(corpus, model, whole))))
    steps = steps_of(command(*words(corpus, model, tmp_path / "zählen")), tmp_path / "zählen")
    moments, hit = random.Random(7), 0
    trials: list[float | int] = [moments.random() * needed for _ in range(MOMENTS)]
    trials += some_of(steps, 8)
    for moment in trials:
        shutil.rmtree(place, ignore_errors=True)
        work = command(*words(corpus, model, place))
        hit += killed(work, moment) if isinstance(moment, float) else killed_at(work, place, moment)
        done(work)
        assert contents(place) == contents(whole), moment
    record_property("measured", f"tag into parts killed at {hit} of {len(trials)} moments ({steps} steps)")
    assert hit >= min(steps, MOMENTS)


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_workers_that_are_killed_are_replaced_and_nothing_is_lost(
    corpus: Path, model: Path, tmp_path: Path, engine: str, record_property: Measured
) -> None:
    if engine == "dask":
        pytest.importorskip("distributed", reason="distributed is not installed")
    write_files(corpus, rows=60 * MOMENTS)
    whole, place = tmp_path / "ganz", tmp_path / "versuch"
    done(command(*words(corpus, model, whole)))
    drawn, hit = random.Random(9), 0
    running = _running(words(corpus, model, place, engine))
    while running.poll() is None and hit < MOMENTS:
        for worker in drawn.sample(found := _workers(running), min(1, len(found))):
            time.sleep(drawn.random())  # while it starts, or at its first parts
            with suppress(psutil.NoSuchProcess):
                worker.kill()
                hit += 1
        time.sleep(0.05)
    assert running.wait() in (0, 1)  # 1: a part ended three workers in a row, and is named
    record_property("measured", f"{hit} workers of {engine} killed in one run")
    assert hit
    done(command(*words(corpus, model, place)))
    assert contents(place) == contents(whole)


def test_workers_of_a_run_that_was_killed_end_too(corpus: Path, model: Path, tmp_path: Path) -> None:
    running = _running(words(corpus, model, tmp_path / "out"))
    while not (found := _workers(running)) and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    _, left = psutil.wait_procs(found, timeout=120)
    for one in left:
        one.kill()
    assert left == []


def _running(words: tuple[object, ...]) -> psutil.Popen:
    return psutil.Popen(
        [sys.executable, "-m", "annotate", *map(str, words), "--workers", "2"],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def _workers(running: psutil.Popen) -> list[psutil.Process]:
    """The processes that work, and not what keeps account of them."""
    found = []
    try:
        for one in running.children(recursive=True):
            if "spawn_main" in " ".join(one.cmdline()):
                found.append(one)
    except psutil.Error:  # has ended meanwhile
        pass
    return found
