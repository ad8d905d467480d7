"""How many people one machine bears: 6, 15 and 30 code at once, on SQLite and on PostgreSQL.

    python tests/benchmarks/bench_team.py [--tasks N] [--seconds N] [--think FROM TO] [--workers N …]

Each codes in a page of their own (tests/coders.py: the requests of a browser), and thinks between two sentences. Server,
database and coders share the machine. What was submitted is compared with what `pull` brought.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

from importlib.metadata import version

import psutil
from bench_studio import synthetic

from annotate.label_studio import local_server
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study
from annotate.sync.prelabel import prelabel
from annotate.sync.pull import pull
from coders import Coder, code_at_once, invite_coders, lost, parted
from demo_model import demo_model
from postgres import PROGRAMS, postgres
from train.persistence.folder import load_model

CODERS = (6, 15, 30)
COLUMNS = (
    "database", "processes", "coders", "codings", "with a suggestion", "a second", "submission", "p95", "next task",
    "p95", "errors", "lost", "cores", "MB",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=9_600)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--think", type=float, nargs=2, default=(1.0, 3.0))
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="on PostgreSQL")
    args = parser.parse_args()
    shown = [f"Label Studio {local_server.VERSION}", f"gunicorn {local_server.GUNICORN}"]
    shown += [f"PostgreSQL {PROGRAMS[-1].parent.name}"] if PROGRAMS else []
    say(f"{', '.join(shown)}, httpx {version('httpx')}; {args.tasks:,} tasks in {max(CODERS)} projects")
    say(f"{args.seconds:.0f} s each, {args.think[0]:g} to {args.think[1]:g} s to think; waits in seconds")
    local_server.install(say)
    say(table_row(COLUMNS) + "\n" + table_row(["---"] * len(COLUMNS)))
    for kind, workers in (("SQLite", [1]), ("PostgreSQL", args.workers)):
        with tempfile.TemporaryDirectory() as made, own_home(Path(made)), ExitStack() as database:
            if kind == "SQLite":
                address = "sqlite"
            elif PROGRAMS:
                address = database.enter_context(postgres())[0]
            else:
                say(f"{kind}: left out, Debian's postgresql is not installed")
                continue
            database.callback(local_server.stop)
            measure(kind, address, workers, Path(made), args)


@contextmanager
def own_home(folder: Path) -> Iterator[None]:
    """A data folder with the installed Label Studio and nothing else."""
    before = os.environ["STANDPUNKT_HOME"]
    (folder / "label-studio").mkdir()
    (folder / "label-studio" / "venv").symlink_to(Path(before).resolve() / "label-studio" / "venv")
    os.environ["STANDPUNKT_HOME"] = str(folder)
    yield
    os.environ["STANDPUNKT_HOME"] = before


def measure(kind: str, address: str, workers: list[int], folder: Path, args: argparse.Namespace) -> None:
    server = local_server.start(lambda _: None, database=address, workers=workers[-1])
    study = parted(
        synthetic(folder / "study", args.tasks), [f"coder-{n:02}" for n in range(1, max(CODERS) + 1)]
    )
    model = load_model(demo_model(folder / "model"))
    with invite_coders(server, study) as coders:
        prelabel(Studio(server.url, server.token), study, model)
        for number in workers:
            if server.workers != number:
                local_server.stop()
                server = local_server.start(lambda _: None, workers=number)
            for count in CODERS:
                row([kind, str(number), str(count)], server, study, coders[:count], args)


def row(
    what: list[str], server: LocalStudio, study: Study, coders: list[Coder], args: argparse.Namespace
) -> None:
    for coder in coders:
        coder.submitted.clear()
        coder.errors.clear()
        for seconds in coder.seconds.values():
            seconds.clear()
    begun, processor = time.monotonic(), processor_seconds(server)
    for thread in code_at_once(coders, seconds=args.seconds, think=tuple(args.think)):
        thread.join()
    elapsed = time.monotonic() - begun
    busy = (processor_seconds(server) - processor) / elapsed
    pull(Studio(server.url, server.token), study)
    taken = [one for coder in coders for one in coder.submitted]
    errors = [error for coder in coders for error in coder.errors]
    submit = [each for coder in coders for each in coder.seconds["submit"]]
    wait = [each for coder in coders for each in coder.seconds["next"]]
    figures = [
        len(taken), sum(one.suggested for one in taken), f"{len(taken) / elapsed:.1f}",
        f"{statistics.median(submit):.2f}", f"{p95(submit):.2f}", f"{statistics.median(wait):.2f}", f"{p95(wait):.2f}",
        len(errors), len(lost(study, coders)), f"{busy:.2f}", f"{memory(server):.0f}",
    ]  # fmt: skip
    say(table_row([*what, *map(str, figures)]))
    for error in sorted(set(errors)):
        say(f"{errors.count(error)} times {error}")


def table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def processes(server: LocalStudio) -> list[psutil.Process]:
    """Label Studio's own, without those of the database."""
    first = psutil.Process(server.pid)
    return [first, *first.children(recursive=True)]


def processor_seconds(server: LocalStudio) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes(server))


def memory(server: LocalStudio) -> float:
    """Megabytes, what processes share counted once."""
    return float(sum(process.memory_full_info().pss for process in processes(server)) / 1e6)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    begin = time.perf_counter()
    main()
    say(f"measured in {time.perf_counter() - begin:.0f} s")
