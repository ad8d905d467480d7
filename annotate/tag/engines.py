"""ENGINES: who does many jobs on several processes or machines, one function each.

An engine hands each job to a worker of its own process, gives the results as they come, and does the job of
a worker that was ended again. After `TRIES` ends at one job it gives that up: nothing with its result.
"""

import logging
import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, TypeVar

from schemas.errors import SettingsError, install_line

J = TypeVar("J")
R = TypeVar("R")
TRIES = 3
_SECONDS_TO_CONNECT = 15
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Engine(Protocol):
    """Takes the work, the jobs, how many workers this machine gets, or the address of workers that run."""

    def __call__(
        self, work: Callable[[J], R], jobs: Sequence[J], *, workers: int, address: str | None
    ) -> Iterator[tuple[J, R | None]]: ...


def in_processes(
    work: Callable[[J], R], jobs: Sequence[J], *, workers: int, address: str | None = None
) -> Iterator[tuple[J, R | None]]:
    """Processes of this machine; a single worker is this process itself."""
    if address is not None:
        words = "processes are of this machine: leave it out, or name the engine whose address it is"
        raise SettingsError(words, flag="--address")
    if workers <= 1:
        for job in jobs:
            yield job, work(job)
        return
    waiting = deque(jobs)
    ends: Counter[int] = Counter()  # of workers, by the job they were at
    busy: dict[Connection, tuple[BaseProcess, J]] = {}
    idle: list[tuple[Connection, BaseProcess]] = []
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                ours, process = idle.pop() if idle else _start(work)
                job = waiting.popleft()
                busy[ours] = process, job
                with suppress(BrokenPipeError):  # it was ended while idle: nothing comes from it
                    ours.send(job)
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                process, job = busy.pop(ready)
                try:
                    result = ready.recv()
                except (EOFError, ConnectionResetError):
                    process.join()
                    ready.close()
                    ends[id(job)] += 1
                    if ends[id(job)] < TRIES:
                        waiting.append(job)
                    else:
                        yield job, None
                else:
                    idle.append((ready, process))
                    yield job, result
    finally:
        for process in [*(process for process, _ in busy.values()), *(process for _, process in idle)]:
            process.terminate()
            process.join()


def _start(work: Callable[[J], R]) -> tuple[Connection, BaseProcess]:
    """A fresh process, for a fork would copy the locks of the libraries' threads."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_serve, args=(its, work), daemon=True)
    with _one_thread():
        process.start()
    its.close()  # ours of it: so that the pipe ends with the process
    return ours, process


def _serve(inward: Connection, work: Callable[[Any], Any]) -> None:
    """Works until there is no one to work for; what it was at when that happened it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it, and ends it
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            inward.send(work(inward.recv()))


@contextmanager
def _one_thread() -> Iterator[None]:
    """A process that is started in the block has one thread for its sums: there are as many as processors."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


#: By itself Dask samples a worker's stack and memory up to a hundred times a second and makes it give freed
#: memory back at once, which takes a tenth of the time; so workers of our own have these settings.
_DASK = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "2s",
    "distributed.admin.tick.limit": "60s",
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(_THREADS, 1),
}


def on_dask(
    work: Callable[[J], R], jobs: Sequence[J], *, workers: int, address: str | None = None
) -> Iterator[tuple[J, R | None]]:
    """Workers of Dask: those that a scheduler at an address has, or some on this machine."""
    try:
        from distributed import Client, KilledWorker, LocalCluster, as_completed
    except ImportError as error:
        words = f"dask is not installed ({error}): {install_line('distributed')}"
        raise SettingsError(words, flag="--engine") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that ended is no news here
    with _dask_client(Client, LocalCluster, workers, address) as client, _dask_errors():
        futures = dict(zip(client.map(work, jobs, pure=False), jobs, strict=True))
        suspects = []
        for future in as_completed(futures):
            job = futures.pop(future)
            try:
                yield job, future.result()
            except KilledWorker:  # also raised of jobs that only waited where a worker was ended
                suspects.append(job)
            future.release()
        for job in suspects:  # each alone, so that none answers for another
            try:
                yield job, client.submit(work, job, pure=False).result()
            except KilledWorker:
                yield job, None


@contextmanager
def _dask_errors() -> Iterator[None]:
    """What a user can mend of what Dask raises in the block."""
    try:
        yield
    except CancelledError as error:
        words = "the scheduler of Dask went away; the same command goes on from there"
        raise SettingsError(words, flag="--address") from error
    except ImportError as error:
        words = f"a worker of Dask has no Standpunkt ({error}): install it there as it is here"
        raise SettingsError(words, flag="--address") from error


@contextmanager
def _dask_client(client: Any, cluster: Any, workers: int, address: str | None) -> Iterator[Any]:
    if address is None:
        import dask

        with (
            dask.config.set(_DASK),
            cluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
            ) as own,
            client(own) as found,
        ):
            yield found
        return
    try:
        connected = client(address, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        words = f"no scheduler of Dask answers at {address} ({error}), expected one such as tcp://host:8786"
        raise SettingsError(words, flag="--address") from error
    with connected:
        yield connected


ENGINES: dict[str, Engine] = {"processes": in_processes, "dask": on_dask}
