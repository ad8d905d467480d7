"""Suggestions up: what a model says of sentences nobody has coded, so that annotators see it."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from annotate.label_studio.client import HeldProject, HeldTask, Studio
from annotate.label_studio.upload import send_predictions
from annotate.progress import Progress, no_progress
from annotate.study.folder import Study
from annotate.study.projects import find_projects
from annotate.sync.tasks import rows_by_commentary
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.jsonl import write_jsonl
from schemas.records import UNRELATED, GoldSentence, Layers, Prediction, Record
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


class Suggestion(NamedTuple):
    """``result`` is its JSON, one object for all that say the same."""

    result: msgspec.Raw
    score: float  # the confidence: Label Studio's uncertainty order serves the lowest first


def not_shared(model: Codebook, study: Codebook) -> list[str]:
    """Layers and targets that model and study do not have alike; nothing is suggested for them.

    A layer is shared by id and kind, a target by id and question.
    """
    found = []
    for layer in study.predicted_layers:
        other = model.layer(layer.id)
        if other is None or other.kind != layer.kind or not other.is_predicted:
            found.append(layer.id)
        elif layer.kind == "stance":
            found.extend(f"{layer.id}__{t.id}" for t in study.targets if not _same_target(model, study, t.id))
            found.extend(f"{layer.id}__{t}" for t in model.target_ids if study.target(t) is None)
    found.extend(layer.id for layer in model.predicted_layers if study.layer(layer.id) is None)
    return found


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
    apart = not_shared(model.meta.book, codebook)
    with ThreadPoolExecutor(1) as beside:  # the server lists while we predict
        listed = {name: beside.submit(_held_tasks, studio, project.id) for name, project in projects.items()}
        suggested = _suggestions(model, study, codebook, apart, write=not dry_run, progress=progress)
        progress("comparing with what is there")
        held = {name: listing.result() for name, listing in listed.items()}
    counts: Counter[str] = Counter()
    withheld: Counter[str] = Counter()
    for name, project in projects.items():
        open_tasks = _open_tasks(held.pop(name), suggested, withheld)
        chosen = {task.id: task.suggestion for task in open_tasks if task.suggestion}
        _validate(project, chosen.values())
        progress(f"{name}: bringing suggestions")
        counts.update(_bring(studio, project.id, chosen, model.meta.model_version, dry_run=dry_run))
        if not dry_run:
            _note(studio, project.id, open_tasks)
    return PrelabelReport(
        created=counts["created"], replaced=counts["replaced"], unchanged=counts["unchanged"],
        withheld=dict(sorted(withheld.items())), not_shared=apart,
        model_version=model.meta.model_version, dry_run=dry_run,
    )  # fmt: skip


def _batches(pieces: Iterable[list[GoldSentence]]) -> Iterator[list[GoldSentence]]:
    """Whole commentaries, `BATCH` sentences or more at a time."""
    batch: list[GoldSentence] = []
    for piece in pieces:
        batch += piece
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def keep_shared(layers: Mapping[str, Any], apart: Sequence[str], codebook: Codebook) -> Layers:
    """The layers without what is not shared; a stance layer keeps the targets that are."""
    kept: Layers = {}
    for name, value in layers.items():
        layer = codebook.layer(name)
        if layer is None or name in apart:
            continue
        if isinstance(value, dict):
            known = layer.stance_values
            alike = {t: c for t, c in value.items() if f"{name}__{t}" not in apart and c in known}
            # "no target" is a word about all of them: it is not said where one was not answered
            if set(alike.values()) - {UNRELATED} or set(alike) == set(codebook.target_ids):
                kept[name] = alike
        elif isinstance(value, list):
            if all(code in layer.code_ids for code in value):
                kept[name] = value
        elif str(value) in layer.code_ids:
            kept[name] = value
    return kept


def _suggestions(
    model: "Model", study: Study, codebook: Codebook, apart: Sequence[str], *, write: bool, progress: Progress
) -> dict[str, Suggestion | None]:
    """By sentence what may be suggested; None where nothing is certain enough.

    The predictions are written as they come; of each only the suggestion is kept.
    """
    from train.predict import predict_stream

    asked = _shared_targets(model.meta.book, apart)
    alike: dict[bytes, msgspec.Raw] = {}
    found: dict[str, Suggestion | None] = {}

    def predicted() -> Iterator[Prediction]:
        for batch in _batches(rows_by_commentary(study)):
            progress(f"predicting: {len(found):,} sentences")
            for prediction in predict_stream(model, batch, asked=[asked] * len(batch)):
                found[prediction.sentence_id] = _suggestion(model, prediction, codebook, apart, alike)
                yield prediction

    if write:
        write_jsonl(study.predictions, predicted())
    else:
        deque(predicted(), maxlen=0)
    return found


def _shared_targets(model: Codebook, apart: Sequence[str]) -> dict[str, list[str]]:
    """The targets that are worth an answer, by stance layer: nobody would see the others."""
    return {
        layer.id: [name for name in model.target_ids if f"{layer.id}__{name}" not in apart]
        for layer in model.predicted_layers
        if layer.kind == "stance" and layer.id not in apart
    }


class _Held(NamedTuple):
    """What matters here of a task of ours; ``withheld`` is why it may have no suggestion."""

    id: int
    sentence_id: str
    coded: bool
    withheld: str | None
    note: str


def _held_tasks(studio: Studio, project_id: int) -> list[_Held]:
    found = []
    for task in studio.tasks(project_id):
        sentence_id = task.data.get("sentence_id")
        if isinstance(sentence_id, str):  # otherwise a foreign task
            note = str(task.data.get("note", ""))
            found.append(_Held(task.id, sentence_id, bool(task.coded), _no_suggestion(task), note))
    return found


class _OpenTask(NamedTuple):
    """A task of ours that nobody has coded."""

    id: int
    suggestion: Suggestion | None
    note: str


def _open_tasks(
    held: Iterable[_Held], suggested: Mapping[str, Suggestion | None], withheld: Counter[str]
) -> list[_OpenTask]:
    found = []
    for task in held:
        suggestion = suggested.get(task.sentence_id)
        reason = task.withheld if task.sentence_id in suggested else "not in the study"
        if reason is None and suggestion is None:
            reason = "nothing certain enough"
        if reason:
            withheld[reason] += 1
        if not task.coded:
            found.append(_OpenTask(task.id, None if reason else suggestion, task.note))
    return found


def _no_suggestion(task: HeldTask) -> str | None:
    if task.coded:
        return "already coded"
    if task.meta.get("test"):
        return "test share"
    if task.meta.get("phase") == "pilot":
        return "pilot"
    return "no-suggestion share" if task.meta.get("suggest") is False else None


def _suggestion(
    model: "Model", prediction: Prediction, codebook: Codebook, apart: Sequence[str],
    alike: dict[bytes, msgspec.Raw],
) -> Suggestion | None:  # fmt: skip
    from train.predict import suggestions

    said = suggestions(model, prediction)
    kept = keep_shared(said.layers, apart, codebook)
    result = to_result(kept, codebook)
    if not result:
        return None
    sure = [score for name, score in said.confidence.items() if name.partition("__")[0] in kept]
    encoded = msgspec.json.encode(result)
    return Suggestion(alike.setdefault(encoded, msgspec.Raw(encoded)), round(min(sure), 6))


def _validate(project: HeldProject, suggestions: Iterable[Suggestion]) -> None:
    """Holds each different suggestion against the screen as it stands on the server.

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
                f"its screen does not take what the codebook allows ({problems[0]}); "
                "`standpunkt push` brings the screen in step",
                status=400,
            )


def _bring(
    studio: Studio, project_id: int, chosen: Mapping[int, Suggestion], version: str, *, dry_run: bool
) -> Counter[str]:
    """Deletes our older predictions, adds the missing ones, and sets the version that is shown."""
    counted = studio.prediction_counts(project_id)
    older = {name for name in counted if is_ours(name, version) and name != version}
    held = studio.predicted_tasks(project_id) if older or version in counted else []
    now = Counter(task for task, name in held if name == version)
    # a task with two, or one that may not have any more: begin again with this version
    if any(count > 1 for count in now.values()) or set(now) - set(chosen):
        older.add(version)
        now = Counter()
    had = {task for task, name in held if name in older}
    missing = [task for task in chosen if task not in now]

    def bodies(tasks: Sequence[int]) -> list[dict[str, Any]]:
        said = [(task, *chosen[task]) for task in tasks]
        return [{"task": t, "model_version": version, "score": s, "result": r} for t, r, s in said]

    if not dry_run:
        for name in sorted(older):
            studio.delete_predictions(project_id, name)
        send_predictions(studio, project_id, version, [*now, *missing], bodies, present=len(now))
    replaced = sum(task in had for task in missing)
    return Counter(created=len(missing) - replaced, replaced=replaced, unchanged=len(chosen) - len(missing))


def _note(studio: Studio, project_id: int, tasks: Sequence[_OpenTask]) -> None:
    """Says on the screen where ticks come from a model: they look like one's own."""
    for note, wanted in ((SUGGESTION_NOTE, True), ("", False)):
        stale = [task.id for task in tasks if bool(task.suggestion) is wanted and task.note != note]
        if stale:
            studio.set_task_field(project_id, stale, "note", note)


def is_ours(version: str, like: str) -> bool:
    """Whether a model version was made by us for this codebook: ``<codebook>-<8 hex>``."""
    name = like.rsplit("-", 1)[0]
    return re.fullmatch(re.escape(name) + r"-[0-9a-f]{8}", version) is not None


def _same_target(model: Codebook, study: Codebook, target_id: str) -> bool:
    mine, theirs = study.target(target_id), model.target(target_id)
    return bool(mine and theirs and study.say(mine.question) == model.say(theirs.question))
