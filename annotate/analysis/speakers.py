"""Who is speaking in a relayed sentence, by the grammar of reported speech; no name where it is unsure."""

import re
from collections.abc import Mapping, Sequence

from schemas.records import Entity, Sentence
from train.features.speech.grammar import read_sentence
from train.features.speech.reports import Report
from train.features.speech.signs import signs_of, verdict_of

#: What taggers call persons and organisations.
_PERSONS = ("PER", "PERSON", "ORG")
_FEMININE = re.compile(r"(?:^(?:die|eine|seine|ihre)\s|in$)")
_MASCULINE = re.compile(r"^(?:der|ein|sein|ihr)\s")


def speaker_of(text: str, before: str = "", *, entities: Sequence[tuple[int, int]] = ()) -> str | None:
    """The speaker that a sentence names, as it stands; None where none is named surely.

    Parameters
    ----------
    before
        The sentence before: who speaks there speaks on in the Konjunktiv, and is "er" or "sie".
    entities
        Where a tagger found persons and organisations in the text: a name is taken whole.

    >>> speaker_of("Das sei zu teuer, sagte der Minister gestern.")
    'der Minister'
    >>> speaker_of("Laut Sabine Kern bleibt alles beim Alten.")
    'Sabine Kern'
    >>> speaker_of("Er sagte, das sei zu teuer.") is None
    True
    >>> speaker_of("Das bleibe so.", "Der Minister sagte, das sei teuer.")
    'der Minister'
    """
    reports = read_sentence(text).reports
    named = sorted((r for r in reports if r.who), key=lambda r: (not r.is_asserted, r.subject == "place"))
    if named:
        return _name(text, named[0], entities)
    if before and (pronoun := _goes_on(text, before, reports)) is not None:
        earlier = {name for r in read_sentence(before).reports if r.who and (name := _name(before, r, ()))}
        if len(earlier) == 1 and _can_be(pronoun, name := earlier.pop()):
            return name
    return None


def _goes_on(text: str, before: str, reports: Sequence[Report]) -> str | None:
    """The pronoun for the speaker of the sentence before; empty where speech runs on without one."""
    if "runs_on" in signs_of(text, before):
        return ""
    if any(report.subject == "pronoun" and report.is_asserted for report in reports):
        words = re.findall(r"\b(er|sie)\b", text.lower())
        return words[0] if len(set(words)) == 1 else None
    return None


def _can_be(pronoun: str, name: str) -> bool:
    if pronoun == "er":
        return not _FEMININE.search(name)
    return not (pronoun == "sie" and _MASCULINE.search(name))


def _name(text: str, report: Report, entities: Sequence[tuple[int, int]]) -> str:
    assert report.who is not None
    start, end = report.who
    for begin, stop in entities:
        if begin < end <= stop and start < stop:
            end = stop
    tokens = read_sentence(text).tokens
    spans = tokens.spans
    first = next(i for i, span in enumerate(spans) if span[0] == start)
    name = " ".join(text[start:end].split())
    is_small = (
        tokens.classes[first] in "DrdgAaPpvw#" and first + 1 < len(tokens.words) and end > spans[first][1]
    )
    return name[0].lower() + name[1:] if is_small else name


def is_relayed(number: int, sentences: Sequence[Sentence]) -> bool:
    """Whether the sentence of this number, from 1, surely relays speech."""
    before = sentences[number - 2].text if number > 1 else ""
    return verdict_of(sentences[number - 1].text, before) == "relayed"


def speaker_at(number: int, sentences: Sequence[Sentence], spellings: Mapping[str, str]) -> str | None:
    """The speaker of the sentence of this number, from 1, in the spelling of the study."""
    sentence = sentences[number - 1]
    before = sentences[number - 2].text if number > 1 else ""
    name = speaker_of(sentence.text, before, entities=_persons(sentence))
    return main_spelling(name, spellings) if name else None


def _persons(sentence: Sentence) -> list[tuple[int, int]]:
    found: Sequence[Entity] = sentence.entities or ()
    return [(e.start - sentence.start, e.end - sentence.start) for e in found if e.label in _PERSONS]


def main_spelling(name: str, spellings: Mapping[str, str]) -> str:
    """A name with the spelling that a study uses, its genitive too.

    >>> main_spelling("Präsident Zelensky", {"Zelensky": "Selenskyj"})
    'Präsident Selenskyj'
    """
    return " ".join(_main(word, spellings) for word in name.split(" "))


def _main(word: str, spellings: Mapping[str, str]) -> str:
    if word in spellings or not word.endswith("s"):
        return spellings.get(word, word)
    return f"{spellings[word[:-1]]}s" if word[:-1] in spellings else word


def one_name_each(names: Sequence[str]) -> dict[str, str]:
    """For each name the one under which its person is counted: the longest that ends with the same name.

    Only a name without an article says who is meant: two people may be "der Minister".

    >>> one_name_each(["Merz", "Kanzler Friedrich Merz", "der Minister"])["Merz"]
    'Kanzler Friedrich Merz'
    """
    last = {name: name.split(" ")[-1] for name in names}
    people = {last[name] for name in names if name[:1].isupper()}
    longest: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        longest.setdefault(last[name], name)
    return {name: longest[last[name]] if last[name] in people else name for name in names}
