from collections import Counter

import msgspec
import pytest

from annotate.study.assignments import assign, assign_batch, coding_order, is_held_back
from annotate.study.folder import StudySettings
from annotate.study.selection import arms, disputed, find_eligible
from schemas.records import Assignment, GoldSentence, Sentence


def corpus(
    pieces: int, length: int = 4, *, text: str = "Satz {} steht hier allein und ganz für sich"
) -> list[Sentence]:
    return [
        Sentence(
            sentence_id=f"p{p}:{n}", commentary_id=f"p{p}", index=n, start=n, end=n + 1,
            text=text.format(f"{p} {n} nummer{p}-{n} wort{p}{n}x"), kind="sentence", continues=False, chain_id=None, block=0,
        )
        for p in range(pieces)
        for n in range(length)
    ]  # fmt: skip


def settings(**more: object) -> StudySettings:
    return StudySettings(**{"study": "s", "annotators": ["anna", "ben"], **more})  # type: ignore[arg-type]


def row(sentence_id: str, **more: object) -> Assignment:
    given = {"annotator": "", "batch": 1, "strategy": "mixed", "probability": 0.5, **more}
    return Assignment(sentence_id=sentence_id, **given)  # type: ignore[arg-type]


def names(sentences: list[Sentence]) -> set[str]:
    return {s.commentary_id for s in sentences}


def test_what_is_assigned_or_coded_is_not_picked_again() -> None:
    found = find_eligible(corpus(4), settings(), [row("p0:1")], coded={"p1:0"}, by_sentence=True)
    assert {s.sentence_id for s in found.sentences} == {s.sentence_id for s in corpus(4)} - {"p0:1", "p1:0"}
    assert found.set_aside == {"assigned": 1, "coded": 1}


def test_a_whole_commentary_is_not_picked_once_it_was_begun() -> None:
    found = find_eligible(corpus(4), settings(), [row("p0:1")])
    assert names(found.sentences) == {"p1", "p2", "p3"}


def test_what_is_held_back_for_the_test_is_picked_for_nothing_else() -> None:
    chosen = settings(test_share=0.4)
    rest, test = (find_eligible(corpus(50), chosen, [], test=test).sentences for test in (False, True))
    assert names(rest).isdisjoint(names(test))
    assert len(names(rest)) + len(names(test)) == 50
    assert 10 <= len(names(test)) <= 30


def test_what_is_held_back_stays_so_when_the_corpus_grows_and_batches_leave_it() -> None:
    chosen = settings(test_share=0.4)
    held_back = {f"p{n}" for n in range(50) if is_held_back(f"p{n}", chosen)}
    kept = [row(s.sentence_id) for s in corpus(50) if s.commentary_id not in held_back]
    found = find_eligible(corpus(80), chosen, kept, test=True).sentences
    assert {name for name in names(found) if int(name[1:]) < 50} == held_back


def test_a_commentary_that_is_tested_is_never_picked() -> None:
    assert find_eligible(corpus(1), settings(), [row("p0:0", test=True)], by_sentence=True).sentences == []


def test_of_sentences_that_are_nearly_the_same_one_may_be_picked() -> None:
    same = corpus(3, 1, text="Das Tempolimit nützt den Leuten auf dem Land und in der Stadt sehr")
    found = find_eligible([*same, *corpus(5)[12:]], settings(), [], by_sentence=True)
    assert len(found.sentences) == 1 + 8
    assert found.set_aside == {"duplicate": 2}


def test_the_copy_of_a_disputed_sentence_is_set_aside_as_disputed() -> None:
    same = corpus(2, 1, text="Das Tempolimit nützt den Leuten auf dem Land und in der Stadt sehr")
    found = find_eligible(same, settings(), [row("p0:0")], disputed={"p0:0"}, by_sentence=True)
    assert found.set_aside == {"assigned": 1, "disputed": 1}


def test_a_commentary_that_shares_one_sentence_is_no_copy_and_one_that_shares_half_is() -> None:
    sentences = corpus(3)
    texts = {"p1:0": "p0:0", "p2:0": "p0:0", "p2:1": "p0:1", "p2:2": "p0:2"}
    by_id = {s.sentence_id: s.text for s in sentences}
    copied = [
        msgspec.structs.replace(s, text=by_id[texts.get(s.sentence_id, s.sentence_id)]) for s in sentences
    ]
    found = find_eligible(copied, settings(), [])
    assert names(found.sentences) == {"p0", "p1"}
    assert found.set_aside == {"duplicate": 4}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"undecided": ["a"]}, {"s"}),
        ({"support": {"a": {"annotators": 4, "agreed": 2}}}, {"s"}),
        ({"support": {"a": {"annotators": 3, "agreed": 2}}}, set()),
        ({"support": {"a": {"annotators": 1, "agreed": 1}}}, set()),
    ],
)
def test_people_dispute_what_is_undecided_or_has_no_majority(
    more: dict[str, object], expected: set[str]
) -> None:
    gold = GoldSentence(sentence_id="s", commentary_id="c", text="x", layers={}, **more)  # type: ignore[arg-type]
    assert disputed([gold]) == expected


def test_the_arm_without_suggestions_is_even_over_the_order_and_over_strategies() -> None:
    picks = [(f"p{n}", "random" if n % 5 == 0 else "mixed") for n in range(100)]
    suggested = arms(picks, settings(no_suggestion_share=0.25), [], [])
    for first in range(0, 100, 20):
        assert sum(not suggested[name] for name, _ in picks[first : first + 20]) in (4, 5, 6)
    assert sum(not suggested[name] for name, strategy in picks if strategy == "random") == 5
    assert sum(not suggested[name] for name, _ in picks) == 25


def test_a_commentary_that_was_begun_keeps_its_arm() -> None:
    kept = [row("p0:0", suggest=False), row("p1:0", suggest=True)]
    found = arms([("p0", "mixed"), ("p1", "mixed")], settings(), corpus(2), kept)
    assert found == {"p0": False, "p1": True}


def test_a_push_draws_nothing_besides_what_was_selected() -> None:
    sentences = corpus(6)
    batch = assign_batch(sentences, settings(), [], [row("p2:0", rank=2), row("p4:1", rank=1)])
    assert {(a.sentence_id, a.annotator) for a in batch} == {
        (s, name) for s in ("p2:0", "p4:1") for name in ("anna", "ben")
    }
    assert assign(sentences, settings(), batch) == batch


def test_whoever_joins_codes_the_shared_batches_too() -> None:
    batch = assign_batch(corpus(6), settings(), [], [row("p2:0", rank=1)])
    joined = assign(corpus(6), settings(annotators=["anna", "ben", "cem"]), batch)
    assert {a.annotator: a.strategy for a in joined} == {"anna": "mixed", "ben": "mixed", "cem": "mixed"}


def test_a_batch_is_dealt_out_evenly_where_nothing_is_shared() -> None:
    rows = [row(s.sentence_id, rank=n) for n, s in enumerate(corpus(10), 1)]
    dealt = assign_batch(corpus(10), settings(overlap=0), [], rows)
    assert Counter(a.annotator for a in dealt) == {"anna": 20, "ben": 20}


def test_batches_are_coded_in_their_turn_and_their_own_order() -> None:
    sentences = corpus(6, 1)
    kept = assign(sentences[:2], settings(), [])
    first = assign_batch(
        sentences, settings(), kept, [row("p4:0", batch=2, rank=1), row("p2:0", batch=2, rank=2)]
    )
    both = assign_batch(
        sentences, settings(), first, [row("p5:0", batch=3, rank=1), row("p3:0", batch=3, rank=2)]
    )
    mine = {a.sentence_id: a for a in both if a.annotator == "ben"}
    order = [s.sentence_id for s in coding_order(sentences, "ben", settings(), mine)]
    assert order[2:] == ["p4:0", "p2:0", "p5:0", "p3:0"]
    assert order[:2] == [s.sentence_id for s in coding_order(sentences[:2], "ben", settings())]
