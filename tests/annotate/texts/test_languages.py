"""The language of a commentary: named, guessed where that is sure, and split by its own rules."""

import json
from pathlib import Path

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.corrections import Correction
from annotate.texts.languages import guess_language, language_code
from annotate.texts.sentences import split_sentences
from schemas.records import Commentary

TEXTS = {
    "de": "Der Minister will nicht reden, weil er sich das nicht leisten kann. Das ist in der Stadt und auf dem Land "
    "schon klar. Und es wird noch lange so bleiben, wenn man nichts tut.",
    "en": "The minister does not want to talk because he cannot afford it. That is clear in the city and in the "
    "country by now. And it will be so for a long time if nothing is done.",
    "uk": "Міністр не хоче говорити, тому що він не може собі цього дозволити. Це вже зрозуміло не тільки в місті, "
    "але й у селі. І так буде ще довго, якщо нічого не робити. У 2022 р. Він теж мовчав.",
    "ru": "Министр не хочет говорить, потому что он не может себе этого позволить. Это уже понятно не только в "
    "городе, но и в деревне. И так будет еще долго, если ничего не делать.",
    "fr": "Le ministre ne veut pas parler parce qu'il ne peut pas se le permettre. C'est déjà clair dans la ville et "
    "dans le pays. Et ce sera ainsi pour longtemps si on ne fait rien.",
    "pl": "Minister nie chce o tym mówić, bo nie może sobie na to pozwolić. To jest już jasne nie tylko w mieście, "
    "ale też na wsi. I tak będzie jeszcze długo, jeśli nic się nie zrobi.",
}


def read(
    tmp_path: Path, text: str, name: str = "a.txt", **options: object
) -> tuple[list[Commentary], list[str]]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    notes: list[str] = []
    return list(read_commentaries([path], notes=notes, **options)), notes  # type: ignore[arg-type]


@pytest.mark.parametrize("code", TEXTS)
def test_a_language_is_known_by_its_small_words(code: str) -> None:
    assert guess_language(TEXTS[code]) == (code, True)


@pytest.mark.parametrize(
    "text", ["", "Hm.", "Berlin, Paris, Kiew.", "The Tempolimit war gestern.", "123 456"]
)
def test_a_few_words_prove_no_language(text: str) -> None:
    assert not guess_language(text).is_sure


@pytest.mark.parametrize(
    ("name", "code"),
    [("de", "de"), ("de-AT", "de"), ("DE", "de"), ("Deutsch", "de"), ("englisch", "en"), ("українська", "uk"),
     ("ua", "uk"), ("en_US", "en"), ("fremd", None), ("", None)],
)  # fmt: skip
def test_a_language_is_named_by_its_code_or_its_name(name: str, code: str | None) -> None:
    assert language_code(name) == code


@pytest.mark.parametrize("key", ["language", "sprache", "Sprache", "lang"])
def test_front_matter_and_records_name_their_language(tmp_path: Path, key: str) -> None:
    [markdown], _ = read(tmp_path, f"---\ntitle: T\n{key}: Englisch\n---\nHm. Yes.", "a.md")
    [row], _ = read(tmp_path, json.dumps({"text": "Hm. Yes.", key: "en-GB"}), "a.jsonl")
    assert markdown.language == row.language == "en"


def test_a_page_names_its_language(tmp_path: Path) -> None:
    page = "<html class='a' lang='en-GB'><body><article><h1>T</h1><p>Mr. Smith left. He did.</p></article></body></html>"
    [commentary], _ = read(tmp_path, page, "a.html")
    assert commentary.language == "en"


def test_a_commentary_in_another_language_is_split_by_its_own_rules_and_said(tmp_path: Path) -> None:
    [commentary], notes = read(tmp_path, TEXTS["uk"])
    assert commentary.language == "uk"
    assert len(split_sentences(commentary)) == 5
    assert any("in Ukrainian (uk); split by its rules" in note for note in notes)


@pytest.mark.slow
def test_a_language_without_rules_is_split_by_spacy_and_said(tmp_path: Path) -> None:
    [commentary], notes = read(tmp_path, TEXTS["fr"])
    assert commentary.language == "fr"
    assert len(split_sentences(commentary)) == 3
    assert any("no sentence rules" in note for note in notes)


def test_the_default_holds_where_the_guess_is_not_sure(tmp_path: Path) -> None:
    [commentary], notes = read(tmp_path, "Hm. Yes.", default_language="en")
    assert (commentary.language, notes) == ("en", [])


def test_what_is_asked_for_goes_before_a_guess_and_behind_what_the_text_says(tmp_path: Path) -> None:
    [asked], _ = read(tmp_path, TEXTS["en"], language="de")
    [named], _ = read(tmp_path, json.dumps({"text": TEXTS["de"], "language": "en"}), "a.jsonl", language="de")
    assert (asked.language, named.language) == ("de", "en")


def test_a_text_in_two_languages_is_said_to_be_unsure(tmp_path: Path) -> None:
    [commentary], notes = read(tmp_path, TEXTS["en"] + " " + TEXTS["de"][:110], default_language="de")
    assert not commentary.language
    assert any("perhaps in English (en), read as German (de)" in note for note in notes)


def test_a_name_that_is_no_language_is_said(tmp_path: Path) -> None:
    [commentary], notes = read(
        tmp_path, json.dumps({"text": "Ja. Nein.", "language": "Klingonisch!"}), "a.jsonl"
    )
    assert commentary.language == "de"
    assert any('"Klingonisch!" is no language' in note for note in notes)


def test_a_language_that_spacy_does_not_know_is_split_all_the_same(tmp_path: Path) -> None:
    [commentary], _ = read(tmp_path, json.dumps({"text": "Aba ca. De fa.", "language": "qqq"}), "a.jsonl")
    assert [s.text for s in split_sentences(commentary)] == ["Aba ca.", "De fa."]


def test_a_german_study_leaves_german_unsaid_and_another_study_nothing(tmp_path: Path) -> None:
    found = [read(tmp_path, TEXTS["de"], default_language=study)[0][0] for study in ("de", "en", None)]
    assert [bool(commentary.language) for commentary in found] == [False, True, True]


def test_a_language_can_be_corrected(tmp_path: Path) -> None:
    row = json.dumps({"id": "a", "text": "Ja. Nein.", "language": "de"})
    made = Correction(commentary="a", field="language", was="de", is_="en", reason="Irrtum")
    [commentary], _ = read(tmp_path, row, "a.jsonl", corrections=[made])
    assert commentary.language == "en"


def test_a_guess_can_be_corrected_in_a_record_without_a_language(tmp_path: Path) -> None:
    made = Correction(commentary="a", field="language", is_="en")
    [commentary], _ = read(
        tmp_path, json.dumps({"id": "a", "text": TEXTS["de"]}), "a.jsonl", corrections=[made]
    )
    assert commentary.language == "en"
