"""What is undecided goes to a third person in Label Studio, and the decision comes back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from annotate.label_studio.answers import HeldTask
from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from annotate.sync.adjudication import plan_adjudication
from annotate.sync.adjudication_screen import adjudicator_screen, coding_words
from running import Ran
from schemas.codebook import load_codebook
from schemas.codebooks import shipped_codebook
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, GoldSentence, Layers
from schemas.studio_json import TAKEN_CONTROL, control_names, read_result, to_result

Run = Callable[..., Ran]
ONE: Layers = {"voice": "author", "function": "claim", "rhetoric": ["irony"], "comment": "Ironie?"}
OTHER: Layers = {"voice": "other", "function": "claim", "rhetoric": ["none"]}


def test_the_codings_stand_side_by_side_above_the_text() -> None:
    book = load_codebook(shipped_codebook("kommentar-core"))
    root = ET.fromstring(adjudicator_screen(book, 3))
    names = [part.get("className") for part in root]
    place = names.index("sp-both")
    assert names[place : place + 3] == ["sp-both", "sp-take", "sp-text"]
    assert [text.get("value") for text in root.iter("Text")][:3] == ["$coding_1", "$coding_2", "$coding_3"]
    # were the style's number another, the codings would push the screen out of a small laptop
    style = root.findtext("Style") or ""
    assert "(min-height: 680px)" in style
    assert "588px" not in style
    controls = {part.get("name") for part in root.iter() if part.get("toName")}
    assert controls - set(control_names(book)) == {TAKEN_CONTROL}  # all else is read like any coding
    # a coding that is taken over answers for all: nothing may be asked for beside it
    assert not any(part.get("required") for part in root.iter("Choices"))
    keys = [choice.get("hotkey") for choice in root.iter("Choice")]
    assert len(keys) == len(set(keys))
    assert keys[:3] == ["j", "k", "l"]


def test_a_coding_in_words_marks_what_differs_and_keeps_the_comment() -> None:
    book = load_codebook(shipped_codebook("kommentar-core"))
    lines = coding_words(ONE, ["voice"], book).splitlines()
    assert lines[0] == "≠ Stimme: Autor"
    assert not any("nichts" in line for line in lines)
    assert lines[-1].endswith(": „Ironie?“")
    assert not any(line.startswith("≠") for line in lines[1:])


WANTED = {"sentence_id": "a:1", "note": "Offen: Stimme", "coding_1": "Stimme: Autor"}


@pytest.mark.parametrize(
    ("tasks", "plan"),
    [
        ({}, (["a:1"], [], 0, 0, 0)),
        ({"a:1": HeldTask(id=1, data=WANTED)}, ([], [], 1, 0, 0)),
        ({"a:1": HeldTask(id=1, data={**WANTED, "more": "of the server"})}, ([], [], 1, 0, 0)),
        ({"a:1": HeldTask(id=1, data={**WANTED, "note": ""})}, ([], ["a:1"], 0, 0, 0)),
        ({"a:1": HeldTask(id=1, data={**WANTED, "note": ""}, coded=1)}, ([], [], 0, 0, 1)),
        ({"a:2": HeldTask(id=2, data={})}, (["a:1"], [], 0, 1, 0)),
        ({"a:2": HeldTask(id=2, data={}, coded=1)}, (["a:1"], [], 0, 0, 1)),
    ],
)
def test_a_decided_task_is_left_and_an_open_one_updated(
    tasks: dict[str, HeldTask], plan: tuple[Any, ...]
) -> None:
    assert plan_adjudication(tasks, {"a:1": WANTED}) == plan


def adjudicated(standpunkt: Run, study: Path, *more: str) -> dict[str, Any]:
    ran = standpunkt("adjudicate", "--study", study, "--json", *more)
    assert ran.code == 0, ran.err
    return dict(ran.json)


@pytest.mark.studio
@pytest.mark.slow
def test_a_third_person_decides_and_the_next_pull_takes_it_back(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    pushed = standpunkt("push", "--study", study, "--json").json
    book = open_study(study).codebook()
    target = book.target_ids[0]
    for row, layers, stance in zip(pushed["projects"], (ONE, OTHER), ("favor", "against"), strict=True):
        whole = {**layers, "stance": {target: stance}}
        for task in list(studio.tasks(row["project"]))[:2]:
            studio.create_annotation(task.id, to_result(whole, book))
    assert standpunkt("pull", "--study", study).code == 0

    before = {p.id for p in studio.projects()}
    dry = adjudicated(standpunkt, study, "--to-studio", "--dry-run")["studio"]
    assert (dry["created"], dry["project"]) == (2, None)
    assert {p.id for p in studio.projects()} == before
    assert not (study / "data" / "gold.jsonl").exists()

    sent = adjudicated(standpunkt, study, "--to-studio")["studio"]
    assert (sent["created"], sent["decided"]) == (2, 0)
    again = adjudicated(standpunkt, study, "--to-studio")["studio"]
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    number = sent["project"]
    tasks = list(studio.tasks(number))
    first = tasks[0]
    assert "≠ Stimme: Autor" in first.data["coding_1"]
    assert "„Ironie?“" in first.data["coding_1"]
    assert "≠ Stimme: Wiedergabe" in first.data["coding_2"]
    assert first.data["note"].startswith("Offen: Stimme")
    assert "anna" not in str(first.data)
    ticked = {p.task: read_result(p.result, book).layers for p in studio.predictions(number)}
    ticks = {name: value for name, value in ticked[first.id].items() if value != []}
    assert ticks == {"function": "claim"}  # what all gave need not be coded again

    status = standpunkt("status", "--study", study, "--json").json["undecided"]
    assert (status["annotator"], status["tasks"], status["open"]) == ("adjudication", 2, 2)
    findings = {f["check"]: f for f in standpunkt("doctor", "--study", study, "--json").json["findings"]}
    assert findings["screen of adjudication"]["ok"], findings["screen of adjudication"]
    old, new = study / "codebook.yaml", study / "neu.yaml"
    text = old.read_text("utf-8")
    new.write_text(
        text.replace(f"version: {book.version}", "version: 99.0.0").replace(f'"{book.version}"', '"99.0.0"'),
        "utf-8",
    )
    refused = standpunkt("codebook", "migrate", old, new, "--study", study, "--dry-run")
    assert (refused.code, refused.out) == (1, "")
    assert f"the undecided sentences are still in project {number}" in refused.err

    decision = {**OTHER, "voice": "mixed", "function": "report", "stance": {target: "open"}}
    studio.create_annotation(first.id, to_result(decision, book))
    ran = standpunkt("pull", "--study", study, "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["annotations"], ran.json["decisions"]) == (4, 1)
    (row,) = read_jsonl(study / "data" / "decisions.jsonl", Annotation)
    assert row.annotator == "adjudication"

    report = adjudicated(standpunkt, study, "--to-studio")
    assert (report["by_hand"], report["undecided"]) == (3, 1)
    assert (report["studio"]["decided"], report["studio"]["unchanged"]) == (1, 1)
    gold = {g.sentence_id: g for g in read_jsonl(study / "data" / "gold.jsonl", GoldSentence)}
    found = gold[first.data["sentence_id"]]
    assert (found.layers["voice"], found.layers["function"]) == ("mixed", "claim")
    assert found.layers["stance"][target] == "open"  # type: ignore[index]
    assert found.probabilities["voice"] == {"author": 0.5, "other": 0.5}

    # the other sentence: a coding as a whole, by the one choice that says so
    item = {"from_name": TAKEN_CONTROL, "to_name": "text", "type": "choices", "value": {"choices": ["2"]}}
    studio.create_annotation(tasks[1].id, [item])
    ran = standpunkt("pull", "--study", study, "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["decisions"], ran.json["problems"]) == (2, [])
    assert adjudicated(standpunkt, study)["undecided"] == 0
    gold = {g.sentence_id: g for g in read_jsonl(study / "data" / "gold.jsonl", GoldSentence)}
    layers = gold[tasks[1].data["sentence_id"]].layers
    assert (layers["voice"], layers["rhetoric"]) == ("other", ["none"])
    assert layers["stance"][target] == "against"  # type: ignore[index]
    agreement = standpunkt("agree", "--study", study, "--json").json
    assert agreement["annotators"] == ["anna", "ben"]  # the third person is no independent coder
