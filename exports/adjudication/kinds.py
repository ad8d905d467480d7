"""How each kind of layer is adjudicated; a kind that is not in the table, as text, is not."""

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any, Protocol

from exports.adjudication.decision import Annotated, Decision, Shares, portions, tally
from exports.adjudication.question import Question, Rule, Value
from exports.agreement.ratings import Frame, Ratings, code_ratings, set_ratings, target_ratings
from schemas.codebook import Codebook, Layer
from schemas.records import LayerValue
from schemas.studio_json import control_name


class Kind(Protocol):
    """One kind of layer; ``value`` is what a coding of such a layer holds."""

    def decide(
        self, sentence_id: str, layer: Layer, annotated: Annotated, codebook: Codebook, rule: Rule
    ) -> Decision:
        """What the rule makes of the annotators' values."""

    def settle(self, decision: Decision, layer: Layer, value: Any) -> Decision:
        """The decision with what is open in it taken from the adjudicator's value; shares are kept."""

    def ratings(
        self, frame: Frame, layer: Layer, codebook: Codebook
    ) -> Iterator[tuple[str, list[Value], Ratings]]:
        """Each part that is asked by itself, with its possible values and its ratings."""

    def codes(self, value: Any) -> list[str]:
        """The codes in a value."""

    def countable(self, value: Any) -> Hashable:
        """The value as something that can be counted."""

    def is_as(self, value: Any, gold: Any) -> bool:
        """Whether a coding is as in gold."""


class One:
    """A single code."""

    def decide(
        self, sentence_id: str, layer: Layer, annotated: Annotated, codebook: Codebook, rule: Rule
    ) -> Decision:
        question = Question(sentence_id, layer.id)
        votes = {who: value for who, value in annotated.items() if isinstance(value, str | int)}
        value = rule.decide(question, votes)
        return Decision(
            value=value,
            left_open={} if value is not None else {layer.id: tally(votes.values())},
            shares={**portions(rule.shares(question, votes), layer.code_ids)},
        )

    def settle(self, decision: Decision, layer: Layer, value: Any) -> Decision:
        return Decision(value=value, left_open={}, shares=decision.shares)

    def ratings(
        self, frame: Frame, layer: Layer, codebook: Codebook
    ) -> Iterator[tuple[str, list[Value], Ratings]]:
        ratings = code_ratings(frame, layer)
        yield "", [*ratings.codes], ratings

    def codes(self, value: Any) -> list[str]:
        return [str(value)]

    def countable(self, value: Any) -> Hashable:
        return value  # type: ignore[no-any-return]

    def is_as(self, value: Any, gold: Any) -> bool:
        return self.countable(value) == self.countable(gold)


class Scale(One):
    """A single number."""

    def ratings(
        self, frame: Frame, layer: Layer, codebook: Codebook
    ) -> Iterator[tuple[str, list[Value], Ratings]]:
        ratings = code_ratings(frame, layer)
        yield "", [int(code) for code in ratings.codes], ratings


class Set(One):
    """Several codes; their order says nothing."""

    def decide(
        self, sentence_id: str, layer: Layer, annotated: Annotated, codebook: Codebook, rule: Rule
    ) -> Decision:
        """Code by code; one open code leaves the layer open, for a set is a whole."""
        sets = {who: value for who, value in annotated.items() if isinstance(value, list)}
        voted = {code for codes in sets.values() for code in codes}  # no rule takes what nobody ticked
        decided: dict[str, Value | None] = {}
        shares: dict[str, float] = {}
        for code in (code for code in layer.code_ids if code in voted):
            question = Question(sentence_id, layer.id, code)
            votes = {who: code in codes for who, codes in sets.items()}
            decided[code] = rule.decide(question, votes)
            shares[code] = rule.shares(question, votes).get(True, 0.0)
        value = [code for code, is_in in decided.items() if is_in]
        # with a code for "none", an empty set that nobody gave is no answer: the others cancelled out
        is_void = not value and bool(layer.exclusive) and [] not in sets.values()
        breaks_rule = len(value) > 1 and any(code in layer.exclusive for code in value)
        is_open = None in decided.values() or is_void or breaks_rule
        return Decision(
            value=None if is_open else value,
            left_open={layer.id: tally(code for codes in sets.values() for code in codes)} if is_open else {},
            shares={**portions(shares, layer.code_ids)},
        )

    def ratings(
        self, frame: Frame, layer: Layer, codebook: Codebook
    ) -> Iterator[tuple[str, list[Value], Ratings]]:
        ratings = set_ratings(frame, layer)
        for number, code in enumerate(layer.code_ids):
            has_code = ratings.members[:, number].astype(int).tolist()
            yield code, [False, True], ratings.recoded(has_code, ["", code])

    def codes(self, value: Any) -> list[str]:
        return list(value)

    def countable(self, value: Any) -> Hashable:
        return frozenset(value)


class Stance(One):
    """A code a target; an open target is left out, the others stand."""

    def decide(
        self, sentence_id: str, layer: Layer, annotated: Annotated, codebook: Codebook, rule: Rule
    ) -> Decision:
        value: dict[str, str] = {}
        left_open: dict[str, dict[str, int]] = {}
        shares: Shares = {}
        stances = {who: stance for who, stance in annotated.items() if isinstance(stance, dict)}
        for target in codebook.target_ids:
            votes = {who: stance[target] for who, stance in stances.items() if target in stance}
            if not votes:
                continue
            question = Question(sentence_id, layer.id, target)
            code = rule.decide(question, votes)
            if code is None:
                left_open[control_name(layer.id, target)] = tally(votes.values())
            else:
                value[target] = str(code)
            shares[target] = portions(rule.shares(question, votes), layer.stance_values)
        return Decision(value=value or None, left_open=left_open, shares=shares)

    def settle(self, decision: Decision, layer: Layer, value: Any) -> Decision:
        """What the rule decided stays; the adjudicator decides the open targets alone."""
        decided = dict(decision.value) if isinstance(decision.value, dict) else {}
        left_open = dict(decision.left_open)
        for target, code in value.items():
            if left_open.pop(control_name(layer.id, target), None) is not None:
                decided[target] = code
        return Decision(value=decided or None, left_open=left_open, shares=decision.shares)

    def ratings(
        self, frame: Frame, layer: Layer, codebook: Codebook
    ) -> Iterator[tuple[str, list[Value], Ratings]]:
        for target in codebook.target_ids:
            ratings = target_ratings(frame, layer, target)
            yield target, [*ratings.codes], ratings

    def codes(self, value: Any) -> list[str]:
        return [str(code) for code in value.values()]

    def countable(self, value: Any) -> Hashable:
        return frozenset(value.items())

    def is_as(self, value: Any, gold: Any) -> bool:
        """In the targets that were decided."""
        return all(value.get(target, code) == code for target, code in gold.items())


KINDS: dict[str, Kind] = {"one": One(), "scale": Scale(), "set": Set(), "stance": Stance()}


def agreed(layer: Layer, annotated: Annotated, value: LayerValue | None) -> int:
    """How many annotators gave the value; where it is open, how many the largest group has."""
    kind = KINDS[layer.kind]
    if value is None:
        return Counter(map(kind.countable, annotated.values())).most_common(1)[0][1]
    return sum(kind.is_as(coded, value) for coded in annotated.values())
