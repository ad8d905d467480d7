"""What comes next in a study."""

from collections.abc import Sequence
from pathlib import Path

from annotate.start.facts import ModelOutlook, NextStep, Server, StepName, Worker
from annotate.start.verbs import ENOUGH, command, typed
from annotate.study.assignments import assign, has_batches
from annotate.study.folder import Study
from schemas.records import Annotation, Assignment, GoldSentence, Sentence

#: A model is worth making anew once gold has grown by this share of what it learned from.
_GROWN = 0.1


def next_step(
    study: Study,
    sentences: Sequence[Sentence],
    assignments: Sequence[Assignment],
    rows: Sequence[Annotation],
    gold: Sequence[GoldSentence],
    model: ModelOutlook | None,
    server: Server,
    workers: Sequence[Worker],
    *,
    files: int,
    unpulled: int,
) -> NextStep:
    """The first thing in the order of the loop that is not done."""
    if not study.sentences.exists() or _is_newer(study.corrections, study.sentences):
        return _verb(study, "split") if files else NextStep(name="texts")
    if not workers:
        return NextStep(name="annotators")
    left = sum(worker.progress.open for worker in workers)
    is_begun = study.assignments.exists() or bool(rows)
    # what was pulled came from another server than one without any project: nothing is given out anew there
    is_theirs = server.holds or not rows
    is_missing = left and any(worker.progress.project is None for worker in workers)
    if not is_begun or (is_theirs and (is_missing or _are_new(study, sentences, assignments))):
        return _verb(study, "push") if server.answers or not server.may_start else _verb(study, "studio")
    if unpulled:
        return _verb(study, "pull", count=unpulled)
    coded = len({row.sentence_id for row in rows if not row.skipped})
    if coded and (coded >= ENOUGH or not left) and _is_newer(study.annotations, study.gold):
        return _verb(study, "adjudicate", count=coded)
    to_learn = sum(not row.test for row in gold)
    if to_learn >= ENOUGH and (model is None or model.new > _GROWN * model.n):
        return _verb(study, "train", count=to_learn if model is None else model.new)
    suggests = model is not None and any(layer.suggests or layer.marks for layer in model.layers)
    if (
        suggests
        and left
        and server.answers
        and _is_newer(study.latest_model() / "model.json", study.predictions)
    ):
        return _verb(study, "prelabel", count=left)
    if left:
        is_down = not server.answers and server.may_start
        return _verb(study, "studio", count=left) if is_down else NextStep(name="code", count=left)
    waiting = {sentence.sentence_id for sentence in sentences} - {one.sentence_id for one in assignments}
    if has_batches(assignments) and waiting:
        return _verb(study, "select", count=len(waiting))
    if _is_newer(study.gold, study.reports / "report.html"):
        return _verb(study, "report")
    return NextStep(name="done")


def _are_new(study: Study, sentences: Sequence[Sentence], assignments: Sequence[Assignment]) -> bool:
    """Whether the next push brings what nobody was to code yet."""
    return bool(assignments) and len(assign(sentences, study.settings, assignments)) > len(assignments)


def _verb(study: Study, verb: StepName, *, count: int = 0) -> NextStep:
    return NextStep(name=verb, verb=verb, command=command(typed(verb, study.folder)), count=count)


def _is_newer(made: Path, after: Path) -> bool:
    """Whether a file is there and was written after the other, or the other is missing."""
    if not made.exists():
        return False
    return not after.exists() or made.stat().st_mtime_ns > after.stat().st_mtime_ns
