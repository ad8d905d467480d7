"""The lean files of a folder: their manifests, held against each other and against the files."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import Record

_SHARE = re.compile(r"_part-(\d+)-of-(\d+)\.manifest\.json")
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
    """The finished files of a folder, those of each share together and in their order.

    Parameters
    ----------
    shares_missing
        Shares without a manifest, as ``3/64``.
    unlisted
        Parquet files that no manifest names: a run that is not finished, or was broken off.
    """

    folder: Path
    book: Codebook
    shares: Sequence[Sequence[PartFile]]
    shares_missing: Sequence[str]
    unlisted: Sequence[str]

    @property
    def rows(self) -> int:
        return sum(file.rows for files in self.shares for file in files)


def find_parts(folder: Path) -> Parts:
    """What the manifests of a folder name; no file of rows is opened.

    Raises
    ------
    DataError
        There is no manifest, one cannot be read, or they do not belong together.
    """
    if not folder.is_dir():
        raise DataError("no such folder, expected one that `tag --to parts` wrote", path=folder)
    paths = sorted(folder.glob("_part*.manifest.json"))
    if not paths:
        begun = [*folder.glob("*.parquet"), *folder.glob(".*.unfinished.sqlite")]
        words = (
            f"the run that writes it is not finished: {_AGAIN}"
            if begun
            else "expected what `tag --to parts` wrote"
        )
        raise DataError(f"has no manifest (_part.manifest.json); {words}", path=folder)
    missing = _missing_shares(folder, paths)
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
        shares=[manifest.files for manifest in manifests],
        shares_missing=missing,
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


def _missing_shares(folder: Path, paths: Sequence[Path]) -> list[str]:
    """The shares that are not there; a folder holds one whole run or the shares of one."""
    found: dict[int, set[int]] = {}
    for path in paths:
        match = _SHARE.fullmatch(path.name)
        number, of = (int(match[1]), int(match[2])) if match else (1, 1)
        found.setdefault(of, set()).add(number)
    if len(found) > 1:
        runs = " and ".join("a whole run" if of == 1 else f"shares of {of}" for of in sorted(found))
        raise DataError(
            f"holds {runs}: texts would count twice; keep each in a folder of its own", path=folder
        )
    ((of, numbers),) = found.items()
    return [f"{number}/{of}" for number in range(1, of + 1) if number not in numbers]
