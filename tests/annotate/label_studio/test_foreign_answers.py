"""A server that is no Label Studio, or one gone wrong: one clear line, whatever it answers."""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio import retry
from annotate.study.folder import open_study
from annotate.study.identity import ADJUDICATOR, marker
from running import Ran
from schemas.labeling import labeling_config

pytestmark = pytest.mark.slow
Run = Callable[..., Ran]
HTML = b"<!doctype html><html><body>Willkommen</body></html>"
ANSWERS = {
    "object": b"{}",
    "null": b"null",
    "list": b"[]",
    "numbers": b"[1, 2]",
    "text": b'"ja"',
    "number": b"17",
    "html": HTML,
    "nothing": b"",
    "latin": "{\"title\": \"Stück\"}".encode("latin-1"),
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep fields": b'{"results":' * 50_000 + b"1" + b"}" * 50_000,
    "error": b'{"detail": [null, {"a": 1}], "validation_errors": 7}',
    "half a page": b'{"count": 10, "next": null, "results": [null], "tasks": [null], "total": 10}',
    "empty pages": b'{"count": 1000000000, "results": [], "tasks": [], "total": 1000000000, "id": "x"}',
    "other kinds": json.dumps(
        {"id": [1], "email": 4, "title": {}, "release": [], "access": {}, "invite_url": 3, "results": {"a": 1}}
    ).encode(),
    "tasks": b'[{"id": 1, "data": {"sentence_id": [4]}, "meta": {"phase": 3}, "annotations": [{"id": {}}]}]',
    "tasks listed": b'{"total": 1, "tasks": [{"id": 1, "data": {"sentence_id": [4]}, "updated_at": "nie"}]}',
    "projects": json.dumps(
        {"count": 1, "results": [{"id": "eins", "title": None, "label_config": 3, "description": []}]}
    ).encode(),
}  # fmt: skip
#: Each may talk to the server; what it prints or leaves behind is not looked at here.
VERBS = (
    ("push",), ("push", "--invite"), ("pull",), ("pull", "--full"), ("pull", "--project", "3", "--map", "map.yaml"),
    ("status",), ("doctor",), ("prelabel",), ("adjudicate", "--to-studio"),
)  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, query = self.path.partition("?")
        status, body = self.server.status, self.server.body
        if path in self.server.good:
            is_past = re.search(r"page=([2-9])", query)
            status, body = (404, b"{}") if is_past else (200, self.server.good[path])
        self.send_response_only(status)
        self.send_header("Content-Type", "text/html" if body == HTML else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def answering(body: bytes, status: int = 200, **good: bytes) -> Iterator[str]:
    """The address of a server that answers so to everything but what is good."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads, server.body, server.status = True, body, status
    server.good = {"/health": b"{}", **good}
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def pushed(earlier_study: Path, suggesting: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole study that knows nothing of a server, and no patience."""
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(retry, "MIN_ATTEMPTS", 1)
    monkeypatch.setattr(retry, "PAUSE", 0.0)
    monkeypatch.chdir(earlier_study)
    shutil.rmtree("models")
    shutil.copytree(suggesting, "models/m")
    (earlier_study / "map.yaml").write_text("controls: {}\n", "utf-8")
    return earlier_study


def answers(standpunkt: Run, pushed: Path, url: str) -> None:
    settings = (pushed / "study.yaml").read_text("utf-8")
    data = {path: path.read_bytes() for path in (pushed / "data").rglob("*.jsonl")}
    for verb in VERBS:
        ran = standpunkt(*verb, "--url", url)
        assert ran.code in (0, 1), ran.err
        assert "Traceback" not in ran.err
        errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
        assert len(errors) <= 1, ran.err
    kept, _, added = (pushed / "study.yaml").read_text("utf-8").partition("\nid: ")
    assert f"{kept}\n" == settings if added else kept == settings  # an id of its own is all that it may get
    assert open_study(pushed)
    gone = [str(path) for path in data if not path.exists()]
    assert not gone


@pytest.mark.parametrize(("status", "key"), [(200, "x" * 40), (200, "a.e30.c")], ids=["legacy", "personal"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_any_answer_to_everything_is_a_line(
    answer: str, status: int, key: str, pushed: Path, standpunkt: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", key)
    with answering(ANSWERS[answer], status) as url:
        answers(standpunkt, pushed, url)


@pytest.mark.parametrize("answer", ["object", "html", "deep"])
def test_any_refusal_is_a_line(
    answer: str, pushed: Path, standpunkt: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x" * 40)
    with answering(ANSWERS[answer], 400) as url:
        answers(standpunkt, pushed, url)


@pytest.mark.parametrize("answer", ANSWERS)
def test_any_answer_is_a_line_where_the_projects_are_there(
    answer: str, pushed: Path, standpunkt: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = open_study(pushed)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x" * 40)
    projects = [
        {
            "id": n, "title": name, "description": f"x {marker(study, name)}", "expert_instruction": "",
            "label_config": labeling_config(study.codebook()), "model_version": "",
        }
        for n, name in enumerate([*study.settings.annotators, ADJUDICATOR], start=1)
    ]  # fmt: skip
    listed = json.dumps({"count": len(projects), "next": None, "results": projects}).encode()
    good = {"/api/projects/": listed, "/api/current-user/whoami": b'{"id": 1, "email": "a@b.example"}'}
    with answering(ANSWERS[answer], **good) as url:
        answers(standpunkt, pushed, url)
