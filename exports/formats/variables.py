"""The columns that answers have in a table of sentences, with what their values mean."""

from collections.abc import Iterator
from typing import NamedTuple

from exports.formats.material import Material
from schemas.codebook import Codebook
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import UNRELATED, Layers

_WORDS = {"de": ("ja", "nein", "nicht berührt"), "en": ("yes", "no", "not touched")}


class Variable(NamedTuple):
    """A layer, a target of a stance layer, or a code of a set.

    ``values`` are what it can be and the label of each; none for free words. ``is_number``: a step of a
    scale, or 1 and 0 for a code of a set.
    """

    name: str
    layer: Layer
    part: str | None
    label: str
    values: dict[str, str]
    is_number: bool

    def value(self, layers: Layers) -> str | int | float | None:
        """What an answer says; None where the layer or target has none."""
        value = layers.get(self.layer.id)
        if value is None:
            return None
        if isinstance(value, dict):
            return value.get(self.part or "")
        if isinstance(value, list):
            return int(self.part in value)
        return value


def variables_of(book: Codebook) -> list[Variable]:
    """The variables of a codebook, in its order."""
    return [variable for layer in book.layers for variable in _of_layer(layer, book)]


def _of_layer(layer: Layer, book: Codebook) -> Iterator[Variable]:
    kind, label = KINDS[layer.kind], book.say(layer.label)
    yes, no, untouched = _words(book)
    codes = {code.id: book.say(code.label) for code in layer.codes}
    if kind.by_target:
        codes.setdefault(UNRELATED, untouched)
        for target in book.targets:
            words = f"{label}: {book.say(target.question)}"
            yield Variable(f"{layer.id}__{target.id}", layer, target.id, words, codes, False)
    elif kind.several:
        for code, words in codes.items():
            name = f"{layer.id}__{code}"
            yield Variable(name, layer, code, f"{label}: {words}", {"1": yes, "0": no}, True)
    else:
        is_number = bool(codes) and all(code.isdigit() for code in codes)
        yield Variable(layer.id, layer, None, label, codes, is_number)


def code_labels(book: Codebook) -> dict[tuple[str, str], str]:
    """Layer and code → the code's label; ``unrelated`` of a stance has one too."""
    labels = {(layer.id, code.id): book.say(code.label) for layer in book.layers for code in layer.codes}
    stances = [layer.id for layer in book.layers if KINDS[layer.kind].by_target]
    return {(name, UNRELATED): _words(book)[2] for name in stances} | labels


def _words(book: Codebook) -> tuple[str, str, str]:
    return _WORDS.get(book.language, _WORDS["en"])


class Column(NamedTuple):
    """A column of a table: its type, what stands in it, and the labels of its values."""

    name: str
    type: type
    label: str
    values: dict[str, str] = {}


def by_coder(material: Material) -> dict[str, tuple[Variable, str]]:
    """The columns of a table of sentences: name → variable and coder; gold and one model need no suffix."""
    coders = material.coders
    single = material.what != "annotations" and len(coders) == 1
    return {
        variable.name if single else f"{variable.name}__{_plain(coder)}": (variable, coder)
        for variable in variables_of(material.codebook)
        for coder in coders
    }


def _plain(coder: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in coder)
