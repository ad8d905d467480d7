"""Answers that are lost after a real Label Studio did the work, and servers that falter."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from annotate.label_studio import retry
from annotate.label_studio.client import Studio
from annotate.study.folder import Study, open_study
from annotate.sync.prelabel import prelabel
from annotate.sync.push import push
from running import SENTENCES, Ran
from schemas.errors import StudioError
from train.persistence.folder import load_model

pytestmark = [pytest.mark.studio, pytest.mark.slow]


class Losing(httpx.HTTPTransport):
    """Passes requests on to the server; for some POSTs the answer is lost on the way back."""

    def __init__(
        self,
        faults: list[Callable[[httpx.Request, httpx.Response], httpx.Response]],
        path: tuple[str, ...] = ("/import", "/import/predictions"),
    ) -> None:
        super().__init__()
        self.faults, self.path = faults, path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if request.method == "POST" and request.url.path.endswith(self.path) and self.faults:
            answer.read()
            return self.faults.pop(0)(request, answer)
        return answer


def cut_off(request: httpx.Request, _: httpx.Response) -> httpx.Response:
    raise httpx.ReadError("connection reset", request=request)


def bad_gateway(request: httpx.Request, _: httpx.Response) -> httpx.Response:
    return httpx.Response(502, request=request, text="bad gateway")


@pytest.fixture
def losing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Studio]:
    monkeypatch.setattr(retry, "PAUSE", 0)

    def made(*faults: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> Studio:
        found = Studio(studio.url, studio._key)
        found._http._transport = Losing(list(faults))
        return found

    return made


def test_a_project_whose_making_was_not_answered_is_made_once(
    study: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "PAUSE", 0)
    before = {project.id for project in studio.projects()}
    faltering = Studio(studio.url, studio._key)
    faltering._http._transport = Losing([cut_off, bad_gateway], ("/api/projects/",))
    report = push(faltering, open_study(study))
    made = {project.id for project in studio.projects()} - before
    assert made == {row.project for row in report.projects}
    assert len(made) == 2


@pytest.mark.parametrize("faults", [(cut_off,), (bad_gateway,), (cut_off, bad_gateway)])
def test_a_lost_answer_leaves_each_sentence_once(
    study: Path,
    studio: Studio,
    losing: Callable[..., Studio],
    faults: tuple[Callable[..., httpx.Response], ...],
) -> None:
    report = push(losing(*faults), open_study(study))
    for row in report.projects:
        held = [task.data["sentence_id"] for task in studio.tasks(row.project)]
        assert len(held) == len(set(held)) == 6


def test_a_server_that_only_falters_is_named_and_a_second_push_ends_well(
    study: Path, studio: Studio, losing: Callable[..., Studio]
) -> None:
    def nothing_done(request: httpx.Request, _: httpx.Response) -> httpx.Response:
        return httpx.Response(400, request=request, json={"detail": "no"})

    with pytest.raises(StudioError, match="importing tasks"):
        push(losing(nothing_done), open_study(study))
    report = push(studio, open_study(study))
    for row in report.projects:
        held = [task.data["sentence_id"] for task in studio.tasks(row.project)]
        assert len(held) == len(set(held)) == 6


def test_a_lost_answer_leaves_one_prediction_a_task(
    study: Path, studio: Studio, losing: Callable[..., Studio], suggesting: Path
) -> None:
    own = open_study(study)
    model = load_model(suggesting)
    projects = push(studio, own).projects
    report = prelabel(losing(cut_off, bad_gateway), own, model)
    assert report.created > 0
    for row in projects:
        tasks = [prediction.task for prediction in studio.predictions(row.project)]
        assert len(tasks) == len(set(tasks)) > 0


def test_exports_of_the_same_moment_are_whole(
    large: Study, standpunkt: Callable[..., Ran], studio: Studio
) -> None:
    """A pull while a colleague exports: the server keeps both in one file."""
    answer = standpunkt("push", "--study", large.folder, "--json")
    (project,) = [made["project"] for made in answer.json["projects"]]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: studio.export(project), range(60)))
    assert len(set(found)) == 1
    assert len(json.loads(found[0])) == SENTENCES
