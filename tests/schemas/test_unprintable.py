"""Control characters and bidirectional formatting are escaped; all other text stays as it is."""

import json
import unicodedata

import pytest

from schemas.unprintable import escaped_json, replaced, visible, visible_line

STEERING = [*map(chr, [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])]
HALVES = ["\ud800", "\udfff", "\udc80"]
ORDINARY = "Grüße „hier“ – 5 %\u00a0… 𝒳 👩\u200d👧 \u00ad שלום \u200e"


@pytest.mark.parametrize("sign", [*STEERING, *HALVES], ids=ascii)
def test_a_control_character_is_shown_by_its_number(sign: str) -> None:
    assert visible(sign) == (sign if sign in "\n\t" else visible_line(sign))
    assert visible_line(f"a{sign}b").isprintable()
    assert int(visible_line(sign)[2:], 16) == ord(sign)


def test_what_only_looks_foreign_stays() -> None:
    for show in (visible, visible_line, escaped_json, replaced):
        assert show(ORDINARY) == ORDINARY


def test_every_control_of_unicode_is_among_them() -> None:
    controls = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Cc"]
    assert all(visible_line(sign) != sign for sign in controls)


def test_shown_twice_is_shown_once() -> None:
    words = visible("".join(STEERING))
    assert visible(words) == words


def test_json_keeps_its_value() -> None:
    value = {"".join(STEERING): ORDINARY}
    text = escaped_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value
    assert visible(text) == text


def test_places_in_a_text_for_pages_stay_what_they_were() -> None:
    text = "".join(f"{sign}x" for sign in STEERING + HALVES)
    assert len(replaced(text)) == len(text)
    assert replaced(text).count("\ufffd") == len(STEERING + HALVES) - len("\t\n\r")
    replaced(text).encode("utf-8")
