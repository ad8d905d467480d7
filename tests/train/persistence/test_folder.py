"""A model as a folder: what is kept, and what is refused."""

import copy
import io
import json
import os
import pickle
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import skops.io
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from model_files import change, junk, rewrite, state_of
from running import STRESS
from schemas.codebook import Codebook
from schemas.errors import ModelError
from schemas.records import GoldSentence
from train.fit import fit
from train.model import Model
from train.persistence import plain_skops
from train.persistence.folder import load_model, save_model
from train.persistence.state import from_state
from train.persistence.validation import first_problem
from train.predict import predict
from train.settings import Settings


@pytest.fixture(scope="module")
def saved(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(model, tmp_path_factory.mktemp("saved") / "m")


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "m"))


def test_a_loaded_model_predicts_the_same(model: Model, folder: Path, other_rows: list[GoldSentence]) -> None:
    assert predict(load_model(folder), other_rows) == predict(model, other_rows)


def test_a_model_has_three_files(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == ["MODEL_CARD.md", "model.json", "model.skops"]


def test_saving_twice_replaces(model: Model, folder: Path) -> None:
    assert save_model(model, folder) == folder
    assert load_model(folder).meta.model_version == model.meta.model_version


@pytest.mark.slow
def test_the_same_data_give_the_same_bytes(
    rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    quick = Settings(inner_folds=2)
    for name in ("one", "other"):
        save_model(fit(rows, codebook, settings=quick, with_figures=True)[0], tmp_path / name)
    for file in ("model.skops", "model.json", "MODEL_CARD.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_the_file_needs_no_trust(folder: Path) -> None:
    assert skops.io.get_untrusted_types(file=folder / "model.skops") == []


def test_we_read_what_skops_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (folder / "model.skops").read_bytes()
    ours, theirs = plain_skops.read_plain(data), skops.io.loads(data, trusted=[])
    assert_equal(ours, theirs)
    # a layout newer than what we know is read by skops itself
    monkeypatch.setattr(plain_skops, "PROTOCOL", 0)
    assert_equal(plain_skops.read_plain(data), theirs)


def assert_equal(ours: object, theirs: object) -> None:
    assert type(ours) is type(theirs)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in ours:
            assert_equal(ours[key], theirs[key])
    elif isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)
    else:
        assert ours == theirs


def test_model_json_says_what_the_model_is(folder: Path, model: Model) -> None:
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert meta["model_version"] == model.meta.model_version
    assert meta["codebook"] == "probe"
    assert set(meta["versions"]) >= {"python", "numpy", "scikit-learn", "skops"}
    assert meta["layers"]["function"]["thresholds"].keys() == meta["layers"]["function"]["codes"].keys()
    assert [target["question"] for target in meta["book"]["targets"]]
    assert "k000" not in json.dumps(meta["commentaries"])


@pytest.fixture(scope="module")
def with_figures(
    rows: list[GoldSentence], codebook: Codebook, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    quick = Settings(inner_folds=2)
    model, _ = fit(rows, codebook, settings=quick, with_figures=True)
    return save_model(model, tmp_path_factory.mktemp("figures") / "m", created="2025-11-03")


def card_of(folder: Path) -> tuple[dict[str, Any], str]:
    """The classifier of the card, and the rest."""
    begin, classifier, rest = (folder / "MODEL_CARD.md").read_text(encoding="utf-8").split("---\n", 2)
    assert begin == ""
    return yaml.safe_load(classifier), rest


def test_the_card_has_the_sections_of_mitchell_and_others(with_figures: Path) -> None:
    _, text = card_of(with_figures)
    assert re.findall("^## (.*)$", text, re.MULTILINE) == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats and recommendations",
    ]
    for words in (
        "# probe-",
        "asked 18 times",
        "no signature",
        "Trained on 2025-11-03",
        "held out in\ntuning",
    ):
        assert words in text


def test_the_cards_head_is_one_for_the_hugging_face_hub(with_figures: Path) -> None:
    classifier, _ = card_of(with_figures)
    meta = load_model(with_figures).meta
    assert (classifier["language"], classifier["pipeline_tag"]) == ("de", "text-classification")
    [index] = classifier["model-index"]
    assert index["name"] == meta.model_version
    [result] = index["results"]
    assert result["task"]["type"] == "text-classification"
    assert set(result["dataset"]) == {"type", "name"}
    assert meta.figures is not None
    for metric, (name, layer) in zip(result["metrics"], meta.figures["layers"].items(), strict=True):
        assert metric == {"type": "f1", "value": layer["macro_f1"], "name": f"macro-F1 of {name}"}


def test_the_figures_are_those_of_what_was_held_out(with_figures: Path) -> None:
    figures = load_model(with_figures).meta.figures
    _, text = card_of(with_figures)
    assert figures is not None
    assert figures["held_out"] == {"by": "tuning"}
    function = figures["layers"]["function"]
    assert 0.7 < function["macro_f1"] <= 1
    assert set(function["codes"]) == {"report", "claim", "forecast", "question", "demand"}
    assert {"touched", "direction", "targets"} <= set(figures["layers"]["stance"])
    assert f"| function | {function['macro_f1']:.3f} | " in text
    assert "suspects" not in json.dumps(figures)


def test_what_cannot_be_learned_is_not_in_the_figures_of_tuning(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    rng = np.random.default_rng(0)
    noise = [
        msgspec.structs.replace(row, layers={"function": str(rng.choice(["claim", "report"]))})
        for row in rows
    ]
    model, _ = fit(noise, codebook, with_figures=True)
    assert model.meta.figures is not None
    assert model.meta.figures["layers"]["function"]["accuracy"] < 0.68  # by heart it would be near 1


def test_a_card_without_figures_says_so(folder: Path) -> None:
    classifier, text = card_of(folder)
    assert "model-index" not in classifier
    assert "never evaluated" in text


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


@pytest.mark.parametrize("place", ["studie", "studie/models"])
def test_who_names_a_study_or_its_models_is_told_where_a_model_is(place: str, tmp_path: Path) -> None:
    model = tmp_path / "studie" / "models" / "m-1"
    model.mkdir(parents=True)
    (model / "model.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match=re.escape(f"no such file; it holds one in {model}")):
        load_model(tmp_path / place)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', '{"format": "x"}', "[" * 100_000])
def test_a_model_json_that_is_none_is_refused(text: str, folder: Path) -> None:
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=r"model\.json: "):
        load_model(folder)


@pytest.mark.parametrize(("found", "advice"), [(99, "update standpunkt"), (1, "train again")])
def test_another_format_is_refused(found: int, advice: str, folder: Path) -> None:
    change(folder, format=found)
    with pytest.raises(ModelError, match=rf"model\.json: has format {found}, .*{advice}"):
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


def test_what_skops_itself_would_trust_is_foreign_too(folder: Path) -> None:
    rewrite(
        folder, skops.io.dumps({"features": LogisticRegression(), "heads": {}, "pairs": {}, "topics": {}})
    )
    with pytest.raises(ModelError, match=r"foreign types, nothing was loaded: .*LogisticRegression"):
        load_model(folder)


@pytest.mark.parametrize("content", ["builtins.eval", "posix.system"])
def test_a_name_in_the_place_of_a_type_is_refused(content: str, folder: Path) -> None:
    module, name = content.split(".")
    schema = {"__class__": name, "__module__": module, "__loader__": "DictNode", "content": {}, "protocol": 2}
    rewrite(folder, packed({"schema.json": json.dumps(schema)}))
    with pytest.raises(ModelError, match=f"foreign types, nothing was loaded: {content}"):
        load_model(folder)


def test_an_array_that_is_a_pickle_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.array([Marker(tmp_path / "was-here")], dtype=object), allow_pickle=True)
    node = {"__class__": "ndarray", "__module__": "numpy", "__loader__": "NdArrayNode", "type": "numpy"}
    schema = json.dumps({**node, "file": "1.npy", "protocol": 2})
    rewrite(folder, packed({"schema.json": schema, "1.npy": array.getvalue()}))
    with pytest.raises(ModelError, match="damaged or no skops file, nothing was loaded"):
        load_model(folder)
    assert not (tmp_path / "was-here").exists()


def test_a_file_that_swells_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_skops, "MOST", 1000)
    with pytest.raises(ModelError, match=r"nothing was loaded \(ValueError\)"):
        load_model(folder)


def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "state",
    [
        [],
        {},
        "features",
        {"features": None, "heads": [], "pairs": {}, "topics": {}},
        {"features": None, "heads": {}, "pairs": {}, "topics": {}},
        {"features": None, "heads": {"function": {"code": {}}}, "pairs": {}, "topics": {}},
        {"features": 3, "heads": {}, "pairs": {}, "topics": {}},
    ],
)
def test_what_is_no_model_is_refused(state: object, folder: Path) -> None:
    rewrite(folder, skops.io.dumps(state))
    with pytest.raises(ModelError, match=r"model\.skops: is not a valid model"):
        load_model(folder)


def _set(*path: object, value: object) -> Callable[[Any], None]:
    def spoil(state: Any) -> None:
        for step in path[:-1]:
            state = state[step]
        state[path[-1]] = value

    return spoil


CODE, DEVICE = ("heads", "function", "code"), ("heads", "rhetoric", "device")
TOUCHED, WAY = ("heads", "stance", "touched"), ("heads", "stance", "direction")
CROSS, TOPICS = ("pairs", "stance", "cross"), ("topics", "stance")
SPOILT: dict[str, Callable[[Any], None]] = {
    "a column too few": lambda s: _set(*CODE, "coef", value=s["heads"]["function"]["code"]["coef"][:, :-1])(s),
    "a row too few": lambda s: _set(*WAY, "coef", value=s["heads"]["stance"]["direction"]["coef"][:-1])(s),
    "weights in whole numbers": _set(*CODE, "intercept", value=np.zeros(5, dtype=int)),
    "weights as text": _set(*CODE, "scale", value="eins"),
    "no weights": lambda s: s["heads"]["function"]["code"].pop("coef"),
    "one thing more": _set(*CODE, "hook", value="os.system"),
    "not a number": _set(*CODE, "coef", (0, 0), value=np.nan),
    "infinity": _set(*TOUCHED, "intercept", 0, value=np.inf),
    "a calibration that falls": _set(*CODE, "scale", 0, value=-1.0),
    "a calibration too steep": _set(*CODE, "scale", 0, value=1e9),
    "an offset too far": _set(*DEVICE, "offset", 0, value=1e9),
    "a code of another layer": _set(*CODE, "classes", 0, value="zz"),
    "a code twice": lambda s: _set(*CODE, "classes", 0, value=s["heads"]["function"]["code"]["classes"][1])(s),
    "codes for yes and no": _set(*TOUCHED, "classes", value=np.array(["ja", "nein"])),
    "a part of another kind": lambda s: _set("heads", "function", "hook", value=s["heads"]["function"]["code"])(s),
    "a layer too few": lambda s: s["heads"].pop("function"),
    "a layer too many": lambda s: _set("heads", "x", value=s["heads"]["function"])(s),
    "a layer without its classifiers": _set("heads", "function", value={}),
    "a step too few": lambda s: s["heads"]["stance"].pop("touched"),
    "a word too few": lambda s: _set(*CROSS, "terms", value=s["pairs"]["stance"]["cross"]["terms"] + "\nneu")(s),
    "a word twice": lambda s: _set(*CROSS, value={"terms": "a\na", "idf": np.ones(2)})(s),
    "a block too few": lambda s: s["pairs"]["stance"].pop("cross"),
    "a block with an analyzer": _set(*CROSS, "analyzer", value="__import__"),
    "pairs of no stance": lambda s: _set("pairs", "function", value=s["pairs"]["stance"])(s),
    "names that are too few": _set("features", "terms", "word", value="nur\neins"),
    "names that are no text": _set("features", "terms", "word", value=7),
    "a bucket beyond": _set("features", "buckets", "char", -1, value=2**30),
    "a bucket below": _set("features", "buckets", "word", 0, value=-1),
    "a cue beyond": _set("features", "buckets", "cue", -1, value=2**19),
    "buckets out of order": lambda s: s["features"]["buckets"]["word"][::-1].sort(),
    "no vocabulary": lambda s: s["features"]["buckets"].pop("pair"),
    "a rarity below one": _set("features", "idf", "word", 0, value=-3.0),
    "a rarity that is none": _set("features", "idf", "word", 0, value=np.nan),
    "a noun beyond": _set(*TOPICS, "indices", 0, value=10**6),
    "a noun below": _set(*TOPICS, "indices", 0, value=-1),
    "a row that begins below": _set(*TOPICS, "indptr", 1, value=-5),
    "a row that ends beyond": _set(*TOPICS, "indptr", -1, value=10**6),
    "a share above one": _set(*TOPICS, "shares", (0, 0), value=2.0),
    "shares of too few targets": lambda s: _set(*TOPICS, "shares", value=s["topics"]["stance"]["shares"][:, 1:])(s),
    "topics of no stance": lambda s: _set("topics", "function", value=s["topics"]["stance"])(s),
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_model_is_refused(spoil: Callable[[Any], None], folder: Path) -> None:
    state = state_of(folder)
    spoil(state)
    rewrite(folder, skops.io.dumps(state))
    with pytest.raises(ModelError, match=r"model\.skops: is not a valid model"):
        load_model(folder)


def test_a_zip_of_something_else_is_refused(folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("schema.json", "{}")
    rewrite(folder, packed.getvalue())
    with pytest.raises(ModelError, match="damaged or no skops file"):
        load_model(folder)


@pytest.mark.parametrize("threshold", [float("nan"), -1.0, 7.0])
def test_a_threshold_that_is_no_share_is_refused(threshold: float, folder: Path) -> None:
    layers = json.loads((folder / "model.json").read_text(encoding="utf-8"))["layers"]
    layers["function"]["thresholds"]["claim"] = threshold
    change(folder, layers=layers)
    with pytest.raises(
        ModelError,
        match=r"model\.json: is not the description of a model: .*`float` [<>]= [01]\.0 .*thresholds",
    ):
        load_model(folder)


LAYERS: dict[str, tuple[tuple[object, ...], object, str]] = {
    "a layer its codebook lacks": (("layers", "zz"), {"kind": "one", "n": 1, "codes": {}, "trained": False}, "zz"),
    "another kind": (("layers", "function", "kind"), "set", "function"),
    "more touched than asked": (("layers", "stance", "targets", "rente", "touched"), 10**6, "counts"),
    "a target its codebook lacks": (("layers", "stance", "targets", "zz"), {"asked": 1, "touched": 1, "codes": {}}, "targets"),
}  # fmt: skip
NUMBERS: dict[str, tuple[tuple[object, ...], object, str]] = {
    "fewer than no sentences": (("layers", "function", "n"), -1, r"`int` >= 0 .*\.n`"),
    "a strength below none": (("layers", "stance", "choices", "touched", "smoothing"), -1.0, r"`float` >= 0\.0 .*choices"),
    "a precision above one": (("settings", "abstain_at"), 3.0, r"`float` <= 1\.0 .*settings\.abstain_at"),
    "a share of unknown words above one": (("familiarity", "unknown", 0), 7.0, r"`float` <= 1\.0 .*familiarity\.unknown"),
    "fewer reasons than none": (("settings", "reasons"), -1, r"`int` >= 0 .*settings\.reasons"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "value", "words"), LAYERS.values(), ids=LAYERS.keys())
def test_a_description_out_of_range_is_refused(
    path: tuple[object, ...], value: object, words: str, folder: Path
) -> None:
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    _set(*path, value=value)(meta)
    (folder / "model.json").write_text(json.dumps(meta), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"model\.json: is not a valid model: .*{words}"):
        load_model(folder)


@pytest.mark.parametrize(("path", "value", "words"), NUMBERS.values(), ids=NUMBERS.keys())
def test_a_number_out_of_range_is_refused(
    path: tuple[object, ...], value: object, words: str, folder: Path
) -> None:
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    _set(*path, value=value)(meta)
    (folder / "model.json").write_text(json.dumps(meta), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"model\.json: is not the description of a model: .*{words}"):
        load_model(folder)


def test_the_description_round_trips(folder: Path, model: Model) -> None:
    again = load_model(folder).meta
    assert msgspec.structs.replace(again, sha256=None) == model.meta


@pytest.mark.stress
def test_one_core_or_two_give_the_same_bytes(tmp_path: Path) -> None:
    script = """
import sys
sys.path.insert(0, "tests/train")
from conftest import book, make_rows
from train.fit import fit
from train.persistence.folder import save_model
save_model(fit(make_rows(), book())[0], sys.argv[1])
"""
    root = Path(__file__).resolve().parents[3]
    for cores in ("1", "2"):
        threads = {f"{name}_NUM_THREADS": cores for name in ("OMP", "OPENBLAS", "MKL")}
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / cores)],
            cwd=root,
            env={**os.environ, **threads},
            check=True,
        )
    for file in ("model.skops", "model.json"):
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes()


def _places(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield (*path, key)
            yield from _places(below, (*path, key))


@pytest.mark.scaled
@pytest.mark.parametrize("seed", range(20 if STRESS else 2))
def test_whatever_stands_anywhere_is_refused_or_harmless(
    seed: int, folder: Path, other_rows: list[GoldSentence]
) -> None:
    rng, whole, meta = random.Random(seed), state_of(folder), load_model(folder).meta
    places = list(_places(whole))
    refused = 0
    for _ in range(80):
        state = copy.deepcopy(whole)
        *above, last = rng.choice(places)
        table: Any = state
        for key in above:
            table = table[key]
        table[last] = junk(table[last], rng)
        if first_problem(meta, state):
            refused += 1
        else:
            predict(from_state(meta, state), other_rows[:6])
    assert refused > 50


def test_a_deep_description_is_refused(folder: Path) -> None:
    (folder / "model.json").write_text('{"format": ' + "[" * 200 + "]" * 200 + "}", "utf-8")
    with pytest.raises(
        ModelError, match=r"model\.json: is not the description of a model: more than 50 levels"
    ):
        load_model(folder)


@pytest.mark.parametrize("name", ["model.json", "model.skops"])
def test_what_is_no_file_is_neither_read_nor_waited_for(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(ModelError, match=f"not a model folder: {name}: expected a file"):
        load_model(folder)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(ModelError, match=f"not a model folder: {name}: expected a file"):
        load_model(folder)
