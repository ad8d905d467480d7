"""Why two people have no sentence in common, as it was drawn."""

import pytest

from annotate.study.assignments import assign, coding_order
from annotate.study.folder import StudySettings
from annotate.study.in_common import cause
from schemas.records import Assignment, Sentence

PIECES = [
    Sentence(
        sentence_id=f"p{p}:{n}", commentary_id=f"p{p}", index=n, start=n, end=n + 1, text="x",
        kind="sentence", continues=False, chain_id=None, block=0,
    )
    for p in range(6)
    for n in range(10)
]  # fmt: skip


def words(coded: dict[str, set[str]], **settings: object) -> str:
    chosen = StudySettings(**{"study": "s", "annotators": ["anna", "ben"], **settings})  # type: ignore[arg-type]
    assigned: dict[str, dict[str, Assignment]] = {}
    for row in assign(PIECES, chosen):
        assigned.setdefault(row.annotator, {})[row.sentence_id] = row
    return cause(PIECES, assigned, coded, chosen)


def test_an_order_of_ones_own_is_named_with_how_far_it_is_to_a_common_sentence() -> None:
    said = words({"anna": {"p0:0", "p0:1"}, "ben": {"p3:0"}}, shared_first=0)
    assert said.startswith("60 sentences are for two or more, but in each one's own order: ")
    assert "comes to what" in said
    assert "more sentence" in said


def test_who_coded_nothing_yet_is_named() -> None:
    said = words({"anna": {"p0:0"}})
    assert said.endswith("; ben coded nothing yet (as of the last pull)")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"overlap": 0.0}, "each sentence was drawn for one person (overlap 0 in study.yaml)"),
        ({"annotators": ["anna"]}, "the sentences were drawn for one person"),
    ],
)
def test_what_was_drawn_apart_is_said_to_be(settings: dict[str, object], expected: str) -> None:
    assert words({"anna": {"p0:0"}}, **settings).startswith(expected)


def test_with_shared_first_two_who_coded_some_sentences_have_them_in_common() -> None:
    """Twenty sentences each: the case that had none in common before."""
    chosen = StudySettings(study="s", annotators=["anna", "ben"])
    rows = assign(PIECES, chosen)
    done = []
    for name in chosen.annotators:
        mine = {row.sentence_id: row for row in rows if row.annotator == name}
        done.append({s.sentence_id for s in coding_order(PIECES, name, chosen, mine)[:20]})
    assert len(done[0] & done[1]) == 20
