"""What stances suggest at the size of a study: touches, marks, directions, by number of coded sentences.

    python tests/benchmarks/bench_stance.py [--rows 100 200 400] [--encoder use none] [--by commentary author target]
    python tests/benchmarks/bench_stance.py --gold FILE --codebook FILE

Without ``--gold`` the demo's codings by anna. Each figure is of five folds that no commentary is parted by; with
fewer rows than all, whole commentaries are drawn, and the mean of three draws is given. Authors and targets are held
out of all rows, with the first encoder.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # as train does; before NumPy is there
    os.environ.setdefault(name, "1")
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np

from demo_model import demo_gold
from schemas.codebook import Codebook, load_codebook
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence
from train.evaluate import cross_validate
from train.evaluation.stance_figures import StanceFigures
from train.settings import Settings

SEEDS = 3


def drawn(rows: Sequence[GoldSentence], size: int, seed: int) -> list[GoldSentence]:
    """Whole commentaries with about so many rows."""
    names = sorted({row.commentary_id for row in rows})
    kept: list[GoldSentence] = []
    for place in np.random.default_rng(seed).permutation(len(names)):
        if len(kept) < size:
            kept += [row for row in rows if row.commentary_id == names[place]]
    return kept


def measured(
    rows: list[GoldSentence], book: Codebook, encoder: str, by: str
) -> tuple[float, StanceFigures, float]:
    """Macro-F1, the figures of suggestions, and F1 of a touch."""
    report = cross_validate(rows, book, settings=Settings(encoder=encoder, reasons=0), by=by)  # type: ignore[arg-type]
    layer = next(layer for layer in report.layers.values() if layer.suggested)
    assert layer.suggested is not None and layer.touched is not None
    return layer.macro_f1 or 0.0, layer.suggested, layer.touched.codes["touched"].f1


def line(found: Sequence[tuple[float, StanceFigures, float]]) -> str:
    def mean(values: Sequence[float | None]) -> str:
        known = [value for value in values if value is not None]
        return f"{np.mean(known):.3f}" if known else "–"

    figures = [f for _, f, _ in found]
    cells = [
        mean([macro for macro, _, _ in found]),
        mean([f.average_precision for f in figures]),
        mean([f1 for _, _, f1 in found]),
        *(mean([getattr(kind, name) for kind in kinds]) for kinds in ([f.marks for f in figures], [f.ticks for f in figures]) for name in ("found", "right")),
        *(mean([kind.right for kind in kinds]) for kinds in ([f.known for f in figures], [f.unknown for f in figures])),
    ]  # fmt: skip
    return " | ".join(cells)


def tell(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--codebook", type=Path)
    parser.add_argument("--rows", type=int, nargs="*", default=[100, 200, 400])
    parser.add_argument("--encoder", nargs="*", default=["use", "none"])
    parser.add_argument("--by", nargs="*", default=["commentary", "author", "target"])
    given = parser.parse_args()
    if given.gold:
        rows, book = list(read_jsonl(given.gold, GoldSentence)), load_codebook(given.codebook)
    else:
        with tempfile.TemporaryDirectory() as folder:
            rows, book = demo_gold(Path(folder) / "demo")
    tell(
        "| rows | encoder | held out by | macro-F1 | touched AP | touched F1 | marks: of touches | right "
        "| ticks: of touches | right | way right, author known | unknown |"
    )
    tell("|" + "---|" * 12)
    for by in given.by:
        in_parts = by == "commentary"
        for encoder in given.encoder if in_parts else given.encoder[:1]:
            for size in [*(size for size in given.rows if in_parts and size < len(rows)), len(rows)]:
                parts = [rows] if size == len(rows) else [drawn(rows, size, seed) for seed in range(SEEDS)]
                found = [measured(part, book, "" if encoder == "none" else encoder, by) for part in parts]
                tell(f"| {size} | {encoder} | {by} | {line(found)} |")


if __name__ == "__main__":
    main()
