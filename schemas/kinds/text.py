"""Words of the annotator's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from schemas.controls import TEXT_TAG, Item, Screen, child, item, literal
from schemas.kinds.kind import Kind, Parsed, Step
from schemas.layer import Layer
from schemas.records import LayerValue

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


class Words(Kind):
    """Free text; no model learns it."""

    help = "words"
    german = "freier Text"
    has_codes = False
    is_learned = False
    shape = "words"
    item_key = "text"

    def strange(self, layer: Layer, value: Any, targets: Sequence[str]) -> list[str]:
        return []

    def draw(self, parent: "Element", layer: Layer, screen: Screen) -> None:
        child(
            parent, "TextArea", name=layer.id, toName=TEXT_TAG, rows="1", maxSubmissions="1",
            placeholder=literal(screen.say(layer.short) or screen.say(layer.label)),
        )  # fmt: skip

    def draw_hidden(self, parent: "Element", layer: Layer, name: str) -> None:
        child(parent, "TextArea", name=name, toName=TEXT_TAG)

    def write(self, layer: Layer, value: Any, targets: Sequence[str]) -> Iterator[Item]:
        yield item(layer.id, "textarea", {"text": [str(value)]})

    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        return Parsed("\n".join(dict.fromkeys(ticks.get(layer.id, []))) or None)

    def migrate(
        self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]
    ) -> LayerValue | None:
        return "\n".join(before.values()) or None
