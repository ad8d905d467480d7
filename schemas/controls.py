"""The controls of a coding screen: their names, their XML for Label Studio, and the results they store."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from schemas.layer import Code, Layer, Target, Text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TEXT_TAG = "text"  # the <Text> that holds the sentence; every control points to it

#: Keys of a task's data with its place in the annotator's order, in the order of the words: "Satz 12",
#: "von 331", "· Text 2", "von 10". They may be missing.
PLACE_KEYS = SENTENCE_KEY, SENTENCES_KEY, COMMENTARY_KEY, COMMENTARIES_KEY = (
    "place_sentence", "place_sentences", "place_text", "place_texts",
)  # fmt: skip

#: A result of an annotation or a prediction, as Label Studio stores it.
Item = dict[str, Any]


def control_name(layer_id: str, target_id: str | None = None) -> str:
    return f"{layer_id}__{target_id}" if target_id else layer_id


def mark_key(target_id: str) -> str:
    """The key of a task's data with the word that stands at the row of a target; it may be missing."""
    return f"touched__{target_id}"


def choice_item(name: str, codes: list[str]) -> Item:
    return item(name, "choices", {"choices": codes})


def item(name: str, control: str, value: dict[str, Any]) -> Item:
    return {"from_name": name, "to_name": TEXT_TAG, "type": control, "value": value}


class Screen:
    """What all controls of a screen share: the codebook's words and targets, and the keys that are left."""

    def __init__(self, say: Callable[[Text], str], targets: Sequence[Target]) -> None:
        self.say, self.targets = say, targets
        self._spare = _spare_keys()

    def choice(self, parent: "Element", code: Code, key: str | None) -> None:
        # a Choice without a key is given a free one by Label Studio, so it gets one that nobody presses
        choice = child(parent, "Choice", value=literal(self.say(code.label)), alias=code.id)
        if hotkey := key or next(self._spare, None):
            choice.set("hotkey", hotkey)
        if hint := self.say(code.short):
            choice.set("hint", literal(hint))

    def choices(self, parent: "Element", layer: Layer, *, several: bool) -> None:
        """The codes of a layer, each with its rule beside it, finer codes under their group."""
        choices = choice_group(parent, layer.id, "multiple" if several else "single")
        if layer.required:
            choices.set("required", "true")
            message = self.say(layer.required_message) or f"{self.say(layer.label)} fehlt."
            choices.set("requiredMessage", message)
        groups = dict.fromkeys(code.parent for code in layer.codes if code.parent)
        for code in layer.codes:
            if code.parent is None:
                self._choice_with_rule(choices, code)
        for group in groups:
            self._fine_codes(choices, layer, group)

    def _fine_codes(self, choices: "Element", layer: Layer, group: str) -> None:
        """The codes under a group, in sight once the group is ticked."""
        box = view(choices, "sp-fine")
        # by the id: a label may have a comma, which Label Studio takes for "or"
        box.attrib.update(visibleWhen="choice-selected", whenTagName=layer.id, whenChoiceValue=group)
        label = next((self.say(code.label) for code in layer.codes if code.id == group), group)
        header(box, f"{label}, genauer:")
        for code in layer.codes:
            if code.parent == group:
                self._choice_with_rule(box, code)

    def _choice_with_rule(self, parent: "Element", code: Code) -> None:
        box = view(parent, "sp-code", "" if code.key else "sp-nokey")
        self.choice(box, code, code.key)
        if rule := self.say(code.short):
            beside = view(box, "sp-rule")
            header(beside, f"{self.say(code.label)}:")
            header(beside, rule)


def child(parent: "Element", tag: str, **attributes: str) -> "Element":
    """A new element at the end of another; without importing the XML library, which takes time at start."""
    element = parent.makeelement(tag, attributes)
    parent.append(element)
    return element


def view(parent: "Element", *names: str) -> "Element":
    return child(parent, "View", className=" ".join(name for name in names if name))


def header(parent: "Element", text: str, size: str = "6") -> None:
    if text:
        child(parent, "Header", size=size, value=literal(text))


def choice_group(parent: "Element", name: str, choice: str) -> "Element":
    return child(parent, "Choices", name=name, toName=TEXT_TAG, choice=choice, layout="inline")


def literal(text: str) -> str:
    """Words with a sign after each $ that nobody sees: Label Studio takes "$5" for a field of the task."""
    return text.replace("$", "$\N{WORD JOINER}")


def _spare_keys() -> Iterator[str]:
    """Keys that nobody presses: F13 to F19, alone and with modifiers.

    Label Studio reads a key it does not know by its first letter ("f20" as "f"), so the list ends
    where its own ends; what is left then gets no key here and one of Label Studio's choice there.
    """
    modifiers = ("", "shift+", "alt+", "ctrl+", "ctrl+alt+", "ctrl+shift+", "alt+shift+", "ctrl+alt+shift+")
    return (f"{modifier}f{n}" for modifier in modifiers for n in range(13, 20))
