"""One layer of one sentence: what a rule makes of all that was given."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from exports.adjudication.rules import Question, Rule, Value
from schemas.codebook import Codebook, Layer
from schemas.records import LayerValue
from schemas.studio_json import control_name

Given = Mapping[str, LayerValue]  # annotator → value

Shares = dict[str, float | dict[str, float]]


class Verdict(Struct, frozen=True, kw_only=True):
    """``value`` is None where all is open; ``left_open`` names what is, with its votes.

    ``shares`` are the probabilities of the codes, of a stance target by target.
    """

    value: LayerValue | None
    left_open: dict[str, dict[str, int]]
    shares: Shares


def judge(sentence_id: str, layer: Layer, given: Given, codebook: Codebook, rule: Rule) -> Verdict:
    """The verdict on a layer that is no text."""
    if layer.kind == "stance":
        return _judge_stance(sentence_id, layer, given, codebook, rule)
    if layer.kind == "set":
        return _judge_set(sentence_id, layer, given, rule)
    question = Question(sentence_id, layer.id)
    votes = {who: value for who, value in given.items() if isinstance(value, str | int)}
    value = rule.decide(question, votes)
    return Verdict(
        value=value,
        left_open={} if value is not None else {layer.id: tally(votes.values())},
        shares={**_portions(rule.shares(question, votes), layer.code_ids)},
    )


def settle(verdict: Verdict, layer: Layer, decision: LayerValue | None) -> Verdict:
    """The verdict with what is open in it decided so; what the rule decided stays. Shares are kept."""
    if not verdict.left_open or decision is None:
        return verdict
    if not isinstance(decision, dict):
        return Verdict(value=decision, left_open={}, shares=verdict.shares)
    value = dict(verdict.value) if isinstance(verdict.value, dict) else {}
    left_open = dict(verdict.left_open)
    for target, code in decision.items():
        if left_open.pop(control_name(layer.id, target), None) is not None:
            value[target] = code
    return Verdict(value=value or None, left_open=left_open, shares=verdict.shares)


def _judge_set(sentence_id: str, layer: Layer, given: Given, rule: Rule) -> Verdict:
    """Code by code; one open code leaves the layer open, for a set is a whole."""
    sets = {who: value for who, value in given.items() if isinstance(value, list)}
    voted = {code for held in sets.values() for code in held}  # no rule takes what nobody gave
    verdicts: dict[str, Value | None] = {}
    shares: dict[str, float] = {}
    for code in (code for code in layer.code_ids if code in voted):
        question = Question(sentence_id, layer.id, code)
        votes = {who: code in held for who, held in sets.items()}
        verdicts[code] = rule.decide(question, votes)
        shares[code] = rule.shares(question, votes).get(True, 0.0)
    value = [code for code, is_in in verdicts.items() if is_in]
    # with a code for "none", an empty set that nobody gave is no answer: the others cancelled out
    is_void = not value and bool(layer.exclusive) and [] not in sets.values()
    breaks_rule = len(value) > 1 and any(code in layer.exclusive for code in value)
    is_open = None in verdicts.values() or is_void or breaks_rule
    return Verdict(
        value=None if is_open else value,
        left_open={layer.id: tally(c for held in sets.values() for c in held)} if is_open else {},
        shares={**_portions(shares, layer.code_ids)},
    )


def _judge_stance(sentence_id: str, layer: Layer, given: Given, codebook: Codebook, rule: Rule) -> Verdict:
    """Target by target; an open one is left out, the others stand."""
    value: dict[str, str] = {}
    left_open: dict[str, dict[str, int]] = {}
    shares: Shares = {}
    for target in codebook.target_ids:
        votes = {
            who: held[target] for who, held in given.items() if isinstance(held, dict) and target in held
        }
        if not votes:
            continue
        question = Question(sentence_id, layer.id, target)
        verdict = rule.decide(question, votes)
        if verdict is None:
            left_open[control_name(layer.id, target)] = tally(votes.values())
        else:
            value[target] = str(verdict)
        shares[target] = _portions(rule.shares(question, votes), layer.stance_values)
    return Verdict(value=value or None, left_open=left_open, shares=shares)


def _portions(shares: Mapping[Value, float] | Mapping[str, float], order: Iterable[str]) -> dict[str, float]:
    """The shares in the order of the codebook, without those that are nothing."""
    by_code = {str(value): round(share, 6) for value, share in shares.items()}
    return {code: by_code[code] for code in order if by_code.get(code)}


def tally(values: Iterable[Value]) -> dict[str, int]:
    """Votes by code, most first, then in the order of the alphabet."""
    counted = Counter(map(str, values))
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def agreed(given: Given, value: LayerValue | None) -> int:
    """How many gave the value; where it is open, how many the largest camp has."""
    if value is None:
        return Counter(map(_frozen, given.values())).most_common(1)[0][1]
    return sum(is_as(held, value) for held in given.values())


def is_as(held: LayerValue, value: LayerValue) -> bool:
    """Whether a coding is as in gold; of a stance, in the targets that were decided."""
    if isinstance(held, dict) and isinstance(value, dict):
        return all(held.get(target, code) == code for target, code in value.items())
    return _frozen(held) == _frozen(value)


def _frozen(value: LayerValue) -> object:
    """The value as something that can be counted; the order in a set says nothing."""
    if isinstance(value, dict):
        return frozenset(value.items())
    return frozenset(value) if isinstance(value, list) else value
