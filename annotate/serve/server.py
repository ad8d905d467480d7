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


def listen(host: str, port: int, *, secret: str) -> socket.socket:
    """A socket that listens there.

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
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; is another `standpunkt serve` "
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


def add_to_projects(studio: Studio, projects: Mapping[str, int], url: str, *, secret: str) -> None:
    """Adds the backend to each annotator's project, and has its suggestions shown there.

    Raises
    ------
    StudioError
        The server does not reach it, or may not: says which setting that is.
    """
    for number in projects.values():
        try:
            studio.add_backend(number, url, TITLE, secret)
        except StudioError as error:
            if "reserved network" not in error.words:
                raise
            words = (
                f"it calls no address of its own machine or network unless it was started with "
                f"ML_BLOCK_LOCAL_IP=false; one of `standpunkt studio start` has it since this version: "
                f"`standpunkt studio stop`, then start ({error.words[:100]})"
            )
            raise StudioError(error.operation, words, status=error.status) from error


def serve(
    study: Study,
    studio: Studio,
    *,
    model: Path | None,
    host: str,
    port: int,
    secret: str,
    work: Retrain,
    say: Say,
    connect_as: str | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Answers until it is stopped (Ctrl-C, or ``stop``); a training that runs is ended with it.

    Parameters
    ----------
    connect_as
        The address by which Label Studio is to call it: it is added to the projects once it listens.
        Empty for the one it listens on, None to add it nowhere.

    Raises
    ------
    StandpunktError
        It could not begin; or it could not be added to a project.
    """
    with listen(host, port, secret=secret) as listening:
        port = listening.getsockname()[1]
        serving = Serving(study, model, projects=lambda one: project_numbers(studio, one), say=say)
        log = study.models / LOG
        trainings = Trainings(study.folder, log, work, say=say, done=serving.refresh)
        app = make_app(serving, trainings, say=say, secret=secret, hosts={*_NAMES, host})
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        shown = f"[{host}]" if ":" in host else host
        address = connect_as or f"http://{shown}:{port}"
        ended = threading.Event()
        failed: list[StandpunktError] = []

        def begin() -> None:
            """What is done once it answers."""
            while not server.started and not ended.is_set():
                time.sleep(0.02)
            if ended.is_set():
                return
            say(f"{serving.current.model_version} suggests on http://{shown}:{port} (Ctrl-C ends it)")
            if connect_as is None:
                return
            try:
                numbers = {name: number for number, name in serving.current.annotators.items()}
                add_to_projects(studio, numbers, address, secret=secret)
                say(f"added as {address} to the projects of {', '.join(numbers)}")
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
