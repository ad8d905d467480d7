"""What is read of one text alone is what arrays read of many."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plain_features import TEXTS
from train.features import scalar
from train.features.ngrams import BUCKETS, incidence
from train.features.sentence import VOCABULARIES
from train.features.tokens import CAPITAL, LOWER, SHOUTED, read_tokens

STRANGE = [
    "𝐀b 🙂x 𝐀",
    "\ud800a \ufffd",
    "ABC Abc aBC AB ǅ ÀÉÎ 1A1 A1",
    "_ __ a_b",
    "٣٤ ²³ Ⅷ",
    "x\u2028y\x85z\x1c.",
]


def in_arrays(name: str, text: str) -> list[int]:
    """The buckets of a text, in order."""
    tokens = read_tokens([text])
    found = VOCABULARIES[name].read(tokens)
    owners = incidence(tokens).indices if VOCABULARIES[name].of_tokens else [0]
    row = [int(b) for i in owners for b in found.buckets[found.starts[i] : found.starts[i + 1]]]
    return [bucket for bucket in row if bucket != BUCKETS]


def by_itself(name: str, text: str) -> list[int]:
    words = scalar.read_words(text)
    if name in scalar.OF_TEXT:
        return scalar.OF_TEXT[name](words)
    return [b for word in {word.key: word for word in words}.values() for b in scalar.OF_WORD[name](word)]


def test_every_vocabulary_is_read() -> None:
    assert {*scalar.OF_WORD, *scalar.OF_TEXT} == set(VOCABULARIES)
    assert set(scalar.OF_WORD) == {name for name, rule in VOCABULARIES.items() if rule.of_tokens}


@pytest.mark.parametrize("name", list(VOCABULARIES))
@pytest.mark.parametrize("text", [*TEXTS, *STRANGE])
def test_buckets_are_those_of_the_arrays(name: str, text: str) -> None:
    assert by_itself(name, text) == in_arrays(name, text)


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=60))
@example("wie wir wissen, wie wir wissen")
def test_any_text_is_read_the_same(text: str) -> None:
    for name in VOCABULARIES:
        assert by_itself(name, text) == in_arrays(name, text), name


def test_a_word_has_its_case_and_its_signs() -> None:
    found = scalar.read_words("Die NATO prüft 4,5 Mrd.")
    assert [word.lower for word in found] == ["die", "nato", "prüft", "4", ",", "5", "mrd", "."]
    assert [word.case for word in found[:3]] == [CAPITAL, SHOUTED, LOWER]
    assert [word.is_digit for word in found[3:6]] == [True, False, True]
    assert [word.is_mark for word in found[3:6]] == [False, True, False]
    assert found[0].is_function
