from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import codebooks
from schemas.codebooks import codebook_text
from schemas.lint import Finding, check_codebook

SHIPPED = Path(codebooks.__file__).parent
HEAD = "codebook: probe\nversion: 1.0.0\nlanguage: de\n"
CODES = "[{id: a, label: A, short: x}, {id: b, label: B, short: y}]"

BROKEN = """\
codebook: kaputt
version: 1
lang: de
layers:
  - id: tone
    kind: onee
    label:
    codes:
      - {id: a, label: A, short: x, key: ü}
      - {id: a, lable: B, short: x, parent: z, use_when: nie}
      - {label: C, short: x, key: enter, maps: {semeval-2023: Dout}}
      - nur Text
  - id: note
    kind: one
    label: N
    codes: &c [{id: x, label: X, short: x}, {id: y, label: Y, short: x}]
  - {id: stance, kind: stance, label: S, no_target: {label: K, kee: n}, codes: *c}
targets:
  - {id: no_target, question: "Gut?", favor_means: x, against_means: y, keys: {favour: q}}
version: 2
"""


def findings(tmp_path: Path, text: str) -> list[Finding]:
    path = tmp_path / "codebook.yaml"
    path.write_text(text, "utf-8")
    return check_codebook(path)[1]


def warnings(tmp_path: Path, text: str) -> list[str]:
    found = findings(tmp_path, text)
    assert [f for f in found if f.severity == "error"] == []
    return [f.message for f in found]


def test_every_problem_is_named_at_once_with_line_and_column(tmp_path: Path) -> None:
    found = {(f.line, f.column): f.message for f in findings(tmp_path, BROKEN) if f.severity == "error"}
    assert found == {
        (1, 1): 'codebook has no "language"',
        (6, 5): '"kind": found "onee", expected one, scale, set, stance, text; did you mean "one"?',
        (7, 5): '"label" is empty',
        (9, 37): 'key "ü": expected one of a-z, 0-9, shift+a … shift+z',
        (10, 9): 'code "a" has no "label"',
        (10, 10): 'two codes of layer "tone" have the id "a"',
        (10, 37): 'unknown parent "z"',
        (10, 48): '"use_when": found "nie", expected a list',
        (11, 9): 'code has no "id"',
        (11, 30): 'key "enter" is Label Studio\'s own: choose one of a-z, 0-9, shift+a … shift+z',
        (11, 49): 'scheme "semeval-2023" has no "Dout"; did you mean "Doubt"?',
        (12, 9): '"codes": found "nur Text", expected fields',
        (13, 5): 'the id "note" is a field of every task: choose another',
        (16, 12): "anchor &c: anchors and aliases are refused, write the value out",
        (17, 80): "alias *c: anchors and aliases are refused, write the value out",
        (19, 6): 'the id "no_target" is the tick beside the targets: choose another',
        (19, 80): 'unknown code "favour"; did you mean "favor"?',
        (20, 1): 'the key "version" stands here for the second time',
    }


def test_unknown_fields_are_warnings_at_every_level_with_their_near_hit(tmp_path: Path) -> None:
    found = [f.message for f in findings(tmp_path, BROKEN) if f.message.startswith("unknown field")]
    assert found == [
        'unknown field "lang"; did you mean "language"?',
        'unknown field "lable"; did you mean "label"?',
        'unknown field "kee"; did you mean "key"?',
    ]


def one(codes: str, more: str = "") -> str:
    return f"{HEAD}{more}layers: [{{id: tone, kind: one, label: T, codes: {codes}}}]\n"


def question(words: str) -> str:
    target = f'{{id: t, question: "{words}", favor_means: x, against_means: y}}'
    return f"{HEAD}targets: [{target}]\n"


WARNINGS = [
    ("nothing to warn of", one(CODES), []),
    ("one code", one("[{id: a, label: A, short: x}]"), ['layer "tone" has one code only']),
    ("no definition", one("[{id: a, label: A}, {id: b, label: B, short: x}]"), ['code "a" has no definition (short)']),
    ("a version that is no step", one(CODES).replace("1.0.0", "1.0"), ['version "1.0": expected three numbers, such as 1.0.0']),
    ("another language", one(CODES.replace("label: A", "label: {en: A}")), ['no words for language "de": "A" is shown']),
    ("a licence is no surprise", "licence: CC0\n" + one(CODES), []),
    ("one label for two", one(CODES.replace("label: B", "label: A")), ['two codes of layer "tone" are shown as "A"']),
    ("a near miss that is no code", one(CODES.replace("short: y", "short: y, near_misses: [{text: x, instead: c}]")), ['unknown code "c"']),
    ("a scheme of one's own", one(CODES.replace("short: y", "short: y, maps: {eigen: eins}"), "schemes: {eigen: [eins]}\n"), []),
    ("a stance layer without targets", f"{HEAD}layers: [{{id: s, kind: stance, label: S, codes: {CODES}}}]\n", []),
    ("what is about the coding needs no definition", f"{HEAD}layers: [{{id: s, kind: set, predict: false, label: S, codes: [{{id: a, label: A}}]}}]\n", []),
    ("a target without meaning", f"{HEAD}targets: [{{id: t, question: \"Ist es gut?\", favor_means: x}}]\n", ['target "t" has no definition (against_means)']),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in WARNINGS], ids=[row[0] for row in WARNINGS])
def test_warnings(tmp_path: Path, text: str, words: list[str]) -> None:
    assert warnings(tmp_path, text) == words


YES_NO = [
    ("Soll auf Autobahnen ein Tempolimit gelten?", ""),
    ("Ist Trumps Außenpolitik richtig?", ""),
    ("Wollen die Länder mehr Geld?", ""),
    ("War der Ausstieg ein Fehler?", ""),
    ("Darf der Staat mehr oder weniger verlangen?", ""),
    ("Was soll auf Autobahnen gelten?", "not a question that is answered with yes or no"),
    ("Mit welchen Mitteln soll gebaut werden?", "not a question that is answered with yes or no"),
    ("Wie hoch soll die Rente sein?", "not a question that is answered with yes or no"),
    ("Das Tempolimit", "not a question that is answered with yes or no"),
    ("Soll ein Tempolimit gelten", "not a question that is answered with yes or no"),
    ("Das Tempolimit ist gut?", "not a question that is answered with yes or no"),
    ("Soll gebaut und gespart werden?", 'joins two by "und"'),
    ("Soll in Dortmund gebaut werden?", ""),
]


@pytest.mark.parametrize(("words", "expected"), YES_NO)
def test_a_target_is_a_single_yes_no_question(tmp_path: Path, words: str, expected: str) -> None:
    found = warnings(tmp_path, question(words))
    assert [expected in message for message in found] == ([True] if expected else [])


def test_more_keys_than_a_keyboard_bears(tmp_path: Path) -> None:
    keys = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    codes = ", ".join(f"{{id: c{n}, label: L{n}, short: x, key: {key}}}" for n, key in enumerate(keys[:35]))
    assert warnings(tmp_path, one(f"[{codes}]")) == ["35 keys on the screen: a keyboard bears 34"]


def test_more_decisions_than_a_person_bears(tmp_path: Path) -> None:
    codes = ", ".join(f"{{id: c{n}, label: L{n}, short: x}}" for n in range(13))
    text = f"{HEAD}layers: [{{id: m, kind: set, label: M, codes: [{codes}]}}]\n"
    assert warnings(tmp_path, text) == ["13 decisions in every sentence: a person bears 12"]
    fine = text.replace("id: c12,", "id: c12, parent: c1,")
    assert warnings(tmp_path, fine) == []


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_ships_has_no_finding_but_the_size_of_the_full_codebook(path: Path) -> None:
    found = [f.message for f in check_codebook(path)[1]]
    size = ["15 decisions in every sentence: a person bears 12"]
    assert found == (size if path.stem == "kommentar-full" else [])


def test_the_core_codebook_with_five_targets_is_within_all_limits(tmp_path: Path) -> None:
    assert warnings(tmp_path, codebook_text("kommentar-core", "ziele-ukraine")) == []


def test_the_full_codebook_with_five_targets_stays_within_the_keys(tmp_path: Path) -> None:
    found = warnings(tmp_path, codebook_text("kommentar-full", "ziele-ukraine"))
    assert found == ["20 decisions in every sentence: a person bears 12"]


def test_the_command_lists_all_and_fails_on_errors_only(
    standpunkt: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_text(BROKEN, "utf-8")
    ran = standpunkt("codebook", "lint", path)
    assert ran.code == 1
    assert f"{path}:10:10: error: two codes" in ran.out
    report = standpunkt("codebook", "lint", path, "--json")
    assert report.code == 1
    assert set(report.json["findings"][0]) == {"severity", "line", "column", "message"}
    path.write_text(one("[{id: a, label: A}]"), "utf-8")
    assert standpunkt("codebook", "lint", path).code == 0
