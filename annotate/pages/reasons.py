"""What moved an answer, in German; the names are those of `train.features.naming`."""

import re
from collections.abc import Iterable
from functools import lru_cache

from annotate.pages.german import percent
from schemas.markup import Markup, join, tag
from schemas.records import Record

#: Where a reason looks, by the prefix of its kind; none is the sentence itself.
PLACES = {"before": "im Satz davor", "after": "im Satz danach", "near": "beim Ziel"}
#: What the words of a cue are.
CUES = {
    "absolute": "Ausschließlichkeit", "addition": "Anfügung", "cause": "Begründung",
    "comparison": "Vergleich", "condition": "Bedingung", "consensus": "Berufung auf Bekanntes",
    "contrast": "Gegensatz", "decrease": "Abnahme oder Ende", "demand": "Forderung", "example": "Beispiel",
    "first_person": "erste Person", "forecast": "Zukunft", "hedging": "Abschwächung",
    "increase": "Zunahme oder Ausbau", "irony": "Ironie", "judgement_bad": "negative Wertung",
    "judgement_good": "positive Wertung", "modal": "Modalverb", "negation": "Verneinung",
    "number_words": "Zahl", "question_words": "Frage- oder Relativwort",
    "reported_speech": "Redewiedergabe", "second_person": "Anrede", "subjunctive": "Konjunktiv",
    "time": "Zeit",
}  # fmt: skip
#: Names that are no words of a text.
FACTS = {
    "mark: ?": "Fragezeichen",
    "mark: !": "Ausrufezeichen",
    "mark: :": "Doppelpunkt",
    "mark: …": "Auslassungspunkte",
    'mark: "': "Anführungszeichen",
    "length: short": "kurzer Satz",
    "length: long": "langer Satz",
    "sentence: meaning": "Bedeutung des Satzes",
    "sentence: other layers": "was der Satz in den anderen Ebenen ist",
    "commentary: topic": "Thema des Textes",
    "commentary: other sentences": "die übrigen Sätze des Textes",
    "commentary: first sentence": "erster Satz des Textes",
    "commentary: last sentence": "letzter Satz des Textes",
    "target: named": "das Ziel ist genannt",
    "target: itself": "wie zu diesem Ziel meist codiert wurde",
}
#: Signs of reported speech (`train.features.speech.signs.SIGNS`).
SIGNS = {
    "frame=that": "Verb des Sagens mit dass-Satz", "frame=clause": "Verb des Sagens mit Redesatz",
    "frame=colon": "Verb des Sagens mit Doppelpunkt", "frame=quote": "Verb des Sagens mit Zitat",
    "frame=after": "Verb des Sagens in oder hinter der Rede",
    "frame=infinitive": "Verb des Sagens mit Infinitiv", "frame=pointing": "„das sagte …“",
    "frame=so": "„so …“ mit Sprecher", "frame=source": "„laut …“, „zufolge“",
    "frame=impersonal": "„heißt es“", "frame=named": "„nannte es …“",
    "frame=which": "Verb des Sagens mit Fragewort", "frame=bare": "Verb des Sagens ohne Rede",
    "frame=noun": "„der Hinweis, dass …“", "frame=thought": "Verb des Denkens",
    "by=noun": "genannter Sprecher", "by=pronoun": "„er“ oder „sie“ spricht",
    "by=place": "Ort als Sprecher", "by=man": "„man“ spricht", "by=nobody": "Verb des Sagens ohne Sprecher",
    "by=author": "„ich“ oder „wir“ spricht", "not_asserted": "Rede verneint, erfragt oder angenommen",
    "konjunktiv": "Konjunktiv I", "konjunktiv=main": "Konjunktiv I im Hauptsatz",
    "runs_on": "Rede läuft im Konjunktiv weiter", "goes_on": "Konjunktiv II nach einer Rede",
    "quote=whole": "ganzer Satz in Anführungszeichen", "quote=speech": "Zitat",
    "quote=word": "Wort in Anführungszeichen", "before": "Rede im Satz davor",
    "comment": "Wertung neben der Rede", "asked": "Frage", "relayed": "vollständige Redewiedergabe",
    "relayed=comment": "Redewiedergabe mit Wertung", "unmarked": "kein Zeichen für Redewiedergabe",
}  # fmt: skip
FACTS |= {f"speech: {sign}": said for sign, said in SIGNS.items()}
#: The fact whose share is said: no word of the sentence shows it.
MEANING = "sentence: meaning"
NOTHING = "nichts, was sich mit Worten benennen lässt"
_NAME = re.compile(r"(?:(before|after|near)_)?([a-z]+): (.+)", re.DOTALL)
#: Places of words that stand in the sentence itself.
_OWN = ("", PLACES["near"])


class Reason(Record, frozen=True, kw_only=True):
    """What spoke for an answer: words of a text and what they are, or a fact.

    ``place`` is empty for the sentence itself.
    """

    said: str = ""
    words: tuple[str, ...] = ()
    place: str = ""


def reason(name: str) -> Reason | None:
    """A reason from its name, or None for one that the page has no words for.

    >>> reason("before_cue: negation: nicht, kein")
    Reason(said='Verneinung', words=('nicht', 'kein'), place='im Satz davor')
    >>> reason("pair: sagt niemand").words, reason("after_mark: ?").said, reason("shape: 12")
    (('sagt niemand',), 'Fragezeichen', None)
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    side, kind, term = match.groups()
    place = PLACES.get(side, "")
    if kind in ("word", "pair"):
        return Reason(words=(term,), place=place)
    if kind == "cue":
        cue, _, words = term.partition(": ")
        return Reason(said=CUES[cue], words=tuple(words.split(", ")), place=place) if cue in CUES else None
    fact = FACTS.get(f"{kind}: {term}")
    return Reason(said=fact, place=place) if fact else None


def reason_list(reasons: Iterable[tuple[str, float]]) -> Markup:
    """What speaks for an answer, the strongest first; says so where nothing has a name."""
    said = [words for name, weight in reasons if (words := _say(name, _share(name, weight)))]
    rows = [[" · " if n else None, words] for n, words in enumerate(said)]
    return tag("p", rows or NOTHING, class_="reasons")  # "Dafür" stands in the style


def _share(name: str, weight: float) -> str | None:
    return f"etwa {percent(weight)}" if name == MEANING else None


@lru_cache(1 << 12)  # what speaks for one answer speaks for others
def _say(name: str, share: str | None) -> Markup | None:
    found = reason(name)
    if found is None:
        return None
    # in the sentence itself the script marks what is quoted here
    where = None if found.place in _OWN else "elsewhere"
    words = [[" " if n else None, tag("q", word, class_=where)] for n, word in enumerate(found.words)]
    more = ", ".join(filter(None, (found.said if words else None, found.place, share)))
    return join([words or found.said, f" ({more})" if more else None])
