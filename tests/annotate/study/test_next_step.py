"""The next step of a study, from its beginning to its report."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.study.assignments import assign
from annotate.study.folder import Study, init_study
from annotate.study.next_step import next_step
from annotate.study.split import split_study
from coded_study import coded_study
from schemas.files import write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Sentence

TEXT = "Der Winter | Anna Weiß. 03.11.2025.\n\nEs schneit. Es ist kalt.\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    made = init_study(
        tmp_path / "s",
        codebook="kommentar-core",
        targets="ziele-ukraine",
        annotators=["anna", "ben"],
        name=None,
    )
    monkeypatch.chdir(made.folder)
    return made


def verb(study: Study, after: str = "") -> str:
    return next_step(study, after=after).verb


def with_texts(study: Study) -> Study:
    write_text(study.commentary_folder / "a.txt", TEXT)
    return study


def pushed(study: Study) -> Study:
    split_study(with_texts(study))
    write_jsonl(study.assignments, assign(list(read_jsonl(study.sentences, Sentence)), study.settings))
    return study


def with_model(study: Study, n: int) -> Study:
    write_text(study.gold, "")
    write_text(study.models / "m" / "model.json", f'{{"n": {n}, "settings": {{"min_layer": 50}}}}')
    return study


def test_an_empty_study_wants_texts_first(study: Study) -> None:
    step = next_step(study)
    assert (step.verb, step.command) == ("split", "standpunkt split")
    assert str(step).startswith("put commentaries into ")


def test_what_comes_next_is_told_by_what_is_there(study: Study) -> None:
    assert next_step(with_texts(study)).first is None
    split_study(study)
    assert verb(study) == "push"
    step = next_step(pushed(study))
    assert (step.first, step.verb) == ("code in Label Studio", "pull")


def test_a_study_elsewhere_is_named_in_the_command(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert next_step(study).command == f"standpunkt split --study {study.folder}"


def test_agreement_comes_where_two_coded_the_same(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    assert verb(study, "pull") == "agree"
    assert verb(study, "agree") == "adjudicate"
    write_jsonl(
        study.annotations, [r for r in read_jsonl(study.annotations, Annotation) if r.annotator == "ben"]
    )
    assert verb(study, "pull") == "adjudicate"


def test_after_gold_comes_training_and_after_it_what_the_model_is_good_for(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    write_text(study.gold, "")
    assert verb(study, "adjudicate") == "train"
    with_model(study, 600)
    assert verb(study, "train") == "evaluate"
    assert verb(study, "evaluate") == "report"  # all sentences are coded
    assert verb(study, "report") == "tag"
    rows = list(read_jsonl(study.annotations, Annotation))
    write_jsonl(study.annotations, rows[:40])
    assert verb(with_model(study, 600), "evaluate") == "prelabel"
    assert verb(study, "prelabel") == "pull"
    step = next_step(with_model(study, 40), after="evaluate")
    assert (step.first, step.verb) == ("code more in Label Studio", "pull")


def test_a_damaged_model_keeps_no_other_verb_from_its_end(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    write_jsonl(study.annotations, list(read_jsonl(study.annotations, Annotation))[:40])
    write_text(with_model(study, 40).models / "m" / "model.json", '{"n": 40, "settings"')
    assert verb(study, "evaluate") == "prelabel"


def test_a_selection_wants_to_be_pushed(tmp_path: Path) -> None:
    assert verb(coded_study(tmp_path / "s"), "select") == "push"


def test_new_texts_of_a_coded_study_are_pushed_and_then_suggested(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    sentences = list(read_jsonl(study.sentences, Sentence))
    write_jsonl(study.assignments, assign(sentences, study.settings))
    with_model(with_texts(study), 200)
    assert verb(study, "split") == "push"
    assert verb(study, "push") == "prelabel"
    first, *rest = read_jsonl(study.assignments, Assignment)
    write_jsonl(study.assignments, [replace(first, batch=2, strategy="mixed"), *rest])
    assert verb(study, "split") == "select"
    with_model(study, 40)  # too little to suggest anything
    assert next_step(study, after="push").verb == "pull"
