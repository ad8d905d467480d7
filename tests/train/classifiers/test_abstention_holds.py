"""What abstention promises is kept on the thousands of sentences left: a simulation on public data."""

from collections.abc import Callable

import numpy as np
import pytest
from drawn import DATA, TASKS, drawn

from schemas.codebook import load_codebook
from schemas.jsonl import read_jsonl
from schemas.records import CodePrediction, GoldSentence
from train.fit import fit
from train.predict import predict
from train.settings import Settings

ROWS, SEEDS = (100, 200, 400, 800), 5
#: Answers below which a run's share of right ones says nothing.
_FEW = 20


def kept(task: str, precision: float) -> list[tuple[int, float, float]]:
    """Of each run: the sentences trained on, the share answered, and the share of answers that are right."""
    rows = list(read_jsonl(DATA / task / "train.jsonl", GoldSentence))
    book = load_codebook(DATA / task / "codebook.yaml")
    layer = book.layers[0].id
    settings = Settings(abstain_at=precision)
    runs = []
    for size in ROWS:
        for seed in range(SEEDS):
            train, test = drawn(rows, size, seed)
            model, _ = fit(train, book, settings=settings, seed=seed)
            right = []
            for row, prediction in zip(test, predict(model, test), strict=True):
                answer = prediction.layers[layer]
                assert isinstance(answer, CodePrediction)
                if not answer.abstained:
                    right.append(answer.code == row.layers[layer])
            share = float(np.mean(right)) if len(right) >= _FEW else 1.0
            runs.append((size, len(right) / len(test), share))
    return runs


@pytest.mark.stress
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/benchmarks beside the project")
@pytest.mark.parametrize("precision", [0.7, 0.9])
def test_the_promised_precision_is_kept_in_nine_of_ten_trainings(
    precision: float, record_property: Callable[[str, object], None]
) -> None:
    runs = [run for task in TASKS for run in kept(task, precision)]
    held = np.mean([share >= precision for _, _, share in runs])
    record_property(
        "measured",
        f"thresholds: {precision:.0%} right is kept in {sum(share >= precision for *_, share in runs)} of {len(runs)} trainings, "
        f"of answers {np.mean([coverage for _, coverage, _ in runs]):.2f} are sure",
    )
    assert held >= 0.9
    assert any(coverage > 0 for n, coverage, _ in runs if n == max(ROWS))
