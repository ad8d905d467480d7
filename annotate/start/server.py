"""The process behind the start page: its socket, the browser, and how it ends with the terminal."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn

from annotate.serve.server import listen
from annotate.start.app import Secrets, hosts_of, make_app
from annotate.start.jobs import Jobs
from annotate.start.state import StudyState

_HOST = "127.0.0.1"


def serve_page(
    folder: Path,
    *,
    url: str | None,
    port: int,
    say: Callable[[str], None],
    show: Callable[[str], object] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Shows the page until it is stopped (Ctrl-C, a terminal that is closed, or ``stop``).

    A verb that runs is ended with it.

    Parameters
    ----------
    show
        Opens the address, in a browser.

    Raises
    ------
    SettingsError
        The port is in use.
    """
    with listen(_HOST, port, secret="", verb="open") as listening:
        port = listening.getsockname()[1]
        state, known = StudyState(folder, url), Secrets(port)
        jobs = Jobs(done=state.forget_server)
        app = make_app(state, jobs, known, hosts=hosts_of(port))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        address = f"http://{_HOST}:{port}/?ticket={known.ticket}"
        ended = threading.Event()

        def begin() -> None:
            while not server.started and not ended.is_set():
                time.sleep(0.02)
            if not ended.is_set():
                say(f"{address}\n(good once, for one browser on this machine; Ctrl-C ends it)")
                if show is not None:
                    show(address)

        def end_with(stop: threading.Event) -> None:
            stop.wait()
            server.should_exit = True

        threading.Thread(target=begin, daemon=True).start()
        if stop is not None:
            threading.Thread(target=end_with, args=(stop,), daemon=True).start()
        elif hasattr(signal, "SIGHUP"):  # the terminal is closed
            signal.signal(signal.SIGHUP, lambda *_: setattr(server, "should_exit", True))
        try:
            server.run(sockets=[listening])
        finally:
            ended.set()
            jobs.stop()
