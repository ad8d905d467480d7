"""What must be written in a project so that it stands in the goal codebook; pure.

The plan compares three things: how the project was (the backup), how it shall be (the backup,
rewritten), and how it is now. What is as it shall be is left alone, so a run that was interrupted
is taken up where it ended. What somebody entered meanwhile is in neither: it is rewritten where it
names what the goal does not know, and a person is asked to look at it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from annotate.label_studio.answers import HeldPrediction
from annotate.migrate.snapshot import HeldAnnotation, HeldDraft, Snapshot, TaskState
from schemas.codebook import Codebook
from schemas.records import LayerValue, Record
from schemas.studio_json import read_result
from schemas.versions.results import SPLIT_MARK, migrate_result
from schemas.versions.rows import AskedScope, Migration, is_less

Result = list[dict[str, Any]]
Open = tuple[str, LayerValue | None, str]  # the place, what stood there, why it is open
MEANWHILE = "was coded while the codebook changed, or since"


class LookAgain(Record, frozen=True, kw_only=True):
    """A coding that a person must look at: what stood there, and why it could not be carried over."""

    sentence_id: str
    annotator: str
    place: str  # a layer of the goal codebook, or <layer>__<target>
    was: LayerValue | None = None
    reason: str
    link: str = ""


class AnnotationWrite(Record, frozen=True, kw_only=True):
    """``drafts`` hang on the annotation and would be deleted with the write."""

    id: int
    result: Result
    drafts: list[int] = []


class DraftWrite(Record, frozen=True, kw_only=True):
    id: int
    result: Result
    annotation: int | None


class PredictionWrite(Record, frozen=True, kw_only=True):
    """All predictions of one model version, which replace those that are there."""

    model_version: str
    predictions: list[HeldPrediction]


class ProjectPlan(Record, frozen=True, kw_only=True):
    """What is to be written, in this order; ``versions`` are tasks by the version they shall carry."""

    annotations: list[AnnotationWrite]
    drafts: list[DraftWrite]
    predictions: list[PredictionWrite]
    versions: dict[str, list[int]]
    again: list[tuple[TaskState, Open]]
    meanwhile: int


class Goal(Record, frozen=True, kw_only=True):
    """Where a project shall go: by a step of the codebook, or back to what the backup holds.

    Parameters
    ----------
    step
        From the old codebook to the new one.
    back
        The step back, where the migration is undone; it rewrites what was entered since.
    asked
        Task version → what a coder was asked under it, for the versions before.
    """

    step: Migration
    back: Migration | None = None
    asked: dict[str, AskedScope] = {}

    @property
    def book(self) -> Codebook:
        return self.step.old if self.back else self.step.new

    def known(self, before: Result) -> tuple[Result, Result, dict[str, str]]:
        """A result of the backup: how it shall be, how it is on the other side, what is open."""
        after, left = migrate_result(self.step, before)
        return (before, after, {}) if self.back else (after, before, left)

    def foreign(self, now: Result) -> tuple[Result, dict[str, str]]:
        """A result that is not of the backup: rewritten where the goal does not know all of it."""
        strange = [word for word in read_result(now, self.book).unknown if not word.endswith(SPLIT_MARK)]
        return migrate_result(self.back or self.step, now) if strange else (now, {})

    def version(self, was: TaskState | None, task: TaskState) -> str:
        """The version a task shall carry: with the one before it where less was asked by then."""
        new, old = self.step.new.version, self.step.old.version
        carried = str((was or task).data.get("codebook_version", ""))
        if self.back:
            return carried if was else old
        if carried.partition("+")[0] == new:
            return carried
        less = bool((was or task).annotations) and is_less(
            self.step.asked(self.asked_under(carried)), self.step.new
        )
        return f"{new}+{carried.partition('+')[2] or carried or old}" if less else new

    def asked_after(self, before: Snapshot) -> dict[str, AskedScope]:
        """What was asked under the versions that tasks of this project carry by now, where it was less."""
        versions = {
            self.version(task, task): str(task.data.get("codebook_version", "")) for task in before.tasks
        }
        return {new: self.step.asked(self.asked_under(old)) for new, old in versions.items() if "+" in new}

    def asked_under(self, version: str) -> AskedScope:
        old = self.step.old
        return self.asked.get(version) or AskedScope(
            layers=[x.id for x in old.layers], targets=old.target_ids
        )


def plan_project(before: Snapshot, now: Snapshot, goal: Goal) -> ProjectPlan:
    """What to write in one project.

    Parameters
    ----------
    before
        The backup; the same as ``now`` where nothing was begun.
    """
    kept = {task.id: task for task in before.tasks}
    annotations: list[AnnotationWrite] = []
    drafts: list[DraftWrite] = []
    versions: dict[str, list[int]] = {}
    again: list[tuple[TaskState, Open]] = []
    meanwhile = 0
    for task in now.tasks:
        if task.sentence_id is None:
            continue
        was = kept.get(task.id)
        writes, left, foreign = _annotations(was, task, goal)
        annotations.extend(writes)
        meanwhile += foreign
        again.extend((task, found) for found in left)
        drafts.extend(_drafts(was, task, goal, {write.id for write in writes}))
        version = goal.version(was, task)
        if task.data.get("codebook_version") != version:
            versions.setdefault(version, []).append(task.id)
    return ProjectPlan(
        annotations=annotations, drafts=drafts, predictions=_predictions(before, now, goal),
        versions=versions, again=again, meanwhile=meanwhile,
    )  # fmt: skip


def _annotations(
    was: TaskState | None, task: TaskState, goal: Goal
) -> tuple[list[AnnotationWrite], list[Open], int]:
    """The writes of a task, what of it is open, and how many were coded meanwhile."""
    kept = {annotation.id: annotation for annotation in was.annotations} if was else {}
    writes: list[AnnotationWrite] = []
    left: list[Open] = []
    foreign = 0
    latest = ""
    for annotation in sorted(
        task.annotations, key=lambda annotation: _age(kept.get(annotation.id) or annotation)
    ):
        result, places, is_known = _wanted(kept.get(annotation.id), annotation, goal)
        source = kept[annotation.id] if annotation.id in kept and is_known else annotation
        if not annotation.was_cancelled:
            left.extend(_open(source.result, places, goal))
        if not is_known and result != annotation.result:
            foreign += 1
            left.append(("", None, MEANWHILE))
        # the latest coding of a person counts: one that is not changed must not fall behind
        if result != annotation.result or annotation.updated_at < latest:
            hanging = [d.id for d in task.drafts if d.annotation == annotation.id]
            writes.append(AnnotationWrite(id=annotation.id, result=result, drafts=hanging))
            latest = "~"
        latest = max(latest, annotation.updated_at)
    return writes, left, foreign


def _wanted(
    kept: HeldAnnotation | None, annotation: HeldAnnotation, goal: Goal
) -> tuple[Result, dict[str, str], bool]:
    """How an annotation shall be, what of it is open, and whether it is that of the backup."""
    if kept is not None:
        wanted, other, left = goal.known(kept.result)
        if annotation.result in (wanted, other):
            return wanted, left, True
    return *goal.foreign(annotation.result), False


def _open(result: Result, places: Mapping[str, str], goal: Goal) -> list[Open]:
    """What stood where it is open now, by its old layer."""
    migration = goal.back or goal.step
    before = read_result(result, migration.old).layers
    open_places: list[Open] = []
    for place, reason in places.items():
        sources = [old.id for old in migration.feeding(place.partition("__")[0]) if old.id in before]
        open_places.append((place, before[sources[0]] if sources else None, reason))
    return open_places


def _drafts(was: TaskState | None, task: TaskState, goal: Goal, written: set[int]) -> list[DraftWrite]:
    """The drafts that shall be otherwise, and those that are taken off an annotation and hung on again."""
    kept = {draft.id: draft for draft in was.drafts} if was else {}
    there = {held.id for held in task.annotations}
    writes = []
    for draft in task.drafts:
        result, place = _draft(kept.get(draft.id), draft, goal)
        place = place if place in there else draft.annotation
        if result != draft.result or place != draft.annotation or place in written:
            writes.append(DraftWrite(id=draft.id, result=result, annotation=place))
    return writes


def _draft(kept: HeldDraft | None, draft: HeldDraft, goal: Goal) -> tuple[Result, int | None]:
    if kept is not None:
        wanted, other, _ = goal.known(kept.result)
        if draft.result in (wanted, other):
            return wanted, kept.annotation
    return goal.foreign(draft.result)[0], kept.annotation if kept else draft.annotation


def _predictions(before: Snapshot, now: Snapshot, goal: Goal) -> list[PredictionWrite]:
    """Model versions whose predictions shall be otherwise; one that has nothing left has none."""
    writes = []
    kept, by_version = _by_version(before.predictions), _by_version(now.predictions)
    for version in sorted(kept.keys() | by_version.keys()):
        there = by_version.get(version, [])
        if version in kept:
            tasks = {task.id for task in now.tasks}  # a task may have been deleted since
            pairs = [(p, goal.known(p.result)[0]) for p in kept[version] if p.task in tasks]
        else:
            pairs = [(p, goal.foreign(p.result)[0]) for p in there]
        wanted = [_with(p, whole) for p, result in pairs if (whole := _whole(result)) or not p.result]
        if _sorted(wanted) != _sorted(there):
            writes.append(PredictionWrite(model_version=version, predictions=wanted))
    return writes


def _by_version(predictions: Sequence[HeldPrediction]) -> dict[str, list[HeldPrediction]]:
    by_version: dict[str, list[HeldPrediction]] = {}
    for prediction in predictions:
        by_version.setdefault(prediction.model_version, []).append(prediction)
    return by_version


def _whole(result: Result) -> Result:
    """A result without what is open: a suggestion only says what is sure."""
    values = [item.get("value", {}).get("choices", []) for item in result]
    return [
        item
        for item, choices in zip(result, values, strict=True)
        if not any(str(choice).endswith(SPLIT_MARK) for choice in choices)
    ]


def _with(prediction: HeldPrediction, result: Result) -> HeldPrediction:
    return HeldPrediction(
        task=prediction.task, model_version=prediction.model_version, score=prediction.score, result=result
    )


def _sorted(predictions: Sequence[HeldPrediction]) -> list[HeldPrediction]:
    return sorted(predictions, key=lambda p: (p.task, repr(p.result)))


def _age(annotation: HeldAnnotation) -> tuple[str, int]:
    return annotation.updated_at, annotation.id
