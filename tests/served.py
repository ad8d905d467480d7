"""A backend as a test asks it, without a Label Studio and without a socket."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from annotate.serve.app import make_app
from annotate.serve.retraining import Retrained
from annotate.serve.server import serve
from annotate.serve.serving import Serving
from annotate.serve.trainings import LOG, Trainings
from annotate.study.folder import Study, open_study

#: Annotator → project.
PROJECTS = {"anna": 11, "ben": 12}


class TrainingsHere(Trainings):
    """Those of a backend whose answers are tested, not the process in which it trains."""

    def _in_own_process(self, current: Path) -> Retrained | str:
        return self._work(self._folder, current)


def no_training(folder: Path, current: Path) -> Retrained:
    return Retrained(outcome="unchanged", model_version="m", folder=str(current), why="of a test")


class Backend:
    """A backend as a test sees it: what it is asked, and what it says in its log."""

    def __init__(self, study: Study, model: Path | None, **more: Any) -> None:
        self.study = study
        self.lines: list[str] = []
        self.serving = Serving(study, model, projects=lambda _: PROJECTS, say=self.lines.append)
        work = more.pop("work", no_training)
        trainings = TrainingsHere if work is no_training else Trainings
        self.trainings = trainings(study.folder, study.models / LOG, work, say=self.lines.append)
        app = make_app(
            self.serving, self.trainings, say=self.lines.append, **{"hosts": {"testserver"}, **more}
        )
        self.client = TestClient(app)

    def predict(self, *tasks: dict[str, Any], annotator: str = "anna", **more: Any) -> list[Any]:
        body = {
            "tasks": list(tasks),
            "project": f"{PROJECTS[annotator]}.1795330238",
            "label_config": self.serving.current.config,
            "params": {"login": None, "password": None, "context": None},
        }
        answer = self.client.post("/predict", json=body | more)
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        assert len(results) == len(tasks)
        return list(results)


def task_of(sentence_id: str, **more: Any) -> dict[str, Any]:
    """A task as Label Studio sends it, in what is read of it."""
    return {"id": 1, "data": {"sentence_id": sentence_id}, "meta": {}, "total_annotations": 0, **more}


def run_server(folder: Path, model: Path, port: int) -> None:
    """A backend in a process of its own, without a Label Studio."""
    serve(
        open_study(folder), model=model, projects=lambda _: PROJECTS, host="127.0.0.1", port=port, secret="",
        work=no_training, say=print,
    )  # fmt: skip
