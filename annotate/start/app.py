"""The start page as a web application: for one browser on this machine, which has the token."""

import hmac
import secrets
from collections.abc import Collection
from urllib.parse import parse_qs, unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from annotate.report.words import Words
from annotate.start.controls import Controls
from annotate.start.doubts import correction_of, find_doubt, keep_correction
from annotate.start.facts import VERBS
from annotate.start.gather import pages_of
from annotate.start.jobs import Jobs
from annotate.start.page import job_part, message_page, start_page
from annotate.start.state import StudyState
from annotate.study.typed import ENOUGH, command, typed
from schemas.errors import DataError, StandpunktError
from schemas.guidelines import guidelines_page

#: Bytes of a form.
MOST = 64 * 1024
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: The study's pages run their scripts as if they were of another site: they cannot press buttons of this one.
_PAGE_POLICY = "sandbox allow-scripts allow-popups allow-downloads"
_NUMBERS = range(1, 100_001)


class Secrets:
    """What lets in: a ``ticket`` for one visit, then a ``session`` in a cookie; ``csrf`` stands in forms.

    ``pages`` is part of the address of the study's pages, which have no cookie.
    """

    def __init__(self, port: int) -> None:
        self.ticket: str | None = secrets.token_urlsafe(32)
        self.session, self.csrf, self.pages = (secrets.token_urlsafe(32) for _ in range(3))
        self.cookie = f"standpunkt-{port}"  # of all ports of a machine a browser keeps the cookies together

    def admits(self, ticket: str) -> bool:
        """Whether this is the ticket, which is then used."""
        if self.ticket is None or not _equal(ticket, self.ticket):
            return False
        self.ticket = None
        return True


def make_app(state: StudyState, jobs: Jobs, known: Secrets, *, hosts: Collection[str]) -> ASGIApp:
    """The application.

    Parameters
    ----------
    hosts
        The names with the port by which it may be called.
    """
    site = _Site(state, jobs, known)
    app = Starlette(
        routes=[
            Route("/", site.start),
            Route("/job", site.job),
            Route("/run", site.run, methods=["POST"]),
            Route("/stop", site.stop, methods=["POST"]),
            Route("/forget", site.forget, methods=["POST"]),
            Route("/decide", site.decide, methods=["POST"]),
            Route("/pages/{secret}/{name:path}", site.page),
        ],
        exception_handlers={StandpunktError: _told, ClientDisconnect: _gone},
    )
    return _Guard(app, known, hosts)


class _Site:
    def __init__(self, state: StudyState, jobs: Jobs, known: Secrets) -> None:
        self._state, self._jobs, self._secrets = state, jobs, known
        self._said: str | None = None

    async def start(self, request: Request) -> Response:
        return await run_in_threadpool(self._start, _language_of(request))

    def _start(self, language: str | None) -> Response:
        report, known, asking = self._state.report()
        said, self._said = self._said, None
        controls = self._controls(said=said, asking=asking)
        return HTMLResponse(start_page(report, known.codebook, language=language, controls=controls))

    def _controls(self, *, said: str | None = None, asking: bool = False) -> Controls:
        return Controls(
            token=self._secrets.csrf,
            pages=f"/pages/{self._secrets.pages}",
            job=self._jobs.last,
            said=said,
            asking=asking,
        )

    async def job(self, request: Request) -> Response:
        """What runs, as a part of the page; the header says whether anything is still to come."""
        controls = self._controls()
        language = _language_of(request) or (await run_in_threadpool(self._state.known))[1].codebook.language
        words = Words("de" if language == "de" else "en")
        part = job_part(controls, words)
        # asked after: a part that says "done" is never sent as one that is to be asked for again
        is_busy = controls.is_busy or self._state.is_asking
        return HTMLResponse(part, headers={"X-State": "busy" if is_busy else "still"})

    async def run(self, request: Request) -> Response:
        form = _Form(request.state.form)
        verb = form.value("verb")
        if verb not in (*VERBS, "evaluate"):
            raise DataError(f'no verb "{verb}" is run from here')
        return await run_in_threadpool(self._run, verb, form)

    def _run(self, verb: str, form: "_Form") -> Response:
        number = _number(form.value("number") or str(ENOUGH)) if verb == "select" else ENOUGH
        words = typed(verb, self._state.folder, url=self._state.url, number=number)
        # the page reads the learning curve of it
        keep = self._state.study().reports / "evaluation.json" if verb == "evaluate" else None
        if not self._jobs.start(verb, words, command=command(words), keep=keep):
            self._said = "Es läuft schon etwas. / Something is running already."
        return form.back()

    async def stop(self, request: Request) -> Response:
        await run_in_threadpool(self._jobs.stop)
        return _Form(request.state.form).back()

    async def forget(self, request: Request) -> Response:
        """Puts what the last verb said out of sight."""
        if self._jobs.last is not None and not self._jobs.last.is_running:
            self._jobs.last = None
        return _Form(request.state.form).back()

    async def decide(self, request: Request) -> Response:
        return await run_in_threadpool(self._decide, _Form(request.state.form))

    def _decide(self, form: "_Form") -> Response:
        study, known = self._state.known()
        try:
            doubt = find_doubt(known.doubts, form.value("commentary"), form.value("field"))
            correction = correction_of(doubt, form.value("answer"), date=form.value("date") or None)
            with study.locked("open"):
                keep_correction(study, correction)
        except DataError as error:
            self._said = str(error)
        return form.back()

    async def page(self, request: Request) -> Response:
        return await run_in_threadpool(self._page, request.path_params["name"])

    def _page(self, name: str) -> Response:
        study, known = self._state.known()
        headers = {"Content-Security-Policy": _PAGE_POLICY, "Referrer-Policy": "no-referrer"}
        if name == "guidelines":
            return HTMLResponse(guidelines_page(known.codebook), headers=headers)
        path = (study.folder / name.replace("\0", "")).resolve()
        listed = [(study.folder / page.name).resolve() for page in pages_of(study, known.codebook)]
        # a page's own folder goes with it: of a site that is its other pages
        sites = [one.parent for one in listed if one.name == "index.html"]
        is_listed = path in listed or any(site in path.parents for site in sites)
        if path.suffix != ".html" or not is_listed or not path.is_file():
            line = f"{unquote(name)}: no such page"
            return HTMLResponse(message_page("Standpunkt", [line], language="en"), 404)
        return FileResponse(path, media_type="text/html", headers=headers)


def _number(given: str) -> int:
    """How many sentences to select."""
    number = int(given) if given.isdecimal() and given.isascii() and len(given) < 7 else 0
    if number not in _NUMBERS:
        raise DataError(f'"{given}": expected 1 to {_NUMBERS[-1]:,} sentences')
    return number


class _Form:
    """The fields of a form."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def value(self, name: str) -> str:
        return self._fields.get(name, [""])[0]

    def back(self) -> Response:
        """Back to the page, in the language it was in."""
        language = self.value("lang")
        return RedirectResponse(f"/?lang={language}" if language in ("de", "en") else "/", 303)


class _Guard:
    """Lets in who has the cookie, called by a name of this machine; a form must come from the page itself."""

    def __init__(self, app: ASGIApp, known: Secrets, hosts: Collection[str]) -> None:
        self._app, self._secrets, self._hosts = app, known, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)

        async def send_guarded(message: "dict[str, object]") -> None:
            if message["type"] == "http.response.start":
                had = {bytes(name).lower() for name, _ in message["headers"]}  # type: ignore[attr-defined]
                more = [
                    (k.lower().encode(), v.encode())
                    for k, v in _HEADERS.items()
                    if k.lower().encode() not in had
                ]
                message = {**message, "headers": [*message["headers"], *more]}  # type: ignore[misc]
            await send(message)

        answer = await self._answer(request)
        await (answer or self._app)(scope, receive, send_guarded)  # type: ignore[arg-type]

    async def _answer(self, request: Request) -> Response | None:
        """A refusal, or the way in; None for who is let through."""
        host = request.headers.get("host", "")
        if host not in self._hosts:
            return _refused(f"expected to be called as {', '.join(sorted(self._hosts))}", 400)
        if request.method == "GET":
            return self._answer_get(request)
        if request.method != "POST":
            return _refused("expected GET or POST", 405)
        if not self._has_session(request):
            return _locked()
        if request.headers.get("origin") != f"http://{host}":
            return _refused("the form is of another page", 403)
        body = await _body(request)
        if body is None:
            return _refused(f"expected at most {MOST} bytes", 413)
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)
        if not _equal(fields.get("csrf", [""])[0], self._secrets.csrf):
            return _refused("the form is of another page, or of an earlier run: load the page again", 403)
        request.state.form = fields
        return None

    def _answer_get(self, request: Request) -> Response | None:
        parts = request.url.path.split("/")
        if len(parts) > 3 and parts[1] == "pages":
            return None if _equal(parts[2], self._secrets.pages) else _locked()
        if self._has_session(request):
            return RedirectResponse("/", 303) if "ticket" in request.query_params else None
        if self._secrets.admits(request.query_params.get("ticket", "")):
            entry = RedirectResponse("/", 303)
            entry.set_cookie(
                self._secrets.cookie, self._secrets.session, httponly=True, samesite="strict", path="/"
            )
            return entry
        return _locked()

    def _has_session(self, request: Request) -> bool:
        return _equal(request.cookies.get(self._secrets.cookie, ""), self._secrets.session)


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


async def _body(request: Request) -> bytes | None:
    """The body; None where it is too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST:
            return None
        parts.append(part)
    return b"".join(parts)


def _language_of(request: Request) -> str | None:
    asked = request.query_params.get("lang")
    return asked if asked in ("de", "en") else None


def _locked() -> Response:
    return HTMLResponse(
        message_page(
            "Standpunkt",
            [
                "Der Link gilt einmal und für einen Browser. Im Terminal gibt standpunkt open einen neuen.",
                "The link is good once and for one browser. In the terminal standpunkt open gives a new one.",
            ],
        ),
        403,
    )


def _refused(words: str, status: int) -> Response:
    return HTMLResponse(message_page("Standpunkt", [words], language="en"), status)


def _told(request: Request, error: Exception) -> Response:
    """A file of the study that is damaged, say: the line that a verb would say."""
    page = message_page("Standpunkt", [str(error)], language="en", back="Back to the study")
    return HTMLResponse(page, 409)


def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


def hosts_of(port: int) -> set[str]:
    """The names of this machine, with a port."""
    return {f"127.0.0.1:{port}", f"localhost:{port}"}
