"""What a column is told as, and the words of a text that it is about."""

import numpy as np
import pytest

from train.features.cues import cue_names
from train.features.lexicons import lexicon_names, read_lexicon
from train.features.naming import Subjects, subject, tell, vague_words
from train.features.passages import Passage

TOLD = [
    # column, told as
    ("word: panzer", "word: panzer"),
    ("word: eu", "word: eu"),
    ("word: zu", None),
    ("word: •", None),
    ("word: nicht", "cue: negation"),
    ("word: fordert", "cue: demand"),
    ("word: dass", None),
    ("word: zwei jahre", "pair: zwei jahre"),
    ("word: muss man", "cue: modal"),
    ("word: , als", None),
    ("word: , weil", "cue: cause"),
    ("edge: last=.", None),
    ("edge: last=?", "mark: ?"),
    ("edge: first=„", 'mark: "'),
    ("edge: end=nicht .", "cue: negation"),
    ("edge: begin3=panzer für kiew", "pair: panzer für kiew"),
    ("before_edge: empty", "commentary: first sentence"),
    ("after_cue: tokens=0", "commentary: last sentence"),
    ("after_word: kiew", "after_word: kiew"),
    ("cue: mark=…1", "mark: …"),
    ("cue: mark=,1", None),
    ("cue: tokens=3", "length: short"),
    ("cue: tokens=10", None),
    ("cue: tokens=14", "length: long"),
    ("cue: digits", "cue: number_words"),
    ("before_cue: list=irony2", "before_list: irony"),
    ("cue: shouting", None),
    ("mention: near=waffen", "near_word: waffen"),
    ("mention: near=der", None),
    ("mention: near:negation", "list: negation"),
    ("mention: named:demand", "list: demand"),
    ("mention: state=named", "target: named"),
    ("mention: state=silent", None),
    ("mention: alias=sanktion", "target: named"),
    ("mention: target=rente", "target: itself"),
    ("mention: rate=3_named", "commentary: topic"),
    ("topic: profile=first", "commentary: topic"),
    ("cross: tempolimit|schadet", "cue: judgement_bad"),
    ("cross: tempolimit|auf", None),
    ("sentence: meaning", "sentence: meaning"),
]


@pytest.mark.parametrize(("column", "told"), TOLD)
def test_a_column_is_told_by_a_name_or_not_at_all(column: str, told: str | None) -> None:
    assert subject(column) == told


TEXTS = [
    # subject, sentence, reason
    ("word: panzer", "Wir brauchen Panzer.", "word: Panzer"),
    ("pair: sagt niemand", "Das sagt niemand.", "pair: sagt niemand"),
    ("cue: negation", "Nichts hilft, kein Wort.", "cue: negation: Nichts, kein"),
    ("list: decrease", "Das gilt nicht.", "cue: negation: nicht"),
    ("list: decrease", "Weniger ist nicht mehr.", "cue: decrease: Weniger"),
    ("list: modal", "Das gilt überall.", None),
    ("list: consensus", "Es ist, wie wir wissen, spät.", "cue: consensus: wie wir wissen"),
    ("list: consensus", "Das ist, ohne Zweifel, spät.", "cue: consensus: ohne Zweifel"),
    ("cue: number_words", "Am 3. März kamen zwei.", "cue: number_words: zwei, 3"),
    ("mark: ?", "Wer zahlt?", "mark: ?"),
]


@pytest.mark.parametrize(("name", "text", "told"), TEXTS)
def test_words_are_told_as_they_stand_in_the_sentence(name: str, text: str, told: str | None) -> None:
    assert tell(name, Passage(text, "", "", "", "")) == told


def test_a_neighbour_is_told_with_its_own_words() -> None:
    passage = Passage("Doch.", "Das muss Kiew wissen.", "", "", "")
    assert tell("before_word: kiew", passage) == "before_word: Kiew"
    assert tell("before_list: demand", passage) == "before_cue: modal: muss"


def test_every_list_is_a_cue_and_every_vague_word_stands_on_its_list() -> None:
    assert set(vague_words()) == set(lexicon_names()) - {"function_words"}
    for name, vague in vague_words().items():
        assert set(vague) <= read_lexicon(name), name


def test_columns_of_one_subject_have_one_place() -> None:
    subjects = Subjects(["word: ?", "word: zu", "edge: last=?", *(f"cue: {name}" for name in cue_names())])
    first, none, last = subjects.of(np.array([0, 1, 2])).tolist()
    assert (first, none) == (last, -1)
    everything = subjects.of(np.arange(len(subjects.columns)))
    assert len(subjects.names) == everything.max() + 1 < len(vague_words()) + 12
