"""Codings that are gone from the server: kept until somebody decides, then in ``data/removed.jsonl``. Pure
but for the file."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from annotate.study.folder import Study
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, RemovedAnnotation

#: So many codings of a person may go at a time without being asked for: single ones are deleted on purpose.
FEW = 5


class Removals(NamedTuple):
    """What became of rows that were there at the last pull and are not there now.

    ``kept`` stay in ``annotations.jsonl`` until their removal is accepted; ``removed`` leave it.
    """

    kept: list[Annotation]
    removed: list[tuple[Annotation, str]]


def sort_removals(
    before: Sequence[Annotation], after: Sequence[Annotation], *,
    accepted: bool, sentences: Mapping[str, Collection[str]], guests: Collection[int],
) -> Removals:  # fmt: skip
    """Which rows are gone, and which of them stay for now.

    Parameters
    ----------
    accepted
        Whether any number may go.
    sentences
        Annotator → the sentences that have a task in their project now.
    guests
        Annotations that are still there but are another account's, as is known by now: nothing is lost.
    """
    there = {(row.sentence_id, row.annotator) for row in after}
    gone = [row for row in before if (row.sentence_id, row.annotator) not in there]
    counts: dict[str, int] = {}
    for row in gone:
        if row.annotation_id not in guests:
            counts[row.annotator] = counts.get(row.annotator, 0) + 1
    kept: list[Annotation] = []
    removed: list[tuple[Annotation, str]] = []
    for row in gone:
        if row.annotation_id in guests:
            removed.append((row, f"coded by another account than {row.annotator}'s"))
        elif counts[row.annotator] > FEW and not accepted:
            kept.append(row)
        else:
            has_task = row.sentence_id in sentences.get(row.annotator, ())
            what = "annotation" if has_task else "task"
            removed.append((row, f"{what} deleted in Label Studio"))
    return Removals(kept, removed)


def write_removed(study: Study, removed: Sequence[tuple[Annotation, str]]) -> None:
    """Adds the rows to ``data/removed.jsonl``, with when and why."""
    if not removed:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = list(read_jsonl(study.removed, RemovedAnnotation)) if study.removed.exists() else []
    rows += [
        RemovedAnnotation(**msgspec.structs.asdict(row), removed_at=now, reason=reason)
        for row, reason in removed
    ]
    write_jsonl(study.removed, rows)


def removal_notices(removals: Removals) -> list[str]:
    """A line a person of what is gone from the server."""
    kept = Counter(row.annotator for row in removals.kept)
    removed = Counter(row.annotator for row, _ in removals.removed)
    return [
        f"{name}: {number} codings are gone from the server, kept here; were they meant to go, "
        "`standpunkt pull --accept-removals`; if not, `standpunkt push --recreate` puts them back"
        for name, number in kept.items()
    ] + [
        f"{name}: {number} codings are gone from the server, kept in data/removed.jsonl"
        for name, number in removed.items()
    ]
