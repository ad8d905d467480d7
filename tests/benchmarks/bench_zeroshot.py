"""How many requests a second `zeroshot` sends, and what it takes, against the tests' own server.

    python tests/benchmarks/bench_zeroshot.py [--sentences 3000] [--parallel 50] [--delay 0.0]

The server is a process of its own and answers at once, with token probabilities, so that what limits is this
side or the machine: of the command, the seconds of the processor count that a request takes.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from annotate.demo.material import ANNOTATORS, CODEBOOK, TARGETS
from annotate.study.folder import init_study
from language_model import language_model

COMMENTARY = 50  # sentences


def serve(ready: Connection, delay: float) -> None:
    with language_model(tokens=True, delay=delay) as server:
        ready.send(server.url)
        ready.recv()
        ready.send((server.most_at_once, resource.getrusage(resource.RUSAGE_SELF).ru_utime))


def write_texts(folder: Path, sentences: int) -> None:
    folder.mkdir()
    for start in range(0, sentences, COMMENTARY):
        body = " ".join(f"Das Tempolimit nützt in Ort {start + n} allen Leuten." for n in range(COMMENTARY))
        (folder / f"{start}.txt").write_text(
            f"Stück {start} | Erika Beispiel. 23.10.2025.\n\n{body}\n", "utf-8"
        )


def measure(sentences: int, parallel: int, delay: float) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there, delay), daemon=True)
    server.start()
    url = here.recv()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_texts(folder / "texts", sentences)
        study = init_study(
            folder / "study", codebook=CODEBOOK, targets=TARGETS, annotators=ANNOTATORS, name="bench"
        )
        words = [
            sys.executable, "-m", "annotate", "zeroshot", str(folder / "texts"), "--codebook", str(study.codebook_path),
            "--endpoint", url, "--model", "m", "-o", str(folder / "p.jsonl"), "--parallel", str(parallel), "--json",
        ]  # fmt: skip
        given = {**os.environ, "STANDPUNKT_HOME": str(folder / "home")}
        runs = {}
        for run in ("asked", "known"):
            begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            out = subprocess.run(words, env=given, stdout=subprocess.PIPE, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            runs[run] = (
                time.perf_counter() - begun,
                after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                json.loads(out.stdout)["sent"],
            )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    here.send(None)
    most, of_server = here.recv()
    server.join()
    (wall, cpu, sent), (wall_known, cpu_known, _) = runs["asked"], runs["known"]
    return {
        "requests": sent,
        "seconds of the command": round(wall, 2),
        "requests a second": round(sent / wall, 1),
        "processor, ms a request": round(1000 * cpu / sent, 3),
        "of which asking": round(1000 * (cpu - cpu_known) / sent, 3),
        "requests a second of a free core": round(sent / (cpu - cpu_known), 1),
        "the server's processor, ms a request": round(1000 * of_server / sent, 3),
        "most at once": most,
        "second run, seconds": round(wall_known, 2),
        "peak MB": round(peak, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentences", type=int, default=3000)
    parser.add_argument("--parallel", type=int, default=50)
    parser.add_argument("--delay", type=float, default=0.0)
    given = parser.parse_args()
    for what, figure in measure(given.sentences, given.parallel, given.delay).items():
        sys.stdout.write(f"{what}: {figure}\n")
