"""The demo's annotators: their accounts, and their codings as they arrive in Label Studio."""

import secrets
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import msgspec

from annotate.demo import material
from annotate.label_studio import accounts
from annotate.label_studio.answers import HeldTask
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.progress import Progress
from annotate.study.folder import Study
from annotate.study.projects import find_projects
from schemas.codebook import Codebook
from schemas.errors import DataError, StandpunktError, StudioError
from schemas.files import home, write_private_json
from schemas.records import Record
from schemas.studio_json import to_result


class Login(Record, frozen=True, kw_only=True):
    url: str
    email: str
    password: str | None  # only where this run made the account


class Coded(Record, frozen=True, kw_only=True):
    """How many codings of an annotator arrived now, and how many were there."""

    annotator: str
    created: int
    present: int


def code(
    server: LocalStudio, studio: Studio, study: Study, codebook: Codebook, progress: Progress
) -> list[Coded]:
    """Lets the annotators' codings arrive in their projects, all at once, through the API as that user."""
    projects = find_projects(studio, study, material.ANNOTATORS)
    people = {name: Studio(server.url, _coder(server, name)["token"]) for name in material.ANNOTATORS}
    todo: dict[str, list[HeldTask]] = {}
    done: list[Coded] = []
    for name in material.ANNOTATORS:
        tasks = [
            t for t in studio.tasks(projects[name].id) if t.data.get("commentary_id") not in material.HELD_OUT
        ]
        known = material.codings(name)
        todo[name] = [task for task in tasks if not task.coded and task.data.get("sentence_id") in known]
        present = sum(task.coded > 0 for task in tasks)
        done.append(Coded(annotator=name, created=len(todo[name]), present=present))
    stored, stop = Counter[str](), threading.Event()

    def store(name: str) -> None:
        codings = material.codings(name)
        try:
            for task in todo[name]:
                if stop.is_set():
                    return
                layers = codings[task.data["sentence_id"]].layers
                people[name].create_annotation(task.id, to_result(layers, codebook))
                stored[name] += 1
        except StandpunktError:
            stop.set()
            raise

    total = sum(map(len, todo.values()))
    with ThreadPoolExecutor(len(todo)) as pool:
        jobs = [pool.submit(store, name) for name in todo]
        try:
            while wait(jobs, timeout=0.5).not_done:
                progress("anna and ben code in Label Studio, both at once", stored.total(), total)
        finally:
            stop.set()  # Ctrl-C ends what the two are at; the next run goes on behind it
    for job in jobs:
        job.result()
    return done


def coder_login(server_url: str, name: str) -> Login:
    """An annotator's account, as an earlier step made it."""
    known = _known_coders()[name]
    return Login(url=server_url, email=known["email"], password=known["password"])


def coders_path() -> Path:
    """The private file with the annotators' accounts."""
    return home() / "label-studio" / "demo-accounts.json"


def _known_coders() -> dict[str, dict[str, str]]:
    path = coders_path()
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, str]]) if path.exists() else {}
    except msgspec.DecodeError as error:
        raise DataError(f"damaged ({error}); delete it and start the demo again", path=path) from error


def _coder(server: LocalStudio, name: str) -> dict[str, str]:
    """The annotator's account with its access token: made by the invite link, once a server, and kept."""
    known = _known_coders()
    if name not in known or not _signs_in(server.url, known[name]):
        person: dict[str, Any] = {
            "email": f"{name}-{secrets.token_hex(3)}@standpunkt.example",  # new even where this file was lost
            "password": secrets.token_urlsafe(18),
        }
        invite = accounts.invite_link(server.url, server.email, server.password)
        accounts.sign_up(invite, person["email"], person["password"])
        person["token"] = accounts.make_token(server.url, person["email"], person["password"])
        known[name] = person
        write_private_json(coders_path(), known)
    return known[name]


def _signs_in(url: str, person: dict[str, str]) -> bool:
    """Whether this server knows the account; one whose data was deleted, or on another database, does not."""
    try:
        with accounts.signed_in(url, person["email"], person["password"]):
            return True
    except StudioError as error:
        if error.status != 401:
            raise
        return False
