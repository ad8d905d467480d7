"""Tasks of a project made by hand, as a project of this codebook would have them. Pure."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from exports.readers.taxonomies import Leaves, is_taxonomy, paths_of
from schemas.codebook import NO_TARGET, Codebook
from schemas.kinds import KINDS
from schemas.project_map import ControlMap, ProjectMap, codes_of
from schemas.records import Sentence, short_hash
from schemas.studio_json import (
    NOT_ASKED,
    NOT_CODED,
    PATH,
    TEXT_TAG,
    control_name,
    result_values,
    type_of,
    value_key,
)

NOT_IN_MAP = "(not in the map)"
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
_INLINE = ["a", "abbr", "b", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"]


def mapped_part(codebook: Codebook, project_map: ProjectMap) -> Codebook:
    """The codebook with only the layers and targets that the project asks for: the rest is not open."""
    layers = {control.layer for control in project_map.controls.values()}
    targets = {control.target for control in project_map.controls.values()}
    return msgspec.structs.replace(
        codebook,
        layers=[layer for layer in codebook.layers if layer.id in layers],
        targets=[target for target in codebook.targets if target.id in targets],
    )


class Translator:
    """Makes tasks of an export ours, one by one, and counts what the map does not know.

    What the map does not know stays in a task under its own name, so that the reader counts it and
    leaves the layer open, as it does with everything a codebook does not know.

    Parameters
    ----------
    sentences
        Those of a study, of which every task is to be one; None makes a sentence of each task's text.
    leaves
        Which leaves of taxonomies are names.
    """

    def __init__(
        self,
        project_map: ProjectMap,
        codebook: Codebook,
        sentences: Sequence[Sentence] | None,
        leaves: Leaves | None = None,
    ) -> None:
        self.project_map, self._codebook = project_map, codebook
        self._leaves = leaves or Leaves()
        self._sentence_of = _maker(project_map) if sentences is None else _finder(project_map, sentences)
        self.count = 0  # tasks that are sentences
        self.fields: list[str] = []  # of the first task that is none
        self.unmatched: list[str] = []
        self.unmapped, self.left_out = Counter[str](), Counter[str]()

    def task(self, task: Any) -> dict[str, Any] | None:
        """The task with our sentence id, control names and codes; None where it is no known sentence."""
        data = task.get("data") if isinstance(task, dict) else None
        ours = self._sentence_of(data) if isinstance(data, dict) else None
        if ours is None:
            self.unmatched.append(_shown(task, self.project_map))
            self.fields = self.fields or (list(map(str, data)) if isinstance(data, dict) else [])
            return None
        self.count += 1
        annotations = task.get("annotations")
        return {
            **task,
            "data": {**ours, "codebook_version": self._codebook.version},
            "meta": {},
            "annotations": [
                self._annotation(annotation)
                for annotation in (annotations if isinstance(annotations, list) else [])
                if isinstance(annotation, dict)
            ],
        }

    def _annotation(self, annotation: Mapping[str, Any]) -> dict[str, Any]:
        given = annotation.get("result")
        result = [
            translated
            for item in (given if isinstance(given, list) else [])
            if isinstance(item, dict)
            for translated in self._item(item)
        ]
        # what it was suggested stands in names of its own too, and no model of ours made it
        return {**annotation, "result": result, "prediction": None, "parent_prediction": None}

    def _item(self, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        name, value = str(item.get("from_name")), item.get("value")
        if name in self.project_map.ignore:
            self.left_out[name] += type_of(item) not in (NOT_CODED, NOT_ASKED)
            return
        control = self.project_map.controls.get(name)
        if control is None:
            if "from_name" in item:  # a relation between regions has none
                self.unmapped[f"{name} {NOT_IN_MAP}"] += 1
                yield {"from_name": f"{name} {NOT_IN_MAP}", "type": "choices", "value": {"choices": ["?"]}}
            return
        layer = self._codebook.layer(control.layer)
        ours = control_name(control.layer, control.target)
        if value_key(item) is None:  # not read, and the reader says so
            yield {**item, "from_name": ours}
            return
        taxonomy = is_taxonomy(item)
        words = list(paths_of(item) if taxonomy else result_values(item)) if isinstance(value, dict) else []
        if layer is not None and not KINDS[layer.kind].has_codes:
            kind = KINDS[layer.kind]
            value = kind.read(layer, {layer.id: words}, ()).value
            yield from kind.write(layer, value, ()) if value is not None else ()
            return
        codes = []
        for word in words:
            code = self._path_code(name, word, control) if taxonomy else self._code(word, control)
            if code is None:
                self.unmapped[f"{name}: {word}"] += 1
            elif not code:
                self.left_out[f"{name}: {word}"] += 1
            if code != "":
                codes.append(word if code is None else code)
        if codes:
            yield {"from_name": ours, "to_name": TEXT_TAG, "type": "choices", "value": {"choices": codes}}

    def _path_code(self, name: str, path: str, control: ControlMap) -> str | None:
        """The code of a path in a taxonomy: its own, or its leaf's where that stands at no other path."""
        code = self._code(path, control)
        if code is None and self._leaves.is_name(name, path):
            code = self._code(path.rpartition(PATH)[2], control)
        return code

    def _code(self, word: str, control: ControlMap) -> str | None:
        """The code of a value: by the map, by its id, by its label; None where there is none."""
        if word in control.codes:
            return control.codes[word]
        layer = self._codebook.layer(control.layer)
        if layer is None:
            return None
        if word in codes_of(layer, control.target):
            return word
        labels = (
            {self._codebook.say(code.label): code.id for code in layer.codes}
            if control.target != NO_TARGET
            else {}
        )
        return labels.get(word)


#: From the data of a task to what it says of its sentence; None where that is not known.
Finder = Callable[[Mapping[str, Any]], dict[str, str] | None]


def _maker(project_map: ProjectMap) -> Finder:
    """A sentence of each task's own text; without a field that says of which commentary, one of its own."""

    def make(data: Mapping[str, Any]) -> dict[str, str] | None:
        given = _word(data.get(project_map.sentence_id)) if project_map.sentence_id else ""
        text = _plain(_word(data.get(project_map.text))) if project_map.text else given
        if not text:
            return None
        commentary = _word(data.get(project_map.commentary_id)) if project_map.commentary_id else ""
        commentary = commentary or given.rpartition(":")[0] or f"text-{short_hash(text, 8)}"
        known = {name: _word(data.get(name)) for name in ("before", "after", "title", "author", "date")}
        sentence = given or f"{commentary}:{short_hash(text, 8)}"
        return {**known, "sentence_id": sentence, "commentary_id": commentary, "text": text}

    return make


def _finder(project_map: ProjectMap, sentences: Sequence[Sentence]) -> Finder:
    """The sentence of a study that a task holds: by its id, or by its words where they occur once."""
    by_id = {sentence.sentence_id: sentence for sentence in sentences}
    by_text: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_text.setdefault(_plain(sentence.text), []).append(sentence)

    def find(data: Mapping[str, Any]) -> dict[str, str] | None:
        known = by_id.get(_word(data.get(project_map.sentence_id))) if project_map.sentence_id else None
        if known is None and project_map.text:
            same = by_text.get(_plain(_word(data.get(project_map.text))), [])
            known = same[0] if len(same) == 1 else None
        if known is None:
            return None
        return {
            "sentence_id": known.sentence_id,
            "commentary_id": known.commentary_id,
            "text": known.text,
        }

    return find


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _plain(text: str) -> str:
    """The words of a field, without the tags of HTML and with single spaces."""
    if _TAG.search(text):
        text = html.unescape(_TAG.sub(lambda tag: "" if (tag[2] or "").lower() in _INLINE else " ", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _shown(task: Any, project_map: ProjectMap) -> str:
    data = task.get("data") if isinstance(task, dict) else None
    name = (
        data.get(project_map.sentence_id or project_map.text) or data.get(project_map.text)
        if isinstance(data, dict)
        else None
    )
    number = task.get("id") if isinstance(task, dict) else "?"
    return (
        f"task {number}: {str(name)[:60]}" if str(name or "").strip() else f"task {number}: has no sentence"
    )
