"""What is wrong with a codebook, all at once, and what a good one would do otherwise.

Errors stop every verb (`schemas.codebook`); warnings are said here only.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from schemas.codebook import Codebook, Layer, Target, Text, examine_codebook, screen_keys
from schemas.errors import DataError, near_hit
from schemas.kinds import KINDS
from schemas.records import Record
from schemas.yaml_file import Place, Problem, nearest

#: kommentar-core has 33 keys with five targets, and 12 decisions: the most that was found bearable.
MAX_KEYS, MAX_DECISIONS = 34, 12
VERSION = re.compile(r"\d+\.\d+\.\d+")

#: First words of a question that is not answered with yes or no, or of what is no question.
NO_YES_NO = {
    "de": "wer wen wem wessen was wann wo warum wie wieso weshalb weswegen welche welcher welches welchen "
    "welchem wohin woher wobei wodurch wofür wogegen womit wonach woran worauf worin worüber worum wovon "
    "wozu inwiefern inwieweit der die das den dem ein eine einer es man wir ich dass ob",
    "en": "who whom whose what when where why how which the a an it that whether",
}
#: Before such a word: "Mit welchen Mitteln …?"
PREPOSITIONS = "an auf aus bei bis durch für gegen in mit nach seit um unter von vor zu on for by of to with"
JOINS = {"de": r"\b(und|sowie)\b", "en": r"\band\b"}


class Finding(Record, frozen=True, kw_only=True):
    """A problem in a codebook, with the place where it stands (1-based)."""

    severity: Literal["error", "warning"]
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def check_codebook(path: str | Path) -> tuple[Codebook | None, list[Finding]]:
    """The codebook of a file, or None where it has errors, and all that is wrong with it, in order."""
    try:
        examined = examine_codebook(path)
    except DataError as error:
        line, column = error.line or 1, error.column or 1
        return None, [Finding(severity="error", line=line, column=column, message=error.message)]
    findings = []
    for severity, place, message in [*examined.problems, *_warnings(examined.codebook)]:
        line, column = nearest(examined.places, place)
        findings.append(Finding(severity=severity, line=line, column=column, message=message))
    is_sound = all(finding.severity == "warning" for finding in findings)
    ordered = sorted(set(findings), key=lambda f: (f.line, f.column, f.message))
    return (examined.codebook if is_sound else None), ordered


def decisions(book: Codebook) -> int:
    """How much a person decides in one sentence: a layer of one answer, a target, a tick of a set.

    What shows only once its group is ticked, what excludes the rest, free text and what is about
    the coding do not count.
    """
    return sum(_layer_decisions(book, layer) for layer in book.predicted_layers)


def _layer_decisions(book: Codebook, layer: Layer) -> int:
    if KINDS[layer.kind].by_target:
        return len(book.targets)
    if KINDS[layer.kind].several:
        return sum(1 for code in layer.codes if code.parent is None and code.id not in layer.exclusive)
    return 1


def _warnings(book: Codebook) -> Iterator[Problem]:
    if book.version and not VERSION.fullmatch(book.version):
        yield "warning", ("version",), f'version "{book.version}": expected three numbers, such as 1.0.0'
    for t, target in enumerate(book.targets):
        yield from _target_warnings(book, target, ("targets", t))
    for n, layer in enumerate(book.layers):
        yield from _layer_warnings(book, layer, ("layers", n))
    keys = sum(1 for _ in screen_keys(book))
    if keys > MAX_KEYS:
        yield "warning", ("layers",), f"{keys} keys on the screen: a keyboard bears {MAX_KEYS}"
    asked = decisions(book)
    if asked > MAX_DECISIONS:
        words = f"{asked} decisions in every sentence: a person bears {MAX_DECISIONS}"
        yield "warning", ("layers",), words


def _layer_warnings(book: Codebook, layer: Layer, place: Place) -> Iterator[Problem]:
    if layer.is_predicted and len(layer.codes) == 1:
        yield "warning", place, f'layer "{layer.id}" has one code only'
    yield from _untranslated(book, layer.label, (*place, "label"))
    known = layer.values
    for c, code in enumerate(layer.codes):
        here = (*place, "codes", c)
        if code.id and layer.is_predicted and not book.say(code.short).strip():
            yield "warning", here, f'code "{code.id}" has no definition (short)'
        yield from _untranslated(book, code.label, (*here, "label"))
        label = book.say(code.label)
        if label and label in [book.say(other.label) for other in layer.codes[:c]]:
            yield "warning", (*here, "label"), f'two codes of layer "{layer.id}" are shown as "{label}"'
        for m, miss in enumerate(code.near_misses):
            if miss.instead and miss.instead not in known:
                hit = near_hit(miss.instead, known)
                yield "warning", (*here, "near_misses", m, "instead"), f'unknown code "{miss.instead}"{hit}'


def _target_warnings(book: Codebook, target: Target, place: Place) -> Iterator[Problem]:
    yield from _untranslated(book, target.question, (*place, "question"))
    for field, means in (("favor_means", target.favor_means), ("against_means", target.against_means)):
        if not book.say(means).strip():
            yield "warning", place, f'target "{target.id}" has no definition ({field})'
    question = book.say(target.question).strip()
    if not question:
        return
    here = (*place, "question")
    if not _is_yes_no(question, book.language):
        yield "warning", here, f'"{question}" is not a question that is answered with yes or no'
    join = re.search(JOINS.get(book.language, r"(?!)"), question)
    if join:
        words = f'joins two by "{join[0]}": what if one is to be answered with yes, the other with no?'
        yield "warning", here, f'"{question}" {words}'


def _is_yes_no(question: str, language: str) -> bool:
    words = re.findall(r"\w+", question.lower())
    if words and words[0] in PREPOSITIONS.split():
        words = words[1:]
    return question.endswith("?") and words[:1] not in [
        [word] for word in NO_YES_NO.get(language, "").split()
    ]


def _untranslated(book: Codebook, text: Text, place: Place) -> Iterator[Problem]:
    if book.language and isinstance(text, dict) and text and book.language not in text:
        yield "warning", place, f'no words for language "{book.language}": "{book.say(text)}" is shown'
