"""What is read of an answer, and what counts as none."""

import json
from typing import Any

import pytest

from annotate.zeroshot.answers import (
    answer_schema,
    parse_answer,
    parse_whole,
    read_object,
    value_places,
)
from annotate.zeroshot.prompt import asked_layers
from schemas.codebook import Codebook
from schemas.layer import Code, Layer, Target

BOOK = Codebook(
    codebook="b", version="1.0.0", language="de",
    targets=[Target(id="maut", question="Soll es eine Maut geben?")],
    layers=[
        Layer(id="voice", kind="one", label="Stimme", codes=[Code(id="author", label="A"), Code(id="other", label="B")]),
        Layer(id="stance", kind="stance", label="Haltung", codes=[Code(id="favor", label="Ja"), Code(id="against", label="Nein")]),
        Layer(id="means", kind="set", label="Mittel", required=True, exclusive=["none"], codes=[
            Code(id="irony", label="I"), Code(id="bitter", label="J", parent="irony"), Code(id="none", label="K")]),
        Layer(id="force", kind="scale", label="Kraft", codes=[Code(id="1", label="1"), Code(id="2", label="2")]),
        Layer(id="who", kind="text", label="Wer"),
        Layer(id="unsure", kind="set", label="Hinweis", predict=False, codes=[Code(id="unsure", label="u")]),
    ],
)  # fmt: skip
LAYERS = asked_layers(BOOK)
GOOD = {"voice": "author", "stance": {"maut": "favor"}, "means": ["irony"], "force": 2}


def parsed(answer: Any) -> Any:
    return parse_answer(answer if isinstance(answer, str) else json.dumps(answer), BOOK, LAYERS)


def test_what_is_about_the_coding_and_free_text_is_not_asked() -> None:
    assert [layer.id for layer in LAYERS] == ["voice", "stance", "means", "force"]


def test_the_schema_allows_the_codes_of_the_codebook_and_no_others() -> None:
    schema = answer_schema(BOOK, LAYERS)
    assert schema["required"] == ["voice", "stance", "means", "force"]
    assert schema["properties"]["stance"]["properties"]["maut"]["enum"] == ["favor", "against", "unrelated"]
    assert schema["properties"]["force"] == {"type": "integer", "enum": [1, 2]}
    assert schema["properties"]["means"]["items"]["enum"] == ["irony", "bitter", "none"]
    assert schema["additionalProperties"] is False


def test_a_good_answer_is_read() -> None:
    assert parsed(GOOD) == (GOOD, {})


@pytest.mark.parametrize(
    "words",
    [
        "Gern!\n```json\n{}\n```\nIch hoffe, das hilft.",
        "<think>Der Satz {klingt} ironisch.</think>\n{}",
        "\n\n{}\n",
    ],
)
def test_an_object_is_found_among_words(words: str) -> None:
    assert parsed(words.replace("{}", json.dumps(GOOD))) == (GOOD, {})


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ({"voice": "narrator"}, {"voice": "unknown code"}),
        ({"voice": "Author"}, {"voice": "unknown code"}),
        ({"voice": None}, {"voice": "missing"}),
        ({"voice": ["author"]}, {"voice": "unknown code"}),
        ({"stance": {}}, {"stance__maut": "missing"}),
        ({"stance": "favor"}, {"stance__maut": "missing"}),
        ({"stance": {"maut": "vielleicht"}}, {"stance__maut": "unknown code"}),
        ({"means": []}, {"means": "missing"}),
        ({"means": "irony"}, {"means": "unknown code"}),
        ({"means": ["irony", "sarcasm"]}, {"means": "unknown code"}),
        ({"means": ["none", "irony"]}, {"means": "against a rule of the codebook"}),
        ({"force": 3}, {"force": "unknown code"}),
        ({"force": True}, {"force": "unknown code"}),
        ({"force": 1.5}, {"force": "unknown code"}),
    ],
)
def test_what_the_codebook_does_not_allow_is_no_answer(part: dict[str, Any], missing: dict[str, str]) -> None:
    found = parsed({**GOOD, **part})
    assert found.missing == missing
    assert next(iter(part)) not in found.layers
    assert len(found.layers) == 3


def test_a_step_written_as_words_is_a_step_and_a_finer_code_brings_its_group() -> None:
    assert parsed({**GOOD, "force": "2", "means": ["bitter"]}).layers["force"] == 2
    assert parsed({**GOOD, "means": ["bitter"]}).layers["means"] == ["irony", "bitter"]


@pytest.mark.parametrize(
    "words",
    ["", "Dabei kann ich nicht helfen.", "[1, 2]", '{"voice": "author"', "{" * 5000, "null", "<think>{}"],
)
def test_prose_and_broken_json_are_no_answer(words: str) -> None:
    found = parsed(words)
    assert found.layers == {}
    assert set(found.missing.values()) == {"not JSON"}


def test_numbered_answers_are_told_apart_and_doubles_say_nothing() -> None:
    rows = [
        {"n": 2, **GOOD},
        {"n": 1, **GOOD, "voice": "other"},
        {"n": 3, **GOOD},
        {"n": 3, **GOOD},
        {"n": 9},
    ]
    found = parse_whole(json.dumps({"sentences": rows}), BOOK, LAYERS, [1, 2, 3, 4])
    assert [found[n][0] for n in (1, 2, 3, 4)] == [1, 0, -1, -1]
    assert found[1][1].layers["voice"] == "other"
    assert found[3][1].missing["voice"] == "against a rule of the codebook"
    assert found[4][1].missing["voice"] == "missing"


def test_places_of_values_are_found_in_what_servers_write() -> None:
    text = '<think>{"voice": "x"}</think>{ "voice" : "a\\"b", "stance": {"maut":"favor"}, "l": ["p", "q"], "n": 12}'
    assert {path: text[start:end] for path, start, end in value_places(text)} == {
        ("voice",): '"a\\"b"', ("stance", "maut"): '"favor"', ("l", 0): '"p"', ("l", 1): '"q"', ("n",): "12",
    }  # fmt: skip


def test_an_object_is_an_object() -> None:
    assert read_object('{"a": 1}') == {"a": 1}
