"""A person's sheet: their own figures, sentences that were decided otherwise, and nobody else's name."""

import re

import pytest

from annotate.report.page import report_page
from annotate.report.sheet import sheet_document, sheet_of, sheet_words
from annotate.study.folder import Study
from exports.agreement.machines import machine_figures
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, GoldSentence

from .conftest import Make


def test_it_holds_no_other_name(study: Study) -> None:
    document = sheet_document(sheet_of(study, "anna"), study.codebook())
    for words in (report_page(document), sheet_words(document)):
        assert "anna" in words
        assert not re.search(r"\b(ben|cara)\b", words)


def test_its_figures_are_of_all_others_together(study: Study) -> None:
    rows = list(read_jsonl(study.annotations, Annotation))
    own = [row for row in rows if row.annotator == "anna"]
    others = [row for row in rows if row.annotator != "anna"]
    sheet = sheet_of(study, "anna")
    assert sheet.agreement == machine_figures(others, own, study.codebook(), draws=1000, seed=0)


def test_its_sentences_were_decided_otherwise_and_have_a_reason(study: Study) -> None:
    sheet = sheet_of(study, "anna")
    gold = {row.sentence_id: row for row in read_jsonl(study.gold, GoldSentence)}
    own = {
        row.sentence_id: row for row in read_jsonl(study.annotations, Annotation) if row.annotator == "anna"
    }
    assert len(sheet.sentences) == len({one.sentence_id for one in sheet.sentences}) == 5
    for one in sheet.sentences:
        coded, decided = (rows[one.sentence_id].layers[one.layer] for rows in (own, gold))
        assert coded != decided
        assert [*one.coded] == (coded if isinstance(coded, list) else [coded])
    words = sheet_words(sheet_document(sheet, study.codebook()))
    assert "„Bericht“ gilt: Es geschah." in words or "„Urteil“ gilt nicht: Es ist nachzuprüfen." in words
    assert max(map(len, words.splitlines())) <= 80


def test_minutes_a_sentence_are_said(study: Study) -> None:
    words = sheet_words(sheet_document(sheet_of(study, "anna"), study.codebook()))
    assert "Ein Satz dauerte 0,2 Minuten (14 Sekunden; Median)" in " ".join(words.split())


def test_whoever_coded_alone_or_undecided_is_told(made: Make) -> None:
    study = made(people=("anna",), with_gold=False)
    words = sheet_words(sheet_document(sheet_of(study, "anna", language="en"), study.codebook()))
    assert "Nobody else coded your sentences so far" in words
    assert "None of your sentences is decided yet." in words


def test_an_unknown_person_is_refused(study: Study) -> None:
    with pytest.raises(SettingsError, match='no coding by "anne"; did you mean "anna"'):
        sheet_of(study, "anne")
