"""What a rule of adjudication is asked, and what it answers."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

Value = str | int | bool
Votes = Mapping[str, Value]  # annotator → value; of a set, whether the code is in it


class Question(NamedTuple):
    """``part`` is a target or a code where the layer is a stance or a set, else empty."""

    sentence_id: str
    layer_id: str
    part: str = ""


class Rule(Protocol):
    """Decides questions one by one."""

    def decide(self, question: Question, votes: Votes) -> Value | None:
        """The value, or None where the rule leaves it open."""

    def shares(self, question: Question, votes: Votes) -> dict[Value, float]:
        """The probability of each value: a soft label."""
