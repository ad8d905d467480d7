"""Tagging a folder: pieces a second with one process and two, the model's share of the time, memory.

    python tests/benchmarks/bench_tag.py [--pieces N]

The pieces are the demo's commentaries under new titles; the model is trained on the demo's codings
(anna's, so that no server is needed). Each run is a process of its own. ``model`` is the time in
`train.predict.predict`; training is not measured.
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

RUN = """
import json, re, resource, sys, time
from pathlib import Path
import train.predict
inner, spent = train.predict.predict, 0.0
def timed(*a, **k):
    global spent
    begin = time.perf_counter(); found = inner(*a, **k); spent += time.perf_counter() - begin
    return found
train.predict.predict = timed
from annotate.cli import main
model, texts, out, to, workers = sys.argv[1:]
begin = time.perf_counter()
sys.argv = ["standpunkt", "tag", texts, "-m", model, "--to", to, "-o", out, "--workers", workers]
try:
    main()
except SystemExit as end:
    assert not end.code, end
seconds = time.perf_counter() - begin
own = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]  # without what the parent held
peak = max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
print(json.dumps([seconds, spent, peak]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pieces", type=int, default=1000)
    args = parser.parse_args()
    from demo_model import demo_model

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        model = demo_model(folder)
        for pieces in (args.pieces // 10, args.pieces):
            texts = copies(folder / f"texts-{pieces}", pieces)
            for to, workers in (("jsonl", 1), ("html", 1), ("html", 2)):
                seconds, inside, peak = measured(
                    model, texts, folder / f"out-{pieces}-{to}-{workers}", to, workers
                )
                share = f"{inside / seconds:.0%} model" if workers == 1 else "–"
                sys.stdout.write(
                    f"{pieces} pieces, {to}, {workers} processes: {pieces / seconds:.1f} a second,"
                    f" {share}, {seconds:.1f} s, peak {peak:.0f} MB\n"
                )
                sys.stdout.flush()


def copies(folder: Path, pieces: int) -> Path:
    """A file for each piece; a file of the demo holds up to a dozen."""
    from annotate.demo import material
    from annotate.texts.commentaries import read_commentaries

    source = folder.with_name("shipped")
    source.mkdir(exist_ok=True)
    material.copy_commentaries(source)
    shipped = [commentary.text for commentary in read_commentaries([source])]
    folder.mkdir()
    for n in range(pieces):
        (folder / f"{n:05}.txt").write_text(f"{n} {shipped[n % len(shipped)].lstrip()}", "utf-8")
    return folder


def measured(model: Path, texts: Path, out: Path, to: str, workers: int) -> tuple[float, float, float]:
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-c", RUN, str(model), str(texts), str(out), to, str(workers)]
    ran = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=env, check=True)
    seconds, inside, peak = json.loads(ran.stdout.splitlines()[-1])
    return seconds, inside, peak


if __name__ == "__main__":
    begin = time.perf_counter()
    main()
    sys.stdout.write(f"measured in {time.perf_counter() - begin:.0f} s\n")
