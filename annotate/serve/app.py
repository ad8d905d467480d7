"""What Label Studio asks of a backend, and INCEpTION of a recommender, as a web application."""

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Collection
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from annotate.label_studio.answers import to_task
from annotate.serve.inception import INCEPTION, recommended, served_layer
from annotate.serve.payloads import (
    BadRequest,
    Event,
    PredictDocument,
    PredictRequest,
    SetupRequest,
    TrainDocuments,
    decoded,
    project_number,
)
from annotate.serve.serving import Serving
from annotate.serve.trainings import Asked, Trainings
from annotate.sync.suggestions import TaskSuggestion
from schemas.errors import StandpunktError, near_hit

#: Bytes of a body: all tasks of a project may come in one, some kilobytes each.
MOST = 64 * 1024 * 1024
#: Different lines of one kind that are said: who sends nonsense must not fill the log.
_LINES = 200
_TRAIN = "START_TRAINING"
_EVENTS = (
    _TRAIN, "ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED",
    "LABEL_LINK_CREATED", "LABEL_LINK_UPDATED", "LABEL_LINK_DELETED", "PROJECT_CREATED", "PROJECT_UPDATED",
    "PROJECT_DELETED", "TASKS_CREATED", "TASKS_DELETED",
)  # fmt: skip

Say = Callable[[str], None]


class TooLarge(BadRequest):
    """More than `MOST` bytes."""

    status = 413


def make_app(
    serving: Serving, trainings: Trainings, *, say: Say, secret: str = "", hosts: Collection[str] = ()
) -> ASGIApp:
    """The application.

    Parameters
    ----------
    secret
        The password that every request must have (basic authentication, any user); none is asked for where
        it is empty.
    hosts
        The names by which it may be called where no secret is set; a page in somebody's browser that calls
        it by another name is refused.
    """
    backend = _Backend(serving, trainings, _once(say))
    app = Starlette(
        routes=[
            Route("/", backend.health),
            Route("/health", backend.health),
            Route("/setup", backend.setup, methods=["POST"]),
            Route("/predict", backend.predict, methods=["POST"]),
            Route("/webhook", backend.webhook, methods=["POST"]),
            Route("/versions", backend.versions),
            Route("/inception/{layer}/predict", backend.recommend, methods=["POST"]),
            Route("/inception/{layer}/train", backend.recommender_train, methods=["POST"]),
        ],
        exception_handlers={BadRequest: _bad_request, ClientDisconnect: _gone},
    )
    return _Guard(app, secret=secret, hosts=hosts, say=_once(say))


class _Backend:
    def __init__(self, serving: Serving, trainings: Trainings, say: Say) -> None:
        self._serving, self._trainings, self._say = serving, trainings, say

    async def health(self, request: Request) -> Response:
        return _json({"status": "UP", "model_class": "standpunkt"})

    async def versions(self, request: Request) -> Response:
        current = self._serving.current.model_version
        return _json({"versions": [current], "message": None})

    async def setup(self, request: Request) -> Response:
        asked = decoded(await _body(request), SetupRequest)
        served = self._serving.current
        if why := served.unknown(project_number(asked.project), asked.schema):
            self._say(f"setup: {why}; it gets no suggestions")
        return _json({"model_version": served.model_version})

    async def predict(self, request: Request) -> Response:
        body = await _body(request)
        return await run_in_threadpool(self._predict, body)

    def _predict(self, body: bytes) -> Response:
        """One answer a task. An empty one leaves no prediction behind: one without ticks would be one too."""
        asked = decoded(body, PredictRequest)
        served = self._serving.current  # all of a request from one model, whatever comes meanwhile
        number = project_number(asked.project)
        if why := served.unknown(number, asked.label_config):
            self._say(f"predict: {why}; nothing was suggested")
            return _json({"results": [[] for _ in asked.tasks]})
        assert number is not None
        annotator = served.annotators[number]
        results: list[Any] = []
        for sent in asked.tasks:
            try:
                answer = served.answer(to_task(sent), annotator)
            except StandpunktError as error:
                self._say(f"predict: task {sent.id} of project {number}: {error}")
                results.append([])
                continue
            if answer.unexpected:
                self._say(f"predict: project {number}: {answer.reason}; nothing was suggested")
            results.append(_prediction(answer.suggestion, served.model_version))
        return _json({"results": results, "model_version": served.model_version})

    async def webhook(self, request: Request) -> Response:
        event = decoded(await _body(request), Event)
        if event.action != _TRAIN:
            if event.action not in _EVENTS:
                self._say(f"webhook: unknown event {event.action!r}{near_hit(event.action, _EVENTS)}")
            return _json({"status": "noted"})
        number = event.project_number
        annotator = self._serving.current.annotators.get(number or 0)
        if number is None or annotator is None:
            self._say(f"webhook: project {number} is not one of this study's annotators; nothing was trained")
            return _json({"status": "not trained: another project"})
        asked = Asked(
            project=number, annotator=annotator, client=request.client.host if request.client else ""
        )
        started = await run_in_threadpool(self._trainings.start, asked, self._serving.model_folder)
        return _json({"status": "training" if started else "a training is running already"}, 202)

    async def recommend(self, request: Request) -> Response:
        body, layer = await _body(request), request.path_params["layer"]
        return await run_in_threadpool(self._recommend, body, layer)

    def _recommend(self, body: bytes, layer: str) -> Response:
        asked, served = decoded(body, PredictDocument, INCEPTION), self._serving.current
        return _json({"document": recommended(served, served_layer(served, layer), asked)})

    async def recommender_train(self, request: Request) -> Response:
        """Nothing is learned from INCEpTION's documents: what is coded there is not in the study."""
        decoded(await _body(request), TrainDocuments, INCEPTION)
        served_layer(self._serving.current, request.path_params["layer"])
        if self._trainings.is_running:
            return Response(status_code=429)
        self._say(
            "INCEpTION asked for a training: models are trained from the study alone; what is coded there "
            "comes in by an export of its project and `standpunkt import`"
        )
        return Response(status_code=204)


class _Guard:
    """Lets in who knows the secret, or where there is none who calls by a name of this machine."""

    def __init__(self, app: ASGIApp, *, secret: str, hosts: Collection[str], say: Say) -> None:
        self._app, self._secret, self._hosts, self._say = app, secret.encode("utf-8"), hosts, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (answer := self._refusal(Request(scope))) is None:
            await self._app(scope, receive, send)
        else:
            await answer(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        client = request.client.host if request.client else "somebody"
        if self._secret:
            if not hmac.compare_digest(_password(request.headers.get("authorization", "")), self._secret):
                self._say(f"refused {client}: no password, or another than STANDPUNKT_SERVE_SECRET")
                headers = {"WWW-Authenticate": 'Basic realm="standpunkt"'}
                return _json({"error": "expected the password of STANDPUNKT_SERVE_SECRET"}, 401, headers)
        elif (request.url.hostname or "") not in self._hosts:
            self._say(f"refused {client}: it was called by another name, {request.url.hostname!r}")
            return _json({"error": f"expected to be called as {', '.join(sorted(self._hosts))}"}, 400)
        # a page in a browser can send anything anywhere, but not this without asking first
        if request.method == "POST" and not request.headers.get("content-type", "").startswith(
            "application/json"
        ):
            return _json({"error": "expected JSON (Content-Type: application/json)"}, 415)
        return None


def _password(authorization: str) -> bytes:
    scheme, _, given = authorization.partition(" ")
    try:
        return b64decode(given, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except (Base64Error, ValueError):
        return b""


async def _body(request: Request) -> bytes:
    """The body, as far as it is not too large: neither announced nor sent.

    Raises
    ------
    TooLarge
        Nothing of it was kept.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:18]) > MOST:
        raise TooLarge(f"expected at most {MOST} bytes, {announced[:18]} were announced")
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MOST:
            raise TooLarge(f"expected at most {MOST} bytes")
    return b"".join(parts)


def _prediction(suggestion: TaskSuggestion | None, version: str) -> Any:
    if suggestion is None:
        return []
    return {"model_version": version, "score": suggestion.score, "result": suggestion.result}


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def _bad_request(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, error.status if isinstance(error, BadRequest) else 400)


def _gone(request: Request, error: Exception) -> Response:
    return _json({"error": "the request broke off"}, 400)


def _once(say: Say) -> Say:
    """Says each line once, and not endlessly many different ones."""
    said: set[str] = set()

    def say_once(line: str) -> None:
        if line not in said and len(said) < _LINES:
            said.add(line)
            say(line)

    return say_once
