"""Whose codings are whose, on a real Label Studio: accounts, guests, new names, people who leave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio import accounts
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from annotate.sync import annotators as renaming
from person import Person
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment, Layers
from schemas.studio_json import to_result

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]

CLAIM: Layers = {"voice": "author", "function": "claim", "stance": {}, "rhetoric": ["none"]}
REPORT: Layers = {**CLAIM, "function": "report"}


@pytest.fixture
def people(server: LocalStudio, studio: Studio) -> tuple[Person, Person]:
    return Person(server, studio), Person(server, studio)


@pytest.fixture
def projects(standpunkt: Run, study: Path) -> dict[str, int]:
    report = standpunkt("push", "--study", study, "--json").json
    return {row["annotator"]: row["project"] for row in report["projects"]}


def result(study: Path, layers: Layers) -> list[dict[str, Any]]:
    return to_result(layers, open_study(study).codebook())


def annotations(study: Path) -> list[Annotation]:
    return list(read_jsonl(study / "data" / "annotations.jsonl", Annotation))


def pulled(standpunkt: Run, study: Path, *more: str) -> dict[str, Any]:
    ran = standpunkt("pull", "--study", study, "--json", *more)
    assert ran.code == 0, ran.err
    return dict(ran.json)


def listed(standpunkt: Run, study: Path) -> dict[str, dict[str, Any]]:
    ran = standpunkt("annotators", "--study", study, "--json")
    assert ran.code == 0, ran.err
    return {row["annotator"]: row for row in ran.json["annotators"]}


def test_a_guests_coding_is_listed_and_never_the_annotators_own(
    standpunkt: Run, study: Path, studio: Studio, people: tuple[Person, Person], projects: dict[str, int]
) -> None:
    anna, ben = people
    first, second, *_ = studio.tasks(projects["anna"])
    anna.studio.create_annotation(first.id, result(study, CLAIM))
    assert pulled(standpunkt, study)["guests"] == []
    ben.studio.create_annotation(first.id, result(study, REPORT))
    ben.studio.create_annotation(second.id, result(study, REPORT))
    report = pulled(standpunkt, study)
    assert report["annotations"] == 1
    assert {(row["annotator"], row["email"]) for row in report["guests"]} == {("anna", ben.email)}
    assert len(report["guests"]) == 2
    assert any("2 codings in" in notice and "annotators bind anna" in notice for notice in report["notices"])
    (row,) = annotations(study)
    assert (row.annotator, row.layers["function"]) == ("anna", "claim")
    assert ben.email in standpunkt("doctor", "--study", study, "--json").failing["coders of anna"]["message"]

    # it was ben's project after all
    assert standpunkt("annotators", "bind", "anna", ben.email, "--study", study).code == 0
    report = pulled(standpunkt, study)
    assert [row.layers["function"] for row in annotations(study)] == ["report", "report"]
    assert [row["email"] for row in report["guests"]] == [anna.email]
    assert listed(standpunkt, study)["anna"]["account"] == "bound"


def test_the_first_to_code_is_taken_until_it_is_confirmed(
    standpunkt: Run, study: Path, studio: Studio, people: tuple[Person, Person], projects: dict[str, int]
) -> None:
    anna, _ = people
    anna.studio.create_annotation(next(iter(studio.tasks(projects["anna"]))).id, result(study, CLAIM))
    pulled(standpunkt, study)
    row = listed(standpunkt, study)["anna"]
    assert (row["user"], row["account"], row["coded"], row["annotations"]) == (anna.user, "first", 1, 1)
    assert listed(standpunkt, study)["ben"]["account"] is None
    assert standpunkt("annotators", "bind", "anna", "--study", study).code == 0
    assert listed(standpunkt, study)["anna"]["account"] == "bound"
    assert "there are" in standpunkt("annotators", "bind", "ben", "nobody@x.example", "--study", study).error


def test_an_account_that_was_made_is_known_without_asking(
    standpunkt: Run, study: Path, studio: Studio, server: LocalStudio, people: tuple[Person, Person]
) -> None:
    report = standpunkt("push", "--study", study, "--invite", "--accounts", "--json").json
    number = report["projects"][0]["project"]
    letter = (study / "einladungen" / "anna.txt").read_text("utf-8")
    email, password = (letter.partition(f"{word}:")[2].split()[0] for word in ("E-Mail", "Passwort"))
    anna = Studio(server.url, accounts.make_token(server.url, email, password))
    guest, _ = people
    first, *rest = studio.tasks(number)
    for task in (first, *rest[:2]):
        guest.studio.create_annotation(task.id, result(study, REPORT))
    anna.create_annotation(first.id, result(study, CLAIM))
    assert pulled(standpunkt, study)["annotations"] == 1
    assert [row.layers["function"] for row in annotations(study)] == ["claim"]
    row = listed(standpunkt, study)["anna"]
    assert (row["email"], row["account"]) == (email, "made")
    found = standpunkt("doctor", "--study", study, "--json").failing
    assert guest.email in found["coders of anna"]["message"]
    assert email not in found["coders of anna"]["message"]


def test_a_change_by_somebody_else_is_noticed(
    standpunkt: Run, study: Path, studio: Studio, people: tuple[Person, Person], projects: dict[str, int]
) -> None:
    anna, ben = people
    first, second, *_ = studio.tasks(projects["anna"])
    numbers = [anna.studio.create_annotation(task.id, result(study, CLAIM)) for task in (first, second)]
    assert pulled(standpunkt, study)["edited"] == []
    ben.studio.update_annotation(numbers[0], result(study, REPORT))
    studio.update_annotation(numbers[1], result(study, REPORT))  # by whose token pulls
    report = pulled(standpunkt, study)
    assert {row["email"] for row in report["edited"]} == {ben.email, studio.check()}
    assert sum("changed by" in notice for notice in report["notices"]) == 2


def test_a_sentence_coded_twice_by_one_person_is_a_line(
    standpunkt: Run, study: Path, studio: Studio, people: tuple[Person, Person], projects: dict[str, int]
) -> None:
    anna, _ = people
    first, second, *_ = studio.tasks(projects["anna"])
    for task, layers in ((first, CLAIM), (first, REPORT), (second, CLAIM), (second, CLAIM)):
        anna.studio.create_annotation(task.id, result(study, layers))
    report = pulled(standpunkt, study)
    assert report["notices"] == ["anna: 2 sentences coded twice, 1 of them differently; the later one counts"]
    assert sorted(str(row.layers["function"]) for row in annotations(study)) == ["claim", "report"]


def test_two_annotators_behind_one_account_are_said(
    standpunkt: Run, study: Path, studio: Studio, projects: dict[str, int]
) -> None:
    for number in projects.values():
        studio.create_annotation(next(iter(studio.tasks(number))).id, result(study, CLAIM))
    (notice,) = pulled(standpunkt, study)["notices"]
    assert notice.startswith("anna and ben code with one account")


def test_a_name_changed_in_the_file_is_asked_about_and_then_carried_over(
    standpunkt: Run, study: Path, studio: Studio, people: tuple[Person, Person], projects: dict[str, int]
) -> None:
    anna, _ = people
    for task in studio.tasks(projects["anna"]):
        anna.studio.create_annotation(task.id, result(study, CLAIM))
    pulled(standpunkt, study)
    before = annotations(study)
    path = study / "study.yaml"
    path.write_text(path.read_text("utf-8").replace("[anna, ben]", "[anja, ben]"), "utf-8")
    for verb in ("pull", "push"):
        words = standpunkt(verb, "--study", study).error
        assert "anna is missing, who has 6 codings" in words
        assert "annotators rename anna anja" in words
        assert "annotators retire anna" in words
    assert "anna" in standpunkt("status", "--study", study, "--json").json["notices"][0]
    assert "annotator anna" in standpunkt("doctor", "--study", study, "--json").failing
    assert listed(standpunkt, study)["anna"]["place"] == "left"
    assert annotations(study) == before

    assert standpunkt("annotators", "rename", "anna", "anja", "--study", study).code == 0
    report = pulled(standpunkt, study)
    assert (report["annotations"], report["deleted"], report["fetched"]) == (6, 0, 0)
    assert {row.annotator for row in annotations(study)} == {"anja"}
    again = standpunkt("push", "--study", study, "--json").json
    assert again["created"] == 0
    assert again["projects"][0]["project"] == projects["anna"]
    assert (study / "data" / "exports" / "anja.json").exists()
    assert listed(standpunkt, study)["anja"]["user"] == anna.user


def test_renaming_cannot_make_one_person_of_two(
    standpunkt: Run, study: Path, projects: dict[str, int]
) -> None:
    assert (
        "two people cannot become one"
        in standpunkt("annotators", "rename", "anna", "ben", "--study", study).error
    )
    assert (
        "nobody in this study" in standpunkt("annotators", "rename", "carla", "dora", "--study", study).error
    )


def test_who_retires_keeps_codings_and_leaves_the_rest_of_the_work(
    standpunkt: Run, study: Path, studio: Studio, people: tuple[Person, Person]
) -> None:
    path = study / "study.yaml"
    path.write_text(path.read_text("utf-8").replace("overlap: 1 ", "overlap: 0 "), "utf-8")
    report = standpunkt("push", "--study", study, "--json").json
    number = next(row["project"] for row in report["projects"] if row["annotator"] == "ben")
    ben, _ = people
    tasks = list(studio.tasks(number))
    ben.studio.create_annotation(tasks[0].id, result(study, CLAIM))
    pulled(standpunkt, study)
    assert standpunkt("annotators", "retire", "ben", "--study", study).code == 0
    ben.studio.create_annotation(tasks[1].id, result(study, CLAIM))
    assert pulled(standpunkt, study)["annotations"] == 2
    again = standpunkt("push", "--study", study, "--json").json
    assert again["created"] == len(tasks)
    assert [row["annotator"] for row in again["projects"]] == ["anna"]
    rows = list(read_jsonl(study / "data" / "assignments.jsonl", Assignment))
    assert {row.annotator for row in rows} == {"anna", "ben"}
    assert listed(standpunkt, study)["ben"]["place"] == "retired"
    assert standpunkt("doctor", "--study", study, "--json").failing == {}
    studio._client.projects.delete(id=number)
    assert pulled(standpunkt, study)["annotations"] == 2


def test_a_renaming_that_was_cut_off_can_be_done_again(
    standpunkt: Run, study: Path, studio: Studio, projects: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.create_annotation(next(iter(studio.tasks(projects["anna"]))).id, result(study, CLAIM))
    pulled(standpunkt, study)

    def no(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as cut_off:
        cut_off.setattr(renaming, "_rename_in_files", no)
        assert standpunkt("annotators", "rename", "anna", "anja", "--study", study).code == 1
    assert standpunkt("annotators", "rename", "anna", "anja", "--study", study).code == 0
    assert pulled(standpunkt, study)["annotations"] == 1
    assert [row.annotator for row in annotations(study)] == ["anja"]
    assert standpunkt("doctor", "--study", study, "--json").failing == {}


def test_who_left_the_file_before_the_first_pull_can_retire(
    standpunkt: Run, study: Path, studio: Studio, projects: dict[str, int]
) -> None:
    studio.create_annotation(next(iter(studio.tasks(projects["ben"]))).id, result(study, CLAIM))
    path = study / "study.yaml"
    path.write_text(path.read_text("utf-8").replace("[anna, ben]", "[anna]"), "utf-8")
    assert "ben is missing, who has 1 coding;" in standpunkt("pull", "--study", study).error
    assert standpunkt("annotators", "retire", "ben", "--study", study).code == 0
    assert pulled(standpunkt, study)["annotations"] == 1


def test_codings_in_a_project_whose_coder_is_not_known_yet_are_no_finding(
    standpunkt: Run, study: Path, studio: Studio, projects: dict[str, int]
) -> None:
    studio.create_annotation(next(iter(studio.tasks(projects["anna"]))).id, result(study, CLAIM))
    pulled(standpunkt, study)
    (study / ".standpunkt" / "accounts.json").unlink()
    assert standpunkt("doctor", "--study", study, "--json").failing == {}
