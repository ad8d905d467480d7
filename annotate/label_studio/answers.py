"""The answers of Label Studio as records, and its refusals as errors."""

import json
from typing import Any, TypeVar

import httpx
import msgspec

from schemas.errors import StudioError
from schemas.records import Record

T = TypeVar("T")


class HeldProject(Record, frozen=True, kw_only=True):
    id: int
    title: str
    description: str
    label_config: str
    instruction: str
    model_version: str
    shows_suggestions: bool = True
    shows_instruction: bool = False


class HeldTask(Record, frozen=True, kw_only=True):
    """A task as the server holds it; ``coded`` counts submitted annotations, skips included."""

    id: int
    data: dict[str, Any]
    meta: dict[str, Any] = {}
    coded: int = 0
    skipped: int = 0
    updated_at: str = ""


class HeldUser(Record, frozen=True, kw_only=True):
    id: int
    email: str


class HeldPrediction(Record, frozen=True, kw_only=True):
    task: int
    model_version: str
    score: float | None = None
    result: list[dict[str, Any]] = []


class ListedTask(msgspec.Struct):
    id: int
    data: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None
    total_annotations: int | None = None
    cancelled_annotations: int | None = None
    updated_at: str = ""


class TaskPage(msgspec.Struct):
    tasks: list[ListedTask]
    total: int


class AnnotatedPage(msgspec.Struct):
    tasks: list[msgspec.Raw]
    total: int


class ImportedTasks(msgspec.Struct):
    task_count: int


class Invitation(msgspec.Struct):
    invite_url: str


class CreatedPredictions(msgspec.Struct):
    created: int


class PredictedTask(msgspec.Struct):
    task: int
    model_version: str | None = None


class FullPrediction(PredictedTask):
    score: float | None = None
    result: Any = None


#: The fields of a project that are read.
PROJECT_FIELDS = (
    "id", "title", "description", "label_config", "expert_instruction", "model_version",
    "show_collab_predictions", "show_instruction",
)  # fmt: skip


def to_project(project: Any) -> HeldProject:
    return HeldProject(
        id=int(project.id),
        title=str(project.title or ""),
        description=str(project.description or ""),
        label_config=str(project.label_config or ""),
        instruction=str(getattr(project, "expert_instruction", "") or ""),
        model_version=str(getattr(project, "model_version", "") or ""),
        shows_suggestions=getattr(project, "show_collab_predictions", True) is not False,
        shows_instruction=getattr(project, "show_instruction", False) is True,
    )


def to_task(task: ListedTask) -> HeldTask:
    skipped = task.cancelled_annotations or 0
    data = task.data or {}
    if not isinstance(data.get("sentence_id", ""), str):  # a task of somebody else
        data = {name: value for name, value in data.items() if name != "sentence_id"}
    return HeldTask(
        id=task.id,
        data=data,
        meta=task.meta or {},
        coded=(task.total_annotations or 0) + skipped,
        skipped=skipped,
        updated_at=task.updated_at,
    )


def decoded(content: bytes, kind: type[T], operation: str) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise not_ours(operation, error) from error


def not_ours(operation: str, found: object) -> StudioError:
    """The error for an answer of another shape."""
    words = type(found).__name__ if isinstance(found, AttributeError | TypeError) else str(found)[:200]
    return StudioError(
        operation, f"the answer is not what Label Studio 1.23 gives ({words}); is the address right?"
    )


def check_whole(export: bytes, project_id: int) -> None:
    """Two exports of the same tasks in the same minute go through one file of the server's.

    The one that starts last empties it, and the other is answered with what is left, as if all were well.
    """
    decoded(export, list[msgspec.Raw], f"exporting project {project_id}")


def json_or_text(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return answer.text


def refused(operation: str, status: int | None, url: str) -> StudioError:
    return StudioError(
        operation,
        f"the token is not accepted; make a new one at {url}/user/account (Access Token) "
        "and set LABEL_STUDIO_API_KEY; which kinds of token count is switched at "
        f"{url}/organization (API Tokens Settings)",
        status=status,
    )


def server_words(body: Any) -> str:
    """The server's own words, without headers and without an HTML page."""
    if isinstance(body, dict):
        problems = body.get("validation_errors") or body.get("detail") or body
        return problems if isinstance(problems, str) else json.dumps(problems, ensure_ascii=False)[:300]
    text = str(body or "no words")
    return "an HTML page instead of an answer" if "<html" in text.lower() else text[:300]
