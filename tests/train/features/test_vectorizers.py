"""The features, as scikit-learn expects it: cloned, set, saved, and in a pipeline."""

import numpy as np
import skops.io
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, make_pipeline

from train.classifiers.linear import CalibratedLinear
from train.features.sentence import SentenceFeatures
from train.features.vectorizers import SentenceVectorizer

TEXTS = ["Das Tempolimit kommt.", "Das Tempolimit kommt nicht.", "Wer zahlt das?", "Nein, wer zahlt das?"] * 3
LABELS = ["ja", "ja", "nein", "nein"] * 3
NEW = ["Das Tempolimit zahlt sich aus.", "", "Wer kommt?"]

VECTORIZER = SentenceVectorizer(("word", "char", "cue"))
TYPE = "train.features.vectorizers.SentenceVectorizer"


def test_a_clone_has_the_parameters_and_learned_nothing() -> None:
    twin = clone(clone(VECTORIZER).fit(TEXTS))
    assert twin.get_params() == VECTORIZER.get_params() == vars(VECTORIZER)
    assert not [name for name in vars(twin) if name.endswith("_")]
    others = {"blocks": ("edge",), "encoder": "use"}
    changed = twin.set_params(**others)
    assert changed is twin
    assert changed.get_params() == others


def test_it_gives_what_the_class_behind_it_gives() -> None:
    expected = SentenceFeatures(("word", "char", "cue")).fit(TEXTS).transform(NEW).toarray()
    assert abs(expected).sum() > 0
    assert np.array_equal(clone(VECTORIZER).fit(TEXTS).transform(NEW).toarray(), expected)


def test_it_gives_the_same_alone_in_a_pipeline_and_saved() -> None:
    alone = clone(VECTORIZER).fit(TEXTS).transform(NEW).toarray()
    pipeline = make_pipeline(clone(VECTORIZER), "passthrough").fit(TEXTS)
    union = FeatureUnion([("one", clone(VECTORIZER)), ("other", clone(VECTORIZER))]).fit(TEXTS)
    assert np.array_equal(pipeline.transform(NEW).toarray(), alone)
    assert np.array_equal(union.transform(NEW).toarray(), np.hstack([alone, alone]))
    data = skops.io.dumps(pipeline)
    assert skops.io.get_untrusted_types(data=data) == [TYPE]
    assert np.array_equal(skops.io.loads(data, trusted=[TYPE]).transform(NEW).toarray(), alone)


def test_a_pipeline_with_our_classifier_answers_alike_once_saved() -> None:
    pipeline = make_pipeline(clone(VECTORIZER), CalibratedLinear(folds=3)).fit(TEXTS, LABELS)
    assert list(pipeline.predict(TEXTS)) == LABELS
    trusted = [TYPE, "train.classifiers.linear.CalibratedLinear"]
    again = skops.io.loads(skops.io.dumps(pipeline), trusted=trusted)
    assert np.array_equal(again.predict_proba(NEW), pipeline.predict_proba(NEW))
