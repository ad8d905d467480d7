"""What stances are good for now, in words."""

import msgspec
import pytest

from annotate.analysis.outlook import more_like_these
from annotate.commands.outlook_text import outlooks, too_few
from reading_pieces import codebook
from small_gold import gold
from train.fit import fit
from train.model import LayerState, ModelMeta
from train.predict import predict, suggestions
from train.settings import Settings


@pytest.fixture(scope="module")
def meta() -> ModelMeta:
    return fit(gold(), codebook(), settings=Settings(inner_folds=2))[0].meta


def words(meta: ModelMeta, layer: str = "stance", **changes: object) -> str:
    state: LayerState = msgspec.structs.replace(meta.layers[layer], **changes)
    (one,) = outlooks(msgspec.structs.replace(meta, layers={layer: state}))
    return str(one)


def test_what_is_sure_is_said(meta: ModelMeta) -> None:
    line = words(meta)
    assert line.startswith("stance: suggestions yes: marks touched targets from a probability of 0.")
    assert line.endswith("; ticks directions for 2 known authors, of others none")


def test_how_many_sentences_are_missing_is_said(meta: ModelMeta) -> None:
    line = words(
        meta,
        sure={"touched": 1.0, "answer": 0.4, "commentary": 1.0},
        thresholds={"favor": 1.0, "against": 1.0, "unrelated": 0.7},
        choices={"needed": {"touched": 1.5, "direction": 0.0}},
    )
    assert line.startswith("stance: no suggestions yet: marks no target as touched yet: about 80 more coded")
    assert "ticks no direction yet: too few right answers to say" in line


@pytest.mark.parametrize(("times", "n", "more"), [(1.01, 50, 10), (1.22, 50, 20), (1.5, 100, 50)])
def test_a_model_that_is_near_misses_some_sentences_and_not_none(times: float, n: int, more: int) -> None:
    assert more_like_these(times, n) == more


def test_texts_without_an_author_are_named_as_the_reason(meta: ModelMeta) -> None:
    assert "ticks no direction: no coded text has an author" in words(meta, authors={})


def test_a_layer_coded_too_seldom_says_how_many_sentences_more(meta: ModelMeta) -> None:
    line = words(meta, "voice", n=39)
    assert line == "voice: no suggestions yet: coded in 39 sentences, it takes 50 (11 more sentences)"


def test_codes_that_are_not_suggested_are_named_with_the_reason(meta: ModelMeta) -> None:
    line = words(
        meta,
        "voice",
        n=80,
        codes={"author": 60, "other": 17, "mixed": 3},
        thresholds={"author": 0.4, "other": 1.0, "mixed": 1.0},
    )
    assert line.startswith("voice: suggestions yes")
    assert "not right often enough: Wiedergabe (more coded sentences help)" in line
    assert line.endswith("too few examples, it takes 5: Gemischt 3")


def test_people_stand_beside_the_model_where_several_coded(meta: ModelMeta) -> None:
    figures = {
        "layers": {"voice": {"macro_f1": 0.75, "ceiling": {"macro_f1": 0.941, "model_macro_f1": 0.727}}}
    }
    known = msgspec.structs.replace(meta, figures=figures)
    assert "suggestions yes (macro-F1 where several coded 0.73, people 0.94)" in words(
        known, "voice", n=80, thresholds={"author": 0.4}
    )


def test_forty_sentences_are_warned_of(meta: ModelMeta) -> None:
    few = msgspec.structs.replace(meta, n=40, commentaries=["a"])
    assert "40 coded sentences of 1 commentary: too few to suggest anything" in str(too_few(few))
    assert too_few(meta) is None


def test_the_words_are_those_of_what_is_suggested(meta: ModelMeta) -> None:
    """A layer that is said to be suggested is, for some sentence, and another for none."""
    model, _ = fit(gold(), codebook(), settings=Settings(inner_folds=2))
    suggested = {
        name for prediction in predict(model, list(gold())) for name in suggestions(model, prediction).layers
    }
    assert suggested <= {one.layer for one in outlooks(model.meta) if one.suggests}
