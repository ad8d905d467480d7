"""Suggestions up: what a model says of sentences that no annotator has coded, shown on their tasks."""

from collections import ChainMap, Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from annotate.label_studio.answers import HeldPrediction, HeldProject
from annotate.label_studio.client import Studio
from annotate.label_studio.upload import send_predictions
from annotate.progress import Progress, no_progress
from annotate.study.folder import Study
from annotate.study.projects import find_projects
from annotate.sync.predicted import Predicted
from annotate.sync.suggester import Suggester
from annotate.sync.suggestions import (
    StudyTask,
    TaskSuggestion,
    ask_for_directions,
    choose_suggestions,
    is_ours,
    plan_predictions,
    stale_fields,
    study_task,
)
from annotate.sync.tasks import rows_by_commentary
from schemas.controls import mark_key
from schemas.errors import StudioError
from schemas.files import read_bytes, replacing
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import ContextSentence, Prediction, Record, Sentence
from schemas.studio_json import ticks_of

if TYPE_CHECKING:
    from train.model import Model

BATCH = 2000  # sentences predicted together


class PrelabelReport(Record, frozen=True, kw_only=True):
    """``withheld`` counts tasks by the reason why nothing is ticked in them.

    ``touched`` are tasks with a target marked as touched; ``from_author`` and ``from_commentary`` those with
    a ticked direction that is the author's in other commentaries, or the annotator's own in this one;
    ``asking`` are those whose answer would give other sentences of the commentary a direction.
    """

    created: int
    replaced: int
    unchanged: int
    withheld: dict[str, int]
    touched: int
    from_author: int
    from_commentary: int
    asking: int
    not_shared: list[str]
    model_version: str
    dry_run: bool


def prelabel(
    studio: Studio, study: Study, model: "Model | Predicted", *, dry_run: bool = False,
    progress: Progress = no_progress,
) -> PrelabelReport:  # fmt: skip
    """Puts one suggestion of this model, or of a file of predictions, on each task that may have one.

    Never on a task that is coded when the work begins, that belongs to the test share, to the arm
    without suggestions or to a pilot. Predictions of an older model of ours are replaced, foreign ones stay.
    What an annotator has coded in a commentary, as of the last pull, counts in their own project alone.
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
    suggesting = model if isinstance(model, Predicted) else Suggester(model, study, codebook)
    with ThreadPoolExecutor(1) as executor:  # the server lists while we predict
        listings = {name: executor.submit(_study_tasks, studio, row.id) for name, row in projects.items()}
        suggestions: dict[str, Mapping[str, TaskSuggestion | None]]
        if isinstance(suggesting, Predicted):
            suggestions = dict.fromkeys(projects, suggesting.suggestions)
        else:
            suggestions = _suggestions(
                suggesting, study, names=list(projects), write=not dry_run, progress=progress
            )
        progress("waiting for the lists of tasks")
        tasks = {name: listing.result() for name, listing in listings.items()}
    if isinstance(suggesting, Predicted) and not dry_run:
        _keep_rows(suggesting.path, study.predictions)
    counts: Counter[str] = Counter()
    withheld: Counter[str] = Counter()
    for name, project in projects.items():
        open_tasks, reasons = choose_suggestions(tasks.pop(name), suggestions[name])
        open_tasks = ask_for_directions(open_tasks)
        withheld.update(reasons)
        shown = [task.suggestion for task in open_tasks if task.suggestion]
        counts.update(
            touched=sum(bool(s.touched) for s in shown),
            from_author=sum(bool(s.from_author) for s in shown),
            from_commentary=sum(s.from_commentary for s in shown),
            asking=sum(bool(s.helps) for s in shown),
        )
        chosen = {task.id: s for task in open_tasks if (s := task.suggestion) and s.result is not None}
        _validate(project, shown)
        progress(f"{name}: sending suggestions")
        counts.update(_send(studio, project.id, chosen, suggesting.version, dry_run=dry_run))
        if not dry_run:
            sure = study.settings.show_confidence
            fields = stale_fields(open_tasks, suggesting.version, show_confidence=sure)
            for (field, value), stale in fields.items():
                studio.set_task_field(project.id, stale, field, value)
    return PrelabelReport(
        created=counts["created"], replaced=counts["replaced"], unchanged=counts["unchanged"],
        withheld=dict(sorted(withheld.items())), touched=counts["touched"],
        from_author=counts["from_author"], from_commentary=counts["from_commentary"],
        asking=counts["asking"], not_shared=suggesting.unshared,
        model_version=suggesting.version, dry_run=dry_run,
    )  # fmt: skip


def _keep_rows(path: Path, place: Path) -> None:
    """Copies the rows of a file to where those of a model lie: `audit` and `report` look there."""
    if not place.exists() or not path.samefile(place):
        data = read_bytes(path)
        with replacing(place) as file:
            file.write(data)


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
    suggester: Suggester, study: Study, *, names: Sequence[str], write: bool, progress: Progress
) -> dict[str, Mapping[str, TaskSuggestion | None]]:
    """By annotator and sentence what may be suggested; None where nothing is certain enough.

    The predictions are written as they come, as the model alone makes them; of each only the
    suggestion is kept.
    """
    for_all: dict[str, TaskSuggestion | None] = {}
    own: dict[str, dict[str, TaskSuggestion | None]] = {name: {} for name in names}

    total = sum(1 for _ in read_jsonl(study.sentences, Sentence))

    def predicted() -> Iterator[Prediction]:
        for batch in _batches(rows_by_commentary(study)):
            progress("predicting sentences", len(for_all), total)
            for row in suggester.predict(batch):
                for_all[row.sentence_id] = suggester.suggest(row)
                for name in names:
                    if coded := suggester.coded(name, row.commentary_id):
                        own[name][row.sentence_id] = suggester.suggest(row, coded)
                yield row

    if write:
        write_jsonl(study.predictions, predicted())
    else:
        deque(predicted(), maxlen=0)
    return {name: ChainMap(own[name], for_all) for name in names}


def _validate(project: HeldProject, suggestions: Sequence[TaskSuggestion]) -> None:
    """Checks each different suggestion and mark against the screen as it is on the server.

    Raises
    ------
    StudioError
        The screen lacks what is suggested: the server would drop it without a word, or show nothing.
    """
    from label_studio_sdk.label_interface import LabelInterface

    screen = LabelInterface(project.label_config)
    problems: list[str] = []
    for result in {id(s.result): s.result for s in suggestions if s.result is not None}.values():
        body = {"model_version": "x", "score": 0.0, "result": msgspec.json.decode(result)}
        problems += screen.validate_prediction(body, return_errors=True)
    marked = {target: None for s in suggestions for target in (*s.touched, *s.from_author)}
    problems += [
        f"no place for a mark at {target}"
        for target in marked
        if f'"${mark_key(target)}"' not in project.label_config
    ]
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
    held = studio.predictions(project_id) if has_ours else []
    changed = [p.task for p in held if p.model_version == version and _says_else(p, chosen.get(p.task))]
    predicted = [(p.task, p.model_version) for p in held]
    plan = plan_predictions(list(chosen), predicted, versions, version, changed)

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


def _says_else(held: HeldPrediction, suggestion: TaskSuggestion | None) -> bool:
    """Whether other ticks are suggested by now: an annotator's codings may have come in since."""
    if suggestion is None or suggestion.result is None:
        return False
    return ticks_of(held.result) != ticks_of(msgspec.json.decode(suggestion.result))
