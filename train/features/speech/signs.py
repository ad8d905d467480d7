"""The signs of reported speech in a sentence and the one before it, and what a rule makes of them.

Signs are features of a model (`SIGNS` are the columns). The rule stands beside it: it finds speech where a
frame is complete, and none where there is no sign at all; what lies between it leaves to the model.
"""

import re
from functools import cache, lru_cache
from typing import Literal

from train.features.speech.grammar import Reading, read_sentence
from train.features.speech.reports import Report
from train.features.speech.tables import read_list

#: Frames in which something is said by somebody else, whole by themselves.
FULL = ("that", "clause", "colon", "quote", "after", "infinitive", "pointing", "so", "source", "impersonal")
_FRAMES = (*FULL, "named", "which", "bare", "noun", "thought")
_SUBJECTS = ("noun", "pronoun", "place", "man", "nobody", "author")
SIGNS: tuple[str, ...] = (
    *(f"frame={frame}" for frame in _FRAMES),
    *(f"by={subject}" for subject in _SUBJECTS),
    "not_asserted", "konjunktiv", "konjunktiv=main", "runs_on", "goes_on", "quote=whole", "quote=speech",
    "quote=word", "before", "comment", "asked", "relayed", "relayed=comment", "unmarked",
)  # fmt: skip
_COLUMN = {sign: column for column, sign in enumerate(SIGNS)}

Verdict = Literal["relayed", "own"]


@lru_cache(1 << 14)
def signs_of(text: str, before: str = "") -> tuple[str, ...]:
    """The signs in a sentence, in the order of `SIGNS`.

    >>> signs_of("Der Kanzler betonte, dass geliefert werde.")
    ('frame=that', 'by=noun', 'konjunktiv', 'relayed')
    >>> signs_of("Das reiche aus.", "Der Kanzler gab nach.")
    ('konjunktiv', 'konjunktiv=main')
    """
    reading = read_sentence(text)
    found = set(_report_signs(reading.reports))
    if reading.konjunktiv:
        found.add("konjunktiv")
        if _is_main(reading):
            found.add("konjunktiv=main")
    earlier = read_sentence(before) if before else None
    if earlier and _relays(earlier):
        found.add("before")
        if "konjunktiv=main" in found and not _is_full(reading):
            found.add("runs_on")
        elif not reading.reports and _SECOND.search(text):
            found.add("goes_on")
    found |= {f"quote={kind}" for kind in _quote_kinds(reading)}
    if _comments().search(" ".join(reading.tokens.lower)):
        found.add("comment")
    if text.rstrip(" \"“”«»'’").endswith("?"):
        found.add("asked")
    verdict = _verdict(found, reading)
    if verdict == "relayed":
        found.add("relayed")
        if "comment" in found:
            found.add("relayed=comment")
    elif verdict == "own":
        found.add("unmarked")
    return tuple(sorted(found, key=_COLUMN.__getitem__))


def columns_of_signs(text: str, before: str = "") -> list[int]:
    """The places in `SIGNS` of the signs of a sentence."""
    return [_COLUMN[sign] for sign in signs_of(text, before)]


def verdict_of(text: str, before: str = "") -> Verdict | None:
    """What the rule says: speech of others, none whatever, or None where it cannot tell."""
    found = signs_of(text, before)
    return "relayed" if "relayed" in found else "own" if "unmarked" in found else None


_SECOND = re.compile(r"\b(?:wäre|hätte|würde|könnte|müsste|sollte|dürfte)n?\b")


def _report_signs(reports: list[Report]) -> list[str]:
    found = []
    for report in reports:
        found += [f"frame={report.frame}"]
        if report.frame != "thought":
            found += [f"by={report.subject}"]
            if not report.is_asserted and report.subject in ("noun", "pronoun", "place"):
                found += ["not_asserted"]
    return found


def _is_full(reading: Reading) -> bool:
    """Whether a frame is complete: somebody else says something, and it is said that he did."""
    return any(report.is_asserted and report.frame in FULL for report in reading.reports) or any(
        report.subject == "man" and report.frame in ("that", "clause") and reading.konjunktiv
        for report in reading.reports
    )


def _is_main(reading: Reading) -> bool:
    """Whether a Konjunktiv I stands in the main clause, which the author's own speech has none of."""
    classes = reading.tokens.classes
    opener = re.match(r"[ka]*B", classes)
    if opener and reading.tokens.lower[opener.end() - 1] not in ("dass", "daß", "ob", "wie", "als"):
        return bool(reading.konjunktiv)
    for place in reading.konjunktiv:
        begin = max(classes.rfind(mark, 0, place) for mark in ",;:.-(") + 1
        if (begin == 0 or classes[begin - 1] in ";:") and not re.match(r"[ka]*B", classes[begin:]):
            return True
    return False


def _relays(reading: Reading) -> bool:
    return _is_full(reading) or bool(reading.konjunktiv and _is_main(reading))


def _quote_kinds(reading: Reading) -> list[str]:
    return [
        "word" if not quotation.speaks else "whole" if quotation.is_whole else "speech"
        for quotation in reading.quotations
    ]


def _verdict(found: set[str], reading: Reading) -> Verdict | None:
    if _is_full(reading) or "quote=whole" in found or "runs_on" in found:
        return "relayed"
    is_open = {"konjunktiv", "quote=speech", "goes_on", "frame=named", "not_asserted", "frame=noun"} & found
    speaks = any(
        report.frame != "thought" and report.subject not in ("author", "nobody") for report in reading.reports
    )
    has_words = any(word[0].isalpha() for word in reading.tokens.words)
    return "own" if has_words and not (is_open or speaks) else None


@cache
def _comments() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, read_list('comments')), key=len, reverse=True))})(?!\w)"
    )
