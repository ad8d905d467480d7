"""Counts of tokens that have names."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from train.features.analyzers import single_words
from train.features.token_counts import TokenCounts

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


def test_the_vocabulary_is_kept_in_one_piece() -> None:
    block = TokenCounts("single_words").fit(TEXTS)
    block.transform(TEXTS)
    assert isinstance(block.__getstate__()["terms_"], str)
    assert not [name for name, value in block.__getstate__().items() if isinstance(value, dict)]
