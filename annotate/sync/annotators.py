"""The annotators of a study: who has how much and which account, bound, renamed, retired."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from annotate.label_studio.client import Studio, stream_link
from annotate.study.accounts import (
    Account,
    bind_account,
    find_accounts,
    rename_accounts,
)
from annotate.study.annotations import own_rows
from annotate.study.folder import Study
from annotate.study.identity import ADJUDICATOR, LETTERS, marker, read_marker
from annotate.study.projects import (
    forget,
    locate_projects,
    mark_project,
    remember,
)
from annotate.study.settings import write_settings
from annotate.sync.people import people_left
from schemas.errors import SettingsError, StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Record, RemovedAnnotation

Place = Literal["active", "retired", "left"]


class AnnotatorRow(Record, frozen=True, kw_only=True):
    """An annotator as ``annotators`` lists them.

    ``place`` is ``left`` where study.yaml does not name somebody who has codings. ``tasks`` and ``coded``
    are counted on the server, ``annotations`` are the rows pulled. ``account`` says how sure the account is:
    written in study.yaml, made, bound, first (only the first that coded in their project), or null.
    """

    annotator: str
    place: Place
    project: int | None
    link: str | None
    tasks: int
    coded: int
    annotations: int
    user: int | None
    email: str | None
    account: str | None
    problem: str | None = None


class AnnotatorsReport(Record, frozen=True, kw_only=True):
    """All annotators, and projects that have the marker of one who has another already."""

    annotators: list[AnnotatorRow]
    doubled: dict[str, list[int]]


def list_annotators(studio: Studio, study: Study) -> AnnotatorsReport:
    """Everybody who codes, has coded, or has a project in this study."""
    settings = study.settings
    located = locate_projects(studio, study, [*settings.annotators, *settings.retired])
    left = people_left(studio, study, located)
    names = [*settings.annotators, *settings.retired, *left]
    accounts = find_accounts(studio, study, names)
    emails = {user.id: user.email for user in studio.users()}
    counts = Counter(row.annotator for row in own_rows(study))
    places: dict[str, Place] = {**dict.fromkeys(settings.retired, "retired"), **dict.fromkeys(left, "left")}
    problems = {problem.annotator: f"{problem.message}; {problem.action}" for problem in located.problems}
    rows = []
    for name in names:
        project = located.projects.get(name) or located.others.get(name)
        tasks = list(studio.tasks(project.id)) if project else []
        account = accounts.get(name)
        user = account.user if account else None
        rows.append(
            AnnotatorRow(
                annotator=name,
                place=places.get(name, "active"),
                project=project.id if project else None,
                link=stream_link(studio.url, project.id) if project else None,
                tasks=sum("sentence_id" in task.data for task in tasks),
                coded=sum(task.coded > 0 for task in tasks),
                annotations=counts[name],
                user=user,
                email=emails.get(user) if user is not None else account.email if account else None,
                account=account.how if account and (user is not None or account.email) else None,
                problem=problems.get(name) if name in settings.annotators else None,
            )
        )
    return AnnotatorsReport(annotators=rows, doubled=located.doubled)


def bind(studio: Studio, study: Study, name: str, given: str | None, project: int | None) -> Account | None:
    """Binds an annotator to an account, and to a project that has lost its marker.

    Raises
    ------
    SettingsError
        No such annotator or account.
    StudioError
        No such project, or it is another's, or holds no sentence of the study.
    """
    people = [*study.settings.annotators, *study.settings.retired]
    if name not in people and (project is None or name != ADJUDICATOR):
        raise _nobody(study, name)
    if project is not None:
        _bind_project(studio, study, name, project)
        if given is None:
            return None
    return bind_account(studio, study, name, given)


def _bind_project(studio: Studio, study: Study, name: str, number: int) -> None:
    operation = f"binding project {number} to {name}"
    project = studio.project(number)
    if project is None:
        raise StudioError(operation, f"{studio.url} holds no such project", status=404)
    mark = read_marker(project.description)
    own = marker(study, name)
    if mark is not None and (mark.study, mark.id) != (own.study, own.id):
        raise StudioError(operation, f"it belongs to the study {mark.study}: {mark}")
    sentences = {row.sentence_id for row in read_jsonl(study.needs(study.assignments, "push"), Assignment)}
    if not any(task.data.get("sentence_id") in sentences for task in studio.tasks(number)):
        raise StudioError(operation, "no task in it is a sentence of this study; nothing was changed")
    mark_project(studio, project, own)
    remember(study, studio, {name: number})


def rename(studio: Studio | None, study: Study, old: str, new: str) -> Study:
    """Gives an annotator another name everywhere: project, files, study.yaml. Can be done again if cut off.

    Parameters
    ----------
    studio
        None where nothing of the study is on a server.

    Raises
    ------
    SettingsError
        Nobody has the old name, or somebody else has the new one.
    """
    settings = study.settings
    coders = {row.annotator for row in own_rows(study)}
    projects = locate_projects(studio, study, [old, new]).projects if studio else {}
    if old not in {*settings.annotators, *settings.retired, *coders, *projects}:
        raise _nobody(study, old)
    # a renaming that was cut off has given the new name the project and not yet the codings
    if {old, new} <= coders or {old, new} <= projects.keys():
        raise SettingsError(
            f"{new} has codings or a project too: two people cannot become one; choose another name"
        )
    if new in (ADJUDICATOR, *settings.retired) or {old, new} <= {*settings.annotators}:
        raise SettingsError(f'"{new}" is taken; choose another name')
    names = [new if name == old else name for name in settings.annotators]
    retired = [new if name == old else name for name in settings.retired]
    if new not in (*names, *retired):
        names.append(new)
    changed = study.with_settings(annotators=names, retired=retired)
    if studio and old in projects:
        mark_project(studio, projects[old], marker(study, new))
        remember(study, studio, {new: projects[old].id})
    forget(study, old)
    rename_accounts(study, old, new)
    _rename_in_files(study, old, new)
    write_settings(changed)  # last: until then the same command does the rest
    return changed


def retire(studio: Studio | None, study: Study, name: str) -> Study:
    """Takes an annotator off the work: no new sentences, their codings and project stay.

    Parameters
    ----------
    studio
        None where nothing of the study is on a server.

    Raises
    ------
    SettingsError
        Nobody has this name, or is retired already.
    """
    settings = study.settings
    if name in settings.retired:
        raise SettingsError(f"{name} is retired already")
    projects = locate_projects(studio, study, [name]).projects if studio else {}
    if name not in {*settings.annotators, *projects, *(row.annotator for row in own_rows(study))}:
        raise _nobody(study, name)
    changed = study.with_settings(
        annotators=[other for other in settings.annotators if other != name],
        retired=[*settings.retired, name],
    )
    write_settings(changed)
    return changed


def _rename_in_files(study: Study, old: str, new: str) -> None:
    paths: Sequence[tuple[Path, type[Annotation | Assignment]]] = [
        (study.annotations, Annotation),
        (study.removed, RemovedAnnotation),
        (study.assignments, Assignment),
        *((path, Annotation) for path in sorted((study.data / "taken").glob("*.jsonl"))),
    ]
    for path, record in paths:
        if path.exists():
            rows = [
                msgspec.structs.replace(row, annotator=new) if row.annotator == old else row
                for row in read_jsonl(path, record)
            ]
            write_jsonl(path, rows)
    if (export := study.exports / f"{old}.json").exists():
        export.rename(study.exports / f"{new}.json")
    folder = study.exports / old
    if folder.is_dir():
        (study.exports / new).mkdir(exist_ok=True)
        for file in sorted(folder.iterdir()):
            file.rename(study.exports / new / file.name)
        folder.rmdir()
    (study.folder / LETTERS / f"{old}.txt").unlink(missing_ok=True)  # its words are to the old name


def _nobody(study: Study, name: str) -> SettingsError:
    coders = sorted({row.annotator for row in own_rows(study)})
    known = dict.fromkeys([*study.settings.annotators, *study.settings.retired, *coders])
    return SettingsError(f'nobody in this study is called "{name}"; there are {", ".join(known)}')
