"""A real Label Studio calls the backend: added by the API, asked when a task is opened, told to train."""

import base64
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import asdict
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import element_to_be_clickable
from selenium.webdriver.support.ui import WebDriverWait

from annotate.demo.material import CODEBOOK, TARGETS, Coding, codings, copy_commentaries
from annotate.label_studio import local_server
from annotate.label_studio.auth import TokenAuth
from annotate.label_studio.client import Studio, task_link
from annotate.label_studio.local_server import LocalStudio
from annotate.serve.server import TITLE, add_to_projects, project_numbers, serve
from annotate.serve.trainings import LOG, Retraining, Training
from annotate.study.folder import Study, init_study
from annotate.study.settings import write_settings
from annotate.study.split import split_study
from annotate.sync.prelabel import prelabel
from annotate.sync.push import push
from annotate.sync.tasks import study_rows
from real_browser import sign_in, started_chromium
from running import ROOT, heeds_ctrl_c
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence
from schemas.studio_json import read_result, ticks_of, to_result
from train.fit import fit
from train.persistence.folder import load_model, save_model
from train.settings import Settings

pytestmark = [pytest.mark.studio, pytest.mark.slow]

FAST = Settings(encoder="")
SECRET = "ein-langes-Geheimnis-7"


class Api:
    """The part of Label Studio's API that its own pages use."""

    def __init__(self, server: LocalStudio) -> None:
        self._url, self._http = server.url, httpx.Client(auth=TokenAuth(server.url, server.token), timeout=60)

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        answer = self._http.request(method, self._url + path, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def pushed(tmp_path: Path, studio: Studio, suggesting: Path, request: pytest.FixtureRequest) -> Study:
    """The demo's pieces in a project of anna's, with a test share, a control arm, and a model."""
    name = request.node.name.replace("test_", "")[:30].strip("_")
    folder = tmp_path / "s"
    study = init_study(folder, codebook=CODEBOOK, targets=TARGETS, annotators=["anna"], name=name)
    study = study.with_settings(test_share=0.2, no_suggestion_share=0.2)
    write_settings(study)
    copy_commentaries(study.commentary_folder)
    split_study(study)
    push(studio, study)
    model = load_model(suggesting)
    save_model(model, study.models / model.meta.model_version)
    return study


def model_of_few(study: Study, number: int) -> Path:
    """A model of what anna coded in the first commentaries alone, in place of the study's."""
    shutil.rmtree(study.models)
    book, given, first = study.codebook(), codings("anna"), set(commentaries(study)[:number])
    gold = [
        GoldSentence(
            **asdict(row), layers=read_result(to_result(given[row.sentence_id].layers, book), book).layers
        )
        for row in study_rows(study)
        if row.commentary_id in first and row.sentence_id in given
    ]
    model = fit(gold, book, settings=FAST)[0]
    return save_model(model, study.models / model.meta.model_version)


def code_first(
    studio: Studio, number: int, book: Codebook, given: Mapping[str, Coding], seen: list[str]
) -> None:
    """What anna said of some commentaries, coded in her project."""
    for task in studio.tasks(number):
        known = given.get(task.data["sentence_id"])
        if known and task.data["commentary_id"] in seen:
            studio.create_annotation(task.id, to_result(known.layers, book))


def commentaries(study: Study) -> list[str]:
    return list(dict.fromkeys(row.commentary_id for row in study_rows(study)))


@contextmanager
def serving(study: Study, studio: Studio, secret: str = "") -> Iterator[tuple[str, list[str]]]:
    """The backend, added to the study's projects: its address, and the lines of its log."""
    lines: list[str] = []
    added: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def add(projects: Any, address: str) -> None:
        try:
            add_to_projects(studio, projects, address, secret=secret, say=lines.append)
            added.append(address)
        finally:
            ready.set()

    work = partial(
        serve, study, model=None, projects=lambda one: project_numbers(studio, one), host="127.0.0.1", port=0,
        secret=secret, work=Retraining(), say=lines.append, add=add, stop=stop,
    )  # fmt: skip
    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(60), lines
        assert added, lines
        yield added[0], lines
    finally:
        stop.set()
        thread.join()


def trained(study: Study) -> list[Training]:
    """The log of a training, once it has ended."""
    log = study.models / LOG
    return list(wait_for(lambda: log.exists() and len(rows := [*read_jsonl(log, Training)]) > 1 and rows))


@contextmanager
def commanded(study: Study) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, once it has added itself to the study's projects, and its address."""
    command = [sys.executable, "-m", "annotate", "serve", "--connect", "--port", "0", "--study"]
    with subprocess.Popen(
        [*command, str(study.folder)], stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=heeds_ctrl_c
    ) as process:
        try:
            assert process.stderr is not None
            lines = [process.stderr.readline() for _ in range(2)]
            version, _, said = lines[0].partition(" suggests on ")
            address = said.partition(" ")[0]
            assert (version, address[:17]) == (study.latest_model().name, "http://127.0.0.1:"), lines
            assert lines[1].endswith("to the projects of anna\n"), lines
            yield process, address
        finally:
            process.send_signal(signal.SIGINT)


def wait_for(condition: Callable[[], Any], seconds: float = 300) -> Any:
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until
        time.sleep(0.2)
    return found


def test_an_opened_task_gets_the_suggestion_of_prelabel_and_those_that_may_have_none_get_none(
    pushed: Study, studio: Studio, server: LocalStudio
) -> None:
    number, api = project_numbers(studio, pushed)["anna"], Api(server)
    withheld, allowed = [], []
    for task in studio.tasks(number):
        (withheld if task.meta["test"] or not task.meta["suggest"] else allowed).append(task.id)
    with serving(pushed, studio) as (_, lines):
        opened = {
            task: api("GET", f"/api/tasks/{task}")["predictions"] for task in [*withheld[:10], *allowed[:40]]
        }
        shown: list[Any] = []
        while not shown:  # the stream begins with what may have none
            served = api("GET", f"/api/projects/{number}/next")
            shown = served["predictions"]
            assert bool(shown) == bool(opened.get(served["id"]))
            studio.create_annotation(served["id"], [], was_cancelled=True)
        project = api("GET", f"/api/projects/{number}")
        webhooks = api("GET", f"/api/webhooks/?project={number}")
    assert not [line for line in lines if "nothing was suggested" in line]
    assert project["model_version"] == TITLE
    assert webhooks == []
    assert not any(opened[task] for task in withheld[:10])
    version = pushed.latest_model().name
    held = {row.task: row for row in studio.predictions(number)}
    assert {row.model_version for row in held.values()} == {version} == {shown[0]["model_version"]}
    assert len(held) > 20
    assert set(withheld).isdisjoint(held)
    report = prelabel(studio, pushed, load_model(pushed.latest_model()))
    coded = {served["id"]}  # nothing is suggested there any more
    assert (report.unchanged, report.replaced) == (0, len(held) - 1)
    after = {row.task: row for row in studio.predictions(number)}
    assert {*held} - {*after} == coded
    for task, row in ((task, row) for task, row in held.items() if task not in coded):
        assert ticks_of(row.result) == ticks_of(after[task].result)
        assert row.score == after[task].score


def test_start_training_pulls_adjudicates_trains_and_the_new_model_answers(
    pushed: Study, studio: Studio, server: LocalStudio
) -> None:
    number, api, book = project_numbers(studio, pushed)["anna"], Api(server), pushed.codebook()
    before, given = model_of_few(pushed, 4).name, codings("anna")
    code_first(studio, number, book, given, commentaries(pushed)[:10])
    with serving(pushed, studio) as (address, lines):
        (backend,) = api("GET", f"/api/ml?project={number}")
        assert (backend["title"], backend["model_version"]) == (TITLE, before)
        api("POST", f"/api/ml/{backend['id']}/train")
        rows = trained(pushed)
        assert [row.outcome for row in rows] == ["started", "taken"], (rows, lines)
        assert {(row.project, row.annotator) for row in rows} == {(number, "anna")}
        wait_for(lambda: httpx.get(f"{address}/versions").json()["versions"] == [rows[1].model_version])
        assert rows[1].model_version != before
        # what is opened from now on is answered by it
        untouched = [task for task in studio.tasks(number) if task.meta["suggest"] and not task.meta["test"]]
        for task in untouched[-30:]:
            api("GET", f"/api/tasks/{task.id}")
    assert {row.model_version for row in studio.predictions(number)} == {rows[1].model_version}
    assert pushed.gold.exists()


def test_with_a_secret_label_studio_signs_in_and_others_are_refused(
    pushed: Study, studio: Studio, server: LocalStudio
) -> None:
    number, api = project_numbers(studio, pushed)["anna"], Api(server)
    with serving(pushed, studio, SECRET) as (address, lines):
        assert httpx.get(f"{address}/health").status_code == 401
        login = base64.b64encode(f"x:{SECRET}".encode()).decode()
        assert httpx.get(f"{address}/health", headers={"Authorization": f"Basic {login}"}).is_success
        allowed = [task for task in studio.tasks(number) if task.meta["suggest"] and not task.meta["test"]]
        for task in allowed[:5]:
            api("GET", f"/api/tasks/{task.id}")
        assert studio.predictions(number)
        # added once more, it is there once
        add_to_projects(studio, {"anna": number}, address, secret=SECRET, say=lines.append)
        assert len(api("GET", f"/api/ml?project={number}")) == 1
    assert SECRET not in "".join(lines)
    assert server.token not in "".join(lines)


def test_the_command_serves_until_it_is_ended_and_annotators_go_on_without_it(
    pushed: Study, studio: Studio, server: LocalStudio
) -> None:
    number, api = project_numbers(studio, pushed)["anna"], Api(server)
    allowed = [task.id for task in studio.tasks(number) if task.meta["suggest"] and not task.meta["test"]]
    with commanded(pushed) as (process, _):
        assert api("GET", f"/api/tasks/{allowed[0]}")["predictions"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert api("GET", f"/api/tasks/{allowed[0]}")["predictions"]
    assert api("GET", f"/api/tasks/{allowed[1]}")["predictions"] == []
    assert api("GET", f"/api/projects/{number}/next")["predictions"] == []


def test_a_server_that_may_not_call_its_own_machine_says_which_setting_that_is(
    pushed: Study, studio: Studio, server: LocalStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_server.stop()
    monkeypatch.setitem(local_server._SETTINGS, "ML_BLOCK_LOCAL_IP", "true")
    local_server.start(print)
    try:
        numbers = project_numbers(studio, pushed)
        with pytest.raises(StudioError, match="ML_BLOCK_LOCAL_IP=false"):
            add_to_projects(studio, numbers, "http://127.0.0.1:9", secret="", say=print)
    finally:
        monkeypatch.undo()
        local_server.stop()
        local_server.start(print)


TICKED = "return document.querySelectorAll('.sp input:checked').length"
#: Beside the backend in the settings: its menu, the entry there, and the button of the window that it opens.
OPTIONS = "//*[@aria-label='Machine learning model options']"
START, BUTTON = "//li[contains(., 'Start Training')]", "//button[contains(., 'Start Training')]"
SENT = "//*[contains(., 'Request Sent!')]"


@pytest.mark.browser
def test_the_button_start_training_makes_a_model_that_answers_from_then_on(
    pushed: Study, studio: Studio, server: LocalStudio, tmp_path: Path
) -> None:
    number, book = project_numbers(studio, pushed)["anna"], pushed.codebook()
    before, given = model_of_few(pushed, 3).name, codings("anna")
    code_first(studio, number, book, given, commentaries(pushed)[:6])
    open_tasks = [task for task in studio.tasks(number) if task.meta["suggest"] and not task.meta["test"]]
    untouched = [task.id for task in open_tasks if not task.coded]

    def open_until_suggested(browser: webdriver.Chrome, tasks: Iterator[int]) -> str:
        """Opens tasks until one has a suggestion on its screen: the model version that made it."""
        for task in tasks:
            browser.get(task_link(server.url, number, task))
            WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".sp input"))
            made = [row.model_version for row in studio.predictions(number) if row.task == task]
            if made:
                WebDriverWait(browser, 30).until(lambda b: b.execute_script(TICKED))
                return made[0]
        raise AssertionError("nothing was suggested")

    with started_chromium(tmp_path / "profile") as browser, commanded(pushed) as (_, address):
        browser.set_window_size(1600, 1000)
        sign_in(browser, server)
        tasks = iter(untouched)
        assert open_until_suggested(browser, tasks) == before
        browser.get(f"{server.url}/projects/{number}/settings/ml")
        for element in (OPTIONS, START, BUTTON):
            WebDriverWait(browser, 60).until(element_to_be_clickable((By.XPATH, element))).click()
        WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.XPATH, SENT))
        browser.save_screenshot(str(tmp_path / "start-training.png"))
        rows = trained(pushed)
        assert [row.outcome for row in rows] == ["started", "taken"], rows
        assert [(row.project, row.annotator) for row in rows] == [(number, "anna")] * 2
        new = rows[1].model_version
        wait_for(lambda: httpx.get(f"{address}/versions").json()["versions"] == [new])
        assert open_until_suggested(browser, tasks) == new != before
