"""What the controls of a project made by hand stand for: a map that a person writes."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from schemas.codebook import NO_TARGET, Codebook, Layer
from schemas.controls import control_name
from schemas.errors import DataError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.kinds import KINDS
from schemas.people_names import NAME, expected_name
from schemas.records import Record
from schemas.yaml_file import Place, Positions, nearest, parse_yaml


class ControlMap(Record, frozen=True, kw_only=True):
    """A control's layer (and target, on a stance layer), and its values' codes.

    A value that is not in ``codes`` stands for the code that has this id or label; one whose code is
    the empty text is left out on purpose.
    """

    layer: str
    target: str | None = None
    codes: dict[str, str] = {}


class ProjectMap(Record, frozen=True, kw_only=True):
    """``--map``. ``sentence_id``, ``text`` and ``commentary_id`` name fields of the tasks' data.

    One of the first two is needed; the third says of which commentary a text is, where no study knows.
    """

    controls: dict[str, ControlMap]
    sentence_id: str = ""
    text: str = ""
    commentary_id: str = ""
    annotators: dict[str, str] = {}  # user id → name
    ignore: list[str] = []  # controls that are left out on purpose


def own_names(codebook: Codebook, text: str) -> ProjectMap:
    """The map of a project whose controls are called as ours are, with the text in a field of its own."""
    controls = {
        control_name(layer.id, target): ControlMap(layer=layer.id, target=target)
        for layer in codebook.layers
        for target in ([*codebook.target_ids, NO_TARGET] if KINDS[layer.kind].by_target else [None])
    }
    return ProjectMap(controls=controls, text=text)


def read_project_map(path: str | Path, codebook: Codebook, *, text: str | None = None) -> ProjectMap:
    """The map of a YAML or JSON file, every layer, target and code of it known to the codebook.

    ``text``, where it is given, is the field with the text, whatever the map says.

    Raises
    ------
    DataError
        Not readable, or the first thing in it that is wrong: with its line and the near hit.
    """
    data, places = parse_yaml(decode_utf8(read_bytes(path), path), path)
    check = _Check(path, places)
    check.fields(data)
    try:
        project_map = msgspec.convert(data, ProjectMap, strict=False)
    except msgspec.ValidationError as error:
        raise DataError(f"is not a map of a project: {error}", path=path) from error
    if text is not None:
        project_map = msgspec.structs.replace(project_map, text=text)
    if not (project_map.sentence_id or project_map.text):
        check.fail("which field of a task holds the sentence? Expected sentence_id: or text:", ())
    for name, mapped in project_map.controls.items():
        check.control(name, mapped, codebook)
    for number, person in project_map.annotators.items():
        if not number.isdigit():
            check.fail(f'annotators: "{number}" is no user id, expected a number', ("annotators", number))
        if not NAME.fullmatch(person):
            check.fail(f'annotators: name "{person}": {expected_name(person)}', ("annotators", number))
    return project_map


class _Check:
    """Raises for the first thing that is wrong, with the line it stands in."""

    def __init__(self, path: str | Path, places: Positions) -> None:
        self._path, self._places = path, places

    def fail(self, words: str, place: Place) -> NoReturn:
        raise DataError(words, path=self._path, line=nearest(self._places, place)[0])

    def known(self, name: str, names: Collection[str], what: str, place: Place) -> None:
        if name not in names:
            self.fail(f'unknown {what} "{name}"{near_hit(name, names)} (there are {", ".join(names)})', place)

    def fields(self, data: dict[str, Any]) -> None:
        for name in data:
            self.known(name, ProjectMap.__struct_fields__, "field", (name,))
        controls = data.get("controls")
        for name, control in controls.items() if isinstance(controls, dict) else ():
            for field in control if isinstance(control, dict) else ():
                self.known(field, ControlMap.__struct_fields__, "field", ("controls", name, field))

    def control(self, name: str, mapped: ControlMap, codebook: Codebook) -> None:
        place: Place = ("controls", name)
        layer = codebook.layer(mapped.layer)
        if layer is None:
            self.known(mapped.layer, [one.id for one in codebook.layers], "layer", (*place, "layer"))
            return
        if KINDS[layer.kind].by_target:
            if mapped.target is None:
                self.fail(f"{name}: a control of the stance layer {layer.id} needs its target:", place)
            self.known(mapped.target, [*codebook.target_ids, NO_TARGET], "target", (*place, "target"))
        elif mapped.target is not None:
            self.fail(
                f"{name}: the layer {layer.id} is not a stance layer and has no targets", (*place, "target")
            )
        for value, code in mapped.codes.items():
            if code:
                codes = codes_of(layer, mapped.target)
                self.known(code, codes, f"code of {layer.id}", (*place, "codes", value))


def codes_of(layer: Layer, target: str | None) -> list[str]:
    """The codes that a control of this layer and target may hold."""
    if target == NO_TARGET:
        return [NO_TARGET]
    return layer.values
