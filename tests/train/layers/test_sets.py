"""Which codes of a set are given."""

import random

import msgspec
import numpy as np
import pytest

from schemas.codebook import Codebook, Layer
from schemas.records import GoldSentence, SetPrediction
from train.fit import fit
from train.layers.sets import choose
from train.predict import predict, suggestions
from train.settings import Settings

CODES = ["device", "irony", "consensus", "none"]  # device is the parent of the next two
LOW = dict.fromkeys(CODES, 0.4) | {"none": 0.0}


@pytest.fixture
def rhetoric(codebook: Codebook) -> Layer:
    layer = codebook.layer("rhetoric")
    assert layer is not None
    return layer


@pytest.mark.parametrize(
    ("scores", "given"),
    [
        ([0.6, 0.6, 0.1, 0.2], ["device", "irony"]),
        ([0.2, 0.6, 0.1, 0.1], ["device", "irony"]),  # a parent follows
        ([0.3, 0.2, 0.1, 0.2], ["none"]),  # nothing else is at its threshold
        ([0.4, 0.4, 0.1, 0.9], ["none"]),  # twice as likely as the rest together
        ([0.4, 0.4, 0.4, 0.9], ["none"]),  # children are counted in their parent
        ([0.4, 0.1, 0.1, 0.8], ["device"]),  # just twice is not more
    ],
)
def test_a_set_is_decided(rhetoric: Layer, scores: list[float], given: list[str]) -> None:
    chosen = choose(rhetoric, CODES, np.array([scores]), LOW)[0]
    assert [code for code, has in zip(CODES, chosen, strict=True) if has] == given


def test_a_code_that_was_not_learned_is_not_given(rhetoric: Layer) -> None:
    scores = np.array([[0.9, 0.9, 0.9, 0.05]])
    chosen = choose(rhetoric, CODES, scores, LOW, ["irony"])[0]
    assert chosen.tolist() == [True, False, True, False]
    assert choose(rhetoric, CODES, scores, LOW, CODES[:3])[0].tolist() == [False, False, False, True]


def test_where_nothing_was_ticked_an_exclusive_code_needs_its_threshold(rhetoric: Layer) -> None:
    thresholds = LOW | {"none": 0.3}
    assert not choose(rhetoric, CODES, np.array([[0.3, 0.1, 0.3, 0.2]]), thresholds).any()


def test_a_code_without_a_sign_is_called_not_learned(rows: list[GoldSentence], codebook: Codebook) -> None:
    draw = random.Random(1)
    coded = [
        msgspec.structs.replace(
            row, layers={"rhetoric": ["irony"] if draw.random() < 0.05 else row.layers["rhetoric"]}
        )
        if "consensus" not in str(row.layers.get("rhetoric"))
        else msgspec.structs.replace(row, layers={"rhetoric": row.layers["rhetoric"]})
        for row in rows
        if "irony" not in str(row.layers.get("rhetoric", "irony"))
    ]
    model, report = fit(coded, codebook, settings=Settings(inner_folds=2))
    assert model.meta.layers["rhetoric"].not_learned == report.layers["rhetoric"].not_learned == ["irony"]
    for prediction in predict(model, coded):
        answer = prediction.layers["rhetoric"]
        assert isinstance(answer, SetPrediction)
        assert "irony" not in answer.codes
        assert answer.thresholds["irony"] == 1.0
        assert "irony" not in (suggestions(model, prediction).layers.get("rhetoric") or ())
