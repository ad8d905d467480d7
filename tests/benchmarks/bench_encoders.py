"""Sentence encoders on one core: what a sentence takes, what loading takes, and the peak of memory.

    python tests/benchmarks/bench_encoders.py [--sentences N]

The sentences are the first of the demo. Each encoder runs in a process of its own, that keeps no vectors. Seconds are
those of the processor, and the peak is that of the whole process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from demo_model import demo_gold
from train.features.encoders import ENCODERS

ENCODE = """
import json, resource, sys, time
from train.features.encoders import encode
name, texts = json.load(sys.stdin)
at = [time.process_time()]
for part in (["Ein Satz, mit dem geladen wird."], texts):
    encode(name, part)
    at.append(time.process_time())
print(json.dumps([at[1] - at[0], at[2] - at[1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "STANDPUNKT_CACHE": "off",
}


def measured(name: str, texts: list[str]) -> tuple[float, float, float]:
    """Seconds until a first sentence is read, seconds of all others, and the peak in MB."""
    ran = subprocess.run(
        [sys.executable, "-c", ENCODE],
        input=json.dumps([name, texts]), env=os.environ | ALONE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, others, peak = json.loads(ran.stdout)
    return first, others, peak


def tell(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=200)
    number = parser.parse_args().sentences
    with tempfile.TemporaryDirectory() as folder:
        rows, _ = demo_gold(Path(folder) / "demo")
    texts = list(dict.fromkeys(row.text for row in rows))[:number]
    tell(f"{len(texts)} sentences of {sum(map(len, texts)) / len(texts):.0f} characters in the mean\n")
    tell("| encoder | numbers | ms a sentence | sentences a second | loads in, s | peak, MB |")
    tell("|---|---|---|---|---|---|")
    for name, encoder in ENCODERS.items():
        load, seconds, peak = measured(name, texts)
        each = seconds / len(texts)
        tell(f"| `{name}` | {encoder.size} | {1000 * each:.1f} | {1 / each:.0f} | {load:.1f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
