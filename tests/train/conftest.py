"""Small German gold, made from phrases: the same rows every time."""

import random
from collections.abc import Callable

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.records import GoldSentence, Layers
from train.evaluate import cross_validate
from train.evaluation.report import EvaluationReport
from train.fit import fit
from train.model import Model
from train.settings import Settings

CODEBOOK = {
    "codebook": "probe",
    "version": "1.0.0",
    "language": "de",
    "targets": [
        {
            "id": "tempolimit",
            "type": "policy",
            "question": {"de": "Soll auf Autobahnen ein Tempolimit gelten?"},
            "aliases": ["Tempolimit", "Höchstgeschwindigkeit"],
        },
        {
            "id": "handyverbot",
            "type": "policy",
            "question": {"de": "Sollen Telefone an Schulen verboten sein?"},
            "aliases": ["Handyverbot", "Telefone"],
        },
        {
            "id": "rente",
            "type": "policy",
            "question": {"de": "Soll die Rente später beginnen?"},
            "aliases": ["Rente", "Renteneintritt"],
        },
        {
            "id": "seebruecke",
            "type": "evaluation",
            "question": {"de": "Ist die neue Seebrücke ein Gewinn?"},
            "aliases": ["Seebrücke"],
        },
    ],
    "layers": [
        {
            "id": "function",
            "kind": "one",
            "label": {"de": "Satzart"},
            "codes": [
                {"id": name, "label": name} for name in ("report", "claim", "forecast", "question", "demand")
            ],
        },
        {
            "id": "stance",
            "kind": "stance",
            "label": {"de": "Haltung"},
            "codes": [{"id": name, "label": name} for name in ("favor", "against", "open")],
        },
        {
            "id": "rhetoric",
            "kind": "set",
            "exclusive": ["none"],
            "label": {"de": "Mittel"},
            "codes": [
                {"id": "device", "label": "Mittel"},
                {"id": "irony", "label": "Ironie", "parent": "device"},
                {"id": "consensus", "label": "Formel", "parent": "device"},
                {"id": "none", "label": "Keine"},
            ],
        },
        {
            "id": "strength",
            "kind": "scale",
            "label": {"de": "Stärke"},
            "codes": [{"id": str(n), "label": str(n)} for n in (1, 2, 3)],
        },
        {
            "id": "unsure",
            "kind": "set",
            "predict": False,
            "label": {"de": "Hinweis"},
            "codes": [{"id": "unsure", "label": "unsicher"}],
        },
        {"id": "comment", "kind": "text", "label": {"de": "Bemerkung"}},
    ],
}

_TOPICS = {
    "tempolimit": ("das Tempolimit", "die Höchstgeschwindigkeit"),
    "handyverbot": ("das Handyverbot", "die Regel gegen Telefone"),
    "rente": ("die spätere Rente", "der höhere Renteneintritt"),
    "seebruecke": ("die Seebrücke", "der Steg am Strand"),
}
_WHO = ("Die Gemeinde", "Der Ausschuss", "Ein Sprecher", "Die Bürgermeisterin", "Der Verein", "Die Zeitung")
_WHEN = ("gestern", "am Montag", "im März", "vor einer Woche", "am Abend", "heute früh")
_WHAT = ("über den Haushalt beraten", "den Markt eröffnet", "eine Umfrage gezeigt", "den Deich geprüft")
_GOOD = (
    "nützt allen",
    "ist ein kluger Schritt",
    "hilft den Familien",
    "verdient Lob",
    "macht das Leben sicherer",
)
_BAD = (
    "schadet allen",
    "ist ein dummer Fehler",
    "belastet die Familien",
    "verdient Tadel",
    "macht alles teurer",
)


_BEGIN = ("Alt", "Neu", "Ober", "Unter", "Klein", "Groß", "Nord", "Süd", "Wald", "See")
_MIDDLE = ("hafen", "berg", "tal", "feld", "hof", "bach", "brunn", "heim", "furt", "stein")
_END = ("er", "ener", "auer", "inger")
_THINGS = ("Markt", "Rat", "Bote", "Kreis", "Chor", "Wirt", "Platz", "Kurier", "Bund", "Laden")


def _place(rng: random.Random) -> str:
    """A made-up name, so that sentences of one pattern are no near-duplicates."""
    return f"{rng.choice(_BEGIN)}{rng.choice(_MIDDLE)}{rng.choice(_END)} {rng.choice(_THINGS)}"


def _sentence(rng: random.Random, topic: str, favors: bool) -> tuple[str, Layers]:
    name, side = rng.choice(_TOPICS[topic]), "favor" if favors else "against"
    kind = rng.choice(("report", "report", "claim", "claim", "forecast", "question", "demand"))
    touched, rhetoric = {topic: side}, ["none"]
    verb = rng.choice(_GOOD if favors else _BAD)
    if kind == "report":
        text = f"{rng.choice(_WHO)} am {_place(rng)} hat {rng.choice(_WHEN)} im {_place(rng)} {rng.choice(_WHAT)}."
        touched = {}
    elif kind == "claim":
        text = (
            f"{name[0].upper()}{name[1:]} {verb}, im {_place(rng)} wie {rng.choice(_WHEN)} am {_place(rng)}."
        )
        if rng.random() < 0.4:
            text, rhetoric = f"Wie wir wissen, ist es so: {text}", ["consensus"]
        elif rng.random() < 0.4:
            text, rhetoric = f"Ausgerechnet jetzt, welch Wunder: {text}", ["irony"]
    elif kind == "forecast":
        text = f"Bald wird {name} am {_place(rng)} {rng.choice(('kommen', 'fallen'))}, wohl im {_place(rng)}."
        touched = {topic: "open"} if rng.random() < 0.3 else {}
    elif kind == "question":
        wrong = "falsch" if favors else "richtig"
        text = f"Wer im {_place(rng)} glaubt denn am {_place(rng)}, {name} sei {wrong}?"
    else:
        must = "muss kommen" if favors else "muss weg"
        text = (
            f"{name[0].upper()}{name[1:]} {must}, am {_place(rng)} {rng.choice(_WHEN)} wie im {_place(rng)}."
        )
    strength = {"report": 1, "forecast": 2, "question": 2, "claim": 3, "demand": 3}[kind]
    return text, {"function": kind, "stance": touched, "rhetoric": rhetoric, "strength": strength}


def make_rows(commentaries: int = 30, sentences: int = 6, seed: int = 1) -> list[GoldSentence]:
    """Coded sentences: three targets are asked everywhere, ``seebruecke`` (one-sided) in few."""
    rng = random.Random(seed)
    rows = []
    for c in range(commentaries):
        topic = rng.choice(("tempolimit", "handyverbot", "rente"))
        favors = rng.random() < 0.5
        asked = ["tempolimit", "handyverbot", "rente"]
        if c % 10 == 0:
            topic, favors, asked = "seebruecke", True, [*asked, "seebruecke"]
        drawn = [_sentence(rng, topic, favors) for _ in range(sentences)]
        for i, (text, layers) in enumerate(drawn):
            touched = layers["stance"]
            assert isinstance(touched, dict)
            stance = {name: touched.get(name, "unrelated") for name in asked}
            rows.append(
                GoldSentence(
                    sentence_id=f"k{c:03}:{i:02}",
                    commentary_id=f"k{c:03}",
                    index=i,
                    text=text,
                    before=" ".join(text for text, _ in drawn[max(i - 2, 0) : i]),
                    after=" ".join(text for text, _ in drawn[i + 1 : i + 2]),
                    layers={**layers, "stance": stance, "comment": "frei", "unsure": []},
                )
            )
    return rows


def book(**changes: object) -> Codebook:
    return msgspec.convert({**CODEBOOK, **changes}, Codebook)


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return book()


@pytest.fixture(scope="session")
def rows() -> list[GoldSentence]:
    return make_rows()


@pytest.fixture(scope="session")
def model(rows: list[GoldSentence], codebook: Codebook) -> Model:
    return fit(rows, codebook)[0]


@pytest.fixture(scope="session")
def report(rows: list[GoldSentence], codebook: Codebook) -> EvaluationReport:
    """What `cross_validate` says of ``rows``, quickly."""
    return cross_validate(rows, codebook, folds=2, settings=Settings(inner_folds=2))


@pytest.fixture(scope="session")
def other_rows() -> list[GoldSentence]:
    """Sentences of commentaries that are not in ``rows``."""
    return [
        msgspec.structs.replace(row, sentence_id=f"x{row.sentence_id}", commentary_id=f"x{row.commentary_id}")
        for row in make_rows(commentaries=8, seed=7)
    ]


@pytest.fixture
def make_book() -> Callable[..., Codebook]:
    return book


@pytest.fixture
def make() -> Callable[..., list[GoldSentence]]:
    return make_rows


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the check of array libraries other than NumPy, which we do not claim to take."""
    items[:] = [item for item in items if "check_array_api_input" not in item.name]
