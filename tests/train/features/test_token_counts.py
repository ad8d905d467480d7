"""Counts of tokens that have names."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from train.features.analyzers import single_words
from train.features.token_counts import TokenCounts, TokenTable, one_list_each

TEXTS = ["Das Tempolimit kommt.", "Das Tempolimit kommt nicht.", "Wer zahlt das?", "Nein, wer zahlt das?"] * 3


def table(texts: list[str]) -> TokenTable:
    return one_list_each([single_words(text) for text in texts])


def test_weights_are_those_of_scikit_learns_tfidf() -> None:
    reference = TfidfVectorizer(analyzer=single_words, sublinear_tf=True, min_df=2)
    expected = reference.fit_transform(TEXTS)
    ours = TokenCounts()
    assert abs(ours.fit_transform(table(TEXTS)) - expected).max() < 1e-12
    assert ours.terms() == list(reference.get_feature_names_out())
    found = ours.transform(table(["Das kommt neu"]))
    assert abs(found - reference.transform(["Das kommt neu"])).max() < 1e-12


def test_fit_transform_and_transform_agree() -> None:
    block = TokenCounts()
    assert abs(block.fit_transform(table(TEXTS)) - block.transform(table(TEXTS))).max() < 1e-12


def test_a_row_has_length_one() -> None:
    found = TokenCounts(idf=False).fit_transform(table(TEXTS))
    assert np.allclose(sp.linalg.norm(found, axis=1), 1.0)


@pytest.mark.parametrize("texts", [["", ""], ["nur", "einmal"]])
def test_a_block_without_any_term_has_no_column(texts: list[str]) -> None:
    block = TokenCounts()
    assert block.fit_transform(table(texts)).shape == (2, 0)
    assert block.transform(table(["neu"])).shape == (1, 0)
