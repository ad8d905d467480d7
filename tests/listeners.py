"""Servers of the tests' own that keep what they were sent."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Recording:
    """A port of 127.0.0.1 on which somebody else listens, and all the bytes that arrived there."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def stranger() -> Iterator[Recording]:
    """Answers every request as a healthy Label Studio would, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found, over = Recording(listening.getsockname()[1]), threading.Event()
        listening.settimeout(0.1)

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(2)
                    try:
                        while part := connection.recv(65536):
                            found.received += part
                            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                    except OSError:
                        continue

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            thread.join()


@contextmanager
def answering(
    status: int, headers: dict[str, str] | None = None, body: bytes = b"{}"
) -> Iterator[tuple[str, list[str]]]:
    """The address of a real HTTP server that always answers so, and the requests it got as texts."""
    requests: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.append(f"{self.command} {self.path}\n{self.headers}\n{sent.decode()}")
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()
