"""`from train import load_model`: predictions of texts, and layers as scikit-learn Pipelines."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline

from running import ROOT
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence
from train import load_model
from train.api import TrainedModel
from train.export import export_skops
from train.fit import fit
from train.model import Model
from train.persistence.folder import save_model
from train.predict import predict
from train.settings import Settings

pytestmark = pytest.mark.slow

LAYERS = ["function", "strength", "rhetoric"]


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(model, tmp_path_factory.mktemp("api") / "m")


@pytest.fixture(scope="module")
def loaded(folder: Path) -> TrainedModel:
    return load_model(folder)


@pytest.fixture(scope="module")
def other(rows: list[GoldSentence], codebook: Codebook) -> TrainedModel:
    """A model with an estimator that is not ours."""
    return TrainedModel(
        fit(rows, codebook, settings=Settings(estimator="sklearn.naive_bayes:ComplementNB"))[0]
    )


@pytest.fixture(scope="module")
def texts(other_rows: list[GoldSentence]) -> list[str]:
    return [row.text for row in other_rows]


def said(model: TrainedModel, layer: str, texts: list[str], classes: Any) -> Any:
    answers: list[Any] = [row.layers[layer] for row in model.predict(texts)]
    return np.array([[answer.scores.get(str(code), 0.0) for code in classes] for answer in answers])


def test_scikit_learn_is_loaded_for_estimators_only(folder: Path) -> None:
    code = (
        "import sys; from train import load_model; loaded = set(sys.modules); "
        f"model = load_model({str(folder)!r}); model.predict(['Das Tempolimit hilft.']); "
        "print('train.model' in loaded, sorted({'sklearn', 'skops', 'spacy'} & set(sys.modules))); "
        "model.estimator('function'); print('sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False []\nTrue\n"


def test_a_model_names_itself(loaded: TrainedModel, model: Model) -> None:
    assert loaded.version == model.meta.model_version
    assert loaded.codebook == model.meta.book
    assert loaded.layers == ["function", "stance", "rhetoric", "strength"]


def test_rows_are_read_with_their_neighbours(
    loaded: TrainedModel, model: Model, other_rows: list[GoldSentence]
) -> None:
    for found, expected in zip(loaded.predict(other_rows), predict(model, other_rows), strict=True):
        one, other = (leaves(msgspec.to_builtins(prediction)) for prediction in (found, expected))
        assert one == pytest.approx(other, abs=2e-6)  # sums of 32 bits, rounded


def leaves(value: object, name: str = "") -> dict[str, object]:
    """All that stands in a record, by where it stands."""
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list | tuple):
        parts = list(enumerate(value))
    else:
        return {name: value}
    return {key: leaf for place, part in parts for key, leaf in leaves(part, f"{name}/{place}").items()}


def test_plain_texts_stand_alone_whatever_is_beside_them(loaded: TrainedModel, texts: list[str]) -> None:
    together = loaded.predict(texts)
    alone = [loaded.predict([text])[0] for text in texts[:6]]
    assert [row.layers for row in together[:6]] == [row.layers for row in alone]
    assert [row.sentence_id for row in together[:2]] == ["0", "1"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Ein Satz.", "found one text, expected a list"),
        (["Ein Satz.", 3], "text 1: found int, expected a text"),
    ],
)
def test_what_is_no_list_of_texts_is_one_line(loaded: TrainedModel, given: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        loaded.predict(given)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("which", ["loaded", "other"])
def test_a_pipeline_says_what_predict_says(
    which: str, layer: str, texts: list[str], request: pytest.FixtureRequest
) -> None:
    model: TrainedModel = request.getfixturevalue(which)
    pipeline = model.estimator(layer)
    assert isinstance(pipeline, Pipeline)
    likely = pipeline.predict_proba(texts)
    assert np.abs(likely - said(model, layer, texts, pipeline.classes_)).max() < 1e-6
    answers: list[Any] = [row.layers[layer] for row in model.predict(texts)]
    given = pipeline.predict(texts)
    if layer == "rhetoric":
        assert given.shape == likely.shape
        assert [list(pipeline.classes_[row > 0]) for row in given] == [answer.codes for answer in answers]
    else:
        assert list(given) == [answer.code for answer in answers]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("which", ["loaded", "other"])
def test_a_clone_learned_nothing_and_learns_anew(
    which: str, layer: str, rows: list[GoldSentence], texts: list[str], request: pytest.FixtureRequest
) -> None:
    pipeline = request.getfixturevalue(which).estimator(layer)
    twin = clone(pipeline)
    with pytest.raises(Exception, match=r"not fitted|has no attribute"):
        twin.predict(texts)
    known = [row.text for row in rows]
    codes = [row.layers[layer] for row in rows]
    y = (
        np.array([[c in given for c in pipeline.classes_] for given in codes])
        if layer == "rhetoric"
        else codes
    )  # type: ignore[operator]
    again = twin.fit(known, y, groups=[row.commentary_id for row in rows])
    assert list(again.classes_) == list(pipeline.classes_)
    assert again.predict_proba(texts).shape == (len(texts), len(pipeline.classes_))
    assert (again.predict(texts) == pipeline.predict(texts)).mean() > 0.8


def test_a_pipeline_fits_into_what_scikit_learn_has(loaded: TrainedModel, rows: list[GoldSentence]) -> None:
    pipeline = loaded.estimator("function")
    texts, codes = [row.text for row in rows], [row.layers["function"] for row in rows]
    assert cross_val_score(pipeline, texts, codes, cv=3, scoring="f1_macro").mean() > 0.8
    tried = {"features__blocks": [("cue",), ("word", "char")], "classifier__regression_C": [0.1, 1.0]}
    search = GridSearchCV(pipeline, tried, cv=2).fit(texts, codes)
    assert search.best_params_["features__blocks"] in tried["features__blocks"]
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert search.best_estimator_.predict(texts[:1])[0] in pipeline.classes_


def test_another_classifier_may_take_the_place_of_ours(
    loaded: TrainedModel, rows: list[GoldSentence]
) -> None:
    pipeline = clone(loaded.estimator("function")).set_params(classifier=ComplementNB())
    texts, codes = [row.text for row in rows], [row.layers["function"] for row in rows]
    assert pipeline.fit(texts, codes).score(texts, codes) > 0.9


@pytest.mark.parametrize("layer", LAYERS)
def test_a_pipeline_is_pickled_and_kept_by_skops(
    loaded: TrainedModel, layer: str, texts: list[str], tmp_path: Path
) -> None:
    pipeline = loaded.estimator(layer)
    expected = pipeline.predict_proba(texts)
    assert np.array_equal(pickle.loads(pickle.dumps(pipeline)).predict_proba(texts), expected)
    report = export_skops(loaded, tmp_path / "p.skops", layer=layer)
    again = skops.io.load(tmp_path / "p.skops", trusted=report.types)
    assert np.array_equal(again.predict_proba(texts), expected)
    assert all(name.startswith("train.") for name in report.types)


def test_an_export_has_the_same_bytes_each_time(loaded: TrainedModel, tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert list(export_skops(loaded, tmp_path / name).left_out) == ["stance"]
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("stance", 'layer "stance" is of kind stance: its answers rest on more than the text'),
        ("funktion", 'found no layer "funktion" that the model has learned.*did you mean "function"'),
        ("unsure", 'found no layer "unsure"'),
    ],
)
def test_a_layer_without_a_pipeline_is_one_line(loaded: TrainedModel, layer: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        loaded.estimator(layer)


def test_an_indicator_of_other_codes_is_one_line(loaded: TrainedModel, texts: list[str]) -> None:
    with pytest.raises(
        DataError, match=r"found an array of shape \(48, 2\), expected an indicator with 4 col"
    ):
        loaded.estimator("rhetoric").fit(texts, np.zeros((48, 2)))
