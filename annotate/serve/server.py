"""The process that serves: its socket, what runs beside it, and how all of it ends."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import uvicorn

from annotate.label_studio.client import Studio
from annotate.serve.app import make_app
from annotate.serve.serving import Serving
from annotate.serve.trainings import LOG, Retrain, Trainings
from annotate.study.folder import Study
from annotate.study.projects import find_projects
from schemas.errors import SettingsError, StandpunktError, StudioError

SECRET = "STANDPUNKT_SERVE_SECRET"
#: What the backend is called in Label Studio, and what a project's ``model_version`` is then.
TITLE = "Standpunkt"
_NAMES = ("localhost", "127.0.0.1", "::1")

Say = Callable[[str], None]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int, *, secret: str, verb: str = "serve") -> socket.socket:
    """A socket that listens there, for a verb.

    Raises
    ------
    SettingsError
        Others could reach it and no secret is set; or the port is in use, or no address of this machine.
    """
    if not secret and not is_loopback(host):
        raise SettingsError(
            f"{host} can be reached by others, who could then read suggestions and start trainings: expected "
            "a password that Label Studio is to send, or --host 127.0.0.1",
            variable=SECRET,
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # named as TCP: of others asyncio leaves Nagle's algorithm on, and each answer takes 40 ms longer
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; is another `standpunkt {verb}` "
            "running? (--port names another)",
            flag="--port",
        ) from error
    return listening


def project_numbers(studio: Studio, study: Study) -> Mapping[str, int]:
    """Annotator → project, of those that are there.

    Raises
    ------
    StudioError
        None is there yet.
    """
    found = find_projects(studio, study, study.settings.annotators)
    if not found:
        words = f"{studio.url} holds no project of this study; run `standpunkt push` first"
        raise StudioError("serving", words)
    return {name: project.id for name, project in found.items()}


def add_to_projects(studio: Studio, projects: Mapping[str, int], url: str, *, secret: str, say: Say) -> None:
    """Adds the backend to each annotator's project, and has its suggestions shown there.

    Raises
    ------
    StudioError
        The server does not reach it, or may not.
    """
    for number in projects.values():
        studio.add_backend(number, url, TITLE, secret)
    say(f"added as {url} to the projects of {', '.join(projects)}")


def serve(
    study: Study,
    *,
    model: Path | None,
    projects: Callable[[Study], Mapping[str, int]],
    host: str,
    port: int,
    secret: str,
    work: Retrain,
    say: Say,
    add: Callable[[Mapping[str, int], str], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Answers until it is stopped (Ctrl-C, or ``stop``); a training that runs is ended with it.

    Parameters
    ----------
    projects
        Gives the number of each annotator's project.
    add
        Adds the address to these projects, once it answers there.

    Raises
    ------
    StandpunktError
        It could not begin; or it could not be added to a project.
    """
    with listen(host, port, secret=secret) as listening:
        port = listening.getsockname()[1]
        serving = Serving(study, model, projects=projects, say=say)
        log = study.models / LOG
        trainings = Trainings(study.folder, log, work, say=say, done=serving.refresh)
        app = make_app(serving, trainings, say=say, secret=secret, hosts={*_NAMES, host})
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}"
        ended = threading.Event()
        failed: list[StandpunktError] = []

        def begin() -> None:
            """What is done once it answers."""
            while not server.started and not ended.is_set():
                time.sleep(0.02)
            if ended.is_set():
                return
            say(f"{serving.current.model_version} suggests on {address} (Ctrl-C ends it)")
            try:
                if add is not None:
                    add({name: number for number, name in serving.current.annotators.items()}, address)
            except StandpunktError as error:
                failed.append(error)
                server.should_exit = True

        def end_with(stop: threading.Event) -> None:
            stop.wait()
            server.should_exit = True

        jobs: list[tuple[Callable[..., None], tuple[threading.Event, ...]]] = [
            (begin, ()),
            (serving.watch, (ended,)),
        ]
        if stop is not None:
            jobs.append((end_with, (stop,)))
        threads = [threading.Thread(target=job, args=given, daemon=True) for job, given in jobs]
        for thread in threads:
            thread.start()
        try:
            server.run(sockets=[listening])
        finally:
            ended.set()
            trainings.stop()
        if failed:
            raise failed[0]
