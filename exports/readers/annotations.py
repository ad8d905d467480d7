"""Exports of Label Studio as annotations: one per annotator and sentence, and a count of the rest.

Works on files alone, without a server or a study. What is left out is counted, and the first
cases are named: an export that loses rows silently is what this is for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from exports.readers.codings import Coding, FileCodings, Person, read_file
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import Annotation, Record
from schemas.studio_json import TaskData


class Broken(Record, frozen=True, kw_only=True):
    """An annotation that breaks a rule the screen cannot enforce; the annotator can mend it."""

    sentence_id: str
    annotator: str
    task_id: int | None
    problem: str


class ReadReport(Record, frozen=True, kw_only=True):
    """What was read and what was not.

    ``annotations`` are the rows kept; ``skipped`` and ``incomplete`` are among them. ``invalid``
    are rows with something broken or unknown to the codebook, and those that cannot be used at
    all (``unusable``, each with its place). ``superseded`` are earlier annotations of a sentence
    by the same person, ``duplicates`` the same annotation read again, ``other_version`` rows left
    out because the codebook's major version was another, ``unlabelled`` tasks without annotation.
    """

    annotations: int = 0
    skipped: int = 0
    incomplete: int = 0
    invalid: int = 0
    superseded: int = 0
    duplicates: list[str] = []
    drafts: int = 0
    unlabelled: int = 0
    other_version: int = 0
    versions: dict[str, int] = {}
    unknown: dict[str, int] = {}
    broken: list[Broken] = []
    unusable: list[str] = []
    warnings: list[str] = []


class Export(Record, frozen=True, kw_only=True):
    """The annotations of one file or more, the tasks they belong to, and the count.

    ``tests`` are the sentences whose assignment says that they are only evaluated; ``projects`` is
    task id → project id, which Label Studio's JSON has and its flat formats lose.
    """

    annotations: list[Annotation]
    tasks: dict[str, TaskData]
    report: ReadReport
    tests: set[str] = set()
    projects: dict[int, int] = {}


def read_export(
    path: str | Path,
    codebook: Codebook,
    *,
    annotator: str | None = None,
    names: Mapping[int, str] | None = None,
    skip_invalid: bool = False,
    older: Mapping[str, Codebook] | None = None,
) -> Export:
    """The annotations of one export; faults of single rows are reported, not raised.

    Parameters
    ----------
    path
        Label Studio's JSON, JSON_MIN or CSV, or an ``annotations.jsonl``; ``.gz`` is unpacked.
    annotator
        Who made all annotations of this file: one project per annotator.
    names
        User id to name. Who is not in it is called ``annotator-1``, ``annotator-2``, … by
        ascending user id. E-mail addresses are never taken over.
    skip_invalid
        Whether a file that breaks off is read up to there; the report says so.
    older
        Earlier versions of the codebook by version: an annotation is read by the version that
        its task carries, so that a target added later is not asked in it.

    Raises
    ------
    DataError
        The file is not there, no export, breaks off, or is of another project.
    """
    file = read_file(path, codebook, older=older, salvage=skip_invalid)
    return _export([file], codebook, annotator=annotator, names=names, older=older)


def read_codings(
    paths: Sequence[str | Path],
    codebook: Codebook,
    *,
    names: Mapping[int, str] | None = None,
    skip_invalid: bool = False,
    older: Mapping[str, Codebook] | None = None,
) -> Export:
    """The annotations of several files of one study together; see `read_export`.

    The same user id in several files is one person.

    Raises
    ------
    DataError
        As `read_export`; and, without ``skip_invalid``, the first row that cannot be used, that
        has a control or code the codebook does not know, that stands twice, or that was made
        with another major version of the codebook. With it they are left out and counted.
    """
    files = [read_file(path, codebook, older=older, salvage=skip_invalid) for path in paths]
    other = sum(_drop_other_majors(file, codebook) for file in files) if skip_invalid else 0
    export = _export(files, codebook, names=names, older=older, other_version=other)
    if not skip_invalid:
        _refuse(export.report, ", ".join(map(str, paths)), codebook)
    return export


def _export(
    files: Sequence[FileCodings],
    codebook: Codebook,
    *,
    annotator: str | None = None,
    names: Mapping[int, str] | None = None,
    older: Mapping[str, Codebook] | None = None,
    other_version: int = 0,
) -> Export:
    codings = [coding for file in files for coding in file.codings]
    tasks: dict[str, TaskData] = {}
    for file in files:
        for sentence_id, data in file.tasks.items():
            tasks.setdefault(sentence_id, data)
    people = {coding.person for coding in codings if not coding.annotation.annotator}
    called = _called(people, annotator, names or {}, {c.annotation.annotator for c in codings})
    kept, duplicates, superseded = _latest([_named(coding, called) for coding in codings], list(tasks))
    warnings = [warning for file in files for warning in file.warnings]
    if annotator is not None and len(people) > 1:
        warnings.append(f"{len(people)} accounts coded in this project; all count as {annotator}")
    report = ReadReport(
        **_counts(kept, files),
        superseded=superseded,
        duplicates=duplicates,
        other_version=other_version,
        warnings=[*warnings, *_version_warnings(kept, codebook, older)],
    )
    tests = {sentence_id for file in files for sentence_id in file.tests}
    projects = {task: project for file in files for task, project in file.projects.items()}
    return Export(
        annotations=[c.annotation for c in kept], tasks=tasks, report=report, tests=tests, projects=projects
    )


def _called(
    people: Iterable[Person], annotator: str | None, names: Mapping[int, str], taken: set[str]
) -> dict[Person, str]:
    """Who is called what: by name where there is one, else by pseudonym."""
    pseudonyms = (name for n in count(1) if (name := f"annotator-{n}") not in taken)
    called: dict[Person, str] = {}
    for person in sorted(people, key=_rank):
        if annotator is not None:
            called[person] = annotator
        elif isinstance(person, int) and person in names:
            called[person] = names[person]
        else:
            called[person] = next(pseudonyms)
    return called


def _rank(person: Person) -> tuple[int, int, str]:
    """User ids ascending, then those known by e-mail alone, then the one nothing is known of."""
    if isinstance(person, int):
        return 0, person, ""
    return (2, 0, "") if person is None else (1, 0, person)


def _named(coding: Coding, called: Mapping[Person, str]) -> Coding:
    if coding.annotation.annotator:
        return coding
    annotation = msgspec.structs.replace(coding.annotation, annotator=called[coding.person])
    return msgspec.structs.replace(coding, annotation=annotation)


def _latest(codings: Iterable[Coding], order: Sequence[str]) -> tuple[list[Coding], list[str], int]:
    """One coding per annotator and sentence, which stood twice, and how many came earlier."""
    place = {sentence_id: n for n, sentence_id in enumerate(order)}
    best: dict[tuple[str, str], Coding] = {}
    seen: set[tuple[str, str, int | None]] = set()
    twice: list[str] = []
    superseded = 0
    for coding in codings:
        row = coding.annotation
        place.setdefault(row.sentence_id, len(place))
        key, mark = (row.sentence_id, row.annotator), (row.sentence_id, row.annotator, row.annotation_id)
        if mark in seen:
            twice.append(f"the coding of {row.sentence_id} by {row.annotator}")
        elif key in best:
            superseded += 1
        seen.add(mark)
        if key not in best or _age(row) >= _age(best[key].annotation):
            best[key] = coding
    kept = sorted(best.values(), key=lambda c: (place[c.annotation.sentence_id], c.annotation.annotator))
    return kept, twice, superseded


def _age(row: Annotation) -> tuple[float, int]:
    return _moment(row.updated_at or row.created_at), row.annotation_id or 0


def _moment(text: str | None) -> float:
    """Seconds since 1970; a time that cannot be read lies before all others."""
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


def _counts(kept: Sequence[Coding], files: Sequence[FileCodings]) -> dict[str, Any]:
    """What a report says of the rows that were kept and of the files."""
    rows = [coding.annotation for coding in kept]
    unusable = [f"{file.path}: {problem}" for file in files for problem in file.unusable]
    return {
        "annotations": len(rows),
        "skipped": sum(row.skipped for row in rows),
        "incomplete": sum(bool(row.incomplete) for row in rows),
        "invalid": sum(bool(c.broken or c.unknown) for c in kept) + len(unusable),
        "drafts": sum(file.drafts for file in files),
        "unlabelled": sum(file.unlabelled for file in files),
        "versions": dict(sorted(Counter(row.codebook_version or "" for row in rows).items())),
        "unknown": dict(sorted(Counter(what for c in kept for what in c.unknown).items())),
        "broken": [_broken(c.annotation, problem) for c in kept for problem in c.broken],
        "unusable": unusable,
    }


def _broken(row: Annotation, problem: str) -> Broken:
    return Broken(sentence_id=row.sentence_id, annotator=row.annotator, task_id=row.task_id, problem=problem)


def _refuse(report: ReadReport, path: str, codebook: Codebook) -> None:
    """Raises what is wrong with single rows: the first, how many more, and the way out."""
    way = "; --skip-invalid leaves such rows out and counts them"
    if report.unusable:
        raise DataError(f"{report.unusable[0]}{_more(len(report.unusable))}{way}")
    for what, number in report.unknown.items():
        more = _more(len(report.unknown))
        raise DataError(
            f"{what} ({number}×) is not in the codebook {codebook.codebook}{more}{way}", path=path
        )
    for what in report.duplicates:
        raise DataError(f"{what} stands twice{_more(len(report.duplicates))}{way}", path=path)
    for version, number in report.versions.items():
        if _is_other_major(version, codebook):
            raise DataError(
                f"rows coded with version {version} of the codebook: {number}, expected "
                f"{codebook.version}: another major version means other codes{way}",
                path=path,
            )


def _more(number: int) -> str:
    return f" (and {number - 1} more)" if number > 1 else ""


def _is_other_major(version: str | None, codebook: Codebook) -> bool:
    """Whether codes may have meant something else; a row without version is taken as it is."""
    return bool(version) and str(version).partition(".")[0] != codebook.version.partition(".")[0]


def _drop_other_majors(file: FileCodings, codebook: Codebook) -> int:
    kept = [c for c in file.codings if not _is_other_major(c.annotation.codebook_version, codebook)]
    dropped = len(file.codings) - len(kept)
    file.codings = kept
    return dropped


def _version_warnings(
    kept: Sequence[Coding], codebook: Codebook, older: Mapping[str, Codebook] | None
) -> list[str]:
    counted = Counter(c.annotation.codebook_version for c in kept)
    return [
        f"rows coded with version {version} of the codebook, which is {codebook.version} here: {number}; "
        "a target that was not asked yet counts as unrelated in them"
        for version, number in sorted(
            (v, n) for v, n in counted.items() if v and v != codebook.version and v not in (older or {})
        )
    ]
