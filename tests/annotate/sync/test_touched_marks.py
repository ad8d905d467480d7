"""What is shown without being ticked: a target that is touched, and whose direction a suggestion has."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import train.predict
from annotate.label_studio.answers import HeldTask
from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from annotate.sync.prelabel import prelabel
from reading_pieces import SURE_TOUCH
from running import Ran
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import (
    Annotation,
    CodePrediction,
    ContextSentence,
    LayerPrediction,
    Prediction,
    SuggestionSnapshot,
)
from schemas.studio_json import to_result
from train.model import Model
from train.persistence.folder import load_model

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]
TOUCHED, AUTHOR = "waffen_ukraine", "trump_kurs"
AUTHOR_NOTE = "Mit Vorschlag, Richtung zum Teil nach anderen Texten des Autors"


def toward(code: str, *, abstained: bool = False, **more: Any) -> CodePrediction:
    scores = {"favor": 0.6, "against": 0.2, "open": 0.1, "unrelated": 0.1}
    return CodePrediction(
        code=code, score=0.6, threshold=0.5, abstained=abstained, touched=0.9, scores=scores, **more
    )


#: Second word of a sentence → what the model says of it; of all others it says nothing.
SAID: dict[str, dict[str, CodePrediction]] = {
    "Zug": {TOUCHED: toward("favor", abstained=True, touch=SURE_TOUCH)},
    "hat": {
        TOUCHED: toward("against", abstained=True, touch=SURE_TOUCH),
        AUTHOR: toward("against", touch=SURE_TOUCH, direction_from="author"),
    },
    "man": {AUTHOR: toward("favor", touch=SURE_TOUCH)},
}


@pytest.fixture
def model(suggesting: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model that says what `SAID` has, and follows what an annotator coded in the commentary."""

    def stream(
        model: Model, rows: Sequence[ContextSentence], *, asked: object = None
    ) -> Iterator[Prediction]:
        for row in rows:
            layers: dict[str, LayerPrediction] = {"stance": SAID.get(row.text.split()[1], {})}
            yield Prediction(
                sentence_id=row.sentence_id, commentary_id=row.commentary_id, text=row.text, layers=layers,
                model_version=model.meta.model_version, codebook=model.meta.codebook,
                codebook_version=model.meta.codebook_version,
            )  # fmt: skip

    def with_coded(
        model: Model, prediction: Prediction, coded: Mapping[str, Mapping[str, Counter[str]]]
    ) -> Prediction:
        before = prediction.layers["stance"]
        assert isinstance(before, dict)
        stance = dict(before)
        for target, counts in coded["stance"].items():
            code = next((code for code, _ in counts.most_common() if code != "unrelated"), None)
            if code and target in before and before[target].is_touched_only:
                stance[target] = toward(code, touch=SURE_TOUCH, direction_from="commentary")
        return replace(prediction, layers={"stance": stance})

    monkeypatch.setattr(train.predict, "predict_stream", stream)
    monkeypatch.setattr(train.predict, "with_coded", with_coded)
    return load_model(suggesting)


def tasks_of(studio: Studio, number: int) -> dict[str, HeldTask]:
    """Second word of the sentence → its task."""
    return {task.data["text"].split()[1]: task for task in studio.tasks(number)}


def marks(task: HeldTask) -> dict[str, str]:
    return {name: value for name, value in task.data.items() if name.startswith("touched__") and value}


def numbers(standpunkt: Run, study: Path) -> dict[str, int]:
    ran = standpunkt("push", "--study", study, "--json")
    assert ran.code == 0, ran.err
    return {row["annotator"]: row["project"] for row in ran.json["projects"]}


def test_a_touch_is_marked_and_never_ticked_and_a_direction_of_the_author_is_named(
    standpunkt: Run, study: Path, studio: Studio, model: Model
) -> None:
    number = numbers(standpunkt, study)["anna"]
    report = prelabel(studio, open_study(study), model)
    assert (report.touched, report.from_author, report.from_commentary) == (4, 2, 0)  # two annotators
    assert report.withheld == {
        "nothing certain enough": 6,
        "only that a target is touched is certain enough": 2,
    }
    tasks = tasks_of(studio, number)
    assert marks(tasks["Zug"]) == {"touched__waffen_ukraine": "berührt?"}
    assert marks(tasks["hat"]) == {
        "touched__waffen_ukraine": "berührt?",
        "touched__trump_kurs": "andere Texte",
    }
    assert marks(tasks["man"]) == marks(tasks["muss"]) == {}
    notes = {word: task.data["note"] for word, task in tasks.items()}
    assert notes == {
        "Zug": "", "hat": AUTHOR_NOTE, "man": "Mit Vorschlag", "muss": "", "Wald": "", "Gesetz": "",
    }  # fmt: skip
    ticked = {p.task: [item["from_name"] for item in p.result] for p in studio.predictions(number)}
    assert ticked == {tasks["hat"].id: ["stance__trump_kurs"], tasks["man"].id: ["stance__trump_kurs"]}

    again = prelabel(studio, open_study(study), model)
    assert (again.created, again.replaced, again.unchanged) == (0, 0, 4)
    assert tasks_of(studio, number) == tasks


def test_pilot_test_and_control_sentences_show_no_mark_and_no_note(
    standpunkt: Run, study: Path, studio: Studio, model: Model
) -> None:
    opened = open_study(study)
    number = numbers(standpunkt, study)["anna"]
    prelabel(studio, opened, model)
    assert marks(tasks_of(studio, number)["hat"])
    kinds: dict[str, dict[str, Any]] = {
        "Zug": {"phase": "pilot"},
        "hat": {"suggest": False},
        "man": {"test": True},
    }
    for word, meta in kinds.items():
        task = tasks_of(studio, number)[word]
        studio.update_task(task.id, data=task.data, meta={**task.meta, **meta})
    report = prelabel(studio, opened, model)
    tasks = tasks_of(studio, number)
    assert {word: (marks(tasks[word]), tasks[word].data["note"]) for word in kinds} == dict.fromkeys(
        kinds, ({}, "")
    )
    assert {name: report.withheld[name] for name in ("pilot", "no-suggestion share", "test share")} == {
        "pilot": 1, "no-suggestion share": 1, "test share": 1,
    }  # fmt: skip
    assert studio.predictions(number) == []


def test_a_pull_keeps_what_was_marked_and_what_came_from_the_author(
    standpunkt: Run, study: Path, studio: Studio, model: Model
) -> None:
    opened = open_study(study)
    book = opened.codebook()
    number = numbers(standpunkt, study)["anna"]
    prelabel(studio, opened, model)
    tasks = tasks_of(studio, number)
    shown = {p.task: p for p in studio.predictions(number)}
    answered = to_result({"voice": "author", "stance": {TOUCHED: "favor", AUTHOR: "against"}}, book)
    for word in ("Zug", "hat"):
        held = studio._raw("GET", f"/api/tasks/{tasks[word].id}", "reading a task").json()["predictions"]
        assert bool(held) == (tasks[word].id in shown)
        body = {"result": answered, "parent_prediction": held[0]["id"] if held else None}
        if held:
            body["prediction"] = held[0]
        studio._raw("POST", f"/api/tasks/{tasks[word].id}/annotations/", "storing", body=body)
    assert standpunkt("pull", "--study", study).code == 0
    rows = {row.sentence_id: row.suggested for row in read_jsonl(opened.annotations, Annotation)}
    version = model.meta.model_version
    assert rows[tasks["Zug"].data["sentence_id"]] == SuggestionSnapshot(
        model_version=version, layers={}, touched=["stance__waffen_ukraine"]
    )
    seen = rows[tasks["hat"].data["sentence_id"]]
    assert seen is not None
    assert seen.touched == ["stance__waffen_ukraine"]
    assert seen.from_author == ["stance__trump_kurs"]
    # what a later model says of the sentence is no part of what was seen
    prelabel(studio, opened, model)
    assert marks(tasks_of(studio, number)["Zug"])


def test_an_annotators_first_codings_of_a_piece_give_the_direction_of_the_rest_to_nobody_else(
    standpunkt: Run, study: Path, studio: Studio, model: Model
) -> None:
    opened = open_study(study)
    projects = numbers(standpunkt, study)
    prelabel(studio, opened, model)
    task = tasks_of(studio, projects["anna"])["muss"]
    studio.create_annotation(
        task.id, to_result({"voice": "author", "stance": {TOUCHED: "favor"}}, opened.codebook())
    )
    assert standpunkt("pull", "--study", study).code == 0
    report = prelabel(studio, opened, model)
    assert (report.touched, report.from_commentary) == (2, 2)
    anna, ben = (tasks_of(studio, projects[name]) for name in ("anna", "ben"))
    assert (marks(anna["Zug"]), anna["Zug"].data["note"]) == ({}, "Mit Vorschlag")
    assert marks(anna["hat"]) == {"touched__trump_kurs": "andere Texte"}
    assert marks(ben["hat"])["touched__waffen_ukraine"] == "berührt?"
    ticked = {p.task: {item["from_name"] for item in p.result} for p in studio.predictions(projects["anna"])}
    assert ticked[anna["hat"].id] == {"stance__waffen_ukraine", "stance__trump_kurs"}
    others = {p.task: {item["from_name"] for item in p.result} for p in studio.predictions(projects["ben"])}
    assert others[ben["hat"].id] == {"stance__trump_kurs"}
    # the predictions that are written are the model's alone
    (written,) = [
        line
        for line in opened.predictions.read_text("utf-8").splitlines()
        if anna["hat"].data["sentence_id"] in line
    ]
    assert '"commentary"' not in written

    # the opposite, coded and pulled since: the same model says something else, and it is shown
    (held,) = read_jsonl(opened.annotations, Annotation)
    write_jsonl(opened.annotations, [replace(held, layers={"stance": {TOUCHED: "against"}})])
    prelabel(studio, opened, model)
    (now,) = [p for p in studio.predictions(projects["anna"]) if p.task == anna["hat"].id]
    values = {item["from_name"]: item["value"]["choices"] for item in now.result}
    assert values == {"stance__waffen_ukraine": ["against"], "stance__trump_kurs": ["against"]}


def test_a_project_with_the_screen_of_before_is_not_marked_until_a_push_brings_it_in_step(
    standpunkt: Run, study: Path, studio: Studio, model: Model
) -> None:
    opened = open_study(study)
    number = numbers(standpunkt, study)["anna"]
    held = studio.project(number)
    assert held is not None
    studio.update_project(number, label_config=held.label_config.replace("$touched__", "Ziel "))
    with pytest.raises(StudioError, match=r"no place for a mark at waffen_ukraine.*standpunkt push"):
        prelabel(studio, opened, model)
    assert not any(marks(task) for task in studio.tasks(number))
    numbers(standpunkt, study)
    prelabel(studio, opened, model)
    assert marks(tasks_of(studio, number)["Zug"])
