"""Audit and report of a large study, each in a process of its own: seconds, memory.

    python tests/benchmarks/bench_report.py [--sentences N] [--people N] [--evaluation]

50,000 sentences, five annotators who all code them, suggestions in two thirds of the commentaries, gold for all.
Making the study is not measured. The report is measured without cross-validation, which is `train`'s own
measure (bench_train.py); `--evaluation` measures it too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import made_study

_MEASURED = """
import json, resource, sys, time
from annotate.cli import main
sys.argv = ["standpunkt", *json.loads(sys.argv[1])]
begun = time.perf_counter()
code = 0
try:
    main()
except SystemExit as end:
    code = end.code or 0
used = [time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, code]
print(json.dumps(used), file=sys.stderr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--evaluation", action="store_true")
    args = parser.parse_args()
    write = sys.stdout.write
    with tempfile.TemporaryDirectory() as folder:
        made_study.SIZE = 40
        made_study.TEXTS = args.sentences // made_study.SIZE
        made_study.PLACES = 10**9  # no sentence twice, so that parts can be held out
        begun = time.perf_counter()
        people = tuple(f"person{n}" for n in range(1, args.people + 1))
        study = made_study.make_study(Path(folder) / "probe", people)
        made = time.perf_counter() - begun
        write(f"{args.sentences} sentences, {args.people} annotators (made in {made:.0f} s)\n")
        given = ["--study", str(study.folder)]
        measure("audit", ["audit", *given])
        measure("report without cross-validation", ["report", *given, "--no-evaluation"])
        measure("sheet", ["report", *given, "--annotator", people[0]])
        if args.evaluation:
            measure("report with cross-validation", ["report", *given])


def measure(name: str, words: list[str]) -> None:
    command = [sys.executable, "-c", _MEASURED, json.dumps(words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    seconds, megabytes, code = json.loads(ran.stderr.strip().splitlines()[-1])
    failed = f", FAILED: {ran.stderr.strip().splitlines()[0]}" if code else ""
    sys.stdout.write(f"  {name}: {seconds:.1f} s, peak {megabytes:.0f} MB{failed}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
