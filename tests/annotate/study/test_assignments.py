from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.study.assignments import assign, coding_order
from annotate.study.folder import StudySettings
from schemas.records import Assignment, Sentence


def corpus(pieces: int, length: int = 4) -> list[Sentence]:
    return [
        Sentence(
            sentence_id=f"p{p}:{n}", commentary_id=f"p{p}", index=n, start=n, end=n + 1, text="x",
            kind="sentence", continues=False, chain_id=None, block=0,
        )
        for p in range(pieces)
        for n in range(length)
    ]  # fmt: skip


def settings(**more: object) -> StudySettings:
    return StudySettings(**{"study": "s", "annotators": ["anna", "ben"], **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(("overlap", "shared"), [(0.0, 0), (0.2, 2), (0.5, 5), (1.0, 10)])
def test_the_shared_share_is_exact(overlap: float, shared: int) -> None:
    rows = assign(corpus(10), settings(overlap=overlap))
    coders = Counter(row.sentence_id for row in rows if row.sentence_id.endswith(":0"))
    assert sum(count == 2 for count in coders.values()) == shared
    assert len(coders) == 10


def test_what_is_not_shared_is_dealt_out_evenly() -> None:
    rows = assign(corpus(10), settings(overlap=0))
    assert Counter(row.annotator for row in rows) == {"anna": 20, "ben": 20}


def test_whoever_has_less_gets_what_is_new() -> None:
    chosen = settings(overlap=0)
    earlier = assign(corpus(4), settings(overlap=0, annotators=["anna"]))
    after = assign(corpus(8), chosen, earlier)
    assert Counter(row.annotator for row in after) == {"anna": 16, "ben": 16}


def test_shuffled_sentences_leave_their_commentaries_and_stay_the_same_for_a_person() -> None:
    sentences = corpus(6)
    shuffled = settings(order="shuffled")
    orders = {name: coding_order(sentences, name, shuffled) for name in ("anna", "ben")}
    assert sorted(s.sentence_id for s in orders["anna"]) == sorted(s.sentence_id for s in sentences)
    assert orders["anna"] == coding_order(sentences, "anna", shuffled)
    assert orders["anna"] != orders["ben"]
    runs = sum(
        a.commentary_id == b.commentary_id for a, b in zip(orders["anna"], orders["anna"][1:], strict=False)
    )
    assert runs < 12  # of 23 neighbours; 18 where each commentary stays together


def test_a_commentary_is_shared_whole() -> None:
    rows = assign(corpus(10), settings(overlap=0.3))
    coders: dict[str, set[str]] = {}
    for row in rows:
        coders.setdefault(row.sentence_id.split(":")[0], set()).add(row.annotator)
    for piece, names in coders.items():
        assert sum(row.sentence_id.startswith(f"{piece}:") for row in rows) == 4 * len(names)


@given(st.integers(1, 8), st.integers(0, 6), st.floats(0, 1), st.floats(0, 1), st.integers(0, 3))
def test_a_corpus_that_grows_moves_nobodys_work(
    pieces: int, more: int, overlap: float, test_share: float, seed: int
) -> None:
    chosen = settings(overlap=overlap, test_share=test_share, seed=seed)
    before = assign(corpus(pieces), chosen)
    after = assign(corpus(pieces + more), chosen, before)
    assert all(row in after for row in before)
    assert {row.sentence_id for row in after} == {s.sentence_id for s in corpus(pieces + more)}


def test_test_pieces_and_the_control_arm_get_no_suggestions() -> None:
    rows = assign(corpus(10), settings(test_share=0.2, no_suggestion_share=0.25))
    pieces = {row.sentence_id.split(":")[0]: row for row in rows}
    assert sum(row.test for row in pieces.values()) == 2
    assert sum(not row.suggest for row in pieces.values()) == 4


def arms(rows: list[Assignment]) -> Counter[str]:
    conditions = {
        row.sentence_id.split(":")[0]: "test" if row.test else "suggest" if row.suggest else "control"
        for row in rows
    }
    return Counter(conditions.values())


@pytest.mark.parametrize("seed", range(10))
def test_the_control_arm_is_drawn_beside_the_test_share(seed: int) -> None:
    rows = assign(corpus(10), settings(test_share=0.5, no_suggestion_share=0.4, seed=seed))
    assert arms(rows) == {"test": 5, "control": 2, "suggest": 3}


@pytest.mark.parametrize("step", [1, 2, 3, 5, 10])
def test_shares_stay_as_set_while_the_corpus_grows(step: int) -> None:
    chosen = settings(overlap=0.3, test_share=0.2, no_suggestion_share=0.25)
    rows: list[Assignment] = []
    for pieces in range(step, 31, step):
        rows = assign(corpus(pieces), chosen, rows)
    assert arms(rows) == {"test": 6, "control": 6, "suggest": 18}
    coders = Counter(row.sentence_id for row in rows if row.sentence_id.endswith(":0"))
    assert sum(count == 2 for count in coders.values()) == 9


def test_a_pilot_carries_no_suggestions() -> None:
    assert not any(row.suggest for row in assign(corpus(3), settings(), phase="pilot"))


def test_pieces_are_shuffled_per_annotator_and_sentences_keep_their_order() -> None:
    sentences = corpus(8)
    orders = {}
    for name in ("anna", "ben"):
        order = coding_order(sentences, name, settings())
        orders[name] = [s.commentary_id for s in order if s.index == 0]
        for piece in orders[name]:
            assert [s.index for s in order if s.commentary_id == piece] == [0, 1, 2, 3]
    assert orders["anna"] != orders["ben"]
    assert sorted(orders["anna"]) == sorted(orders["ben"])


@pytest.mark.parametrize(("overlap", "pieces"), [(1.0, 10), (0.3, 3), (0.0, 0)])
def test_whoever_joins_later_codes_what_all_share_under_the_same_conditions(
    overlap: float, pieces: int
) -> None:
    chosen = settings(overlap=overlap, test_share=0.2, no_suggestion_share=0.5)
    before = assign(corpus(10), chosen)
    grown = msgspec.structs.replace(chosen, annotators=["anna", "ben", "eva"])
    after = assign(corpus(10), grown, before)
    assert [row for row in after if row.annotator != "eva"] == before
    hers = [row for row in after if row.annotator == "eva"]
    assert len(hers) == 4 * pieces
    conditions = {row.sentence_id: (row.phase, row.suggest, row.test) for row in before}
    assert all((row.phase, row.suggest, row.test) == conditions[row.sentence_id] for row in hers)


def pieces_in_order(name: str, chosen: StudySettings, rows: list[Assignment], pieces: int) -> list[str]:
    mine = {row.sentence_id: row for row in rows if row.annotator == name}
    order = coding_order([s for s in corpus(pieces) if s.sentence_id in mine], name, chosen, mine)
    return list(dict.fromkeys(s.commentary_id for s in order))


@pytest.mark.parametrize("overlap", [0.3, 1.0])
@pytest.mark.parametrize("order", ["text", "shuffled"])
def test_the_first_commentaries_are_the_same_for_everybody_and_then_the_order_is_their_own(
    overlap: float, order: str
) -> None:
    chosen = settings(overlap=overlap, order=order, annotators=["anna", "ben", "eva"])
    rows = assign(corpus(10), chosen)
    first = {name: pieces_in_order(name, chosen, rows, 10) for name in chosen.annotators}
    assert len({tuple(sorted(order[:2])) for order in first.values()}) == 1
    assert len({tuple(order[2:]) for order in first.values()}) == 3
    reseeded = msgspec.structs.replace(chosen, seed=5)
    assert pieces_in_order("anna", reseeded, assign(corpus(10), reseeded), 10)[:2] != first["anna"][:2]


def test_whoever_joins_begins_with_the_same_commentaries() -> None:
    alone = settings(annotators=["anna"])
    before = assign(corpus(8), alone)
    both = settings()
    after = assign(corpus(12), both, before)
    hers, his = (pieces_in_order(name, both, after, 12) for name in ("anna", "ben"))
    assert hers[:2] == his[:2] == pieces_in_order("anna", alone, before, 8)[:2]


def test_what_was_drawn_before_there_were_first_commentaries_keeps_its_order() -> None:
    earlier = settings(shared_first=0)
    before = assign(corpus(8), earlier)
    assert all(row.rank is msgspec.UNSET for row in before)
    after = assign(corpus(8), settings(), before)
    assert after == before
    assert pieces_in_order("ben", settings(), after, 8) == pieces_in_order("ben", earlier, before, 8)


def test_no_commentary_of_the_test_share_comes_first_where_there_are_others() -> None:
    for seed in range(5):
        rows = assign(corpus(6), settings(test_share=0.5, seed=seed))
        assert not any(row.test for row in rows if row.rank is not msgspec.UNSET)
        assert len({row.sentence_id.split(":")[0] for row in rows if row.rank is not msgspec.UNSET}) == 2
