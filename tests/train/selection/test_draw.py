from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Assignment
from train.selection.draw import STRATEGIES, Candidates, Pick, Unit, draw
from train.selection.weights import selection_weights, weighted_share


def commentaries(sizes: list[int]) -> list[Unit]:
    return [Unit(f"c{n}", f"c{n}", size) for n, size in enumerate(sizes)]


def seen(units: list[Unit], seed: int = 0) -> Candidates:
    rng = np.random.default_rng(seed)
    return Candidates(np.arange(len(units)), rng.random(len(units)), rng.normal(size=(len(units), 4)))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
    st.integers(1, 60),
    st.sampled_from(list(STRATEGIES)),
)
def test_nothing_is_picked_twice_and_every_pick_has_a_probability(
    sizes: list[int], wanted: int, strategy: str
) -> None:
    units = commentaries(sizes)
    picks = draw(units, wanted, seen(units), strategy=strategy)
    assert len({pick.place for pick in picks}) == len(picks) > 0
    assert all(0 < pick.probability <= 1 for pick in picks)


@settings(deadline=None, max_examples=40)
@given(st.integers(5, 80), st.floats(0.2, 1), st.sampled_from(list(STRATEGIES)))
def test_single_sentences_are_as_many_as_were_wanted_with_their_random_share(
    wanted: int, share: float, strategy: str
) -> None:
    units = [Unit(f"c{n // 5}:{n}", f"c{n // 5}", 1) for n in range(100)]
    picks = draw(units, wanted, seen(units), strategy=strategy, random_share=share)
    assert len(picks) == wanted
    assert sum(pick.strategy == "random" for pick in picks) >= share * wanted - 1e-6


def test_the_same_seed_gives_the_same_picks_and_another_one_other_random_ones() -> None:
    units = commentaries([4] * 50)
    first, again, other = (draw(units, 80, seen(units), seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert preferred(first) == preferred(other)
    assert first != other


def preferred(picks: list[Pick]) -> list[int]:
    return [pick.place for pick in picks if pick.strategy != "random"]


def test_uncertainty_prefers_what_is_most_doubtful() -> None:
    units = commentaries([2] * 20)
    looked_at = Candidates(np.arange(20), np.arange(20) / 20, None)
    assert preferred(draw(units, 10, looked_at, strategy="uncertainty")) == [19, 18, 17, 16]


def test_mixed_takes_one_of_each_group_of_like_ones_where_uncertainty_takes_the_same_again() -> None:
    groups = np.repeat(np.eye(4), 4, axis=0)
    doubt = np.repeat([0.9, 0.8, 0.7, 0.6], 4) + np.linspace(0, 0.01, 16)
    units, looked_at = commentaries([1] * 16), Candidates(np.arange(16), doubt, groups)
    kinds = {
        name: {place // 4 for place in preferred(draw(units, 5, looked_at, strategy=name))}
        for name in ("mixed", "uncertainty")
    }
    assert kinds == {"mixed": {0, 1, 2, 3}, "uncertainty": {0}}


def test_no_more_sentences_of_a_commentary_are_preferred_than_the_cap() -> None:
    units = [Unit(f"c{n // 20}:{n}", f"c{n // 20}", 1) for n in range(100)]
    looked_at = Candidates(np.arange(100), 1 - np.arange(100) / 100, None)
    picks = preferred(draw(units, 25, looked_at, strategy="uncertainty", cap=5))
    assert Counter(place // 20 for place in picks) == dict.fromkeys(range(4), 5)


def test_random_picks_stand_evenly_among_the_preferred() -> None:
    units = commentaries([1] * 200)
    kinds = [pick.strategy == "random" for pick in draw(units, 50, seen(units), strategy="uncertainty")]
    assert [sum(kinds[n : n + 10]) for n in range(0, 50, 10)] == [2, 2, 2, 2, 2]


def test_all_are_picked_for_certain_where_more_are_wanted_than_there_are() -> None:
    units = commentaries([3, 3])
    assert [pick.probability for pick in draw(units, 9, seen(units))] == [1.0, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_units_are_picked_as_often_as_their_probability_says(strategy: str) -> None:
    units, runs = commentaries([2, 3, 4, 5] * 8), 150
    found = [draw(units, 40, seen(units), strategy=strategy, seed=seed) for seed in range(runs)]
    often = Counter(pick.place for picks in found for pick in picks)
    stated = {pick.place: pick.probability for picks in found for pick in picks}
    for place, probability in stated.items():
        spread = (probability * (1 - probability) / runs) ** 0.5
        assert abs(often[place] / runs - probability) <= 4.5 * spread


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_weighted_share_is_right_on_average_though_the_preferred_are_others(strategy: str) -> None:
    rng = np.random.default_rng(3)
    sizes = rng.integers(1, 6, 60).tolist()
    units = commentaries(sizes)
    doubt = rng.random(60)
    has = {
        f"c{n}:{i}" for n in range(60) for i in range(sizes[n]) if rng.random() < doubt[n]
    }  # rare where sure
    looked_at = Candidates(np.arange(60), doubt, rng.normal(size=(60, 4)))
    totals, plain = [], []
    for seed in range(150):
        weights = selection_weights(two_batches(units, looked_at, strategy, seed))
        totals.append((sum(weights.values()), sum(w for name, w in weights.items() if name in has)))
        plain.append(sum(name in has for name in weights) / len(weights))
    found = np.array(totals)
    error = found.std(axis=0) / len(found) ** 0.5
    true = np.array([sum(sizes), len(has)])
    assert (np.abs(found.mean(axis=0) - true) <= 4 * error + 1e-9).all()
    if strategy in ("mixed", "uncertainty"):
        assert np.mean(plain) > len(has) / sum(sizes) + 0.05  # what weights are for


def two_batches(units: list[Unit], looked_at: Candidates, strategy: str, seed: int) -> list[Assignment]:
    rows: list[Assignment] = []
    left = list(range(len(units)))
    for batch in (1, 2):
        part = [units[place] for place in left]
        assert looked_at.doubt is not None and looked_at.vectors is not None
        some = Candidates(np.arange(len(left)), looked_at.doubt[left], looked_at.vectors[left])
        picks = draw(part, 40, some, strategy=strategy, seed=2 * seed + batch)
        rows += [
            Assignment(
                sentence_id=f"{part[p.place].name}:{i}", annotator="anna", batch=batch,
                strategy=p.strategy, probability=p.probability,
            )
            for p in picks
            for i in range(part[p.place].size)
        ]  # fmt: skip
        gone = {part[p.place].name for p in picks}
        left = [place for place in left if units[place].name not in gone]
    return rows


def test_a_weighted_share_counts_what_each_sentence_stands_for() -> None:
    assert weighted_share({"a"}, {"a": 1.0, "b": 3.0}) == 0.25
    assert weighted_share({"a"}, {}) is None
