"""Which nouns can speak, and where their words stand in the text."""

import re
from functools import cache, lru_cache

from train.features.speech.marks import Tokens
from train.features.speech.tables import read_list

Places = tuple[int, int]

_PERSON = re.compile(
    r"(?:minister|kanzler|präsident|sprecher|chef|politiker|richter|experte|berater|könig|papst|vorsitzende|"
    r"kandidat|general|direktor|diktator|autokrat|regisseur|abgeordnete|senator|gouverneur|botschafter|"
    r"diplomat|anwalt|ökonom|historiker|forscher|professor|lehrer|arzt|meister|führer|vertreter|funktionär|"
    r"sekretär|kommissar|kollege)(?:in|innen|s|n|en|r|e)?$"
)
_COMMON = re.compile(r"(?:er|erin|ist|istin|ent|entin|ant|antin|ling|frau|mann|kind|junge|mädchen|e)$")
_ABSTRACT = re.compile(r"(?:ung|heit|keit|schaft|tion)(?:en)?$|(?:ismus|tät|nis|nisse)$")
#: A thing this long is one at the end of a longer word as well.
_LEAST = 6


def span_of(who: Places, tokens: Tokens) -> Places | None:
    """Where the words of a speaker stand in the text; None for what can be none."""
    start, end = who
    row = tokens.classes[start:end]
    if "o" in row:  # "Kanzlerin a. D. Merkel"
        start += row.rindex("o") + 1
    while start < end and tokens.classes[start] in "ak,":
        start += 1
    if start >= end or tokens.lower[start].startswith("kein") or not _can_speak(start, end, tokens):
        return None
    if _is_age_and_name(start, end, tokens):
        start = end - 1
    spans = tokens.spans
    return spans[start][0], spans[end - 1][1]


def is_person(who: Places, tokens: Tokens) -> bool:
    """Whether a noun is a person: the word for an office, or a bare name that is no place."""
    last = tokens.lower[who[1] - 1]
    is_bare = tokens.classes[who[0]] in "NTI"
    return bool(_PERSON.search(last)) or (is_bare and last not in read_list("places"))


def _is_age_and_name(start: int, end: int, tokens: Tokens) -> bool:
    """Whether it is "der 80-jährige Kohl", whose name is the speaker, and not "der 80-jährige Fahrer"."""
    head = tokens.lower[end - 1]
    is_aged = tokens.classes[start:end] in ("DAN", "rAN") and tokens.words[start + 1][0].isdigit()
    return is_aged and not _PERSON.search(head) and not _COMMON.search(head)


def _can_speak(start: int, end: int, tokens: Tokens) -> bool:
    """Whether the noun at the head is no thing, no idea, no time."""
    row = tokens.classes[start:end]
    heads = re.search(r"[TIN]+|[qu]", row)
    if heads is None:
        return False
    if heads[0] in "qu":
        return True
    word = tokens.lower[start + heads.end() - 1]
    if word.endswith(_organisations()):
        return word not in ("rat", "rechnung") or row[0] in "DrdgA"
    is_thing = word in read_list("no_speakers") or (row[0] in "DrdgA" and _ends_as_thing(word))
    return not is_thing and not _ABSTRACT.search(word)


@cache
def _organisations() -> tuple[str, ...]:
    names = read_list("organisations")
    return tuple(sorted(names | {f"{name}en" for name in names if name.endswith(("ung", "schaft", "tion"))}))


@lru_cache(1 << 12)
def _ends_as_thing(word: str) -> bool:
    return any(word.endswith(thing) for thing in read_list("no_speakers") if len(thing) >= _LEAST)
