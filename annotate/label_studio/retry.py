"""Retries for a server that is down for a while, restarts or loses answers.

What may be asked twice is asked again here; what creates something goes through
`send_exactly_once`, which looks at what arrived before it sends the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import tenacity

from annotate.label_studio.auth import TokenAuth
from annotate.label_studio.trusted import origin
from annotate.progress import Progress, no_progress
from schemas.errors import StudioError


@contextmanager
def reaching(url: str, operation: str = "reaching the server") -> Iterator[None]:
    """Turns what httpx raises when no answer comes into a StudioError that names the address."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise StudioError(
            "asking", f"{error.request.url} answered", status=error.response.status_code
        ) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise StudioError(operation, f'"{url}" is not an address; expected http://… or https://…') from error
    except httpx.TimeoutException as error:
        raise StudioError(operation, f"{url} did not answer in time") from error
    except httpx.HTTPError as error:
        raise StudioError(operation, f"{url}: {error}; is it running?") from error


T = TypeVar("T")

RETRY_SECONDS = 90.0  # seconds: a restart takes 6, a first start with all migrations 45

MIN_ATTEMPTS = 8  # times, where each takes long

PAUSE = 2.0  # seconds before what is doubtful is looked at: the server may still be at work on it

MAX_WAIT = 60.0  # seconds a server may ask us to stay away (Retry-After)

#: What is meant for this machine goes through no proxy, whatever the environment says.
DIRECT: dict[str, httpx.BaseTransport | None] = dict.fromkeys(
    ("all://127.0.0.1", "all://localhost", "all://[::1]")
)

#: POSTs that leave the same behind, however often they are done.
_SAME_AGAIN = ("/api/token/refresh", "/api/dm/actions", "/summary/reset/", "/api/projects/validate/")


class RetryingClient(httpx.Client):
    """Asks again while a server that has answered before does not answer or says to come again.

    A server that never answered fails at once: its address is wrong more often than it restarts.
    One that sends on to another server is not followed there: neither the token, which may stand in a
    body, nor what people coded is for anybody else. ``progress`` is called with the reason before each wait.
    A client that is ``read_only`` sends nothing but GET.
    """

    def __init__(self, auth: TokenAuth, timeout: float, *, read_only: bool = False) -> None:
        super().__init__(
            auth=auth,
            timeout=timeout,
            follow_redirects=True,
            mounts=DIRECT,
            event_hooks={"response": [_stay_here]},
        )
        self.progress: Progress = no_progress
        self._has_answered = False
        self._read_only = read_only

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        if self._read_only and request.method != "GET":
            raise StudioError("asking", f"{request.method} {request.url.path} is not sent: reading only")
        if how.get("stream"):  # a body that breaks off is seen by the reader, who begins again
            return super().send(request, **how)
        return _with_retries(
            lambda: self._answer(request, **how),
            retry_if=lambda state: (
                _may_repeat(request) and _is_temporary(state) and self._may_be_there(state)
            ),
            before=self._report,
        )

    def _answer(self, request: httpx.Request, **how: Any) -> httpx.Response:
        answer = super().send(request, **how)
        self._has_answered = True
        return answer

    def _may_be_there(self, state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return self._has_answered or not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)

    def _report(self, state: tenacity.RetryCallState) -> None:
        self.progress(f"Label Studio does not answer; asking again ({state.attempt_number})")


def _stay_here(answer: httpx.Response) -> None:
    """Raises a StudioError where the answer sends on to another server; https of the same one is none."""
    if not answer.has_redirect_location:
        return
    try:
        location = httpx.URL(answer.headers["Location"])
    except httpx.InvalidURL:
        return  # httpx goes nowhere then, and says so
    here = origin(str(answer.url))
    there = origin(str(location)) if location.scheme else origin(str(answer.url.join(location)))
    if there not in (here, here.replace("http:", "https:", 1)):
        raise StudioError(
            "asking",
            f"{here} sends on to {there}; nothing was sent there; if that is your Label Studio, set "
            "LABEL_STUDIO_URL to its address",
            status=answer.status_code,
        )


def send_exactly_once(
    send: Callable[[list[T]], object],
    rows: Sequence[T],
    missing: Callable[[list[T]], list[T]],
    *,
    chunk: int | None = None,
) -> bool:
    """Sends rows that the server does not know again, each once even where an answer is lost.

    Parameters
    ----------
    send
        Asks the server to create what it is given.
    missing
        Which of the rows that were sent are not there; asked where there is doubt.
    chunk
        How many rows go in one call; all without it.

    Returns
    -------
    bool
        Whether there was doubt: an answer that came late may have been outrun, so that something
        is there twice.

    Raises
    ------
    StudioError
        The server said no, or took none of a call's rows for `RETRY_SECONDS`.
    """
    size = chunk or max(len(rows), 1)
    parts = [list(rows[start : start + size]) for start in range(0, len(rows), size)]
    return sum(_send_part(send, part, missing) for part in parts) > 0  # every part is sent


def _send_part(
    send: Callable[[list[T]], object], part: list[T], missing: Callable[[list[T]], list[T]]
) -> bool:
    todo, tries = part, 0

    def attempt() -> None:
        nonlocal todo, tries
        tries += 1
        if tries > 1:
            todo = missing(todo)
        if todo:
            send(todo)

    _with_retries(attempt, retry_if=_is_temporary, least=PAUSE)
    return tries > 1


def retrying(attempt: Callable[[], T]) -> T:
    """The result of something that may be done twice, such as a download that broke off."""
    return _with_retries(attempt, retry_if=_is_temporary)


def _with_retries(
    attempt: Callable[[], T],
    *,
    retry_if: Callable[[tenacity.RetryCallState], bool],
    before: Callable[[tenacity.RetryCallState], None] | None = None,
    least: float = 0.0,
) -> T:
    backoff = tenacity.wait_exponential(multiplier=0.25, max=5.0)
    trying = tenacity.Retrying(
        retry=retry_if,
        stop=_is_enough,
        wait=lambda state: max(backoff(state), least, _asked_to_wait(state)),
        before_sleep=before,
        retry_error_callback=lambda state: state.outcome.result(),  # type: ignore[union-attr]
    )
    return trying(attempt)


def _is_enough(state: tenacity.RetryCallState) -> bool:
    """After `RETRY_SECONDS`, and not before `MIN_ATTEMPTS` tries unless the last took all its time."""
    error = state.outcome.exception() if state.outcome else None
    cause = error.__cause__ if isinstance(error, StudioError) else error
    has_tried = state.attempt_number >= MIN_ATTEMPTS or isinstance(cause, httpx.TimeoutException)
    return has_tried and (state.seconds_since_start or 0.0) >= RETRY_SECONDS


def _may_repeat(request: httpx.Request) -> bool:
    return request.method != "POST" or request.url.path.endswith(_SAME_AGAIN)


def _is_temporary(state: tenacity.RetryCallState) -> bool:
    """No answer, or one that says to come again: another time it may be given."""
    assert state.outcome is not None
    error = state.outcome.exception()
    if error is None:
        answer = state.outcome.result()
        return isinstance(answer, httpx.Response) and _says_come_again(answer.status_code)
    if isinstance(error, StudioError):
        return error.is_passing
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def _says_come_again(status: int) -> bool:
    return status >= 500 or status in (408, 429)


def _asked_to_wait(state: tenacity.RetryCallState) -> float:
    """The seconds of the answer's ``Retry-After``; 0 where there is none."""
    assert state.outcome is not None
    answer = None if state.outcome.failed else state.outcome.result()
    seconds = answer.headers.get("Retry-After", "") if isinstance(answer, httpx.Response) else ""
    return min(float(seconds), MAX_WAIT) if seconds.isdigit() else 0.0
