"""The word lists of the grammar, package data beside it (``train/features/speech/*.txt``)."""

from functools import cache
from typing import NamedTuple

from train.features.word_files import read_kinds, read_lines

_HERE = "train.features.speech"


@cache
def read_list(name: str) -> frozenset[str]:
    return frozenset(read_lines(_HERE, name))


@cache
def words(name: str) -> frozenset[str]:
    """The words of one kind in ``words.txt``, as they are written there."""
    return frozenset(read_kinds(_HERE, "words")[name])


class Verb(NamedTuple):
    """What a form of a verb says.

    Parameters
    ----------
    kind
        ``say``, ``claim``, ``name`` or ``think``: a section of ``verbs.txt``.
    particles
        What must stand behind a finite form in its clause; empty: nothing.
    """

    kind: str
    particle: str = ""


class Forms(NamedTuple):
    """Forms in lower case, each with the verbs it may be of."""

    finite: dict[str, tuple[Verb, ...]]
    participles: dict[str, tuple[Verb, ...]]
    infinitives: dict[str, tuple[Verb, ...]]


#: Verbs with one of these beginnings have no "ge" in their participle.
_FIXED = ("be", "er", "ver", "ent", "emp", "zer", "wider", "miss", "hinter", "unter", "über", "wieder", "ge")


@cache
def verb_forms() -> Forms:
    """All forms of the verbs in ``verbs.txt``."""
    tables: tuple[dict[str, dict[Verb, None]], ...] = ({}, {}, {})
    kind = ""
    for line in read_lines(_HERE, "verbs"):
        if line.startswith("["):
            kind = line.strip("[]")
            continue
        for which, form, particle in _conjugated(line):
            tables[which].setdefault(form, {})[Verb(kind, particle)] = None
    return Forms(*({form: tuple(verbs) for form, verbs in table.items()} for table in tables))


def _conjugated(line: str) -> list[tuple[int, str, str]]:
    """For each form: 0 finite, 1 participle or 2 infinitive; the form; the particle it needs."""
    entry, _, strong = line.partition(":")
    particle, _, infinitive = entry.strip().rpartition("|")
    finite, participle = _finite(infinitive, strong.split())
    apart, joined = particle.rstrip("+").lower(), "" if particle.endswith("+") else particle
    rows = [(0, form, apart) for form in finite]
    if joined:  # in a subordinate clause, and where it is no finite form
        rows += [(0, joined + form, "") for form in finite]
        zu = f"{joined}zu{infinitive}"
        return [*rows, (2, joined + infinitive, ""), (2, zu, ""), (1, joined + participle, "")]
    if " " in apart:  # "darauf hin|weisen": the last part joins
        first, _, last = apart.rpartition(" ")
        rows += [(0, last + form, first) for form in finite]
        rows += [(1, last + participle, first), (2, last + infinitive, first)]
    return [*rows, (1, participle, apart), (2, infinitive, apart)]


def _finite(infinitive: str, strong: list[str]) -> tuple[list[str], str]:
    """The finite forms of the third person, and the participle."""
    stem = infinitive.removesuffix("n").removesuffix("e")
    if strong:
        present, past, participle = strong
        plural = past + ("n" if past.endswith("e") else "en")
        return [present, infinitive, past, plural], participle
    ending = "et" if _needs_e(stem) else "t"
    present = stem + ending
    is_fixed = infinitive.startswith(_FIXED) or infinitive.endswith("ieren")
    return (
        [present, infinitive, f"{present}e", f"{present}en"],
        present if is_fixed else f"ge{present}",
    )


def _needs_e(stem: str) -> bool:
    """Whether an ending of consonants takes an e before: "antwortet", "öffnet"."""
    if stem.endswith(("t", "d")):
        return True
    before = stem[-2:-1]
    return stem[-1:] in ("n", "m") and (stem[-3:-1] == "ch" or before not in "aeiouäöülrhnm")


@cache
def konjunktiv() -> frozenset[str]:
    """Forms of Konjunktiv I that are told by themselves."""
    lines = read_lines(_HERE, "konjunktiv")
    return frozenset(
        line.removeprefix("=") if line.startswith("=") else line.removesuffix("n").removesuffix("e") + "e"
        for line in lines
    )
