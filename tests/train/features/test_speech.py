"""Reported speech: forms of verbs, what the rule hears, and the signs that a model reads."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.features.speech.grammar import read_sentence
from train.features.speech.signs import SIGNS, columns_of_signs, signs_of, verdict_of
from train.features.speech.tables import konjunktiv, verb_forms

TABLE = [
    tuple(part.strip() for part in line.split("|", 1))
    for line in Path(__file__).with_name("voices.txt").read_text("utf-8").splitlines()
    if "|" in line
]


@pytest.mark.parametrize(("verdict", "texts"), TABLE)
def test_the_rule_hears_who_speaks_or_leaves_it_open(verdict: str, texts: str) -> None:
    before, _, text = texts.rpartition(" > ")
    assert verdict_of(text, before) == (None if verdict == "-" else verdict)


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ("betonte", "finite"), ("betont", "participles"), ("antwortet", "finite"), ("geantwortet", "participles"),
        ("behauptet", "participles"), ("dementierte", "finite"), ("kritisiert", "participles"),
        ("hob", "finite"), ("hervorhob", "finite"), ("hervorgehoben", "participles"), ("wies", "finite"),
        ("hinwies", "finite"), ("hingewiesen", "participles"), ("warnten", "finite"), ("gewarnt", "participles"),
        ("mitteilen", "infinitives"), ("mitzuteilen", "infinitives"), ("schrie", "finite"), ("schrien", "finite"),
        ("eingestand", "finite"), ("besteht", "finite"), ("bestanden", "finite"), ("rechnet", "finite"),
        ("äußerte", "finite"), ("geäußert", "participles"), ("zeichnet", ""), ("gelacht", "participles"),
    ],
)  # fmt: skip
def test_verbs_have_all_their_forms(form: str, where: str) -> None:
    forms = verb_forms()
    found = {name for name in forms._fields if form in getattr(forms, name)}
    assert where in found if where else not found


def test_konjunktiv_is_told_by_its_form() -> None:
    assert {"sei", "komme", "müsse", "bleibe", "wisse"} <= konjunktiv()


@pytest.mark.parametrize(
    ("text", "before", "signs"),
    [
        ("Er sagte, das sei teuer.", "", {"frame=clause", "by=pronoun", "konjunktiv", "relayed"}),
        ("Wir sagen, dass es reicht.", "", {"frame=that", "by=author", "unmarked"}),
        ("Das bleibe so.", "Er sagte, das sei teuer.", {"konjunktiv=main", "runs_on", "before", "relayed"}),
        ("Das würde helfen.", "Er sagte, das sei teuer.", {"goes_on", "before"}),
        ("Zu Recht warnt sie, dass es brennt.", "", {"frame=that", "comment", "relayed", "relayed=comment"}),
        ("Sagt er, dass es brennt?", "", {"asked", "not_asserted"}),
        ("Das „Wunder“ blieb aus.", "", {"quote=word", "unmarked"}),
        ("„Wir gehen jetzt alle nach Hause.“", "", {"quote=whole", "relayed"}),
        ("Sie nannte es „Murks“.", "", {"frame=named", "by=pronoun", "quote=word"}),
        ("Merz hofft, dass es hält.", "", {"frame=thought", "unmarked"}),
        ("In Rom heißt es, man warte.", "", {"frame=impersonal", "by=place", "relayed"}),
        ("Die Bank bestätigte den Verlust.", "", {"frame=bare"}),
        ("– – –", "", set()),
    ],
)
def test_a_sentence_has_its_signs(text: str, before: str, signs: set[str]) -> None:
    found = signs_of(text, before)
    assert signs <= set(found)
    assert signs or not found
    assert [SIGNS[column] for column in columns_of_signs(text, before)] == list(found)


WORDS = (
    "Merz sagte , dass der die das „ “ ( ) : . ? so laut man heißt es im Kreml wurde betont und hat gesagt "
    "zufolge nach Angaben von a. D. Dr. – Staats- wie er werde sei nicht 80-jährige"
)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=14), st.text(max_size=12))
def test_any_text_is_read(words: list[str], noise: str) -> None:
    for text in (" ".join(words), noise, noise + " ".join(words)):
        found = read_sentence(text)
        for report in found.reports:
            assert report.who is None or 0 <= report.who[0] < report.who[1] <= len(text)
        signs_of(text, noise)
