"""Whose project it is, on a real Label Studio: of this study, of its copy, of somebody else."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from annotate.study.identity import read_marker
from running import Ran

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]


def pushed(standpunkt: Run, study: Path, *more: str) -> dict[str, Any]:
    ran = standpunkt("push", "--study", study, "--json", *more)
    assert ran.code == 0, ran.err
    return dict(ran.json)


def numbers(report: dict[str, Any]) -> dict[str, int]:
    return {row["annotator"]: row["project"] for row in report["projects"]}


def held(studio: Studio, ours: Iterable[int]) -> tuple[set[int], list[Any]]:
    """The numbers of all projects, and of ours all that is known of them and their tasks."""
    return {p.id for p in studio.projects()}, [(studio.project(n), list(studio.tasks(n))) for n in ours]


def rename_in_file(study: Path, old: str, new: str) -> None:
    path = study / "study.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def called(study: Path, name: str) -> None:
    rename_in_file(study, f"study: {open_study(study).name}", f"study: {name}")


@pytest.mark.parametrize("takes_state", [True, False])
def test_a_renamed_copy_does_not_touch_the_projects_of_the_first(
    standpunkt: Run, study: Path, studio: Studio, tmp_path: Path, takes_state: bool
) -> None:
    ours = numbers(pushed(standpunkt, study)).values()
    copy = tmp_path / "kopie"
    shutil.copytree(study, copy)
    if not takes_state:
        shutil.rmtree(copy / ".standpunkt")
    called(copy, "kopie")
    before = held(studio, ours)
    for verb in ("push", "pull", "status"):
        words = standpunkt(verb, "--study", copy).error
        assert "copy" in words
        assert ("--copy-of" in words) is takes_state
    found = standpunkt("doctor", "--study", copy, "--json").failing
    assert any("copy" in finding["message"] for finding in found.values())
    assert held(studio, ours) == before
    assert standpunkt("init", copy, "--copy-of", study).code == 0
    report = pushed(standpunkt, copy)
    assert report["created"] == 12
    assert not set(numbers(report).values()) & before[0]
    assert held(studio, ours)[1] == before[1]
    assert pushed(standpunkt, study)["unchanged"] == 12


def test_a_new_folder_made_from_a_study_has_its_texts_and_none_of_its_codings(
    standpunkt: Run, study: Path, tmp_path: Path
) -> None:
    first = pushed(standpunkt, study)
    standpunkt("pull", "--study", study)
    other = tmp_path / "zweite"
    assert standpunkt("init", other, "--copy-of", study, "--name", "zweite").code == 0
    assert open_study(other).name == "zweite"
    assert open_study(other).settings.id != open_study(study).settings.id
    assert not (other / "data" / "annotations.jsonl").exists()
    report = pushed(standpunkt, other)
    assert report["created"] == 12
    assert not set(numbers(report).values()) & set(numbers(first).values())


def test_a_renamed_study_keeps_its_projects(standpunkt: Run, study: Path, studio: Studio) -> None:
    first = pushed(standpunkt, study)
    called(study, "umbenannt")
    again = pushed(standpunkt, study)
    assert again["created"] == 0
    assert numbers(again) == numbers(first)
    project = studio.project(numbers(first)["anna"])
    assert project is not None
    mark = read_marker(project.description)
    assert mark is not None
    assert (mark.study, mark.annotator, mark.id) == ("umbenannt", "anna", open_study(study).settings.id)
    assert project.title == "umbenannt · anna"


def test_a_study_renamed_without_its_state_says_how_to_go_on(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    first = pushed(standpunkt, study)
    old = open_study(study).name
    called(study, "umgetauft")
    shutil.rmtree(study / ".standpunkt")
    words = standpunkt("push", "--study", study).error
    assert f"`formerly: {old}`" in words
    path = study / "study.yaml"
    path.write_text(f"{path.read_text('utf-8')}formerly: {old}\n", "utf-8")
    assert numbers(pushed(standpunkt, study)) == numbers(first)


def test_projects_of_an_earlier_version_are_taken_over_and_marked(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    first = pushed(standpunkt, study)
    name = open_study(study).name
    for who, number in numbers(first).items():
        studio.update_project(number, description=f"kommentar-core 1.0.0 [standpunkt {name}/{who}]")
    shutil.rmtree(study / ".standpunkt")
    path = study / "study.yaml"
    path.write_text("".join(line for line in path.open() if not line.startswith("id:")), "utf-8")
    again = pushed(standpunkt, study)
    assert (again["created"], numbers(again)) == (0, numbers(first))
    project = studio.project(numbers(first)["ben"])
    assert project is not None
    assert f"[standpunkt {name}/ben] [study {open_study(study).settings.id}]" in project.description


def test_a_number_that_is_a_strangers_project_by_now_is_refused(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    first = numbers(pushed(standpunkt, study))
    config = '<View><Text name="t" value="$text"/></View>'
    stranger = studio.create_project(title="Fremdes", description="", label_config=config, instruction="")
    studio._client.projects.delete(id=first["anna"])
    state = study / ".standpunkt" / "state.json"
    state.write_text(
        state.read_text("utf-8").replace(f'"anna": {first["anna"]}', f'"anna": {stranger}'), "utf-8"
    )
    for verb in ("push", "pull", "status"):
        words = standpunkt(verb, "--study", study).error
        assert f"project {stranger}" in words
        assert "Fremdes" in words
    assert "Fremdes" in standpunkt("doctor", "--study", study, "--json").failing["projects"]["message"]
    assert list(studio.tasks(stranger)) == []
    untouched = studio.project(stranger)
    assert untouched is not None
    assert (untouched.description, untouched.label_config) == ("", config)
    again = pushed(standpunkt, study, "--recreate")
    assert numbers(again)["anna"] not in (stranger, first["anna"])
    assert list(studio.tasks(stranger)) == []


def test_a_number_in_the_file_counts_only_with_the_marker(
    standpunkt: Run, study: Path, studio: Studio, tmp_path: Path
) -> None:
    first = numbers(pushed(standpunkt, study))
    path = study / "study.yaml"
    text = path.read_text("utf-8")
    path.write_text(f"{text}studio:\n  projects: {{anna: {first['ben']}}}\n", "utf-8")
    words = standpunkt("push", "--study", study).error
    assert f"project {first['ben']}" in words
    assert "studio: projects:" in words
    path.write_text(f"{text}studio:\n  projects: {{anna: {first['anna']}}}\n", "utf-8")
    assert numbers(pushed(standpunkt, study)) == first


def test_a_lost_marker_is_said_and_put_back(standpunkt: Run, study: Path, studio: Studio) -> None:
    number = numbers(pushed(standpunkt, study))["anna"]
    task = next(iter(studio.tasks(number)))
    studio.create_annotation(task.id, [])
    assert standpunkt("pull", "--study", study).code == 0
    before = (study / "data" / "annotations.jsonl").read_bytes()
    studio.update_project(number, description="")
    (study / ".standpunkt" / "state.json").unlink()
    for verb in ("pull", "push"):
        words = standpunkt(verb, "--study", study).error
        assert f"annotators bind anna --project {number}" in words
    assert (study / "data" / "annotations.jsonl").read_bytes() == before
    assert standpunkt("annotators", "bind", "anna", "--project", number, "--study", study).code == 0
    assert standpunkt("pull", "--study", study).code == 0
    assert pushed(standpunkt, study)["created"] == 0


def test_two_machines_that_push_first_at_the_same_time_share_the_projects(
    standpunkt: Run, study: Path, studio: Studio, tmp_path: Path
) -> None:
    clone = tmp_path / "geklont"
    shutil.copytree(study, clone, ignore=shutil.ignore_patterns(".standpunkt"))
    before = {p.id for p in studio.projects()}
    command = [sys.executable, "-m", "annotate.cli", "push", "--study"]
    running = [subprocess.Popen([*command, str(folder)]) for folder in (study, clone)]
    assert [process.wait() for process in running] == [0, 0]
    made = [p for p in studio.projects() if p.id not in before]
    assert len(made) == 2
    for project in made:
        ids = [task.data["sentence_id"] for task in studio.tasks(project.id)]
        assert len(ids) == len(set(ids)) == 6
    assert numbers(pushed(standpunkt, study)) == numbers(pushed(standpunkt, clone))
    assert standpunkt("doctor", "--study", study, "--json").failing == {}


def test_a_second_project_with_the_same_marker_is_counted_by_doctor(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    number = numbers(pushed(standpunkt, study))["anna"]
    project = studio.project(number)
    assert project is not None
    second = studio.create_project(
        title="noch einmal",
        description=project.description,
        label_config=project.label_config,
        instruction="",
    )
    finding = standpunkt("doctor", "--study", study, "--json").failing["projects"]
    assert f"{number}, {second}" in finding["message"]
    assert numbers(pushed(standpunkt, study))["anna"] == number
    assert any(
        str(second) in notice for notice in standpunkt("pull", "--study", study, "--json").json["notices"]
    )


def test_a_study_is_not_copied_into_itself(standpunkt: Run, study: Path) -> None:
    assert "expected a folder beside it" in standpunkt("init", study / "kopie", "--copy-of", study).error
    assert not (study / "kopie").exists()


def test_a_number_in_the_file_makes_no_second_project(standpunkt: Run, study: Path, studio: Studio) -> None:
    first = numbers(pushed(standpunkt, study))
    path = study / "study.yaml"
    path.write_text(f"{path.read_text('utf-8')}studio:\n  projects: {{anna: 999999}}\n", "utf-8")
    assert numbers(pushed(standpunkt, study, "--recreate")) == first
