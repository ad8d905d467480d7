"""Codings that are gone from the server: kept until somebody decides, then in ``data/removed.jsonl``."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from annotate.study.folder import Study
from exports.readers.annotations import Export
from schemas.decimals import counted
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, RemovedAnnotation

#: So many codings of a person may go at a time without being asked for: single ones are deleted on purpose.
FEW = 5


class ProjectNow(NamedTuple):
    """What tells why a row is gone: the sentences and tasks in the project, the annotations that went since
    the last pull, and those that are there but another account's."""

    sentences: Collection[str]
    tasks: Collection[int]
    lost: Collection[int]
    guests: Collection[int]


def project_of(export: Export, lost: Collection[int], new_ids: Mapping[str, str]) -> ProjectNow:
    """What a project holds, by its export; sentences by the ids that they have now."""
    guests = (guest.annotation_id for guest in export.report.guests)
    return ProjectNow(
        sentences={new_ids.get(sentence_id, sentence_id) for sentence_id in export.tasks},
        tasks=export.projects.keys(),
        lost=lost,
        guests={number for number in guests if number is not None},
    )


class Removals(NamedTuple):
    """What became of rows that were there at the last pull and are not there now.

    ``kept`` stay in ``annotations.jsonl`` until their removal is accepted; ``removed`` leave it.
    """

    kept: list[Annotation]
    removed: list[tuple[Annotation, str]]


def sort_removals(
    before: Sequence[Annotation], after: Sequence[Annotation], now: Mapping[str, ProjectNow],
    *, accepted: bool,
) -> Removals:  # fmt: skip
    """Which rows are gone, and which of them stay for now.

    A row stays where its removal was to be accepted already, where more than `FEW` of a person went since
    the last pull, and where its task was made anew: nobody deleted a coding there.

    Parameters
    ----------
    now
        Annotator → what their project holds.
    accepted
        Whether any number may go.
    """
    there = {(row.sentence_id, row.annotator) for row in after}
    gone = [row for row in before if (row.sentence_id, row.annotator) not in there]
    guests = {number for project in now.values() for number in project.guests}
    lost = {number for project in now.values() for number in project.lost} - guests
    fresh = Counter(row.annotator for row in gone if row.annotation_id in lost)
    kept: list[Annotation] = []
    removed: list[tuple[Annotation, str]] = []
    for row in gone:
        has_sentence = row.sentence_id in now[row.annotator].sentences
        is_anew = has_sentence and row.task_id not in now[row.annotator].tasks
        if row.annotation_id in guests:
            removed.append((row, f"coded by another account than {row.annotator}'s"))
        elif accepted or (row.annotation_id in lost and fresh[row.annotator] <= FEW and not is_anew):
            removed.append((row, f"{'annotation' if has_sentence else 'task'} deleted in Label Studio"))
        else:
            kept.append(row)
    return Removals(kept, removed)


def write_removed(study: Study, removed: Sequence[tuple[Annotation, str]]) -> None:
    """Adds the rows to ``data/removed.jsonl``, with when and why."""
    if not removed:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = list(read_jsonl(study.removed, RemovedAnnotation)) if study.removed.exists() else []
    there = {
        (row.annotation_id, row.sentence_id, row.annotator) for row in rows
    }  # of a pull that was cut off
    rows += [
        RemovedAnnotation(**msgspec.structs.asdict(row), removed_at=now, reason=reason)
        for row, reason in removed
        if (row.annotation_id, row.sentence_id, row.annotator) not in there
    ]
    write_jsonl(study.removed, rows)


def removal_notices(removals: Removals) -> list[str]:
    """A line a person of what is gone from the server."""
    kept = Counter(row.annotator for row in removals.kept)
    removed = Counter(row.annotator for row, _ in removals.removed)
    return [
        f"{_gone(name, number)}, kept here; were they meant to go, `standpunkt pull --accept-removals`; "
        "if not, `standpunkt push --recreate` puts them back"
        for name, number in kept.items()
    ] + [f"{_gone(name, number)}, kept in data/removed.jsonl" for name, number in removed.items()]


def _gone(name: str, number: int) -> str:
    return f"{name}: {counted(number, 'coding')} {'is' if number == 1 else 'are'} gone from the server"
