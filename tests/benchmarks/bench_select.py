"""What choosing is worth: macro-F1 over coded sentences by strategy, and how long a choice takes.

    python tests/benchmarks/bench_select.py [--task cimt ...] [--seeds 3] [--labels 1000] [--steps 5] [--sentences]

A simulation hands out the sentences of public German data (`select --simulate`), batch by batch; besides ours
stands small-text's least margin, on the same models' probabilities, in .venv-bench (make bench). Then 500
sentences are selected of a made-up study of 200,000. Nothing is asserted. Three seeds with five steps take a
quarter of an hour, ten seeds with ten steps two hours.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from annotate.study.folder import init_study, open_study
from annotate.study.selection import select
from schemas.codebook import load_codebook
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import CodePrediction, GoldSentence
from train.fit import fit
from train.model import Model
from train.predict import predict
from train.selection.simulate import Simulated, lines, simulate
from train.settings import Settings

TASKS = ROOT.parent / "shared/data/benchmarks"
NAMES = ("cimt", "ge21-fact", "ge21-engaging", "pcc-coarse")
PEERS = ROOT / ".venv-bench/bin/python"
SCORES = Path(__file__).with_name("small_text_scores.py")


def small_text(
    simulated: Simulated, left: np.ndarray, wanted: int, model: Model | None, seed: int
) -> list[int]:
    """Its least margin; of whole commentaries the one whose mean is the least."""
    assert model is not None
    rows = [simulated.rows[i] for i in left]
    answers = [next(iter(prediction.layers.values())) for prediction in predict(model, rows)]
    probabilities = [list(a.scores.values()) for a in answers if isinstance(a, CodePrediction)]
    ran = subprocess.run(
        [PEERS, SCORES], input=json.dumps(probabilities), capture_output=True, text=True, check=True
    )
    by_unit: dict[str, list[tuple[int, float]]] = {}
    for place, row, score in zip(left.tolist(), rows, json.loads(ran.stdout), strict=True):
        by_unit.setdefault(row.sentence_id if simulated.by_sentence else row.commentary_id, []).append(
            (place, score)
        )
    chosen: list[int] = []
    for unit in sorted(by_unit.values(), key=lambda unit: np.mean([score for _, score in unit])):
        if len(chosen) + len(unit) / 2 > wanted:
            break
        chosen += [place for place, _ in unit]
    return chosen


def gold_of(task: str) -> tuple[list[GoldSentence], Any]:
    folder = TASKS / task
    return list(read_jsonl(folder / "train.jsonl", GoldSentence)), load_codebook(folder / "codebook.yaml")


def made_up_study(folder: Path, sentences: int, words: list[str]) -> Path:
    """A study of commentaries of 40 sentences, each of words drawn from real ones."""
    draw = random.Random(0)
    init_study(folder, codebook="kommentar-core", targets="ziele-ukraine", annotators=["anna"], name="bench")
    commentaries: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for k in range(sentences // 40):
        text = ""
        for n in range(40):
            sentence = " ".join(draw.choices(words, k=draw.randint(8, 22))) + "."
            start = len(text)
            text += sentence + " "
            rows.append(
                {
                    "sentence_id": f"k{k}:{n}", "commentary_id": f"k{k}", "index": n, "start": start,
                    "end": start + len(sentence), "text": sentence, "kind": "sentence", "continues": False,
                    "chain_id": None, "block": 0,
                }
            )  # fmt: skip
        commentaries.append(
            {
                "commentary_id": f"k{k}", "title": f"k{k}", "author": None, "date": None, "source": "made up",
                "url": None, "text": text, "blocks": [{"kind": "paragraph", "start": 0, "end": len(text)}],
            }
        )  # fmt: skip
    write_jsonl(folder / "data/commentaries.jsonl", commentaries)
    write_jsonl(folder / "data/sentences.jsonl", rows)
    return folder


def measure_speed(sentences: int) -> None:
    rows, book = gold_of("cimt")
    words = [word for row in rows for word in row.text.split() if word.isalpha()]
    with tempfile.TemporaryDirectory() as place:
        study = open_study(made_up_study(Path(place) / "s", sentences, words))
        for encoder in ("", "use"):
            model, _ = fit(rows[:600], book, settings=Settings(encoder=encoder))
            for by_sentence in (False, True):
                begin = time.perf_counter(), time.process_time()
                select(study, 500, strategy="mixed", model=model, by_sentence=by_sentence, dry_run=True)
                taken = time.perf_counter() - begin[0], time.process_time() - begin[1]
                unit = "sentences" if by_sentence else "whole commentaries"
                show(
                    f"500 of {sentences:,} as {unit}, encoder {encoder or 'none'}: {taken[0]:.1f} s "
                    f"({taken[1]:.1f} s of CPU)"
                )


def show(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", nargs="*", default=NAMES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--labels", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--sentences", action="store_true", help="single sentences, not whole commentaries")
    parser.add_argument("--corpus", type=int, default=200_000, help="sentences that 500 are selected of")
    options = parser.parse_args()
    if not TASKS.exists():
        show(f"no {TASKS}: nothing to measure")
        return
    ways = {"small-text": small_text} if PEERS.exists() else {}
    if not ways:
        show(f"no {PEERS}: small-text is left out (make bench makes it)")
    measure_speed(options.corpus)
    for task in options.task:
        rows, book = gold_of(task)
        report = simulate(
            rows, book, budget=options.labels, steps=options.steps, seeds=options.seeds,
            by_sentence=options.sentences, ways=ways,
        )  # fmt: skip
        show(f"\n{task}: {report.unit}, {report.judged} judged, {report.seeds} seeds; labels {report.labels}")
        for line in lines(report):
            show(f"{line[0]:12} " + "  ".join(line[1:]))
        for name, of in [(name, of) for name, of in report.strategies.items() if name != "random"]:
            last = of.against_random[-1]
            show(f"{name:12} − random at {last.labels}: {last.difference:+.3f} {last.interval}")


if __name__ == "__main__":
    main()
