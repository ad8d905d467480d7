"""The export of a project as it was received, brought up to date by the tasks that changed.

What changed is found by comparing each task's time of change, counts and data with what is kept,
not by asking for "later than": so no clock matters, the server's neither, and what was deleted is
seen. No mark is remembered; the kept export is the mark.
"""

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotate.label_studio.answers import HeldTask, decoded
from annotate.label_studio.client import IDS_CHUNK, Studio
from annotate.progress import Progress, no_progress
from schemas.errors import DataError
from schemas.files import read_bytes, replacing

#: Above this share of changed tasks one export of all is quicker than many of some.
WHOLE_ABOVE = 0.3


class _State(NamedTuple):
    """What tells whether a task is as it was; ``content`` is a hash of its data and assignment."""

    updated_at: str
    coded: int
    skipped: int
    content: int


class _KeptAnnotation(msgspec.Struct):
    was_cancelled: bool = False


class _KeptTask(msgspec.Struct):
    id: int
    data: Any = None
    meta: Any = None
    updated_at: str = ""
    annotations: list[_KeptAnnotation] = []


class Fetched(NamedTuple):
    """How many tasks had changed and were asked for, None where all were; and the annotations that were in
    the export before and are not now."""

    tasks: int | None
    lost: set[int]


def fetch(
    studio: Studio, project_id: int, path: Path, *, whole: bool = False,
    progress: Progress = no_progress,
) -> Fetched:  # fmt: skip
    """Updates ``path`` from the project; each task in it is as the server gave it.

    Parameters
    ----------
    whole
        Whether everything is asked for, whatever is kept.

    Returns
    -------
    Fetched
        An export that held more is kept, see `keep_export`.

    Raises
    ------
    StudioError
        The server does not answer, or the project is gone; the file is left as it was.
    """
    kept = {} if whole else _kept(path)
    if kept:
        now = {task.id: _listed(task) for task in studio.tasks(project_id, progress)}
        changed = [number for number, state in now.items() if _was(kept.get(number)) != state]
        if len(changed) <= WHOLE_ABOVE * len(now):
            lost: set[int] = set()
            gone = kept.keys() - now.keys()
            if changed or gone:
                fresh = _fetched(studio, project_id, changed)
                before = [kept[number] for number in {*changed, *gone} if number in kept]
                lost = _annotation_ids(before) - _annotation_ids(fresh.values())
                if lost:
                    keep_export(path)
                tasks = [fresh.get(number) or kept.get(number) for number in now]
                _write(path, (task for task in tasks if task is not None))
            return Fetched(len(changed), lost)
    with replacing(path) as file:
        studio.save_export(project_id, file)
        lost = _ids_of_file(path) - _ids_of_file(file.name) if path.exists() else set()
        if lost:
            keep_export(path)
    return Fetched(None, lost)


def keep_export(path: Path) -> Path:
    """Keeps an export beside the one that will take its place, which holds less, and gives where.

    ``exports/anna.json`` is kept as ``exports/anna/2026-11-29T10-15-00Z.json.gz``.
    """
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    folder = path.parent / path.stem
    names = itertools.chain([stamp], (f"{stamp}-{n}" for n in itertools.count(2)))
    target = next(free for name in names if not (free := folder / f"{name}.json.gz").exists())
    with replacing(target) as file:
        file.write(read_bytes(path))
    return target


def _kept(path: Path) -> dict[int, msgspec.Raw]:
    """The tasks of the kept export by id, as they were received; empty where there is none."""
    if not path.exists():
        return {}
    try:
        tasks = msgspec.json.decode(read_bytes(path), type=list[msgspec.Raw])
        return {_number(task): task for task in tasks}
    except (msgspec.DecodeError, RecursionError, DataError):  # damaged, or not ours: all is asked for
        return {}


class _AnnotatedTask(msgspec.Struct):
    annotations: list["_Numbered"] = []


def _annotation_ids(tasks: Iterable[msgspec.Raw]) -> set[int]:
    read = msgspec.json.Decoder(_AnnotatedTask).decode
    return {annotation.id for task in tasks for annotation in read(task).annotations}


def _ids_of_file(path: str | Path) -> set[int]:
    """The annotations in an export; none where it cannot be read as one."""
    try:
        tasks = msgspec.json.decode(read_bytes(path), type=list[_AnnotatedTask])
    except (msgspec.DecodeError, RecursionError, DataError):
        return set()
    return {annotation.id for task in tasks for annotation in task.annotations}


class _Numbered(msgspec.Struct):
    id: int


def _number(task: msgspec.Raw) -> int:
    return msgspec.json.decode(task, type=_Numbered).id


def _was(task: msgspec.Raw | None) -> _State | None:
    if task is None:
        return None
    try:
        kept = msgspec.json.decode(task, type=_KeptTask)
    except msgspec.DecodeError:  # not ours: it is asked for again
        return None
    skipped = sum(annotation.was_cancelled for annotation in kept.annotations)
    return _State(kept.updated_at, len(kept.annotations), skipped, _content(kept.data, kept.meta))


def _listed(task: HeldTask) -> _State:
    return _State(task.updated_at, task.coded, task.skipped, _content(task.data, task.meta))


def _content(data: Any, meta: Any) -> int:
    return hash(msgspec.json.encode([data or {}, meta or {}], order="sorted"))


def _fetched(studio: Studio, project_id: int, ids: Sequence[int]) -> dict[int, msgspec.Raw]:
    """These tasks as an export gives them; one that was deleted meanwhile is not among them."""
    fetched: dict[int, msgspec.Raw] = {}
    for start in range(0, len(ids), IDS_CHUNK):
        part = ids[start : start + IDS_CHUNK]
        operation = f"exporting project {project_id}"
        for task in decoded(studio.export(project_id, part), list[msgspec.Raw], operation):
            fetched[decoded(bytes(task), _Numbered, operation).id] = task
    return fetched


def _write(path: Path, tasks: Iterable[msgspec.Raw]) -> None:
    with replacing(path) as file:
        for n, task in enumerate(tasks):
            file.write(b",\n" if n else b"[")
            file.write(bytes(task))
        file.write(b"]\n")
