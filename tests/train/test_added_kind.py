"""A kind of layer that this package does not know: one class and a line in KINDS, and everything takes it."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

import number_kind
import schemas.kinds
from schemas.codebook import Codebook, Layer
from schemas.errors import DataError
from schemas.records import CodePrediction, GoldSentence, LayerValue
from train.evaluate import cross_validate
from train.fit import fit
from train.layers.kind import Kind, coded
from train.layers.kinds import KINDS
from train.model import Batch, FittedLayer, LayerState, Model, TrainingData
from train.persistence.state import from_state, to_state
from train.persistence.validation import first_meta_problem, first_problem
from train.predict import predict, suggestions
from train.settings import Settings

QUICK = Settings(inner_folds=2)


class Number(Kind):
    """A value of a slider, judged by the whole number next to it; every sentence gets the mean."""

    gold_type, expected = (int, float), "a number"

    def values(self, layer: Layer) -> list[str]:
        return ["1", "2", "3"]

    def codes(self, value: Any) -> list[str]:
        return [str(round(value))]

    def baseline(self, state: LayerState) -> list[str]:
        return ["1"]

    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        values: list[Any] = [data.rows[i].layers[layer.id] for i in coded(data.rows, layer.id)]
        state = LayerState(
            kind=layer.kind,
            n=len(values),
            codes=self.count(data.rows, layer),
            trained=True,
            choices={"number": {"mean": sum(values) / len(values)}},
        )
        return FittedLayer(state=state, classifiers={})

    def predict(self, layer: Layer, model: Model, batch: Batch) -> Sequence[CodePrediction]:
        mean = model.meta.layers[layer.id].choices["number"]["mean"]
        scores = {code: 1.0 if code == str(round(mean)) else 0.0 for code in self.values(layer)}
        return [
            CodePrediction(code=round(mean), score=1.0, threshold=0.0, abstained=False, scores=scores)
            for _ in batch.passages
        ]


@pytest.fixture
def book(codebook: Codebook, monkeypatch: pytest.MonkeyPatch) -> Codebook:
    """Two layers of the codebook, with its scale made a slider, and its kind in the table."""
    monkeypatch.setitem(KINDS, "number", Number())
    monkeypatch.setitem(schemas.kinds.KINDS, "number", number_kind.Number())
    layers = [
        msgspec.structs.replace(layer, kind="number", codes=[]) if layer.id == "strength" else layer
        for layer in codebook.layers
        if layer.id in ("function", "strength")
    ]
    return msgspec.structs.replace(codebook, layers=layers)


@pytest.fixture
def slid(rows: list[GoldSentence]) -> list[GoldSentence]:
    """The rows with values between the marks: their mean is 1.6 at least, and 2.4 at most."""
    return [with_value(row, (1.2, 1.8, 2.3)[i % 3]) for i, row in enumerate(rows)]


def with_value(row: GoldSentence, value: Any) -> GoldSentence:
    layers: dict[str, LayerValue] = {"function": row.layers["function"], "strength": value}
    return msgspec.structs.replace(row, layers=layers)


def test_an_added_kind_is_trained_predicted_and_suggested(book: Codebook, slid: list[GoldSentence]) -> None:
    model, report = fit(slid, book, settings=QUICK)
    assert report.layers["strength"].trained
    assert report.layers["strength"].codes == {"1": 60, "2": 120, "3": 0}
    prediction = predict(model, slid[:1])[0]
    answer = prediction.layers["strength"]
    assert isinstance(answer, CodePrediction)
    assert answer.code == 2
    assert suggestions(model, prediction).layers["strength"] == 2


def test_an_added_kind_is_judged_beside_its_baseline(book: Codebook, slid: list[GoldSentence]) -> None:
    figures = cross_validate(slid, book, settings=QUICK, folds=2).layers["strength"]
    assert figures.n == len(slid)
    assert figures.accuracy == pytest.approx(2 / 3, abs=1e-6)
    assert figures.baseline_macro_f1 == pytest.approx(0.25, abs=1e-6)
    assert figures.baselines is not None
    assert figures.baselines.length is not None


def test_a_value_that_an_added_kind_does_not_take_is_named(book: Codebook, slid: list[GoldSentence]) -> None:
    with pytest.raises(DataError, match="expected a number"):
        fit([with_value(slid[0], "viel"), *slid[1:]], book, settings=QUICK)
    with pytest.raises(DataError, match='no code "9"'):
        fit([with_value(slid[0], 9.1), *slid[1:]], book, settings=QUICK)


def test_a_model_file_with_an_added_kind_is_valid(book: Codebook, slid: list[GoldSentence]) -> None:
    model, _ = fit(slid, book, settings=QUICK)
    assert first_meta_problem(model.meta) is None
    assert first_problem(model.meta, to_state(model)) is None
    assert predict(from_state(model.meta, to_state(model)), slid[:9]) == predict(model, slid[:9])
