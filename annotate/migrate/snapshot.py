"""A Label Studio project as it stands: screen, tasks, annotations, drafts, predictions.

What a migration is undone from, and what tells an interrupted one how far it came.
"""

from pathlib import Path
from typing import Any

import msgspec

from annotate.label_studio.answers import HeldPrediction, HeldProject
from annotate.label_studio.client import Studio
from schemas.errors import DataError
from schemas.files import read_bytes, replacing, write_json
from schemas.records import Record


class HeldAnnotation(Record, frozen=True, kw_only=True):
    id: int
    result: list[Any] = []
    updated_at: str = ""
    was_cancelled: bool = False


class HeldDraft(Record, frozen=True, kw_only=True):
    """What somebody entered and did not submit; ``annotation`` is the one it would change."""

    id: int
    result: list[Any] = []
    annotation: int | None = None


class TaskState(Record, frozen=True, kw_only=True):
    id: int
    data: dict[str, Any] = {}
    annotations: list[HeldAnnotation] = []
    drafts: list[HeldDraft] = []

    @property
    def sentence_id(self) -> str | None:
        """The sentence of the task; None for a task that is not ours."""
        value = self.data.get("sentence_id")
        return value if isinstance(value, str) else None


class Snapshot(Record, frozen=True, kw_only=True):
    """One annotator's project at one moment."""

    annotator: str
    project: HeldProject
    tasks: list[TaskState]
    predictions: list[HeldPrediction] = []


class _Rest(Record, frozen=True, kw_only=True):
    """What the export of a project leaves out."""

    project: HeldProject
    predictions: list[HeldPrediction]


def take(studio: Studio, annotator: str, project: HeldProject, keep: Path | None = None) -> Snapshot:
    """The project as it is now; with ``keep`` also written there, the export as it came.

    Raises
    ------
    StudioError
        The server does not answer.
    """
    export = studio.export(project.id)
    rest = _Rest(project=project, predictions=studio.predictions(project.id))
    if keep is not None:
        with replacing(keep / f"{annotator}.export.json") as file:
            file.write(export)
        write_json(keep / f"{annotator}.project.json", rest)
    return _snapshot(annotator, export, rest)


def load(folder: Path, annotator: str) -> Snapshot:
    """A snapshot that `take` has kept.

    Raises
    ------
    DataError
        A file of it is gone or damaged.
    """
    path = folder / f"{annotator}.project.json"
    try:
        rest = msgspec.json.decode(read_bytes(path), type=_Rest)
        return _snapshot(annotator, read_bytes(folder / f"{annotator}.export.json"), rest)
    except msgspec.DecodeError as error:
        raise DataError(f"damaged: {error}", path=path) from error


def _snapshot(annotator: str, export: bytes, rest: _Rest) -> Snapshot:
    tasks = msgspec.json.decode(export, type=list[TaskState])
    return Snapshot(annotator=annotator, project=rest.project, tasks=tasks, predictions=rest.predictions)
