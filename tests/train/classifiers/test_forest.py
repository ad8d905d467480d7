"""Trees beside the linear models: what they say, and that a file of them can be trusted."""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import scipy.sparse as sp
import skops.io
from sklearn.ensemble import ExtraTreesClassifier

from model_files import junk, rewrite, state_of
from running import STRESS
from schemas.codebook import Code, Codebook, Layer
from schemas.errors import ModelError
from schemas.records import CodePrediction, GoldSentence
from train.arrays import Array
from train.classifiers.fitted import Evidence, LinearModel
from train.classifiers.forest import TREES, Forest, fit_forest
from train.classifiers.linear import CalibratedLinear
from train.features.encoders import ENCODERS, Encoder
from train.fit import fit
from train.model import Model
from train.persistence.folder import load_model, save_model
from train.persistence.state import from_state, to_state
from train.persistence.validation import first_problem
from train.predict import predict
from train.settings import Settings

CODES = ("frage", "rest")


def both_or_neither(count: int, seed: int = 0) -> tuple[sp.csr_matrix, Any, list[str]]:
    """Columns of chance, and a class that the first two tell together and neither alone."""
    chance = np.random.default_rng(seed)
    X = (chance.random((count, 12)) < 0.4) * chance.uniform(0.3, 1.0, (count, 12))
    y = ((X[:, 0] > 0) == (X[:, 1] > 0)).astype(int)
    return sp.csr_matrix(X), y, [f"g{i // 3}" for i in range(count)]


@pytest.mark.parametrize("classes", [2, 5])
def test_scores_are_the_logarithms_of_what_the_trees_say(classes: int) -> None:
    chance = np.random.default_rng(classes)
    X, _, _ = both_or_neither(400)
    codes = chance.integers(0, classes, 400)
    forest = fit_forest(X, codes, classes, weights=None, seed=3)
    trees = ExtraTreesClassifier(
        TREES, min_samples_leaf=5, max_features="sqrt", class_weight="balanced", random_state=3
    )
    seen = (X.toarray() > 0).astype(np.float32)
    expected = np.log(trees.fit(seen, codes).predict_proba(seen) + 1e-3)
    assert np.allclose(forest.scores(X), expected, atol=1e-5)
    assert np.allclose(forest.scores(X[:1]), expected[:1], atol=1e-5)
    assert forest.scores(X[:0]).shape == (0, classes)


def test_columns_that_are_rare_are_not_asked_about_and_classes_may_be_missing() -> None:
    X, y, _ = both_or_neither(300)
    rare = np.zeros((300, 1))
    rare[:9] = 1.0
    forest = fit_forest(sp.hstack([rare, X], format="csr"), y + 1, 4, weights=None, seed=0)
    assert forest.columns.tolist() == list(range(1, 13))
    assert np.allclose(forest.scores(sp.csr_matrix((2, 13)))[:, [0, 3]], np.log(1e-3))


def test_where_nothing_occurs_often_enough_the_trees_say_nothing() -> None:
    X, y, _ = both_or_neither(9)
    scores = fit_forest(X, y, 2, weights=None, seed=0).scores(X)
    assert np.allclose(scores, scores[0])


def test_rows_count_as_much_as_they_weigh() -> None:
    X, y, _ = both_or_neither(300)
    wrong = np.where(np.arange(300) < 100, 1 - y, y)
    weights = np.where(np.arange(300) < 100, 0.01, 1.0)
    scores = [fit_forest(X, wrong, 2, weights=w, seed=0).scores(X) for w in (None, weights)]
    plain, weighted = ((row.argmax(axis=1) == y).mean() for row in scores)
    assert weighted > plain + 0.1


def fitted(X: Any, y: Any, groups: list[str], *, trees: bool, **more: Any) -> CalibratedLinear:
    columns = np.arange(12)
    evidence = Evidence(columns, columns[:0], (columns,), columns if trees else columns[:0])
    return CalibratedLinear(balances=(), folds=2).fit(X, y, groups=groups, evidence=evidence, **more)


def test_trees_see_what_tells_together() -> None:
    X, y, groups = both_or_neither(1200)
    classifier = fitted(X, y, groups, trees=True)
    fresh, truth, _ = both_or_neither(600, seed=1)
    assert (classifier.predict(fresh) == truth).mean() > 0.8
    assert (classifier.held_out_.argmax(axis=1) == y).mean() > 0.8
    plain = fitted(X, y, groups, trees=False)
    assert plain.forest_ is None
    assert (plain.predict(fresh) == truth).mean() < 0.7


def test_how_sure_gold_is_counts_for_the_forest_too() -> None:
    X, y, groups = both_or_neither(600)
    wrong = np.where(np.arange(600) % 3 == 0, 1 - y, y)
    soft = np.eye(2)[wrong] * np.where(wrong == y, 1.0, 0.01)[:, None]
    right = [
        (fitted(X, wrong, groups, trees=True, soft=given).predict(X) == y).mean() for given in (None, soft)
    ]
    assert right[1] > right[0]


def made_rows(count: int, seed: int) -> list[GoldSentence]:
    """A sentence is a question where it begins with "Aber" or ends with "?", not with both."""
    chance = random.Random(seed)
    rows = []
    for i in range(count):
        begins, ends = chance.random() < 0.5, chance.random() < 0.5
        middle = " ".join(chance.choices(("Haus", "Weg", "Berg", "Tal", "Hof", "Wald", "See", "Dorf"), k=4))
        code = CODES[0] if begins != ends else CODES[1]
        rows.append(
            GoldSentence(
                sentence_id=f"s{seed}-{i}",
                commentary_id=f"k{seed}-{i // 4}",
                text=f"{'Aber' if begins else 'Und'} {middle}{'?' if ends else '.'}",
                before="",
                after="",
                layers={"art": code},
            )
        )
    return rows


@pytest.fixture(scope="module")
def encoder() -> Iterator[str]:
    """Trees are grown beside an encoder's vectors and do not look at them: a quick one does."""

    def encode(texts: Sequence[str]) -> Array:
        vectors = np.array([[len(text), text.count(" "), 1.0, 1.0] for text in texts], dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENCODERS, "quick", Encoder(4, lambda: encode, ()))
        yield "quick"


@pytest.fixture(scope="module")
def model(encoder: str) -> Model:
    codes = [Code(id=code, label=code) for code in CODES]
    layers = [Layer(id="art", kind="one", label="Art", codes=codes)]
    book = Codebook(codebook="b", version="1.0.0", language="de", title="B", layers=layers)
    return fit(made_rows(300, 0), book, settings=Settings(encoder=encoder))[0]


def test_a_model_with_a_forest_is_kept_and_answers_as_before(model: Model, tmp_path: Path) -> None:
    classifier = model.classifiers["art"]["code"]
    assert isinstance(classifier, LinearModel)
    assert classifier.forest_ is not None
    fresh = made_rows(120, 1)
    answers = predict(model, fresh)
    given = [answer.layers["art"] for answer in answers]
    assert all(isinstance(answer, CodePrediction) for answer in given)
    right = [row.layers["art"] == answer.code for row, answer in zip(fresh, given, strict=True)]  # type: ignore[union-attr]
    assert sum(right) > 0.9 * len(right)
    loaded = load_model(save_model(model, tmp_path / "m"))
    assert predict(loaded, fresh) == answers
    alone = [predict(loaded, [row])[0].layers["art"].scores for row in fresh[:20]]  # type: ignore[union-attr]
    together = [answer.scores for answer in given[:20]]  # type: ignore[union-attr]
    for one, other in zip(alone, together, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_the_same_rows_give_the_same_forest(model: Model, tmp_path: Path) -> None:
    again, _ = fit(made_rows(300, 0), model.meta.book, settings=model.meta.settings)
    files = [save_model(one, tmp_path / str(n)) / "model.skops" for n, one in enumerate((model, again))]
    assert files[0].read_bytes() == files[1].read_bytes()


def forest_of(state: Any) -> dict[str, Any]:
    found: dict[str, Any] = state["heads"]["art"]["code"]["forest"]
    return found


def first(forest: dict[str, Any], *, leaf: bool) -> int:
    return int(np.flatnonzero((forest["asks"] < 0) == leaf)[0])


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "a circle": lambda f: f["absent"].__setitem__(first(f, leaf=False), 0),
    "a node beyond": lambda f: f["present"].__setitem__(first(f, leaf=False), 10**6),
    "a leaf beyond": lambda f: f["present"].__setitem__(first(f, leaf=True), 10**6),
    "a leaf below": lambda f: f["present"].__setitem__(first(f, leaf=True), -1),
    "a column beyond": lambda f: f["columns"].__setitem__(0, 10**6),
    "a question beyond": lambda f: f["asks"].__setitem__(first(f, leaf=False), 10**6),
    "a root beyond": lambda f: f["roots"].__setitem__(0, 10**6),
    "no root": lambda f: f.update(roots=f["roots"][:0]),
    "a node too few": lambda f: f.update(absent=f["absent"][:-1]),
    "a share too few": lambda f: f.update(shares=f["shares"][:-1]),
    "a class too few": lambda f: f.update(shares=f["shares"][:, :-1]),
    "a share above one": lambda f: f["shares"].__setitem__((0, 0), 2.0),
    "a share that is none": lambda f: f["shares"].__setitem__((0, 0), np.nan),
    "one thing more": lambda f: f.update(hook="os.system"),
    "places that are no whole numbers": lambda f: f.update(roots=f["roots"].astype(float)),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_forest_is_refused(
    spoil: Callable[[dict[str, Any]], object], model: Model, tmp_path: Path
) -> None:
    folder = save_model(model, tmp_path / "m")
    state = state_of(folder)
    spoil(forest_of(state))
    rewrite(folder, skops.io.dumps(state))
    with pytest.raises(ModelError, match=r"model\.skops: is not a valid model"):
        load_model(folder)


@pytest.mark.scaled
@pytest.mark.parametrize("seed", range(10 if STRESS else 1))
def test_whatever_stands_in_a_forest_is_refused_or_harmless(seed: int, model: Model) -> None:
    chance, rows, refused = random.Random(seed), made_rows(5, 2), 0
    for _ in range(60):
        state = copy.deepcopy(to_state(model))
        forest = forest_of(state)
        name = chance.choice(sorted(forest))
        forest[name] = junk(forest[name], chance)
        if first_problem(model.meta, state):
            refused += 1
        else:
            predict(from_state(model.meta, state), rows)
    assert refused > 40


def test_a_forest_where_none_may_be_is_refused(model: Model) -> None:
    """A set's classifiers have none: the same trees are sound in one place and not in the other."""
    codes = [Code(id="ruf", label="Ruf"), Code(id="zitat", label="Zitat")]
    book = msgspec.structs.replace(
        model.meta.book,
        layers=[*model.meta.book.layers, Layer(id="mittel", kind="set", label="Mittel", codes=codes)],
    )
    rows = [
        msgspec.structs.replace(
            row, layers={**row.layers, "mittel": ["ruf"] if "?" in row.text else ["zitat"]}
        )
        for row in made_rows(300, 0)
    ]
    both, _ = fit(rows, book, settings=model.meta.settings)
    state = to_state(both)
    assert first_problem(both.meta, state) is None
    state["heads"]["mittel"]["ruf"]["forest"] = forest_of(state)
    assert (
        first_problem(both.meta, state)
        == 'a classifier of layer "mittel" is not of the expected types, shapes and values'
    )


def test_a_tree_of_one_leaf_says_its_shares() -> None:
    one = np.zeros(1, dtype=np.int32)
    shares = np.array([[0.25, 0.75]], dtype=np.float32)
    forest = Forest(one[:0], one, one - 1, one, one, shares)
    assert np.allclose(forest.scores(sp.csr_matrix((3, 4))), np.log([[0.251, 0.751]] * 3))
