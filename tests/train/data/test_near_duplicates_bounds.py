"""How alike sentences must be to join their commentaries: just enough, and one word less."""

import pytest

from schemas.records import GoldSentence
from train.data.near_duplicates import COMMON, clusters_of, near_pairs


def words(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"w{n}" for n in range(first, last))


def joined(text: str, other: str) -> bool:
    rows = [
        GoldSentence(sentence_id=name, commentary_id=name, text=text, layers={})
        for name, text in (("a", text), ("b", other))
    ]
    return len(set(clusters_of(rows))) == 1


@pytest.mark.parametrize(("n_words", "is_joined"), [(3, False), (4, True)])
def test_equal_sentences_join_from_four_words(n_words: int, is_joined: bool) -> None:
    text = " ".join(words(0, n_words))
    assert joined(text, text) == is_joined


@pytest.mark.parametrize(("n_words", "is_joined"), [(5, False), (6, True)])
def test_six_words_that_another_sentence_holds_join(n_words: int, is_joined: bool) -> None:
    assert joined(" ".join(words(0, n_words)), " ".join(words(0, n_words + 1))) == is_joined


@pytest.mark.parametrize(("n_shared", "are_near"), [(10, True), (9, False)])
def test_half_of_the_runs_of_the_shorter_sentence_are_enough(n_shared: int, are_near: bool) -> None:
    # fifteen words have ten runs of six; ten shared words in a row have five
    texts = [words(0, 15), words(15 - n_shared, 15 - n_shared + 20)]
    assert list(near_pairs(texts)) == ([(0, 1)] if are_near else [])


@pytest.mark.parametrize(("n_texts", "are_near"), [(COMMON, True), (COMMON + 1, False)])
def test_a_run_of_many_texts_is_no_copy(n_texts: int, are_near: bool) -> None:
    texts = [(*words(0, 6), f"end{n}") for n in range(n_texts)]
    assert bool(list(near_pairs(texts))) == are_near
