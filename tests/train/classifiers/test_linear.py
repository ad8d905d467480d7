"""The classifiers as scikit-learn expects them, and as calibration needs them."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.utils.estimator_checks import parametrize_with_checks

from train.classifiers.linear import CalibratedLinear, nb_weights
from train.classifiers.prior import PriorClassifier


@parametrize_with_checks([CalibratedLinear(grid=(0.1, 1.0), balances=(0.0,), folds=2), PriorClassifier()])
def test_scikit_learn_accepts_it(estimator: Any, check: Any) -> None:
    check(estimator)


def data(n: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    codes = rng.choice(3, size=n, p=[0.7, 0.2, 0.1])
    X = rng.normal(size=(n, 12))
    X[np.arange(n), codes] += 2.0
    return X, np.array(["a", "b", "c"])[codes], [f"g{i // 10}" for i in range(n)]


def test_columns_follow_the_classes_that_occur() -> None:
    X, y, groups = data()
    kept = y != "b"
    classifier = CalibratedLinear().fit(
        X[kept], y[kept], groups=[g for g, k in zip(groups, kept, strict=True) if k]
    )
    assert list(classifier.classes_) == ["a", "c"]
    assert classifier.predict_proba(X).shape == (len(X), 2)


def test_held_out_scores_do_not_know_their_rows() -> None:
    _, y, groups = data()
    names, noise = np.eye(len(y)), np.random.default_rng(1).permutation(y)
    classifier = CalibratedLinear(grid=(10.0,)).fit(names, noise, groups=groups)
    remembered = classifier.classes_[classifier.scores(names).argmax(axis=1)]
    held_out = classifier.classes_[classifier.held_out_scores_.argmax(axis=1)]
    assert (remembered == noise).all()
    assert (held_out == noise).mean() < 0.75


def test_rows_that_are_not_known_are_scored_and_never_learned_from() -> None:
    X, y, groups = data()
    known = np.arange(len(y)) % 3 > 0
    wrong = np.where(known, y, "nonsense")
    classifier = CalibratedLinear().fit(X, wrong, groups=groups, known=known)
    assert list(classifier.classes_) == ["a", "b", "c"]
    assert classifier.held_out_.shape == (len(y), 3)
    assert (classifier.classes_[classifier.held_out_.argmax(axis=1)][~known] == y[~known]).mean() > 0.8


def test_one_class_is_given_to_every_row() -> None:
    X, _, _ = data(20)
    classifier = CalibratedLinear().fit(X, np.array(["a"] * 20))
    assert (classifier.predict_proba(X) == 1).all()
    assert set(classifier.predict(X)) == {"a"}


def test_a_class_in_one_group_only_can_be_trained() -> None:
    X, y, groups = data(60)
    y = np.array(["a"] * 60)
    y[:3] = "b"
    classifier = CalibratedLinear().fit(X, y, groups=groups)
    assert classifier.predict_proba(X).shape == (60, 2)
    assert np.isfinite(classifier.predict_proba(X)).all()


def test_the_same_seed_gives_the_same_numbers() -> None:
    X, y, groups = data()
    one, other = (CalibratedLinear(random_state=5).fit(X, y, groups=groups) for _ in range(2))
    assert np.array_equal(one.predict_proba(X), other.predict_proba(X))


def test_shares_are_those_of_training() -> None:
    classifier = PriorClassifier().fit(np.zeros((4, 1)), np.array(["a", "a", "a", "b"]))
    assert np.allclose(classifier.predict_proba(np.zeros((2, 1))), [[0.75, 0.25]] * 2)


def test_rows_that_annotators_doubt_count_for_less() -> None:
    X, y, groups = data(600)
    is_wrong = (y == "a") & (np.random.default_rng(3).random(len(y)) < 0.6)
    told = np.where(is_wrong, "b", y)
    classes, place = np.unique(told, return_inverse=True)
    soft = np.eye(len(classes))[place] * np.where(is_wrong, 0.05, 1.0)[:, None]
    hard, heeded = (
        CalibratedLinear(grid=(0.1,)).fit(X, told, groups=groups, soft=given) for given in (None, soft)
    )
    right = [
        (classifier.scores(X).argmax(axis=1) == np.searchsorted(classes, y)).mean()
        for classifier in (hard, heeded)
    ]
    assert right[1] > right[0] + 0.1


def test_a_row_may_speak_for_several_codes() -> None:
    X, y, groups = data()
    classes, place = np.unique(y, return_inverse=True)
    whole = np.eye(len(classes))[place]
    one, other = (
        CalibratedLinear(grid=(0.1,)).fit(X, y, groups=groups, soft=soft)
        for soft in (whole, whole * 0.7 + 0.1)
    )
    plain = CalibratedLinear(grid=(0.1,)).fit(X, y, groups=groups)
    assert np.array_equal(one.coef_, plain.coef_)
    assert np.abs(other.coef_).max() < np.abs(one.coef_).max()


def test_cues_that_mislead_weigh_less_and_scores_are_those_of_plain_columns() -> None:
    X, y, groups = data(200)
    noise = np.random.default_rng(3).normal(size=(len(y), 150))
    both, cues = np.hstack([X, noise]), np.arange(12, 162)
    classifier = CalibratedLinear(cue_weights=(1.0, 0.01)).fit(both, y, groups=groups, cues=cues)
    assert classifier.cue_weight_ == 0.01
    weighted = CalibratedLinear().fit(np.hstack([X, noise * 0.01]), y, groups=groups)
    assert np.allclose(classifier.scores(both), weighted.scores(np.hstack([X, noise * 0.01])), atol=1e-4)


def test_cues_that_serve_weigh_as_they_are() -> None:
    X, y, groups = data()
    both = np.hstack([X, np.random.default_rng(3).normal(size=(len(y), 50))])
    classifier = CalibratedLinear(cue_weights=(1.0, 0.01)).fit(both, y, groups=groups, cues=np.arange(12))
    assert classifier.cue_weight_ == 1.0


def test_columns_weigh_by_what_their_presence_tells() -> None:
    rng = np.random.default_rng(0)
    is_class = np.arange(200) % 4 == 0
    told = np.where(is_class[:, None], rng.random((200, 1)) < 0.9, rng.random((200, 1)) < 0.1)
    X = np.hstack([told, rng.random((200, 3)) < 0.4, np.ones((200, 1))]) * rng.uniform(0.5, 1, (200, 5))
    factors = nb_weights(sp.csr_matrix(X), is_class, 0.25)
    # the same, plainly: Wang & Manning's ratio with one of each added
    there, (n, m) = X > 0, (is_class.sum(), (~is_class).sum())
    ratio = [
        abs(np.log((column[is_class].sum() + 1) / (n + 2) / ((column[~is_class].sum() + 1) / (m + 2))))
        for column in there.T
    ]
    plain = [0.25 + 0.75 * value / np.mean(ratio) for value in ratio[:-1]] + [1.0]  # the last is always there
    assert np.allclose(factors / factors[-1], plain)
    assert factors[0] > 3 * factors[1:4].max()
    assert np.isclose((X**2).sum(), ((X * factors) ** 2).sum())


def test_nothing_is_tried_after_what_is_perfect(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    inner = CalibratedLinear._held_out_scores

    def counted(self: CalibratedLinear, X: Any, codes: Any, fold: Any, C: float, *more: Any) -> Any:
        tried.append(C)
        return inner(self, X, codes, fold, C, *more)

    monkeypatch.setattr(CalibratedLinear, "_held_out_scores", counted)
    X = sp.csr_matrix(np.repeat(np.eye(2), 20, axis=0))
    CalibratedLinear(grid=(10.0, 1.0)).fit(X, np.repeat(["a", "b"], 20), cues=np.array([0]))
    assert tried == [1.0]
    noise = np.random.default_rng(0).random((40, 2))
    tried.clear()
    CalibratedLinear(grid=(10.0, 1.0)).fit(sp.csr_matrix(noise), np.tile(["a", "b"], 20), cues=np.array([0]))
    assert len(tried) >= 5  # all weights of cues, and the others' weights
