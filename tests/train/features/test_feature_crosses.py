"""Tokens of two parts are counted as if they were written out."""

import random

import numpy as np
import pytest

from train.features.token_counts import CrossItems, FeatureCross, TokenCounts

WORDS = ["der", "Krieg", "|", "||", ":", "ende", "é", "nie"]
SIDES = ["plain", "increase", "ukraine", "rate=first"]


def rows(rng: random.Random, separator: str) -> list[FeatureCross]:
    """Some sentences, each with some targets in a row; words that training did not see among them."""
    found = []
    for _ in range(30):
        items = CrossItems(sorted(set(rng.sample(WORDS, rng.randint(0, 6)))), separator)
        for _ in range(rng.randint(1, 4)):
            plain = rng.choices(["state=named", "near:nie", "near=nie"], k=rng.randint(0, 4))
            found.append(FeatureCross(plain, tuple(rng.sample(SIDES, rng.randint(0, 3))), items))
    return found


@pytest.mark.parametrize("separator", ["|", ":"])
@pytest.mark.parametrize("seed", range(5))
def test_they_are_counted_as_if_written_out(separator: str, seed: int) -> None:
    rng = random.Random(seed)
    known, new = (
        rows(rng, separator),
        [*rows(rng, separator), FeatureCross([], ("fremd",), CrossItems(["neu"], separator))],
    )
    block = TokenCounts("given", min_df=2)
    learned = block.fit_transform(known)
    for some in (known, new):
        found, plain = block.transform(some), block.transform([list(row) for row in some])
        assert found.shape == plain.shape
        assert (found != plain).nnz == 0
        assert np.array_equal(found.indptr, plain.indptr)
    assert abs(learned - block.transform(known)).max() < 1e-12  # summed in another order
    assert learned.nnz > 100


def test_what_was_fitted_anew_is_looked_up_anew() -> None:
    items = CrossItems(["ja"], "|")
    block = TokenCounts("given", min_df=1).fit([FeatureCross([], ("a",), items)])
    assert block.transform([FeatureCross([], ("a",), items)]).nnz == 1
    block.fit([FeatureCross([], ("b",), items)])
    assert block.transform([FeatureCross([], ("a",), items)]).nnz == 0
    assert block.transform([FeatureCross([], ("b",), items)]).nnz == 1


def test_no_rows_give_no_rows() -> None:
    block = TokenCounts("given", min_df=1).fit([FeatureCross(["x"], ("a",), CrossItems(["ja"], "|"))])
    assert block.transform([]).shape == (0, 2)
