"""The rules of adjudication: each decides one question from its votes, or leaves it open.

A question is a layer of a sentence, and of a stance one target, of a set one code.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from msgspec import Struct

from exports.adjudication.dawid_skene import dawid_skene
from exports.agreement.coefficients import Floats
from exports.agreement.ratings import Ratings, code_ratings, set_ratings, target_ratings, to_frame
from schemas.codebook import Codebook
from schemas.errors import SettingsError, near_hit
from schemas.records import Annotation

Value = str | int | bool

Votes = Mapping[str, Value]  # annotator → value; of a set, whether the code is in it

EXPERT = "expert:"


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


class ByVotes(Struct, frozen=True):
    """A rule that looks at the votes on a question alone."""

    verdict: Callable[[Votes], Value | None]

    def decide(self, question: Question, votes: Votes) -> Value | None:
        return self.verdict(votes)

    def shares(self, question: Question, votes: Votes) -> dict[Value, float]:
        return {value: number / len(votes) for value, number in Counter(votes.values()).items()}


def majority(votes: Votes) -> Value | None:
    """The value most annotators gave; None where two have as many votes."""
    counted = Counter(votes.values())
    most = max(counted.values(), default=0)
    first = [value for value, number in counted.items() if number == most]
    return first[0] if len(first) == 1 else None


def unanimous(votes: Votes) -> Value | None:
    """The value that all gave; None where anyone differs."""
    values = set(votes.values())
    return values.pop() if len(values) == 1 else None


def expert(name: str, votes: Votes) -> Value | None:
    """The value the expert gave; where they gave none, the majority's."""
    return votes[name] if name in votes else majority(votes)


class Estimated(Struct, frozen=True):
    """Dawid and Skene's rule: where annotators differ, the value most likely behind what they gave.

    ``posteriors`` holds for each layer and part the probabilities of its values, sentence by
    sentence; ``place`` says where a sentence is in them.
    """

    place: dict[str, int]
    posteriors: dict[tuple[str, str], tuple[list[Value], Floats]]

    def decide(self, question: Question, votes: Votes) -> Value | None:
        # what all gave stands: the estimate is for settling differences
        agreed = unanimous(votes)
        if agreed is not None:
            return agreed
        value, share = max(self.shares(question, votes).items(), key=lambda item: item[1])
        return value if share > 0.5 else None

    def shares(self, question: Question, votes: Votes) -> dict[Value, float]:
        values, posterior = self.posteriors[question.layer_id, question.part]
        row = posterior[self.place[question.sentence_id]]
        return {value: float(share) for value, share in zip(values, row, strict=True)}


def estimated(annotations: Sequence[Annotation], codebook: Codebook) -> Rule:
    """Estimates who errs how, layer by layer; of a stance by target, of a set by code."""
    frame = to_frame(annotations)
    found: dict[tuple[str, str], tuple[list[Value], Floats]] = {}
    for layer in codebook.layers:
        if layer.kind == "stance":
            for target in codebook.target_ids:
                found[layer.id, target] = _posterior(target_ratings(frame, layer, target))
        elif layer.kind == "set":
            ratings = set_ratings(frame, layer)
            for number, code in enumerate(layer.code_ids):
                has_code = ratings.recoded(ratings.members[:, number].astype(int).tolist(), ["", code])
                found[layer.id, code] = [False, True], _posterior(has_code)[1]
        elif layer.kind != "text":
            values, posterior = _posterior(code_ratings(frame, layer))
            is_scale = layer.kind == "scale"
            found[layer.id, ""] = [int(str(value)) if is_scale else value for value in values], posterior
    return Estimated({name: n for n, name in enumerate(frame.sentences)}, found)


def _posterior(ratings: Ratings) -> tuple[list[Value], Floats]:
    """The values, and sentences × values."""
    return [*ratings.codes], np.asarray(dawid_skene(ratings.values, len(ratings.codes)).posterior)


def _by_votes(verdict: Callable[[Votes], Value | None]) -> Callable[[Sequence[Annotation], Codebook], Rule]:
    return lambda annotations, codebook: ByVotes(verdict)


#: Name → what makes the rule from all codings; ``expert:NAME`` comes besides.
RULES: dict[str, Callable[[Sequence[Annotation], Codebook], Rule]] = {
    "majority": _by_votes(majority),
    "unanimous": _by_votes(unanimous),
    "dawid-skene": estimated,
}


def load_rule(name: str, annotations: Sequence[Annotation], codebook: Codebook) -> Rule:
    """The rule of this name.

    Raises
    ------
    SettingsError
        There is no such rule, or no coding by the annotator of ``expert:NAME``.
    """
    if name in RULES:
        return RULES[name](annotations, codebook)
    if not name.startswith(EXPERT):
        known = [*RULES, f"{EXPERT}NAME"]
        raise SettingsError(
            f'no rule "{name}"{near_hit(name, known)}; expected {", ".join(known)}', flag="--rule"
        )
    who, annotators = name.removeprefix(EXPERT), {row.annotator for row in annotations}
    if who not in annotators:
        raise SettingsError(
            f'no coding by the expert "{who}"{near_hit(who, annotators)}; '
            f"there are codings by {', '.join(sorted(annotators)) or 'nobody'}",
            flag="--rule",
        )
    return ByVotes(partial(expert, who))
