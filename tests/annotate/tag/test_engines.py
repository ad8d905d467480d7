"""Engines: every job is done once, whoever is ended meanwhile."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from annotate.tag.engines import ENGINES, TRIES, in_processes
from killing import contents
from running import ROOT, Ran
from schemas.errors import SettingsError
from schemas.jsonl import write_jsonl


def marked(folder: Path, job: int) -> int:
    with open(folder / f"{job}", "ab") as file:
        file.write(b"x")
    return job * job


def ended_once(folder: Path, job: int) -> int:
    """Ends its worker where it is the first to do a job that three divides."""
    marked(folder, job)
    if job % 3 == 0 and (folder / f"{job}").stat().st_size == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return job * job


def always_ended(folder: Path, job: int) -> int:
    """Ends its worker whenever it does job 3."""
    marked(folder, job)
    if job == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return job * job


@pytest.fixture(params=["processes", pytest.param("dask", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "dask":
        pytest.importorskip("distributed", reason="distributed is not installed")
    return str(request.param)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_is_done_once(engine: str, workers: int, tmp_path: Path) -> None:
    found = dict(ENGINES[engine](partial(marked, tmp_path), range(10), workers=workers, address=None))
    assert found == {n: n * n for n in range(10)}
    assert {path.stat().st_size for path in tmp_path.iterdir()} == {1}


def test_the_job_of_a_worker_that_was_killed_is_done_again(engine: str, tmp_path: Path) -> None:
    found = dict(ENGINES[engine](partial(ended_once, tmp_path), range(10), workers=2, address=None))
    assert found == {n: n * n for n in range(10)}


def test_a_job_that_ends_every_worker_is_given_up_and_no_other(engine: str, tmp_path: Path) -> None:
    found = dict(ENGINES[engine](partial(always_ended, tmp_path), range(10), workers=2, address=None))
    assert found == {n: None if n == 3 else n * n for n in range(10)}
    assert (tmp_path / "3").stat().st_size >= TRIES


def test_who_stops_asking_ends_the_workers(tmp_path: Path) -> None:
    import psutil

    results = in_processes(partial(marked, tmp_path), range(100), workers=2)
    next(results)
    assert len(psutil.Process().children()) >= 2
    results.close()  # type: ignore[attr-defined]
    assert not [one for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())]
    assert len(list(tmp_path.iterdir())) < 100


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler of Dask with one worker, each a process of its own, as on a cluster."""
    pytest.importorskip("distributed", reason="distributed is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    more = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/tests:{Path(__file__).parent}"}
    run = [sys.executable, "-m"]
    words = [
        *run,
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
    ]
    with subprocess.Popen(words, env=env, **more) as found:
        address = f"tcp://127.0.0.1:{port}"
        words = [*run, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        with subprocess.Popen(words, env=env, cwd=tmp_path, **more) as worker:
            found.address = address  # type: ignore[attr-defined]
            yield found
            worker.terminate()
        found.terminate()


@pytest.mark.slow
def test_workers_at_an_address_make_the_parts(
    scheduler: Any,
    standpunkt: Callable[..., Ran],
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whose current folder is another one."""
    here = tmp_path / "hier"
    for n in range(3):
        write_jsonl(
            here / "texte" / f"{n}.jsonl.gz", [{"id": f"c{n}", "text": f"Das Tempolimit nützt Ort {n}."}]
        )
    monkeypatch.chdir(here)
    words = ("tag", "texte", "-m", model, "--json", "-o")
    ran = standpunkt(*words, "out", "--engine", "dask", "--address", scheduler.address)
    assert (ran.code, ran.json["sentences"], ran.json["engine"]) == (0, 3, "dask")
    assert f"tagging 3 parts: dask, at {scheduler.address}" in ran.err
    assert standpunkt(*words, "eins", "--to", "parts").code == 0
    assert contents(here / "out") == contents(here / "eins")


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_named(scheduler: Any) -> None:
    results = ENGINES["dask"](time.sleep, [0.1] * 100, workers=1, address=scheduler.address)
    next(results)
    scheduler.kill()
    with pytest.raises(SettingsError, match="the scheduler of Dask went away; the same command goes on"):
        list(results)


def test_an_address_nobody_answers_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed")
    monkeypatch.setattr(sys.modules["annotate.tag.engines"], "_SECONDS_TO_CONNECT", 1)
    with pytest.raises(SettingsError, match=r"no scheduler of Dask answers at tcp://127.0.0.1:9 .*--address"):
        list(ENGINES["dask"](abs, [1], workers=1, address="tcp://127.0.0.1:9"))
