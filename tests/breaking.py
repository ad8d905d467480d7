"""A proxy before Label Studio that breaks what passes through it, as bad networks and servers do."""

import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}

#: Of all requests: work done and answer lost; an error before or after the work; an answer cut off in
#: its middle; a connection closed while the server is still at work; one that takes its time.
STORM = {"lost": 0.2, "error": 0.2, "cut": 0.05, "hasty": 0.05, "slow": 0.05}


class Breaking(ThreadingHTTPServer):
    """``faults`` are shares of the requests; ``done`` counts what was broken how, and what met no server."""

    daemon_threads = True

    def __init__(self, server: str, faults: dict[str, float], seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = urlsplit(server)
        self.faults, self.done = faults, Counter[str]()
        self._random, self._lock = random.Random(seed), threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self) -> str:
        with self._lock:
            drawn = self._random.random()
            for name, share in self.faults.items():
                drawn -= share
                if drawn < 0:
                    self.done[name] += 1
                    return name
            self.done["passed"] += 1
            return ""

    def drawn_status(self) -> tuple[int, bool]:
        """An error, and whether the server does the work all the same."""
        with self._lock:
            return self._random.choice((500, 502, 429)), self._random.random() < 0.5

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Breaking

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.fault()
        if fault == "hasty":
            threading.Thread(target=self._forward, args=(body,)).start()
            return self._hang_up()
        if fault == "error":
            status, works = self.server.drawn_status()
            if works:
                self._forward(body)
            return self._answer(status, [], b"broken on purpose")
        if fault == "slow":
            time.sleep(0.5)
        status, headers, found = self._forward(body)
        if fault == "lost":
            return self._hang_up()
        self._answer(status, headers, found, cut=fault == "cut" and len(found) > 1)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        origin = self.server.origin
        inward = http.client.HTTPConnection(str(origin.hostname), origin.port, timeout=600)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP | {"host"}}
        try:
            inward.request(self.command, self.path, body or None, headers)
            answer = inward.getresponse()
            kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in _HOP]
            return answer.status, kept, answer.read()
        except (OSError, http.client.HTTPException):
            self.server.done["no server"] += 1
            return 502, [], b"no server behind the proxy"
        finally:
            inward.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def breaking(server: str, faults: dict[str, float], seed: int = 1) -> Iterator[Breaking]:
    """The proxy, listening; ended with the block."""
    proxy = Breaking(server, faults, seed)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
