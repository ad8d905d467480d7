"""Which study a folder is, and whose a project is: a random id in study.yaml, a marker in the project.

The id outlives a new name, and a folder that was copied does not keep it: the folder of a study is
remembered in ``.standpunkt/``, which a copy takes along.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from annotate.study.folder import Study, new_id, open_study
from annotate.study.settings import write_settings
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError
from schemas.people_names import SIGNS
from schemas.records import Record

ADJUDICATOR = "adjudication"  # stands where an annotator's name does: in the marker and the rows
MARKER = "[standpunkt "  # how the marker of every study begins
_NAME = f"([{SIGNS}_-]+)"
_MARKER = re.compile(rf"\[standpunkt {_NAME}/{_NAME}\](?: \[study ([a-z0-9]{{4,32}})\])?")
LETTERS = "einladungen"  # not in a backup and not in git: an invite link lets anybody in who has it
LOCAL = (".standpunkt", LETTERS)  # folders of what only this machine may know
#: What came from the projects of the first study: it stays with a copy, but is none of its codings.
_CODINGS = (
    "annotations.jsonl", "decisions.jsonl", "removed.jsonl", "assignments.jsonl", "exports", "taken",
    "practice",
)  # fmt: skip


class Marker(Record, frozen=True, kw_only=True):
    """What a project's description says of whose it is; ``id`` is None in projects of earlier versions.

    The first part is what earlier versions wrote and look for.
    """

    study: str
    annotator: str
    id: str | None = None

    def __str__(self) -> str:
        return f"{MARKER}{self.study}/{self.annotator}]{f' [study {self.id}]' if self.id else ''}"


def marker(study: Study, annotator: str) -> Marker:
    """The marker of an annotator's project, so that it is found without any local state."""
    return Marker(study=study.name, annotator=annotator, id=study.settings.id)


def read_marker(description: str) -> Marker | None:
    """The marker in a project's description, or None where it has none.

    >>> read_marker("core 1.0.0 [standpunkt kriege/anna] [study 0123456789ab]")
    Marker(study='kriege', annotator='anna', id='0123456789ab')
    """
    match = _MARKER.search(description)
    return Marker(study=match[1], annotator=match[2], id=match[3]) if match else None


def description(codebook: Codebook, mark: Marker) -> str:
    """A project's whole description."""
    return f"{codebook.codebook} {codebook.version} {mark}"


def with_identity(study: Study) -> Study:
    """The study with an id of its own, where it has none; its file is not touched.

    Raises
    ------
    SettingsError
        The folder is a copy of another study, see `check_place`.
    """
    check_place(study)
    if study.settings.id is None:
        state = study.state()
        lost = state.id if state.folder == str(study.folder.resolve()) else None  # only the line is gone
        study = study.with_settings(id=lost or new_id())
    return study


def check_place(study: Study) -> None:
    """Refuses a folder that was copied from a study that is still there.

    Raises
    ------
    SettingsError
        Names the other folder, and how this one becomes a study of its own.
    """
    state = study.state()
    other = Path(state.folder) / "study.yaml"
    if not state.folder or other.parent == study.folder.resolve() or not other.is_file():
        return
    first = open_study(other.parent)
    if first.settings.id != study.settings.id or other.samefile(study.settings_path):
        return
    raise SettingsError(
        f"{study.folder} is a copy of the study in {other.parent} (both have the id {study.settings.id}) and "
        f"would work in the projects of that one; make it a study of its own with `standpunkt init "
        f"{study.folder} --copy-of {other.parent}`, or delete the copy"
    )


class CopyReport(Record, frozen=True, kw_only=True):
    """A study made from another; ``set_aside`` is where codings of the first went that were copied along."""

    study: Study
    set_aside: str | None


def copy_study(source: Path, folder: Path, name: str | None) -> CopyReport:
    """Makes a study of its own from another: its settings, codebook, commentaries and sentences.

    Codings, assignments and projects stay with the first. A folder that was copied already is given an id
    of its own; the codings in it are set aside in ``data/first-study/``.

    Raises
    ------
    DataError
        The source is no study, or the folder holds another one.
    """
    first = open_study(source)
    if (folder / "study.yaml").exists():
        copied = open_study(folder)
        if copied.settings.id != first.settings.id or folder.samefile(source):
            raise DataError(
                f"is no copy of {source}: it has an id of its own; nothing was changed", path=folder
            )
        # in this order: until the id is another's it is still seen to be a copy
        set_aside = _set_aside(copied)
        study = _renewed(copied, name)
    else:
        if folder.exists() and any(folder.iterdir()):
            raise DataError("is not empty; expected a new folder, or a copy of the study", path=folder)
        if folder.resolve().is_relative_to(source.resolve()):
            raise DataError(f"lies in {source} itself; expected a folder beside it", path=folder)
        set_aside = None
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".copy-") as beside:
            made = Path(beside, "study")
            shutil.copytree(source, made, ignore=_left_out(source))
            settings = _renewed(open_study(made), name).settings
            made.rename(folder)  # all of it or nothing
        study = Study(folder, settings)
    for local in LOCAL:
        shutil.rmtree(folder / local, ignore_errors=True)
    study.remember_place()
    return CopyReport(study=study, set_aside=set_aside)


def _left_out(source: Path) -> Callable[[str, list[str]], set[str]]:
    """What `shutil.copytree` leaves out: what is local, and codings."""

    def ignored(directory: str, names: list[str]) -> set[str]:
        if Path(directory) == source:
            return {*LOCAL, ".git"} & set(names)
        return set(_CODINGS) & set(names) if Path(directory) == source / "data" else set()

    return ignored


def _renewed(copied: Study, name: str | None) -> Study:
    """The copy with an id of its own, and another name where one is given."""
    study = copied.with_settings(id=new_id(), study=name or copied.name)
    write_settings(study)
    return study


def _set_aside(study: Study) -> str | None:
    target = study.data / "first-study"
    moved = [study.data / name for name in _CODINGS if (study.data / name).exists()]
    if not moved:
        return None
    target.mkdir(exist_ok=True)
    for path in moved:
        path.rename(target / path.name)
    return str(target)
