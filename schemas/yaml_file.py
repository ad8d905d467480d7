"""YAML read so that every value has a place: what a person wrote, where, and nothing else.

Every scalar is a string, so ``id: no`` is the id "no"; a duplicate key, an anchor or an alias is an
error, for each lets a file say something other than what a reader sees. The same rules hold for
``codebook.yaml``, ``study.yaml`` and ``corrections.yaml``.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

import yaml
from msgspec import inspect

from schemas.errors import DataError, near_hit
from schemas.files import PathName
from schemas.nesting import MAX_DEPTH, TOO_DEEP

#: Characters of a YAML text, of which each can cost 200 bytes of memory; a large codebook has 50,000.
MAX_YAML = 2_000_000

Place = tuple[str | int, ...]  # the keys and indices that lead to a value
Positions = dict[Place, tuple[int, int]]  # line and column, from 1: of its key, or of an item of a list


class Scanned(NamedTuple):
    """A YAML text: its values, where each stands, and what is refused, as place and words.

    ``aliased`` are the places of aliases, whose value is blank.
    """

    data: dict[str, Any]
    places: Positions
    refused: list[tuple[Place, str]]
    aliased: set[Place]


def parse_yaml(text: str, path: PathName) -> tuple[Any, Positions]:
    """Mappings, lists and strings of a YAML text, and where each stands.

    Raises
    ------
    DataError
        Not YAML, a duplicate key, an anchor or an alias, or no mapping at the top.
    """
    scanned = scan_yaml(text, path)
    for place, words in scanned.refused:
        line, column = nearest(scanned.places, place)
        raise DataError(words, path=path, line=line, column=column)
    return scanned.data, scanned.places


def scan_yaml(text: str, path: PathName) -> Scanned:
    """Like `parse_yaml`, but what is refused is listed: of two values the first counts, no alias does.

    Raises
    ------
    DataError
        Not YAML, or no mapping at the top.
    """
    if len(text) > MAX_YAML:
        raise DataError(f"has {len(text):,} characters, expected at most {MAX_YAML:,}", path=path)
    try:
        anchors = _anchors(text, path)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = error.problem or error.context or "cannot be read"
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        # PyYAML from 6.0.4 on counts by itself, and reads ahead of the events that we count
        said = TOO_DEEP if "nesting depth" in words else f"not YAML: {words}"
        raise DataError(said, path=path, line=line, column=column) from error
    except yaml.YAMLError as error:
        raise DataError(f"not YAML: {error}", path=path) from error
    if not isinstance(node, yaml.MappingNode):
        raise DataError('expected a mapping at the top, such as "codebook: …"', path=path, line=1)
    reader = _Reader(anchors)
    return Scanned(reader.value(node, ()), reader.places, reader.refused, reader.aliased)


def nearest(places: Positions, place: Place) -> tuple[int, int]:
    """Where a place stands, or the closest thing around it that does."""
    while place and place not in places:
        place = place[:-1]
    return places.get(place, (1, 1))


Mark = tuple[int, int]


def _anchors(text: str, path: PathName) -> dict[Mark, str]:
    """Where an anchor or an alias stands, and its name. Refuses a text too deep to be composed.

    The C parser recurses without a limit of its own: ten thousand brackets end the process.
    """
    anchors: dict[Mark, str] = {}
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line, column = event.start_mark.line + 1, event.start_mark.column + 1  # type: ignore[union-attr]
        if getattr(event, "anchor", None) is not None:
            sign = "alias *" if isinstance(event, yaml.AliasEvent) else "anchor &"
            anchors[line, column] = f"{sign}{event.anchor}"  # type: ignore[attr-defined]
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise DataError(TOO_DEEP, path=path, line=line, column=column)
    return anchors


class _Reader:
    """Values of nodes; a place of its own for each, and for each anchor and alias."""

    def __init__(self, anchors: dict[Mark, str]) -> None:
        self.places: Positions = {}
        self.refused: list[tuple[Place, str]] = []
        self.aliased: set[Place] = set()
        for n, (mark, name) in enumerate(anchors.items()):
            place: Place = ("&", n)  # no key of a record, so it stands beside all of them
            self.places[place] = mark
            self.refused.append((place, f"{name}: anchors and aliases are refused, write the value out"))
        self._seen: set[int] = set()

    def value(self, node: Any, place: Place) -> Any:
        # the place of an entry is its key, which its mapping has noted already
        self.places.setdefault(place, (node.start_mark.line + 1, node.start_mark.column + 1))
        if id(node) in self._seen:  # never followed, or ten lines could grow into millions of values
            self.aliased.add(place)
            return ""
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*place, i)) for i, child in enumerate(node.value)]
        return self._mapping(node, place)

    def _mapping(self, node: Any, place: Place) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            here: Place = (*place, name)
            mark = (key.start_mark.line + 1, key.start_mark.column + 1)
            words = "" if isinstance(key, yaml.ScalarNode) else "expected a plain word as key"
            if name in fields:
                words = f'the key "{name}" stands here for the second time'
            if words:
                again: Place = (*here, "&", *mark)
                self.places[again] = mark
                self.refused.append((again, words))
                continue
            self.places[here] = mark
            fields[name] = self.value(child, here)
        return fields


_type_info = cache(inspect.type_info)
Severity = Literal["error", "warning"]
Problem = tuple[Severity, Place, str]
WORDS = {
    inspect.StrType: "words",
    inspect.BoolType: "true or false",
    inspect.ListType: "a list",
    inspect.DictType: "fields",
    inspect.StructType: "fields",
}


def fit(data: Any, record: type, *, ignored: tuple[str, ...] = ()) -> tuple[Any, list[Problem]]:
    """The data as ``record`` wants it, and every problem that was in the way.

    A field that does not fit is left out if it is optional and blank if it is required; an item of
    a list keeps its index. ``ignored`` are fields at the top that are no surprise.
    """
    problems: list[Problem] = []
    fitted = _fit(data, _type_info(record), (), problems, ignored)
    return fitted, problems


def _fit(
    value: Any, kind: inspect.Type, place: Place, problems: list[Problem], ignored: tuple[str, ...] = ()
) -> Any:
    kind = _branch(kind, value)
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        return dict(_fields(value, kind, place, problems, ignored))
    if isinstance(kind, inspect.ListType) and isinstance(value, list):
        return [_fit(item, kind.item_type, (*place, i), problems) for i, item in enumerate(value)]
    if isinstance(kind, inspect.DictType) and isinstance(value, dict):
        return {key: _fit(item, kind.value_type, (*place, key), problems) for key, item in value.items()}
    if isinstance(kind, inspect.StrType) and isinstance(value, str):
        return value
    if isinstance(kind, inspect.BoolType) and str(value).lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(kind, inspect.LiteralType) and value in kind.values:
        return value
    problems.append(
        ("error", place, f"{_name(place)}found {_found(value)}, expected {_expected(kind, value)}")
    )
    return _blank(kind)


def _fields(
    value: dict[str, Any],
    kind: inspect.StructType,
    place: Place,
    problems: list[Problem],
    ignored: tuple[str, ...],
) -> Iterator[tuple[str, Any]]:
    known = [field.name for field in kind.fields]
    for name in value:
        if name not in known and name not in ignored:
            problems.append(("warning", (*place, name), f'unknown field "{name}"{near_hit(name, known)}'))
    for field in kind.fields:
        here = (*place, field.name)
        before = len(problems)
        if field.name in value:
            fitted = _fit(value[field.name], field.type, here, problems)
            wrong = any(level == "error" and where == here for level, where, _ in problems[before:])
            if field.required or not wrong:
                yield field.name, fitted
        elif field.required:
            problems.append(("error", here, f'{_owner(value, kind)} has no "{field.name}"'))
            yield field.name, _blank(field.type)


def _branch(kind: inspect.Type, value: Any) -> inspect.Type:
    """The member of a union that a value of this form is meant for."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    members = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
    wanted = (
        inspect.DictType if isinstance(value, dict) else inspect.ListType if isinstance(value, list) else None
    )
    return next((member for member in members if wanted and isinstance(member, wanted)), members[0])


def _blank(kind: inspect.Type) -> Any:
    if isinstance(kind, inspect.StructType):
        return {field.name: _blank(field.type) for field in kind.fields if field.required}
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.UnionType):
        return _blank(_branch(kind, ""))
    blanks: dict[type, Any] = {inspect.ListType: [], inspect.DictType: {}, inspect.BoolType: False}
    return blanks.get(type(kind), "")


def _owner(value: dict[str, Any], kind: inspect.StructType) -> str:
    name = value.get("id")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.cls.__name__).lower()
    return words + (f' "{name}"' if isinstance(name, str) and name else "")


def _name(place: Place) -> str:
    return next((f'"{step}": ' for step in reversed(place) if isinstance(step, str)), "")


def _found(value: Any) -> str:
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list):
        return "a list"
    return f'"{value}"' if value else "nothing"


def _expected(kind: inspect.Type, value: Any) -> str:
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(map(str, kind.values)) + near_hit(str(value), map(str, kind.values))
    return WORDS.get(type(kind), "something else")
