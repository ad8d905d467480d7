"""What a rule of adjudication is asked, and what it answers."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from schemas.records import Record

Value = str | int | bool
Votes = Mapping[str, Value]  # annotator → value; of a set, whether the code is in it


class Question(NamedTuple):
    """``part`` is a target or a code where the layer is a stance or a set, else empty."""

    sentence_id: str
    layer_id: str
    part: str = ""


class Competence(Record, frozen=True, kw_only=True):
    """How often an annotator's codes are likely right: of ``n`` codings of what three or more coded.

    ``interval`` is 95 %; an estimate of one's own codebook and texts, and no ranking: intervals overlap.
    """

    n: int
    right: float
    interval: tuple[float, float]


class Rule(Protocol):
    """Decides questions one by one."""

    @property
    def competence(self) -> Mapping[str, Mapping[str, Competence]]:
        """Annotator → layer → how often they are likely right; empty where a rule does not estimate it."""

    def decide(self, question: Question, votes: Votes) -> Value | None:
        """The value, or None where the rule leaves it open."""

    def shares(self, question: Question, votes: Votes) -> dict[Value, float]:
        """The probability of each value: a soft label."""
