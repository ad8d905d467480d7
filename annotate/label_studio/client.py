"""The only module with a Label Studio client; all others see records.

Measured against 1.23 with SDK 2.1: the SDK repeats POSTs on a server error, so it is told never to
(``max_retries=0``): `RetryingClient` repeats what may be repeated, and what creates something is
asked once and doubt is resolved by listing. What is sent or listed in bulk goes past the SDK's
encoder, which needs 2.4 s for 10,000 predictions where msgspec needs 0.06.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, TypeVar

import httpx
import msgspec

from annotate.label_studio.answers import (
    PROJECT_FIELDS,
    AnnotatedPage,
    CreatedPredictions,
    FullPrediction,
    HeldPrediction,
    HeldProject,
    HeldTask,
    HeldUser,
    ImportedTasks,
    Invitation,
    PredictedTask,
    TaskPage,
    check_whole,
    decoded,
    json_or_text,
    not_ours,
    refused,
    server_words,
    to_project,
    to_task,
)
from annotate.label_studio.auth import TokenAuth, jwt_expiry
from annotate.label_studio.retry import RetryingClient, reaching, retrying
from annotate.progress import Progress, no_progress
from schemas.errors import StudioError, without_passwords
from schemas.files import read_bytes

TIMEOUT = 300.0  # seconds without a byte
#: The same for what answers when all is done: an export, 250 tasks a second; many predictions, the slower
#: the more a project has: 20,000 beside 80,000 took more than 300 s on a busy machine.
WHOLE_TIMEOUT = 3600.0
CHUNK = 1000  # tasks sent in one call
PAGE = 2500  # tasks listed in one call: ten calls of 1000 take a tenth longer than two of 5000
ANNOTATED_PAGE = 500  # the same with annotations
PREDICTIONS_CHUNK = 20_000  # each call costs seconds in a large project: few large ones
IDS_CHUNK = 300  # ids in one address, which proxies allow 8,000 characters

#: What the SDK, or who reads its models, raises where an answer has another shape: it checks none.
_NOT_OURS = (AttributeError, KeyError, RecursionError, TypeError, ValueError)

T = TypeVar("T")


class Studio:
    """A Label Studio server, asked as the person whose token this is.

    Every method raises StudioError where the server says no or does not answer. With ``read_only`` nothing
    but GET is ever sent (and the exchange of a personal access token, which signs in).
    """

    def __init__(self, url: str, key: str, *, read_only: bool = False) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._http = RetryingClient(TokenAuth(self.url, key), TIMEOUT, read_only=read_only)
        self.__client: Any = None

    def __repr__(self) -> str:
        return f"Studio({without_passwords(self.url)!r})"  # the key is never shown

    def report_retries(self, progress: Progress) -> None:
        """Reports to ``progress`` from now on when the server does not answer and is asked again."""
        self._http.progress = progress

    @property
    def _client(self) -> Any:
        if self.__client is None:
            from label_studio_sdk import LabelStudio  # 2.4 s, pulls in pandas

            # the token goes on by `_http`; the SDK would exchange it by itself, with a gap
            self.__client = LabelStudio(
                base_url=self.url, api_key="on-every-request", timeout=TIMEOUT, max_retries=0,
                httpx_client=self._http,
            )  # fmt: skip
        return self.__client

    def check(self) -> str:
        """The e-mail of the token's owner, once the server has accepted it."""
        return self.owner().email

    def owner(self) -> HeldUser:
        """The account whose token this is."""
        with self._asking("signing in"):
            me = self._client.users.whoami()
            return HeldUser(id=int(me.id), email=str(me.email))

    def users(self) -> list[HeldUser]:
        """All accounts of the server that the token's owner may see."""
        return self._get("/api/users/", "listing the accounts", list[HeldUser])

    def version(self) -> str:
        """The server's version, such as ``1.23.2``."""
        with self._asking("asking for the version"):
            return str(self._client.versions.get().release)

    def invite_link(self) -> str:
        """The link by which a new person makes an account; whoever has it can."""
        link = self._get("/api/invite", "asking for the invite link", Invitation).invite_url
        return link if link.startswith("http") else self.url + link

    def token_expiry(self) -> float | None:
        """When the token ends, in seconds since 1970; None for a legacy token, which never does."""
        return jwt_expiry(self._key)

    def projects(self) -> list[HeldProject]:
        """All projects, without the server's eight counts of each.

        For sixteen projects with a few ten thousand tasks those take 2.5 s, all else 0.2.
        """
        operation = "listing the projects"
        found: dict[int, HeldProject] = {}
        with self._asking(operation):
            for n, project in enumerate(self._client.projects.list(include=",".join(PROJECT_FIELDS))):
                # a page may begin with what ended the last, where a project is made meanwhile
                if n > 2 * len(found) + 1:
                    raise not_ours(operation, "the same projects on every page")
                held = to_project(project)
                found.setdefault(held.id, held)
        return list(found.values())

    def project(self, project_id: int) -> HeldProject | None:
        """A project, or None where it is gone."""
        try:
            with self._asking(f"reading project {project_id}"):
                return to_project(self._client.projects.get(id=project_id))
        except StudioError as error:
            if error.status == 404:
                return None
            raise

    def create_project(self, *, title: str, description: str, label_config: str, instruction: str) -> int:
        with self._asking(f'creating the project "{title}"'):
            made = self._client.projects.create(
                title=title, description=description, label_config=label_config,
                expert_instruction=instruction, show_instruction=True, sampling="Sequential sampling",
                show_skip_button=False, enable_empty_annotation=False,
            )  # fmt: skip
            return int(made.id)

    def update_project(self, project_id: int, **changes: Any) -> None:
        with self._asking(f"changing project {project_id}"):
            self._client.projects.update(id=project_id, **changes)

    def delete_empty_project(self, project_id: int) -> bool:
        """Deletes a project without tasks; False where it has some, and it was left."""
        if next(self.tasks(project_id), None) is not None:
            return False
        with self._asking(f"deleting project {project_id}"), self._gone_is_fine():
            self._client.projects.delete(id=project_id)
        return True

    def tasks(self, project_id: int, progress: Progress = no_progress) -> Iterator[HeldTask]:
        """All tasks of a project, by id. 1,500 a second where only these fields are asked for."""
        operation = f"listing the tasks of project {project_id}"
        fields = ["id", "data", "meta", "total_annotations", "cancelled_annotations", "updated_at"]
        params = {"project": project_id, "fields": "task_only", "include": fields, "page_size": PAGE}
        page, total = 0, 1
        while page * PAGE < total:  # a page past the end is a 404
            page += 1
            listed = self._get("/api/tasks/", operation, TaskPage, params={**params, "page": page})
            total = listed.total
            if not listed.tasks and total:
                raise not_ours(operation, f"page {page} of {total} tasks is empty")
            yield from map(to_task, listed.tasks)
            progress("listing tasks", min(page * PAGE, total), total)
            del listed  # one page in memory at a time

    def annotated_tasks(self, project_id: int, progress: Progress = no_progress) -> Iterator[msgspec.Raw]:
        """The tasks of a project with their annotations, each as the server gave it: 1,000 a second.

        Other than an export it leaves nothing on the server, no file and (``review``) no prediction of a
        model that a project has.
        """
        operation = f"reading the tasks of project {project_id}"
        # of what is in a task as well, hence the fields of annotations
        fields = ["id", "data", "meta", "annotations", "project", "completed_by", "updated_by", "result",
                  "was_cancelled", "ground_truth", "lead_time", "created_at", "updated_at"]  # fmt: skip
        params = {"project": project_id, "fields": "all", "review": "true", "resolve_uri": "false",
                  "include": fields, "page_size": ANNOTATED_PAGE}  # fmt: skip
        page, total = 0, 1
        while page * ANNOTATED_PAGE < total:
            page += 1
            listed = self._get("/api/tasks/", operation, AnnotatedPage, params={**params, "page": page})
            total = listed.total
            if not listed.tasks and total:
                raise not_ours(operation, f"page {page} of {total} tasks is empty")
            yield from listed.tasks
            progress("reading tasks", min(page * ANNOTATED_PAGE, total), total)

    def import_tasks(self, project_id: int, tasks: Sequence[dict[str, Any]]) -> int:
        """Creates the tasks, in chunks and in this order, and gives their number."""
        created = 0
        for start in range(0, len(tasks), CHUNK):
            operation = f"importing tasks into project {project_id}"
            part = tasks[start : start + CHUNK]
            answer = self._raw("POST", f"/api/projects/{project_id}/import", operation, body=part)
            created += decoded(answer.content, ImportedTasks, operation).task_count
        return created

    def update_task(self, task_id: int, *, data: dict[str, Any], meta: dict[str, Any] | None = None) -> None:
        with self._asking(f"changing task {task_id}"):
            more = {} if meta is None else {"meta": meta}
            self._client.tasks.update(id=str(task_id), data=data, **more)

    def delete_untouched_task(self, task_id: int) -> bool:
        """Deletes a task; False where somebody has coded in it or begun to, and it was left."""
        with self._asking(f"deleting task {task_id}"), self._gone_is_fine():
            task = self._client.tasks.get(id=str(task_id))
            if task.annotations or task.drafts:
                return False
            self._client.tasks.delete(id=str(task_id))
        return True

    def prediction_counts(self, project_id: int) -> dict[str, int]:
        """How many predictions of each model version a project holds; cheap, whatever its size."""
        path = f"/api/projects/{project_id}/model-versions"
        return self._get(path, f"counting the predictions of project {project_id}", dict[str, int])

    def predictions(self, project_id: int) -> list[HeldPrediction]:
        """All predictions of a project with what they say."""
        return [
            HeldPrediction(
                task=row.task, model_version=row.model_version or "", score=row.score,
                result=row.result if isinstance(row.result, list) else [],
            )
            for row in self._predictions(project_id, FullPrediction)
        ]  # fmt: skip

    def predicted_tasks(self, project_id: int) -> list[tuple[int, str]]:
        """Task and model version of each prediction, without what it says."""
        return [(row.task, row.model_version or "") for row in self._predictions(project_id, PredictedTask)]

    def _predictions(self, project_id: int, kind: type[T]) -> list[T]:
        operation = f"listing the predictions of project {project_id}"
        return self._get("/api/predictions/", operation, list[kind], params={"project": project_id})  # type: ignore[valid-type]

    def import_predictions(self, project_id: int, predictions: Sequence[dict[str, Any]]) -> int:
        """Adds predictions, in few calls: each costs seconds in a large project.

        Raises
        ------
        StudioError
            Fewer arrived than were sent: the server drops without a word what does not fit.
        """
        operation = f"importing predictions into project {project_id}"
        created = 0
        for start in range(0, len(predictions), PREDICTIONS_CHUNK):
            part = predictions[start : start + PREDICTIONS_CHUNK]
            path = f"/api/projects/{project_id}/import/predictions"
            answer = self._raw("POST", path, operation, body=part, timeout=WHOLE_TIMEOUT)
            stored = decoded(answer.content, CreatedPredictions, operation).created
            if stored != len(part):
                words = f"{stored} of {len(part)} were stored; does the project's screen fit the codebook?"
                raise StudioError(operation, words, status=400)  # it was a no, whatever it was called
            created += stored
        return created

    def delete_predictions(self, project_id: int, model_version: str) -> None:
        """Deletes all predictions of one version."""
        path = f"/api/projects/{project_id}/model-versions"
        body = {"model_version": model_version}
        self._raw("DELETE", path, "deleting predictions", body=body, timeout=WHOLE_TIMEOUT)

    def export(self, project_id: int, ids: Sequence[int] = ()) -> bytes:
        """Label Studio's JSON export of a project, as it comes, tasks without annotations included.

        With ``ids`` of those tasks only, at most `IDS_CHUNK`. Asked for again where it broke off.
        """

        def download() -> bytes:
            received = b"".join(self._exported(project_id, ids))
            check_whole(received, project_id)
            return received

        return retrying(download)

    def save_export(self, project_id: int, file: IO[bytes]) -> None:
        """Writes the export into a file as it comes, again from the start where it broke off."""

        def download() -> None:
            file.seek(0)
            file.truncate()
            for part in self._exported(project_id, ()):
                file.write(part)
            file.flush()
            check_whole(read_bytes(file.name), project_id)

        retrying(download)

    def _exported(self, project_id: int, ids: Sequence[int]) -> Iterator[bytes]:
        operation = f"exporting project {project_id}"
        params: dict[str, Any] = {"exportType": "JSON", "download_all_tasks": "true", "ids[]": list(ids)}
        address = f"{self.url}/api/projects/{project_id}/export"
        with (
            reaching(self.url, operation),
            self._http.stream("GET", address, params=params, timeout=WHOLE_TIMEOUT) as answer,
        ):
            if answer.is_error:
                answer.read()
                raise self._no(operation, answer)
            yield from answer.iter_bytes()

    def create_annotation(
        self, task_id: int, result: list[dict[str, Any]], *, lead_time: float | None = None,
        completed_by: int | None = None, was_cancelled: bool = False,
    ) -> int:  # fmt: skip
        """Submits an annotation as the token's owner, or in the name of another account.

        The server checks nothing of it.
        """
        given = {"lead_time": lead_time, "completed_by": completed_by, "was_cancelled": was_cancelled or None}
        with self._asking(f"storing an annotation of task {task_id}"):
            more = {name: value for name, value in given.items() if value is not None}
            return int(self._client.annotations.create(id=task_id, result=result, **more).id)

    def update_annotation(self, annotation_id: int, result: list[dict[str, Any]]) -> None:
        """Puts another result in an annotation; who made it and when it was made stay.

        The server deletes the drafts that hang on it: `update_draft` takes them off before.
        """
        with self._asking(f"changing annotation {annotation_id}"):
            self._client.annotations.update(id=annotation_id, result=result)

    def update_draft(self, draft_id: int, **changes: Any) -> None:
        """Changes what is given, of ``result`` and ``annotation`` (the one it hangs on, or None)."""
        self._raw("PATCH", f"/api/drafts/{draft_id}/", f"changing draft {draft_id}", body=changes)

    def set_task_field(self, project_id: int, task_ids: Sequence[int], field: str, value: str) -> None:
        """Gives one key of the tasks' data one value, in one call."""
        body = {
            "selectedItems": {"all": False, "included": list(task_ids)},
            "value_name": field,
            "value_type": "String",
            "value": value,
        }
        path = f"/api/dm/actions?id=add_data_field&project={project_id}"
        self._raw("POST", path, f"changing tasks of project {project_id}", body=body)

    def add_backend(self, project_id: int, url: str, title: str, password: str = "") -> None:
        """Adds a backend to a project, or brings the one of this address in step.

        The server asks the backend for its health before it answers, and from then on for suggestions: they
        are shown where the project's ``model_version`` is the backend's title. It also makes a webhook that
        sends the backend every event, while the person whose work it was waits: that is taken away again.

        Raises
        ------
        StudioError
            The backend does not answer there; or the server may not call that address.
        """
        operation = f"adding the backend {url} to project {project_id}"
        login = {"basic_auth_user": "standpunkt", "basic_auth_pass": password} if password else {}
        method = "BASIC_AUTH" if password else "NONE"
        body = {"project": project_id, "url": url, "title": title, "auth_method": method, **login}
        number = self._backend(project_id, url)
        try:
            with self._asking(operation):
                if number is not None:
                    self._client.ml.update(id=number, **body)
                else:
                    self._client.ml.create(**body)
        except StudioError as error:
            # the backend is made, then the webhook to a local address refused: as if nothing had been made
            if error.status != 403 or self._backend(project_id, url) is None:
                raise _no_local_address(operation, error) from error
        with self._asking(f"looking for the webhook of {url}"):
            for webhook in self._client.webhooks.list(project=str(project_id)):
                if webhook.url == f"{url.rstrip('/')}/webhook":
                    self._client.webhooks.delete(id=webhook.id)
        self.update_project(project_id, model_version=title)

    def _backend(self, project_id: int, url: str) -> int | None:
        with self._asking(f"listing the backends of project {project_id}"):
            known = [backend for backend in self._client.ml.list(project=project_id) if backend.url == url]
            return int(known[0].id) if known else None

    def check_config(self, label_config: str) -> None:
        """Asks whether the server would accept a screen, without setting it anywhere."""
        self._raw(
            "POST", "/api/projects/validate/", "checking the screen", body={"label_config": label_config}
        )

    def recount(self, project_id: int) -> None:
        """Has the server count anew which controls are in use.

        Its count of those in drafts only ever grows, and it refuses a screen without them.
        """
        path = f"/api/projects/{project_id}/summary/reset/"
        self._raw("POST", path, f"counting the labels of project {project_id}", body={})

    def _get(self, path: str, operation: str, kind: type[T], params: dict[str, Any] | None = None) -> T:
        answer = self._raw("GET", path, operation, params=params)
        return decoded(answer.content, kind, operation)

    def _raw(
        self, method: str, path: str, operation: str, *, body: Any = None,
        params: dict[str, Any] | None = None, timeout: Any = httpx.USE_CLIENT_DEFAULT,
    ) -> httpx.Response:  # fmt: skip
        """What the SDK has no method for, or does too slowly."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        with reaching(self.url, operation):
            answer = self._http.request(
                method, self.url + path, content=content, headers=headers, params=params, timeout=timeout
            )
        if answer.is_error:
            raise self._no(operation, answer)
        return answer

    def _no(self, operation: str, answer: httpx.Response) -> StudioError:
        if answer.status_code in (401, 403):
            return refused(operation, answer.status_code, self.url)
        return StudioError(operation, server_words(json_or_text(answer)), status=answer.status_code)

    @contextmanager
    def _gone_is_fine(self) -> Iterator[None]:
        """What is not there has been deleted: the answer to that was lost, or another did it."""
        from label_studio_sdk.core.api_error import ApiError

        try:
            yield
        except ApiError as error:
            if error.status_code != 404:
                raise

    @contextmanager
    def _asking(self, operation: str) -> Iterator[None]:
        from label_studio_sdk.core.api_error import ApiError

        try:
            with reaching(self.url, operation):
                yield
        except StudioError as error:
            if error.status in (401, 403):
                raise refused(operation, error.status, self.url) from error
            raise
        except ApiError as error:
            if error.status_code in (401, 403):
                raise refused(operation, error.status_code, self.url) from error
            raise StudioError(operation, server_words(error.body), status=error.status_code) from error
        except _NOT_OURS as error:
            raise not_ours(operation, error) from error


def _no_local_address(operation: str, error: StudioError) -> StudioError:
    """What a 403 means where the token had just been accepted; any other error as it is."""
    if error.status != 403:
        return error
    return StudioError(
        operation,
        "Label Studio calls no address of its own machine or private network unless it was started with "
        "ML_BLOCK_LOCAL_IP=false; that of `standpunkt studio` is, since this version: stop it and start it",
        status=403,
    )


def stream_link(url: str, project_id: int) -> str:
    """Where an annotator works: the label stream of a project."""
    return f"{without_passwords(url)}/projects/{project_id}/data?labeling=1"


def task_link(url: str, project_id: int, task_id: int) -> str:
    return f"{without_passwords(url)}/projects/{project_id}/data?task={task_id}"
