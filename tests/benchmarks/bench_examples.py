"""What the codebook's own examples add to few coded sentences: models that learn with and without them.

    python tests/benchmarks/bench_examples.py [--rows 100 300] [--draws N]

Models learn from whole commentaries with about so many of the demo's sentences (anna's codings), once with the examples
of kommentar-core and once without, and are judged on all other commentaries; a draw's number is its seed. Figures are
means of the draws. Stances are left out: an example does not say toward which target it is.
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

from bench_model_at_300 import mean, percent, tell, tell_table, two
from bench_stance import drawn
from msgspec.structs import replace

from demo_model import demo_gold
from schemas.codebook import Codebook
from schemas.records import GoldSentence
from train.data.examples import without_copies
from train.evaluate import evaluate_model
from train.evaluation.report import LayerFigures
from train.fit import fit
from train.settings import USUAL_ENCODER, changed

LAYERS = ("voice", "function", "rhetoric")
WAYS = {"without": False, "with": True}
Figures = dict[str, LayerFigures]


def of_layers(rows: Sequence[GoldSentence], book: Codebook) -> tuple[list[GoldSentence], Codebook]:
    book = replace(book, layers=[layer for layer in book.layers if layer.id in LAYERS], rules=[])
    return [
        replace(row, layers={name: row.layers[name] for name in LAYERS if name in row.layers}) for row in rows
    ], book


def judged(rows: Sequence[GoldSentence], book: Codebook, size: int, seed: int, examples: bool) -> Figures:
    learned = drawn(rows, size, seed)
    texts = {row.commentary_id for row in learned}
    model, _ = fit(learned, book, settings=changed(encoder=USUAL_ENCODER, examples=examples))
    return evaluate_model(model, [row for row in rows if row.commentary_id not in texts]).layers


def cells(found: Sequence[LayerFigures]) -> list[str]:
    """Of the sure answers of all draws together, which share is right."""
    sure = [
        (figures.at_abstention.coverage * figures.n, figures.at_abstention.accuracy or 0.0)
        for figures in found
    ]
    answered = sum(n for n, _ in sure)
    return [
        two(mean(figures.macro_f1 for figures in found)),
        percent(answered / sum(figures.n for figures in found)),
        percent(sum(n * right for n, right in sure) / answered if answered else None),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[100, 300])
    parser.add_argument("--draws", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, book = of_layers(*demo_gold(Path(folder) / "demo"))
    book = without_copies(book, rows)  # what is judged must not stand among the examples
    tell(f"{given.draws} draws; encoder {USUAL_ENCODER}, codebook {book.codebook} {book.version}\n")
    table = []
    for size in given.rows:
        found = {
            way: [judged(rows, book, size, seed, examples) for seed in range(given.draws)]
            for way, examples in WAYS.items()
        }
        for layer in LAYERS:
            without, with_them = (cells([figures[layer] for figures in found[way]]) for way in WAYS)
            table.append((size, layer, *(f"{a} → {b}" for a, b in zip(without, with_them, strict=True))))
    tell_table(
        ("coded sentences", "layer", "macro-F1 without → with", "answered surely", "of these right"), table
    )


if __name__ == "__main__":
    main()
