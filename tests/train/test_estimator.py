"""Another classifier in the place of ours: the same training, evaluation and model folder."""

import copy
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from model_files import change
from schemas.codebook import Codebook
from schemas.errors import ModelError, SettingsError
from schemas.records import GoldSentence
from train.evaluate import cross_validate
from train.fit import fit, model_version
from train.persistence import estimators
from train.persistence.folder import load_model, read_estimators_file, save_model
from train.predict import predict, suggestions
from train.settings import Settings

pytestmark = pytest.mark.slow

MODULE = """
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

def words(text):
    return text.lower().split()

texts = make_pipeline(TfidfVectorizer(tokenizer=words, token_pattern=None), LogisticRegression(C=10))
anonymous = make_pipeline(TfidfVectorizer(tokenizer=lambda text: text.split()), LogisticRegression())
trees = ExtraTreesClassifier(10)
negative = LogisticRegression(C=-1)
"""
NAMES = [
    "sklearn.naive_bayes:ComplementNB",
    "eigene:trees",
    "sklearn.svm:LinearSVC",
    "eigene:texts",
]


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "eigene.py").write_text(MODULE, "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "eigene", raising=False)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def saved(
    rows: list[GoldSentence], codebook: Codebook, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A model that somebody trained elsewhere."""
    place = tmp_path_factory.mktemp("elsewhere")
    (place / "eigene.py").write_text(MODULE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        patch.setenv("STANDPUNKT_HOME", str(place / "home"))
        patch.chdir(place)
        model, _ = fit(rows, codebook, settings=Settings(estimator="eigene:texts"))
        folder = save_model(model, place / "m")
    sys.modules.pop("eigene", None)
    yield folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """The same, confirmed here."""
    copied = Path(shutil.copytree(saved, tmp_path / "m"))
    estimators.trust((copied / "estimators.skops").read_bytes())
    return copied


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_calibrates_abstains_and_is_kept(
    name: str, rows: list[GoldSentence], other_rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    model, report = fit(rows, codebook, settings=Settings(estimator=name), with_figures=True)
    assert model.meta.figures is not None
    assert model.meta.figures["layers"]["function"]["macro_f1"] > 0.9
    assert model.meta.figures["layers"]["rhetoric"]["macro_f1"] > 0.8
    assert set(model.meta.layers["function"].thresholds) == set(model.meta.layers["function"].codes)
    assert "learned by Standpunkt's own classifier, not by --estimator" in (
        report.layers["stance"].reason or ""
    )
    assert report.layers["function"].reason is None
    answers = predict(model, other_rows)
    assert predict(load_model(save_model(model, tmp_path / "m")), other_rows) == answers
    assert {type(row.layers["strength"].code) for row in answers} == {int}  # type: ignore[union-attr]
    assert suggestions(model, answers[0]).layers.keys() <= {layer.id for layer in codebook.layers}
    saved = json.loads((tmp_path / "m" / "model.json").read_bytes())
    assert saved["settings"]["estimator"] == name
    assert len(saved["estimator"]["types"]) >= 1
    assert f"`{name}`" in (tmp_path / "m" / "MODEL_CARD.md").read_text("utf-8")


def test_stances_are_learned_by_our_own_classifier(
    rows: list[GoldSentence], other_rows: list[GoldSentence], codebook: Codebook
) -> None:
    other, _ = fit(rows, codebook, settings=Settings(estimator=NAMES[0]))
    ours, _ = fit(rows, codebook)
    for part, classifier in ours.classifiers["stance"].items():
        assert (other.classifiers["stance"][part].coef_ == classifier.coef_).all()  # type: ignore[union-attr]
    for row, own in zip(predict(other, other_rows), predict(ours, other_rows), strict=True):
        assert row.layers["function"] != own.layers["function"]


def test_it_is_cross_validated_beside_the_twin(rows: list[GoldSentence], codebook: Codebook) -> None:
    report = cross_validate(rows, codebook, settings=Settings(estimator=NAMES[0]))
    figures = report.layers["function"]
    assert figures.macro_f1 is not None
    assert figures.macro_f1 > 0.9
    assert figures.interval is not None
    assert figures.baselines is not None
    assert figures.baselines.twin is not None


def test_the_name_of_a_model_rests_on_the_estimator_and_its_module(
    own: Path, rows: list[GoldSentence], codebook: Codebook
) -> None:
    names = {model_version(rows, codebook, settings=Settings(estimator=name)) for name in ["", *NAMES]}
    assert len(names) == 5
    (own / "eigene.py").write_text(MODULE + "\n# changed\n", "utf-8")
    assert model_version(rows, codebook, settings=Settings(estimator=NAMES[3])) not in names


def test_with_soft_codes_it_is_refused(rows: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(SettingsError, match="--soft weighs sentences"):
        fit(rows, codebook, settings=Settings(estimator=NAMES[0], soft=True))


def test_a_training_that_fails_names_the_layer(rows: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(
        SettingsError, match=r'layer "function": LogisticRegression.fit failed: .*\(set --est'
    ):
        fit(rows, codebook, settings=Settings(estimator="eigene:negative"))


def test_a_layer_of_one_code_is_kept(rows: list[GoldSentence], codebook: Codebook, tmp_path: Path) -> None:
    alike = [msgspec.structs.replace(row, layers={**row.layers, "function": "claim"}) for row in rows]
    model, _ = fit(alike, codebook, settings=Settings(estimator=NAMES[0]))
    again = load_model(save_model(model, tmp_path / "m"))
    assert predict(again, rows[:3])[0].layers["function"].code == "claim"  # type: ignore[union-attr]


def test_the_same_data_give_the_same_bytes(
    rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        save_model(fit(rows, codebook, settings=Settings(estimator="eigene:trees"))[0], tmp_path / name)
    for file in ("estimators.skops", "model.skops", "model.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_our_own_model_in_its_place_leaves_no_file_of_it(
    folder: Path, rows: list[GoldSentence], codebook: Codebook
) -> None:
    save_model(fit(rows, codebook)[0], folder)
    assert sorted(file.name for file in folder.iterdir()) == ["MODEL_CARD.md", "model.json", "model.skops"]
    assert load_model(folder).meta.estimator is None


def test_whoever_did_not_train_it_has_to_confirm(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path / "another"))
    with pytest.raises(ModelError, match=f"not confirmed on this machine.*`standpunkt model trust {folder}`"):
        load_model(folder)
    data = read_estimators_file(folder)
    assert data is not None
    assert estimators.unsafe_types(data, folder) == ["eigene.words"]
    estimators.trust(data)
    assert load_model(folder).meta.settings.estimator == "eigene:texts"
    assert estimators.distrust(data)
    assert not estimators.distrust(data)
    with pytest.raises(ModelError, match="not confirmed"):
        load_model(folder)


def test_what_is_not_confirmed_is_not_imported(
    folder: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / "eigene.py").write_text("raise SystemExit('imported')\n", "utf-8")
    monkeypatch.delitem(sys.modules, "eigene", raising=False)
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path / "another"))
    with pytest.raises(ModelError, match="not confirmed"):
        load_model(folder)
    data = read_estimators_file(folder)
    assert data is not None
    assert estimators.unsafe_types(data, folder) == ["eigene.words"]


def test_a_module_that_is_not_here_is_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if not place.endswith("own")])
    monkeypatch.delitem(sys.modules, "eigene", raising=False)
    with pytest.raises(ModelError, match='needs the module "eigene", which is neither on Python\'s path'):
        load_model(folder)


def test_a_damaged_or_foreign_file_is_refused(folder: Path, tmp_path: Path) -> None:
    file = folder / "estimators.skops"
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    with pytest.raises(ModelError, match=r"is not the file that model.json was written with"):
        load_model(folder)
    with pytest.raises(ModelError, match="is damaged or no skops file"):
        estimators.unsafe_types(file.read_bytes(), file)
    file.unlink()
    with pytest.raises(ModelError, match=r"estimators.skops"):
        load_model(folder)


def test_model_json_cannot_name_another_estimator_than_the_confirmed_file(folder: Path) -> None:
    settings = json.loads((folder / "model.json").read_bytes())["settings"]
    change(folder, settings={**settings, "estimator": "eigene:negative"})
    with pytest.raises(ModelError, match=r"holds another estimator than model.json names"):
        load_model(folder)
    change(folder, settings={**settings, "estimator": ""})
    with pytest.raises(ModelError, match="contradict each other"):
        load_model(folder)


def test_estimators_of_another_model_are_refused(
    folder: Path, rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    few = copy.deepcopy(codebook)
    few = msgspec.structs.replace(few, layers=[layer for layer in few.layers if layer.id != "function"])
    bare = [
        msgspec.structs.replace(row, layers={k: v for k, v in row.layers.items() if k != "function"})
        for row in rows
    ]
    other = save_model(fit(bare, few, settings=Settings(estimator="eigene:texts"))[0], tmp_path / "few")
    shutil.copy(other / "estimators.skops", folder)
    change(folder, estimator=json.loads((other / "model.json").read_bytes())["estimator"])
    with pytest.raises(ModelError, match='layer "function" has no estimator for "code"'):
        load_model(folder)


def test_what_skops_cannot_keep_is_said_before_training() -> None:
    with pytest.raises(SettingsError, match="cannot be kept as a skops file"):
        estimators.check_keepable("eigene:anonymous")
    estimators.check_keepable("eigene:texts")


def test_confirmations_that_are_damaged_are_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "trusted-models.json").write_text("{", "utf-8")
    with pytest.raises(Exception, match=r"trusted-models.json: damaged .*delete it and confirm again"):
        load_model(folder)


def test_white_space_does_not_matter(folder: Path, rows: list[GoldSentence]) -> None:
    model = load_model(folder)
    spaced = [msgspec.structs.replace(row, text=row.text.replace(" ", " \n ")) for row in rows[:5]]
    likely = [[row.layers["function"].scores for row in predict(model, some)] for some in (rows[:5], spaced)]  # type: ignore[union-attr]
    assert np.array_equal(*likely)
