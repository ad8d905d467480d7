"""Layers whose values are codes of the codebook: one, a step on a scale, or a set."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from schemas.controls import Item, Screen, choice_item, header, view
from schemas.kinds.kind import Kind, Parsed, Step
from schemas.layer import Layer
from schemas.records import LayerValue

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


class One(Kind):
    """A single code."""

    help = "a single code"
    german = "genau eine Wahl"

    def value_of(self, code: str) -> LayerValue:
        return code

    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        codes, unknown = ticked(layer, ticks)
        if unknown:
            return Parsed(None, unknown=unknown)
        if len(codes) > 1:
            return Parsed(None, [f"{len(codes)} answers where one is asked: {', '.join(codes)}"])
        return Parsed(self.value_of(codes[0]) if codes else None)

    def migrate(
        self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]
    ) -> LayerValue | None:
        moved = moved_codes(layer, before, step, left)
        if moved is None:
            return None
        codes, lost = moved
        if len(codes) > 1:
            left[layer.id] = f"two answers became one: {', '.join(codes)}"
        elif lost and not codes:
            left[layer.id] = ", ".join(lost)
        return self.value_of(codes[0]) if len(codes) == 1 else None


class Scale(One):
    """A step of a scale that counts from 1."""

    value_type = int

    help = "1, 2, …"
    german = "eine Stufe"

    def value_of(self, code: str) -> LayerValue:
        return int(code)

    def code_id_problem(self, code_id: str, number: int) -> str:
        problem = f'found "{code_id}", expected "{number}": a scale counts from 1'
        return "" if code_id == str(number) else problem

    def draw(self, parent: "Element", layer: Layer, screen: Screen) -> None:
        row = view(parent, "sp-row")
        header(row, screen.say(layer.label), "5")
        screen.choices(row, layer, several=False)


class Several(Kind):
    """A set of codes; without a tick it is empty, and a finer code brings its group along."""

    help = "several"
    german = "mehrere möglich"
    several = True
    value_type = list
    blank_is_value = True

    def strange(self, layer: Layer, value: Any, targets: Sequence[str]) -> list[str]:
        return [code for code in value if code not in layer.code_ids]

    def write(self, layer: Layer, value: Any, targets: Sequence[str]) -> Iterator[Item]:
        if value:
            yield choice_item(layer.id, value)

    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        codes, unknown = ticked(layer, ticks)
        if unknown:
            return Parsed(None, unknown=unknown)
        alone = [code for code in codes if code in layer.exclusive]
        if alone and len(codes) > 1:
            return Parsed(None, [f"{alone[0]} stands beside {', '.join(c for c in codes if c != alone[0])}"])
        groups = {parent for code in codes for parent in layer.parents(code)}
        return Parsed([code for code in layer.code_ids if code in codes or code in groups])

    def migrate(
        self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]
    ) -> LayerValue | None:
        moved = moved_codes(layer, before, step, left)
        if moved is None:
            return None
        codes, lost = moved
        # a new layer of moved codes needs all that they came from
        needed = step.origins(layer) or step.feeds(layer)
        if not needed or not all(old_id in before for old_id in needed):
            if codes:
                left[layer.id] = "only a part of it was coded"
            return None
        if len(codes) > 1 and set(codes) & set(layer.exclusive):
            left[layer.id] = f"codes that exclude each other came together: {', '.join(codes)}"
            return None
        if lost and not codes and layer.required:
            left[layer.id] = f"{', '.join(lost)}, nothing is left"
            return None
        return codes


def ticked(layer: Layer, ticks: Mapping[str, list[str]]) -> tuple[list[str], list[str]]:
    """The codes that are ticked, and those of them that the codebook does not know."""
    codes = list(dict.fromkeys(ticks.get(layer.id, [])))
    return codes, [f"{layer.id}: {code}" for code in codes if code not in layer.code_ids]


def moved_codes(
    layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]
) -> tuple[list[str], list[str]] | None:
    """The codes of old layers in a new one, and why some are not there any more; None where one was split."""
    ticks: list[str] = []
    lost: list[str] = []
    for old_id, value in before.items():
        for code in value if isinstance(value, list) else [str(value)]:
            images = step.code_images(old_id, code)
            here = [name for layer_id, name in images if layer_id == layer.id]
            if len(here) > 1:
                left[layer.id] = f"{code} was split into {', '.join(here)}"
                return None
            ticks.extend(here)
            if not images:
                lost.append(f"{code} was removed")
            elif not here and layer.required and old_id in step.origins(layer):
                lost.append(f"{code} was moved to {images[0][0]}")
    return [code for code in layer.code_ids if code in ticks], lost
