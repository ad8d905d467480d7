"""Work in a process of its own that is killed: after a time, or before it changes a file.

Time alone seldom hits the moment between two files; a step does: before each file or folder that is
opened to write, moved, made or removed below one place.
"""

import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from running import STRESS

Work = Callable[[], object]
MOMENTS = 20 if STRESS else 3
_MOVES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
_fork = multiprocessing.get_context("fork")


def seconds(work: Work) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def killed(work: Work, after: float) -> bool:
    """Runs the work in a process of its own and kills it; False where it was done before."""
    process = _fork.Process(target=work)
    process.start()
    process.join(after)
    assert process.pid is not None
    if was_at_work := process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return was_at_work


def done(work: Work) -> None:
    """The work to its end, in a process of its own."""
    process = _fork.Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0


def killed_at(work: Work, folder: Path, step: int) -> bool:
    """As `killed`, before the change of this number (from 0) of what is in the folder."""
    process = _fork.Process(target=_watched, args=(work, folder, step, None))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def steps_of(work: Work, folder: Path) -> int:
    """How often the work changes what is in the folder; it is done in a process of its own."""
    inward, outward = _fork.Pipe(duplex=False)
    process = _fork.Process(target=_watched, args=(work, folder, -1, outward))
    process.start()
    outward.close()  # ours: the end of the pipe is then that of the process
    count = inward.recv()
    process.join()
    assert process.exitcode == 0
    return int(count)


def some_of(steps: int, seed: int) -> list[int]:
    """Some of the steps in their order, or all where there are few."""
    return sorted(random.Random(seed).sample(range(steps), min(steps, MOMENTS)))


def command(*words: object) -> Work:
    """The command as a piece of work, for a process of its own; it prints nothing."""

    def work() -> None:
        from annotate.cli import main

        sys.argv = ["standpunkt", *map(str, words)]
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        try:
            main()
        except SystemExit as end:
            if end.code:
                raise

    return work


def contents(folder: Path, *, without: Sequence[str] = ()) -> dict[str, bytes]:
    """What stands in a folder; where something that is unfinished was left, it stands there too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"folder"
        for path in sorted(folder.rglob("*"))
        if path.name not in ("lock", "migrate.lock", *without)
    }


def _watched(work: Work, folder: Path, step: int, outward: Any) -> None:
    count = _counter()

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if _changes(event, args, str(folder)) and next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    work()
    if outward is not None:
        outward.send(next(count))


def _counter() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def _changes(event: str, args: tuple[Any, ...], folder: str) -> bool:
    if event == "open":
        path, mode, flags = args
        writes = set("wax+") & set(mode) if isinstance(mode, str) else flags & (os.O_WRONLY | os.O_RDWR)
        return bool(writes) and str(path).startswith(folder)
    return event in _MOVES and str(args[0]).startswith(folder)
