"""What a model can and cannot do with 300 sentences, and what its scores say: docs/model-at-300.md, docs/calibrated.md.

    python tests/benchmarks/bench_model_at_300.py [--draws N]

A model learns from half of the commentaries that the demo's two people coded, as `standpunkt train` does where
nothing is set, and is judged on the other half; a draw's number is its seed. Figures are means of the draws, beside
some the lowest and the highest; scores, marks and ways of stances are those of all draws together. The curve is that
of `standpunkt evaluate`, five folds of the demo. Five real commentaries are judged in five folds where ../shared/data
has them: they are protected.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # as train does; before NumPy is there
    os.environ.setdefault(name, "1")
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np

from annotate.demo.material import CODEBOOK
from annotate.demo.run import lay_study
from annotate.study.folder import init_study, open_study
from annotate.study.split import split_study
from annotate.sync.adjudication import adjudicate_study
from demo_model import gold_of
from schemas.codebook import Codebook
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, GoldSentence
from train.data.examples import without_copies
from train.evaluate import cross_validate, evaluate_model, scored_rows
from train.evaluation.items import layer_items
from train.evaluation.reliability import Bin
from train.evaluation.report import LayerFigures
from train.evaluation.stance_figures import Directions, StanceFigures, Suggested
from train.fit import fit
from train.settings import USUAL_ENCODER, changed

SETTINGS = changed(encoder=USUAL_ENCODER)
LAYERS = ("voice", "function", "stance", "rhetoric")
REAL = ROOT.parent / "shared/data/commentaries"


class Draw(NamedTuple):
    """``learned`` is layer → code → coded examples, ``sure`` layer → code → share of the sure answers."""

    sentences: int
    learned: dict[str, dict[str, int]]
    figures: dict[str, LayerFigures]
    sure: dict[str, dict[str, float]]


def drawn(rows: Sequence[GoldSentence], book: Codebook, codings: Sequence[Annotation], seed: int) -> Draw:
    names = sorted({row.commentary_id for row in rows})
    half = {names[i] for i in np.random.default_rng(seed).permutation(len(names))[: len(names) // 2]}
    train = [row for row in rows if row.commentary_id in half]
    test = [row for row in rows if row.commentary_id not in half]
    model, trained = fit(train, book, settings=SETTINGS)
    report = evaluate_model(model, test, annotations=codings, trained_on=train)
    scored, sure = scored_rows(model, test), {}
    for layer in book.predicted_layers:
        items = layer_items(layer, scored)
        sure[layer.id] = dict(zip(items.codes, items.predicted[items.kept].mean(axis=0), strict=True))
    learned = {name: layer.codes for name, layer in trained.layers.items()}
    return Draw(len(train), learned, report.layers, sure)


def tell_layers(draws: Sequence[Draw]) -> None:
    rows = []
    for name in LAYERS:
        figures = [draw.figures[name] for draw in draws]
        commonest = max(draws[0].sure[name], key=lambda code: mean(draw.sure[name][code] for draw in draws))
        rows.append((
            name,
            with_range(one.macro_f1 for one in figures),
            two(mean(one.ceiling and one.ceiling.macro_f1 for one in figures)),
            two(mean(one.baselines and one.baselines.twin for one in figures)),
            percent(mean(one.at_abstention.coverage for one in figures)),
            f"{commonest}, {percent(mean(draw.sure[name][commonest] for draw in draws))}",
            percent(mean(one.at_abstention.accuracy for one in figures)),
            two(mean(one.interval and one.interval[1] - one.interval[0] for one in figures)),
        ))  # fmt: skip
    head = "layer, macro-F1, people, plain linear model, answered surely, commonest of these, of these right, width of interval"
    tell_table(head.split(", "), rows)


def tell_codes(draws: Sequence[Draw]) -> None:
    rows = []
    for name in LAYERS:
        for code in draws[0].figures[name].codes:
            coded = [draw.learned[name].get(code, 0) for draw in draws]
            found = [figures.f1 for draw in draws if (figures := draw.figures[name].codes.get(code))]
            rows.append((name, code, f"{min(coded)}–{max(coded)}", with_range(found)))
    tell_table(("layer", "code", "coded examples", "F1"), rows)


def tell_stances(found: Sequence[StanceFigures]) -> None:
    touched = sum(one.touched for one in found)
    precision = mean(one.average_precision for one in found)
    kinds = {
        "marks (surely touched)": pooled(one.marks for one in found),
        "ticks (a sure direction)": pooled(one.ticks for one in found),
        "directions where the author's other texts on the target are coded": pooled(
            one.known for one in found
        ),
        "directions where not": pooled(one.unknown for one in found),
    }
    tell(f"touched targets: {touched:,}; average precision of a touch {two(precision)}")
    for what, (n, right) in kinds.items():
        tell(f"{what}: {n:,}, right {percent(right)}")
    tell("")


def tell_scores(draws: Sequence[Draw], layers: Sequence[str]) -> None:
    held: dict[float, dict[str, list[Bin]]] = defaultdict(lambda: {name: [] for name in layers})
    for draw in draws:
        for name in layers:
            for part in draw.figures[name].reliability:
                held[part.low][name].append(part)
    rows = []
    for low, parts in sorted(held.items()):
        shares = [pooled(parts[name]) for name in layers]
        ends = " to ".join(f"{end:.1g}".removeprefix("0") for end in (low, low + 0.1))
        rows.append((ends, *(f"{two(right)} ({n:,})" for n, right in shares)))
    tell_table(("score of an answer", *(f"right, {name} (n)" for name in layers)), rows)


def tell_curve(rows: Sequence[GoldSentence], book: Codebook) -> None:
    points = cross_validate(rows, book, settings=SETTINGS, curve=True).learning_curve
    tell_table(
        ("sentences", "commentaries", *LAYERS),
        [(one.sentences, one.commentaries, *(two(one.macro_f1[name]) for name in LAYERS)) for one in points],
    )


def tell_real(folder: Path) -> None:
    if not REAL.exists():
        tell("../shared/data/commentaries is not there: no real commentaries were judged")
        return
    study = init_study(folder, codebook=CODEBOOK, targets="ziele-ukraine", annotators=("a",), name="real")
    texts = REAL / "portnikov-2025-10.txt"
    (study.commentary_folder / texts.name).write_bytes(texts.read_bytes())
    split_study(study)
    coded = map(json.loads, (REAL / "portnikov-coded-dev.jsonl").read_text("utf-8").splitlines())
    given = {one["sentence_id"]: {name: one[name] for name in LAYERS} for one in coded if one["coder"] == "a"}
    rows = gold_of(study, given)
    report = cross_validate(rows, study.codebook(), settings=SETTINGS)
    found = ", ".join(f"{name} {two(report.layers[name].macro_f1)}" for name in LAYERS)
    tell(f"{len({row.commentary_id for row in rows})} real commentaries of one author, {len(rows)} sentences")
    tell(f"macro-F1, five folds: {found}")
    if figures := report.layers["stance"].suggested:
        tell_stances([figures])


def pooled(parts: Iterable[Suggested | Directions | Bin]) -> tuple[int, float | None]:
    """How many there are together, and which share of them is right."""
    held = [(part.n, part.right) for part in parts if part.right is not None]
    n = sum(n for n, _ in held)
    return n, sum(n * right for n, right in held) / n if n else None


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def with_range(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{two(mean(known))} ({two(min(known))}–{two(max(known))})"


def two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".removeprefix("0")


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def tell(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def tell_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        tell(f"| {' | '.join(map(str, row))} |")
    tell("")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=10)
    number = parser.parse_args().draws
    with tempfile.TemporaryDirectory() as folder:
        lay_study(Path(folder) / "demo", say=tell)
        study = open_study(Path(folder) / "demo")
        codings, (rows, _) = list(read_jsonl(study.annotations, Annotation)), adjudicate_study(study)
        book = without_copies(study.codebook(), rows)  # what is judged must not stand among the examples
        draws = [drawn(rows, book, codings, seed) for seed in range(number)]
        sizes = [draw.sentences for draw in draws]
        tell(f"{number} draws of {min(sizes)} to {max(sizes)} of the demo's {len(rows)} coded sentences")
        tell(f"encoder {SETTINGS.encoder}, codebook {book.codebook} {book.version} with its examples\n")
        tell_layers(draws)
        tell_codes(draws)
        tell_stances([found for draw in draws if (found := draw.figures["stance"].suggested)])
        tell_scores(draws, ("function", "voice"))
        tell_curve(rows, book)
        tell_real(Path(folder) / "real")


if __name__ == "__main__":
    main()
