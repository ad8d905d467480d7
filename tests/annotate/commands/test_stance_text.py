"""What stances are good for now, in words."""

import msgspec
import pytest

from annotate.commands.stance_text import stance_words
from reading_pieces import codebook
from schemas.codebook import Codebook
from small_gold import gold
from train.fit import fit
from train.model import LayerState, ModelMeta
from train.settings import Settings


@pytest.fixture(scope="module")
def meta() -> ModelMeta:
    return fit(gold(), codebook(), settings=Settings(pipeline="ngrams"))[0].meta


def words(meta: ModelMeta, **changes: object) -> str:
    state: LayerState = msgspec.structs.replace(meta.layers["stance"], **changes)
    (line,) = stance_words(msgspec.structs.replace(meta, layers={"stance": state}))
    return line


def test_what_is_sure_is_said(meta: ModelMeta) -> None:
    line = words(meta)
    assert line.startswith("stance: marks touched targets from a probability of 0.")
    assert line.endswith("; ticks directions for 2 known authors, of others none")


def test_how_many_sentences_are_missing_is_said(meta: ModelMeta) -> None:
    line = words(
        meta,
        sure={"touched": 1.0, "answer": 0.4, "commentary": 1.0},
        thresholds={"favor": 1.0, "against": 1.0, "unrelated": 0.7},
        choices={"needed": {"touched": 1.5, "direction": 0.0}},
    )
    assert "marks no target as touched yet: about 80 more coded sentences like these" in line
    assert "ticks no direction yet: too few right answers to say" in line


def test_texts_without_an_author_are_named_as_the_reason(meta: ModelMeta) -> None:
    assert "ticks no direction: no coded text has an author" in words(meta, authors={})


def test_a_model_without_stances_has_no_line(meta: ModelMeta) -> None:
    book: Codebook = meta.book
    layers = {name: state for name, state in meta.layers.items() if name != "stance"}
    assert stance_words(msgspec.structs.replace(meta, layers=layers, book=book)) == []
