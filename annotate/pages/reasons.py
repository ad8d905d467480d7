"""A model's features as a reader can understand them."""

import re
from collections.abc import Iterable, Iterator

from schemas.markup import Markup, join, tag
from schemas.records import Record

#: Where a block of features looks, by the prefix of its name; none is the sentence itself.
PLACES = {"before": "davor", "after": "danach"}
#: How an edge feature begins: at the head of the sentence or at its end.
EDGES = (
    (re.compile(r"(?:first|second|third|begin3?)="), "am Anfang"),
    (re.compile(r"(?:last\d?|end)="), "am Ende"),
)
#: Features that are no words but facts about the sentence.
FACTS = {
    "tokens": "Länge des Satzes",
    "begins": "erster Buchstabe",
    "capitals": "Anteil großgeschriebener Wörter",
    "wordlength": "Länge der Wörter",
    "functionwords": "Anteil der Funktionswörter",
    "digits": "Ziffern",
    "shouting": "Wort in Großbuchstaben",
}
#: What moved an answer besides the words of its sentence.
CONTEXT = {
    "sentence: meaning": "Bedeutung des Satzes",
    "commentary: topic": "wovon der Text handelt",
    "commentary: other sentences": "die übrigen Sätze des Textes",
    "target: named": "ob und wie der Satz das Ziel nennt",
    "target: itself": "das Ziel selbst",
}
#: What the words of a model's lists have in common.
LISTS = {
    "absolute": "Ausschließlichkeit", "addition": "Anfügung", "cause": "Grund", "comparison": "Vergleich",
    "condition": "Bedingung", "consensus": "Einigkeit", "contrast": "Gegensatz", "decrease": "Abnahme",
    "demand": "Forderung", "example": "Beispiel", "first_person": "erste Person", "forecast": "Zukunft",
    "hedging": "Vorsicht", "increase": "Zunahme", "irony": "Ironie", "judgement_bad": "Tadel",
    "judgement_good": "Lob", "modal": "Modalverben", "negation": "Verneinung", "number_words": "Zahlwörter",
    "question_words": "Fragewörter", "reported_speech": "Redewiedergabe", "second_person": "Anrede",
    "subjunctive": "Konjunktiv", "time": "Zeit",
}  # fmt: skip
FEATURE = re.compile(r"(?:([a-z]+)_)??([a-z]+)(?:__|: )(.+)", re.DOTALL)
WORD = re.compile(r"\w+(?:-\w+)*")


class Reason(Record, frozen=True, kw_only=True):
    """What moved an answer: words of the text, or a fact about the sentence.

    ``place`` is empty where it holds for the sentence anywhere.
    """

    said: str
    is_word: bool = True
    is_near: bool = True
    place: str = ""


def reason(feature: str) -> Reason:
    """A feature's words and place, from the name a model gives it (``block: term``).

    >>> reason("word: wollen wir").said, reason("tempolimit").said, reason("char: tem").said
    ('wollen wir', 'tempolimit', '…tem…')
    >>> reason("near: gegen").place, reason("commentary: topic").said
    ('beim Ziel', 'wovon der Text handelt')
    >>> reason("before_edge: last=doch").place, reason("cue: list=demand2").said
    ('davor, am Ende', 'Wörter für Forderung')
    """
    if feature in CONTEXT:
        return Reason(said=CONTEXT[feature], is_word=False)
    match = FEATURE.fullmatch(feature)
    side, kind, term = match.groups() if match else (None, "word", feature)
    places = [PLACES[side]] if side in PLACES else []
    if kind == "near":
        places.append("beim Ziel")
        kind = "cue" if term.startswith("list=") else "word"
    if kind in ("cue", "shape"):
        said, is_word = _fact(term) if kind == "cue" else f"Satzbau {term}", False
    elif kind == "char":
        said, is_word = f"{_cut(term[:1])}{term.strip()}{_cut(term[-1:])}", True
    else:
        said, is_word = term.strip(), True
        for pattern, place in EDGES:
            if pattern.match(said):
                places.append(place)
                said = pattern.sub("", said, count=1)
    return Reason(said=said, is_word=is_word, is_near=side not in PLACES, place=", ".join(places))


def mark_words(text: str, features: Iterable[str]) -> Markup:
    """A sentence with the words emphasised that features name; the rest as it stands."""
    reasons = [reason(feature) for feature in features]
    named = (one.said for one in reasons if one.is_word and one.is_near)
    return join(_marked(text, {word.casefold() for words in named for word in WORD.findall(words)}))


def reason_list(features: Iterable[tuple[str, float]]) -> Markup | None:
    """What speaks for an answer and what against it, or None where nothing is known."""
    pairs = list(features)
    ways = (
        ("Dafür", [name for name, weight in pairs if weight > 0]),
        ("Dagegen", [name for name, weight in pairs if weight < 0]),
    )
    rows = [[tag("dt", way), tag("dd", list(_said(names)))] for way, names in ways if names]
    return tag("dl", rows, class_="reasons") if rows else None


def _cut(edge: str) -> str:
    """The mark of a word that goes on beyond a piece of it."""
    return "" if edge.isspace() else "…"


def _fact(term: str) -> str:
    name, _, value = term.partition("=")
    if name == "list":
        key = value.rstrip("0123456789")
        return f"Wörter für {LISTS.get(key, key)}"
    if name == "mark":
        return f"Zeichen „{value[:1]}“"
    return FACTS.get(name, term)


def _marked(text: str, moved: set[str]) -> Iterator[str]:
    at = 0
    for word in WORD.finditer(text):
        if word[0].casefold() in moved:
            yield text[at : word.start()]
            yield tag("em", word[0])
            at = word.end()
    yield text[at:]


def _said(names: list[str]) -> Iterator[Markup]:
    shown = dict.fromkeys((found.said, found.is_word, found.place) for found in map(reason, names))
    for n, (said, is_word, place) in enumerate(shown):
        words = tag("q", said) if is_word else said
        yield join([", " if n else None, words, f" ({place})" if place else None])
