"""Sanity on public German data, where it lies beside the project."""

from pathlib import Path

import pytest

from schemas.codebook import load_codebook
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence
from train.evaluate import cross_validate
from train.settings import Settings

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "benchmarks"


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/benchmarks beside the project")
@pytest.mark.parametrize(
    ("task", "layer", "rows", "least"),
    [
        ("ge21-engaging", "engaging", 800, 0.66),
        ("pcc-coarse", "relation", 900, 0.26),
        ("wahlomat", "stance", 500, 0.5),
    ],
)
def test_a_part_of_a_public_task_is_learned(task: str, layer: str, rows: int, least: float) -> None:
    given = list(read_jsonl(DATA / task / "train.jsonl", GoldSentence))[:rows]
    report = cross_validate(
        given,
        load_codebook(DATA / task / "codebook.yaml"),
        folds=3,
        settings=Settings(inner_folds=2),
        group="commentary",
    )
    figures = report.layers[layer]
    assert figures.macro_f1 is not None and figures.baseline_macro_f1 is not None
    assert figures.macro_f1 >= least
    assert figures.macro_f1 > figures.baseline_macro_f1 + 0.1
