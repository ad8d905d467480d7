"""A verb of saying in its clause: the whole of the verb, and its subject."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal, NamedTuple

from train.features.speech.marks import Tokens
from train.features.speech.patterns import (
    ANY_CASE,
    ASIDE,
    AWAY,
    BARE_OF,
    BEGIN,
    LOOSE,
    NOUN,
    NOUNS,
    OBJECT,
    TIME,
)
from train.features.speech.speakers import Places, span_of
from train.features.speech.tables import Verb, verb_forms, words

Who = Literal["noun", "pronoun", "place", "man", "nobody", "author"]

_PRONOUN_LEFT = re.compile(rf"{BEGIN}[ak]*(?P<who>E){LOOSE}*$")
_NOUN_LEFT = re.compile(rf"(?:{BEGIN}|,D(?=[Dr]))[ak]*(?P<who>{NOUNS}){LOOSE}*(?P<aside>{ASIDE})?[ae]*$")
_NAME_LEFT = re.compile(rf"{BEGIN}[ak]*(?P<who>{BARE_OF})[ae]*$")
_SUB_NOUN = re.compile(rf"B[ake]*(?P<who>{NOUNS})(?:[DxAmLZ]|{LOOSE})*$")
_SUB_PRONOUN = re.compile(rf"B[ak]*(?P<who>E)(?:[DxAmLZ]|{LOOSE}|{NOUN})*$")
#: Relative clauses: the pronoun is the subject, another noun is, or the pronoun is beside any object.
_RELATIVE = (
    re.compile(rf"(?P<who>{NOUN})[ae]*,[Dr]{LOOSE}*$"),
    re.compile(rf",[Drd][ae]*(?P<who>{NOUNS}){LOOSE}*$"),
    re.compile(rf"(?P<who>g?{NOUN})[ae]*,[Dr](?=[aedgPpv])[^,;:Q]*$"),
)
_RIGHT = re.compile(rf"(?:[aexAD]|{AWAY}|{TIME}|{OBJECT})*?(?P<who>{NOUNS}|E)")
_CLOSE = re.compile(rf"[ae]*(?:{NOUN}|E)")
#: The first clause of a sentence, up to its verb or to the subject behind it.
_FIRST = (
    re.compile(rf"[ak]*(?P<who>{NOUNS}|E)(?:{ASIDE})?[ae]*[VxHWmAY]"),
    re.compile(rf"(?:[aek]|{AWAY}|{TIME}|{AWAY}k{ANY_CASE})+[VxHWmA](?P<who>{NOUNS}|E)"),
)
#: A name behind an office: "der Außenminister, Sergej Lawrow,".
_APPOSED = re.compile(r",(?P<name>[TIN]+(?:v[Drd]?N+)?)(?=[,.]|$)")


class VerbGroup(NamedTuple):
    """A verb with its helpers: the place of the finite form, and the one behind all of it."""

    verb: Verb
    finite: int
    last: int
    is_passive: bool = False


class Subject(NamedTuple):
    """Who does what the verb says.

    Parameters
    ----------
    kind
        ``nobody`` also where none was found.
    who
        The tokens of a noun.
    is_sub, is_inverted, is_supposed
        Whether the clause is subordinate, the subject stands behind the verb (or the clause begins with
        "wie"), and it is only supposed ("wenn", "wer").
    """

    kind: Who
    who: Places | None = None
    is_sub: bool = False
    is_inverted: bool = False
    is_supposed: bool = False


def clause_at(i: int, tokens: Tokens) -> Places:
    """Where the clause begins in which a token stands, and where it ends: at the nearest marks."""
    marks = tokens.marks
    at = bisect_left(marks, i)
    return marks[at - 1] + 1 if at else 0, marks[at] if at < len(marks) else len(tokens.classes)


def verb_group(i: int, tokens: Tokens) -> VerbGroup | None:
    """The verb of saying whose form a token is, None where it is something else."""
    forms, classes, low = verb_forms(), tokens.classes, tokens.lower[i]
    if low in forms.infinitives and low not in forms.participles and classes[i + 1 : i + 2] == "W":
        return None  # "wie er bestätigen wird"
    return _with_helper(i, tokens) or _alone(i, tokens)


def _with_helper(i: int, tokens: Tokens) -> VerbGroup | None:
    """A participle with haben or werden, an infinitive with lassen or a modal verb."""
    forms, classes, low = verb_forms(), tokens.classes, tokens.lower[i]
    begin, _ = clause_at(i, tokens)
    before = next((j for j in range(i - 1, begin - 1, -1) if classes[j] in "HWLm"), None)
    if before is None and classes[i + 1 : i + 2] not in tuple("HWLm"):
        return None
    at = i + 1 if before is None else before
    verbs = (forms.participles if classes[at] in "HW" else forms.infinitives).get(low, ())
    verb = next((verb for verb in verbs if _has_particle(verb, i, tokens)), None)
    if verb is None:
        return None
    is_passive = classes[at] == "W" or (classes[at] == "H" and "worden" in tokens.lower[i + 1 : i + 3])
    verb = Verb("claim") if low == "wissen" else verb  # "ließ wissen", "will wissen"
    return VerbGroup(verb, min(at, i), max(at, i) + 1, is_passive)


def _alone(i: int, tokens: Tokens) -> VerbGroup | None:
    """A finite form by itself."""
    forms, classes, low = verb_forms(), tokens.classes, tokens.lower[i]
    before = classes[i - 1 : i]
    is_adjective = low in forms.participles and before in ("D", "d") and classes[i + 1 : i + 2] == "N"
    if is_adjective or tokens.lower[max(i - 1, 0) : i] == ("zu",):
        return None
    verbs = sorted(forms.finite.get(low, ()), key=lambda verb: -len(verb.particle))
    return next((VerbGroup(verb, i, i + 1) for verb in verbs if _has_particle(verb, i, tokens)), None)


def _has_particle(verb: Verb, i: int, tokens: Tokens) -> bool:
    """Whether the particle that a verb needs stands in its clause: last, or right before the verb."""
    if not verb.particle:
        return True
    parts, lower, classes = tuple(verb.particle.split(" ")), tokens.lower, tokens.classes
    if parts[0] not in lower:
        return False
    begin, end = clause_at(i, tokens)
    while end < len(classes) and classes[end] == "," and not _is_new_clause(end, tokens):
        end = next((j for j in range(end + 1, len(classes)) if classes[j] in ",;:.?Q"), len(classes))
    for j in range(i + 1, end - len(parts) + 1):
        after = classes[j + len(parts) : j + len(parts) + 1]
        if lower[j : j + len(parts)] == parts and (
            after in ("", *",;:.?QqkB-(aWH") or parts[0].startswith(("da", "zu"))
        ):
            return True
    return lower[i - len(parts) : i] == parts or (
        parts[0] in ("darauf", "dafür") and parts[0] in lower[begin:i]
    )


def _is_new_clause(comma: int, tokens: Tokens) -> bool:
    """Whether what stands behind a comma begins what is said, and not an apposition."""
    behind = comma + 1
    return tokens.lower[behind : behind + 1] == ("wie",) or tokens.classes[behind : behind + 1] in tuple(
        "EkB"
    )


def subject_of(group: VerbGroup, tokens: Tokens) -> Subject:
    """The subject of a verb: the first reading that fits."""
    return next(_subjects(group, tokens), Subject("nobody"))


def _subjects(group: VerbGroup, tokens: Tokens) -> Iterator[Subject]:
    finite, last, classes, lower = group.finite, group.last, tokens.classes, tokens.lower
    left, begin = classes[:finite], clause_at(finite, tokens)[0]
    is_first = is_verb_first(finite, tokens)
    if is_first and (left[-1:] != "," or _CLOSE.match(classes, finite + 1)):
        yield from _right(finite, tokens, is_inverted=True)
    is_last = classes[last : last + 1] in ("", *",;.?:-)kHWmLQ")
    if classes[begin : begin + 1] == "B" and is_last:
        match = _SUB_PRONOUN.search(left, begin) or _SUB_NOUN.search(left, begin)
        kind, who = _told(match, tokens) if match else ("nobody", None)
        yield Subject(
            kind, who, True, bool(match) and lower[begin] == "wie", lower[begin] in words("supposing")
        )
    if match := _PRONOUN_LEFT.search(left, _sentence_at(left)):
        yield Subject(*_told(match, tokens), is_supposed=lower[match.start("who")] == "wer")
    for pattern in _RELATIVE if is_last else ():
        if match := pattern.search(left):
            yield Subject(*_told(match, tokens), is_sub=True)
    if "w" in classes[begin:finite]:  # "welcher Beamte sagt"
        yield Subject("nobody", is_supposed=True)
    match = _NOUN_LEFT.search(left)
    if match and (is_first or not match["aside"]):
        if _is_object(match, group, tokens):
            yield from _right(finite, tokens, is_inverted=False)
        yield Subject(*_told(match, tokens))
    if left.endswith("k"):
        yield from _first_subject(finite - 1, tokens)
    yield from _right(finite, tokens, is_inverted=True)
    if match := _NAME_LEFT.search(left):  # "Von der Leyen sagte"
        yield Subject("noun", match.span("who"))


def is_verb_first(finite: int, tokens: Tokens) -> bool:
    """Whether nothing stands before a verb in its clause but "so" or a quotation."""
    left = tokens.classes[:finite]
    if re.search(r"(?:^|[,;:.Q\-(?]|(?:^|[,;:.\-(?])[qu]|[,Qq\-]k)$", left):
        return True
    return tokens.lower[max(finite - 1, 0) : finite] == ("so",) and bool(re.search(r"(?:^|[,Q\-q]).$", left))


def _right(finite: int, tokens: Tokens, *, is_inverted: bool) -> Iterator[Subject]:
    """The subject behind the verb."""
    match = _RIGHT.match(tokens.classes, finite + 1, clause_at(finite, tokens)[1])
    if match:
        yield Subject(*_told(match, tokens), is_inverted=is_inverted)


def _first_subject(end: int, tokens: Tokens) -> Iterator[Subject]:
    """The subject of the clause that a verb behind "und" goes on with."""
    begin = _sentence_at(tokens.classes[:end])
    for pattern in _FIRST:
        if match := pattern.match(tokens.classes, begin, end):
            yield Subject(*_told(match, tokens))


def _sentence_at(left: str) -> int:
    """Where to begin to look: behind the last mark that no apposition has."""
    return max(left.rfind(mark) for mark in ";:.Q") + 1


def _is_object(match: re.Match[str], group: VerbGroup, tokens: Tokens) -> bool:
    """Whether a noun before the verb is no subject: it cannot speak, or "die Reform nannte Merz …"."""
    if span_of(match.span("who"), tokens) is None:
        return True
    is_named = group.verb.kind == "name" and tokens.classes[match.start("who")] in "Dr"
    return is_named and tokens.classes[group.finite + 1 : group.finite + 2] in ("N", "T", "I")


def _told(match: re.Match[str], tokens: Tokens) -> tuple[Who, Places | None]:
    start, end = match.span("who")
    if tokens.classes[start:end] == "E":
        is_addressed = start > 0 and tokens.words[start] == "Sie"
        return "nobody" if is_addressed else _pronoun(tokens.lower[start]), None
    apposed = _APPOSED.match(tokens.classes, end)
    return "noun", (start, apposed.end("name") if apposed and tokens.classes[start] in "Dr" else end)


def _pronoun(low: str) -> Who:
    if low in words("author"):
        return "author"
    return "man" if low == "man" else "pronoun" if low in words("third") else "nobody"
