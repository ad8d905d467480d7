"""A kind of layer that no package knows: a number from a slider, as schemas has to know it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from schemas.codebook import Layer
from schemas.controls import TEXT_TAG, Item, Screen, item
from schemas.kinds.kind import Kind, Parsed, Step


class Number(Kind):
    """A number from 0 to 1, set with a slider."""

    help = "a number"
    german = "eine Zahl"
    has_codes = False
    shape = "number"
    item_key = "number"
    value_type = float

    def strange(self, layer: Layer, value: Any, targets: Sequence[str]) -> list[str]:
        return [] if 0 <= value <= 1 else [str(value)]

    def draw(self, parent: ET.Element, layer: Layer, screen: Screen) -> None:
        ET.SubElement(parent, "Number", name=layer.id, toName=TEXT_TAG, min="0", max="1", slider="true")

    def draw_hidden(self, parent: ET.Element, layer: Layer, name: str) -> None:
        ET.SubElement(parent, "Number", name=name, toName=TEXT_TAG)

    def write(self, layer: Layer, value: Any, targets: Sequence[str]) -> Iterator[Item]:
        yield item(layer.id, "number", {"number": value})

    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        numbers = [float(word) for word in ticks.get(layer.id, [])]
        return Parsed(numbers[0] if numbers else None)

    def migrate(self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]) -> Any:
        return next(iter(before.values()), None)
