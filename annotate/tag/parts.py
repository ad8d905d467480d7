"""Parts in, parts out: a file gives its part of Parquet, and what is finished is not done again.

A part is finished where its manifest says so, which is written last: of which content it is made, by which
model and settings, and what there is to report. So nobody keeps account of a run, and any number of
processes on any machines write into one folder.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotate.analysis.table_rows import lean_rows_of
from annotate.tag.folder import OutputOptions, stamp_of
from annotate.tag.formats import write_parts
from annotate.tag.pieces import Left, tag_files
from annotate.tag.portions import Portion
from annotate.tag.report import CommentaryCounts, counts_in
from annotate.tag.source import About, Source, SourcePlace
from annotate.texts.commentaries import Failed
from annotate.texts.remote import is_remote, local_copies, remote_version
from exports.tables.rows_parquet import PLAN, manifest_of
from schemas.errors import DataError, StandpunktError
from schemas.files import readable, write_json
from schemas.records import Record

#: How texts are read: parameters of `tag_files` with their values.
Reading = tuple[tuple[str, str | None], ...]


class PartOptions(NamedTuple):
    """What all parts have in common.

    Parameters
    ----------
    home
        The folder from which the others' paths lead on, wherever a worker was started.
    stamp
        What parts rest on besides the texts.
    """

    home: Path
    folder: Path
    place: SourcePlace
    reading: Reading
    model_version: str
    stamp: str


class PartReport(Record, frozen=True, kw_only=True):
    """What there is to tell of a part; ``drift`` counts commentaries with a notice."""

    commentaries: int = 0
    sentences: int = 0
    answers: int = 0
    abstained: dict[str, int] = {}
    unanswered: int = 0
    drift: dict[str, int] = {}
    other_language: int = 0
    failed: list[Failed] = []
    notes: list[str] = []


class PartFile(Record, frozen=True, kw_only=True):
    file: str
    bytes: int


class Manifest(Record, frozen=True, kw_only=True):
    """What is read of a part's manifest."""

    model_version: str
    stamp: str
    content: str
    inputs: list[str]
    report: PartReport
    files: list[PartFile]

    def is_of(self, content: str, stamp: str) -> bool:
        return (self.content, self.stamp) == (content, stamp)


class PartDone(NamedTuple):
    """A part, or why it could not be made: ``refused`` holds for all others as well."""

    report: PartReport = PartReport()
    before: bool = False
    refused: str | None = None


def parts_stamp(about: About, reading: Reading) -> str:
    """What a part rests on besides its texts: who answers, and how the texts are read."""
    said = [f"{name}={value}" for name, value in reading if value is not None]
    return " ".join([stamp_of(about, OutputOptions("parts", summaries=False, reasons=0)), *said])


def clear_superseded(folder: Path, portions: Sequence[Portion], model_version: str) -> int:
    """Takes away parts whose files went into others; gives how many are left that are of other files.

    Raises
    ------
    DataError
        The folder holds parts of another model, or a part in which only some files are those of these.
    """
    manifests = {manifest_of(folder, portion.name) for portion in portions}
    ours = {readable(file) for portion in portions for file in portion.files}
    paths = sorted(folder.glob(manifest_of(folder, "part-*").name))
    others = [path for path in paths if path not in manifests]
    for path in {*paths[:1], *others}:
        _refuse_other_model(read_manifest(path), path, model_version)
    left = 0
    for path in others:
        known = read_manifest(path)
        inputs = set(known.inputs) if known else set()
        if not inputs & ours:
            left += 1
        elif open_ones := sorted(file for file in inputs - ours if is_remote(file) or Path(file).exists()):
            words = (
                f"holds rows of {min(inputs & ours)} together with those of {open_ones[0]}: tag both, or "
                "name another folder"
            )
            raise DataError(words, path=path)
        else:
            for file in known.files if known else ():
                (folder / file.file).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
    return left


def write_plan(folder: Path, portions: Sequence[Portion]) -> None:
    """Says which parts there will be, so that one that is missing can be told."""
    write_json(folder / PLAN, {"parts": [portion.name for portion in portions]})


def read_manifest(path: Path) -> Manifest | None:
    """A part's manifest; None where there is none, or another file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def _refuse_other_model(known: Manifest | None, path: Path, model_version: str) -> None:
    if known is None and path.exists():
        words = "is no manifest of parts that this version writes: name another folder, or empty this one"
        raise DataError(words, path=path)
    if known is not None and known.model_version != model_version:
        words = (
            f"holds parts of {known.model_version}, expected those of {model_version}: name another folder"
        )
        raise DataError(words, path=path.parent)


def tag_part(options: PartOptions, portion: Portion) -> PartDone:
    """Makes a part unless it is finished; what a worker is given to do."""
    try:
        with contextlib.chdir(options.home):
            return _tag_part(options, portion)
    except StandpunktError as error:
        return PartDone(refused=str(error))


def _tag_part(options: PartOptions, portion: Portion) -> PartDone:
    known = read_manifest(manifest_of(options.folder, portion.name))
    try:
        content = _content_of(portion.files)
    except OSError as error:
        name = readable(str(error.filename or portion.files[0]))
        failure = Failed(input=name, reason=f"{name}: cannot be read: {error.strerror or error}")
        return PartDone(PartReport(failed=[failure]))
    except DataError as error:
        return PartDone(PartReport(failed=[Failed.of(error)]))
    if known is not None and known.is_of(content, options.stamp) and _is_whole(known, options):
        return PartDone(known.report, before=True)
    return PartDone(_write_part(options, portion, content))


def _is_whole(known: Manifest, options: PartOptions) -> bool:
    paths = [(options.folder / file.file, file.bytes) for file in known.files]
    return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def _content_of(files: Iterable[str]) -> str:
    """A hash of all that a part is made of; of a storage, of what it says of its files."""
    whole = hashlib.sha256()
    for file in files:
        if is_remote(file):
            whole.update(remote_version(file).encode())
        else:
            with open(file, "rb") as opened:
                whole.update(hashlib.file_digest(opened, "sha256").digest())
    return whole.hexdigest()


#: Once a worker.
@lru_cache(maxsize=1)
def _source(options: PartOptions) -> Source:
    if parts_stamp(options.place.about(), options.reading) != options.stamp:
        words = "a worker has another model or Standpunkt than this command: install the same everywhere"
        raise DataError(words, path=options.place.model or options.place.predictions)
    return options.place.load(0)


def _write_part(options: PartOptions, portion: Portion, content: str) -> PartReport:
    source = _source(options)
    addresses = [file for file in portion.files if is_remote(file)]
    with local_copies(addresses) as copies:
        told = _Told(copies)
        here = {address: path for path, address in copies.items()}
        paths = [here.get(file, file) for file in portion.files]
        ways: dict[str, Any] = dict(options.reading)

        def rows() -> Iterator[dict[str, Any]]:
            for piece in tag_files(source, paths, told.left, **ways):
                told.add(counts_in(piece, source.book))
                yield from lean_rows_of([piece], source.book)

        def facts() -> dict[str, Any]:
            return {
                "model_version": options.model_version,
                "stamp": options.stamp,
                "inputs": [readable(file) for file in portion.files],
                "content": content,
                "report": told.report(),
            }

        write_parts(f"{options.folder}/{portion.name}", rows(), source.book, facts)
        return told.report()


class _Told:
    """What there is to tell of a part, as it grows; copies of remote files are called by their addresses."""

    def __init__(self, copies: Mapping[str, str]) -> None:
        self.left = Left([], [], [])
        self._copies, self._counted = copies, PartReport()

    def add(self, counts: CommentaryCounts) -> None:
        one = PartReport(
            commentaries=1,
            sentences=counts.sentences,
            answers=sum(counts.answers.values()),
            abstained=counts.abstained,
            unanswered=counts.unanswered,
            drift=dict.fromkeys(counts.notices, 1),
        )
        self._counted = sum_of(self._counted, one)

    def report(self) -> PartReport:
        failed = [
            Failed(input=self._named(failure.input), reason=self._named(failure.reason))
            for failure in self.left.failed
        ]
        notes = [self._named(note) for note in self.left.notes]
        rest = PartReport(other_language=len(self.left.other_language), failed=failed, notes=notes)
        return sum_of(self._counted, rest)

    def _named(self, words: str) -> str:
        for path, address in self._copies.items():
            words = words.replace(path, address)
        return words


def sum_of(one: PartReport, other: PartReport) -> PartReport:
    """What there is to tell of both."""
    sums: dict[str, Any] = {}
    for name in PartReport.__struct_fields__:
        first, second = getattr(one, name), getattr(other, name)
        if isinstance(first, dict):
            sums[name] = {key: first.get(key, 0) + second.get(key, 0) for key in {**first, **second}}
        else:
            sums[name] = first + second
    return PartReport(**sums)
