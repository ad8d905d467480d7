"""How what is said stands beside a verb of saying."""

import re

from train.features.speech.clauses import Subject, VerbGroup, clause_at, is_verb_first
from train.features.speech.marks import Tokens
from train.features.speech.tables import konjunktiv, words

_THAT = re.compile(r"(?:,|^)\s*(?:(?!und|oder)\w+\s+)?(?:dass|daß|ob)\b")
_INFINITIVE = re.compile(r"[^,;:.]*,[^,;:.]*\b(?:zu\s+\w+n|\w+zu\w+en)\b")
_COLON, _COLON_NEAR = re.compile(r"[^;:.Q]*?:"), re.compile(r"[^,;:.Q]*:")
_OTHER_CLAUSE = re.compile(r"[^:]*,[^,:]*[kE][^:]*:")
_QUOTE = re.compile(r"[qu]|[^,;.]*Q")
#: Verb-first behind a comma: no clause that is said.
_FINITE_ENDINGS = ("t", "te", "ten", "en")


def frame_of(group: VerbGroup, subject: Subject, tokens: Tokens) -> str | None:
    """The frame (`train.features.speech.grammar.Report`), None where nothing is said."""
    kind, is_sub = group.verb.kind, subject.is_sub
    if kind == "name":
        begin, end = clause_at(group.finite, tokens)
        return "named" if re.search("[quQ]", tokens.classes[begin : end + 1]) else None
    if _is_after(group, subject, tokens):
        return "after"
    if found := _beside(group.last, tokens, is_sub=is_sub):
        return found
    if kind == "think":
        return None
    if subject.is_inverted and "Q" in tokens.classes[: group.finite]:
        return "after"
    behind = max(group.last, subject.who[1] if subject.who else 0)
    if has_clause(behind, group.last, tokens, is_sub=is_sub):
        return "clause"
    if is_sub:
        return "pointing" if kind == "say" and _is_relative_object(group, tokens) else None
    return _weaker(group, tokens)


def _is_after(group: VerbGroup, subject: Subject, tokens: Tokens) -> bool:
    """Whether the verb stands after or within what is said: ", sagt sie,", "wie er sagt"."""
    if subject.is_sub:
        return subject.is_inverted
    before = tokens.classes[max(group.finite - 1, 0) : group.finite]
    if not subject.is_inverted or not before or not is_verb_first(group.finite, tokens):
        return False
    if before == "a":  # "so sagte sie"
        return tokens.classes[group.finite - 2 : group.finite - 1] in tuple(",Q-q")
    is_plain = group.verb.kind == "say" and tokens.classes[group.finite] == "V"
    return before in ",Qqu-" and group.verb.kind != "think" and (is_plain or _has_speech(tokens))


def _beside(last: int, tokens: Tokens, *, is_sub: bool) -> str | None:
    """What needs no more than the marks and words behind the verb."""
    behind = tokens.classes[last:]
    if has_that(last, tokens):
        return "that"
    if (_COLON_NEAR if is_sub else _COLON).match(behind) and not _OTHER_CLAUSE.match(behind):
        return "colon"
    return "quote" if _QUOTE.match(behind) else None


def _weaker(group: VerbGroup, tokens: Tokens) -> str | None:
    """A question word, an infinitive, "das"; for a verb that always says something, an object."""
    kind, rest = group.verb.kind, rest_of(group.last, tokens)
    begin, end = clause_at(group.finite, tokens)
    if any(f", {word} " in rest for word in words("question")):
        return "which"
    end = max(end, group.last)
    is_perfect = tokens.classes[group.finite] == "H" and _points(begin, group.finite, tokens)
    if is_perfect or (kind == "say" and (_points(begin, end, tokens) or _declares(group, end, tokens))):
        return "pointing"
    if kind in ("say", "urge") and _INFINITIVE.match(rest):
        return "infinitive"
    return "bare" if kind == "say" else None


def _points(begin: int, end: int, tokens: Tokens) -> bool:
    """Whether "das" or its like stands between two places, and not before a noun."""
    is_said = (j for j in range(begin, end) if tokens.lower[j] in words("pointing"))
    return any(tokens.classes[j + 1 : j + 2] not in tuple("NAqTI#C") for j in is_said)


def _declares(group: VerbGroup, end: int, tokens: Tokens) -> bool:
    """Whether somebody declares something to be something: "erklärte die Frage für erledigt"."""
    return "für" in tokens.lower[group.last : end] and tokens.lower[group.finite].startswith("erklär")


def _is_relative_object(group: VerbGroup, tokens: Tokens) -> bool:
    """Whether a relative clause names what is said: "…, das die Leiterin sagte, …"."""
    begin, _ = clause_at(group.finite, tokens)
    return tokens.classes[max(begin - 1, 0) : begin] == "," and tokens.lower[begin] in ("das", "was")


def has_that(last: int, tokens: Tokens) -> bool:
    """Whether a clause with "dass" or "ob" stands behind a place."""
    return bool(_THAT.search(rest_of(last, tokens)))


def has_clause(behind: int, last: int, tokens: Tokens, *, is_sub: bool) -> bool:
    """Whether a main clause behind the next comma is what is said.

    It has a Konjunktiv, or stands right behind the verb and its subject.

    Parameters
    ----------
    behind
        The place behind verb and subject.
    last
        The place behind the verb.
    """
    classes, lower = tokens.classes, tokens.lower
    comma = classes.find(",", last)
    if comma < 0 or comma + 1 >= len(classes) or re.search("[;:.?]", classes[last:comma]):
        return False
    follows, first = classes[comma + 1], lower[comma + 1]
    is_finite = follows in "VHSmWL" or (follows == "x" and first.endswith(_FINITE_ENDINGS))
    if is_finite or first in words("question"):
        return False
    end = next((j for j in range(comma + 1, len(classes)) if classes[j] in ";.?"), len(classes))
    if has_konjunktiv(comma + 1, end, tokens):
        return True
    if is_sub or comma > behind + 1:
        return False
    is_infinitive = "zu" in lower[max(last - 2, 0) : last - 1]  # a relative clause is as likely
    is_right_behind = follows in "DrgdNATI#qw" or (follows == "a" and classes[last - 1] == "V")
    return follows in "Ee" or (comma == last and is_right_behind and not is_infinitive)


def has_konjunktiv(begin: int, end: int, tokens: Tokens) -> bool:
    """Whether a form of Konjunktiv I or II stands between two places."""
    forms = konjunktiv() | words("second")
    return any(tokens.lower[j] in forms and tokens.words[j][0].islower() for j in range(begin, end))


def _has_speech(tokens: Tokens) -> bool:
    return bool(re.search("[Qqu]", tokens.classes)) or has_konjunktiv(0, len(tokens.words), tokens)


def rest_of(last: int, tokens: Tokens) -> str:
    """The words behind a place, in lower case, with a space between any two tokens but before a comma."""
    return " ".join(tokens.lower[last:]).replace(" ,", ",")
