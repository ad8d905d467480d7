"""What a commentary is about."""

import numpy as np
import pytest

from train.features.topics import TopicProfiles

TEXTS = [
    "Die Autobahn und das Tempo der Raser.",
    "Auf der Autobahn zählt das Tempo der Fahrer.",
    "Das Telefon gehört nicht in die Schule.",
    "In der Schule liegt das Telefon im Schrank.",
]
SHARES = np.array([[0.5, 0.0], [0.7, 0.0], [0.0, 0.4], [0.0, 0.6]])


def test_a_new_text_is_about_what_its_likes_are_about() -> None:
    topics = TopicProfiles().fit(TEXTS, SHARES)
    found = topics.transform(["Das Telefon in der Schule.", "Tempo auf der Autobahn."])
    assert found[0, 1] > 0.3 > found[0, 0]
    assert found[1, 0] > 0.3 > found[1, 1]


def test_an_unlike_text_is_about_nothing() -> None:
    found = TopicProfiles().fit(TEXTS, SHARES).transform(["Der Mond scheint über Felder."])
    assert np.allclose(found, 0)


def test_a_text_of_training_is_guessed_without_its_own_group() -> None:
    shares = np.array([[1.0], [0.0], [0.0], [0.0]])
    topics = TopicProfiles().fit(TEXTS, shares)
    alone = topics.transform_held_out(TEXTS, ["a", "b", "c", "d"])
    assert alone[0, 0] == pytest.approx(0)
    assert alone[1, 0] > 0.5
    together = topics.transform_held_out(TEXTS, ["a", "a", "c", "d"])
    assert together[1, 0] == pytest.approx(0)


def test_its_own_group_is_left_out_where_not_all_texts_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("train.features.topics._MOST", 3)
    topics = TopicProfiles().fit(TEXTS, SHARES)
    assert len(topics.shares_) == 3
    alone = topics.transform_held_out(TEXTS, ["a", "b", "c", "d"])
    assert alone[0] == pytest.approx([0.7, 0.0], abs=1e-3)  # by the second text, and not by itself
    assert topics.transform_held_out(TEXTS, ["a", "a", "b", "b"])[0].max() < 0.01
