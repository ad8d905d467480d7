"""What a kind of layer is: how its values look, are coded on the screen, stored, and carried over."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from schemas.controls import TEXT_TAG, Item, Screen, child, choice_item, header, view
from schemas.layer import NAME, Layer
from schemas.records import LayerValue

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


class Parsed(NamedTuple):
    """The value of a layer, or None; the rules its ticks break; what of them the codebook does not know."""

    value: LayerValue | None
    problems: list[str] = []
    unknown: list[str] = []


class Step(Protocol):
    """From one version of a codebook to the next, as far as values need it."""

    @property
    def new_targets(self) -> list[str]: ...

    @property
    def target_images(self) -> Mapping[str, Sequence[str]]:
        """Old target → the new ones."""

    def code_images(self, layer_id: str, code: str) -> Sequence[tuple[str, str]]:
        """The new layers and codes of an old code."""

    def origins(self, layer: Layer) -> list[str]:
        """The old layers that became this one; others may have given it codes."""

    def feeds(self, layer: Layer) -> list[str]:
        """The old layers that a new one has its values from."""


class Kind(ABC):
    """One kind of layer; a kind is added with a class and a row in `schemas.kinds.KINDS`.

    Attributes
    ----------
    help, german
        What editors of ``codebook.yaml`` say of it, and what annotators read in the guidelines.
    has_codes, is_learned
        Whether its values are codes of the codebook, and whether a model can learn it.
    by_target
        Whether it asks toward each target: a value by target, a control ``<layer>__<target>`` each.
    several
        Whether several codes may stand together.
    blank_is_value
        Whether a sentence without a tick has a value all the same.
    must_be_touched
        Whether a sentence without any tick is incomplete even where the layer is not required.
    shape
        Layers of the same shape can take over each other's values in a codebook's next version.
    item_key
        Where a result holds its values.
    value_type
        What a value of a layer is in rows.
    """

    help: ClassVar[str]
    german: ClassVar[str]
    has_codes: ClassVar[bool] = True
    is_learned: ClassVar[bool] = True
    by_target: ClassVar[bool] = False
    several: ClassVar[bool] = False
    blank_is_value: ClassVar[bool] = False
    must_be_touched: ClassVar[bool] = False
    shape: ClassVar[str] = "codes"
    item_key: ClassVar[str] = "choices"
    value_type: ClassVar[type] = str

    # ------------------------------------------------------------------ codebook

    def values(self, layer: Layer) -> list[str]:
        """What a coding of the layer may say."""
        return layer.code_ids

    def code_id_problem(self, code_id: str, number: int) -> str:
        """What is wrong with the id of the code of this number, counted from 1; empty: nothing."""
        if NAME.fullmatch(code_id) and "__" not in code_id:
            return ""
        return f'code id "{code_id}": expected a-z, then a-z, 0-9 and _, without __'

    def strange(self, layer: Layer, value: Any, targets: Sequence[str]) -> list[str]:
        """The codes and targets in a value that the codebook does not know."""
        return [] if str(value) in layer.code_ids else [str(value)]

    # ------------------------------------------------------------------ screen

    def control_names(self, layer: Layer, targets: Sequence[str]) -> list[str]:
        return [layer.id]

    def draw(self, parent: "Element", layer: Layer, screen: Screen) -> None:
        """The layer's controls, as Label Studio's XML."""
        row = view(parent, "sp-row")
        if layer.is_predicted:
            header(row, screen.say(layer.label), "5")
        screen.choices(row, layer, several=self.several)

    def draw_hidden(self, parent: "Element", layer: Layer, name: str) -> None:
        """A control of the layer that nobody sees, so that its annotations may stay for now."""
        choices = child(parent, "Choices", name=name, toName=TEXT_TAG, choice="multiple")
        for code in self.codes_of(layer, name):
            # without a key of its own, one that nobody has, a hidden choice would be given a free one
            child(choices, "Choice", value=code, hotkey="f13")

    def codes_of(self, layer: Layer, control: str) -> list[str]:
        """The codes that a control of the layer holds."""
        return layer.code_ids

    # ------------------------------------------------------------------ results

    def write(self, layer: Layer, value: Any, targets: Sequence[str]) -> Iterator[Item]:
        """The ticks and words that show a value on the screen."""
        yield choice_item(layer.id, [str(value)])

    @abstractmethod
    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        """The value that ticks mean; ``ticks`` is control name → what it holds, as words."""

    # ------------------------------------------------------------------ next version

    @abstractmethod
    def migrate(
        self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]
    ) -> LayerValue | None:
        """The value in the next version of a codebook, from old layer id → value.

        What cannot be decided is left out, and named in ``left``: control name → why.
        """
