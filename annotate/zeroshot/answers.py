"""What a model may answer, as a JSON schema, and what it did answer. Pure; nothing is ever guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.codebook import Codebook
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import Layers

NOT_JSON, MISSING, UNKNOWN, BROKEN = "not JSON", "missing", "unknown code", "against a rule of the codebook"
CUT, REFUSED = "cut short", "refused"

_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)


class Parsed(NamedTuple):
    """The layers that were answered, and why others were not: layer or ``layer__target`` → reason."""

    layers: Layers
    missing: dict[str, str]


def answer_schema(codebook: Codebook, layers: Sequence[Layer], *, whole: bool = False) -> dict[str, Any]:
    """The JSON schema of an answer: every layer, every target, and no other code.

    Only what the structured output of servers knows: objects without further keys, enums, arrays.
    """
    body = {layer.id: _value_schema(layer, codebook) for layer in layers}
    if not whole:
        return _object(body)
    return _object({"sentences": {"type": "array", "items": _object({"n": {"type": "integer"}, **body})}})


def parse_answer(content: str, codebook: Codebook, layers: Sequence[Layer]) -> Parsed:
    """What an answer says of one sentence."""
    found = read_object(content)
    if found is None:
        return unanswered(NOT_JSON, codebook, layers)
    return check_answer(found, codebook, layers)


def parse_whole(
    content: str, codebook: Codebook, layers: Sequence[Layer], numbers: Sequence[int]
) -> dict[int, tuple[int, Parsed]]:
    """What an answer says of numbered sentences: number → its place in the answer, and what is said.

    A number that stands twice, or that was not asked, says nothing.
    """
    found = read_object(content)
    items = found.get("sentences") if found is not None else None
    if not isinstance(items, list):
        return {n: (-1, unanswered(NOT_JSON, codebook, layers)) for n in numbers}
    said: dict[int, list[int]] = {}
    for place, item in enumerate(items):
        if isinstance(item, dict) and type(item.get("n")) is int:
            said.setdefault(item["n"], []).append(place)
    answers = {}
    for n in numbers:
        places = said.get(n, [])
        if len(places) == 1:
            answers[n] = (places[0], check_answer(items[places[0]], codebook, layers))
        else:
            answers[n] = (-1, unanswered(MISSING if not places else BROKEN, codebook, layers))
    return answers


def unanswered(reason: str, codebook: Codebook, layers: Sequence[Layer]) -> Parsed:
    """Nothing answered, for one reason."""
    missing = {}
    for layer in layers:
        names = (
            [f"{layer.id}__{t}" for t in codebook.target_ids] if KINDS[layer.kind].by_target else [layer.id]
        )
        missing.update(dict.fromkeys(names, reason))
    return Parsed({}, missing)


def read_object(content: str) -> dict[str, Any] | None:
    """The JSON object in an answer: alone, in a code fence, or the last one among words.

    >>> read_object('Gern! ```json\\n{"voice": "author"}\\n```')
    {'voice': 'author'}
    >>> read_object("Das kann ich nicht beurteilen.") is None
    True
    """
    text = _THOUGHT.sub("", content).strip()
    start = text.find("{")
    end = text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        found = msgspec.json.decode(text[start : end + 1])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    return found if isinstance(found, dict) else None


def check_answer(found: Mapping[str, Any], codebook: Codebook, layers: Sequence[Layer]) -> Parsed:
    """The layers of an answer that the codebook allows."""
    kept: Layers = {}
    missing: dict[str, str] = {}
    for layer in layers:
        kind = KINDS[layer.kind]
        said = found.get(layer.id)
        if kind.by_target:
            directions = {}
            for target in codebook.target_ids:
                code = said.get(target) if isinstance(said, dict) else None
                if isinstance(code, str) and code in layer.values:
                    directions[target] = code
                else:
                    missing[f"{layer.id}__{target}"] = MISSING if code is None else UNKNOWN
            if directions:
                kept[layer.id] = directions
            continue
        value, reason = _set(layer, said) if kind.several else _code(layer, said)
        if reason:
            missing[layer.id] = reason
        else:
            kept[layer.id] = value
    return Parsed(kept, missing)


def _code(layer: Layer, said: Any) -> tuple[Any, str]:
    if said is None:
        return None, MISSING
    is_step = KINDS[layer.kind].value_type is int
    # a step may come as 2 or "2"; True is no step
    if isinstance(said, bool) or not isinstance(said, str | int) or str(said) not in layer.code_ids:
        return None, UNKNOWN
    return (int(said) if is_step else str(said)), ""


def _set(layer: Layer, said: Any) -> tuple[Any, str]:
    if said is None:
        return None, MISSING
    if not isinstance(said, list) or not all(
        isinstance(code, str) and code in layer.code_ids for code in said
    ):
        return None, UNKNOWN
    if set(said) & set(layer.exclusive) and len(set(said)) > 1:
        return None, BROKEN
    if not said and layer.required:
        return None, MISSING
    groups = {parent for code in said for parent in layer.parents(code)}
    return [code for code in layer.code_ids if code in said or code in groups], ""


def _value_schema(layer: Layer, codebook: Codebook) -> dict[str, Any]:
    kind = KINDS[layer.kind]
    if kind.value_type is int:
        return {"type": "integer", "enum": [int(code) for code in layer.code_ids]}
    codes = {"type": "string", "enum": layer.values}
    if kind.by_target:
        return _object(dict.fromkeys(codebook.target_ids, codes))
    return {"type": "array", "items": codes} if kind.several else codes


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


# ---------------------------------------------------------------------- places

_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def value_places(text: str) -> Iterator[tuple[tuple[str | int, ...], int, int]]:
    """Path, start and end of every string and number in the JSON object of an answer.

    >>> list(value_places('{"a": "x", "b": ["y"]}'))
    [(('a',), 6, 9), (('b', 0), 17, 20)]
    """
    start = text.find("{", _last_thought(text))
    path: list[str | int] = []
    is_key: list[bool] = []
    for sign in _SIGN.finditer(text, max(start, 0)):
        found = sign.group()
        if found in "{[":
            path.append("" if found == "{" else 0)
            is_key.append(found == "{")
        elif found in "}]":
            if not path:
                return
            path.pop()
            is_key.pop()
        elif found == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            elif path:
                is_key[-1] = True
        elif found == ":":
            continue
        elif path and isinstance(path[-1], str) and is_key[-1]:
            path[-1] = found.strip('"')
            is_key[-1] = False
        elif path:
            yield tuple(path), sign.start(), sign.end()


def _last_thought(text: str) -> int:
    return max((match.end() for match in _THOUGHT.finditer(text)), default=0)
