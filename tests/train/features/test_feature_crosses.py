"""Tokens that rows share are counted as if each row had them written out."""

import random

import numpy as np
import pytest

from train.features.token_counts import Cross, TokenCounts, TokenLists, TokenTable, one_list_each

WORDS = ["der", "Krieg", "|", "||", ":", "ende", "é", "nie"]
SIDES = ["plain", "increase", "ukraine", "rate=first"]


def lists(rng: random.Random, words: list[str], most: int, *, recurs: bool = False) -> TokenLists:
    """Some lists, which eighty rows share; a token recurs in a list or not."""
    draw = rng.choices if recurs else rng.sample
    made = [draw(words, k=rng.randint(0, most)) for _ in range(12)]
    return TokenLists(made, np.array([rng.randrange(12) for _ in range(80)]))


def table(rng: random.Random, separator: str, *others: str) -> TokenTable:
    plain = [
        lists(rng, ["state=named", "near=nie", *others], 4, recurs=True),
        lists(rng, ["target=x", "rate=1"], 2),
    ]
    cross = Cross(lists(rng, [*SIDES, *others], 3), lists(rng, [*WORDS, *others], 6), separator)
    return TokenTable(plain, cross)


def written_out(table: TokenTable) -> TokenTable:
    return one_list_each(list(table.tokens(range(table.size))))


@pytest.mark.parametrize("separator", ["|", ":"])
@pytest.mark.parametrize("seed", range(5))
def test_they_are_counted_as_if_written_out(separator: str, seed: int) -> None:
    rng = random.Random(seed)
    known, new = table(rng, separator), table(rng, separator, "fremd")
    block = TokenCounts()
    learned = block.fit_transform(known)
    terms, idf = block.terms_, block.idf_
    written = block.fit_transform(written_out(known))
    assert terms == block.terms_
    assert np.array_equal(idf, block.idf_)
    assert abs(learned - written).max() < 1e-12
    weights = np.random.default_rng(seed).normal(size=(len(idf), 3))
    for some in (known, new):
        plain = block.transform(written_out(some))
        assert abs(block.transform(some) - plain).max() < 1e-12
        assert np.allclose(block.count(some).sums(weights), plain @ weights)
        assert abs(block.count(some).matrix(np.array([7, 3])) - plain[[7, 3]]).max() < 1e-12
    assert learned.nnz > 100


def crossed(side: str) -> TokenTable:
    at = np.array([0, 0])
    return TokenTable([], Cross(TokenLists([[side]], at), TokenLists([["ja"]], at), "|"))


def test_what_was_fitted_anew_is_looked_up_anew() -> None:
    block = TokenCounts()
    block.fit_transform(crossed("a"))
    assert block.transform(crossed("a")).nnz == 2
    block.fit_transform(crossed("b"))
    assert block.transform(crossed("a")).nnz == 0
    assert block.transform(crossed("b")).nnz == 2


def test_no_rows_give_no_rows() -> None:
    block = TokenCounts()
    block.fit_transform(one_list_each([["x", "a|ja"]] * 2))
    nothing = TokenLists([], np.zeros(0, dtype=np.int64))
    assert block.transform(one_list_each([])).shape == (0, 2)
    assert block.transform(TokenTable([nothing], Cross(nothing, nothing, "|"))).shape == (0, 2)
    assert block.count(TokenTable([nothing], Cross(nothing, nothing, "|"))).sums(np.ones((2, 1))).shape == (
        0,
        1,
    )
