"""A whole study in one file, and back again; credentials never go in.

A backup may come from somebody else. So it is read like any foreign file: all its names and sizes
first, and what is written are plain files of a study and nothing else.
"""

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from annotate.study.folder import Study, open_study
from annotate.study.identity import LOCAL
from schemas.errors import DataError, SettingsError
from schemas.files import replacing
from schemas.records import Record

#: Local state and what only this machine may know: found or made again where the study is restored.
_LEFT_OUT = {*LOCAL, ".git", "__pycache__"}

#: What a study holds at most; what is more is no study, or packed to fill a disk.
MEMBERS = 100_000
DEPTH = 20  # parts of a path
FILE_BYTES = 4_000_000_000
ALL_BYTES = 20_000_000_000
SETTINGS_BYTES = 1_000_000  # of study.yaml, which is read whole
_CHUNK = 8 * 1024  # read at once, a member's header too: none of a study comes near
_END = 1024**2  # zeros that follow the last member
_NONE = "is not a backup of a study"


class BackupReport(Record, frozen=True, kw_only=True):
    path: str
    files: int
    bytes: int


class RestoreReport(Record, frozen=True, kw_only=True):
    """What was written, and how many members of the archive no study holds."""

    path: str
    files: int
    bytes: int
    left_out: int


def back_up(study: Study, path: Path) -> BackupReport:
    """Packs the study as ``.tar.gz``: the same files give the same bytes.

    Left out are ``.standpunkt/`` (state and locks), ``einladungen/`` (ways in), links,
    and half-written files.

    Raises
    ------
    DataError
        The file cannot be written, or lies where it would pack itself, or would be more than
        `restore` takes.
    """
    inside = path.resolve().is_relative_to(study.folder.resolve())
    if inside:
        raise DataError(f"lies in the study itself; expected a place outside {study.folder}", path=path)
    files = list(_files(study.folder))
    limits = _Limits(study.folder, "cannot be packed")
    size = 0
    target = path if path.suffix == ".gz" else path.with_name(f"{path.name}.tar.gz")
    with replacing(target) as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as pack:
        for file in files:
            size += _add(pack, file, study, limits)
    return BackupReport(path=str(target), files=len(files), bytes=size)


def restore(path: Path, folder: Path) -> RestoreReport:
    """Unpacks a backup into a folder that is not there yet, or is empty.

    Written are plain files (mode 0644) in plain folders (0755). Links, devices and what a backup
    leaves out are not, and are counted.

    Raises
    ------
    DataError
        The folder holds something, or the file is no backup of a study, or would write outside the
        folder or without measure; nothing is left behind then.
    """
    folder = folder.absolute()
    with _writing(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DataError("is not empty; expected a new folder to restore into", path=folder)
    with _reading(path), _Archive(path) as archive:
        members, left_out = _members(archive, path)
        size = sum(member.size for member in members)
        with _new_folder(folder, size) as unpacked:
            for member in members:
                _unpack(archive, member, unpacked, folder)
            _check_study(unpacked, path)
    return RestoreReport(path=str(folder), files=len(members), bytes=size, left_out=left_out)


class _Archive(gzip.GzipFile):
    """Unpacked bytes, never many at once: a header that claims to be large would fill the memory."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= _CHUNK:
            raise tarfile.ReadError("it has a header that is too large")
        return super().read(size)


class _Member(NamedTuple):
    """A file to write, and where its bytes are in the unpacked archive."""

    place: PurePath
    offset: int
    size: int


class _Limits:
    """Counts what is packed or unpacked, and refuses what no study holds."""

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what, self._members, self._bytes = path, what, 0, 0

    def count(self, place: PurePath, size: int) -> None:
        self._members += 1
        self._bytes += size
        if self._members > MEMBERS:
            self._refuse(f"more than {MEMBERS:,} files")
        if len(place.parts) > DEPTH:
            self._refuse(f"{len(place.parts)} folders in one another, expected {DEPTH} at most")
        if not 0 <= size <= FILE_BYTES:
            self._refuse(f"a file of {_shown(size)}, expected {_shown(FILE_BYTES)} at most")
        if self._bytes > ALL_BYTES:
            self._refuse(f"more than {_shown(ALL_BYTES)}")

    def _refuse(self, found: str) -> None:
        raise DataError(f"{self._what}: it holds {found}", path=self._path)


def _shown(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if abs(size) >= 1e9 else f"{size / 1e6:.1f} MB"


def _members(archive: _Archive, path: Path) -> tuple[list[_Member], int]:
    """The files to write and how many others there are, once all names and sizes were looked at."""
    limits = _Limits(path, _NONE)
    found: dict[PurePath, _Member] = {}
    left_out = 0
    with tarfile.open(fileobj=archive, mode="r:") as pack:
        while (entry := pack.next()) is not None:
            pack.members.clear()  # type: ignore[attr-defined]  # they hold whatever the archive says of them
            pack.pax_headers = {}  # and of all
            place = _place(entry, path)
            limits.count(place, entry.size)
            if _is_left_out(entry, place):
                left_out += 1
            elif place in found:
                raise DataError(f"{_NONE}: it holds {place} twice", path=path)
            elif not entry.isdir():
                found[place] = _Member(place, entry.offset_data, entry.size)
        _check_end(archive, pack.offset)
    settings = found.get(PurePath("study.yaml"))
    if settings is None or settings.size > SETTINGS_BYTES:
        raise DataError(f"{_NONE}: found no study.yaml in it", path=path)
    return list(found.values()), left_out


def _place(entry: tarfile.TarInfo, path: Path) -> PurePath:
    """Where a member belongs in the study.

    Raises
    ------
    DataError
        It would be outside of the study's folder.
    """
    place = PurePath(entry.name)
    outside = place.anchor or entry.name.startswith("/") or ".." in place.parts
    if outside or "\0" in entry.name or not (place.parts or entry.isdir()):
        raise DataError(
            f"{_NONE}: it holds {entry.name[:100]!r}, expected names of files within the study", path=path
        )
    return place


def _is_left_out(entry: tarfile.TarInfo, place: PurePath) -> bool:
    """Whether a member is what no backup holds: a link, a device, or state and secrets of a machine."""
    plain = entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not entry.issparse()
    if not plain and not entry.isdir():
        return True
    # on some systems .Git is .git
    return plain and not _LEFT_OUT.isdisjoint(part.casefold() for part in place.parts)


def _check_end(archive: _Archive, offset: int) -> None:
    """Reads what follows the last member: zeros, at the end of which gzip compares its checksum.

    tarfile takes a damaged header in the middle for the end.
    """
    archive.seek(offset)
    length = 0
    while part := archive.read(_CHUNK):
        length += len(part)
        if length > _END or part.strip(b"\0"):
            raise tarfile.ReadError("it is damaged")
    if length < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it ends too early")


def _unpack(archive: _Archive, member: _Member, unpacked: Path, folder: Path) -> None:
    target = Path(unpacked, member.place)
    with _writing(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "xb") as file:
            for part in _content(archive, member):
                file.write(part)


def _content(archive: _Archive, member: _Member) -> Iterator[bytes]:
    with _reading(Path(archive.name)):
        archive.seek(member.offset)
        left = member.size
        while left:
            part = archive.read(min(left, _CHUNK))
            if not part:
                raise tarfile.ReadError("it ends too early")
            left -= len(part)
            yield part


def _check_study(unpacked: Path, path: Path) -> None:
    try:
        open_study(unpacked)
    except (DataError, SettingsError) as error:
        raise DataError(f"{_NONE}: study.yaml in it: {error.message}", path=path) from error


@contextmanager
def _new_folder(folder: Path, size: int) -> Iterator[Path]:
    """A folder to write into, moved to its place when the block ends well: all of it or nothing."""
    with _writing(folder):
        near = next(parent for parent in folder.parents if parent.exists())
        free = shutil.disk_usage(near).free
        if size > free:
            raise DataError(
                f"cannot be written: {_shown(size)} are needed, {_shown(free)} are free", path=folder
            )
        beside = TemporaryDirectory(dir=near, prefix=".restore-")
    before = os.umask(0o022)  # files 0644, folders 0755
    try:
        with beside as made:
            unpacked = Path(made, "study")
            yield unpacked
            with _writing(folder):
                folder.parent.mkdir(parents=True, exist_ok=True)
                unpacked.rename(folder)
    finally:
        os.umask(before)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise DataError("no such file", path=path) from error
    except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, RecursionError) as error:
        words = (error.strerror if isinstance(error, OSError) else "") or error
        raise DataError(f"is not a readable backup: {words}", path=path) from error


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", path=folder) from error


def _files(folder: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(names):
            file = Path(directory, name)
            is_plain = file.is_file() and not file.is_symlink()
            if is_plain and name not in _LEFT_OUT and not name.endswith(".part"):
                yield file


def _unreadable(error: OSError) -> None:
    raise DataError(f"cannot be read: {error.strerror}", path=error.filename) from error


def _add(pack: tarfile.TarFile, file: Path, study: Study, limits: _Limits) -> int:
    """Writes a file without owner and with the time of nobody's clock; gives its size."""
    place = file.relative_to(study.folder)
    entry = tarfile.TarInfo(place.as_posix())
    try:
        content = file.open("rb")
    except OSError as error:
        _unreadable(error)
        raise
    with content:
        entry.size, entry.mode = os.fstat(content.fileno()).st_size, 0o644
        limits.count(place, entry.size)
        pack.addfile(entry, content)
    return entry.size
