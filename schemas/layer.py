"""The records of a layer: its codes, and the targets that a stance is toward."""

import re
from typing import Any, Literal

from schemas.records import UNRELATED, Record

TargetType = Literal["policy", "evaluation", "belief"]
Text = str | dict[str, str]  # words, or words by language

NAME = re.compile(r"[a-z][a-z0-9_]*")
NO_TARGET = "no_target"

#: Kind of a layer → what it means; `schemas.kinds` fills it, for a kind works on the records of this module.
KINDS: dict[str, Any] = {}


class Example(Record, frozen=True, kw_only=True):
    text: Text
    note: Text = ""
    instead: str | None = None


class Code(Record, frozen=True, kw_only=True):
    id: str
    label: Text
    short: Text = ""
    use_when: list[Text] = []
    avoid_when: list[Text] = []
    ask: Text = ""
    examples: list[Example] = []
    near_misses: list[Example] = []
    key: str | None = None
    parent: str | None = None
    maps: dict[str, str | list[str]] = {}


class NoTarget(Record, frozen=True, kw_only=True):
    """The tick that says: looked, and no target is touched."""

    label: Text
    short: Text = ""
    key: str | None = None


class Layer(Record, frozen=True, kw_only=True):
    id: str
    kind: str  # a key of KINDS
    label: Text
    codes: list[Code] = []
    required: bool = False
    predict: bool = True
    exclusive: list[str] = []
    no_target: NoTarget | None = None
    short: Text = ""
    required_message: Text = ""

    @property
    def is_predicted(self) -> bool:
        """Whether a model learns it: not what is free text or about the coding itself."""
        return self.predict and bool(KINDS[self.kind].is_learned)

    @property
    def code_ids(self) -> list[str]:
        return [code.id for code in self.codes]

    @property
    def stance_values(self) -> list[str]:
        """The codes of a stance layer with ``unrelated``, which every one has, listed or not."""
        return [*(code for code in self.code_ids if code != UNRELATED), UNRELATED]

    @property
    def values(self) -> list[str]:
        """What a coding of the layer may say: its codes, for a stance with ``unrelated``."""
        values: list[str] = KINDS[self.kind].values(self)
        return values

    @property
    def grouped(self) -> list[Code]:
        """The codes with the finer ones of a group right behind it."""
        top = [code for code in self.codes if code.parent is None]
        return [c for g in top for c in (g, *(c for c in self.codes if g.id in self.parents(c.id)))]

    def parents(self, code_id: str) -> list[str]:
        """The ancestors of a code, nearest first."""
        by_id = {code.id: code.parent for code in self.codes}
        ancestors: list[str] = []
        while (parent := by_id.get(code_id)) and parent not in ancestors:
            ancestors.append(parent)
            code_id = parent
        return ancestors


class Target(Record, frozen=True, kw_only=True):
    id: str
    question: Text
    type: TargetType | None = None
    favor_means: Text = ""
    against_means: Text = ""
    aliases: list[str] = []
    keys: dict[str, str] = {}
