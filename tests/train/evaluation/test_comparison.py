"""Two models on the same sentences."""

from collections.abc import Callable

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence
from train.evaluate import evaluate_model
from train.evaluation.comparison import Comparison
from train.fit import fit
from train.model import Model
from train.settings import Settings

LAZY = Settings(estimator="sklearn.dummy:DummyClassifier", inner_folds=2)


def compared(one: Model, other: Model, rows: list[GoldSentence]) -> Comparison:
    found = evaluate_model(one, rows, against=other).against
    assert found
    return found


def test_a_model_that_learned_is_really_better(
    model: Model, rows: list[GoldSentence], codebook: Codebook, other_rows: list[GoldSentence]
) -> None:
    lazy, _ = fit(rows, codebook, settings=LAZY)
    found = compared(model, lazy, other_rows)
    assert found.model_version == lazy.meta.model_version
    function = found.layers["function"]
    assert function.real and function.interval and function.interval[0] > 0.3
    assert function.p is not None and function.p < 0.01
    turned = compared(lazy, model, other_rows).layers["function"]
    assert turned.difference == -(function.difference or 0)
    assert turned.real


def test_a_model_is_not_better_than_itself(model: Model, other_rows: list[GoldSentence]) -> None:
    for layer in compared(model, model, other_rows).layers.values():
        assert (layer.difference, layer.interval, layer.real) == (0.0, (0.0, 0.0), False)
        assert layer.p == 1.0


def test_a_layer_the_other_lacks_is_said(
    model: Model,
    rows: list[GoldSentence],
    codebook: Codebook,
    other_rows: list[GoldSentence],
    make_book: Callable[..., Codebook],
) -> None:
    less = make_book()
    less = msgspec.structs.replace(less, layers=[one for one in less.layers if one.id != "strength"])

    def without(given: list[GoldSentence]) -> list[GoldSentence]:
        return [
            msgspec.structs.replace(row, layers={k: v for k, v in row.layers.items() if k != "strength"})
            for row in given
        ]

    smaller, _ = fit(without(rows), less, settings=LAZY)
    found = compared(model, smaller, without(other_rows))
    assert found.layers["strength"].reason == "the other model has no such layer"
    assert found.layers["strength"].real is False
    assert found.layers["rhetoric"].n == len(other_rows)


def test_rows_the_other_was_trained_on_are_refused(
    model: Model, codebook: Codebook, other_rows: list[GoldSentence]
) -> None:
    seen, _ = fit(other_rows, codebook, settings=LAZY)
    with pytest.raises(DataError, match=f"{seen.meta.model_version} was trained on"):
        evaluate_model(model, other_rows, against=seen)
