"""A practice round on a real Label Studio: up, coded, down, and in nothing but its page."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from annotate.study.practice import PracticeSentence
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.studio_json import to_result

Run = Callable[..., Ran]
pytestmark = [pytest.mark.studio, pytest.mark.slow]


def test_a_practice_ends_in_a_page_and_enters_nothing_else(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    pushed = standpunkt("push", "--phase", "practice", "--study", study, "--json")
    assert pushed.code == 0, pushed.err
    assert pushed.json["created"] == 40
    assert standpunkt("push", "--phase", "practice", "--study", study, "--json").json["unchanged"] == 40
    book = open_study(study).codebook()
    number = next(row["project"] for row in pushed.json["projects"] if row["annotator"] == "anna")
    answers = {
        row.sentence_id: row
        for row in read_jsonl(study / "data" / "practice" / "answers.jsonl", PracticeSentence)
        if row.annotator == "anna"
    }
    for task in list(studio.tasks(number))[:3]:
        assert "layers" not in task.data
        assert answers[task.data["sentence_id"]].text == task.data["text"]
        layers = {"voice": "mixed", "function": "link", "rhetoric": ["none"]}
        studio.create_annotation(task.id, to_result(layers, book))
    alone = standpunkt("pull", "--study", study, "--json")
    assert alone.code == 0, alone.err
    assert alone.json["practice"][0]["coded"] == 3

    assert standpunkt("push", "--study", study).code == 0
    pulled = standpunkt("pull", "--study", study)
    assert pulled.code == 0, pulled.err
    assert "0 annotations" in pulled.out
    assert "practice of anna: 3 of 20 sentences coded, " in pulled.out
    page = (study / "reports" / "uebung-anna.html").read_text("utf-8")
    assert "Sie haben 3 von 20 Sätzen codiert." in page
    assert not (study / "reports" / "uebung-ben.html").exists()
    assert (study / "data" / "annotations.jsonl").read_text("utf-8") == ""
    status = standpunkt("status", "--study", study, "--json")
    assert status.json["notices"] == []
    assert [row["done"] for row in status.json["annotators"]] == [0, 0]


def test_the_place_stands_in_each_task_and_the_instruction_opens_until_something_was_coded(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    pushed = standpunkt("push", "--study", study, "--json").json
    number = pushed["projects"][0]["project"]
    tasks = list(studio.tasks(number))
    keys = ("place_sentence", "place_sentences", "place_text", "place_texts")
    assert [tasks[-1].data[key] for key in keys] == ["Satz 6", "von 6", "· Text 2", "von 2"]
    orders = [
        [task.data["sentence_id"] for task in studio.tasks(row["project"])] for row in pushed["projects"]
    ]
    assert orders[0] == orders[1]  # both pieces come first for everybody
    shown = studio.project(number)
    assert shown is not None and shown.shows_instruction
    studio.create_annotation(tasks[0].id, to_result({"voice": "author"}, open_study(study).codebook()))
    (study / "commentaries" / "neu.txt").write_text("Neu | Ada Probst. 05.02.2025.\n\nEin Satz.\n", "utf-8")
    assert standpunkt("pull", "--study", study).code == 0
    shown = studio.project(number)
    assert shown is not None and not shown.shows_instruction
    assert standpunkt("split", "--study", study).code == 0
    again = standpunkt("push", "--study", study, "--json").json
    assert (again["created"], again["updated"]) == (2, 0)
    tasks = list(studio.tasks(number))
    totals = [task.data["place_sentences"] for task in tasks]
    assert totals == ["von 6", *["von 7"] * 6]  # what is coded keeps what was shown
    assert [tasks[-1].data[key] for key in keys] == ["Satz 7", "von 7", "· Text 3", "von 3"]
