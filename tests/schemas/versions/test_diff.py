"""Two versions of a codebook: what changed, where ids went, and which version step it asks for."""

from pathlib import Path

import msgspec
import pytest

from schemas.codebook import Codebook, Target, load_codebook
from schemas.codebooks import codebook_text
from schemas.errors import DataError
from schemas.versions.diff import check_step, compare, inverted
from schemas.versions.id_map import CodebookMap, read_map

BOOK = """\
codebook: probe
version: 1.0.0
language: de
targets:
  - {id: tempolimit, question: "Soll ein Tempolimit gelten?"}
  - {id: maut, question: "Soll eine Maut gelten?"}
layers:
  - id: function
    kind: one
    required: true
    label: Satzart
    codes: [{id: claim, label: Urteil}, {id: report, label: Bericht}, {id: demand, label: Forderung}]
  - id: stance
    kind: stance
    label: Haltung
    no_target: {label: Kein Ziel}
    codes: [{id: favor, label: Ja}, {id: against, label: Nein}]
  - id: rhetoric
    kind: set
    required: true
    exclusive: [none]
    label: Mittel
    codes: [{id: irony, label: Ironie}, {id: image, label: Bild}, {id: none, label: Keine}]
"""


def book(tmp_path: Path, *changes: tuple[str, str], version: str = "1.0.0", name: str = "neu") -> Codebook:
    text = BOOK.replace("1.0.0", version)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return load_codebook(path)


def map_of(**given: dict[str, object]) -> CodebookMap:
    return CodebookMap(**given)  # type: ignore[arg-type]


CLAIM, IRONY, MAUT = (
    "{id: claim, label: Urteil}",
    "{id: irony, label: Ironie}",
    '{id: maut, question: "Soll eine Maut gelten?"}',
)
CASES = [
    ("nothing", [], {}, [], "none"),
    ("a renamed code, by its label", [("id: claim", "id: judgement")], {}, ["renamed code function.claim → function.judgement, told by its label"], "major"),
    ("a renamed layer", [("id: function", "id: kind")], {}, ["renamed layer function → kind, told by its label"], "major"),
    ("a renamed target", [("id: maut", "id: gebuehr")], {}, ["renamed target maut → gebuehr, told by its label"], "major"),
    ("another id and another label", [(CLAIM, "{id: view, label: Meinung}")], {}, ["removed code function.claim", "added code function.view"], "major"),
    ("the same, with a map", [(CLAIM, "{id: view, label: Meinung}")], {"codes": {"function": {"claim": "view"}}},
     ["renamed code function.claim → function.view", "reworded code function.claim → function.view (label)"], "major"),
    ("an added code", [(CLAIM, CLAIM + ", {id: link, label: Rest}")], {}, ["added code function.link"], "minor"),
    ("an added target", [(MAUT, MAUT + '\n  - {id: diesel, question: "Soll Diesel enden?"}')], {}, ["added target diesel"], "minor"),
    ("an added layer", [("  - id: rhetoric", "  - {id: who, kind: text, label: Wer}\n  - id: rhetoric")], {}, ["added layer who"], "minor"),
    ("a removed code", [(", {id: image, label: Bild}", "")], {}, ["removed code rhetoric.image"], "major"),
    ("a removed layer is said once", [("  - id: stance\n    kind: stance\n    label: Haltung\n    no_target: {label: Kein Ziel}\n    codes: [{id: favor, label: Ja}, {id: against, label: Nein}]\n", "")],
     {}, ["removed layer stance"], "major"),
    ("a split", [(CLAIM, "{id: good, label: Lob}, {id: bad, label: Tadel}")], {"codes": {"function": {"claim": ["good", "bad"]}}},
     ["split code function.claim → function.good, function.bad"], "major"),
    ("a merge", [(", {id: image, label: Bild}", "")], {"codes": {"rhetoric": {"image": "irony"}}}, ["merged code rhetoric.irony, rhetoric.image → rhetoric.irony"], "major"),
    ("two targets that become one", [("  - " + MAUT + "\n", "")], {"targets": {"maut": "tempolimit"}}, ["merged target tempolimit, maut → tempolimit"], "major"),
    ("a code that moves to another layer", [(", {id: demand, label: Forderung}", ""), (IRONY, IRONY + ", {id: demand, label: Forderung}")], {},
     ["moved code function.demand → rhetoric.demand, told by its label"], "major"),
    ("a code under another", [("{id: image, label: Bild}", "{id: image, label: Bild, parent: irony}")], {}, ["moved code rhetoric.image (parent)"], "major"),
    ("a new wording", [("label: Urteil", "label: Deutung")], {}, ["reworded code function.claim (label)"], "patch"),
    ("a new wording of a question", [("Soll eine Maut gelten?", "Soll die Maut gelten?")], {}, ["reworded target maut (question)"], "patch"),
    ("a new kind", [("kind: set", "kind: one"), ("    exclusive: [none]\n", "")], {}, ["changed layer rhetoric (kind, exclusive)"], "major"),
    ("what need not be answered any more", [("    required: true\n    exclusive", "    exclusive")], {}, ["changed layer rhetoric (required)"], "minor"),
    ("a renamed exclusive code is no other rule", [("none", "nothing"), ("{id: nothing, label: Keine}", "{id: nothing, label: Keine}")], {},
     ["renamed code rhetoric.none → rhetoric.nothing, told by its label"], "major"),
    ("another order", [(f"{CLAIM}, {{id: report, label: Bericht}}", f"{{id: report, label: Bericht}}, {CLAIM}")], {}, ["reworded layer function (order of codes)"], "patch"),
    ("a key", [("label: Urteil}", "label: Urteil, key: x}")], {}, ["reworded code function.claim (key)"], "patch"),
    ("a rule", [("layers:", "rules: [{id: r, title: T, text: U}]\nlayers:")], {}, ["added rule r"], "patch"),
    ("a removal that a map insists on", [("id: claim", "id: judgement")], {"codes": {"function": {"claim": []}}}, ["removed code function.claim", "added code function.judgement"], "major"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "given", "said", "step"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_change_is_named_and_asks_for_its_step(
    tmp_path: Path, changes: list, given: dict, said: list[str], step: str
) -> None:  # type: ignore[type-arg]
    diff = compare(book(tmp_path), book(tmp_path, *changes), map_of(**given))
    assert [str(change) for change in diff.changes] == said
    assert diff.asks_for == step


def test_a_question_that_stands_twice_tells_nothing(tmp_path: Path) -> None:
    old = book(tmp_path)
    twice = [Target(id=name, question="Soll eine Maut gelten?") for name in ("maut_a", "maut_b")]
    diff = compare(old, msgspec.structs.replace(old, targets=[old.targets[0], *twice]))
    assert [str(change) for change in diff.changes] == [
        "removed target maut",
        "added target maut_a",
        "added target maut_b",
    ]


STEPS = [
    ("1.0.1", [("label: Urteil", "label: Deutung")], None),
    ("1.0.0", [("label: Urteil", "label: Deutung")], "version 1.0.0 after 1.0.0 is no step; expected at least 1.0.1, a patch step: reworded code function.claim (label)"),
    ("1.0.1", [(", {id: image, label: Bild}", "")], "is a patch step; expected at least 2.0.0, a major step: removed code rhetoric.image"),
    ("1.0.1", [(CLAIM, CLAIM + ", {id: x, label: X}, {id: y, label: Y}")], "expected at least 1.1.0, a minor step: added code function.x (and 1 more)"),
    ("0.9.0", [(CLAIM, CLAIM + ", {id: x, label: X}")], "is a step back; expected at least 1.1.0"),
    ("2.0.0", [("label: Urteil", "label: Deutung")], None),  # a wording may change the meaning
    ("1.1.0", [("codebook: probe", "codebook: andere"), (", {id: image, label: Bild}", "")], None),
]  # fmt: skip


@pytest.mark.parametrize(("version", "changes", "words"), STEPS)
def test_a_step_that_is_too_small_is_refused(
    tmp_path: Path, version: str, changes: list[tuple[str, str]], words: str | None
) -> None:
    diff = compare(book(tmp_path), book(tmp_path, *changes, version=version))
    if words is None:
        check_step(diff)
        return
    with pytest.raises(DataError) as error:
        check_step(diff, "neu.yaml")
    assert str(error.value).startswith("neu.yaml: ")
    assert words in str(error.value)


def test_a_version_must_be_three_numbers(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected three numbers"):
        compare(book(tmp_path), book(tmp_path, version="zwei"))


MAPS = [
    ("ids: {}", 'unknown field "ids"'),
    ("layers: {funktion: function}", 'unknown layer "funktion"; did you mean "function"?'),
    ("layers: {function: rethoric}", 'unknown new layer "rethoric"; did you mean "rhetoric"?'),
    ("targets:\n  maut: mauth", 'karte.yaml:2: unknown new target "mauth"'),
    ("codes: {function: {clam: claim}}", 'unknown code of layer "function" "clam"; did you mean "claim"?'),
    ("codes: {function: {claim: rhetoric.irnoy}}", 'unknown new code "rhetoric.irnoy"'),
    ("codes: {function: {claim: {a: b}}}", "not a map of ids"),
]


@pytest.mark.parametrize(("text", "words"), MAPS)
def test_a_wrong_map_is_one_line_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "karte.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as error:
        read_map(path, book(tmp_path), book(tmp_path))
    assert words in str(error.value)
    assert "karte.yaml" in str(error.value)


def test_a_code_that_a_map_sends_to_no_code_of_its_layer_is_an_error(tmp_path: Path) -> None:
    given = map_of(codes={"function": {"claim": "irony"}})
    with pytest.raises(DataError, match=r"to another layer it is layer\.code"):
        compare(book(tmp_path), book(tmp_path), given)


def test_the_way_back_is_the_map_turned_round(tmp_path: Path) -> None:
    new = book(
        tmp_path,
        (CLAIM, "{id: good, label: Lob}, {id: bad, label: Tadel}"),
        (", {id: image, label: Bild}", ""),
        ("id: maut", "id: gebuehr"),
    )
    given = map_of(codes={"function": {"claim": ["good", "bad"]}, "rhetoric": {"image": "irony"}})
    back = inverted(compare(book(tmp_path), new, given))
    assert back.codes["function"] == {
        "good": "function.claim",
        "bad": "function.claim",
        "report": "function.report",
        "demand": "function.demand",
    }
    assert back.codes["rhetoric"]["irony"] == ["rhetoric.irony", "rhetoric.image"]
    assert back.targets["gebuehr"] == "maut"


def test_a_shipped_codebook_does_not_differ_from_itself(tmp_path: Path) -> None:
    path = tmp_path / "core.yaml"
    path.write_text(codebook_text("kommentar-core", "ziele-ukraine"), "utf-8")
    diff = compare(load_codebook(path), load_codebook(path))
    assert (diff.changes, diff.asks_for, diff.step) == ([], "none", "none")
