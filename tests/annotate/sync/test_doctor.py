"""What doctor and status say of a healthy study and of broken ones, on a real Label Studio."""

import base64
import http.server
import json
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import msgspec
import pytest

from annotate.label_studio import local_server
from annotate.label_studio.auth import jwt_expiry
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from annotate.sync.doctor import Finding, _address, _clock, _database, _reachable, _token
from running import Ran
from schemas.studio_json import to_result

Run = Callable[..., Ran]
server_tests = [pytest.mark.studio, pytest.mark.slow]
CODED = {"voice": "author", "function": "claim", "stance": {}, "rhetoric": ["none"]}


def projects(standpunkt: Run, study: Path) -> dict[str, int]:
    rows = standpunkt("push", "--study", study, "--json").json["projects"]
    return {row["annotator"]: row["project"] for row in rows}


def test_a_legacy_token_has_no_expiry_and_a_broken_one_none_either() -> None:
    assert jwt_expiry("0123456789abcdef") is None
    assert jwt_expiry("a.b.c") is None
    assert jwt_expiry("e30.eyJleHAiOjEyM30.x") == 123.0


class TestOnTheServer:
    pytestmark = server_tests

    def test_a_healthy_study_has_no_finding(self, standpunkt: Run, study: Path) -> None:
        projects(standpunkt, study)
        ran = standpunkt("doctor", "--study", study, "--json")
        assert ran.failing == {}
        assert ran.code == 0

    def test_before_the_first_push_the_projects_are_missing(self, standpunkt: Run, study: Path) -> None:
        ran = standpunkt("doctor", "--study", study, "--json")
        assert ran.code == 1
        assert "anna, ben" in ran.failing["projects"]["message"]

    def test_a_server_that_is_down(
        self, standpunkt: Run, study: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x")
        ran = standpunkt("doctor", "--study", study, "--json")
        assert ran.code == 1
        assert ran.failing["server"]["action"]

    def test_a_token_that_is_refused(
        self, standpunkt: Run, study: Path, server: LocalStudio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LABEL_STUDIO_URL", server.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
        finding = standpunkt("doctor", "--study", study, "--json").failing["token"]
        assert "/user/account" in finding["action"]

    def test_a_project_that_was_deleted(self, standpunkt: Run, study: Path, studio: Studio) -> None:
        number = projects(standpunkt, study)["anna"]
        studio._client.projects.delete(id=number)
        finding = standpunkt("doctor", "--study", study, "--json").failing["projects"]
        assert str(number) in finding["message"]
        assert "--recreate" in finding["action"]

    def test_a_screen_that_is_not_the_codebooks(self, standpunkt: Run, study: Path) -> None:
        projects(standpunkt, study)
        path = study / "codebook.yaml"
        path.write_text(path.read_text("utf-8").replace("Autor", "Verfasser"), "utf-8")
        found = standpunkt("doctor", "--study", study, "--json").failing
        assert set(found) == {"screen of anna", "screen of ben"}

    def test_a_sentence_that_is_there_twice(self, standpunkt: Run, study: Path, studio: Studio) -> None:
        number = projects(standpunkt, study)["ben"]
        task = next(iter(studio.tasks(number)))
        studio.import_tasks(number, [{"data": task.data, "meta": task.meta}])
        found = standpunkt("doctor", "--study", study, "--json").failing
        assert set(found) == {"tasks of ben"}
        assert task.data["sentence_id"] in found["tasks of ben"]["message"]

    def test_suggestions_that_nobody_sees(self, standpunkt: Run, study: Path, studio: Studio) -> None:
        number = projects(standpunkt, study)["ben"]
        task = next(iter(studio.tasks(number)))
        result = to_result({"voice": "author"}, open_study(study).codebook())
        studio.import_predictions(
            number, [{"task": task.id, "model_version": "m-1", "score": 1, "result": result}]
        )
        finding = standpunkt("doctor", "--study", study, "--json").failing["suggestions of ben"]
        assert "m-1" in finding["message"]
        studio.update_project(number, model_version="m-1", show_collab_predictions=False)
        finding = standpunkt("doctor", "--study", study, "--json").failing["suggestions of ben"]
        assert "switched off" in finding["message"]
        studio.update_project(number, show_collab_predictions=True)
        assert standpunkt("doctor", "--study", study, "--json").failing == {}

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


@pytest.mark.parametrize(
    ("url", "words", "action"),
    [
        ("127.0.0.1:8080", "no http://", "http://127.0.0.1:8080"),
        ("http://ls.example/api", "is a page", "to http://ls.example"),
        ("https://ls.example/ls/projects/7/data", "is a page", "to https://ls.example/ls"),
        ("http://ls.example/?next=/", "behind the server's address", "to http://ls.example"),
        ("http://ls.example//ls", "behind the server's address", "to http://ls.example"),
        ("https://ich:geheim@ls.example", "holds a login", "leave name and password off"),
        ("https://ich:geheim@ls.example/api", "is a page", "to https://ich:***@ls.example"),
        (
            "https://ich:geheim@ls.example/?x=1",
            "behind the server's address",
            "to https://ich:***@ls.example",
        ),
        ("ftp://ich:geheim@ls.example", "no http://", "http://127.0.0.1:8080"),
    ],
)
def test_an_address_that_is_none_is_said_with_what_to_set(url: str, words: str, action: str) -> None:
    found = _address(url)
    assert not found.ok
    assert words in found.message
    assert found.action.endswith(action) or action in found.action
    assert "geheim" not in str(found)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://ls.example/label-studio"])
def test_an_address_may_have_a_path(url: str) -> None:
    assert _address(url).ok


def test_a_clock_that_is_off_is_said_with_which_way() -> None:
    def at(apart: float) -> Finding:
        found = _clock(formatdate(time.time() + apart, usegmt=True))
        assert found is not None
        return found

    assert at(0).ok
    assert not at(120).ok
    assert "ahead" in at(120).message
    assert "behind" in at(-120).message
    assert _clock(None) is None
    assert _clock("gestern") is None


def test_no_server_and_no_token_are_findings_too(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study.yaml").write_text("study: s\nannotators: [a]\n", "utf-8")
    ran = standpunkt("doctor", "--study", tmp_path, "--json")
    assert ran.code == 1
    assert "studio start" in ran.failing["settings"]["action"]
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://ls.example")
    finding = standpunkt("doctor", "--study", tmp_path, "--json").failing["settings"]
    assert finding["message"] == "no token for http://ls.example"
    assert finding["action"].startswith("set LABEL_STUDIO_API_KEY")


class _Answering(http.server.BaseHTTPRequestHandler):
    """A server that is Label Studio at the root only, and another page elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_path_that_is_not_label_studios_is_looked_for_at_the_root() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        found, _ = _reachable(f"{root}/falsch")
        secret = _reachable(f"{root}/falsch".replace("127", "ich:geheim@127"))
        fine, clock = _reachable(root)
        server.shutdown()
    down = _reachable("http://ich:geheim@127.0.0.1:9")
    assert not found.ok
    assert f"set LABEL_STUDIO_URL to {root}:" in found.action
    assert "geheim" not in str(secret + down)
    assert fine.ok
    assert clock is not None
    assert clock.ok


def test_a_token_that_has_ended_or_ends_soon_is_said_with_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "check", lambda _: "a@b.example")

    def found(moment: float) -> Finding:
        body = base64.urlsafe_b64encode(json.dumps({"exp": moment}).encode()).decode().rstrip("=")
        return _token(Studio("http://127.0.0.1:9", f"e30.{body}.x"))

    assert "expired on 1970-01-01" in found(5).message
    assert not found(time.time() + 86400).ok
    assert found(time.time() + 90 * 86400).ok
    assert found(1e15).ok  # further than a calendar goes
    assert _token(Studio("http://127.0.0.1:9", "0" * 40)).message.startswith("legacy token of")


def test_many_annotators_on_sqlite_are_sent_to_postgresql(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "study.yaml").write_text("study: s\nannotators: [a, b, c, d]\n", "utf-8")
    known = LocalStudio(port=1, email="a", password="b", token="t")
    studio, own = Studio(known.url, "k"), open_study(tmp_path)
    monkeypatch.setattr(local_server, "load", lambda: known)
    (found,) = _database(studio, own)
    assert not found.ok
    assert "--database postgresql://" in found.action
    monkeypatch.setattr(
        local_server, "load", lambda: msgspec.structs.replace(known, database="postgresql://u:p@h/n")
    )
    (found,) = _database(studio, own)
    assert found.ok
    assert found.message == "PostgreSQL n on h:5432"
