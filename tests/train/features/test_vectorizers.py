"""What takes text, as scikit-learn expects it: cloned, set, saved, and in a pipeline."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import skops.io
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, make_pipeline

from train.classifiers.linear import CalibratedLinear
from train.features.sentence import SentenceFeatures
from train.features.token_counts import TokenCounts
from train.features.topics import TopicProfiles
from train.features.vectorizers import SentenceVectorizer, TokenVectorizer, TopicVectorizer

TEXTS = ["Das Tempolimit kommt.", "Das Tempolimit kommt nicht.", "Wer zahlt das?", "Nein, wer zahlt das?"] * 3
LABELS = ["ja", "ja", "nein", "nein"] * 3
SHARES = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]] * 3)
NEW = ["Das Tempolimit zahlt sich aus.", "", "Wer kommt?"]

#: Each with the class behind it, other parameters, what it learns from, and the types it is saved as.
VECTORIZERS = {
    "sentences": (
        SentenceVectorizer(("word", "char", "cue")),
        SentenceFeatures(("word", "char", "cue")),
        {"blocks": ("edge",), "encoder": "use"},
        LABELS,
        ["train.features.vectorizers.SentenceVectorizer"],
    ),
    "tokens": (
        TokenVectorizer("single_words", min_df=1),
        TokenCounts("single_words", min_df=1),
        {"min_df": 3, "idf": False, "weight": 2.0, "view": "before", "analyzer": "nouns"},
        LABELS,
        ["train.features.vectorizers.TokenVectorizer"],
    ),
    "topics": (
        TopicVectorizer(),
        TopicProfiles(),
        {},
        SHARES,
        ["train.features.token_counts.TokenCounts", "train.features.vectorizers.TopicVectorizer"],
    ),
}
each = pytest.mark.parametrize(
    ("vectorizer", "plain", "others", "y", "types"), VECTORIZERS.values(), ids=VECTORIZERS.keys()
)


def dense(found: Any) -> Any:
    return found.toarray() if sp.issparse(found) else found


@each
def test_a_clone_has_the_parameters_and_learned_nothing(
    vectorizer: Any, plain: Any, others: dict[str, object], y: Any, types: list[str]
) -> None:
    fitted = clone(vectorizer).fit(TEXTS, y)
    twin = clone(fitted)
    assert twin.get_params() == vectorizer.get_params() == vars(vectorizer)
    assert not [name for name in vars(twin) if name.endswith("_")]
    assert set(others) == set(vectorizer.get_params())
    changed = twin.set_params(**others)
    assert changed is twin
    assert changed.get_params() == others


@each
def test_it_gives_what_the_class_behind_it_gives(
    vectorizer: Any, plain: Any, others: dict[str, object], y: Any, types: list[str]
) -> None:
    expected = dense(plain.fit(TEXTS, y).transform(NEW))
    assert abs(expected).sum() > 0
    assert np.array_equal(dense(clone(vectorizer).fit(TEXTS, y).transform(NEW)), expected)


@each
def test_it_gives_the_same_alone_in_a_pipeline_and_saved(
    vectorizer: Any, plain: Any, others: dict[str, object], y: Any, types: list[str]
) -> None:
    alone = dense(clone(vectorizer).fit(TEXTS, y).transform(NEW))
    pipeline = make_pipeline(clone(vectorizer), "passthrough").fit(TEXTS, y)
    union = FeatureUnion([("one", clone(vectorizer)), ("other", clone(vectorizer))]).fit(TEXTS, y)
    assert np.array_equal(dense(pipeline.transform(NEW)), alone)
    assert np.array_equal(dense(union.transform(NEW)), np.hstack([alone, alone]))
    data = skops.io.dumps(pipeline)
    assert skops.io.get_untrusted_types(data=data) == types
    assert np.array_equal(dense(skops.io.loads(data, trusted=types).transform(NEW)), alone)


@pytest.mark.parametrize("name", list(VECTORIZERS))
def test_a_pipeline_with_our_classifier_answers_alike_once_saved(name: str) -> None:
    vectorizer, types = clone(VECTORIZERS[name][0]), VECTORIZERS[name][-1]
    if name == "topics":
        # what it learns from is not what the classifier does: it joins the pipeline fitted
        matrix = vectorizer.fit(TEXTS, SHARES).transform(TEXTS)
        assert list(CalibratedLinear(folds=3).fit(matrix, LABELS).predict(matrix)) == LABELS
        return
    pipeline = make_pipeline(vectorizer, CalibratedLinear(folds=3)).fit(TEXTS, LABELS)
    assert list(pipeline.predict(TEXTS)) == LABELS
    trusted = [*types, "train.classifiers.linear.CalibratedLinear"]
    again = skops.io.loads(skops.io.dumps(pipeline), trusted=trusted)
    assert np.array_equal(again.predict_proba(NEW), pipeline.predict_proba(NEW))
