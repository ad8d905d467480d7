"""Who says something in a sentence, and in which frame: one verb or word of saying after the other.

A sentence is a string of classes, a letter a token (`train.features.speech.marks`), so that a frame is a
regular expression over it. What is no full frame is no speech: "der Krieg forderte Opfer" has a verb of
saying, and nothing that is said.
"""

from functools import lru_cache
from typing import NamedTuple

from train.features.speech.clauses import subject_of, verb_group
from train.features.speech.frames import frame_of
from train.features.speech.marks import Quotation, Tokens, read_tokens
from train.features.speech.reports import Report, is_asked, is_denied
from train.features.speech.sources import find_sources, passive_of
from train.features.speech.speakers import span_of
from train.features.speech.tables import konjunktiv, words

#: Behind "sei" or "seien": the author speaks to the reader.
_IDIOMS = ("es denn", "denn", "daran erinnert", "vorausgeschickt", "erlaubt", "angemerkt", "hier", "nun")


class Reading(NamedTuple):
    """What the grammar finds in a sentence by itself: reports, and the places of Konjunktiv I."""

    tokens: Tokens
    quotations: list[Quotation]
    reports: list[Report]
    konjunktiv: list[int]


@lru_cache(1 << 11)  # a sentence is read again as the one before
def read_sentence(text: str) -> Reading:
    """What stands in a sentence: sources first, then the verbs in their order."""
    tokens, quotations = read_tokens(text)
    verbs = (_report(i, tokens) for i, letter in enumerate(tokens.classes) if letter in "VYZ")
    reports = [*find_sources(tokens), *(report for report in verbs if report)]
    forms = konjunktiv().intersection(tokens.lower)  # in most sentences none
    places = [i for i, low in enumerate(tokens.lower) if low in forms and _is_konjunktiv(i, tokens)]
    return Reading(tokens, quotations, reports, places)


def _report(i: int, tokens: Tokens) -> Report | None:
    """The report of the verb whose form a token is."""
    group = verb_group(i, tokens)
    if group is None:
        return None
    if group.is_passive:
        return passive_of(group, i, tokens)
    subject = subject_of(group, tokens)
    frame = frame_of(group, subject, tokens)
    if frame is None:
        return None
    if group.verb.kind == "think" or frame == "bare":
        return Report("thought" if group.verb.kind == "think" else frame, subject.kind, is_asserted=False)
    end = next((j for j in range(group.last, len(tokens.classes)) if tokens.classes[j] in ",;:.?Q-()"), None)
    denied = is_denied(group.finite, end or len(tokens.classes), tokens)
    span = span_of(subject.who, tokens) if subject.who else None
    kind = "nobody" if subject.kind == "noun" and span is None else subject.kind
    asserted = kind in ("noun", "pronoun") and not (denied or subject.is_supposed or is_asked(tokens))
    return Report(frame, kind, None if denied else span, asserted)


def _is_konjunktiv(i: int, tokens: Tokens) -> bool:
    """Whether a form is a Konjunktiv that reports: no first person, no idiom, nothing of a noun."""
    lower, low = tokens.lower, tokens.lower[i]
    is_plain = low in words("konjunktiv")
    before, follows = tokens.classes[max(i - 1, 0) : i], tokens.classes[i + 1 : i + 2]
    if (i and tokens.words[i] != low) or "ich" in lower[max(i - 3, 0) : i + 4]:
        return False
    if low in ("sei", "seien"):
        return not " ".join(lower[i + 1 : i + 4]).startswith(_IDIOMS)
    if i == 0 or (not is_plain and before in tuple("dgPpv")):
        return False
    if not is_plain and lower[i - 1] == "man":  # "man nehme"
        return False
    return is_plain or not (before in tuple("DrA#") and follows in tuple("NqA"))
