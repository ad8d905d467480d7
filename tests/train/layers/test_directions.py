"""Which way a touched target is seen: counts of the author's, and of the commentary."""

import msgspec
import numpy as np
import pytest

from schemas.records import CodePrediction, TouchPrediction
from train.layers.directions import (
    Touch,
    directions,
    earlier_directions,
    held_out_directions,
    is_known,
    known_directions,
    learn_authors,
)
from train.layers.stance import with_coded
from train.model import LayerState

CODES = ["against", "favor"]
TOUCHES = [
    *[Touch("Anna Beck", "a", "limit", "favor")] * 6,
    Touch("Anna Beck", "b", "limit", "against"),
    Touch("Ben Carl", "c", "limit", "against"),
    Touch(None, "d", "limit", "favor"),
]


def test_a_commentary_counts_for_two_sentences_at_most() -> None:
    found = known_directions(learn_authors(TOUCHES), [("Anna Beck", "limit")], CODES)
    assert found.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("name", ["Anna Beck", " anna  beck ", "ANNA BECK"])
def test_an_author_is_known_however_the_name_is_spaced_or_cased(name: str) -> None:
    assert known_directions(learn_authors(TOUCHES), [(name, "limit")], CODES).any()


def test_no_name_is_kept() -> None:
    kept = msgspec.json.encode(learn_authors(TOUCHES)).decode()
    assert "anna" not in kept.casefold() and "beck" not in kept.casefold()


@pytest.mark.parametrize(
    ("author", "target"), [("Dora Ernst", "limit"), ("Anna Beck", "other"), (None, "limit")]
)
def test_what_is_not_known_counts_nothing(author: str | None, target: str) -> None:
    found = known_directions(learn_authors(TOUCHES), [(author, target)], CODES)
    assert not is_known(found).any()


def test_a_held_out_pair_is_told_by_other_commentaries_alone() -> None:
    asked = [("Anna Beck", "a", "limit"), ("Anna Beck", "b", "limit"), ("Ben Carl", "c", "limit")]
    assert held_out_directions(TOUCHES, asked, CODES).tolist() == [[1, 0], [0, 2], [0, 0]]


def test_earlier_sentences_of_a_commentary_count_and_later_ones_do_not() -> None:
    asked = [("a", 2, "limit"), ("a", 0, "limit"), ("a", 1, "limit"), ("a", 3, "other"), ("b", 0, "limit")]
    values = ["favor", "against", "unrelated", "favor", "favor"]
    found = earlier_directions(asked, values, CODES)
    assert found.tolist() == [[1, 0], [0, 0], [1, 0], [0, 0], [0, 0]]


def test_words_speak_where_nothing_is_known_and_break_ties() -> None:
    words = np.array([[0.3, 0.7]] * 3)
    found = directions(words, np.array([[0.0, 0.0], [2.0, 2.0], [2.0, 1.0]]))
    assert found[0] == pytest.approx([0.3, 0.7])
    assert found.argmax(axis=1).tolist() == [1, 1, 0]
    assert found.sum(axis=1) == pytest.approx(1)


def answer(touched: float, **scores: float) -> CodePrediction:
    return CodePrediction(
        code="favor",
        score=scores["favor"],
        threshold=0.6,
        abstained=True,
        touched=touched,
        scores=scores | {"unrelated": 1 - touched},
        touch=TouchPrediction(score=touched, threshold=0.7, abstained=touched < 0.7),
    )


STATE = LayerState(
    kind="stance",
    n=100,
    codes={},
    trained=True,
    thresholds={"favor": 0.6, "against": 0.6, "unrelated": 0.5},
    sure={"touched": 0.7, "answer": 0.4, "commentary": 0.5},
)


def test_what_was_coded_in_the_commentary_gives_the_direction() -> None:
    found = with_coded(STATE, answer(0.8, favor=0.44, against=0.36), {"against": 3})
    assert (found.code, found.abstained) == ("against", False)
    assert found.scores["against"] == pytest.approx(0.8 * (0.45 + 3) / 4, abs=1e-6)
    assert sum(found.scores.values()) == pytest.approx(1)


def test_what_was_coded_does_not_make_a_touch() -> None:
    found = with_coded(STATE, answer(0.3, favor=0.2, against=0.1), {"against": 3})
    assert found.code == "unrelated"


def test_nothing_coded_changes_nothing() -> None:
    given = answer(0.8, favor=0.44, against=0.36)
    assert with_coded(STATE, given, {}) is given
    assert with_coded(STATE, given, {"unrelated": 4}) is given
