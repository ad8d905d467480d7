"""The only module that holds a Label Studio client; the rest of the house sees records.

Measured against 1.23 with SDK 2.1: the SDK repeats POSTs on a server error, so what creates
something is asked once (``max_retries=0``) and doubt is resolved by listing.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from annotate.access import TokenAuth, jwt_expiry
from annotate.accounts import reaching
from schemas.errors import StudioError
from schemas.records import Record

TIMEOUT = 300.0  # seconds: an export of 10,000 tasks takes 20
CHUNK = 1000  # tasks in one import call
PAUSE = 2.0  # seconds, before what is doubtful is looked at
_ONCE: Any = {"max_retries": 0, "timeout_in_seconds": int(TIMEOUT)}


T = TypeVar("T")


class HeldProject(Record, frozen=True, kw_only=True):
    id: int
    title: str
    description: str
    label_config: str
    instruction: str
    model_version: str


class HeldTask(Record, frozen=True, kw_only=True):
    """A task as the server holds it; ``coded`` counts submitted annotations, skips included."""

    id: int
    data: dict[str, Any]
    meta: dict[str, Any] = {}
    coded: int = 0
    skipped: int = 0


class HeldPrediction(Record, frozen=True, kw_only=True):
    task: int
    model_version: str
    score: float | None = None
    result: list[dict[str, Any]] = []


class Studio:
    """A Label Studio server, asked as the person whose token this is.

    Every method raises StudioError where the server says no or does not answer.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._http = httpx.Client(auth=TokenAuth(self.url, key), timeout=TIMEOUT, follow_redirects=True)
        self.__client: Any = None

    def __repr__(self) -> str:
        return f"Studio({self.url!r})"  # the key is never shown

    @property
    def _client(self) -> Any:
        if self.__client is None:
            from label_studio_sdk import LabelStudio  # 2.4 s, pulls in pandas

            # the token goes on by `_http`; the SDK would exchange it by itself, with a gap
            self.__client = LabelStudio(
                base_url=self.url, api_key="on-every-request", timeout=TIMEOUT, httpx_client=self._http
            )
        return self.__client

    def check(self) -> str:
        """The e-mail of the token's owner, once the server has accepted it."""
        with self._asking("signing in"):
            return str(self._client.users.whoami().email)

    def version(self) -> str:
        """The server's version, such as ``1.23.2``."""
        with self._asking("asking for the version"):
            return str(self._client.versions.get().release)

    def token_expiry(self) -> float | None:
        """When the token ends, in seconds since 1970; None for a legacy token, which never does."""
        return jwt_expiry(self._key)

    def projects(self) -> list[HeldProject]:
        with self._asking("listing the projects"):
            return [_project(found) for found in self._client.projects.list()]

    def project(self, project_id: int) -> HeldProject | None:
        """A project, or None where it is gone."""
        try:
            with self._asking(f"reading project {project_id}"):
                return _project(self._client.projects.get(id=project_id))
        except StudioError as error:
            if error.status == 404:
                return None
            raise

    def create_project(self, *, title: str, description: str, label_config: str, instruction: str) -> int:
        with self._asking(f'creating the project "{title}"'):
            made = self._client.projects.create(
                title=title, description=description, label_config=label_config,
                expert_instruction=instruction, show_instruction=True, sampling="Sequential sampling",
                show_skip_button=False, enable_empty_annotation=False, request_options=_ONCE,
            )  # fmt: skip
            return int(made.id)

    def update_project(self, project_id: int, **changes: Any) -> None:
        with self._asking(f"changing project {project_id}"):
            self._client.projects.update(id=project_id, **changes)

    def tasks(self, project_id: int) -> Iterator[HeldTask]:
        """All tasks of a project, by id. 2,000 a second where only these fields are asked for."""
        with self._asking(f"listing the tasks of project {project_id}"):
            fields = ["id", "data", "meta", "total_annotations", "cancelled_annotations"]
            listed = self._client.tasks.list(
                project=project_id, fields="task_only", include=fields, page_size=CHUNK
            )
            for task in listed:
                skipped = int(task.cancelled_annotations or 0)
                yield HeldTask(
                    id=int(task.id),
                    data=task.data or {},
                    meta=task.meta or {},
                    coded=int(task.total_annotations or 0) + skipped,
                    skipped=skipped,
                )

    def import_tasks(self, project_id: int, tasks: Sequence[dict[str, Any]]) -> int:
        """Creates the tasks, in chunks and in this order, and gives their number."""
        created = 0
        for start in range(0, len(tasks), CHUNK):
            with self._asking(f"importing tasks into project {project_id}"):
                made = self._client.projects.import_tasks(
                    id=project_id, request=list(tasks[start : start + CHUNK]), request_options=_ONCE
                )
                created += int(made.task_count)
        return created

    def update_task(self, task_id: int, *, data: dict[str, Any], meta: dict[str, Any] | None = None) -> None:
        with self._asking(f"changing task {task_id}"):
            more = {} if meta is None else {"meta": meta}
            self._client.tasks.update(id=str(task_id), data=data, **more)

    def delete_untouched_task(self, task_id: int) -> bool:
        """Deletes a task; False where somebody has coded in it or begun to, and it was left."""
        with self._asking(f"deleting task {task_id}"):
            held = self._client.tasks.get(id=str(task_id))
            if held.annotations or held.drafts:
                return False
            self._client.tasks.delete(id=str(task_id))
            return True

    def predictions(self, project_id: int) -> list[HeldPrediction]:
        with self._asking(f"listing the predictions of project {project_id}"):
            found = self._client.predictions.list(project=project_id)
            return [_prediction(held) for held in found]

    def import_predictions(self, project_id: int, predictions: Sequence[dict[str, Any]]) -> int:
        """Adds predictions, in one call: each call costs seconds in a large project.

        Raises
        ------
        StudioError
            Fewer arrived than were sent: the server drops without a word what does not fit.
        """
        if not predictions:
            return 0
        with self._asking(f"importing predictions into project {project_id}"):
            made = self._client.projects.import_predictions(
                id=project_id, request=list(predictions), request_options=_ONCE
            )
            created = int(made.created)
        if created != len(predictions):
            raise StudioError(
                f"importing predictions into project {project_id}",
                f"{created} of {len(predictions)} were taken; does the project's screen fit the codebook?",
                status=400,  # the server's answer was no, whatever it called it
            )
        return created

    def delete_predictions(self, project_id: int, model_version: str) -> int:
        """Deletes all predictions of one version and gives their number."""
        path = f"/api/projects/{project_id}/model-versions"
        answer = self._raw("DELETE", path, "deleting predictions", json={"model_version": model_version})
        return int(answer.json().get("deleted_predictions", 0))

    def export(self, project_id: int) -> bytes:
        """Label Studio's JSON export of a project, as it comes, tasks without annotations included."""
        with self._asking(f"exporting project {project_id}"):
            parts = self._client.projects.exports.download_sync(
                project_id, export_type="JSON", download_all_tasks=True
            )
            return b"".join(parts)

    def create_annotation(
        self, task_id: int, result: list[dict[str, Any]], *, lead_time: float | None = None
    ) -> int:
        """Submits an annotation as the token's owner. The server checks nothing of it."""
        with self._asking(f"storing an annotation of task {task_id}"):
            more = {} if lead_time is None else {"lead_time": lead_time}
            made = self._client.annotations.create(id=task_id, result=result, request_options=_ONCE, **more)
            return int(made.id)

    def update_annotation(self, annotation_id: int, result: list[dict[str, Any]]) -> None:
        """Puts another result in an annotation; who made it and when it was made stay.

        The server deletes the drafts that hang on it: `update_draft` takes them off before.
        """
        with self._asking(f"changing annotation {annotation_id}"):
            self._client.annotations.update(id=annotation_id, result=result)

    def update_draft(self, draft_id: int, **changes: Any) -> None:
        """Changes what is given, of ``result`` and ``annotation`` (the one it hangs on, or None)."""
        self._raw("PATCH", f"/api/drafts/{draft_id}/", f"changing draft {draft_id}", json=changes)

    def set_task_field(self, project_id: int, task_ids: Sequence[int], field: str, value: str) -> None:
        """Gives one key of the tasks' data one value, in one call."""
        body = {
            "selectedItems": {"all": False, "included": list(task_ids)},
            "value_name": field,
            "value_type": "String",
            "value": value,
        }
        path = f"/api/dm/actions?id=add_data_field&project={project_id}"
        self._raw("POST", path, f"changing tasks of project {project_id}", json=body)

    def check_config(self, label_config: str) -> None:
        """Asks whether a screen would be taken, without setting it anywhere."""
        self._raw(
            "POST", "/api/projects/validate/", "checking the screen", json={"label_config": label_config}
        )

    def recount(self, project_id: int) -> None:
        """Has the server count anew which controls are in use.

        Its count of those in drafts only ever grows, and it refuses a screen without them.
        """
        path = f"/api/projects/{project_id}/summary/reset/"
        self._raw("POST", path, f"counting the labels of project {project_id}", json={})

    def _raw(self, method: str, path: str, operation: str, **more: Any) -> httpx.Response:
        """What the SDK has no method for."""
        with reaching(self.url):
            answer = self._http.request(method, self.url + path, **more)
        if answer.status_code in (401, 403):
            raise _refused(operation, answer.status_code, self.url)
        if answer.is_error:
            raise StudioError(operation, answer.text[:200], status=answer.status_code)
        return answer

    @contextmanager
    def _asking(self, operation: str) -> Iterator[None]:
        from label_studio_sdk.core.api_error import ApiError

        try:
            with reaching(self.url):
                yield
        except StudioError as error:
            if error.status in (401, 403):
                raise _refused(operation, error.status, self.url) from error
            raise
        except ApiError as error:
            if error.status_code in (401, 403):
                raise _refused(operation, error.status_code, self.url) from error
            raise StudioError(operation, _words(error.body), status=error.status_code) from error


def send_once(
    send: Callable[[list[T]], object], rows: Sequence[T], missing: Callable[[list[T]], list[T]]
) -> None:
    """Sends rows that the server does not know again, each once even where an answer is lost.

    Parameters
    ----------
    send
        Asks the server to create what it is given.
    missing
        Which of the rows that were sent are not there; asked where there is doubt.

    Raises
    ------
    StudioError
        The server said no, or three times gave no answer.
    """
    todo = list(rows)
    for last in (False, False, True):
        try:
            send(todo)
            return
        except StudioError as error:
            if last or not error.is_passing:
                raise
        time.sleep(PAUSE)
        todo = missing(todo)
        if not todo:
            return


def stream_link(url: str, project_id: int) -> str:
    """Where a coder works: the label stream of a project."""
    return f"{url}/projects/{project_id}/data?labeling=1"


def task_link(url: str, project_id: int, task_id: int) -> str:
    return f"{url}/projects/{project_id}/data?task={task_id}"


def _project(found: Any) -> HeldProject:
    return HeldProject(
        id=int(found.id),
        title=str(found.title or ""),
        description=str(found.description or ""),
        label_config=str(found.label_config or ""),
        instruction=str(getattr(found, "expert_instruction", "") or ""),
        model_version=str(getattr(found, "model_version", "") or ""),
    )


def _prediction(found: Any) -> HeldPrediction:
    return HeldPrediction(
        task=int(found.task),
        model_version=str(found.model_version or ""),
        score=found.score,
        result=found.result if isinstance(found.result, list) else [],
    )


def _refused(operation: str, status: int | None, url: str) -> StudioError:
    return StudioError(
        operation,
        f"the token is not accepted; make a new one at {url}/user/account (Access Token) "
        "and set LABEL_STUDIO_API_KEY",
        status=status,
    )


def _words(body: Any) -> str:
    """The server's own words, without headers and without an HTML page."""
    if isinstance(body, dict):
        problems = body.get("validation_errors") or body.get("detail") or body
        return problems if isinstance(problems, str) else json.dumps(problems, ensure_ascii=False)[:300]
    text = str(body or "no words")
    return "an HTML page instead of an answer" if "<html" in text.lower() else text[:300]
