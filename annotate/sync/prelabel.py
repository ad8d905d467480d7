"""Suggestions up: what a model says of sentences that no annotator has coded, shown on their tasks."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio
from annotate.label_studio.upload import send_predictions
from annotate.progress import Progress, no_progress
from annotate.study.folder import Study
from annotate.study.projects import find_projects
from annotate.sync.suggestions import (
    OpenTask,
    StudyTask,
    TaskSuggestion,
    choose_suggestions,
    is_ours,
    keep_shared,
    not_shared,
    plan_predictions,
    shared_targets,
    study_task,
)
from annotate.sync.tasks import rows_by_commentary
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.jsonl import write_jsonl
from schemas.records import ContextSentence, Prediction, Record
from schemas.studio_json import SUGGESTION_NOTE, to_result

if TYPE_CHECKING:
    from train.model import Model

BATCH = 2000  # sentences predicted together


class PrelabelReport(Record, frozen=True, kw_only=True):
    """``withheld`` counts tasks by the reason why they got no suggestion."""

    created: int
    replaced: int
    unchanged: int
    withheld: dict[str, int]
    not_shared: list[str]
    model_version: str
    dry_run: bool


def prelabel(
    studio: Studio, study: Study, model: "Model", *, dry_run: bool = False, progress: Progress = no_progress
) -> PrelabelReport:
    """Puts one suggestion of this model on each task that may have one, and shows it.

    Never on a task that is coded when the work begins, that belongs to the test share, to the arm
    without suggestions or to a pilot. Predictions of an older model of ours are replaced, foreign ones stay.
    """
    codebook = study.codebook()
    if not study.settings.annotators:
        raise StudioError("pre-labelling", "study.yaml names no annotators")
    projects = find_projects(studio, study, study.settings.annotators)
    if not projects:
        raise StudioError(
            "pre-labelling", f"{studio.url} holds no project of this study; run `standpunkt push` first"
        )
    studio.report_retries(progress)
    unshared = not_shared(model.meta.book, codebook)
    with ThreadPoolExecutor(1) as executor:  # the server lists while we predict
        listings = {name: executor.submit(_study_tasks, studio, row.id) for name, row in projects.items()}
        suggestions = _suggestions(model, study, codebook, unshared, write=not dry_run, progress=progress)
        progress("waiting for the lists of tasks")
        tasks = {name: listing.result() for name, listing in listings.items()}
    counts: Counter[str] = Counter()
    withheld: Counter[str] = Counter()
    for name, project in projects.items():
        open_tasks, reasons = choose_suggestions(tasks.pop(name), suggestions)
        withheld.update(reasons)
        chosen = {task.id: task.suggestion for task in open_tasks if task.suggestion}
        _validate(project, chosen.values())
        progress(f"{name}: sending suggestions")
        counts.update(_send(studio, project.id, chosen, model.meta.model_version, dry_run=dry_run))
        if not dry_run:
            _set_notes(studio, project.id, open_tasks)
    return PrelabelReport(
        created=counts["created"], replaced=counts["replaced"], unchanged=counts["unchanged"],
        withheld=dict(sorted(withheld.items())), not_shared=unshared,
        model_version=model.meta.model_version, dry_run=dry_run,
    )  # fmt: skip


def _study_tasks(studio: Studio, project_id: int) -> list[StudyTask]:
    return [task for listed in studio.tasks(project_id) if (task := study_task(listed)) is not None]


def _batches(commentaries: Iterable[list[ContextSentence]]) -> Iterator[list[ContextSentence]]:
    """Whole commentaries, `BATCH` sentences or more at a time."""
    batch: list[ContextSentence] = []
    for rows in commentaries:
        batch += rows
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _suggestions(
    model: "Model", study: Study, codebook: Codebook, unshared: Sequence[str],
    *, write: bool, progress: Progress,
) -> dict[str, TaskSuggestion | None]:  # fmt: skip
    """By sentence what may be suggested; None where nothing is certain enough.

    The predictions are written as they come; of each only the suggestion is kept.
    """
    from train.predict import predict_stream

    targets = shared_targets(model.meta.book, unshared)
    results: dict[bytes, msgspec.Raw] = {}
    suggestions: dict[str, TaskSuggestion | None] = {}

    def predicted() -> Iterator[Prediction]:
        for batch in _batches(rows_by_commentary(study)):
            progress(f"predicting: {len(suggestions):,} sentences")
            for row in predict_stream(model, batch, asked=[targets] * len(batch)):
                suggestions[row.sentence_id] = _suggestion(model, row, codebook, unshared, results)
                yield row

    if write:
        write_jsonl(study.predictions, predicted())
    else:
        deque(predicted(), maxlen=0)
    return suggestions


def _suggestion(
    model: "Model", prediction: Prediction, codebook: Codebook, unshared: Sequence[str],
    results: dict[bytes, msgspec.Raw],
) -> TaskSuggestion | None:  # fmt: skip
    from train.predict import suggestions

    suggested = suggestions(model, prediction)
    layers = keep_shared(suggested.layers, unshared, codebook)
    result = to_result(layers, codebook)
    if not result:
        return None
    scores = [score for name, score in suggested.confidence.items() if name.partition("__")[0] in layers]
    encoded = msgspec.json.encode(result)
    return TaskSuggestion(results.setdefault(encoded, msgspec.Raw(encoded)), round(min(scores), 6))


def _validate(project: HeldProject, suggestions: Iterable[TaskSuggestion]) -> None:
    """Checks each different suggestion against the screen as it is on the server.

    Raises
    ------
    StudioError
        The screen lacks what is suggested: the server would drop it without a word, or show nothing.
    """
    from label_studio_sdk.label_interface import LabelInterface

    screen = LabelInterface(project.label_config)
    for result in {id(s.result): s.result for s in suggestions}.values():
        body = {"model_version": "x", "score": 0.0, "result": msgspec.json.decode(result)}
        problems = screen.validate_prediction(body, return_errors=True)
        if problems:
            raise StudioError(
                f"pre-labelling project {project.id}",
                f"its screen does not accept what the codebook allows ({problems[0]}); "
                "`standpunkt push` updates the screen",
                status=400,
            )


def _send(
    studio: Studio, project_id: int, chosen: Mapping[int, TaskSuggestion], version: str, *, dry_run: bool
) -> Counter[str]:
    """Deletes our older predictions, adds the missing ones, and sets the version that is shown."""
    versions = studio.prediction_counts(project_id)
    has_ours = version in versions or any(is_ours(name, version) for name in versions)
    predicted = studio.predicted_tasks(project_id) if has_ours else []
    plan = plan_predictions(list(chosen), predicted, versions, version)

    def bodies(tasks: Sequence[int]) -> list[dict[str, Any]]:
        return [
            {
                "task": task,
                "model_version": version,
                "score": chosen[task].score,
                "result": chosen[task].result,
            }
            for task in tasks
        ]

    if not dry_run:
        for name in plan.deleted_versions:
            studio.delete_predictions(project_id, name)
        tasks = [*plan.present, *plan.missing]
        send_predictions(studio, project_id, version, tasks, bodies, present=len(plan.present))
    return Counter(
        created=len(plan.missing) - plan.replaced, replaced=plan.replaced,
        unchanged=len(chosen) - len(plan.missing),
    )  # fmt: skip


def _set_notes(studio: Studio, project_id: int, tasks: Sequence[OpenTask]) -> None:
    """Says on the screen where ticks come from a model: they look like one's own."""
    for note, wanted in ((SUGGESTION_NOTE, True), ("", False)):
        stale = [task.id for task in tasks if bool(task.suggestion) is wanted and task.note != note]
        if stale:
            studio.set_task_field(project_id, stale, "note", note)
