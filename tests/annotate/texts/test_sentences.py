"""Sentences of commentaries: offsets, chains, ids, and the same from the rules and from spaCy."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.texts.blocks import find_blocks
from annotate.texts.boundaries import sentence_spans
from annotate.texts.commentaries import read_commentaries
from annotate.texts.sentences import _in_parts, make_nlp, split_commentaries, split_sentences, splitter_note
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl
from schemas.records import Block, Commentary, Sentence

SHARED = Path(__file__).parents[4] / "shared/data"
REAL = SHARED / "commentaries/portnikov-2025-10.txt"
DEV = SHARED / "segmentation/gsd-dev.jsonl"

TEXT = """\
Der Winter kommt. Am 23. Oktober fiel Schnee, z. B. in Bonn.

Die Regierung hofft,\u00a0

  • dass er\u00a0endet;\u0020
  • dass Gas kommt.
  • Sie irrt. Sehr.

Foto: Karl Roth

Das Ende –

das bittere Ende. Das Ende."""


def commentary(text: str = TEXT, **fields: Any) -> Commentary:
    return Commentary(
        **{"commentary_id": "winter", "title": "T", "text": text, "blocks": find_blocks(text), **fields}
    )


@pytest.fixture(scope="module")
def nlp() -> Any:
    return make_nlp(None, "de")


def split(text: str = TEXT, **options: Any) -> list[Sentence]:
    return split_sentences(commentary(text), **options)


def test_sentences_are_stretches_of_the_text_without_list_marks_and_captions() -> None:
    found = split()
    assert [s.text for s in found] == [
        "Der Winter kommt.",
        "Am 23. Oktober fiel Schnee, z. B. in Bonn.",
        "Die Regierung hofft,",
        "dass er\u00a0endet;",
        "dass Gas kommt.",
        "Sie irrt.",
        "Sehr.",
        "Das Ende –",
        "das bittere Ende.",
        "Das Ende.",
    ]
    assert all(TEXT[s.start : s.end] == s.text for s in found)
    assert [s.index for s in found] == list(range(10))
    assert [s.kind for s in found] == ["sentence"] * 3 + ["list_item"] * 4 + ["sentence"] * 3


def test_a_sentence_over_several_blocks_is_a_chain_named_after_its_first_piece() -> None:
    found = split()
    assert [n for n, s in enumerate(found) if s.continues] == [3, 4, 8]
    assert [s.chain_id for s in found[2:5]] == [found[2].sentence_id] * 3
    assert [s.chain_id for s in found[7:9]] == [found[7].sentence_id] * 2
    assert {found[n].chain_id for n in (0, 1, 5, 6, 9)} == {None}


def test_an_id_rests_on_the_words_and_counts_what_recurs() -> None:
    found = split("Nein. Doch. Nein.")
    assert [s.sentence_id.partition(":")[2][8:] for s in found] == ["", "", "-2"]
    assert {s.sentence_id for s in found[:2]} <= {s.sentence_id for s in split("Ja. Nein. Doch.")}


def test_a_wrapped_line_is_a_space() -> None:
    text = "Das ist ein Satz, der in der\nMitte umbricht. Und\nnoch einer."
    found = split_sentences(commentary(text, blocks=find_blocks(text, layout="paragraphs")))
    assert [s.text for s in found] == ["Das ist ein Satz, der in der\nMitte umbricht.", "Und\nnoch einer."]


def test_the_rules_alone_do_not_load_spacy() -> None:
    code = (
        "import sys; from annotate.texts.sentences import split_sentences;"
        "from schemas.records import Block, Commentary;"
        "c = Commentary(commentary_id='c', title='T', text='Ja.', blocks=[Block(kind='paragraph', start=0, end=3)]);"
        "assert split_sentences(c)[0].text == 'Ja.'; assert 'spacy' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_the_rules_and_the_pipeline_give_the_same_sentences_on_the_real_file(nlp: Any) -> None:
    if not REAL.exists():
        pytest.skip("the real file is not there: ../shared/data/commentaries/portnikov-2025-10.txt")
    found = list(read_commentaries([REAL]))
    by_rules = [split_sentences(c) for c in found]
    assert [split_sentences(c, nlp=nlp) for c in found] == by_rules
    assert [sentences for _, sentences in split_commentaries(found, nlp=nlp)] == by_rules
    assert sum(map(len, by_rules)) == 331


def test_the_development_set_is_split_as_well_as_promised() -> None:
    if not DEV.exists():
        pytest.skip("the development set is not there: ../shared/data/segmentation/gsd-dev.jsonl")
    wrong, right, marked, missed = 0, 0, 0, 0
    for document in read_jsonl(DEV, dict[str, Any]):
        text, gold = document["text"], document["sentences"]
        starts = {start for start, _ in sentence_spans(text)} - {0}
        expected = {after[0]: text[before[0] : before[1]] for before, after in pairwise(gold)}
        wrong += len(starts - expected.keys())
        right += len(starts & expected.keys())
        missed += len(expected.keys() - starts)
        marked += sum(
            start not in starts and left.rstrip("\"'“”)’» ")[-1] in ".!?…" for start, left in expected.items()
        )
    assert 2 * right / (2 * right + wrong + missed) >= 0.985
    assert 2 * right / (2 * right + wrong + marked) >= 0.993
    assert right / (right + wrong) >= 0.995


PIECES = st.sampled_from(
    ["Das", "der", " ", " ", ". ", "! ", "„", "“ ", "z. B. ", "usw. ", "23. ", "2010. ", "Oktober", "\u00a0", "\n", "\t",
     "– ", "...", "(", ") ", ":-) ", "Dr. ", "a@b.de ", "www.a.de. ", "🙂 ", "e\u0301", "א", "\0", "don't ", "x/y ", "§ 5 "]
)  # fmt: skip


@settings(deadline=None)
@given(text=st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_the_component_gives_the_sentences_of_the_rules_on_any_text(nlp: Any, text: str) -> None:
    doc = nlp(text)
    found = [(s.start_char, s.end_char) for s in doc.sents if s.text.strip()]
    trimmed = [(a + len(text[a:b]) - len(text[a:b].lstrip()), a + len(text[a:b].rstrip())) for a, b in found]
    assert trimmed == list(sentence_spans(text))


@settings(deadline=None)
@given(text=st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_records_are_the_same_by_rules_and_pipeline_on_any_text(nlp: Any, text: str) -> None:
    assert split(text, nlp=nlp) == split(text)


def test_any_spacy_pipeline_can_use_the_component() -> None:
    pipeline = spacy.blank("de")
    pipeline.add_pipe("standpunkt_sentences")
    doc = pipeline("Am 23. Oktober kam er. Dann ging er.")
    assert [s.text for s in doc.sents] == ["Am 23. Oktober kam er.", "Dann ging er."]
    english = spacy.blank("en")
    english.add_pipe("standpunkt_sentences")
    assert [s.text for s in english("Mr. Smith left. He did.").sents] == ["Mr. Smith left.", "He did."]


def test_a_pipeline_gives_its_lemmas_tags_and_entities() -> None:
    pipeline = spacy.blank("de")
    pipeline.add_pipe("attribute_ruler").add([[{"TEXT": "Bonn"}]], {"LEMMA": "Bonn", "TAG": "NE"})  # type: ignore[attr-defined]
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Bonn"}])  # type: ignore[attr-defined]
    pipeline.add_pipe("standpunkt_sentences", first=True)
    text = "Ja.\n\nEr kam aus Bonn. Er blieb."
    _, second, third = split(text, nlp=pipeline)
    assert [(text[t.start : t.end], t.lemma, t.tag) for t in second.tokens or []][3] == ("Bonn", "Bonn", "NE")
    assert [(text[e.start : e.end], e.label) for e in second.entities or []] == [("Bonn", "LOC")]
    assert third.entities == []


def test_an_installed_pipeline_is_used_without_its_own_sentence_splitting(tmp_path: Path) -> None:
    own = spacy.blank("de")
    own.add_pipe("sentencizer")
    own.to_disk(tmp_path / "pipeline")
    loaded = make_nlp(str(tmp_path / "pipeline"), "de")
    assert loaded.pipe_names == ["standpunkt_sentences"]


def test_another_language_falls_back_to_the_sentencizer_and_says_so() -> None:
    assert splitter_note("de") is None
    assert splitter_note("en") is None
    assert "sentencizer" in (splitter_note("nl") or "")
    assert [s.text for s in split("Hij gaat. Zij blijft.", language="nl")] == ["Hij gaat.", "Zij blijft."]


@pytest.mark.parametrize(
    ("pipeline", "language", "words"), [("nichts", "de", "--pipeline"), (None, "qq", "--language")]
)
def test_a_pipeline_or_language_that_is_not_there_is_said(
    pipeline: str | None, language: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        make_nlp(pipeline, language)


def test_the_component_refuses_a_language_without_rules() -> None:
    with pytest.raises(SettingsError, match="no rules"):
        spacy.blank("nl").add_pipe("standpunkt_sentences")


def test_a_long_run_of_marks_is_cut_before_spacy_takes_them_off_one_by_one() -> None:
    """20,000 brackets took 39 s; offsets and sentences are those of the rules."""
    run = "[" * 20_000
    text = f"Vorher war es gut {run} und dann nicht. Danach schon."
    commentary = Commentary(
        commentary_id="a", title="A", text=text, blocks=[Block(kind="paragraph", start=0, end=len(text))]
    )
    by_pipeline = split_sentences(commentary, nlp=make_nlp(None))
    assert [s.text for s in by_pipeline] == [s.text for s in split_sentences(commentary)]
    parts = list(_in_parts(text, make_nlp(None)))
    assert "".join(token.text_with_ws for token in parts) == text
    assert isinstance(_in_parts("[" * 999 + " " + "]" * 999, make_nlp(None)), str)
