"""What doctor and status say of a healthy study and of broken ones, on a real Label Studio."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.access import jwt_expiry
from annotate.local_studio import LocalStudio
from annotate.studio import Studio
from annotate.study import open_study
from running import Ran
from schemas.studio_json import to_result

Run = Callable[..., Ran]
server_tests = [pytest.mark.studio, pytest.mark.slow]
CODED = {"voice": "author", "function": "claim", "stance": {}, "rhetoric": ["none"]}


def projects(standpunkt: Run, study: Path) -> dict[str, int]:
    rows = standpunkt("push", "--study", study, "--json").json["projects"]
    return {row["annotator"]: row["project"] for row in rows}


def failing(ran: Ran) -> dict[str, dict[str, Any]]:
    return {finding["check"]: finding for finding in ran.json["findings"] if not finding["ok"]}


def test_a_legacy_token_has_no_expiry_and_a_broken_one_none_either() -> None:
    assert jwt_expiry("0123456789abcdef") is None
    assert jwt_expiry("a.b.c") is None
    assert jwt_expiry("e30.eyJleHAiOjEyM30.x") == 123.0


class TestOnTheServer:
    pytestmark = server_tests

    def test_a_healthy_study_has_no_finding(self, standpunkt: Run, study: Path) -> None:
        projects(standpunkt, study)
        ran = standpunkt("doctor", "--study", study, "--json")
        assert failing(ran) == {}
        assert ran.code == 0

    def test_before_the_first_push_the_projects_are_missing(self, standpunkt: Run, study: Path) -> None:
        ran = standpunkt("doctor", "--study", study, "--json")
        assert ran.code == 1
        assert "anna, ben" in failing(ran)["projects"]["message"]

    def test_a_server_that_is_down(
        self, standpunkt: Run, study: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x")
        ran = standpunkt("doctor", "--study", study, "--json")
        assert ran.code == 1
        assert failing(ran)["server"]["action"]

    def test_a_token_that_is_refused(
        self, standpunkt: Run, study: Path, server: LocalStudio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LABEL_STUDIO_URL", server.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
        finding = failing(standpunkt("doctor", "--study", study, "--json"))["token"]
        assert "/user/account" in finding["action"]

    def test_a_project_that_was_deleted(self, standpunkt: Run, study: Path, studio: Studio) -> None:
        number = projects(standpunkt, study)["anna"]
        studio._client.projects.delete(id=number)
        finding = failing(standpunkt("doctor", "--study", study, "--json"))["projects"]
        assert str(number) in finding["message"]
        assert "--recreate" in finding["action"]

    def test_a_screen_that_is_not_the_codebooks(self, standpunkt: Run, study: Path) -> None:
        projects(standpunkt, study)
        path = study / "codebook.yaml"
        path.write_text(path.read_text("utf-8").replace("Autor", "Verfasser"), "utf-8")
        found = failing(standpunkt("doctor", "--study", study, "--json"))
        assert set(found) == {"screen of anna", "screen of ben"}

    def test_a_sentence_that_is_there_twice(self, standpunkt: Run, study: Path, studio: Studio) -> None:
        number = projects(standpunkt, study)["ben"]
        task = next(iter(studio.tasks(number)))
        studio.import_tasks(number, [{"data": task.data, "meta": task.meta}])
        found = failing(standpunkt("doctor", "--study", study, "--json"))
        assert set(found) == {"tasks of ben"}
        assert task.data["sentence_id"] in found["tasks of ben"]["message"]

    def test_suggestions_that_nobody_sees(self, standpunkt: Run, study: Path, studio: Studio) -> None:
        number = projects(standpunkt, study)["ben"]
        task = next(iter(studio.tasks(number)))
        result = to_result({"voice": "author"}, open_study(study).codebook())
        studio.import_predictions(
            number, [{"task": task.id, "model_version": "m-1", "score": 1, "result": result}]
        )
        finding = failing(standpunkt("doctor", "--study", study, "--json"))["suggestions of ben"]
        assert "m-1" in finding["message"]
        studio.update_project(number, model_version="m-1")
        assert failing(standpunkt("doctor", "--study", study, "--json")) == {}

    def test_status_counts_done_skipped_and_open_and_the_minutes_left(
        self, standpunkt: Run, study: Path, studio: Studio
    ) -> None:
        number = projects(standpunkt, study)["anna"]
        first, second, third, *_ = studio.tasks(number)
        book = open_study(study).codebook()
        studio.create_annotation(first.id, to_result(CODED, book), lead_time=30.0)
        studio.create_annotation(second.id, to_result({"voice": "author"}, book), lead_time=30.0)
        studio._client.annotations.create(id=third.id, result=[], was_cancelled=True)
        standpunkt("pull", "--study", study)
        anna, ben = standpunkt("status", "--study", study, "--json").json["annotators"]
        assert (anna["tasks"], anna["done"], anna["skipped"], anna["open"]) == (6, 2, 1, 3)
        assert anna["incomplete"] == 1
        assert anna["minutes_left"] == 1.5
        assert (ben["open"], ben["minutes_left"]) == (6, None)
