"""One process at a time: the others wait, and are told for whom."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec

from schemas.files import write_private_json
from schemas.records import Record

SAY_AFTER = 2.0  # seconds of waiting


class Holder(Record, frozen=True, kw_only=True):
    """Who holds a lock, as the file beside it says; times are seconds since 1970.

    The lock itself cannot hold it: whoever tries for a lock empties its file.
    """

    verb: str
    pid: int
    since: float
    started: float  # of the process, for a number is given to another one day

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.since))
        return f"`standpunkt {self.verb}` (process {self.pid}, since {since})"


@contextmanager
def locked(path: Path, verb: str, say: Callable[[str], None]) -> Iterator[None]:
    """Holds a lock as long as the block lasts; ``say`` is told once where that takes some waiting.

    Parameters
    ----------
    path
        The file of the lock. Beside it, in ``<name>.holder``, stands who holds it.
    verb
        What those who wait read, such as ``push``.
    """
    lock = filelock.FileLock(path)
    beside = path.with_name(f"{path.name}.holder")
    try:
        lock.acquire(timeout=SAY_AFTER)
    except filelock.Timeout:
        say(f"waiting for {holder_of(path) or 'another process'}, which holds {path}")
        lock.acquire()
    try:
        write_private_json(beside, _this_process(verb))
        yield
    finally:
        beside.unlink(missing_ok=True)
        lock.release()


def holder_of(path: Path) -> Holder | None:
    """Who holds the lock; None where the last one to say so was killed, or nobody has said so yet."""
    import psutil

    try:
        holder = msgspec.json.decode(path.with_name(f"{path.name}.holder").read_bytes(), type=Holder)
        process = psutil.Process(holder.pid)
        is_same = abs(process.create_time() - holder.started) < 2
        return holder if is_same and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, msgspec.DecodeError, psutil.Error):
        return None


def _this_process(verb: str) -> Holder:
    import psutil

    process = psutil.Process()
    return Holder(verb=verb, pid=process.pid, since=time.time(), started=process.create_time())
