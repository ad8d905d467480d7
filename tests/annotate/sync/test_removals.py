"""Which codings may go from annotations.jsonl by themselves, as a comparison of records."""

import pytest

from annotate.sync.removals import FEW, ProjectNow, sort_removals
from schemas.records import Annotation


def row(n: int, *, task: int | None = None) -> Annotation:
    return Annotation(
        sentence_id=f"s:{n}", commentary_id="s", annotator="anna", codebook="k", layers={},
        task_id=n if task is None else task, annotation_id=n,
    )  # fmt: skip


def now(*, sentences: range, tasks: range, lost: range, guests: range = range(0)) -> dict[str, ProjectNow]:
    ids = {f"s:{n}" for n in sentences}
    return {"anna": ProjectNow(sentences=ids, tasks=tasks, lost=lost, guests=guests)}


ALL = range(20)


@pytest.mark.parametrize(
    ("gone", "project", "kept"),
    [
        (FEW, now(sentences=ALL, tasks=ALL, lost=range(FEW)), 0),
        (FEW + 1, now(sentences=ALL, tasks=ALL, lost=range(FEW + 1)), FEW + 1),
        # they were to be accepted at an earlier pull, and still are
        (2, now(sentences=ALL, tasks=ALL, lost=range(0)), 2),
        # two more went since: those are few, the others wait
        (8, now(sentences=ALL, tasks=ALL, lost=range(2)), 6),
        # the task was made anew: nobody deleted a coding in it
        (1, now(sentences=ALL, tasks=range(100, 120), lost=range(1)), 1),
        # the task is gone
        (1, now(sentences=range(1, 20), tasks=range(1, 20), lost=range(1)), 0),
        # they are there, but another account's
        (9, now(sentences=ALL, tasks=ALL, lost=range(0), guests=range(9)), 0),
    ],
)
def test_what_stays_until_it_is_accepted(gone: int, project: dict[str, ProjectNow], kept: int) -> None:
    before = [row(n) for n in ALL]
    after = before[gone:]
    removals = sort_removals(before, after, project, accepted=False)
    assert len(removals.kept) == kept
    assert len(removals.removed) == gone - kept
    everything = sort_removals(before, after, project, accepted=True)
    assert (everything.kept, len(everything.removed)) == ([], gone)


def test_the_reason_says_what_was_deleted() -> None:
    project = now(sentences=range(1, 20), tasks=range(1, 20), lost=range(2))
    reasons = [reason for _, reason in sort_removals([row(0), row(1)], [], project, accepted=False).removed]
    assert reasons == ["task deleted in Label Studio", "annotation deleted in Label Studio"]
