"""Somebody with an account of their own on the tests' Label Studio, and what the demo's annotators would code there."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from annotate.demo.material import codings
from annotate.label_studio import accounts
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from annotate.study.projects import find_projects
from schemas.studio_json import to_result


class Person:
    """Somebody with an account of their own."""

    def __init__(self, server: LocalStudio, studio: Studio) -> None:
        self.email, password = f"p-{secrets.token_hex(4)}@x.example", secrets.token_urlsafe(12)
        accounts.sign_up(studio.invite_link(), self.email, password)
        self.studio = Studio(server.url, accounts.make_token(server.url, self.email, password))
        self.user = self.studio.owner().id


def let_codings_arrive(
    study_folder: Path, people: Mapping[str, Studio], *, but: str | tuple[str, ...] = ()
) -> None:
    """Each as the person who coded it: bare exports tell people apart by their accounts.

    Commentaries whose id begins with ``but`` are left uncoded.
    """
    study = open_study(study_folder)
    book = study.codebook()
    for name, studio in people.items():
        projects = find_projects(studio, study, [name])
        given = codings(name)
        for task in studio.tasks(projects[name].id):
            if task.data["commentary_id"].startswith(but):
                continue
            studio.create_annotation(task.id, to_result(given[task.data["sentence_id"]].layers, book))
