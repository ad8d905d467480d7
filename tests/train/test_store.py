"""A model as a folder: what is kept, and what is refused."""

import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import skops.io
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from schemas.codebook import Codebook
from schemas.errors import ModelError
from schemas.records import GoldSentence
from train.fit import fit
from train.model import Model
from train.predict import predict
from train.settings import Settings
from train.store import TRUSTED, load_model, save_model


@pytest.fixture(scope="module")
def saved(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(model, tmp_path_factory.mktemp("saved") / "m")


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "m"))


def rewrite(folder: Path, data: bytes) -> None:
    """Another model.skops, with the hash that goes with it."""
    import hashlib

    (folder / "model.skops").write_bytes(data)
    change(folder, sha256=hashlib.sha256(data).hexdigest())


def change(folder: Path, **fields: object) -> None:
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**meta, **fields}), encoding="utf-8")


def state_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = skops.io.load(folder / "model.skops", trusted=list(TRUSTED))
    return found


def test_a_loaded_model_predicts_the_same(model: Model, folder: Path, other_rows: list[GoldSentence]) -> None:
    assert predict(load_model(folder), other_rows) == predict(model, other_rows)


def test_a_model_has_three_files(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == ["MODEL_CARD.md", "model.json", "model.skops"]


def test_saving_twice_replaces(model: Model, folder: Path) -> None:
    assert save_model(model, folder) == folder
    assert load_model(folder).meta.model_version == model.meta.model_version


@pytest.mark.parametrize("pipeline", ["majority", "ngrams"])
def test_every_pipeline_can_be_kept(
    pipeline: str, rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    model, _ = fit(rows, codebook, settings=Settings(pipeline=pipeline, grid=(0.1,)))
    assert predict(load_model(save_model(model, tmp_path / "m")), rows[:9]) == predict(model, rows[:9])


def test_the_file_needs_no_other_types_than_ours(folder: Path) -> None:
    assert set(skops.io.get_untrusted_types(file=folder / "model.skops")) <= set(TRUSTED)


def test_model_json_says_what_the_model_is(folder: Path, model: Model) -> None:
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert meta["model_version"] == model.meta.model_version
    assert meta["codebook"] == "probe"
    assert set(meta["versions"]) >= {"python", "numpy", "scikit-learn", "skops"}
    assert meta["layers"]["function"]["thresholds"].keys() == meta["layers"]["function"]["codes"].keys()
    assert [target["question"] for target in meta["book"]["targets"]]
    assert "k000" not in json.dumps(meta["commentaries"])


def test_the_card_tells_in_words(folder: Path) -> None:
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    for words in (
        "# probe-",
        "## Intended use",
        "## Training data",
        "## Limits",
        "asked 18 times",
        "no signature",
    ):
        assert words in card


def test_the_card_has_the_figures_where_known(model: Model, tmp_path: Path) -> None:
    figures = {"layers": {"function": {"macro_f1": 0.61, "interval": [0.5, 0.7], "accuracy": 0.66}}}
    save_model(model.with_figures(figures), tmp_path / "m", created="2025-11-03")
    card = (tmp_path / "m" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| function | 0.610 | 0.500–0.700 | – | 0.660 |" in card
    assert "2025-11-03" in card
    assert load_model(tmp_path / "m").meta.figures == figures


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: no such folder"):
        load_model(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("x")
    with pytest.raises(ModelError, match="is a file, expected the folder of a model"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize("name", ["model.json", "model.skops"])
def test_a_folder_without_its_files_is_no_model(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"not a model folder: {name}: no such file"):
        load_model(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', '{"format": "x"}', "[" * 100_000])
def test_a_model_json_that_is_none_is_refused(text: str, folder: Path) -> None:
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=r"model\.json: "):
        load_model(folder)


def test_a_newer_format_is_refused(folder: Path) -> None:
    change(folder, format=99)
    with pytest.raises(ModelError, match=r"format 99.*update standpunkt"):
        load_model(folder)


def test_another_minor_version_of_scikit_learn_is_refused(folder: Path) -> None:
    change(folder, versions={"scikit-learn": "1.2.3"})
    with pytest.raises(ModelError, match=r"trained with scikit-learn 1\.2\.3, found"):
        load_model(folder)


class Marker:
    """Would leave a file where a pickle of it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    rewrite(folder, pickle.dumps(Marker(tmp_path / "was-here")))
    with pytest.raises(ModelError, match=r"model\.skops: is a pickle, nothing was loaded"):
        load_model(folder)
    assert not (tmp_path / "was-here").exists()


@pytest.mark.parametrize("cut", [0, 1, 100, 10_000])
def test_a_cut_file_is_refused(cut: int, folder: Path) -> None:
    rewrite(folder, (folder / "model.skops").read_bytes()[:cut])
    with pytest.raises(ModelError, match="damaged or no skops file"):
        load_model(folder)


def test_a_changed_byte_is_noticed(folder: Path) -> None:
    data = bytearray((folder / "model.skops").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (folder / "model.skops").write_bytes(bytes(data))
    with pytest.raises(ModelError, match=r"model\.skops: "):
        load_model(folder)


def test_the_file_of_another_model_is_noticed(folder: Path) -> None:
    state = state_of(folder)
    (folder / "model.skops").write_bytes(skops.io.dumps(state, compression=zipfile.ZIP_STORED))
    with pytest.raises(ModelError, match=r"not the file that model\.json was written with"):
        load_model(folder)


def foreign_function(x: object) -> object:
    return x


@pytest.mark.parametrize(
    "state",
    [
        {"features": TfidfVectorizer(analyzer=foreign_function), "heads": {}, "pairs": {}, "topics": {}},
        {"features": os.system, "heads": {}, "pairs": {}, "topics": {}},
    ],
)
def test_foreign_types_are_refused_by_name(state: object, folder: Path) -> None:
    rewrite(folder, skops.io.dumps(state))
    with pytest.raises(ModelError, match=r"foreign types, nothing was loaded: .*(foreign_function|system)"):
        load_model(folder)


@pytest.mark.parametrize(
    "state",
    [
        [],
        {},
        {"features": None, "heads": [], "pairs": {}, "topics": {}},
        {"features": LogisticRegression(), "heads": {}, "pairs": {}, "topics": {}},
        {"features": None, "heads": {"function": {"code": LogisticRegression()}}, "pairs": {}, "topics": {}},
    ],
)
def test_what_is_no_model_is_refused(state: object, folder: Path) -> None:
    rewrite(folder, skops.io.dumps(state))
    with pytest.raises(ModelError, match="is no model of ours"):
        load_model(folder)


def _short(state: dict) -> None:
    head = state["heads"]["function"]["code"]
    head.coef_ = head.coef_[:, :-1]


def _nan(state: dict) -> None:
    state["heads"]["function"]["code"].coef_[0, 0] = np.nan


def _strange_code(state: dict) -> None:
    head = state["heads"]["function"]["code"]
    head.classes_ = np.array(["zz", *head.classes_[1:]])


def _missing_layer(state: dict) -> None:
    del state["heads"]["function"]


def _analyzer(state: dict) -> None:
    state["pairs"]["stance"].transformer_list[0][1].analyzer = "__import__"


def _view(state: dict) -> None:
    state["pairs"]["stance"].transformer_list[0][1].view = "__class__"


def _terms(state: dict) -> None:
    state["pairs"]["stance"].transformer_list[0][1].terms_ = "nur\neins"


def _blocks(state: dict) -> None:
    state["features"].blocks = ("__class__",)


def _names(state: dict) -> None:
    state["features"].terms_["word"] = "nur\neins"


def _buckets_beyond(state: dict) -> None:
    state["features"].buckets_["char"][-1] = 2**30


def _buckets_below(state: dict) -> None:
    state["features"].buckets_["word"][0] = -1


def _columns_beyond(state: dict) -> None:
    state["features"].buckets_["cue"][-1] = 2**19


def _no_vocabulary(state: dict) -> None:
    del state["features"].buckets_["pair"]


def _beyond(state: dict) -> None:
    state["topics"]["stance"].indices_[0] = 10**6


def _starts(state: dict) -> None:
    state["topics"]["stance"].indptr_[1] = -5


@pytest.mark.parametrize(
    "spoil",
    [
        _short,
        _nan,
        _strange_code,
        _missing_layer,
        _analyzer,
        _view,
        _terms,
        _blocks,
        _names,
        _buckets_beyond,
        _buckets_below,
        _columns_beyond,
        _no_vocabulary,
        _beyond,
        _starts,
    ],
)
def test_a_spoiled_model_is_refused(spoil: Callable[[dict], None], folder: Path) -> None:
    state = state_of(folder)
    spoil(state)
    rewrite(folder, skops.io.dumps(state))
    with pytest.raises(ModelError, match="is no model of ours"):
        load_model(folder)


def test_a_zip_of_something_else_is_refused(folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("schema.json", "{}")
    rewrite(folder, packed.getvalue())
    with pytest.raises(ModelError, match="damaged or no skops file"):
        load_model(folder)


def test_loading_and_predicting_import_nothing_heavy(folder: Path) -> None:
    # scikit-learn itself imports pandas where that is installed: what counts is what we add
    script = """
import sys
import skops.io
brought = set(sys.modules)
from schemas.records import GoldSentence
from train.predict import predict
from train.store import load_model
row = GoldSentence(sentence_id="x", commentary_id="x", text="Wer zahlt?", layers={})
assert predict(load_model(sys.argv[1]), [row])
added = set(sys.modules) - brought
print([name for name in ("spacy", "pandas", "matplotlib", "label_studio_sdk", "scipy.optimize") if name in added])
"""
    root = Path(__file__).resolve().parents[2]
    found = subprocess.run(
        [sys.executable, "-c", script, str(folder)], cwd=root, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("threshold", [float("nan"), -1.0, 7.0])
def test_a_threshold_that_is_no_share_is_refused(threshold: float, folder: Path) -> None:
    layers = json.loads((folder / "model.json").read_text(encoding="utf-8"))["layers"]
    layers["function"]["thresholds"]["claim"] = threshold
    change(folder, layers=layers)
    with pytest.raises(ModelError, match="threshold that is no share"):
        load_model(folder)


def test_the_description_round_trips(folder: Path, model: Model) -> None:
    again = load_model(folder).meta
    assert msgspec.structs.replace(again, sha256=None) == model.meta
