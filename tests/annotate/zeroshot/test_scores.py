"""Probabilities of codes from probabilities of tokens."""

import math

import pytest

from annotate.zeroshot.scores import Token, code_shares


def token(text: str, p: float, **others: float) -> Token:
    return Token(text=text, logprob=math.log(p), others=[(name, math.log(q)) for name, q in others.items()])


def shares(tokens: list[Token], codes: list[str], start: int = 0) -> dict[str, float] | None:
    text = "".join(t.text for t in tokens)
    found = code_shares(tokens, text, start, len(text), codes)
    return found and {code: round(p, 3) for code, p in found.items()}


def test_codes_with_a_common_beginning_part_where_they_part() -> None:
    tokens = [token('"', 1.0), token("op", 0.9, un=0.1), token("en", 0.75, posed=0.25), token('"', 1.0)]
    assert shares(tokens, ["open", "opposed", "unrelated"]) == {
        "open": 0.675,
        "opposed": 0.225,
        "unrelated": 0.1,
    }


def test_a_code_that_begins_another_ends_with_its_mark() -> None:
    tokens = [
        token('"', 1.0),
        token("pro", 1.0),
        Token(text='"', logprob=math.log(0.6), others=[("test", math.log(0.4))]),
    ]
    assert shares(tokens, ["pro", "protest"]) == {"pro": 0.6, "protest": 0.4}


def test_what_begins_no_code_counts_for_none() -> None:
    assert shares([token("1", 0.5, x=0.4, **{"2": 0.1})], ["1", "2"]) == {
        "1": pytest.approx(0.833),
        "2": pytest.approx(0.167),
    }


def test_a_token_that_holds_more_than_the_value_is_read_from_its_place() -> None:
    text = '{"a":"on"}'
    tokens = [
        Token(text='{"a', logprob=0.0),
        Token(text='":"', logprob=0.0),
        token("on", 0.7, off=0.3),
        token('"}', 1.0),
    ]
    found = code_shares(tokens, text, 5, 9, ["on", "off"])
    assert found == {"on": pytest.approx(0.7), "off": pytest.approx(0.3)}


def test_without_any_probability_nothing_is_known() -> None:
    assert shares([Token(text="1", logprob=-9999.0)], ["1", "2"]) is None
