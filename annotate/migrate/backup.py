"""The backup of a migration: what it starts from, what its files become, and how far it came.

``backups/codebook-<old>-<new>/``: ``old.yaml new.yaml map.yaml manifest.json before/ after/
projects/``. The folder is made beside its place and moved in, so one that is there is complete.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio
from annotate.migrate import snapshot
from annotate.migrate.plan import Goal
from annotate.migrate.snapshot import Snapshot
from annotate.study.codebook_versions import asked_path, read_asked
from annotate.study.folder import Study
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError
from schemas.files import read_bytes, replacing, write_json
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, GoldSentence, Record
from schemas.versions.diff import compare, inverted
from schemas.versions.id_map import read_map
from schemas.versions.rows import AskedScope, Migration

Stage = Literal["begun", "done", "undoing", "undone"]


class Manifest(Record, frozen=True, kw_only=True):
    """``projects`` are those in the backup; ``stage`` is how far the migration came."""

    old_version: str
    version: str
    url: str | None
    projects: dict[str, int]
    stage: Stage


class Backup:
    """The folder of one migration, and what is read from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before, self.after = folder / "before", folder / "after"
        self.projects = folder / "projects"

    @property
    def manifest(self) -> Manifest:
        path = self.folder / "manifest.json"
        try:
            return msgspec.json.decode(read_bytes(path), type=Manifest)
        except msgspec.DecodeError as error:
            raise DataError(f"damaged: {error}", path=path) from error

    def set_stage(self, stage: Stage) -> None:
        write_json(self.folder / "manifest.json", msgspec.structs.replace(self.manifest, stage=stage))

    @property
    def old(self) -> Codebook:
        return load_codebook(self.folder / "old.yaml")

    @property
    def new(self) -> Codebook:
        return load_codebook(self.folder / "new.yaml")

    def goal(self, *, back: bool) -> Goal:
        return goal_of(
            self.old, self.new, self._map(), asked=read_asked(self.before / "asked.json"), back=back
        )

    def _map(self) -> Path | None:
        path = self.folder / "map.yaml"
        return path if path.exists() else None

    def is_of(self, old: Path, new: Path, id_map: Path | None) -> bool:
        """Whether the migration that this is of had the same codebooks and the same map."""
        known = self._map()
        same_map = (read_bytes(known) if known else None) == (read_bytes(id_map) if id_map else None)
        return same_map and self.old == load_codebook(old) and self.new == load_codebook(new)

    def snapshot(self, annotator: str) -> Snapshot:
        return snapshot.load(self.projects, annotator)


def goal_of(
    old: Codebook, new: Codebook, given: Path | None, *, asked: Mapping[str, AskedScope] | None = None,
    back: bool = False,
) -> Goal:  # fmt: skip
    """The step from one codebook to the other, or back."""
    diff = compare(old, new, read_map(given, old, new) if given else None)
    returning = Migration(new, old, compare(new, old, inverted(diff))) if back else None
    return Goal(step=Migration(old, new, diff), back=returning, asked=dict(asked or {}))


def backup_place(study: Study, old: Codebook, new: Codebook) -> Path:
    return study.folder / "backups" / f"codebook-{old.version}-{new.version}"


def make_backup(
    study: Study, studio: Studio | None, projects: Mapping[str, HeldProject], place: Path,
    *, old: Path, new: Path, id_map: Path | None,
) -> Backup:  # fmt: skip
    """Keeps everything that the migration will change, and what the study's files will become.

    Raises
    ------
    StudioError, DataError
        The server does not answer, or a file of the study cannot be read; nothing is left behind.
    """
    beside = place.with_name(f".{place.name}.part")
    shutil.rmtree(beside, ignore_errors=True)  # of a run that was killed here
    for source, name in ((old, "old.yaml"), (new, "new.yaml"), (id_map, "map.yaml")):
        if source is not None:
            _copy(source, beside / name)
    made = Backup(beside)
    goal = goal_of(made.old, made.new, id_map, asked=read_asked(asked_path(study)))
    shots = [snapshot.take(studio, n, p, keep=made.projects) for n, p in projects.items()] if studio else []
    for path in study_files(study):
        if path.exists():
            _copy(old if path == study.codebook_path else path, made.before / path.name)
    _write_after(study, made, goal, shots)
    manifest = Manifest(
        old_version=goal.step.old.version, version=goal.step.new.version, url=studio.url if studio else None,
        projects={name: project.id for name, project in projects.items()}, stage="begun",
    )  # fmt: skip
    write_json(beside / "manifest.json", manifest)
    _make_room(place)
    beside.rename(place)
    return Backup(place)


def _write_after(study: Study, made: Backup, goal: Goal, shots: Sequence[Snapshot]) -> None:
    _copy(made.folder / "new.yaml", made.after / study.codebook_path.name)
    for source in (made.before / study.annotations.name, made.before / study.decisions.name):
        if source.exists():
            rows = read_jsonl(source, Annotation)
            write_jsonl(made.after / source.name, (goal.step.annotation(row)[0] for row in rows))
    if (source := made.before / study.gold.name).exists():
        gold = read_jsonl(source, GoldSentence)
        write_jsonl(made.after / source.name, (goal.step.gold(row)[0] for row in gold))
    asked = {**goal.asked, **{v: a for shot in shots for v, a in goal.asked_after(shot).items()}}
    if asked:
        write_json(made.after / "asked.json", asked)


def study_files(study: Study) -> list[Path]:
    """What a migration changes in a study; the codebook last, for it says which version holds."""
    return [study.annotations, study.decisions, study.gold, asked_path(study), study.codebook_path]


def _make_room(place: Path) -> None:
    """Puts the backup of a migration that was undone aside: it may be wanted again."""
    if place.exists():
        taken = sum(1 for _ in place.parent.glob(f"{place.name}-undone-*"))
        place.rename(place.with_name(f"{place.name}-undone-{taken + 1}"))


def _copy(source: Path, to: Path) -> None:
    with replacing(to) as file:
        file.write(read_bytes(source))
