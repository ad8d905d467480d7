"""Label Studio's task, annotation and prediction JSON ⇄ our layers; the names of the controls.

Foreign JSON is typed here and travels no further. A control is named after its layer, a stance
control ``<layer>__<target>``, the tick beside it ``<layer>__no_target``; stored values are code
ids, so an export is read with its codebook alone.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from schemas.codebook import Codebook
from schemas.controls import TEXT_TAG, control_name, mark_key
from schemas.controls import item as control_item
from schemas.kinds import KINDS
from schemas.records import UNRELATED, Layers, LayerValue, SuggestionSnapshot

__all__ = ["TEXT_TAG", "control_name"]

#: Type of a result → where its value holds what was coded. Of all other types nothing is read: the words
#: that a span marks are no code.
READ_TYPES = {
    "choices": "choices", "taxonomy": "taxonomy", "rating": "rating", "number": "number", "textarea": "text",
}  # fmt: skip
_FOREIGN_KEYS = {"selected": "pairwise", "ranker": "ranker", "datetime": "datetime"}
#: Types of our own: a layer that was not coded in a row of a table, or that the table does not ask for.
NOT_CODED, NOT_ASKED = "not coded", "not asked"
FLAT = "flat"  # the type of what stands in a flat export, which does not say it
#: Controls of an export of ours that nobody sees: who coded, and which controls were not asked or not coded.
#: No layer can have such a name.
OWN_CONTROLS = _CODER, _UNASKED, _UNCODED = "_coder", "_not_asked", "_not_coded"
#: The control by which an adjudicator takes a whole coding over; its value is the number of the coding.
TAKEN_CONTROL = "_taken"
PATH = " > "  # between the names of a path in a taxonomy
UNKNOWN_CONTROL = "control "  # how a reading begins to name a control that the codebook has not
SUGGESTION_NOTE = "Mit Vorschlag"  # what a task's `note` says where a suggestion is shown
#: The same where a direction is the author's in other commentaries.
AUTHOR_NOTE = f"{SUGGESTION_NOTE}, Richtung zum Teil nach anderen Texten des Autors"
#: Where one answer gives a commentary's other sentences a direction (after a pull and another prelabel).
ASKING_NOTE = "Ihre Antwort zu „berührt?“ hilft bei {} weiteren Sätzen"
#: What stands at the row of a target (`mark_key`): it is touched though nothing is ticked, or the ticked
#: direction is the author's in other commentaries.
TOUCHED_MARK, AUTHOR_MARK = "berührt?", "andere Texte"
MARKED_BY = "marked_by"  # the key of a task's data with the model that marked its targets as touched


class TaskData(Struct, frozen=True, kw_only=True):
    """What a task carries in ``data``; every key is there, an unknown one is the empty text."""

    sentence_id: str
    commentary_id: str
    text: str
    before: str = ""
    after: str = ""
    title: str = ""
    author: str = ""
    date: str = ""
    codebook_version: str = ""
    note: str = ""


class StudioAnnotation(Struct, frozen=True, kw_only=True):
    """An annotation as it stands in an export or an API answer.

    To be converted without ``strict``: old exports have ids and lead times as words, times as numbers.
    """

    id: int | None = None
    completed_by: Any = None  # a number, an e-mail, or an object with both; null where the account is gone
    updated_by: Any = None  # who changed it last, the annotator at first
    result: list[dict[str, Any]] = []
    was_cancelled: bool | None = False
    ground_truth: bool | None = False
    lead_time: float | None = None
    created_at: str | float | None = None  # ISO 8601, or seconds since 1970
    updated_at: str | float | None = None
    prediction: Any = None
    parent_prediction: int | None = None

    @property
    def user_id(self) -> int | None:
        """The number of the person who coded."""
        return _user_id(self.completed_by)

    @property
    def created(self) -> str | None:
        """When it was submitted, in ISO 8601."""
        return _in_words(self.created_at)

    @property
    def updated(self) -> str | None:
        """When it was changed last, in ISO 8601."""
        return _in_words(self.updated_at)

    @property
    def changed_by(self) -> int | None:
        """The number of the person who changed it last."""
        return _user_id(self.updated_by)

    @property
    def login(self) -> str | None:
        """What an export has beside the number or in its place: the e-mail address, or a name."""
        by = self.completed_by
        login = by.get("email") if isinstance(by, dict) else by
        return login if isinstance(login, str) else None


def _user_id(user: Any) -> int | None:
    number = user.get("id") if isinstance(user, dict) else user
    if isinstance(number, str) and re.fullmatch("[0-9]{1,18}", number):
        return int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _in_words(time: str | float | None) -> str | None:
    """A time in ISO 8601; a number that is none has no words."""
    if time is None or isinstance(time, str):
        return time
    try:
        return datetime.fromtimestamp(time, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


class ParsedAnnotation(Struct, frozen=True, kw_only=True):
    """What a submitted annotation means, and what is wrong with it.

    ``incomplete`` are layers to be done again; ``broken`` says why where the screen cannot forbid
    it; ``unknown`` are controls and values that the codebook does not know; ``unread`` are results of
    types that are not read, as ``control (type)``.
    """

    layers: Layers
    incomplete: list[str]
    broken: list[str]
    unknown: list[str]
    unread: list[str] = []


def to_result(layers: Mapping[str, LayerValue], codebook: Codebook) -> list[dict[str, Any]]:
    """The ticks and words that show these layers on the screen.

    A layer that is absent is left untouched; a stance layer whose asked targets are all
    ``unrelated`` ticks its "no target".
    """
    return [
        item
        for layer in codebook.layers
        if layer.id in layers
        for item in KINDS[layer.kind].write(layer, layers[layer.id], codebook.target_ids)
    ]


def own_items(coder: str, unasked: list[str], uncoded: list[str]) -> list[dict[str, Any]]:
    """What an annotation carries beside its answers: who made it, and which controls say nothing."""
    words = (_CODER, [coder]), (_UNASKED, unasked), (_UNCODED, uncoded)
    return [control_item(name, "textarea", {"text": texts}) for name, texts in words if texts]


def coder_of(result: list[dict[str, Any]]) -> str | None:
    """Who made an annotation, where it says so itself; never an e-mail address."""
    own = (one for one in result if isinstance(one, dict) and one.get("from_name") == _CODER)
    names = [name for one in own if isinstance(one.get("value"), dict) for name in result_values(one)]
    return names[0] if names and "@" not in names[0] else None


def read_result(result: list[dict[str, Any]], codebook: Codebook) -> ParsedAnnotation:
    """The layers that a submitted annotation means, by the rules of the codebook.

    A set without a tick is ``[]``; a fine code brings its group along. A stance layer with a tick
    anywhere gives every target of the codebook a value, the unticked ones ``unrelated``; without any
    tick it is absent. A layer that breaks a rule (two answers, an exclusive code beside another, "no
    target" beside a target, an unknown code) is absent and incomplete until it is mended.
    """
    ticks = ticks_of(result)
    foreign = list(_unread(result))
    for control, kind_of_silence in ((_UNASKED, NOT_ASKED), (_UNCODED, NOT_CODED)):
        foreign += [(name, kind_of_silence) for name in ticks.pop(control, [])]
    for name in (_CODER, TAKEN_CONTROL):
        ticks.pop(name, None)
    unread = {name: word for name, word in foreign if name not in ticks}
    layers: Layers = {}
    incomplete: list[str] = []
    broken: list[str] = []
    known = set(control_names(codebook))
    unknown = [f"{UNKNOWN_CONTROL}{name}" for name in ticks if name not in known]
    for layer in codebook.layers:
        kind = KINDS[layer.kind]
        targets = codebook.target_ids
        if kind.by_target:
            targets = [target for target in targets if control_name(layer.id, target) not in unread]
        if layer.id in unread or (targets != codebook.target_ids and not targets):
            words = {unread.get(name) for name in kind.control_names(layer, codebook.target_ids)}
            if (layer.required or kind.must_be_touched) and words - {None, NOT_ASKED}:
                incomplete.append(layer.id)
            continue
        value, problems, strange = kind.read(layer, ticks, targets)
        if value is not None:
            layers[layer.id] = value
        broken.extend(f"{layer.id}: {problem}" for problem in problems)
        unknown.extend(strange)
        must_be_done = layer.required or kind.must_be_touched or bool(problems or strange)
        if (value is None and must_be_done) or (value == [] and layer.required):
            incomplete.append(layer.id)
    return ParsedAnnotation(
        layers=layers,
        incomplete=incomplete,
        broken=broken,
        unknown=unknown,
        unread=[f"{name} ({word})" for name, word in foreign if word not in (NOT_CODED, NOT_ASKED)],
    )


def _unread(result: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The controls whose results are not read, and their types."""
    for item in result:
        name = item.get("from_name") if isinstance(item, dict) else None
        if isinstance(name, str) and isinstance(item.get("value"), dict) and value_key(item) is None:
            yield name, type_of(item)


def suggested_by(prediction: Any, data: Mapping[str, Any], codebook: Codebook) -> SuggestionSnapshot | None:
    """What the annotator started from, or None where nothing was suggested.

    Parameters
    ----------
    prediction
        The snapshot of the prediction that an annotation keeps.
    data
        Of the task: its marks are left alone once it is coded.
    """
    shown = prediction if isinstance(prediction, dict) and prediction.get("model_version") else {}
    result = shown.get("result")
    reading = read_result(result if isinstance(result, list) else [], codebook)
    layers = {name: value for name, value in reading.layers.items() if value != []}
    marks = [
        (data.get(mark_key(target)), target, layer.id)
        for layer in codebook.predicted_layers
        if KINDS[layer.kind].by_target
        for target in codebook.target_ids
    ]
    touched = [control_name(layer, target) for mark, target, layer in marks if mark == TOUCHED_MARK]
    version = shown.get("model_version") or (touched and data.get(MARKED_BY))
    if not version:
        return None
    return SuggestionSnapshot(
        model_version=str(version),
        layers=layers,
        touched=touched,
        from_author=[
            control_name(layer, target)
            for mark, target, layer in marks
            if mark == AUTHOR_MARK and target in _touched(layers.get(layer))
        ],
    )


def _touched(value: LayerValue | None) -> list[str]:
    return [name for name, code in value.items() if code != UNRELATED] if isinstance(value, dict) else []


def control_names(codebook: Codebook) -> Iterator[str]:
    """The names of all controls of a project of this codebook, in the order of the screen."""
    for layer in codebook.layers:
        yield from KINDS[layer.kind].control_names(layer, codebook.target_ids)


def ticks_of(result: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Control name → its values, whatever shape they came in."""
    ticks: dict[str, list[str]] = {}
    for item in result:
        if not isinstance(item, dict):
            continue
        name = item.get("from_name")
        if isinstance(name, str) and isinstance(item.get("value"), dict) and value_key(item):
            ticks.setdefault(name, []).extend(result_values(item))
    return ticks


def type_of(item: Mapping[str, Any]) -> str:
    """The type of a result; where it is not said, as in flat exports, what its value looks like."""
    said, value = str(item.get("type") or FLAT), item.get("value")
    keys = list(value) if isinstance(value, dict) else []
    if READ_TYPES.get(said) in keys or (said != FLAT and said not in READ_TYPES):
        return said
    for word, key in READ_TYPES.items():
        # the text of a span is what it marks
        if key in keys and not (key == "text" and "start" in keys):
            return word
    foreign = (_FOREIGN_KEYS.get(key, key if key.endswith("labels") else "") for key in keys)
    return next(filter(None, foreign), said if said in READ_TYPES else "unknown")


def value_key(item: Mapping[str, Any]) -> str | None:
    """Where the value of a result holds what was coded; None where its type is not read."""
    return READ_TYPES.get(type_of(item))


def result_values(item: Mapping[str, Any]) -> Iterator[str]:
    """What the result of a control holds, as words; of a path in a taxonomy its last name."""
    for one in result_items(item):
        leaf = one[-1] if isinstance(one, list) and one else one
        if isinstance(leaf, str) and not leaf.strip():
            continue
        if isinstance(leaf, str | int | float):
            yield _word(leaf)


def result_items(item: Mapping[str, Any]) -> list[Any]:
    """What the result of a control holds, one by one, as it is stored."""
    value, key = item.get("value"), value_key(item)
    content = value.get(key) if key and isinstance(value, dict) else None
    return content if isinstance(content, list) else [] if content is None else [content]


def _word(value: str | float) -> str:
    """A stored value as a code id would be written: a rating of 3.0 is the code "3"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
