"""Rows and results of one version of a codebook, rewritten for the next: tables, old in, new out."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from schemas.codebook import Codebook, load_codebook
from schemas.records import Annotation, GoldSentence, Layers, SuggestionSnapshot
from schemas.studio_json import control_names, read_result, to_result
from schemas.versions.diff import compare, inverted
from schemas.versions.id_map import CodebookMap
from schemas.versions.results import migrate_result, transitional_config
from schemas.versions.rows import AskedScope, Migration, is_less, restricted

OLD = """\
codebook: probe
version: 1.0.0
language: de
targets:
  - {id: tempolimit, question: "Soll ein Tempolimit gelten?"}
  - {id: maut, question: "Soll eine Maut gelten?"}
layers:
  - {id: function, kind: one, required: true, label: Satzart, codes: [{id: claim, label: Urteil}, {id: report, label: Bericht}, {id: demand, label: Forderung}]}
  - {id: stance, kind: stance, label: Haltung, no_target: {label: Kein Ziel}, codes: [{id: favor, label: Ja}, {id: against, label: Nein}, {id: open, label: Offen}]}
  - {id: rhetoric, kind: set, required: true, exclusive: [none], label: Mittel, codes: [{id: irony, label: Ironie}, {id: image, label: Bild}, {id: none, label: Keine}]}
  - {id: sure, kind: scale, label: Sicher, codes: [{id: 1, label: kaum}, {id: 2, label: sehr}]}
  - {id: marks, kind: set, label: Marken, codes: [{id: odd, label: seltsam}, {id: fine, label: gut}]}
  - {id: who, kind: text, label: Wer}
"""
MAUT = '  - {id: maut, question: "Soll eine Maut gelten?"}\n'
CLAIM, IRONY, IMAGE, ODD = (
    "{id: claim, label: Urteil}",
    "{id: irony, label: Ironie}",
    "{id: image, label: Bild}",
    "{id: odd, label: seltsam}",
)
OPEN = ", {id: open, label: Offen}"


def book(tmp_path: Path, *changes: tuple[str, str], name: str = "neu") -> Codebook:
    text = OLD
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return load_codebook(path)


def step(tmp_path: Path, changes: list[tuple[str, str]], given: dict[str, Any] | None = None) -> Migration:
    old, new = book(tmp_path, name="alt"), book(tmp_path, *changes, ("1.0.0", "2.0.0"))
    return Migration(old, new, compare(old, new, CodebookMap(**(given or {}))))


SPLIT_CLAIM = (
    [(CLAIM, "{id: good, label: Lob}, {id: bad, label: Tadel}")],
    {"codes": {"function": {"claim": ["good", "bad"]}}},
)
SPLIT_OPEN = (
    [("{id: open, label: Offen}", "{id: balanced, label: Abwägend}, {id: unclear, label: Unklar}")],
    {"codes": {"stance": {"open": ["balanced", "unclear"]}}},
)
SPLIT_ODD = (
    [(ODD, "{id: typo, label: Druckfehler}, {id: old, label: alt}")],
    {"codes": {"marks": {"odd": ["typo", "old"]}}},
)
MERGE_TARGETS = ([(MAUT, "")], {"targets": {"maut": "tempolimit"}})
SPLIT_TARGET = (
    [(MAUT, '  - {id: maut_pkw, question: "Für Autos?"}\n  - {id: maut_lkw, question: "Für Laster?"}\n')],
    {"targets": {"maut": ["maut_pkw", "maut_lkw"]}},
)
ADDED_TARGET = ([(MAUT, MAUT + '  - {id: diesel, question: "Soll der Diesel weg?"}\n')], {})
MOVED = ([(", " + IMAGE, ""), (ODD, ODD + ", " + IMAGE)], {})

LAYERS = [
    ("nothing changed", ([], {}), {"function": "claim", "rhetoric": ["none"]}, {"function": "claim", "rhetoric": ["none"]}, {}),
    ("what was not coded stays so", ([("id: claim", "id: view")], {}), {}, {}, {}),
    ("a renamed code", ([("id: claim", "id: view")], {}), {"function": "claim"}, {"function": "view"}, {}),
    ("another code is not touched", ([("id: claim", "id: view")], {}), {"function": "report"}, {"function": "report"}, {}),
    ("codes that change places", ([], {"codes": {"function": {"claim": "report", "report": "claim"}}}), {"function": "claim"}, {"function": "report"}, {}),
    ("a renamed layer", ([("id: function", "id: kind")], {}), {"function": "claim"}, {"kind": "claim"}, {}),
    ("a renamed text layer", ([("id: who", "id: speaker")], {}), {"who": "der Kanzler"}, {"speaker": "der Kanzler"}, {}),
    ("a renamed target", ([("id: maut", "id: gebuehr")], {}), {"stance": {"tempolimit": "favor", "maut": "unrelated"}}, {"stance": {"tempolimit": "favor", "gebuehr": "unrelated"}}, {}),
    ("a renamed stance code", ([("id: favor", "id: yes")], {}), {"stance": {"maut": "favor"}}, {"stance": {"maut": "yes"}}, {}),
    ("a target that was not asked stays so", ADDED_TARGET, {"stance": {"maut": "unrelated"}}, {"stance": {"maut": "unrelated"}}, {}),
    ("a layer that is new was not coded", ([("  - {id: who", "  - {id: more, kind: set, label: Mehr, codes: [{id: a, label: A}, {id: b, label: B}]}\n  - {id: who")], {}), {"rhetoric": ["none"]}, {"rhetoric": ["none"]}, {}),
    ("a merge in a set", ([(", " + IMAGE, "")], {"codes": {"rhetoric": {"image": "irony"}}}), {"rhetoric": ["irony", "image"]}, {"rhetoric": ["irony"]}, {}),
    ("a merge of answers", ([(CLAIM + ", ", "")], {"codes": {"function": {"claim": "report"}}}), {"function": "claim"}, {"function": "report"}, {}),
    ("a merge with what excludes it", ([(", " + IMAGE, "")], {"codes": {"rhetoric": {"image": "none"}}}), {"rhetoric": ["irony", "image"]}, {}, {"rhetoric": "codes that exclude each other came together: irony, none"}),
    ("a split", SPLIT_CLAIM, {"function": "claim", "rhetoric": ["none"]}, {"rhetoric": ["none"]}, {"function": "claim was split into good, bad"}),
    ("a split beside", SPLIT_CLAIM, {"function": "report"}, {"function": "report"}, {}),
    ("a split in a stance leaves the other targets", SPLIT_OPEN, {"stance": {"maut": "open", "tempolimit": "favor"}}, {"stance": {"tempolimit": "favor"}}, {"stance__maut": "open was split into balanced, unclear"}),
    ("a split in a set", SPLIT_ODD, {"marks": ["odd", "fine"]}, {}, {"marks": "odd was split into typo, old"}),
    ("a removed answer", ([(CLAIM + ", ", "")], {}), {"function": "claim"}, {}, {"function": "claim was removed"}),
    ("a removed stance", ([(OPEN, "")], {}), {"stance": {"maut": "open"}}, {}, {"stance__maut": "open was removed"}),
    ("a removed device beside another", ([(", " + IMAGE, "")], {}), {"rhetoric": ["irony", "image"]}, {"rhetoric": ["irony"]}, {}),
    ("a removed device alone, where one is required", ([(", " + IMAGE, "")], {}), {"rhetoric": ["image"]}, {}, {"rhetoric": "image was removed, nothing is left"}),
    ("a removed mark alone, where none is required", ([(ODD + ", ", "")], {}), {"marks": ["odd"]}, {"marks": []}, {}),
    ("a removed target", ([(MAUT, "")], {}), {"stance": {"maut": "favor", "tempolimit": "unrelated"}}, {"stance": {"tempolimit": "unrelated"}}, {}),
    ("a removed layer", ([("  - {id: who, kind: text, label: Wer}\n", "")], {}), {"who": "X", "function": "claim"}, {"function": "claim"}, {}),
    ("two targets, one touched", MERGE_TARGETS, {"stance": {"maut": "favor", "tempolimit": "unrelated"}}, {"stance": {"tempolimit": "favor"}}, {}),
    ("two targets, both alike", MERGE_TARGETS, {"stance": {"maut": "favor", "tempolimit": "favor"}}, {"stance": {"tempolimit": "favor"}}, {}),
    ("two targets that contradict", MERGE_TARGETS, {"stance": {"maut": "favor", "tempolimit": "against"}}, {}, {"stance__tempolimit": "two targets became one, with against and favor"}),
    ("two targets, one not asked", MERGE_TARGETS, {"stance": {"tempolimit": "unrelated"}}, {}, {}),
    ("two targets, neither touched", MERGE_TARGETS, {"stance": {"maut": "unrelated", "tempolimit": "unrelated"}}, {"stance": {"tempolimit": "unrelated"}}, {}),
    ("a split target that is not touched", SPLIT_TARGET, {"stance": {"maut": "unrelated"}}, {"stance": {"maut_pkw": "unrelated", "maut_lkw": "unrelated"}}, {}),
    ("a split target that is touched", SPLIT_TARGET, {"stance": {"maut": "favor", "tempolimit": "open"}}, {"stance": {"tempolimit": "open"}}, {f"stance__{t}": "the target maut was split into maut_pkw, maut_lkw" for t in ("maut_pkw", "maut_lkw")}),
    ("a code that moves", MOVED, {"rhetoric": ["irony", "image"], "marks": ["odd"]}, {"rhetoric": ["irony"], "marks": ["odd", "image"]}, {}),
    ("a code that moves to a layer that was not coded", MOVED, {"rhetoric": ["irony", "image"]}, {"rhetoric": ["irony"]}, {"marks": "only a part of it was coded"}),
    ("an answer that moves leaves its layer open", ([(", {id: demand, label: Forderung}", ""), (ODD, ODD + ", {id: demand, label: Forderung}")], {}), {"function": "demand", "marks": []}, {"marks": ["demand"]}, {"function": "demand was moved to marks"}),
    ("a scale that becomes a choice", ([("{id: sure, kind: scale, label: Sicher, codes: [{id: 1, label: kaum}, {id: 2, label: sehr}]}", "{id: sure, kind: one, label: Sicher, codes: [{id: low, label: kaum}, {id: high, label: sehr}]}")], {"layers": {"sure": "sure"}, "codes": {"sure": {"1": "low", "2": "high"}}}), {"sure": 2}, {"sure": "high"}, {}),
    ("a scale with its words", ([], {}), {"sure": 1, "who": "X"}, {"sure": 1, "who": "X"}, {}),
    ("words that become a choice", ([("{id: who, kind: text, label: Wer}", "{id: who, kind: one, label: Wer, codes: [{id: a, label: A}, {id: b, label: B}]}")], {}), {"who": "X"}, {}, {"who": "who was of kind text, who is of kind one"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "before", "after", "left"), [c[1:] for c in LAYERS], ids=[c[0] for c in LAYERS]
)
def test_layers_are_rewritten(
    tmp_path: Path, change: Any, before: Layers, after: Layers, left: dict[str, str]
) -> None:
    done = step(tmp_path, *change).layers(before)
    assert done.layers == after
    assert done.open == left


# a screen has no set that was not coded: one without a tick is empty
ON_SCREEN = [case for case in LAYERS if "was not coded" not in case[0]]


@pytest.mark.parametrize(("change", "before"), [c[1:3] for c in ON_SCREEN], ids=[c[0] for c in ON_SCREEN])
def test_a_result_says_the_same_as_its_row(tmp_path: Path, change: Any, before: Layers) -> None:
    """What a pull reads from the rewritten ticks is what the rewritten row has."""
    migration = step(tmp_path, *change)
    asked = AskedScope(layers=[*before], targets=[*before.get("stance", {})])  # type: ignore[misc]
    result, _ = migrate_result(migration, to_result(before, migration.old))
    screen = restricted(migration.new, migration.asked(asked))
    reading = read_result(result, screen)
    row, _ = migration.annotation(annotation(before))
    coded = {name: v for name, v in reading.layers.items() if name not in reading.incomplete and v != {}}
    assert coded == row.layers
    assert set(row.incomplete) - {"sure", "who"} <= set(reading.incomplete)


def annotation(layers: Layers, **more: Any) -> Annotation:
    fields: dict[str, Any] = {
        "sentence_id": "a:1",
        "commentary_id": "a",
        "annotator": "anna",
        "codebook": "probe",
        "codebook_version": "1.0.0",
    }
    return Annotation(**{**fields, **more}, layers=layers)


def test_a_row_says_its_new_version_and_what_is_open(tmp_path: Path) -> None:
    row, left = step(tmp_path, *SPLIT_OPEN).annotation(
        annotation(
            {"function": "claim", "stance": {"maut": "open", "tempolimit": "favor"}}, incomplete=["rhetoric"]
        )
    )
    assert row.codebook_version == "2.0.0"
    assert row.layers == {"function": "claim"}  # a pull reads a stance layer whole or not at all
    assert row.incomplete == ["stance", "rhetoric"]
    assert list(left) == ["stance__maut"]


def test_what_was_suggested_is_rewritten_too(tmp_path: Path) -> None:
    given = annotation(
        {},
        suggested=SuggestionSnapshot(model_version="m", layers={"function": "claim", "rhetoric": ["irony"]}),
    )
    row, left = step(tmp_path, [("id: irony", "id: mockery"), *SPLIT_CLAIM[0]], SPLIT_CLAIM[1]).annotation(
        given
    )
    assert row.suggested == SuggestionSnapshot(model_version="m", layers={"rhetoric": ["mockery"]})
    assert left == {}  # nobody coded it, so nobody is asked again


def test_what_was_marked_is_named_anew_with_its_target(tmp_path: Path) -> None:
    shown = SuggestionSnapshot(
        model_version="m",
        layers={"stance": {"tempolimit": "favor"}},
        touched=["stance__maut"],
        from_author=["stance__tempolimit"],
    )
    renamed = [("id: maut", "id: gebuehr"), ("id: stance", "id: haltung")]
    given = {"targets": {"maut": "gebuehr"}, "layers": {"stance": "haltung"}}
    row, _ = step(tmp_path, renamed, given).annotation(annotation({}, suggested=shown))
    assert row.suggested == SuggestionSnapshot(
        model_version="m",
        layers={"haltung": {"tempolimit": "favor"}},
        touched=["haltung__gebuehr"],
        from_author=["haltung__tempolimit"],
    )


def gold(layers: Layers, **more: Any) -> GoldSentence:
    return GoldSentence(sentence_id="a:1", commentary_id="a", text="Ein Satz.", layers=layers, **more)


def test_gold_keeps_the_targets_that_are_decided(tmp_path: Path) -> None:
    row, _ = step(tmp_path, *SPLIT_OPEN).gold(
        gold({"stance": {"maut": "open", "tempolimit": "favor"}}, undecided=["function"])
    )
    assert row.layers == {"stance": {"tempolimit": "favor"}}
    assert row.undecided == ["function", "stance__maut"]


def test_probabilities_of_merged_codes_are_added_and_of_split_ones_dropped(tmp_path: Path) -> None:
    merge = [
        (CLAIM + ", ", ""),
        ("id: favor", "id: yes"),
        (ODD, "{id: typo, label: Druckfehler}, {id: old, label: alt}"),
    ]
    given = {"codes": {"function": {"claim": "report"}, "marks": {"odd": ["typo", "old"]}}}
    row, _ = step(tmp_path, merge, given).gold(
        gold(
            {"function": "claim"},
            probabilities={
                "function": {"claim": 0.5, "report": 0.25, "demand": 0.25},
                "stance": {"maut": {"favor": 0.75, "unrelated": 0.25}},
                "marks": {"odd": 0.5, "fine": 0.5},
            },
            support={"function": {"annotators": 2, "agreed": 1}, "marks": {"annotators": 2, "agreed": 2}},
        )
    )
    assert row.probabilities == {
        "function": {"report": 0.75, "demand": 0.25},
        "stance": {"maut": {"yes": 0.75, "unrelated": 0.25}},
    }
    assert row.support == {
        "function": {"annotators": 2, "agreed": 1},
        "marks": {"annotators": 2, "agreed": 2},
    }


def tick(name: str, *codes: str, **more: Any) -> dict[str, Any]:
    return {
        "from_name": name,
        "to_name": "text",
        "type": "choices",
        "value": {"choices": list(codes)},
        **more,
    }


FOREIGN = {
    "from_name": "span",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 0, "end": 3, "labels": ["X"]},
}
RESULTS = [
    ("what is not ours stays where it is", ([("id: claim", "id: view")], {}), [FOREIGN, tick("function", "claim")], [FOREIGN, tick("function", "view")]),
    ("the id of an item stays", ([("id: function", "id: kind")], {}), [tick("function", "claim", id="x1", origin="manual")], [tick("kind", "claim", id="x1", origin="manual")]),
    ("two answers stay two, for the person who gave them", ([("id: claim", "id: view")], {}), [tick("function", "claim", "report")], [tick("function", "view", "report")]),
    ("a code that nobody knows stays", ([("id: claim", "id: view")], {}), [tick("function", "clam")], [tick("function", "clam")]),
    ("no target moves with its layer", ([("id: stance", "id: attitude")], {}), [tick("stance__no_target", "no_target")], [tick("attitude__no_target", "no_target")]),
    ("a touched target that is gone leaves no target", ([(MAUT, "")], {}), [tick("stance__maut", "favor")], [tick("stance__no_target", "no_target")]),
    ("an open required layer loses its ticks", SPLIT_CLAIM, [tick("function", "claim"), tick("rhetoric", "none")], [tick("rhetoric", "none")]),
    ("an open stance layer loses all of them: one alone would say unrelated of the rest", SPLIT_OPEN, [tick("stance__maut", "open"), tick("stance__tempolimit", "favor")], []),
    ("an open set that may be empty keeps a mark", SPLIT_ODD, [tick("marks", "odd", "fine")], [tick("marks", "odd?", "fine")]),
    ("two controls that become one", MERGE_TARGETS, [tick("stance__maut", "favor"), tick("stance__tempolimit", "favor")], [tick("stance__tempolimit", "favor")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "before", "after"), [c[1:] for c in RESULTS], ids=[c[0] for c in RESULTS])
def test_ticks_move_to_their_new_controls(
    tmp_path: Path, change: Any, before: list[Any], after: list[Any]
) -> None:
    assert migrate_result(step(tmp_path, *change), before)[0] == after


def test_a_marked_code_is_read_as_open(tmp_path: Path) -> None:
    migration = step(tmp_path, *SPLIT_ODD)
    reading = read_result(migrate_result(migration, [tick("marks", "odd", "fine")])[0], migration.new)
    assert "marks" not in reading.layers
    assert "marks" in reading.incomplete


def test_there_and_back_is_the_same_where_only_names_change(tmp_path: Path) -> None:
    names = [
        ("id: claim", "id: view"),
        ("id: function", "id: kind"),
        ("id: maut", "id: gebuehr"),
        ("id: irony", "id: mockery"),
        ("id: who", "id: speaker"),
    ]
    there = step(tmp_path, names)
    back = Migration(there.new, there.old, compare(there.new, there.old, inverted(there.diff)))
    layers: Layers = {
        "function": "claim",
        "stance": {"maut": "favor", "tempolimit": "unrelated"},
        "rhetoric": ["irony", "image"],
        "sure": 2,
        "who": "X",
    }
    assert back.layers(there.layers(layers).layers).layers == layers
    result = to_result(layers, there.old)
    assert migrate_result(back, migrate_result(there, result)[0])[0] == result


def test_what_was_asked_goes_along(tmp_path: Path) -> None:
    migration = step(
        tmp_path,
        [
            ("id: maut", "id: gebuehr"),
            ("  - {id: gebuehr", '  - {id: diesel, question: "Diesel?"}\n  - {id: gebuehr'),
        ],
        {},
    )
    asked = migration.asked(everything(migration.old))
    assert asked.targets == ["tempolimit", "gebuehr"]
    assert is_less(asked, migration.new)
    assert restricted(migration.new, asked).target_ids == ["tempolimit", "gebuehr"]
    assert not is_less(everything(migration.new), migration.new)


def test_the_transitional_screen_has_the_controls_of_both(tmp_path: Path) -> None:
    migration = step(
        tmp_path, [("id: function", "id: kind"), ("id: maut", "id: gebuehr"), ("id: who", "id: speaker")], {}
    )
    root = ET.fromstring(transitional_config(migration.new, migration.old))
    names = [control.get("name") for tag in ("Choices", "TextArea") for control in root.iter(tag)]
    assert len(names) == len(set(names))
    assert set(control_names(migration.old)) | set(control_names(migration.new)) == set(names)
    (hidden,) = [view for view in root if view.get("style") == "display: none"]
    assert {control.get("name") for control in hidden} == {"function", "stance__maut", "who"}
    assert all(choice.get("hotkey") == "f13" for choice in hidden.iter("Choice"))


def everything(codebook: Codebook) -> AskedScope:
    return AskedScope(layers=[layer.id for layer in codebook.layers], targets=codebook.target_ids)
