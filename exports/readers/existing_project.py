"""Tasks of a project made by hand, as a project of this codebook would have them. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from schemas.codebook import NO_TARGET, Codebook
from schemas.kinds import KINDS
from schemas.project_map import ControlMap, ProjectMap, codes_of
from schemas.records import Record, Sentence
from schemas.studio_json import TEXT_TAG, control_name, result_values

NOT_IN_MAP = "(not in the map)"


class Translated(Record, frozen=True, kw_only=True):
    """``tasks`` in our form; ``unmatched`` are tasks whose sentence the study has not, or has twice.

    ``unmapped`` counts values without a code, as ``control: value``, and controls without a layer;
    ``left_out`` what the map leaves out on purpose.
    """

    tasks: list[dict[str, Any]]
    unmatched: list[str]
    unmapped: dict[str, int]
    left_out: dict[str, int]


def mapped_part(codebook: Codebook, project_map: ProjectMap) -> Codebook:
    """The codebook with only the layers and targets that the project asks for: the rest is not open."""
    layers = {control.layer for control in project_map.controls.values()}
    targets = {control.target for control in project_map.controls.values()}
    return msgspec.structs.replace(
        codebook,
        layers=[layer for layer in codebook.layers if layer.id in layers],
        targets=[target for target in codebook.targets if target.id in targets],
    )


def translate(
    tasks: Iterable[Any], project_map: ProjectMap, codebook: Codebook, sentences: Sequence[Sentence]
) -> Translated:
    """Tasks of an export with our sentence ids, control names and codes.

    What the map does not know stays in a task under its own name, so that the reader counts it and
    leaves the layer open, as it does with everything a codebook does not know.
    """
    find = _finder(project_map, sentences)
    tasks_of_ours: list[dict[str, Any]] = []
    unmatched: list[str] = []
    unmapped, left_out = Counter[str](), Counter[str]()
    for task in tasks:
        data = task.get("data") if isinstance(task, dict) else None
        sentence = find(data) if isinstance(data, dict) else None
        if sentence is None:
            unmatched.append(_shown(task, project_map))
            continue
        annotations = [
            _annotation(annotation, project_map, codebook, unmapped, left_out)
            for annotation in task.get("annotations") or []
            if isinstance(annotation, dict)
        ]
        ours = {
            "sentence_id": sentence.sentence_id,
            "commentary_id": sentence.commentary_id,
            "text": sentence.text,
            "codebook_version": codebook.version,
        }
        tasks_of_ours.append({**task, "data": ours, "meta": {}, "annotations": annotations})
    return Translated(
        tasks=tasks_of_ours, unmatched=unmatched, unmapped=dict(unmapped), left_out=dict(left_out)
    )


def _finder(project_map: ProjectMap, sentences: Sequence[Sentence]) -> Any:
    by_id = {sentence.sentence_id: sentence for sentence in sentences}
    by_text: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_text.setdefault(_plain(sentence.text), []).append(sentence)

    def find(data: Mapping[str, Any]) -> Sentence | None:
        if project_map.sentence_id and (known := by_id.get(str(data.get(project_map.sentence_id)))):
            return known
        same = by_text.get(_plain(str(data.get(project_map.text) or "")), []) if project_map.text else []
        return same[0] if len(same) == 1 else None

    return find


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _shown(task: Any, project_map: ProjectMap) -> str:
    data = task.get("data") if isinstance(task, dict) else None
    name = (
        data.get(project_map.sentence_id or project_map.text) or data.get(project_map.text)
        if isinstance(data, dict)
        else None
    )
    number = task.get("id") if isinstance(task, dict) else "?"
    return f"task {number}: {str(name)[:60]}" if name else f"task {number}: has no sentence"


def _annotation(
    annotation: Mapping[str, Any],
    project_map: ProjectMap,
    codebook: Codebook,
    unmapped: Counter[str],
    left_out: Counter[str],
) -> dict[str, Any]:
    result = [
        translated
        for item in annotation.get("result") or []
        if isinstance(item, dict)
        for translated in _item(item, project_map, codebook, unmapped, left_out)
    ]
    # what it was suggested stands in names of its own too, and no model of ours made it
    return {**annotation, "result": result, "prediction": None, "parent_prediction": None}


def _item(
    item: Mapping[str, Any],
    project_map: ProjectMap,
    codebook: Codebook,
    unmapped: Counter[str],
    left_out: Counter[str],
) -> Iterator[dict[str, Any]]:
    name, value = str(item.get("from_name")), item.get("value")
    if name in project_map.ignore:
        left_out[name] += 1
        return
    control = project_map.controls.get(name)
    if control is None:
        if "from_name" in item:  # a relation between regions has none
            unmapped[f"{name} {NOT_IN_MAP}"] += 1
            yield {"from_name": f"{name} {NOT_IN_MAP}", "type": "choices", "value": {"choices": ["?"]}}
        return
    layer = codebook.layer(control.layer)
    words = list(result_values(value)) if isinstance(value, dict) else []
    ours = control_name(control.layer, control.target)
    if layer is not None and not KINDS[layer.kind].has_codes:
        kind = KINDS[layer.kind]
        value = kind.read(layer, {layer.id: words}, ()).value
        yield from kind.write(layer, value, ()) if value is not None else ()
        return
    codes = []
    for word in words:
        code = _code(word, control, codebook)
        if code is None:
            unmapped[f"{name}: {word}"] += 1
        elif not code:
            left_out[f"{name}: {word}"] += 1
        if code != "":
            codes.append(word if code is None else code)
    if codes:
        yield {"from_name": ours, "to_name": TEXT_TAG, "type": "choices", "value": {"choices": codes}}


def _code(word: str, control: ControlMap, codebook: Codebook) -> str | None:
    """The code of a value: by the map, by its id, by its label; None where there is none."""
    if word in control.codes:
        return control.codes[word]
    layer = codebook.layer(control.layer)
    if layer is None:
        return None
    if word in codes_of(layer, control.target):
        return word
    labels = (
        {codebook.say(code.label): code.id for code in layer.codes} if control.target != NO_TARGET else {}
    )
    return labels.get(word)
