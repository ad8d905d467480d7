"""Label Studio's results ⇄ layers: the rules of reading, case by case."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codebook import Code, Codebook, Layer, NoTarget, Target
from schemas.records import Layers, SuggestionSnapshot
from schemas.studio_json import StudioAnnotation, control_names, read_result, suggested_by, to_result


def layer(name: str, kind: Any, codes: str = "", **more: Any) -> Layer:
    return Layer(
        id=name, kind=kind, label=name, codes=[Code(id=code, label=code) for code in codes.split()], **more
    )


BOOK = Codebook(
    codebook="probe",
    version="1.0.0",
    language="de",
    targets=[Target(id="tempolimit", question="?"), Target(id="maut", question="?")],
    layers=[
        layer("voice", "one", "author other", required=True),
        layer("tone", "one", "calm loud"),
        layer("stance", "stance", "favor against open", no_target=NoTarget(label="Kein Ziel")),
        layer("rhetoric", "set", "irony metaphor none", required=True, exclusive=["none"]),
        layer("unsure", "set", "unsure bad_split", predict=False),
        layer("force", "scale", "1 2 3"),
        layer("who", "text"),
    ],
)
#: What every reading has besides: sets without a tick, and what is then still to be done.
EMPTY: Layers = {"rhetoric": [], "unsure": []}
OPEN = ["voice", "stance", "rhetoric"]


def ticked(**controls: Any) -> list[dict[str, Any]]:
    """Results of these controls; a value that is no object is one choice."""
    return [
        {"from_name": name, "to_name": "text", "type": "choices", "value": value}
        for name, held in controls.items()
        for value in [held if isinstance(held, dict) else {"choices": [held]}]
    ]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (ticked(voice="author"), {"voice": "author"}),
        (ticked(rhetoric={"choices": ["metaphor", "irony"]}), {"rhetoric": ["irony", "metaphor"]}),
        (ticked(rhetoric="irony") + ticked(rhetoric="metaphor"), {"rhetoric": ["irony", "metaphor"]}),
        (ticked(rhetoric={"taxonomy": [["tropes", "irony"]]}), {"rhetoric": ["irony"]}),
        (ticked(force="2"), {"force": 2}),
        (ticked(force={"rating": 3}), {"force": 3}),
        (ticked(force={"number": 3.0}), {"force": 3}),
        (ticked(who={"text": [" Lawrow ", ""]}), {"who": "Lawrow"}),
        (ticked(who={"text": "zwei\nZeilen"}), {"who": "zwei\nZeilen"}),
        (ticked(who={"text": [" "]}), {}),
        # stance: a tick anywhere gives every target a value
        (ticked(stance__maut="open"), {"stance": {"tempolimit": "unrelated", "maut": "open"}}),
        (
            ticked(stance__no_target="no_target"),
            {"stance": {"tempolimit": "unrelated", "maut": "unrelated"}},
        ),
        (ticked(stance__maut="unrelated"), {"stance": {"tempolimit": "unrelated", "maut": "unrelated"}}),
        (
            ticked(stance__no_target="no_target", stance__maut="unrelated"),
            {"stance": {"tempolimit": "unrelated", "maut": "unrelated"}},
        ),
        ([], {}),
    ],
)
def test_what_was_ticked_is_what_is_read(result: list[dict[str, Any]], expected: Layers) -> None:
    reading = read_result(result, BOOK)
    assert reading.layers == EMPTY | expected
    assert (reading.broken, reading.unknown) == ([], [])


@pytest.mark.parametrize(
    ("result", "still_open"),
    [
        ([], OPEN),
        (ticked(voice="author"), ["stance", "rhetoric"]),
        (ticked(stance__no_target="no_target"), ["voice", "rhetoric"]),
        (ticked(rhetoric="none"), ["voice", "stance"]),  # a stance without a tick is open, required or not
        (ticked(voice="other", stance__maut="open", rhetoric="irony"), []),
    ],
)
def test_what_must_still_be_done_is_incomplete(result: list[dict[str, Any]], still_open: list[str]) -> None:
    assert read_result(result, BOOK).incomplete == still_open


@pytest.mark.parametrize(
    ("result", "layer_id", "problem"),
    [
        (
            ticked(voice={"choices": ["author", "other"]}),
            "voice",
            "2 answers where one is asked: author, other",
        ),
        (ticked(tone={"choices": ["calm", "loud"]}), "tone", "2 answers where one is asked: calm, loud"),
        (ticked(rhetoric={"choices": ["irony", "none"]}), "rhetoric", "none stands beside irony"),
        (
            ticked(stance__no_target="no_target", stance__maut="open"),
            "stance",
            "no_target stands beside maut",
        ),
        (
            ticked(stance__maut={"choices": ["favor", "open"]}),
            "stance",
            "2 answers toward maut: favor, open",
        ),
    ],
)
def test_a_broken_rule_leaves_the_layer_out_until_it_is_mended(
    result: list[dict[str, Any]], layer_id: str, problem: str
) -> None:
    reading = read_result(result, BOOK)
    assert layer_id not in reading.layers
    assert layer_id in reading.incomplete
    assert reading.broken == [f"{layer_id}: {problem}"]


@pytest.mark.parametrize(
    ("result", "layer_id", "unknown"),
    [
        (ticked(voice="narrator"), "voice", "voice: narrator"),
        (ticked(tone="shrill"), "tone", "tone: shrill"),
        (ticked(rhetoric={"choices": ["irony", "hyperbole"]}), "rhetoric", "rhetoric: hyperbole"),
        (ticked(stance__maut="maybe"), "stance", "stance__maut: maybe"),
        (ticked(stance__no_target="yes"), "stance", "stance__no_target: yes"),
        (ticked(force="4"), "force", "force: 4"),
        (ticked(force={"rating": 2.5}), "force", "force: 2.5"),
    ],
)
def test_an_unknown_code_leaves_the_layer_out_until_it_is_mended(
    result: list[dict[str, Any]], layer_id: str, unknown: str
) -> None:
    reading = read_result(result, BOOK)
    assert layer_id not in reading.layers
    assert layer_id in reading.incomplete
    assert reading.unknown == [unknown]


def test_a_control_of_another_project_is_named() -> None:
    assert read_result(ticked(sentiment="good", stance__radweg="open"), BOOK).unknown == [
        "control sentiment",
        "control stance__radweg",
    ]


def test_a_fine_code_brings_its_group_along() -> None:
    codes = [Code(id="group", label="G"), Code(id="fine", label="F", parent="group"), Code(id="z", label="Z")]
    book = Codebook(
        codebook="x", version="1", language="de", layers=[Layer(id="m", kind="set", label="M", codes=codes)]
    )
    assert read_result(ticked(m={"choices": ["fine"]}), book).layers == {"m": ["group", "fine"]}


def test_the_same_tick_twice_is_one_tick() -> None:
    assert read_result(ticked(voice="author") * 2, BOOK).layers["voice"] == "author"


def test_items_that_are_no_controls_are_passed_over() -> None:
    odd: list[Any] = [
        None,
        "voice",
        {"type": "relation"},
        {"from_name": 3, "value": {}},
        {"from_name": "voice"},
    ]
    assert read_result(odd, BOOK) == read_result([], BOOK)


def test_controls_stand_in_the_order_of_the_screen() -> None:
    assert list(control_names(BOOK)) == [
        "voice",
        "tone",
        "stance__tempolimit",
        "stance__maut",
        "stance__no_target",
        "rhetoric",
        "unsure",
        "force",
        "who",
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (7, 7),
        ({"id": 7, "email": "a@example.org"}, 7),
        ({"email": "a@example.org"}, None),
        (True, None),
        ("7", 7),
        ("sieben", None),
    ],
)
def test_the_coder_is_a_number_whatever_the_export_says(by: Any, expected: int | None) -> None:
    assert StudioAnnotation(completed_by=by).user_id == expected


def test_a_suggestion_holds_what_was_shown_and_no_empty_sets() -> None:
    shown = {"model_version": "probe-1", "result": to_result({"voice": "other"}, BOOK)}
    suggested = suggested_by(shown, {}, BOOK)
    assert suggested is not None
    assert suggested.layers == {"voice": "other"}


def test_what_was_only_marked_is_kept_apart_from_what_was_ticked() -> None:
    marked = {"touched__maut": "berührt?", "marked_by": "probe-2"}
    alone = suggested_by(None, marked, BOOK)
    assert alone == SuggestionSnapshot(model_version="probe-2", layers={}, touched=["stance__maut"])
    ticks = {"model_version": "probe-1", "result": to_result({"stance": {"tempolimit": "favor"}}, BOOK)}
    beside = suggested_by(ticks, {**marked, "touched__tempolimit": "andere Texte"}, BOOK)
    assert beside is not None
    assert (beside.model_version, beside.touched) == ("probe-1", ["stance__maut"])
    assert beside.from_author == ["stance__tempolimit"]


def test_a_mark_where_nothing_was_ticked_says_nothing_of_the_author() -> None:
    ticks = {"model_version": "probe-1", "result": to_result({"voice": "author"}, BOOK)}
    shown = suggested_by(ticks, {"touched__maut": "andere Texte"}, BOOK)
    assert shown == SuggestionSnapshot(model_version="probe-1", layers={"voice": "author"})


@pytest.mark.parametrize("prediction", [None, 17, {}, {"result": []}, "probe-1"])
def test_without_a_model_version_nothing_was_suggested(prediction: Any) -> None:
    assert suggested_by(prediction, {}, BOOK) is None


stances = st.fixed_dictionaries(
    {name: st.sampled_from(["favor", "against", "open", "unrelated"]) for name in BOOK.target_ids}
)
sets = st.just(["none"]) | st.lists(st.sampled_from(["irony", "metaphor"]), unique=True).map(sorted)
whole = st.fixed_dictionaries(
    {"rhetoric": sets, "unsure": st.sampled_from([[], ["unsure"], ["unsure", "bad_split"]])},
    optional={
        "voice": st.sampled_from(["author", "other"]),
        "stance": stances,
        "force": st.integers(1, 3),
        "who": st.text(min_size=1).filter(lambda words: words == words.strip()),
    },
)


@given(whole)
def test_layers_shown_on_the_screen_are_read_back(layers: Layers) -> None:
    reading = read_result(to_result(layers, BOOK), BOOK)
    assert reading.layers == layers
    assert (reading.broken, reading.unknown) == ([], [])


def test_results_are_what_label_studio_can_store() -> None:
    layers: Layers = {"voice": "author", "stance": {"tempolimit": "favor", "maut": "unrelated"}, "force": 2}
    assert msgspec.to_builtins(to_result(layers, BOOK)) == ticked(
        voice="author", stance__tempolimit="favor", force="2"
    )
