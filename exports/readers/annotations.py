"""Exports of Label Studio as annotations: one per annotator and sentence, and a count of the rest.

Works on files alone, without a server or a study. What is left out is counted, and the first
cases are named: an export that loses rows silently is what this is for.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports.readers.codings import Coding, FileCodings, read_file
from exports.readers.existing_project import Translator, mapped_part
from exports.readers.flat import OWN_COMMENTARIES, words_of
from exports.readers.people import (
    Coder,
    EditedCoding,
    GuestCoding,
    Repeated,
    Who,
    by_account,
    coders,
    edited,
    moment,
    named,
    pooled,
    repeated,
    shared_logins,
    to_names,
)
from exports.readers.taxonomies import A_MAP, leaves_of, with_paths
from exports.readers.tools import refuse_other_tool
from schemas.codebook import Codebook
from schemas.errors import DataError, near_hit
from schemas.project_map import ProjectMap
from schemas.records import Annotation, Record, Sentence, is_unknown
from schemas.studio_json import PATH, TaskData


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

    ``repeated`` says whose codings were superseded, by annotator. ``by_nobody`` are rows of whose
    annotator nothing is known; ``shared_logins`` accounts that may be two people. ``edited`` are rows
    that somebody else changed last; ``guests`` codings by others than the annotator, which are no rows.

    ``unread`` counts results of types that are not read, such as spans, as ``control (type)``; ``rejected``
    are rows that a reviewer did not accept, and count all the same. ``unmapped``, ``left_out`` and
    ``unmatched`` are of projects made by hand, as in `exports.readers.existing_project.Translator`.
    """

    annotations: int = 0
    skipped: int = 0
    incomplete: int = 0
    invalid: int = 0
    superseded: int = 0
    repeated: dict[str, Repeated] = {}
    by_nobody: int = 0
    shared_logins: list[str] = []
    edited: list[EditedCoding] = []
    guests: list[GuestCoding] = []
    duplicates: list[str] = []
    drafts: int = 0
    unlabelled: int = 0
    other_version: int = 0
    versions: dict[str, int] = {}
    unknown: dict[str, int] = {}
    broken: list[Broken] = []
    unusable: list[str] = []
    warnings: list[str] = []
    unread: dict[str, int] = {}
    rejected: int = 0
    unmapped: dict[str, int] = {}
    left_out: dict[str, int] = {}
    unmatched: list[str] = []


class Export(Record, frozen=True, kw_only=True):
    """The annotations of one file or more, the tasks they belong to, and the count.

    ``tests`` are the sentences whose assignment says that they are only evaluated; ``projects`` is
    task id → project id, which Label Studio's JSON has and its flat formats lose. ``coders`` are the
    accounts that submitted something, guests among them, in the order of their first annotation.
    ``codebook`` is the one they were read with: only what a map names, and codes for paths of taxonomies.
    """

    annotations: list[Annotation]
    tasks: dict[str, TaskData]
    report: ReadReport
    codebook: Codebook
    tests: set[str] = set()
    projects: dict[int, int] = {}
    coders: list[Coder] = []


def read_export(
    path: str | Path,
    codebook: Codebook,
    *,
    annotator: str | None = None,
    account: int | None = None,
    owned: Collection[int] = (),
    names: Mapping[Who, str] | None = None,
    skip_invalid: bool = False,
    older: Mapping[str, Codebook] | None = None,
    project_map: ProjectMap | None = None,
    sentences: Sequence[Sentence] | None = None,
) -> Export:
    """The annotations of one export; faults of single rows are reported, not raised.

    Parameters
    ----------
    path
        Label Studio's JSON, JSON_MIN or CSV, or an ``annotations.jsonl``; ``.gz`` is unpacked.
    annotator
        Who made all annotations of this file: one project per annotator.
    account
        The annotator's user id: what other accounts coded in the file are guests' codings, which
        are listed in the report and are no rows.
    owned
        Annotations that are the annotator's own whichever account they are of, by their numbers.
    names
        User id to name; or a project and a user id, or a file. The first two of these that name
        somebody count in this order: project and user, file, user id. Who is in none is called
        ``annotator-1``, ``annotator-2``, … by ascending user id, and of whom nothing is known
        ``unknown-1``, … in each sentence anew. E-mail addresses are never taken over.
    skip_invalid
        Whether a file that breaks off is read up to there; the report says so.
    older
        Earlier versions of the codebook by version: an annotation is read by the version that
        its task carries, so that a target added later is not asked in it.
    project_map, sentences
        As of `read_codings`.

    Raises
    ------
    DataError
        The file is not there, no export, breaks off, or is of another project.
    """
    door = _Door([path], codebook, project_map, sentences)
    file = door.read(path, older=older, salvage=skip_invalid)
    return _export([file], door, annotator=annotator, account=account, owned=owned, names=names, older=older)


def read_codings(
    paths: Sequence[str | Path],
    codebook: Codebook,
    *,
    names: Mapping[Who, str] | None = None,
    skip_invalid: bool = False,
    older: Mapping[str, Codebook] | None = None,
    project_map: ProjectMap | None = None,
    sentences: Sequence[Sentence] | None = None,
    by_path: bool = False,
) -> Export:
    """The annotations of several files of one study together; see `read_export`.

    The same user id in several files is one person, unless ``names`` tells them apart.

    Parameters
    ----------
    project_map
        What the fields, controls and values of a project made by hand stand for. Its names of annotators
        count where ``names`` has none; what it does not know is counted, not raised.
    sentences
        Those of a study, of which each of its tasks is one; without them a sentence is made of each.
    by_path
        Whether a code that stands at several paths of a taxonomy gets a finer code for each, in the
        codebook of the result; else it is a value that the codebook does not know.

    Raises
    ------
    DataError
        As `read_export`; an account that coded the same sentence in two projects; and, without
        ``skip_invalid``, the first row that cannot be used, that has a control or code the codebook
        does not know, that stands twice, or that was made with another major version of the
        codebook. With it such rows are left out and counted.
    SettingsError
        A name is for a file that is not there.
    """
    door = _Door(paths, codebook, project_map, sentences, by_path=by_path)
    files = [door.read(path, older=older, salvage=skip_invalid) for path in paths]
    door.refuse_unmatched(paths)
    other = sum(_drop_other_majors(file, codebook) for file in files) if skip_invalid else 0
    export = _export(files, door, names=names, older=older, other_version=other)
    for words in export.report.shared_logins:
        more = _more(len(export.report.shared_logins))
        raise DataError(f"{words}{more}", path=", ".join(map(str, paths)))
    if not skip_invalid:
        _refuse(export.report, ", ".join(map(str, paths)), codebook, is_mapped=project_map is not None)
    return export


class _Door:
    """How files are read together: with which codebook, through which map."""

    def __init__(
        self,
        paths: Sequence[str | Path],
        codebook: Codebook,
        project_map: ProjectMap | None,
        sentences: Sequence[Sentence] | None,
        *,
        by_path: bool = False,
    ) -> None:
        self._map, self._makes_sentences = project_map, sentences is None
        self._leaves = leaves_of(paths, codebook, project_map)
        self.warnings: list[str] = []
        if project_map is not None:
            codebook = mapped_part(codebook, project_map)
        elif by_path:
            codebook, self.warnings = with_paths(codebook, self._leaves)
        self.codebook = codebook
        self._translator = Translator(project_map, codebook, sentences, self._leaves) if project_map else None

    def read(self, path: str | Path, *, older: Mapping[str, Codebook] | None, salvage: bool) -> FileCodings:
        try:
            file = read_file(
                path,
                self.codebook,
                older=older,
                salvage=salvage,
                leaves=self._leaves,
                translator=self._translator,
            )
        except DataError:
            refuse_other_tool(path)
            raise
        if not file.codings:
            refuse_other_tool(path)
        return file

    def names(self, given: Mapping[Who, str] | None) -> dict[Who, str]:
        """The names that were given, before those of the map."""
        of_map = self._map.annotators if self._map else {}
        return {**{int(user): name for user, name in of_map.items()}, **(given or {})}

    def refuse_unmatched(self, paths: Sequence[str | Path]) -> None:
        """Raises where not one task of a project made by hand is a sentence."""
        translator = self._translator
        if translator is None or self._map is None or translator.count or not translator.unmatched:
            return
        field = self._map.text or self._map.sentence_id
        what = f"text in its field {field}" if self._makes_sentences else "sentence of the study"
        words = f"no task has a {what}; the first is {translator.unmatched[0]}"
        way = f", expected fields {', '.join(translator.fields[:8])}" if translator.fields else ""
        raise DataError(f"{words}{way}", path=", ".join(map(str, paths)))

    def facts(self) -> dict[str, Any]:
        """What a report says of what the map did not know, and of what was made of tasks."""
        if self._translator is None or self._map is None:
            return {}
        return {
            "unmapped": dict(self._translator.unmapped),
            "left_out": {what: n for what, n in self._translator.left_out.items() if n},
            "unmatched": self._translator.unmatched,
        }

    def notes(self, tasks: Mapping[str, TaskData]) -> list[str]:
        """What is to be said of how tasks and paths were taken."""
        notes = list(self.warnings)
        if self._translator is not None and self._map is not None and self._makes_sentences and tasks:
            alone = {task.commentary_id for task in tasks.values()}
            if not self._map.commentary_id and len(alone) == len(tasks):
                notes.append(OWN_COMMENTARIES.format("commentary_id: in the map"))
        return notes


def _export(
    files: Sequence[FileCodings],
    door: _Door,
    *,
    annotator: str | None = None,
    account: int | None = None,
    owned: Collection[int] = (),
    names: Mapping[Who, str] | None = None,
    older: Mapping[str, Codebook] | None = None,
    other_version: int = 0,
) -> Export:
    codebook = door.codebook
    everybodys = [coding for file in files for coding in file.codings]
    codings, guests = by_account(everybodys, account, owned)
    tasks: dict[str, TaskData] = {}
    for file in files:
        for sentence_id, data in file.tasks.items():
            tasks.setdefault(sentence_id, data)
    who = to_names(door.names(names), annotator, [file.path for file in files])
    warnings = [warning for file in files for warning in file.warnings]
    warnings += pooled(codings, who) if account is None else []
    groups = _by_person(named(codings, who))
    kept, duplicates, again = _latest(groups, list(tasks))
    report = ReadReport(
        **_counts(kept, files),
        superseded=sum(len(versions) - 1 for versions in again),
        repeated=repeated(again),
        shared_logins=shared_logins((group for group in groups.values() if len(group) > 1), who),
        edited=edited(kept, account),
        guests=guests,
        duplicates=duplicates,
        other_version=other_version,
        warnings=[*warnings, *door.notes(tasks), *_version_warnings(kept, codebook, older)],
        **door.facts(),
    )
    tests = {sentence_id for file in files for sentence_id in file.tests}
    projects = {task: project for file in files for task, project in file.projects.items()}
    return Export(
        annotations=[c.annotation for c in kept],
        tasks=tasks,
        report=report,
        codebook=codebook,
        tests=tests,
        projects=projects,
        coders=coders(everybodys),
    )


#: The codings of a sentence by one annotator, in the order in which they were read.
Groups = dict[tuple[str, str], list[Coding]]


def _by_person(codings: Iterable[Coding]) -> Groups:
    groups: Groups = {}
    for coding in codings:
        row = coding.annotation
        groups.setdefault((row.sentence_id, row.annotator), []).append(coding)
    return groups


def _latest(groups: Groups, order: Iterable[str]) -> tuple[list[Coding], list[str], list[list[Coding]]]:
    """One coding per annotator and sentence, which stood twice, and those that are several annotations."""
    place = {sentence_id: n for n, sentence_id in enumerate(order)}
    best: list[Coding] = []
    twice: list[str] = []
    again: list[list[Coding]] = []
    for (sentence_id, annotator), group in groups.items():
        place.setdefault(sentence_id, len(place))
        aged = sorted(group, key=_age) if len(group) > 1 else group
        best.append(aged[-1])
        versions = list({coding.annotation.annotation_id: coding for coding in aged}.values())
        twice += [f"the coding of {sentence_id} by {annotator}"] * (len(group) - len(versions))
        if len(versions) > 1:
            again.append(versions)
    kept = sorted(best, key=lambda c: (place[c.annotation.sentence_id], c.annotation.annotator))
    return kept, twice, again


def _age(coding: Coding) -> tuple[float, int]:
    row = coding.annotation
    return moment(row.updated_at or row.created_at), row.annotation_id or 0


def _counts(kept: Sequence[Coding], files: Sequence[FileCodings]) -> dict[str, Any]:
    """What a report says of the rows that were kept and of the files."""
    rows = [coding.annotation for coding in kept]
    unusable = [f"{file.path}: {problem}" for file in files for problem in file.unusable]
    return {
        "annotations": len(rows),
        "skipped": sum(row.skipped for row in rows),
        "incomplete": sum(bool(row.incomplete) for row in rows),
        "invalid": sum(bool(c.broken or c.unknown) for c in kept) + len(unusable),
        "by_nobody": sum(is_unknown(row.annotator) for row in rows),
        "drafts": sum(file.drafts for file in files),
        "unlabelled": sum(file.unlabelled for file in files),
        "versions": dict(sorted(Counter(row.codebook_version or "" for row in rows).items())),
        "unknown": dict(sorted(Counter(what for c in kept for what in c.unknown).items())),
        "broken": [_broken(c.annotation, problem) for c in kept for problem in c.broken],
        "unusable": unusable,
        "unread": dict(sorted(Counter(what for c in kept for what in c.unread).items())),
        "rejected": sum(c.is_rejected for c in kept),
    }


def _broken(row: Annotation, problem: str) -> Broken:
    return Broken(sentence_id=row.sentence_id, annotator=row.annotator, task_id=row.task_id, problem=problem)


def _refuse(report: ReadReport, path: str, codebook: Codebook, *, is_mapped: bool) -> None:
    """Raises what is wrong with single rows: the first, how many more, and the way out."""
    way = "; --skip-invalid leaves such rows out and counts them"
    if report.unusable:
        raise DataError(f"{report.unusable[0]}{_more(len(report.unusable))}{way}")
    for what, number in report.unknown.items() if not is_mapped else ():
        more = _more(len(report.unknown))
        paths = f"; {A_MAP}" if PATH in what else ""
        name, _, value = what.partition(": ")
        layer = codebook.layer(name)
        hint = near_hit(value, words_of(layer, codebook)) if layer else ""
        words = f"{what} ({number}×) is not in the codebook {codebook.codebook}{more}{paths}{way}{hint}"
        raise DataError(words, path=path)
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
