"""An export with its companions, written as a whole or not at all."""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from exports.formats import FORMATS, Format
from exports.formats.material import Material, What
from exports.formats.options import Options
from schemas.errors import DataError, SettingsError, near_hit
from schemas.files import check_writable, replacing, write_json
from schemas.records import Record

#: Of all files in a packed one: the same inputs give the same bytes.
_PACKED_AT = (2000, 1, 1, 0, 0, 0)
_PACKED = (".xlsx", ".qdpx", ".zip")
MANIFEST = "export.json"


class ExportReport(Record, frozen=True, kw_only=True):
    """``files`` are named from the place of the output; ``left_out``: what is not in them, and how often."""

    format: str
    what: What
    output: str
    files: list[str]
    commentaries: int
    sentences: int
    rows: int
    coders: list[str]
    left_out: dict[str, int]


class _Manifest(Record, frozen=True, kw_only=True):
    format: str
    what: What
    codebook: str
    codebook_version: str
    commentaries: int
    sentences: int
    rows: int
    coders: list[str]
    left_out: dict[str, int]
    sha256: dict[str, str]


def format_named(name: str) -> Format:
    """The format of that name.

    Raises
    ------
    SettingsError
        There is none; names those there are.
    """
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise SettingsError(f'"{name}" is no format, expected {known}{near_hit(name, FORMATS)}', flag="--to")
    return FORMATS[name]


def check_output(output: str, chosen: Format) -> None:
    """Refuses a place that cannot be written to, before any work.

    Raises
    ------
    DataError
        It is a folder with something in it, or lies in none.
    """
    check_writable(output)
    if output != "-" and not _is_file(output, chosen):
        path = Path(output)
        if path.is_file():
            other = "" if chosen.is_folder else f" or a {Path(chosen.main).suffix} file"
            raise DataError(f"is a file, expected a new folder{other}", path=path)
        if path.is_dir() and any(path.iterdir()):
            raise DataError(
                "is not empty, nothing was written: name another folder with -o, or delete it", path=path
            )


def write_export(
    material: Material,
    to: str,
    output: str,
    options: Options = Options(),
    *,
    companions: Callable[[Material], Mapping[str, bytes]] = lambda material: {},
) -> ExportReport:
    """Writes a format to a new folder, to a file with its companions beside it, or to standard output.

    Parameters
    ----------
    companions
        Gives name and content of what stands beside the format's files, once those are written.
    output
        ``-``: standard output gets the main file alone. A name that ends as the format's main file: the
        companions begin with its stem. Else a folder, which must be new or empty.

    Raises
    ------
    SettingsError
        There is no such format, or it cannot hold such rows.
    DataError
        The place cannot be written to; nothing was written.
    """
    chosen = format_named(to)
    if material.what not in chosen.whats:
        expected = " or ".join(chosen.whats)
        raise SettingsError(f"{material.what} cannot be written as {to}, expected {expected}", flag="--what")
    check_output(output, chosen)
    if chosen.needs_text:
        material = _with_text(material, to)
    if _is_file(output, chosen):
        options = options._replace(main=Path(output).name)
    with _made(material, chosen, output, options) as folder:
        for name, content in companions(material).items() if output != "-" else ():
            (folder / name).write_bytes(content)
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        manifest = _Manifest(
            format=to,
            what=material.what,
            codebook=material.codebook.codebook,
            codebook_version=material.codebook.version,
            commentaries=len(material.commentaries),
            sentences=len(material.units),
            rows=len(material.rows),
            coders=material.coders,
            left_out=dict(+material.left_out),
            sha256={name: _digest(folder / name) for name in names},
        )
        write_json(folder / MANIFEST, manifest)
        files = _publish(folder, chosen, output)
    return ExportReport(
        format=to,
        what=material.what,
        output=output,
        files=files,
        commentaries=manifest.commentaries,
        sentences=manifest.sentences,
        rows=manifest.rows,
        coders=manifest.coders,
        left_out=manifest.left_out,
    )


def _with_text(material: Material, to: str) -> Material:
    if not material.has_text:
        others = ", ".join(name for name, form in FORMATS.items() if not form.needs_text)
        raise SettingsError(f"{to} is made of texts: leave --without-text out, or choose {others}")
    known = material.with_known_text()
    if not known.units:
        raise SettingsError(f"{to} is made of texts, and no sentence has one: name them with --sentences")
    return known


def _is_file(output: str, chosen: Format) -> bool:
    return (
        not chosen.is_folder and Path(output).suffix == Path(chosen.main).suffix and not Path(output).is_dir()
    )


@contextmanager
def _made(material: Material, chosen: Format, output: str, options: Options) -> Iterator[Path]:
    """A folder beside the output with all files of the export."""
    parent = None if output == "-" else Path(output).absolute().parent
    try:
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=parent, prefix=".export-") as directory:
            folder = Path(directory, "export")
            folder.mkdir()
            chosen.write(material, folder, options)
            for path in folder.rglob("*"):
                if path.suffix in _PACKED:
                    _repack(path)
            yield folder
    except BrokenPipeError:  # who reads our output has seen enough
        raise
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", path=output) from error


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _repack(path: Path) -> None:
    """Takes the clock out of a packed file."""
    beside = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _PACKED_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with old.open(name) as source, new.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
    beside.replace(path)


def _publish(folder: Path, chosen: Format, output: str) -> list[str]:
    """Moves the files to their place, and gives their names there."""
    if output == "-":
        with replacing("-") as file, open(folder / chosen.main, "rb") as main:
            shutil.copyfileobj(main, file)
        return []
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    place = Path(output)
    if not _is_file(output, chosen):
        if place.is_dir():
            place.rmdir()  # it is empty
        os.replace(folder, place)
        return names
    beside = {name: place.name if name == chosen.main else _companion(place, name) for name in names}
    for name, new in sorted(beside.items(), key=lambda item: item[0] == chosen.main):  # the main file last
        os.replace(folder / name, place.with_name(new))
    return sorted(beside.values())


def _companion(place: Path, name: str) -> str:
    return f"{place.stem}-{name.replace(os.sep, '-')}"
