"""People who code at once, each in a browser: the requests of Label Studio's page, without its pictures.

Recorded from Chromium on Label Studio 1.23.2. The stream opens with a view; a sentence is the next task, the
links of labels, a draft while somebody ticks, and the annotation; every 20 s the counts of the project.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import httpx

from annotate.label_studio import accounts
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study
from annotate.study.settings import with_given, write_settings
from annotate.sync.push import push
from schemas.codebook import Codebook
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Layers, Record
from schemas.studio_json import to_result

PASSWORD = "ein-langes-Passwort-7"
#: What the page sends with the wish for a task, and what it asks every 20 s.
NEXT = {
    "ordering": [],
    "selectedItems": {"all": False, "included": []},
    "filters": {"conjunction": "and", "items": []},
}
COUNTS = "task_count,task_number,annotation_count,num_tasks_with_annotations,queue_total"
COUNTED_EVERY = 20.0


class Submitted(Record, frozen=True, kw_only=True):
    """A coding that the server took."""

    annotation: int
    task: int
    layers: Layers
    lead_time: float
    suggested: bool


class Coder:
    """Somebody who codes their project, one sentence after the other, with times to think between."""

    def __init__(self, server: LocalStudio, invite: str, email: str, project: int, book: Codebook) -> None:
        accounts.sign_up(invite, email, PASSWORD)
        self.submitted: list[Submitted] = []
        self.errors: list[str] = []
        #: Seconds of each request, by what it was for.
        self.seconds: dict[str, list[float]] = {"next": [], "draft": [], "submit": [], "counts": []}
        self._open = ExitStack()
        self._client = self._open.enter_context(accounts.signed_in(server.url, email, PASSWORD))
        self._project, self._book, self._random = project, book, random.Random(email)
        made = self._client.post(
            "/api/dm/views", params={"project": project}, json={"data": {}, "project": project},
            headers=self._headers(),
        )  # fmt: skip
        made.raise_for_status()
        self._view = int(made.json()["id"])
        self._counted = 0.0

    def code(self, *, seconds: float, think: tuple[float, float], at_most: int = 1_000_000) -> None:
        """Codes for so long, or until so many were taken or nothing is left."""
        until, enough = time.monotonic() + seconds, len(self.submitted) + at_most
        time.sleep(self._random.uniform(0, think[1]))  # nobody begins at the same moment
        self._counted = time.monotonic()
        while time.monotonic() < until and len(self.submitted) < enough:
            try:
                if not self._code_next(think):
                    return
            except httpx.HTTPError as error:  # the page says so, and its user tries again
                said = error.response.text[:80] if isinstance(error, httpx.HTTPStatusError) else ""
                self.errors.append(f"{type(error).__name__} {error} {said}".strip())

    def close(self) -> None:
        self._open.close()

    def _code_next(self, think: tuple[float, float]) -> bool:
        """False where no task is left."""
        begun = time.monotonic()
        where = {"id": "next_task", "tabID": self._view, "project": self._project}
        answer = self._send("/api/dm/actions", where, {**NEXT, "project": str(self._project)})
        if answer.status_code == 404:
            return False
        task = answer.raise_for_status().json()
        links = {"project": self._project, "expand": "label"}
        self._client.get("/api/label_links", params=links).raise_for_status()
        self.seconds["next"].append(time.monotonic() - begun)
        opened = time.monotonic()
        time.sleep(self._random.uniform(*think))
        self._count()
        layers = self._answers()
        body: dict[str, Any] = {
            "lead_time": round(time.monotonic() - opened, 3), "result": to_result(layers, self._book),
            "parent_prediction": None, "parent_annotation": None, "project": self._project,
        }  # fmt: skip
        draft = self._timed("draft", f"/api/tasks/{task['id']}/drafts", body)
        taken = self._timed(
            "submit", f"/api/tasks/{task['id']}/annotations", body | {"draft_id": draft["id"]}
        )
        shown = bool(task["predictions"])
        self.submitted.append(
            Submitted(
                annotation=taken["id"],
                task=task["id"],
                layers=layers,
                lead_time=body["lead_time"],
                suggested=shown,
            )
        )
        return True

    def _answers(self) -> Layers:
        """Any coding that is whole, no two alike for long: what is compared later."""
        draw = self._random.choice
        return {
            "voice": draw(["author", "mixed"]),
            "function": draw(["claim", "demand"]),
            "stance": {target: draw(["favor", "against"]) for target in self._book.target_ids},
            "rhetoric": [draw(["irony", "metaphor"])],
            "unsure": draw([[], ["unsure"]]),
        }

    def _count(self) -> None:
        if time.monotonic() - self._counted < COUNTED_EVERY:
            return
        self._counted = begun = time.monotonic()
        asked = {"interaction": "timer", "include": COUNTS, "project": self._project}
        self._client.get("/api/dm/project", params=asked).raise_for_status()
        self.seconds["counts"].append(time.monotonic() - begun)

    def _timed(self, name: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        begun = time.monotonic()
        answer = self._send(path, {"project": self._project}, body).raise_for_status()
        self.seconds[name].append(time.monotonic() - begun)
        found: dict[str, Any] = answer.json()
        return found

    def _send(self, path: str, where: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
        return self._client.post(path, params=where, json=body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"X-CSRFToken": self._client.cookies.get("csrftoken") or ""}


def parted(study: Study, names: Sequence[str]) -> Study:
    """The study with these annotators, each with sentences of their own."""
    study = with_given(study, annotators=",".join(names), overlap=0.0, unit="sentence")
    write_settings(study)
    return study


@contextmanager
def invite_coders(server: LocalStudio, study: Study) -> Iterator[list[Coder]]:
    """Each annotator of the study with a project, an account and an open page."""
    projects = {row.annotator: row.project for row in push(Studio(server.url, server.token), study).projects}
    invite = accounts.invite_link(server.url, server.email, server.password)
    domain, book = f"{study.name.replace('_', '-')}.example", study.codebook()
    with ExitStack() as pages:
        yield [
            pages.enter_context(closing(Coder(server, invite, f"{name}@{domain}", projects[name], book)))
            for name in study.settings.annotators
        ]


def code_at_once(
    coders: Sequence[Coder], *, seconds: float, think: tuple[float, float], at_most: int = 1_000_000
) -> list[threading.Thread]:
    """All of them begin; who waits for the threads waits for the last."""
    how = {"seconds": seconds, "think": think, "at_most": at_most}
    threads = [threading.Thread(target=coder.code, kwargs=how) for coder in coders]
    for thread in threads:
        thread.start()
    return threads


def lost(study: Study, coders: Sequence[Coder]) -> list[str]:
    """What differs between what the server took and what was pulled, by annotation."""
    rows = {row.annotation_id: row for row in read_jsonl(study.annotations, Annotation)}
    return [
        f"annotation {one.annotation}: sent {one}, pulled {row}"
        for coder in coders
        for one in coder.submitted
        if (row := rows.get(one.annotation)) is None
        or (row.task_id, row.layers, row.lead_time) != (one.task, one.layers, one.lead_time)
    ]
