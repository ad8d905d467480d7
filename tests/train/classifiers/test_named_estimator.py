"""A classifier named module:object: found or refused in one line, and calibrated whatever it gives."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import ComplementNB, GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from schemas.errors import SettingsError
from train.classifiers import estimator_model
from train.classifiers.estimator_model import EstimatorError
from train.classifiers.named_estimator import (
    CalibratedEstimator,
    identity_of_estimator,
    load_estimator,
    reads_texts,
)

MODULE = """
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline

texts = make_pipeline(TfidfVectorizer(), LogisticRegression())
number = 3
fitted = LogisticRegression().fit([[0], [1]], [0, 1])

def made():
    return make_pipeline(TfidfVectorizer(), SGDClassifier())

def broken():
    raise KeyError("nothing here")

class Bare(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        return self

class Named:
    inside = LogisticRegression()
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with modules of the user's, in which the command is started."""
    (tmp_path / "eigenes.py").write_text(MODULE, "utf-8")
    (tmp_path / "kaputt.py").write_text("1 +\n", "utf-8")
    (tmp_path / "braucht.py").write_text("import gibtesnicht\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "eigenes", raising=False)
    return tmp_path


def some(classes: str = "abc", rows: int = 90) -> tuple[sp.csr_matrix, Any]:
    y = np.array([classes[i % len(classes)] for i in range(rows)])
    X = sp.random(rows, 8, 0.5, format="lil", random_state=1)
    for i, value in enumerate(y):
        X[i, ord(value) - ord("a")] = 2.0
    return sp.csr_matrix(X), y


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sklearn.svm", "expected MODULE:OBJECT"),
        ("sklearn.svm:", "expected MODULE:OBJECT"),
        ("../x:y", "expected MODULE:OBJECT"),
        ("gibtesnicht:x", 'found no module "gibtesnicht"'),
        ("gibt.es.nicht:x", 'found no module "gibt"'),
        ("kaputt:x", "its module fails: SyntaxError"),
        ("braucht:x", "needs another that is missing: No module named 'gibtesnicht'"),
        ("eigenes:text", 'has no "text"; did you mean "texts"?'),
        ("eigenes:number", "is no classifier of scikit-learn's kind: found int"),
        ("eigenes:broken", "cannot be made: KeyError: 'nothing here'"),
        ("sklearn.ensemble:VotingClassifier", "cannot be made: TypeError"),
        ("sklearn.linear_model:LinearRegression", "is no classifier"),
        ("sklearn.ensemble:IsolationForest", "is no classifier"),
        ("eigenes:Bare", "Bare has neither predict_proba nor decision_function"),
    ],
)
def test_what_makes_no_classifier_is_one_line(own: Path, name: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_estimator(name)
    assert words in str(caught.value)
    assert "--estimator" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["eigenes:texts", "eigenes:made", "eigenes:fitted", "eigenes:Named.inside"])
def test_instances_functions_and_attributes_give_a_new_estimator(own: Path, name: str) -> None:
    estimator = load_estimator(name)
    assert estimator is not load_estimator(name)
    assert not hasattr(estimator, "classes_")


def test_every_random_state_that_is_not_set_is_the_seed(own: Path) -> None:
    assert load_estimator("eigenes:made", 7).get_params()["sgdclassifier__random_state"] == 7
    assert load_estimator("sklearn.ensemble:ExtraTreesClassifier", 3).random_state == 3


def test_a_pipeline_reads_texts_also_inside_a_search(own: Path) -> None:
    assert reads_texts(load_estimator("eigenes:texts"))
    assert reads_texts(GridSearchCV(load_estimator("eigenes:texts"), {}))
    assert not reads_texts(ExtraTreesClassifier())
    assert not reads_texts(GridSearchCV(LinearSVC(), {}))


def test_its_identity_changes_with_its_module(own: Path) -> None:
    before = identity_of_estimator("eigenes:texts")
    assert before == identity_of_estimator("eigenes:made")
    (own / "eigenes.py").write_text(MODULE + "\n# changed\n", "utf-8")
    assert identity_of_estimator("eigenes:texts") != before


@pytest.mark.parametrize("classes", ["ab", "abc"])
@pytest.mark.parametrize(
    "estimator",
    [
        ComplementNB(),
        ExtraTreesClassifier(20, random_state=0),  # rules classes out
        LinearSVC(),
        GaussianNB(),  # takes dense arrays only
        LogisticRegression(C=1e-7),  # never surer than by a millionth
    ],
)
def test_probabilities_or_decision_values_become_calibrated_probabilities(
    estimator: Any, classes: str
) -> None:
    X, y = some(classes)
    fitted = CalibratedEstimator(estimator).fit(X, y)
    likely = fitted.predict_proba(X)
    assert likely.shape == fitted.held_out_.shape == (len(y), len(classes))
    assert np.allclose(likely.sum(axis=1), 1)
    assert np.mean(fitted.classes_[fitted.held_out_.argmax(axis=1)] == y) > 0.9
    assert not hasattr(estimator, "classes_")


def test_it_is_calibrated_where_no_balance_is_named_either() -> None:
    """As in layers of one code, whose own classifiers need none."""
    X, y = some()
    fitted = CalibratedEstimator(ComplementNB(), balances=()).fit(X, y)
    assert fitted.balance_ in (0.0, 0.5, 1.0)
    assert not np.allclose(fitted.offset_, 0.0)


def test_a_clone_has_the_parameters_and_learned_nothing() -> None:
    X, y = some()
    fitted = CalibratedEstimator(ComplementNB(), folds=3).fit(X, y)
    twin = clone(fitted)
    assert twin.get_params()["folds"] == 3
    assert np.array_equal(twin.fit(X, y).predict_proba(X), fitted.predict_proba(X))


@pytest.mark.parametrize("estimator", [LogisticRegression(), LinearSVC()])
def test_a_code_that_a_fold_lacks_is_unlikely_there(estimator: Any) -> None:
    X, y = some("abc")
    groups = ["c" if value == "c" else str(i % 10) for i, value in enumerate(y)]
    fitted = CalibratedEstimator(estimator).fit(X, y, groups=groups)
    assert (fitted.held_out_scores_[y == "c"].argmin(axis=1) == 2).all()
    assert np.isfinite(fitted.held_out_).all()


def test_one_code_alone_is_certain() -> None:
    X, y = some("a")
    fitted = CalibratedEstimator(LogisticRegression()).fit(X, y)
    assert (fitted.predict_proba(X[:4]) == 1).all()
    assert list(fitted.predict(X[:2])) == ["a", "a"]


def test_a_dense_array_that_would_be_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator_model, "_MOST", 100)
    X, y = some()
    with pytest.raises(
        EstimatorError, match=r"GaussianNB.fit takes dense arrays only, and 72 sentences of 8 fea"
    ):
        CalibratedEstimator(GaussianNB()).fit(X, y)


def test_a_fit_that_fails_says_why_in_its_own_words() -> None:
    X, y = some()
    with pytest.raises(EstimatorError, match=r"ComplementNB.fit failed: ValueError: Negative values"):
        CalibratedEstimator(ComplementNB()).fit(-X, y)


class Odd(LogisticRegression):  # type: ignore[misc]
    """Gives nothing but NaN."""

    def predict_proba(self, X: Any) -> Any:
        return np.full((X.shape[0], len(self.classes_)), np.nan)


def test_answers_that_are_no_numbers_are_refused() -> None:
    X, y = some()
    with pytest.raises(EstimatorError, match=r"predict_proba of Odd gave .* finite numbers"):
        CalibratedEstimator(Odd()).fit(X, y)


def test_texts_may_be_a_list() -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    texts, y = ["gut ist das", "schlecht ist das"] * 10, ["ja", "nein"] * 10
    fitted = CalibratedEstimator(make_pipeline(CountVectorizer(), ComplementNB())).fit(texts, y)
    assert list(fitted.predict(["gut", "schlecht"])) == ["ja", "nein"]
