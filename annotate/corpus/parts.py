"""The lean files of a folder: their manifests, held against each other and against the files."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from exports.tables.rows_parquet import PLAN, manifest_of
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import Record

_ROWS = 50_000  # read together: bounds memory
_AGAIN = "run the same `tag --to parts` again"


class PartFile(Record, frozen=True, kw_only=True):
    file: str
    rows: int
    bytes: int
    sha256: str


class Manifest(Record, frozen=True, kw_only=True):
    """What is read of a manifest; ``questions`` is the codebook without its guidelines."""

    questions: Codebook
    rows: int
    files: list[PartFile]


class Parts(NamedTuple):
    """The finished files of a folder, those of each part together and in their order.

    Parameters
    ----------
    missing
        Parts of the last run without a manifest.
    unlisted
        Parquet files that no manifest names: a run that is not finished, or was broken off.
    """

    folder: Path
    book: Codebook
    parts: Sequence[Sequence[PartFile]]
    missing: Sequence[str]
    unlisted: Sequence[str]

    @property
    def rows(self) -> int:
        return sum(file.rows for files in self.parts for file in files)


def find_parts(folder: Path) -> Parts:
    """What the manifests of a folder name; no file of rows is opened.

    Raises
    ------
    DataError
        There is no manifest, one cannot be read, or they do not belong together.
    """
    if not folder.is_dir():
        raise DataError("no such folder, expected one that `tag --to parts` wrote", path=folder)
    paths = sorted(folder.glob(manifest_of(folder, "part*").name))
    if not paths:
        begun = [*folder.glob("*.parquet"), *folder.glob(PLAN)]
        words = (
            f"the run that writes it is not finished: {_AGAIN}"
            if begun
            else "expected what `tag --to parts` wrote"
        )
        raise DataError(f"has no manifest (_part-….manifest.json); {words}", path=folder)
    manifests = [_manifest(path) for path in paths]
    book = manifests[0].questions
    for path, manifest in zip(paths, manifests, strict=True):
        if manifest.questions != book:
            found, first = (f"{one.codebook} {one.version}" for one in (manifest.questions, book))
            other = f"{found}, and {paths[0].name} of {first}"
            other = f"{other} with other questions or names" if found == first else other
            words = f"is of the codebook {other}: expected one codebook; keep each in a folder of its own"
            raise DataError(words, path=path)
    named = {file.file for manifest in manifests for file in manifest.files}
    return Parts(
        folder=folder,
        book=book,
        parts=[manifest.files for manifest in manifests],
        missing=_missing_parts(folder, paths),
        unlisted=sorted(path.name for path in folder.glob("*.parquet") if path.name not in named),
    )


def read_part(folder: Path, part: PartFile, columns: Sequence[str]) -> Iterator[Any]:
    """The rows of a file as record batches with these columns, once its bytes are those of the manifest.

    Raises
    ------
    DataError
        The file is missing, is not the manifest's, or cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / part.file
    _check(path, part)
    try:
        with pq.ParquetFile(path) as file:
            known = set(file.schema_arrow.names)
            if missing := [name for name in columns if name not in known]:
                words = f'has no column "{missing[0]}", expected what this version writes: {_AGAIN}'
                raise DataError(words, path=path)
            yield from file.iter_batches(batch_size=_ROWS, columns=list(columns))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"cannot be read as Parquet ({error}): {_AGAIN}", path=path) from error


def _check(path: Path, part: PartFile) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest() if size == part.bytes else ""
    except OSError as error:
        words = f"cannot be read ({error.strerror}), and its manifest names it: {_AGAIN}"
        raise DataError(words, path=path) from error
    if size != part.bytes:
        found = f"has {size:,} bytes, and {part.bytes:,} by its manifest"
        words = f"{found}: it is damaged, or of another run; {_AGAIN}"
        raise DataError(words, path=path)
    if digest != part.sha256:
        found = f"has SHA-256 {digest[:12]}…, and {part.sha256[:12]}… by its manifest"
        raise DataError(f"{found}: it is damaged, or of another run; {_AGAIN}", path=path)


def _manifest(path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode(read_bytes(path), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        words = f"is no manifest that this version writes ({error}): {_AGAIN}"
        raise DataError(words, path=path) from error
    for part in manifest.files:
        if Path(part.file).name != part.file:
            raise DataError(f'names "{part.file}", expected a file of its own folder', path=path)
    return manifest


def _missing_parts(folder: Path, paths: Sequence[Path]) -> list[str]:
    """The parts of the last run that have no manifest; none where no run said which there are."""
    plan = folder / PLAN
    try:
        names = (
            msgspec.json.decode(read_bytes(plan), type=dict[str, list[str]])["parts"] if plan.exists() else []
        )
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
        raise DataError(f"is not what this version writes ({error}): {_AGAIN}", path=plan) from error
    there = set(paths)
    return [name for name in names if manifest_of(folder, name) not in there]
