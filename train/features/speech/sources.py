"""Frames without a subject that says something: "laut", "heißt es", "so X", and passives."""

import re
from collections.abc import Iterator
from functools import lru_cache

from train.features.speech.clauses import VerbGroup, Who, clause_at
from train.features.speech.frames import has_clause, has_that
from train.features.speech.marks import Tokens
from train.features.speech.patterns import (
    AWAY,
    BARE_OF,
    GENITIVE,
    LOOSE,
    NOUN,
    NOUNS,
    PLACE,
    SINGLE,
    SOURCE,
    TIME,
)
from train.features.speech.reports import Report, is_asked, is_denied, named
from train.features.speech.speakers import Places, is_person, span_of
from train.features.speech.tables import read_list, verb_forms

_BEHIND = re.compile(rf"v?(?P<who>{SOURCE})")
_BEFORE = re.compile(rf"(?P<who>{SOURCE})$")
_SO = re.compile(rf"(?P<who>{NOUNS})(?:[ae]|{AWAY}|{TIME})*(?:[,.;?)-]|$)")
_IN_BRACKETS = re.compile(rf"[Qqu]\((?P<who>{NOUN}){LOOSE}*\)")
_FOR = re.compile(rf"P(?P<who>{SINGLE})[SW][De]")
_AGENT = re.compile(rf"{BARE_OF}{GENITIVE}*")
_PLACE = re.compile(PLACE)
_WHOSE = re.compile(rf"{GENITIVE}|{BARE_OF}")
_RELATIVE = frozenset(("der", "die", "das", "dem", "den", "dessen", "deren"))
_PLACED = ("in", "im", "aus", "bei", "beim", "am")
#: Words of sources that somebody would name as the speaker themselves.
_REPORTS = frozenset(("bericht", "berichten", "prognose", "erklärung", "mitteilung", "recherchen"))


def find_sources(tokens: Tokens) -> Iterator[Report]:
    """ "laut X", "nach Angaben von X", "X zufolge", "glaubt man X", "so X", "„…“ (X)", "für X ist das …"."""
    for i, low in enumerate(tokens.lower):
        if low in _READERS:
            yield from _READERS[low](i, tokens)
        if tokens.classes[i] == "N" and _is_said_noun(low):
            yield from _noun(i, tokens)
    for match in _IN_BRACKETS.finditer(tokens.classes):
        yield named("quote", match.span("who"), tokens)
    judged = _FOR.match(tokens.classes)
    if judged and tokens.lower[0] == "für" and is_person(judged.span("who"), tokens):
        yield named("source", judged.span("who"), tokens, is_asserted=False)


def _noun(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "der Hinweis, dass", "die Meldung des Senders, dass"."""
    whose = _WHOSE.match(tokens.classes, i + 1)
    if whose and _has_said(whose.end(), tokens):
        start = whose.start() + whose[0].startswith("v")
        yield named("noun", (start, whose.end()), tokens, is_asserted=False)
    elif _has_said(i + 1, tokens):
        yield Report("noun", "nobody", is_asserted=False)


def _has_said(i: int, tokens: Tokens) -> bool:
    """Whether a clause right behind a noun is what was said."""
    is_comma = tokens.classes[i : i + 1] == ","
    is_that = tokens.lower[i + 1 : i + 2] in (("dass",), ("daß",), ("ob",))
    return is_comma and (is_that or has_clause(i, i, tokens, is_sub=True))


def _behind(i: int, tokens: Tokens) -> Iterator[Report]:
    """The noun behind a word such as "laut"."""
    if match := _BEHIND.match(tokens.classes, i):
        yield _source(match.span("who"), tokens)


def _after_words(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "nach Angaben des Ministers", "nach eigenen Angaben"."""
    for j in range(i + 1, min(i + 4, len(tokens.lower))):
        if tokens.classes[j] == "N" and tokens.lower[j] in read_list("sources"):
            found = [*_behind(j + 1, tokens)]
            is_own = not found and tokens.lower[i + 1].startswith(("eigen", "sein", "ihr"))
            yield from found or ([Report("source", "pronoun")] if is_own else [])
        if tokens.classes[j] not in "dDrAge":
            return


def _before(i: int, tokens: Tokens) -> Iterator[Report]:
    if match := _BEFORE.search(tokens.classes[:i]):
        yield _source(match.span("who"), tokens)


def _believed(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "glaubt man X"."""
    if tokens.lower[i + 1 : i + 2] == ("man",):
        yield from _behind(i + 2, tokens)


def _man(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "wenn man X glaubt", "in X nennt man"."""
    lower, (begin, end) = tokens.lower, clause_at(i, tokens)
    if lower[max(i - 1, 0) : i] == ("wenn",) and "glaubt" in lower[i:end]:
        yield from _behind(i + 1, tokens)
    beside = (*lower[max(i - 1, 0) : i], *lower[i + 1 : i + 2])
    verbs = (verb for low in beside for verb in verb_forms().finite.get(low, ()) if not verb.particle)
    if any(verb.kind in ("say", "claim", "name") for verb in verbs):
        kind, who = _place_in(begin, end, tokens)
        if who:
            yield Report("impersonal", kind, who)


def _so(i: int, tokens: Tokens) -> Iterator[Report]:
    match = _SO.match(tokens.classes, i + 1) if tokens.classes[max(i - 1, 0) : i] in tuple(",Qq-") else None
    if match and span_of(match.span("who"), tokens):
        yield named("so", match.span("who"), tokens)


def _is_said(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "heißt es", "es heißt, …"; not "was es heißt"."""
    lower, (begin, end) = tokens.lower, clause_at(i, tokens)
    is_behind = lower[i + 1 : i + 2] == ("es",)
    is_before = lower[max(i - 1, 0) : i] == ("es",) and tokens.classes[i + 1 : i + 2] == ","
    if (is_behind or is_before) and "was" not in lower[begin:i]:
        yield Report("impersonal", *_place_in(begin, end, tokens), is_asserted=not is_asked(tokens))


def _leaks(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "aus X verlautet, …"."""
    kind, who = _place_in(*clause_at(i, tokens), tokens)
    if who:
        yield Report("impersonal", kind, who)


def _is_heard(i: int, tokens: Tokens) -> Iterator[Report]:
    """ "aus X ist zu hören"."""
    lower, (begin, end) = tokens.lower, clause_at(i, tokens)
    if lower[max(i - 1, 0) : i] == ("zu",) and not {"ist", "war"}.isdisjoint(lower[begin:end]):
        yield Report("impersonal", *_place_in(begin, end, tokens))


_READERS = {
    "laut": lambda i, tokens: _behind(i + 1, tokens),
    "gemäß": lambda i, tokens: _behind(i + 1, tokens),
    "nach": _after_words,
    "zufolge": _before,
    "man": _man,
    "so": _so,
    **dict.fromkeys(("glaubt", "traut", "folgt"), _believed),
    **dict.fromkeys(("heißt", "hieß", "heiße"), _is_said),
    **dict.fromkeys(("verlautet", "verlautete"), _leaks),
    **dict.fromkeys(("hören", "lesen", "vernehmen", "entnehmen"), _is_heard),
}


def _source(who: Places, tokens: Tokens) -> Report:
    """A report of a source, not asserted within a relative clause."""
    begin, _ = clause_at(max(who[0] - 1, 0), tokens)
    is_aside = tokens.classes[max(begin - 1, 0) : begin] == "," and tokens.lower[begin] in _RELATIVE
    return named("source", _without_words(who, tokens), tokens, is_asserted=not is_aside)


def _without_words(who: Places, tokens: Tokens) -> Places:
    """Without "Worten" and its like, on either side: "den Worten des Ministers", "Trumps Worten"."""
    start, end = who
    spoken = read_list("sources") - _REPORTS
    at = next((j for j in range(start, end) if tokens.classes[j] == "N" and tokens.lower[j] in spoken), None)
    if at is None:
        return who
    if at + 1 < end:
        return at + 1 + (tokens.classes[at + 1] == "v"), end
    return (start, at) if at > start and tokens.classes[at - 1] == "N" else who


def passive_of(group: VerbGroup, i: int, tokens: Tokens) -> Report | None:
    """ "Im Kreml wurde betont, dass": who speaks stands behind "von", or a place speaks."""
    if group.verb.kind in ("name", "think"):
        return None
    begin, _ = clause_at(group.finite, tokens)
    agent = _AGENT.search(tokens.classes, begin, i)
    has_what = has_that(group.last, tokens) or has_clause(group.last, group.last, tokens, is_sub=False)
    is_said = has_what or re.match(r"[^,;.]*[:Q]", tokens.classes[group.last :])
    is_aside = tokens.lower[begin] == "wie"
    if not (is_said or is_aside or (agent and group.verb.kind == "say")):
        return None
    asserted = not is_asked(tokens) and not is_denied(group.finite + 1, i, tokens)
    is_other = not is_said and "dass" in tokens.lower[:begin]  # "die Meldung, dass …, wurde von X dementiert"
    if agent and not is_other and span_of((agent.start() + 1, agent.end()), tokens):
        frame = "that" if has_what else "pointing"
        return named(frame, (agent.start() + 1, agent.end()), tokens, is_asserted=asserted)
    return Report("impersonal", *_place_in(begin, i, tokens), is_asserted=asserted)


def _place_in(begin: int, end: int, tokens: Tokens) -> tuple[Who, Places | None]:
    """A place that speaks, such as "im Kreml"."""
    for match in _PLACE.finditer(tokens.classes, begin, end):
        span = span_of(match.span(), tokens) if tokens.lower[match.start()] in _PLACED else None
        if span:
            return "place", span
    return "nobody", None


@lru_cache(1 << 12)
def _is_said_noun(low: str) -> bool:
    """Whether it is one, or a compound of one."""
    return low.endswith(tuple(read_list("said_nouns")))
