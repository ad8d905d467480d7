"""A codebook of what another tool asked: a draft, whose definitions a person has to write."""

import re
from collections.abc import Sequence
from typing import Any

import yaml

from exports.readers.tools.imported import Question
from schemas.codebook import STUDIO_FIELDS, TASK_FIELDS
from schemas.records import Record, slug

MAX_LABEL = 100  # characters of what is still a label; more is free text
MAX_LABELS = 200


class Placed(Record, frozen=True, kw_only=True):
    """Where the answers to a question go: a layer, on a stance layer a target, and value → code.

    A value whose code is empty is left out on purpose; ``codes`` is None where the layer holds words.
    """

    layer: str
    target: str | None = None
    codes: dict[str, str] | None = {}


def is_free_text(values: Sequence[str]) -> bool:
    """Whether answers are words and no codes: long, of several lines, or of very many kinds."""
    return len(values) > MAX_LABELS or any(len(value) > MAX_LABEL or "\n" in value for value in values)


def is_scale(values: Sequence[str]) -> bool:
    """Whether answers are 1, 2, … without a gap."""
    return len(values) > 1 and sorted(values) == sorted(str(n) for n in range(1, len(values) + 1))


def draft_codebook(
    name: str, language: str, questions: Sequence[Question], *, tool: str
) -> tuple[str, dict[str, Placed]]:
    """The YAML of a codebook with a layer for each question, and where each answer goes in it.

    Every question has its kind by now.
    """
    placed: dict[str, Placed] = {}
    layers: list[dict[str, Any]] = []
    taken = {*TASK_FIELDS, *STUDIO_FIELDS}
    for question in questions:
        layer_id = _free_id(question.id, taken, "layer")
        layer: dict[str, Any] = {
            "id": layer_id,
            "kind": question.kind,
            "label": question.label or question.id,
        }
        if question.kind == "text":
            placed[question.id] = Placed(layer=layer_id, codes=None)
        else:
            codes = _code_ids(question)
            layer["codes"] = _codes(question, codes)
            placed[question.id] = Placed(layer=layer_id, codes=codes)
        layers.append(layer)
    book = {"codebook": _name(name), "version": "1.0.0", "language": language, "layers": layers}
    head = (
        f"# A draft, made of an export of {tool}. What it does not say is yours to write: what a code means\n"
        "# (short, use_when, avoid_when), keys, and whether a layer is required (docs/codebook.md).\n"
    )
    return head + yaml.safe_dump(book, allow_unicode=True, sort_keys=False, width=100), placed


def _code_ids(question: Question) -> dict[str, str]:
    if question.kind == "scale":
        return {value: value for value in sorted((one.value for one in question.labels), key=int)}
    taken: set[str] = set()
    return {one.value: _free_id(one.value, taken, "code") for one in question.labels}


def _codes(question: Question, ids: dict[str, str]) -> list[dict[str, Any]]:
    labels = {one.value: one for one in question.labels}
    shown: set[str] = set()
    codes = []
    for value, code_id in ids.items():
        one = labels[value]
        label = " ".join((one.label or value).split()) or code_id
        if label in shown:  # the same name in another group
            label = f"{label} ({code_id})"
        shown.add(label)
        code = {"id": code_id, "label": label}
        if one.short.strip():
            code["short"] = one.short.strip()
        if one.parent in ids:
            code["parent"] = ids[one.parent]
        codes.append(code)
    return codes


def _free_id(words: str, taken: set[str], what: str) -> str:
    """An id of the codebook for these words that is not taken yet, and is now."""
    plain = re.sub(r"_+", "_", slug(words).replace("-", "_")) or what
    plain = plain if plain[0].isalpha() else f"{what}_{plain}"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    taken.add(name)
    return name


def _name(words: str) -> str:
    return slug(words) or "codebook"
