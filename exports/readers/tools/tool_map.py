"""``import --map``: what the questions of another tool are in a codebook that there is, and who is who."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from exports.readers.tools.draft import Placed
from exports.readers.tools.imported import Question
from schemas.codebook import Codebook, Layer
from schemas.errors import DataError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.kinds import KINDS
from schemas.people_names import NAME, expected_name
from schemas.project_map import ControlMap, codes_of
from schemas.records import Record, slug
from schemas.yaml_file import Place, Positions, nearest, parse_yaml

EXAMPLE = "controls: {QUESTION: {layer: LAYER, codes: {VALUE: CODE}}}"


class ToolMap(Record, frozen=True, kw_only=True):
    """``controls`` are the tool's questions, ``annotators`` its names of people → the names here."""

    controls: dict[str, ControlMap] = {}
    annotators: dict[str, str] = {}
    ignore: list[str] = []


def read_tool_map(path: Path) -> ToolMap:
    """The map of a YAML or JSON file; a DataError with the line of what is wrong."""
    data, places = parse_yaml(decode_utf8(read_bytes(path), path), path)
    for name in data if isinstance(data, dict) else ():
        if name not in ToolMap.__struct_fields__:
            raise _wrong(
                f'unknown field "{name}"{near_hit(name, ToolMap.__struct_fields__)}', path, places, name
            )
    try:
        tool_map = msgspec.convert(data, ToolMap, strict=False)
    except msgspec.ValidationError as error:
        raise DataError(f"is not a map of a tool's export: {error}", path=path) from error
    for who, name in tool_map.annotators.items():
        if not NAME.fullmatch(name):
            words = f'annotators: name "{name}": {expected_name(name)}'
            raise _wrong(words, path, places, "annotators", who)
    return tool_map


def place_questions(
    questions: Sequence[Question], codebook: Codebook, tool_map: ToolMap, path: Path | None
) -> dict[str, Placed]:
    """Where each question that is not ignored goes in a codebook.

    A question that the map does not name is the layer of its id or label, and a value without a code
    there is the code of its id or label.

    Raises
    ------
    DataError
        A question or a value has no place: says which, how many more, and what to write.
    """
    names = [question.id for question in questions]
    for name in (*tool_map.controls, *tool_map.ignore):
        if name not in names:
            raise DataError(
                f'the export has no "{name}"{near_hit(name, names)} (there are {", ".join(names)})', path=path
            )
    return {
        question.id: _placed(question, codebook, tool_map.controls.get(question.id), path)
        for question in questions
        if question.id not in tool_map.ignore
    }


def _placed(question: Question, codebook: Codebook, mapped: ControlMap | None, path: Path | None) -> Placed:
    layer = _layer(question, codebook, mapped)
    if layer is None:
        known = ", ".join(one.id for one in codebook.layers)
        raise DataError(
            f'"{question.id}" is no layer of the codebook {codebook.codebook} (there are {known}): '
            f"say in a map (--map) which it is, as in {EXAMPLE}, or ignore: [{question.id}]",
            path=path,
        )
    kind = KINDS[layer.kind]
    target = mapped.target if mapped else None
    if kind.by_target and target not in codebook.target_ids:
        raise DataError(
            f'"{question.id}": the stance layer {layer.id} needs a target of the codebook, '
            f"one of {', '.join(codebook.target_ids)}",
            path=path,
        )
    if not kind.has_codes:
        return Placed(layer=layer.id, codes=None)
    given = mapped.codes if mapped else {}
    codes = {one.value: _code(one.value, layer, codebook, given) for one in question.labels}
    missing = [value for value, code in codes.items() if code is None]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        known = ", ".join(codes_of(layer, target)[:8])
        raise DataError(
            f'"{question.id}": {missing[0]!r}{more} is no code of {layer.id} ({known}): '
            f'name its code in a map (--map), as in {EXAMPLE}, or "" to leave it out',
            path=path,
        )
    return Placed(layer=layer.id, target=target, codes={value: code or "" for value, code in codes.items()})


def _layer(question: Question, codebook: Codebook, mapped: ControlMap | None) -> Layer | None:
    if mapped is not None:
        return codebook.layer(mapped.layer)
    names = {question.id, question.label, slug(question.id).replace("-", "_")}
    return next((one for one in codebook.layers if {one.id, codebook.say(one.label)} & names), None)


def _code(value: str, layer: Layer, codebook: Codebook, given: dict[str, str]) -> str | None:
    """The code of a value, the empty text where it is left out on purpose, None where there is none."""
    if value in given:
        return given[value] if given[value] in ("", *layer.values) else None
    if value in layer.values:
        return value
    return next((code.id for code in layer.codes if codebook.say(code.label) == value), None)


def _wrong(words: str, path: Path, places: Positions, *place: Any) -> DataError:
    where: Place = tuple(place)
    return DataError(words, path=path, line=nearest(places, where)[0])
