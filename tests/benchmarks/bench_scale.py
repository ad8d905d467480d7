"""Engines that tag a corpus in parts, beside independent processes: throughput, memory, start, a killed worker.

    python tests/benchmarks/bench_scale.py [--sentences N] [--files N] [--repeats N] [--engine NAME=PYTHON …]

Each run is the command `tag --engine NAME --workers 2`, or two commands `tag --part 1/2` and `2/2` at once, on the same
generated sentences that hardly recur (`made_texts`). ``NAME=PYTHON``
names the interpreter of an environment that has the engine; without any it is processes, and Dask where it is
installed. Ray is no engine of the command: it is compared here only, by Ray Data as its guide to batch inference has
it (a class, a pool of actors, a row a file).
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

WORKERS = 2
ENOUGH = 100_000  # sentences of a run whose worker is killed
RUN = """
import sys
from annotate.cli import main
if __name__ == "__main__":
    if "ray" in sys.argv:
        sys.path.append("tests/benchmarks")
        from bench_scale import on_ray
        from annotate.tag.engines import ENGINES
        ENGINES["ray"] = on_ray
    main()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--engine", action="append", default=[], metavar="NAME=PYTHON")
    args = parser.parse_args()
    from demo_model import demo_model

    engines = dict(one.split("=", 1) for one in args.engine)
    if not engines:
        installed = ["processes", *(["dask"] if find_spec("distributed") else [])]
        engines = dict.fromkeys(installed, sys.executable)
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        model = demo_model(home)
        (home / "run.py").write_text(RUN, "utf-8")
        few = corpus(home / "few", 4, WORKERS)
        many = corpus(home / "many", args.sentences, args.files)
        some = many if args.sentences <= ENOUGH else corpus(home / "some", ENOUGH, 40)
        run = ["tag", "-m", model, "--json", "-o"]

        def shares(out: Path) -> list[list[Any]]:
            words = [sys.executable, home / "run.py", *run, out, many, "--to", "parts", "--part"]
            return [[*words, f"{n}/{WORKERS}"] for n in range(1, WORKERS + 1)]

        def by_engine(name: str, texts: Path, out: Path) -> list[list[Any]]:
            words = [engines[name], home / "run.py", *run, out, texts]
            return [[*words, "--engine", name, "--workers", WORKERS]]

        for n in range(args.repeats):
            out = home / f"shares-{n}"
            tell("independent", measured(shares(out), out))
            for name in engines:
                out = home / f"{name}-{n}"
                tell(name, measured(by_engine(name, many, out), out))
        for name in engines:
            for what, texts in (("start", few), ("killed", some)):
                out = home / f"{name}-{what}"
                tell(f"{name}, {what}", measured(by_engine(name, texts, out), out, kill=what == "killed"))


def tell(name: str, found: dict[str, Any]) -> None:
    sys.stdout.write(f"{name}: {json.dumps(found)}\n")
    sys.stdout.flush()


def rows_in(out: Path) -> int:
    return sum(json.loads(path.read_bytes())["rows"] for path in out.glob("_part-*.manifest.json"))


def corpus(place: Path, sentences: int, files: int) -> Path:
    """A folder with so many packed files of generated commentaries."""
    from made_texts import SENTENCES, made_commentaries

    from schemas.jsonl import write_jsonl

    each = sentences // files // SENTENCES or 1
    made = made_commentaries(files * each, place.with_name(f"{place.name}-shipped"))
    for n in range(files):
        write_jsonl(place / f"{n // 10:02}" / f"{n:04}.jsonl.gz", islice(made, each))
    return place


def measured(commands: list[list[Any]], out: Path, *, kill: bool = False) -> dict[str, Any]:
    """Seconds of commands that run at once, and megabytes of the largest process and of all together, at most.

    With ``kill`` the process that has worked most, beside those started here, is killed once a part is there.
    """
    import psutil

    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begun, worked = time.perf_counter(), _worked()
    running = [
        subprocess.Popen(
            [*map(str, words)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for words in commands
    ]  # fmt: skip
    largest = together = 0
    while any(one.poll() is None for one in running):
        sizes = {one: one.memory_info().rss for one in _all(psutil, running)}
        largest, together = max(largest, *sizes.values(), 0), max(together, sum(sizes.values()))
        if kill and any(out.glob("_part-*.manifest.json")):
            workers = [one for one in sizes if one.pid not in {p.pid for p in running}]
            busiest = max(workers, key=lambda one: sum(one.cpu_times()[:2]))
            busiest.send_signal(signal.SIGKILL)
            kill = False
        time.sleep(0.2)
    seconds = time.perf_counter() - begun
    codes = [one.returncode for one in running]
    if any(codes):
        sys.stderr.write("".join(one.stderr.read()[-2000:] for one in running if one.stderr))
    rows = rows_in(out)
    return {
        "seconds": round(seconds, 1),
        "rows": rows,
        "rows a second": round(rows / seconds),
        "processor seconds": round(_worked() - worked, 1),
        "largest MB": largest >> 20,
        "together MB": together >> 20,
        "codes": codes,
    }


def _worked() -> float:
    """Processor seconds of all processes that were started here and have ended, with those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _all(psutil: Any, running: list[Any]) -> Iterator[Any]:
    for one in running:
        try:
            main = psutil.Process(one.pid)
            for process in (main, *main.children(recursive=True)):
                process.memory_info()
                yield process
        except psutil.Error:
            continue


def on_ray(work: Any, jobs: Any, *, workers: int, address: str | None) -> Iterator[tuple[Any, Any]]:
    """Ray Data: jobs are rows, and a pool of actors maps them."""
    import pickle

    import ray

    ray.init(
        address=address, num_cpus=None if address else workers, include_dashboard=False, log_to_driver=False
    )
    names = {job.name: job for job in jobs}

    class Tagger:
        def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
            job = pickle.loads(row["job"])
            return {"name": job.name, "result": pickle.dumps(work(job))}

    rows = ray.data.from_items([{"job": pickle.dumps(job)} for job in jobs], override_num_blocks=len(jobs))
    for row in rows.map(Tagger, concurrency=workers).iter_rows():
        yield names[row["name"]], pickle.loads(row["result"])
    ray.shutdown()


if __name__ == "__main__":
    begin = time.perf_counter()
    main()
    sys.stdout.write(f"measured in {time.perf_counter() - begin:.0f} s\n")
