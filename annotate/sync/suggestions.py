"""Which tasks get which suggestion, and why others get none, from records alone. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from annotate.kinds import kind_of
from annotate.label_studio.answers import HeldTask
from schemas.codebook import Codebook
from schemas.controls import mark_key
from schemas.decimals import number
from schemas.kinds import KINDS
from schemas.records import Annotation, Layers, LayerValue
from schemas.studio_json import (
    ASKING_NOTE,
    AUTHOR_MARK,
    AUTHOR_NOTE,
    MARKED_BY,
    SUGGESTION_NOTE,
    TOUCHED_MARK,
)

#: Other sentences that an answer has to help before it is asked for.
_HELPS = 2
#: Twentieths of a score from which on a word is used, highest first.
_SURENESS = ((19, "sehr sicher"), (16, "ziemlich sicher"), (0, "halbwegs sicher"))


class TaskSuggestion(NamedTuple):
    """What is ticked, and what is only said at the rows of targets.

    Parameters
    ----------
    result
        The JSON of what is ticked, one object for all that say the same; None: nothing is.
    score
        The confidence: Label Studio's uncertainty order serves the lowest first.
    touched, from_author, from_commentary
        Targets that are marked as touched; those whose ticked direction is the author's in other
        commentaries; whether one is what this annotator has said of the commentary so far.
    commentary, undirected
        The sentence's commentary, and the marked targets whose direction one answer there would give.
    helps
        How many other sentences of the commentary that answer would help, where it is asked for here.
    """

    result: msgspec.Raw | None
    score: float
    touched: tuple[str, ...] = ()
    from_author: tuple[str, ...] = ()
    from_commentary: bool = False
    commentary: str = ""
    undirected: tuple[str, ...] = ()
    helps: int = 0


class StudyTask(NamedTuple):
    """What matters here of a task of the study.

    ``withheld`` is why it may have no suggestion, ``shown`` what its data say of one: `wanted_fields`.
    """

    id: int
    sentence_id: str
    coded: bool
    withheld: str | None
    shown: Mapping[str, str]


class OpenTask(NamedTuple):
    """A task of the study that no annotator has coded, with what is suggested for it."""

    id: int
    suggestion: TaskSuggestion | None
    shown: Mapping[str, str]


class PredictionPlan(NamedTuple):
    """The model versions to delete, the tasks that keep their prediction, and those to get one.

    ``replaced`` of the missing ones have a prediction of a version that is deleted.
    """

    deleted_versions: list[str]
    present: list[int]
    missing: list[int]
    replaced: int


def not_shared(model: Codebook, study: Codebook) -> list[str]:
    """Layers and targets that model and study do not have alike; nothing is suggested for them.

    A layer is shared by id and kind, a target by id and question.
    """
    names = []
    for layer in study.predicted_layers:
        other = model.layer(layer.id)
        if other is None or other.kind != layer.kind or not other.is_predicted:
            names.append(layer.id)
        elif KINDS[layer.kind].by_target:
            names.extend(f"{layer.id}__{t.id}" for t in study.targets if not _same_target(model, study, t.id))
            names.extend(f"{layer.id}__{t}" for t in model.target_ids if study.target(t) is None)
    names.extend(layer.id for layer in model.predicted_layers if study.layer(layer.id) is None)
    return names


def shared_targets(model: Codebook, unshared: Sequence[str]) -> dict[str, list[str]]:
    """The targets that the model is asked for, by stance layer: an answer to others is never shown."""
    return {
        layer.id: [name for name in model.target_ids if f"{layer.id}__{name}" not in unshared]
        for layer in model.predicted_layers
        if KINDS[layer.kind].by_target and layer.id not in unshared
    }


def keep_shared(layers: Mapping[str, LayerValue], unshared: Sequence[str], codebook: Codebook) -> Layers:
    """The layers without what is not shared; a stance layer keeps the targets that are."""
    kept: Layers = {}
    for name, value in layers.items():
        layer = codebook.layer(name)
        if layer is None or name in unshared:
            continue
        shared = kind_of(layer).shared(layer, value, unshared, codebook)
        if shared is not None:
            kept[name] = shared
    return kept


def study_task(task: HeldTask) -> StudyTask | None:
    """The task as far as it matters for suggestions; None where it is not one of the study."""
    sentence_id = task.data.get("sentence_id")
    if not isinstance(sentence_id, str):
        return None
    shown = {
        name: str(value)
        for name, value in task.data.items()
        if value and (name in ("note", MARKED_BY) or name.startswith(mark_key("")))
    }
    return StudyTask(task.id, sentence_id, bool(task.coded), withheld_reason(task), shown)


def withheld_reason(task: HeldTask) -> str | None:
    """Why a task may have no suggestion, whatever the model says; None where it may."""
    if task.coded:
        return "already coded"
    if task.meta.get("test"):
        return "test share"
    if task.meta.get("phase") == "pilot":
        return "pilot"
    return "no-suggestion share" if task.meta.get("suggest") is False else None


def choose_suggestions(
    tasks: Iterable[StudyTask], suggestions: Mapping[str, TaskSuggestion | None]
) -> tuple[list[OpenTask], Counter[str]]:
    """The open tasks with their suggestions, and how many tasks got none, by reason.

    Parameters
    ----------
    suggestions
        By sentence of the study; None where nothing is certain enough.
    """
    open_tasks = []
    withheld: Counter[str] = Counter()
    for task in tasks:
        suggestion = suggestions.get(task.sentence_id)
        reason = task.withheld if task.sentence_id in suggestions else "not in the study"
        if reason is None and suggestion is None:
            reason = "nothing certain enough"
        if not task.coded:
            open_tasks.append(OpenTask(task.id, None if reason else suggestion, task.shown))
        if reason is None and suggestion and suggestion.result is None:
            reason = "only that a target is touched is certain enough"
        if reason:
            withheld[reason] += 1
    return open_tasks, withheld


def ask_for_directions(tasks: Sequence[OpenTask]) -> list[OpenTask]:
    """The tasks, with a direction asked for once a commentary and target: at the first of many marked ones.

    Parameters
    ----------
    tasks
        Of one annotator, a commentary's in the order of its text.
    """
    alike: dict[tuple[str, str], list[int]] = {}
    for place, task in enumerate(tasks):
        for target in task.suggestion.undirected if task.suggestion else ():
            assert task.suggestion is not None
            alike.setdefault((task.suggestion.commentary, target), []).append(place)
    asking = list(tasks)
    for places in alike.values():
        suggestion = asking[places[0]].suggestion
        if suggestion is not None and len(places) > max(_HELPS, suggestion.helps):
            asking[places[0]] = asking[places[0]]._replace(
                suggestion=suggestion._replace(helps=len(places) - 1)
            )
    return asking


def sureness_words(score: float) -> str:
    """How sure every ticked answer is at least, in words and a figure that is rounded down to twentieths.

    >>> sureness_words(0.874), sureness_words(0.5)
    ('jede Wahl mindestens ziemlich sicher (0,85)', 'jede Wahl mindestens halbwegs sicher (0,50)')
    """
    twentieths = int(score * 20 + 1e-9)
    words = next(words for least, words in _SURENESS if twentieths >= least)
    return f"jede Wahl mindestens {words} ({number(twentieths / 20, 2, 'de')})"


def wanted_fields(
    suggestion: TaskSuggestion | None, model_version: str, *, show_confidence: bool = False
) -> dict[str, str]:
    """The fields of a task's data that say what is suggested; one that is not among them is to be empty."""
    if suggestion is None:
        return {}
    fields = {mark_key(target): AUTHOR_MARK for target in suggestion.from_author}
    fields |= {mark_key(target): TOUCHED_MARK for target in suggestion.touched}
    if suggestion.touched:
        fields[MARKED_BY] = model_version
    notes = []
    if suggestion.result is not None:
        notes.append(AUTHOR_NOTE if suggestion.from_author else SUGGESTION_NOTE)
        if show_confidence:
            notes.append(sureness_words(suggestion.score))
    if suggestion.helps:
        notes.append(ASKING_NOTE.format(suggestion.helps))
    if notes:
        fields["note"] = " · ".join(notes)
    return fields


def stale_fields(
    tasks: Iterable[OpenTask], model_version: str, *, show_confidence: bool = False
) -> dict[tuple[str, str], list[int]]:
    """Field and value → the tasks that are to have it and do not."""
    stale: dict[tuple[str, str], list[int]] = {}
    for task in tasks:
        wanted = wanted_fields(task.suggestion, model_version, show_confidence=show_confidence)
        for name in {**task.shown, **wanted}:
            value = wanted.get(name, "")
            if task.shown.get(name, "") != value:
                stale.setdefault((name, value), []).append(task.id)
    return stale


def coded_directions(
    rows: Iterable[Annotation], codebook: Codebook
) -> dict[str, dict[str, dict[str, dict[str, Counter[str]]]]]:
    """Annotator → commentary → stance layer → target → how often they gave each code there."""
    coded: dict[str, dict[str, dict[str, dict[str, Counter[str]]]]] = {}
    by_target = [layer.id for layer in codebook.predicted_layers if KINDS[layer.kind].by_target]
    for row in rows:
        for name in by_target:
            value = row.layers.get(name)
            for target, code in value.items() if isinstance(value, dict) else ():
                layers = coded.setdefault(row.annotator, {}).setdefault(row.commentary_id, {})
                layers.setdefault(name, {}).setdefault(target, Counter())[code] += 1
    return coded


def plan_predictions(
    suggested: Sequence[int], predicted: Sequence[tuple[int, str]], versions: Iterable[str], version: str,
    changed: Collection[int] = (),
) -> PredictionPlan:  # fmt: skip
    """What to delete and to add so that exactly these tasks have a prediction of this version.

    Parameters
    ----------
    suggested
        The tasks that are to have one.
    predicted
        Task and model version of each prediction in the project.
    versions
        The model versions in the project; those of other models stay.
    changed
        The tasks whose prediction of this version says something else by now.
    """
    deleted = {name for name in versions if is_ours(name, version) and name != version}
    present = Counter(task for task, name in predicted if name == version)
    # a task with two, one that may not have any more or says something else: begin again with this version
    if any(count > 1 for count in present.values()) or set(present) - set(suggested) or changed:
        deleted.add(version)
        present = Counter()
    replaceable = {task for task, name in predicted if name in deleted}
    missing = [task for task in suggested if task not in present]
    return PredictionPlan(
        sorted(deleted), list(present), missing, sum(task in replaceable for task in missing)
    )


def is_ours(version: str, like: str) -> bool:
    """Whether we made a model version: for this codebook (``<codebook>-<8 hex>``), or of a language model."""
    name = like.rsplit("-", 1)[0]
    return re.fullmatch(rf"({re.escape(name)}|llm-.+)-[0-9a-f]{{8}}", version) is not None


def _same_target(model: Codebook, study: Codebook, target_id: str) -> bool:
    in_study, in_model = study.target(target_id), model.target(target_id)
    return bool(in_study and in_model and study.say(in_study.question) == model.say(in_model.question))
