"""How probable a model held each code: from the probabilities of its tokens. Pure."""

import math
from collections.abc import Mapping, Sequence

from schemas.records import Record

#: Shares that no listed alternative explains are left out; below this nothing is known.
_LEAST = 1e-9


class Token(Record, frozen=True, kw_only=True, array_like=True):
    """A token of an answer, with the likeliest ones in its place and their log-probabilities."""

    text: str
    logprob: float
    others: list[tuple[str, float]] = []


def code_shares(
    tokens: Sequence[Token], text: str, start: int, end: int, codes: Sequence[str]
) -> dict[str, float] | None:
    """The probability of each code in the place ``[start:end]`` of ``text``, which the tokens spell.

    The value is followed token by token. What else might have stood in a token's place counts for the codes
    that begin so, in equal parts where it is open which; what begins no code counts for none.

    >>> others = [("off", -1.2), ("?", -4)]
    >>> tokens = [Token(text='"', logprob=0.0), Token(text="on", logprob=-0.5, others=others)]
    >>> {code: round(p, 2) for code, p in code_shares(tokens, '"on', 0, 3, ["on", "off"]).items()}
    {'on': 0.67, 'off': 0.33}
    """
    shares = dict.fromkeys(codes, 0.0)
    place, reached = 0, 1.0
    for token in tokens:
        begins, place = place, place + len(token.text)
        if place <= start:
            continue
        if begins >= end:
            break
        before = text[start:begins] if begins > start else ""
        prefix = token.text[: start - begins] if begins < start else ""
        chosen = _fitting(before + token.text[max(start - begins, 0) :], codes)
        for other, logprob in dict(token.others).items():
            # a part of a letter is sent as no text, and says nothing
            if other == token.text or not other.startswith(prefix) or not other[len(prefix) :].strip():
                continue
            fitting = [c for c in _fitting(before + other[len(prefix) :], codes) if c not in chosen]
            for code in fitting:
                shares[code] += reached * _p(logprob) / len(fitting)
        reached *= _p(token.logprob)
        if len(chosen) <= 1:
            for code in chosen:
                shares[code] += reached
            break
    total = sum(shares.values())
    return {code: share / total for code, share in shares.items()} if total > _LEAST else None


def mean(shares: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of several distributions over the same codes."""
    return {code: sum(row[code] for row in shares) / len(shares) for code in shares[0]}


def _fitting(said: str, codes: Sequence[str]) -> list[str]:
    """The codes that a value may still become, or is."""
    text = said.lstrip().lstrip('"')
    if not text:
        return list(codes)
    whole = text.partition('"')[0].strip().rstrip(",}]").strip()
    if len(whole) < len(text):  # the value has ended
        return [whole] if whole in codes else []
    return [code for code in codes if code.startswith(whole)]


def _p(logprob: float) -> float:
    return math.exp(min(logprob, 0.0)) if logprob > -700 else 0.0
