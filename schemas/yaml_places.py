"""YAML read so that every value has a place: what a person wrote, where, and nothing else.

Every scalar is a string, so ``id: no`` is the id "no"; a duplicate key, an anchor or an alias is an
error, for each lets a file say something other than what a reader sees. The same rules hold for
``codebook.yaml``, ``study.yaml`` and ``corrections.yaml``.
"""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from schemas.errors import DataError

Place = tuple[str | int, ...]  # the keys and indices that lead to a value
Positions = dict[Place, tuple[int, int]]  # line and column, from 1: of its key, or of an item of a list

#: The C parser recurses without a limit of its own: ten thousand brackets end the process.
MAX_DEPTH = 50
_TOO_DEEP = f"more than {MAX_DEPTH} levels deep"


class Scanned(NamedTuple):
    """A YAML text: its values, where each stands, and what is refused, as place and words.

    ``aliased`` are the places of aliases, whose value is blank.
    """

    data: dict[str, Any]
    places: Positions
    refused: list[tuple[Place, str]]
    aliased: set[Place]


def parse_yaml(text: str, path: str | Path) -> tuple[Any, Positions]:
    """Mappings, lists and strings of a YAML text, and where each stands.

    Raises
    ------
    DataError
        Not YAML, a duplicate key, an anchor or an alias, or no mapping at the top.
    """
    found = scan_yaml(text, path)
    for place, words in found.refused:
        line, column = nearest(found.places, place)
        raise DataError(words, path=path, line=line, column=column)
    return found.data, found.places


def scan_yaml(text: str, path: str | Path) -> Scanned:
    """Like `parse_yaml`, but what is refused is listed: of two values the first counts, no alias does.

    Raises
    ------
    DataError
        Not YAML, or no mapping at the top.
    """
    try:
        anchors = _anchors(text, path)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = error.problem or error.context or "cannot be read"
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        # PyYAML from 6.0.4 on counts by itself, and reads ahead of the events that we count
        said = _TOO_DEEP if "nesting depth" in words else f"not YAML: {words}"
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


def _anchors(text: str, path: str | Path) -> dict[Mark, str]:
    """Where an anchor or an alias stands, and its name. Refuses a text too deep to be composed."""
    found: dict[Mark, str] = {}
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line, column = event.start_mark.line + 1, event.start_mark.column + 1  # type: ignore[union-attr]
        if getattr(event, "anchor", None) is not None:
            sign = "alias *" if isinstance(event, yaml.AliasEvent) else "anchor &"
            found[line, column] = f"{sign}{event.anchor}"  # type: ignore[attr-defined]
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise DataError(_TOO_DEEP, path=path, line=line, column=column)
    return found


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
        found: dict[str, Any] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            here: Place = (*place, name)
            mark = (key.start_mark.line + 1, key.start_mark.column + 1)
            words = "" if isinstance(key, yaml.ScalarNode) else "expected a plain word as key"
            if name in found:
                words = f'the key "{name}" stands here for the second time'
            if words:
                again: Place = (*here, "&", *mark)
                self.places[again] = mark
                self.refused.append((again, words))
                continue
            self.places[here] = mark
            found[name] = self.value(child, here)
        return found
