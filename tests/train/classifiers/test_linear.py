"""The classifiers as scikit-learn expects them, and as calibration needs them."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.utils.estimator_checks import parametrize_with_checks

from train.classifiers.fitted import Evidence
from train.classifiers.linear import CalibratedLinear, nb_weights


@parametrize_with_checks([CalibratedLinear(balances=(0.0,), folds=2)])
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
    classifier = CalibratedLinear(C=10.0).fit(names, noise, groups=groups)
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


def test_rows_that_annotators_doubt_count_for_less() -> None:
    X, y, groups = data(600)
    is_wrong = (y == "a") & (np.random.default_rng(3).random(len(y)) < 0.6)
    told = np.where(is_wrong, "b", y)
    classes, place = np.unique(told, return_inverse=True)
    soft = np.eye(len(classes))[place] * np.where(is_wrong, 0.05, 1.0)[:, None]
    hard, heeded = (CalibratedLinear().fit(X, told, groups=groups, soft=given) for given in (None, soft))
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
        CalibratedLinear().fit(X, y, groups=groups, soft=soft) for soft in (whole, whole * 0.7 + 0.1)
    )
    plain = CalibratedLinear().fit(X, y, groups=groups)
    assert np.array_equal(one.coef_, plain.coef_)
    assert np.abs(other.coef_).max() < np.abs(one.coef_).max()


def test_several_kinds_of_evidence_are_one_linear_model() -> None:
    X, y, groups = data()
    both = sp.csr_matrix(np.hstack([X, np.random.default_rng(3).normal(size=(len(y), 5))]))
    none = np.arange(0)
    evidence = Evidence(np.arange(10), np.arange(3, 5), (np.arange(8, 12), np.arange(12, 17)), none)
    classifier = CalibratedLinear(balances=()).fit(both, y, groups=groups, evidence=evidence)
    assert classifier.coef_.shape == (3, 17)
    assert (np.abs(classifier.coef_).sum(axis=0) > 0).all()
    found = classifier.scores(both) * classifier.scale_ + classifier.offset_
    assert np.allclose(classifier.predict_proba(both), np.exp(found) / np.exp(found).sum(axis=1)[:, None])
    assert (classifier.predict(both) == y).mean() > 0.8


def test_evidence_of_its_own_helps_where_the_machine_does_not_see_it() -> None:
    X, y, groups = data()
    blind = np.random.default_rng(3).normal(size=(len(y), 4))
    both, columns = np.hstack([blind, X]), np.arange(4)
    alone, fused = (
        CalibratedLinear().fit(
            both, y, groups=groups, evidence=Evidence(columns, columns[:0], parts, columns[:0])
        )
        for parts in ((), (np.arange(4, 16),))
    )
    right = [(c.classes_[c.held_out_.argmax(axis=1)] == y).mean() for c in (alone, fused)]
    assert right[1] > right[0] + 0.2


def test_one_temperature_for_all_or_two_numbers_a_class() -> None:
    X, y, groups = data(600)
    evidence = Evidence(np.arange(12), np.arange(0), (), np.arange(0))
    one, two = (
        CalibratedLinear(balances=balances).fit(X, y, groups=groups, evidence=evidence)
        for balances in ((), (0.0,))
    )
    assert len(set(one.scale_)) == 1
    assert len(set(two.scale_)) == 3


def test_codes_count_as_equally_frequent_unless_that_is_surely_worse() -> None:
    chance, evidence = np.random.default_rng(0), Evidence(np.arange(3), np.arange(0), (), np.arange(0))
    balances = {}
    for rows in (60, 4000):
        y = (chance.random(rows) < 0.1).astype(int)
        X = chance.normal(size=(rows, 3)) + y[:, None] * 0.7
        balances[rows] = CalibratedLinear(balances=()).fit(X, y, evidence=evidence).balance_
    assert balances == {60: 1.0, 4000: 0.5}


def test_columns_weigh_by_what_their_presence_tells() -> None:
    chance = np.random.default_rng(0)
    is_class = chance.random(400) < 0.5
    tells, silent = np.where(is_class, 0.9, 0.1), np.full(400, 0.5)
    X = sp.csr_matrix((chance.random((400, 3)) < np.column_stack([tells, silent, np.ones(400)])) * 1.0)
    factors = nb_weights(X, is_class)
    assert factors[0] > 1.5 * factors[1]
    scaled = X.multiply(factors).tocsr()
    assert (scaled.data**2).sum() == pytest.approx((X.data**2).sum())


def test_the_probabilities_of_held_out_rows_are_as_sure_as_they_are_right() -> None:
    X, y, groups = data(600)
    classifier = CalibratedLinear(balances=()).fit(
        X, y, groups=groups, evidence=Evidence(np.arange(12), np.arange(0), (np.arange(6),), np.arange(0))
    )
    chance = classifier.held_out_
    right = classifier.classes_[chance.argmax(axis=1)] == y
    assert abs(chance.max(axis=1).mean() - right.mean()) < 0.05
