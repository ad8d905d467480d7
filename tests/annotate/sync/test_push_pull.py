"""Push, pull and pre-labels of a small study against a real Label Studio."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio import retry
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from breaking import breaking
from running import Ran
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation
from schemas.studio_json import to_result
from train.persistence.folder import load_meta

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]

CODED = {
    "voice": "author",
    "function": "claim",
    "stance": {"waffen_ukraine": "favor"},
    "rhetoric": ["irony", "metaphor"],
    "comment": "zweifelhaft",
}


def pushed(standpunkt: Run, study: Path, *more: str) -> dict[str, Any]:
    ran = standpunkt("push", "--study", study, "--json", *more)
    assert ran.code == 0, ran.err
    return dict(ran.json)


def project(report: dict[str, Any], annotator: str) -> int:
    return next(int(row["project"]) for row in report["projects"] if row["annotator"] == annotator)


def test_a_dry_run_changes_nothing(standpunkt: Run, study: Path, studio: Studio) -> None:
    before = {p.id for p in studio.projects()}
    report = pushed(standpunkt, study, "--dry-run")
    assert report["created"] == 12
    assert {p.id for p in studio.projects()} == before
    assert not (study / "data" / "assignments.jsonl").exists()


def test_pushing_twice_creates_nothing_twice(standpunkt: Run, study: Path, studio: Studio) -> None:
    first = pushed(standpunkt, study)
    assert (first["created"], first["unchanged"]) == (12, 0)
    again = pushed(standpunkt, study)
    assert (again["created"], again["updated"], again["unchanged"], again["gone"]) == (0, 0, 12, 0)
    assert len(list(studio.tasks(project(first, "anna")))) == 6


def test_projects_are_found_again_when_local_state_is_lost(standpunkt: Run, study: Path) -> None:
    first = pushed(standpunkt, study)
    shutil.rmtree(study / ".standpunkt")
    again = pushed(standpunkt, study)
    assert again["created"] == 0
    assert again["projects"] == first["projects"]


def test_a_mended_text_keeps_its_tasks_and_codings(standpunkt: Run, study: Path, studio: Studio) -> None:
    number = project(pushed(standpunkt, study), "anna")
    book = open_study(study).codebook()
    tasks = {task.data["text"]: task for task in studio.tasks(number)}
    mended, beside = tasks["Das Gesetz sieht es anders."], tasks["Der Wald gehört allen."]
    for task in (mended, beside):
        studio.create_annotation(task.id, to_result(CODED, book))
    path = study / "commentaries" / "wald.txt"
    path.write_text(path.read_text("utf-8").replace("sieht es anders", "sieht es noch anders"), "utf-8")

    refused = standpunkt("split", "--study", study)
    assert refused.code == 1
    assert "standpunkt relink" in refused.err
    dry = standpunkt("relink", "--study", study, "--dry-run", "--json").json
    report = standpunkt("relink", "--study", study, "--json").json
    assert report == dry
    (link,) = report["links"]
    assert link["old"] == mended.data["sentence_id"]
    assert report["lost"] == []

    again = pushed(standpunkt, study)
    assert (again["created"], again["updated"], again["gone"]) == (0, 4, 0)  # both tasks in both projects
    held = {task.id: task for task in studio.tasks(number)}
    assert held[mended.id].data["text"] == "Das Gesetz sieht es noch anders."
    assert held[mended.id].data["sentence_id"] == link["new"]
    assert held[beside.id].data["after"] == " Das Gesetz sieht es noch anders."
    assert standpunkt("pull", "--study", study).code == 0
    rows = {row.sentence_id for row in read_jsonl(study / "data" / "annotations.jsonl", Annotation)}
    assert rows == {link["new"], beside.data["sentence_id"]}


def test_a_foreign_task_is_left_alone(standpunkt: Run, study: Path, studio: Studio) -> None:
    number = project(pushed(standpunkt, study), "anna")
    fields = dict.fromkeys(("text", "before", "after", "title", "author", "date", "note"), "fremd")
    studio.import_tasks(number, [{"data": fields}])
    assert pushed(standpunkt, study)["gone"] == 0
    assert len(list(studio.tasks(number))) == 7
    assert standpunkt("pull", "--study", study).code == 0


def test_pruning_deletes_what_is_gone_and_nobody_has_touched(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    number = project(pushed(standpunkt, study), "anna")
    rows = [
        {"data": {**next(iter(studio.tasks(number))).data, "sentence_id": f"weg-000000:{n:08x}"}}
        for n in range(3)
    ]
    studio.import_tasks(number, rows)
    tasks = {task.data["sentence_id"]: task.id for task in studio.tasks(number)}
    coded, begun = tasks["weg-000000:00000000"], tasks["weg-000000:00000001"]
    studio.create_annotation(coded, to_result(CODED, open_study(study).codebook()))
    studio._raw("POST", f"/api/tasks/{begun}/drafts", "drafting", body={"result": []})
    kept = pushed(standpunkt, study)
    assert (kept["gone"], kept["pruned"]) == (3, 0)
    assert pushed(standpunkt, study, "--prune", "--dry-run")["pruned"] == 2  # a draft is seen up close only
    assert len(list(studio.tasks(number))) == 9
    assert pushed(standpunkt, study, "--prune")["pruned"] == 1
    left = {task.id for task in studio.tasks(number)}
    assert {coded, begun} <= left
    assert len(left) == 8


def test_a_coding_is_pulled_as_it_is_meant(standpunkt: Run, study: Path, studio: Studio) -> None:
    number = project(pushed(standpunkt, study), "ben")
    book = open_study(study).codebook()
    task = next(iter(studio.tasks(number)))
    studio.create_annotation(task.id, to_result(CODED, book), lead_time=12.5)
    ran = standpunkt("pull", "--study", study, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["annotations"] == 1
    (row,) = read_jsonl(study / "data" / "annotations.jsonl", Annotation)
    assert row.annotator == "ben"
    assert row.sentence_id == task.data["sentence_id"]
    assert row.lead_time == 12.5
    assert row.incomplete == []
    assert row.layers["stance"] == {
        "druck_russland": "unrelated", "waffen_ukraine": "favor", "trump_kurs": "unrelated",
        "putin_friedenswille": "unrelated", "gebietsverzicht": "unrelated",
    }  # fmt: skip
    assert row.layers["rhetoric"] == ["irony", "metaphor"]
    assert row.layers["comment"] == "zweifelhaft"


def test_what_the_screen_cannot_forbid_is_listed_with_a_link(
    standpunkt: Run, study: Path, studio: Studio
) -> None:
    number = project(pushed(standpunkt, study), "anna")
    task = next(iter(studio.tasks(number)))
    both = [
        {
            "from_name": "rhetoric",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": ["irony", "none"]},
        },
        {
            "from_name": "stance__no_target",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": ["no_target"]},
        },
        {
            "from_name": "stance__trump_kurs",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": ["against"]},
        },
    ]
    studio.create_annotation(task.id, both)
    report = standpunkt("pull", "--study", study, "--json").json
    assert report["incomplete"] == 1
    assert all(f"task={task.id}" in row["link"] for row in report["problems"])
    (row,) = read_jsonl(study / "data" / "annotations.jsonl", Annotation)
    assert set(row.incomplete) == {"voice", "function", "stance", "rhetoric"}
    assert row.layers.keys().isdisjoint({"stance", "rhetoric"})


def test_the_export_is_kept_as_received(standpunkt: Run, study: Path, studio: Studio) -> None:
    number = project(pushed(standpunkt, study), "anna")
    standpunkt("pull", "--study", study)
    kept = (study / "data" / "exports" / "anna.json").read_bytes()
    assert json.loads(kept) == json.loads(studio.export(number))


def test_a_project_deleted_on_the_server_loses_nothing(standpunkt: Run, study: Path, studio: Studio) -> None:
    report = pushed(standpunkt, study)
    number = project(report, "anna")
    task = next(iter(studio.tasks(number)))
    studio.create_annotation(task.id, to_result(CODED, open_study(study).codebook()))
    standpunkt("pull", "--study", study)
    path = study / "data" / "annotations.jsonl"
    before = path.read_bytes()
    studio._client.projects.delete(id=number)
    for verb in ("pull", "push"):
        ran = standpunkt(verb, "--study", study)
        assert ran.code == 1
        assert f"project {number} is gone" in ran.err
        assert len(ran.err.strip().splitlines()) == 1
    assert path.read_bytes() == before
    again = pushed(standpunkt, study, "--recreate")
    assert again["created"] == 6
    assert project(again, "ben") == project(report, "ben")


def test_a_wrong_token_is_named_with_the_page_to_go_to(
    standpunkt: Run, study: Path, server: LocalStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url.replace("127.0.0.1", "localhost"))
    for wrong in ("0123456789abcdef0123456789abcdef01234567", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.e30.x"):
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", wrong)
        ran = standpunkt("push", "--study", study)
        assert ran.code == 1
        assert len(ran.err.strip().splitlines()) == 1
        assert "/user/account" in ran.err
        assert "API Tokens Settings" in ran.err
        assert wrong not in ran.err


def test_another_server_is_used_where_the_environment_names_one(
    standpunkt: Run, study: Path, server: LocalStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url.replace("127.0.0.1", "localhost") + "/")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    assert pushed(standpunkt, study)["created"] == 12


def test_many_predictions_may_take_longer_than_an_answer_otherwise_may(
    standpunkt: Run, study: Path, studio: Studio, server: LocalStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = standpunkt("push", "--study", study, "--json").json["projects"][0]["project"]
    task = next(iter(studio.tasks(number))).id
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.0)
    with breaking(server.url, {"slow": 1.0}) as proxy:
        slow = Studio(proxy.url, server.token)
        slow._http.timeout = 0.2
        made = {"task": task, "model_version": "fremd", "score": 0.5, "result": []}
        assert slow.import_predictions(number, [made]) == 1
        with pytest.raises(StudioError, match=rf"listing the tasks of project {number}: .* in time"):
            next(iter(slow.tasks(number)))


def test_prelabelling_again_leaves_one_prediction_a_task_and_a_new_model_replaces_it(
    standpunkt: Run, study: Path, studio: Studio, suggesting: Path, tmp_path: Path
) -> None:
    number = project(pushed(standpunkt, study), "anna")
    first = standpunkt("prelabel", "-m", suggesting, "--study", study, "--json")
    assert first.code == 0, first.err
    again = standpunkt("prelabel", "-m", suggesting, "--study", study, "--json").json
    assert (again["created"], again["replaced"]) == (0, 0)
    assert again["unchanged"] == first.json["created"]
    held = studio.predictions(number)
    assert len({p.task for p in held}) == len(held)
    # demo targets that this study does not ask are named, and nothing is said of them
    assert {"stance__tempolimit", "stance__smartphone_schule", "stance__vier_tage_woche"} <= set(
        again["not_shared"]
    )
    foreign = {
        "task": next(iter(studio.tasks(number))).id,
        "model_version": "fremd",
        "score": 0.5,
        "result": [],
    }
    studio.import_predictions(number, [foreign])
    made = suggesting.parent
    other = standpunkt("train", "--gold", made / "gold.jsonl", "--codebook", made / "study" / "codebook.yaml",
                       "-o", tmp_path / "m", "--seed", 7, "--encoder", "none", "--no-evaluate", "--json")  # fmt: skip
    assert other.code == 0, other.err
    replaced = standpunkt("prelabel", "-m", tmp_path / "m", "--study", study, "--json").json
    versions = [p.model_version for p in studio.predictions(number)]
    assert load_meta(suggesting).model_version not in versions
    assert versions.count("fremd") == 1
    assert replaced["created"] + replaced["replaced"] > 0
