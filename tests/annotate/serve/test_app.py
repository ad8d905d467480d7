"""What the backend answers to what Label Studio sends: recorded payloads, and worse."""

import base64
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate.demo.material import codings
from annotate.progress import no_progress
from annotate.serve import app
from annotate.serve.payloads import SetupRequest
from annotate.serve.retraining import Retrained
from annotate.serve.trainings import Training
from annotate.study.folder import Study
from annotate.sync import prelabel
from annotate.sync.suggester import Suggester
from annotate.sync.tasks import study_rows
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment
from served import PROJECTS, Backend, task_of
from train.persistence.folder import load_model

Make = Callable[..., Backend]
#: What Label Studio 1.23.2 sent; the token, addresses and texts of people are invented.
RECORDED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("label-studio-1.23.2.json").read_bytes())


def suggested_sentences(backend: Backend) -> list[str]:
    """Sentences for which something is suggested."""
    sentences = [row.sentence_id for row in study_rows(backend.study)[:200]]
    answers = backend.predict(*map(task_of, sentences))
    return [name for name, answer in zip(sentences, answers, strict=True) if answer]


def code_as_anna(study: Study, first: int) -> None:
    """The first sentences of the study, coded by anna."""
    book, given = study.codebook(), codings("anna")
    rows = [row for row in study_rows(study) if row.sentence_id in given][:first]
    write_jsonl(
        study.annotations,
        [
            Annotation(
                sentence_id=row.sentence_id, commentary_id=row.commentary_id, annotator="anna",
                codebook=book.codebook, codebook_version=book.version, layers=given[row.sentence_id].layers,
            )
            for row in rows
        ],
    )  # fmt: skip


def test_each_annotator_gets_what_prelabel_puts_into_their_project(
    make_backend: Make, served_study: Study, suggesting: Path
) -> None:
    code_as_anna(served_study, 300)
    suggester = Suggester(load_model(suggesting), served_study, served_study.codebook())
    wanted = prelabel._suggestions(
        suggester, served_study, names=list(PROJECTS), write=False, progress=no_progress
    )
    sentences = [row.sentence_id for row in study_rows(served_study)]
    backend = make_backend()
    for annotator in PROJECTS:
        answers = backend.predict(*map(task_of, sentences), annotator=annotator)
        found = {name: answer for name, answer in zip(sentences, answers, strict=True) if answer}
        expected = {
            name: {
                "model_version": suggester.model.meta.model_version,
                "score": one.score,
                "result": msgspec.json.decode(one.result),
            }
            for name, one in wanted[annotator].items()
            if one and one.result is not None
        }
        assert len(found) > 100
        assert found == expected


def test_what_anna_has_coded_in_a_commentary_counts_for_her_alone(
    make_backend: Make, served_study: Study
) -> None:
    code_as_anna(served_study, 300)
    backend = make_backend()
    tasks = [task_of(row.sentence_id) for row in study_rows(served_study)]
    assert backend.predict(*tasks) != backend.predict(*tasks, annotator="ben")


@pytest.mark.parametrize(
    "more",
    [
        {"meta": {"test": True}},
        {"meta": {"phase": "pilot"}},
        {"meta": {"suggest": False}},
        {"total_annotations": 1},
        {"cancelled_annotations": 1},
    ],
    ids=str,
)
def test_a_task_that_may_have_no_suggestion_gets_an_empty_answer_and_no_line(
    backend: Backend, more: dict[str, Any]
) -> None:
    name = suggested_sentences(backend)[0]
    assert backend.predict(task_of(name, **more), task_of(name))[0] == []
    assert backend.predict(task_of(name))[0]
    assert backend.lines == []


def test_what_was_drawn_counts_whatever_somebody_has_made_of_the_task(
    make_backend: Make, served_study: Study
) -> None:
    name, other = suggested_sentences(make_backend())[:2]
    rows = [
        Assignment(sentence_id=name, annotator="anna", test=True),
        Assignment(sentence_id=other, annotator="anna", suggest=False),
        Assignment(sentence_id=name, annotator="ben"),
    ]
    write_jsonl(served_study.assignments, rows)
    backend = make_backend()
    assert backend.predict(task_of(name), task_of(other)) == [[], []]
    assert backend.predict(task_of(name), annotator="ben")[0]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"project": "99.1795330238"}, "project 99 is not one of this study's annotators"),
        ({"project": None}, "project None is not one"),
        ({"project": "kriege"}, "project None is not one"),
        ({"label_config": "<View/>"}, "the screen of project 11 is not the codebook's; `standpunkt push`"),
    ],
    ids=str,
)
def test_an_unknown_project_or_screen_gets_empty_answers_and_a_line(
    backend: Backend, more: dict[str, Any], line: str
) -> None:
    name = study_rows(backend.study)[0].sentence_id
    for _ in range(3):
        assert backend.predict(task_of(name), task_of(name), **more) == [[], []]
    assert len(backend.lines) == 1  # once, however often
    assert line in backend.lines[0]


@pytest.mark.parametrize(
    "task", [{"id": 7, "data": {"sentence_id": "nirgends"}}, {"id": 7, "data": {"text": "x"}}, {"id": 7}]
)
def test_an_unknown_sentence_gets_an_empty_answer_beside_those_of_the_others(
    backend: Backend, task: dict[str, Any]
) -> None:
    name = suggested_sentences(backend)[0]
    first, middle, last = backend.predict(task_of(name), task, task_of(name))
    assert first == last != []
    assert middle == []
    assert backend.lines == ["predict: project 11: task 7 is no sentence of the study; nothing was suggested"]


def test_a_commentary_is_predicted_once_for_all_who_ask_at_once(
    backend: Backend, predicted: list[int]
) -> None:
    name = study_rows(backend.study)[0]
    threads = [
        threading.Thread(target=backend.predict, args=(task_of(name.sentence_id),), kwargs={"annotator": who})
        for who in ("anna", "ben") * 5
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = [row for row in study_rows(backend.study) if row.commentary_id == name.commentary_id]
    assert predicted == [len(whole)]


def test_recorded_requests_are_answered(backend: Backend) -> None:
    for row in RECORDED:
        answer = backend.client.post(row["path"], json=row["body"])
        assert answer.status_code in (200, 202), (row["path"], answer.text)
        assert isinstance(answer.json(), dict)


def test_health_and_versions_name_the_model(backend: Backend) -> None:
    version = backend.serving.current.model_version
    assert backend.client.get("/health").json()["status"] == "UP"
    assert backend.client.get("/versions").json() == {"versions": [version], "message": None}


def test_the_token_that_setup_brings_is_neither_kept_nor_said(
    backend: Backend, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    token = "eyJhbGciOi.geheim.token"
    body = {"project": "99.1", "schema": "<View/>", "hostname": "http://localhost:1", "access_token": token}
    answer = backend.client.post("/setup", json=body)
    assert answer.json() == {"model_version": backend.serving.current.model_version}
    assert "is not one of this study's annotators" in backend.lines[0]
    out, err = capfd.readouterr()
    assert token not in repr((backend.lines, caplog.text, out, err, answer.text))
    kept = msgspec.json.decode(json.dumps(body).encode(), type=SetupRequest)
    assert token not in repr(kept)
    for path in backend.study.folder.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes()


@pytest.mark.parametrize("path", ["/predict", "/setup", "/webhook"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"tasks": 1, "action": 1, "project": []}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_body_of_another_shape_is_refused_in_a_line(backend: Backend, path: str, body: bytes) -> None:
    answer = backend.client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    (line,) = answer.json()["error"].splitlines()
    assert "nested too deeply" in line or "expected what Label Studio sends, found: " in line


def test_a_body_that_is_too_large_is_refused_announced_or_not(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MOST", 1000)
    json_type = {"Content-Type": "application/json"}
    for content in (b" " * 2000, (b" " * 300 for _ in range(10))):
        answer = backend.client.post("/predict", content=content, headers=json_type)
        assert answer.status_code == 413
        assert "at most 1000 bytes" in answer.json()["error"]


def test_a_page_in_a_browser_can_neither_call_by_another_name_nor_send_a_form(backend: Backend) -> None:
    answer = backend.client.get("/versions", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    start = json.dumps({"action": "START_TRAINING", "project": {"id": 11}})
    answer = backend.client.post("/webhook", content=start, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert list(backend.study.models.glob("*.jsonl")) == []


def basic(password: str, user: str = "standpunkt") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (basic("falsch"), 401),
        (basic(""), 401),
        ({"Authorization": "Basic §"}, 401),
        ({"Authorization": "Bearer Öl:geheim"}, 401),
        (basic("Öl:geheim"), 200),
        (basic("Öl:geheim", user="wer auch immer"), 200),
    ],
)
def test_with_a_secret_every_request_needs_it(
    make_backend: Make, headers: dict[str, str], status: int
) -> None:
    backend = make_backend(secret="Öl:geheim", hosts=())
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    for path in ("/health", "/versions"):
        assert backend.client.get(path, headers=sent).status_code == status
    assert backend.client.post("/setup", json={}, headers=sent).status_code == status
    assert "geheim" not in "".join(backend.lines)


ANNOTATION = {"id": 5, "project": 11, "task": 3, "result": [], "completed_by": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"project": {"id": 11, "title": "x", "task_data_login": "anna", "task_data_password": "geheim"}},
        {"project": 11},
        {"project": "11.1795330238"},
        {"annotation": ANNOTATION},
        {"annotation": ANNOTATION, "project": {"id": 11}},
        {"annotation": {"project": {"id": 11}}},
        {"task": {"id": 3, "project": 11}},
    ],
    ids=str,
)
def test_start_training_works_in_every_form_and_who_asked_is_kept(
    backend: Backend, body: dict[str, Any]
) -> None:
    answer = backend.client.post("/webhook", json={"action": "START_TRAINING", **body})
    assert answer.status_code == 202
    backend.trainings.wait()
    rows = list(read_jsonl(backend.study.models / "trainings.jsonl", Training))
    assert [row.outcome for row in rows] == ["started", "unchanged"]
    assert {(row.project, row.annotator, row.client) for row in rows} == {(11, "anna", "testclient")}
    assert "geheim" not in (backend.study.models / "trainings.jsonl").read_text("utf-8")


@pytest.mark.parametrize("action", [*app._EVENTS[1:], "SOMETHING_NEW", ""])
def test_other_events_are_noted_and_train_nothing(backend: Backend, action: str) -> None:
    body = {"action": action, "annotation": ANNOTATION, "project": {"id": 11}, "annotations": [{"id": 1}]}
    answer = backend.client.post("/webhook", json=body)
    assert (answer.status_code, answer.json()) == (200, {"status": "noted"})
    assert not (backend.study.models / "trainings.jsonl").exists()
    assert backend.lines == ([] if action in app._EVENTS else [f"webhook: unknown event {action!r}"])


def test_a_training_for_another_project_is_refused_in_a_line(backend: Backend) -> None:
    answer = backend.client.post("/webhook", json={"action": "START_TRAINING", "project": {"id": 99}})
    assert answer.json() == {"status": "not trained: another project"}
    assert backend.lines == ["webhook: project 99 is not one of this study's annotators; nothing was trained"]


def wait_for_file(folder: Path, current: Path) -> Retrained:
    import time

    while not (folder / "go").exists():
        time.sleep(0.02)
    return Retrained(outcome="taken", model_version="m", folder=str(current), why="of a test")


@pytest.mark.slow
def test_one_training_at_a_time_and_requests_are_answered_meanwhile(make_backend: Make) -> None:
    backend = make_backend(work=wait_for_file)
    start = {"action": "START_TRAINING", "project": {"id": 12}}
    assert backend.client.post("/webhook", json=start).json() == {"status": "training"}
    again = backend.client.post("/webhook", json={**start, "project": {"id": 11}})
    assert (again.status_code, again.json()) == (202, {"status": "a training is running already"})
    assert suggested_sentences(backend)
    (backend.study.folder / "go").touch()
    backend.trainings.wait()
    rows = list(read_jsonl(backend.study.models / "trainings.jsonl", Training))
    assert [(row.annotator, row.outcome) for row in rows] == [
        ("ben", "started"), ("anna", "already running"), ("ben", "taken"),
    ]  # fmt: skip
    assert backend.client.post("/webhook", json=start).json() == {"status": "training"}
    backend.trainings.wait()
