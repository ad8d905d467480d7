"""Tokens of many texts at once."""

from itertools import pairwise

import numpy as np
import pytest

from train.features.tokens import CAPITAL, LOWER, SHOUTED, KeyTable, distinct, last_before, read_tokens


def rows(texts: list[str]) -> list[list[str]]:
    tokens = read_tokens(texts)
    return [[tokens.word(i) for i in range(*tokens.first[t : t + 2])] for t in range(len(texts))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Er müsste – „sofort“ – gehen.", ["er", "müsste", "–", "„", "sofort", "“", "–", "gehen", "."]),
        ("", []),
        ("  \n ", []),
        ("z.B. 4,5", ["z", ".", "b", ".", "4", ",", "5"]),
        ("🙂🙂 gut", ["🙂", "🙂", "gut"]),
        ("ÄRGER", ["ärger"]),
    ],
)
def test_tokens_are_words_and_single_marks(text: str, expected: list[str]) -> None:
    assert rows([text]) == [expected]


def test_texts_keep_to_themselves() -> None:
    assert rows(["Na", "", "und?"]) == [["na"], [], ["und", "?"]]
    assert rows([]) == []


def test_a_key_depends_on_the_word_and_not_on_its_place() -> None:
    tokens = read_tokens(["Haus Baum", "der Baum im Haus", "HAUS"])
    house = [tokens.key[i] for i in range(len(tokens.key)) if tokens.word(i) == "haus"]
    assert len(house) == 3
    alone, longer = read_tokens(["haus"]).key[0], read_tokens(["hausx"]).key[0]
    assert set(house) == {alone}
    assert alone != longer


def test_distinct_tokens_differ_in_letters_or_case() -> None:
    tokens = read_tokens(["Der der DER der USA"])
    assert len(tokens.example) == 4
    assert tokens.case[tokens.number].tolist() == [CAPITAL, LOWER, SHOUTED, LOWER, SHOUTED]


def test_keys_that_meet_in_one_slot_stay_apart() -> None:
    keys = np.random.default_rng(0).integers(0, 2**20, 50_000).astype(np.uint64)
    number, example = distinct(keys)
    assert np.array_equal(keys[example][number], keys)
    assert len(example) <= 1.2 * len(np.unique(keys))


@pytest.mark.parametrize("spread", [1, 2**48])
def test_the_same_key_is_found_before_it_whatever_else_is_like_it(spread: int) -> None:
    """With a spread of 1 all keys are alike in the bits that are sorted."""
    chance = np.random.default_rng(2)
    keys = chance.integers(0, 40, size=3000, dtype=np.uint64) * np.uint64(spread)
    first = np.sort(np.append(chance.integers(0, 3000, size=50), [0, 3000]))
    expected = []
    for begin, end in pairwise(first):
        last: dict[int, int] = {}
        for place in range(begin, end):
            expected.append(last.get(int(keys[place]), -1))
            last[int(keys[place])] = place
    assert last_before(keys, first).tolist() == expected
    assert len(last_before(keys[:0], np.array([0, 0]))) == 0


def test_a_word_is_the_same_whatever_its_case_and_in_its_text_alone() -> None:
    tokens = read_tokens(["Nein, nein, NEIN", "nein"])
    assert tokens.earlier.tolist() == [-1, -1, 0, 1, 2, -1]


@pytest.mark.parametrize("size", [1, 50, 5000])
def test_a_key_is_found_at_its_own_place_or_not_at_all(size: int) -> None:
    keys = np.random.default_rng(0).integers(1, 2**63, size=size, dtype=np.uint64)
    table = KeyTable(keys)
    place, is_known = table.find(keys)
    assert (place[is_known] == np.flatnonzero(is_known)).all()
    assert is_known.mean() > 0.7  # two in one slot: one of them is not found
    others = np.setdiff1d(np.random.default_rng(1).integers(1, 2**63, size=5000, dtype=np.uint64), keys)
    assert not table.find(others)[1].any()
