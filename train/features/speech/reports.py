"""What the grammar finds: a report is a verb or word of saying in its frame."""

from typing import NamedTuple

from train.features.speech.clauses import Who
from train.features.speech.marks import Tokens
from train.features.speech.speakers import Places, span_of


class Report(NamedTuple):
    """Who says something, and how it is seen.

    Parameters
    ----------
    frame
        How what is said stands by: ``that``, ``clause``, ``colon``, ``quote``, ``after`` (the verb stands
        after or within what is said), ``infinitive``, ``pointing`` ("das sagte er"), ``so``, ``source``
        ("laut"), ``impersonal`` ("heißt es"), ``named`` ("nannte es „…“"); and what is no full frame:
        ``which`` (a question word), ``bare`` (nothing but an object), ``noun`` ("der Hinweis, dass"),
        ``thought`` (a verb of thinking).
    subject
        ``noun``, ``pronoun``, ``place`` ("im Kreml heißt es"), ``man``, ``author`` (ich, wir), or
        ``nobody`` (wer, niemand, a passive, a thing).
    who
        Where the speaker stands in the text; None for a pronoun and for nobody.
    is_asserted
        Whether it is said that it was said: not denied, not supposed, not asked.
    """

    frame: str
    subject: Who
    who: Places | None = None
    is_asserted: bool = True


def named(frame: str, who: Places, tokens: Tokens, *, is_asserted: bool = True) -> Report:
    """A report of a noun, or of nobody where the noun cannot speak."""
    span = span_of(who, tokens)
    return Report(frame, "noun" if span else "nobody", span, is_asserted)


def is_asked(tokens: Tokens) -> bool:
    return tokens.classes.rstrip("Qq).").endswith("?")


def is_denied(begin: int, end: int, tokens: Tokens) -> bool:
    """Whether a verb is negated between two places: "sagt nicht, dass"."""
    return any(low in ("nicht", "nie", "niemals", "keineswegs") for low in tokens.lower[begin:end])
