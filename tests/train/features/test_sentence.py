"""The features of a sentence: as a matrix, and as scores."""

import numpy as np
import pytest
import scipy.sparse as sp

from schemas.records import GoldSentence
from train.features.passages import Passage, to_passages
from train.features.scorer import Scorer
from train.features.sentence import BLOCKS, SentenceFeatures

TEXTS = ["Das Tempolimit kommt.", "Das Tempolimit kommt nicht.", "Wer zahlt das?", "Nein, wer zahlt das?"] * 3


def test_the_features_give_the_same_matrix_twice(rows: list[GoldSentence]) -> None:
    passages = to_passages(rows[:40])
    features = SentenceFeatures()
    matrix = features.fit_transform(passages)
    assert abs(matrix - features.transform(passages)).max() < 1e-12
    assert matrix.shape == (40, len(features.get_feature_names_out()))


def test_every_block_of_a_row_has_length_one_where_nothing_recurs() -> None:
    features = SentenceFeatures(("word", "edge"))
    matrix = features.fit_transform([*TEXTS, "ganz anders"] * 2)
    for block in ("word", "edge"):
        length = sp.linalg.norm(matrix[:12, features.columns((block,))], axis=1)
        assert np.allclose(length, 1.0), block


def test_what_training_did_not_keep_weighs_nothing() -> None:
    features = SentenceFeatures().fit(TEXTS)
    strange = features.transform(["Xylophone quietschen"])
    names = features.get_feature_names_out()[strange.indices]
    assert not [name for name in names if name.split("__")[0] == "word"]
    assert features.only(("word",)).transform(["Xylophone quietschen"]).nnz == 0


def test_scores_are_those_of_the_matrix(rows: list[GoldSentence]) -> None:
    passages = to_passages(rows)
    features = SentenceFeatures()
    width = features.fit_transform(passages[:100]).shape[1]
    weights = np.random.default_rng(0).normal(size=(width, 5)).astype(np.float32)
    expected = features.transform(passages) @ weights
    assert np.allclose(Scorer(features, weights).scores(passages), expected, atol=1e-4)


@pytest.mark.parametrize("block", list(BLOCKS))
def test_each_block_alone_is_scored_as_in_the_matrix(block: str, rows: list[GoldSentence]) -> None:
    passages = [*to_passages(rows[:60]), Passage("", "", "", "", ""), Passage("neu", "", "Und?", "", "")]
    features = SentenceFeatures((block,))
    width = features.fit_transform(passages).shape[1]
    weights = np.random.default_rng(1).normal(size=(width, 2)).astype(np.float32)
    expected = features.transform(passages) @ weights
    assert abs(expected).max() > 0.1
    assert np.allclose(Scorer(features, weights).scores(passages), expected, atol=1e-4)


def test_a_score_does_not_depend_on_the_company(rows: list[GoldSentence]) -> None:
    passages = to_passages(rows)
    features = SentenceFeatures().fit(passages)
    width = sum(features.widths.values())
    scorer = Scorer(features, np.random.default_rng(0).normal(size=(width, 3)))
    together = scorer.scores(passages)
    assert np.array_equal(together[:20], np.vstack([scorer.scores([passage]) for passage in passages[:20]]))


def test_neighbours_have_columns_of_their_own() -> None:
    features = SentenceFeatures(("word", "before_word", "after_word"))
    one, other, empty = Passage("Ja.", "Nein.", "", "", ""), Passage("Ja.", "", "Nein.", "", ""), "Ja."
    features.fit([one, other, "Ja!", "Nein!"])
    names = features.get_feature_names_out()
    found = [set(names[features.transform([row]).indices]) for row in (one, other, empty)]
    assert "before_word__nein" in found[0] - found[1]
    assert "after_word__nein" in found[1] - found[0]
    assert found[2] == found[0] & found[1]


def test_names_tell_what_a_column_counts() -> None:
    features = SentenceFeatures(("word", "edge", "cue")).fit(TEXTS)
    names = features.get_feature_names_out()
    row = set(names[features.transform(["Wer zahlt das?"]).indices])
    assert {"word__zahlt das", "edge__first=wer", "edge__end=das ?", "cue__mark=?", "cue__tokens=4"} <= row


@pytest.mark.parametrize("texts", [["", ""], ["nur", "einmal"]])
def test_a_vocabulary_without_any_term_has_no_column(texts: list[str]) -> None:
    features = SentenceFeatures(("word",))
    assert features.fit_transform(texts).shape == (2, 0)
    assert features.transform(["neu"]).shape == (1, 0)
    assert Scorer(features, np.zeros((0, 2))).scores(["neu"]).tolist() == [[0.0, 0.0]]


def test_columns_of_a_block_are_its_own(rows: list[GoldSentence]) -> None:
    features = SentenceFeatures().fit(to_passages(rows[:40]))
    names = features.get_feature_names_out()
    found = names[features.columns(("edge", "cue"))]
    assert {name.split("__")[0] for name in found} == {"edge", "cue"}
