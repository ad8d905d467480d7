"""Answers of a language model → ordinary predictions. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annotate.zeroshot.answers import (
    CUT,
    NOT_JSON,
    REFUSED,
    Parsed,
    parse_answer,
    parse_whole,
    unanswered,
    value_places,
)
from annotate.zeroshot.cache import Reply
from annotate.zeroshot.questions import Prompt, Question
from annotate.zeroshot.scores import code_shares, mean
from schemas.controls import control_name
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import (
    UNRELATED,
    CodePrediction,
    ContextSentence,
    GoldSentence,
    LayerPrediction,
    Prediction,
    SetPrediction,
)

if TYPE_CHECKING:
    from train.classifiers.confidence import Confidence, Outcome

#: The share of right answers that a calibrated answer has to reach, as with a model of our own.
ABSTAIN_AT = 0.7
_DIGITS = 6


class Answered(NamedTuple):
    """What one reply says of a sentence; ``shares``: layer or ``layer__target`` → probability by code."""

    parsed: Parsed
    shares: dict[str, dict[str, float]]


class Answer(NamedTuple):
    """What all replies say toward one item; ``scores`` None: how sure the model was is not known."""

    value: Any
    scores: dict[str, float] | None


def read_reply(reply: Reply, asked: Question, prompt: Prompt) -> list[Answered]:
    """What a reply says of each sentence that was asked."""
    said = _parsed(reply, asked, prompt)
    if not reply.tokens or reply.refusal:
        return [Answered(parsed, {}) for _, parsed in said]
    places = list(value_places(reply.content))
    head = ("sentences",) if prompt.settings.whole else ()
    return [
        Answered(parsed, _shares(reply, places, (*head, place) if head else (), prompt))
        for place, parsed in said
    ]


def _parsed(reply: Reply, asked: Question, prompt: Prompt) -> list[tuple[int, Parsed]]:
    """What a reply says of each sentence, and its place in a list of several."""
    book, layers = prompt.codebook, prompt.layers
    if reply.refusal:
        return [(0, unanswered(REFUSED, book, layers)) for _ in asked.rows]
    if prompt.settings.whole:
        found = parse_whole(reply.content, book, layers, asked.numbers)
        said = [found[n] for n in asked.numbers]
    else:
        said = [(0, parse_answer(reply.content, book, layers))]
    if reply.end == "length":
        said = [(place, Parsed(p.layers, _cut(p.missing))) for place, p in said]
    return said


def needs_repair(reply: Reply, asked: Question, prompt: Prompt) -> str | None:
    """Why the model is asked once more; None where it answered, or refused, or ran out of room."""
    if reply.refusal or reply.end == "length":
        return None
    # without the probabilities of tokens, which take most of the time
    reasons = [why for _, parsed in _parsed(reply, asked, prompt) for why in parsed.missing.items()]
    if not reasons:
        return None
    name, why = reasons[0]
    return why if why == NOT_JSON else f"{name}: {why}"


def merged(first: Sequence[Answered], second: Sequence[Answered]) -> list[Answered]:
    """Answers with what a repair added; what could be read at first stays."""
    rows = []
    for one, two in zip(first, second, strict=True):
        layers = dict(one.parsed.layers)
        shares = dict(one.shares)
        missing = {
            name: two.parsed.missing[name] for name in one.parsed.missing if name in two.parsed.missing
        }
        for name in one.parsed.missing.keys() - missing.keys():
            layer, _, target = name.partition("__")
            said: Any = two.parsed.layers[layer]
            so_far: Any = layers.get(layer, {})
            layers[layer] = {**so_far, target: said[target]} if target else said
            shares.pop(name, None)
            if name in two.shares:
                shares[name] = two.shares[name]
        rows.append(Answered(Parsed(layers, missing), shares))
    return rows


def combine(samples: Sequence[Answered], prompt: Prompt) -> tuple[dict[str, Answer], dict[str, str]]:
    """The answer toward each item, and why others have none.

    An item is answered where half of the samples or more answered it. ``scores`` are the probabilities of the
    tokens where every sample has them, else the shares of the samples where there are several.
    """
    answers: dict[str, Answer] = {}
    missing: dict[str, str] = {}
    for name, layer, target in items(prompt):
        values = [_value(sample.parsed, layer.id, target) for sample in samples]
        given = [(v, s.shares.get(name)) for v, s in zip(values, samples, strict=True) if v is not None]
        if not given or 2 * len(given) < len(samples):
            reasons = Counter(s.parsed.missing[name] for s in samples if name in s.parsed.missing)
            missing[name] = reasons.most_common(1)[0][0]
            continue
        shares = [share for _, share in given if share is not None]
        codes = layer.values
        if len(shares) == len(given):
            scores: dict[str, float] | None = mean(shares)
        elif len(samples) > 1:
            scores = {c: sum(_has(value, c) for value, _ in given) / len(given) for c in codes}
        else:
            scores = None
        answers[name] = Answer(_most(layer, [value for value, _ in given], scores), scores)
    return answers, missing


def items(prompt: Prompt) -> Iterator[tuple[str, Layer, str]]:
    """Everything that is asked of a sentence: its name, its layer, and its target if it has one."""
    for layer in prompt.layers:
        if KINDS[layer.kind].by_target:
            for target in prompt.codebook.target_ids:
                yield control_name(layer.id, target), layer, target
        else:
            yield layer.id, layer, ""


def to_prediction(
    row: ContextSentence, answers: Mapping[str, Answer], prompt: Prompt, version: str,
    confidences: Mapping[str, "Confidence"],
) -> Prediction:  # fmt: skip
    """The row of ``predictions.jsonl``: an answer that is not calibrated abstains, whatever its score."""
    layers: dict[str, LayerPrediction] = {}
    for name, layer, target in items(prompt):
        if name not in answers:
            continue
        answer, confidence = answers[name], confidences.get(layer.id)
        if KINDS[layer.kind].several:
            layers[layer.id] = _set(layer, answer, confidence, row.commentary_id)
        else:
            said = _code(layer, answer, confidence, row.commentary_id, target)
            if target:
                layers.setdefault(layer.id, {})[target] = said  # type: ignore[index]
            else:
                layers[layer.id] = said
    return Prediction(
        sentence_id=row.sentence_id,
        commentary_id=row.commentary_id,
        text=row.text,
        model_version=version,
        codebook=prompt.codebook.codebook,
        codebook_version=prompt.codebook.version,
        layers=layers,
        calibrated=[name for name in layers if name in confidences],
    )


def outcomes(
    gold: GoldSentence, answers: Mapping[str, Answer], prompt: Prompt
) -> Iterator[tuple[str, "Outcome"]]:
    """By layer, how sure the model was of a coded sentence and whether it was right."""
    from train.classifiers.confidence import Outcome

    for name, layer, target in items(prompt):
        value = gold.layers.get(layer.id)
        truth = value.get(target) if isinstance(value, dict) else value
        if name not in answers or truth is None or answers[name].scores is None:
            continue
        answer = answers[name]
        assert answer.scores is not None
        if KINDS[layer.kind].several:
            for code, score in answer.scores.items():
                yield layer.id, Outcome(code, score, _has(truth, code), gold.commentary_id)
        else:
            code = str(answer.value)
            yield layer.id, Outcome(code, answer.scores[code], str(truth) == code, gold.commentary_id)


def _code(
    layer: Layer, answer: Answer, confidence: "Confidence | None", commentary: str, target: str
) -> CodePrediction:
    code, codes = str(answer.value), layer.values
    if answer.scores is None:
        scores = dict.fromkeys(codes, 1 / len(codes))
    else:
        scores = answer.scores
        if confidence is not None:
            scores = _rescaled(scores, code, confidence.probability(code, scores[code], commentary))
    is_calibrated = confidence is not None and answer.scores is not None
    return CodePrediction(
        code=answer.value,
        score=_rounded(scores[code]),
        threshold=ABSTAIN_AT if is_calibrated else 1.0,
        abstained=not is_calibrated or scores[code] < ABSTAIN_AT,
        touched=_rounded(1 - scores[UNRELATED]) if target else None,
        scores={name: _rounded(score) for name, score in scores.items()},
    )


def _set(layer: Layer, answer: Answer, confidence: "Confidence | None", commentary: str) -> SetPrediction:
    codes = layer.code_ids
    scores = answer.scores or dict.fromkeys(codes, 0.5)
    is_calibrated = confidence is not None and answer.scores is not None
    if confidence is not None and answer.scores is not None:
        scores = {code: confidence.probability(code, scores[code], commentary) for code in codes}
    chosen = set(answer.value)
    sure = {code: scores[code] if code in chosen else 1 - scores[code] for code in codes}
    return SetPrediction(
        codes=[code for code in codes if code in chosen],
        scores={code: _rounded(scores[code]) for code in codes},
        thresholds=dict.fromkeys(codes, ABSTAIN_AT if is_calibrated else 1.0),
        abstained=[code for code in codes if not is_calibrated or sure[code] < ABSTAIN_AT],
    )


def _rescaled(scores: Mapping[str, float], code: str, probability: float) -> dict[str, float]:
    """The scores with another for one code; the others share the rest as before."""
    rest = 1 - scores[code]
    others = len(scores) - 1
    return {
        name: probability if name == code
        else (1 - probability) * (score / rest if rest > 1e-9 else 1 / others)
        for name, score in scores.items()
    }  # fmt: skip


def _shares(
    reply: Reply, places: Sequence[tuple[tuple[str | int, ...], int, int]], head: tuple[str | int, ...],
    prompt: Prompt,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """The probabilities of a sentence's values; only those that can be read from the tokens."""
    found: dict[str, dict[str, float]] = {}
    by_id = {layer.id: layer for layer in prompt.layers}
    for path, start, end in places:
        rest = path[len(head) :]
        if path[: len(head)] != head or not rest or rest[0] not in by_id:
            continue
        layer = by_id[str(rest[0])]
        kind = KINDS[layer.kind]
        codes = layer.values
        shares = code_shares(reply.tokens, reply.content, start, end, codes)
        if shares is None:
            continue
        if kind.by_target and len(rest) == 2:
            found[control_name(layer.id, str(rest[1]))] = shares
        elif kind.several and len(rest) == 2:
            so_far = found.setdefault(layer.id, dict.fromkeys(codes, 0.0))
            found[layer.id] = {code: max(so_far[code], shares[code]) for code in codes}
        elif len(rest) == 1:
            found[layer.id] = shares
    for layer in prompt.layers:  # a list without an element has no token that could say how sure
        if KINDS[layer.kind].several and reply.tokens:
            found.setdefault(layer.id, dict.fromkeys(layer.values, 0.0))
    return found


def _value(parsed: Parsed, layer: str, target: str) -> Any:
    value = parsed.layers.get(layer)
    return value.get(target) if target and isinstance(value, dict) else value


def _has(value: Any, code: str) -> bool:
    return code in value if isinstance(value, list) else str(value) == code


def _most(layer: Layer, values: Sequence[Any], scores: Mapping[str, float] | None) -> Any:
    """The answer given most often; of equals the likelier, then the first in the codebook."""
    if KINDS[layer.kind].several:
        chosen = [c for c in layer.code_ids if 2 * sum(c in value for value in values) > len(values)]
        return chosen or max(values, key=values.count)
    counts = Counter(str(value) for value in values)
    best = max(layer.values, key=lambda code: (counts[code], scores[code] if scores else 0.0))
    return next(value for value in values if str(value) == best)


def _cut(missing: Mapping[str, str]) -> dict[str, str]:
    return dict.fromkeys(missing, CUT)


def _rounded(number: float) -> float:
    return round(number, _DIGITS)
