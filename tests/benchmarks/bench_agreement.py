"""Agreement of 100,000 sentences × 5 annotators × 30 codes with 1,000 bootstrap draws: seconds, memory.

    python tests/benchmarks/bench_agreement.py [--sentences N] [--draws N]

One layer of one code a sentence and one of sets, each measured alone. Making the codings is not
measured.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from exports.agreement.agree import agree
from schemas.codebook import Code, Codebook, Layer
from schemas.records import Annotation

CODES = [f"c{n:02d}" for n in range(30)]
ANNOTATORS = 5
SENTENCES_A_COMMENTARY = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--draws", type=int, default=1000)
    args = parser.parse_args()
    write = sys.stdout.write
    write(f"{args.sentences} sentences, {ANNOTATORS} annotators, {len(CODES)} codes, {args.draws} draws\n")
    for kind in ("one", "set"):
        codebook, rows = made(kind, args.sentences)
        started, worked = time.perf_counter(), time.process_time()
        layer = agree(rows, codebook, draws=args.draws).layers["probe"]
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        write(
            f"  {kind}: {seconds:.1f} s ({cpu:.1f} s of processor), peak {peak:.0f} MB, "
            f"alpha {layer.alpha}, interval {layer.interval}\n"
        )


def made(kind: str, sentences: int) -> tuple[Codebook, list[Annotation]]:
    """A codebook of one layer, and codings of which three in four are the sentence's true ones."""
    rng = np.random.default_rng(7)
    layer = Layer(id="probe", kind=kind, label="Probe", codes=[Code(id=code, label=code) for code in CODES])
    codebook = Codebook(codebook="bench", version="1.0.0", language="de", layers=[layer])
    rows = []
    for n in range(sentences):
        true = rng.integers(len(CODES), size=2)
        for who in range(ANNOTATORS):
            given = np.where(rng.random(2) < 0.75, true, rng.integers(len(CODES), size=2))
            codes = sorted({CODES[code] for code in given})
            commentary = f"k{n // SENTENCES_A_COMMENTARY}"
            rows.append(
                Annotation(
                    sentence_id=f"{commentary}:{n}",
                    commentary_id=commentary,
                    annotator=f"annotator-{who}",
                    codebook="bench",
                    layers={"probe": CODES[given[0]] if kind == "one" else codes},
                )
            )
    return codebook, rows


if __name__ == "__main__":
    main()
