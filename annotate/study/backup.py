"""A whole study in one file, and back again; credentials never go in."""

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from annotate.study.folder import Study, open_study
from schemas.errors import DataError
from schemas.files import replacing
from schemas.records import Record

#: Local state and what only this machine may know: found or made again where the study is restored.
#: ``einladungen/`` holds invite links, and passwords where accounts were made.
_LEFT_OUT = {".standpunkt", ".git", "__pycache__", "einladungen"}


class BackupReport(Record, frozen=True, kw_only=True):
    path: str
    files: int
    bytes: int


def back_up(study: Study, path: Path) -> BackupReport:
    """Packs the study as ``.tar.gz``: the same files give the same bytes.

    Left out are ``.standpunkt/`` (state and locks), ``einladungen/`` (ways in), links,
    and half-written files.

    Raises
    ------
    DataError
        The file cannot be written, or lies where it would pack itself.
    """
    inside = path.resolve().is_relative_to(study.folder.resolve())
    if inside:
        raise DataError(f"lies in the study itself; expected a place outside {study.folder}", path=path)
    files = list(_files(study.folder))
    size = 0
    target = path if path.suffix == ".gz" else path.with_name(f"{path.name}.tar.gz")
    with replacing(target) as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as pack:
        for file in files:
            size += _add(pack, file, study)
    return BackupReport(path=str(target), files=len(files), bytes=size)


def restore(path: Path, folder: Path) -> BackupReport:
    """Unpacks a backup into a folder that is not there yet, or is empty.

    Raises
    ------
    DataError
        The folder holds something, or the file is no backup of a study; nothing is left behind then.
    """
    if folder.exists() and any(folder.iterdir()):
        raise DataError("is not empty; expected a new folder to restore into", path=folder)
    try:
        with tarfile.open(path, "r:gz") as pack:
            members = [member for member in pack.getmembers() if member.isfile()]
            if "study.yaml" not in {member.name for member in members}:
                raise DataError("is not a backup of a study: found no study.yaml in it", path=path)
            folder.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=folder.parent, prefix=".restore-") as unpacked:
                pack.extractall(Path(unpacked, "study"), members=members, filter="data")
                open_study(Path(unpacked, "study"))
                Path(unpacked, "study").rename(folder)  # all of it or nothing
    except FileNotFoundError as error:
        raise DataError("no such file", path=path) from error
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DataError(f"is not a readable backup: {error}", path=path) from error
    return BackupReport(path=str(folder), files=len(members), bytes=sum(member.size for member in members))


def _files(folder: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(names):
            file = Path(directory, name)
            if not file.is_symlink() and not name.endswith(".part"):
                yield file


def _add(pack: tarfile.TarFile, file: Path, study: Study) -> int:
    """Writes a file without owner and with the time of nobody's clock; gives its size."""
    entry = tarfile.TarInfo(file.relative_to(study.folder).as_posix())
    with file.open("rb") as content:
        entry.size, entry.mode = os.fstat(content.fileno()).st_size, 0o644
        pack.addfile(entry, content)
    return entry.size
