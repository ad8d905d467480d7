"""Who gets a suggestion, why others get none, and which predictions are written: without a server."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from annotate.label_studio.answers import HeldTask
from annotate.sync.suggestions import (
    OpenTask,
    TaskSuggestion,
    ask_for_directions,
    choose_suggestions,
    coded_directions,
    keep_shared,
    not_shared,
    plan_predictions,
    stale_fields,
    study_task,
    wanted_fields,
    withheld_reason,
)
from schemas.codebook import Codebook, load_codebook
from schemas.codebooks import shipped_codebook
from schemas.records import Annotation, LayerValue

SUGGESTION = TaskSuggestion(msgspec.Raw(b"[]"), 0.9)

NEW, OLD, FOREIGN = "kern-0123abcd", "kern-89ef4567", "gpt-4"


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook(shipped_codebook("kommentar-core"))


def task(sentence_id: str | None = "a:1", coded: int = 0, **meta: Any) -> HeldTask:
    return HeldTask(id=7, coded=coded, data={"sentence_id": sentence_id}, meta=meta)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (task(), None),
        (task(suggest=True, test=False, phase="main"), None),
        (task(coded=1), "already coded"),
        (task(coded=1, test=True), "already coded"),
        (task(test=True, suggest=False), "test share"),
        (task(phase="pilot", suggest=False), "pilot"),
        (task(suggest=False), "no-suggestion share"),
    ],
)
def test_why_a_task_may_have_no_suggestion(held: HeldTask, reason: str | None) -> None:
    assert withheld_reason(held) == reason


@pytest.mark.parametrize(
    ("held", "suggestions", "shown", "withheld"),
    [
        (task(), {"a:1": SUGGESTION}, [SUGGESTION], {}),
        (task(), {"a:1": None}, [None], {"nothing certain enough": 1}),
        (task(), {}, [None], {"not in the study": 1}),
        (task(test=True), {"a:1": SUGGESTION}, [None], {"test share": 1}),
        (task(suggest=False), {"a:1": None}, [None], {"no-suggestion share": 1}),
        (task(coded=1), {"a:1": SUGGESTION}, [], {"already coded": 1}),
    ],
)
def test_a_suggestion_is_shown_or_its_absence_counted(
    held: HeldTask, suggestions: dict[str, TaskSuggestion | None], shown: list[Any], withheld: dict[str, int]
) -> None:
    row = study_task(held)
    assert row is not None
    open_tasks, reasons = choose_suggestions([row], suggestions)
    assert ([t.suggestion for t in open_tasks], reasons) == (shown, withheld)


MARKED = TaskSuggestion(None, 0.0, touched=("maut",))
TICKED = TaskSuggestion(msgspec.Raw(b"[1]"), 0.9, touched=("maut",), from_author=("tempolimit",))


@pytest.mark.parametrize(
    ("data", "meta", "suggestion", "stale"),
    [
        ({}, {}, None, {}),
        ({"note": "", "touched__maut": ""}, {}, None, {}),
        ({}, {}, SUGGESTION, {("note", "Mit Vorschlag"): [7]}),
        ({}, {}, MARKED, {("touched__maut", "berührt?"): [7], ("marked_by", NEW): [7]}),
        ({"touched__maut": "berührt?", "marked_by": NEW}, {}, MARKED, {}),
        ({"touched__maut": "berührt?", "marked_by": OLD}, {}, MARKED, {("marked_by", NEW): [7]}),
        (
            {"touched__rente": "berührt?", "note": "Mit Vorschlag"},
            {},
            TICKED,
            {
                ("touched__rente", ""): [7],
                ("touched__tempolimit", "andere Texte"): [7],
                ("touched__maut", "berührt?"): [7],
                ("marked_by", NEW): [7],
                ("note", "Mit Vorschlag, Richtung zum Teil nach anderen Texten des Autors"): [7],
            },
        ),
        *[
            (
                {"touched__maut": "berührt?", "marked_by": NEW, "note": "Mit Vorschlag"},
                meta,
                TICKED,
                {("touched__maut", ""): [7], ("marked_by", ""): [7], ("note", ""): [7]},
            )
            for meta in ({"test": True}, {"phase": "pilot"}, {"suggest": False})
        ],
    ],
)
def test_a_task_says_what_is_suggested_now_and_nothing_of_before(
    data: dict[str, str],
    meta: dict[str, Any],
    suggestion: TaskSuggestion | None,
    stale: dict[tuple[str, str], list[int]],
) -> None:
    row = study_task(HeldTask(id=7, data={"sentence_id": "a:1", **data}, meta=meta))
    assert row is not None
    open_tasks, _ = choose_suggestions([row], {"a:1": suggestion})
    assert stale_fields(open_tasks, NEW) == stale


@pytest.mark.parametrize(
    ("marked", "helps"),
    [
        (["a", "a"], [0, 0]),  # helps one other sentence: not asked
        (["a", "a", "a"], [2, 0, 0]),
        (["b", "a", "a", "b", "a", "a"], [0, 3, 0, 0, 0, 0]),
        (["a", "", "a", "a"], [2, 0, 0, 0]),
    ],
)
def test_a_direction_is_asked_for_once_a_commentary_where_it_helps(
    marked: list[str], helps: list[int]
) -> None:
    tasks = [
        OpenTask(n, MARKED._replace(commentary=name, undirected=("maut",)) if name else None, {})
        for n, name in enumerate(marked)
    ]
    asking = ask_for_directions(tasks)
    assert [task.suggestion.helps if task.suggestion else 0 for task in asking] == helps
    notes = [wanted_fields(task.suggestion, NEW).get("note") for task in asking]
    assert notes == [
        f"Ihre Antwort zu „berührt?“ hilft bei {n} weiteren Sätzen" if n else None for n in helps
    ]


def test_targets_are_asked_for_each_by_itself() -> None:
    both = MARKED._replace(commentary="a", undirected=("maut", "rente"))
    tasks = [
        OpenTask(0, both, {}),
        *(OpenTask(n, both._replace(undirected=("rente",)), {}) for n in (1, 2, 3)),
    ]
    assert [task.suggestion.helps for task in ask_for_directions(tasks) if task.suggestion] == [3, 0, 0, 0]


def test_a_mark_alone_is_no_suggestion() -> None:
    row = study_task(task())
    assert row is not None
    _, withheld = choose_suggestions([row], {"a:1": MARKED})
    assert withheld == {"only that a target is touched is certain enough": 1}


def test_codings_count_for_who_gave_them_and_in_their_commentary(book: Codebook) -> None:
    given = [
        ("anna", "a", {"stance": {"maut": "favor", "rente": "unrelated"}}),
        ("anna", "a", {"stance": {"maut": "favor"}, "voice": "author"}),
        ("anna", "b", {"stance": {"maut": "against"}}),
        ("ben", "a", {"stance": {"maut": "open"}}),
        ("ben", "a", {}),
    ]
    rows = [
        Annotation(
            sentence_id=f"{piece}:{n}", commentary_id=piece, annotator=name, codebook="k", layers=layers
        )
        for n, (name, piece, layers) in enumerate(given)
    ]
    assert coded_directions(rows, book) == {
        "anna": {
            "a": {"stance": {"maut": Counter(favor=2), "rente": Counter(unrelated=1)}},
            "b": {"stance": {"maut": Counter(against=1)}},
        },
        "ben": {"a": {"stance": {"maut": Counter(open=1)}}},
    }


def test_a_prediction_that_says_something_else_by_now_is_sent_anew() -> None:
    plan = plan_predictions([1, 2], [(1, NEW), (2, NEW)], {NEW}, NEW, changed=[2])
    assert plan == ([NEW], [], [1, 2], 2)


def test_a_task_of_another_tool_is_left_out() -> None:
    assert study_task(task(sentence_id=None)) is None


@pytest.mark.parametrize(
    ("predicted", "deleted", "present", "missing", "replaced"),
    [
        ([], [], [], [1, 2], 0),
        ([(1, NEW)], [], [1], [2], 0),
        ([(1, NEW), (2, NEW)], [], [1, 2], [], 0),
        ([(1, OLD), (2, FOREIGN)], [OLD], [], [1, 2], 1),
        ([(1, NEW), (1, NEW)], [NEW], [], [1, 2], 1),
        ([(1, NEW), (3, NEW)], [NEW], [], [1, 2], 1),
        ([(1, NEW), (2, OLD), (3, FOREIGN)], [OLD], [1], [2], 1),
    ],
)
def test_each_task_gets_one_prediction_and_foreign_ones_stay(
    predicted: list[tuple[int, str]],
    deleted: list[str],
    present: list[int],
    missing: list[int],
    replaced: int,
) -> None:
    plan = plan_predictions([1, 2], predicted, {name for _, name in predicted}, NEW)
    assert plan == (deleted, present, missing, replaced)


def test_what_model_and_study_do_not_share_is_named(book: Codebook) -> None:
    assert not_shared(book, book) == []
    voice = next(layer for layer in book.layers if layer.id == "voice")
    fewer = replace(book, layers=[layer for layer in book.layers if layer.id != "voice"])
    other = replace(book, layers=[replace(voice, kind="set"), *fewer.layers])
    assert not_shared(book, fewer) == not_shared(fewer, book) == not_shared(other, book) == ["voice"]


@pytest.mark.parametrize(
    ("layer", "value", "kept"),
    [
        ("voice", "author", "author"),
        ("voice", "a code of another codebook", None),
        ("rhetoric", ["irony"], ["irony"]),
        ("rhetoric", ["irony", "a code of another codebook"], None),
        ("no such layer", "author", None),
    ],
)
def test_only_codes_of_the_study_are_suggested(
    layer: str, value: LayerValue, kept: LayerValue | None, book: Codebook
) -> None:
    assert keep_shared({layer: value}, [], book).get(layer) == kept
    assert keep_shared({layer: value}, [layer], book) == {}


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (1.0, "sehr sicher (1,00)"),
        (0.95, "sehr sicher (0,95)"),
        (0.9499, "ziemlich sicher (0,90)"),
        (0.8, "ziemlich sicher (0,80)"),
        (0.79, "halbwegs sicher (0,75)"),
        (0.0, "halbwegs sicher (0,00)"),
    ],
)
def test_a_suggestion_says_how_sure_it_is_only_where_that_is_asked_for(score: float, words: str) -> None:
    shown = TICKED._replace(score=score, from_author=())
    asked = wanted_fields(shown, NEW, show_confidence=True)["note"]
    assert asked == f"Mit Vorschlag · jede Wahl mindestens {words}"
    assert wanted_fields(shown, NEW)["note"] == "Mit Vorschlag"
    assert "note" not in wanted_fields(MARKED, NEW, show_confidence=True)
