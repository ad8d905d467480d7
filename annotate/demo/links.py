"""Links that open in a browser while the demo runs: pages of the study, and a way into Label Studio.

Label Studio has no link that signs in, and its form takes nothing from another page (CSRF). But a
browser keeps one set of cookies a host, whatever the port: a page of this machine that has signed in
by the form itself hands the session on, and sends the browser there. The links hold a secret, end
with the demo, and are answered on 127.0.0.1 only.
"""

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from annotate.label_studio import accounts
from annotate.label_studio.listening import HOST
from schemas.errors import StandpunktError
from schemas.files import read_bytes
from schemas.records import Record

_SESSION = "sessionid"


class Door(Record, frozen=True, kw_only=True):
    """A place in the Label Studio of this machine, and whom to sign in there."""

    url: str
    email: str
    password: str
    place: str

    def __repr__(self) -> str:
        return f"Door({self.place}, {self.email})"  # never the password


@contextmanager
def serve_links(pages: Mapping[str, Path | Door]) -> Iterator[dict[str, str]]:
    """Name → link, each of which opens as long as the block lasts."""
    secret = secrets.token_urlsafe(12)
    with _Server((HOST, 0), {f"/{secret}/{name}": page for name, page in pages.items()}) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield {name: f"http://{HOST}:{server.server_port}/{secret}/{name}" for name in pages}
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], pages: Mapping[str, Path | Door]) -> None:
        self.pages = pages
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path)
        try:
            if page is None:
                self._answer(404, b"There is nothing here; the demo prints its links.", "text/plain")
            elif isinstance(page, Door):
                self._open(page)
            else:
                self._answer(200, read_bytes(page), "text/html")
        except StandpunktError as error:
            self._answer(502, str(error).encode(), "text/plain")

    def _open(self, door: Door) -> None:
        with accounts.signed_in(door.url, door.email, door.password) as client:
            session = client.cookies.get(_SESSION) or ""
        cookie = f"{_SESSION}={session}; Path=/; HttpOnly; SameSite=Lax"
        self._answer(302, b"", "text/plain", Location=door.place, Set_Cookie=cookie)

    def _answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        fixed = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body)),
                 "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}  # fmt: skip
        for name, value in (fixed | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: standard error is the demo's."""
