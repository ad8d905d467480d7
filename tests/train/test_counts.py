"""Counts of given tokens, on their own and as scikit-learn expects them."""

import numpy as np
import pytest
import scipy.sparse as sp
import skops.io
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from train.counts import TokenCounts
from train.heads import CalibratedLinear
from train.store import TRUSTED
from train.words import single_words

TEXTS = ["Das Tempolimit kommt.", "Das Tempolimit kommt nicht.", "Wer zahlt das?", "Nein, wer zahlt das?"] * 3


def test_weights_are_those_of_scikit_learns_tfidf() -> None:
    reference = TfidfVectorizer(analyzer=single_words, sublinear_tf=True, min_df=2)
    expected = reference.fit_transform(TEXTS)
    ours = TokenCounts("single_words", min_df=2)
    assert abs(ours.fit_transform(TEXTS) - expected).max() < 1e-12
    assert list(ours.get_feature_names_out()) == list(reference.get_feature_names_out())
    assert abs(ours.transform(["Das kommt neu"]) - reference.transform(["Das kommt neu"])).max() < 1e-12


def test_fit_transform_and_transform_agree() -> None:
    block = TokenCounts("nouns")
    assert abs(block.fit_transform(TEXTS) - block.transform(TEXTS)).max() < 1e-12


def test_a_row_has_the_length_of_the_weight() -> None:
    found = TokenCounts("single_words", weight=0.5).fit_transform(TEXTS)
    assert np.allclose(sp.linalg.norm(found, axis=1), 0.5)


@pytest.mark.parametrize("texts", [["", ""], ["nur", "einmal"]])
def test_a_block_without_any_term_has_no_column(texts: list[str]) -> None:
    block = TokenCounts("single_words", min_df=2)
    assert block.fit_transform(texts).shape == (2, 0)
    assert block.transform(["neu"]).shape == (1, 0)


def test_a_clone_has_the_parameters_and_no_vocabulary() -> None:
    block = TokenCounts("nouns", view="before", min_df=3, idf=False, weight=2.0).fit([""])
    twin = clone(block)
    assert twin.get_params() == block.get_params()
    assert not hasattr(twin, "terms_")
    assert twin.set_params(min_df=1).min_df == 1


def test_a_block_works_in_a_pipeline_and_after_saving() -> None:
    labels = ["ja", "ja", "nein", "nein"] * 3
    pipeline = make_pipeline(TokenCounts("single_words"), CalibratedLinear(folds=3)).fit(TEXTS, labels)
    assert list(pipeline.predict(TEXTS)) == labels
    again = skops.io.loads(skops.io.dumps(pipeline), trusted=list(TRUSTED))
    assert np.array_equal(again.predict_proba(TEXTS), pipeline.predict_proba(TEXTS))


def test_the_vocabulary_is_kept_in_one_piece() -> None:
    block = TokenCounts("single_words").fit(TEXTS)
    block.transform(TEXTS)
    assert isinstance(block.__getstate__()["terms_"], str)
    assert not [name for name, value in block.__getstate__().items() if isinstance(value, dict)]
