"""Every vocabulary of the fast features against the same spelt out slowly."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plain_features as plain
from plain_features import TEXTS
from train.features import cues, ngrams, word_classes
from train.features.ngrams import BUCKETS, Grams, incidence
from train.features.sentence import VOCABULARIES
from train.features.tokens import read_tokens

PLAIN: dict[str, Callable[[str], Counter[int]]] = {
    "word": plain.words,
    "pair": plain.word_pairs,
    "char": plain.characters,
    "edge": plain.edges,
    "shape": plain.shape_runs,
}


def counts(name: str, texts: list[str]) -> list[Counter[int]]:
    tokens = read_tokens(texts)
    found = VOCABULARIES[name].read(tokens)
    rows = [found.buckets[found.starts[i] : found.starts[i + 1]] for i in range(len(found.starts) - 1)]
    kept = [Counter(int(bucket) for bucket in row if bucket != BUCKETS) for row in rows]
    if not VOCABULARIES[name].of_tokens:
        return kept
    shared = incidence(tokens)
    return [
        sum((kept[i] for i in shared.indices[shared.indptr[t] : shared.indptr[t + 1]]), Counter())
        for t in range(len(texts))
    ]


@pytest.mark.parametrize("name", list(PLAIN))
def test_buckets_are_those_of_the_plain_reference(name: str) -> None:
    for text, found in zip(TEXTS, counts(name, TEXTS), strict=True):
        assert found == PLAIN[name](text), text


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=4))
def test_no_text_reads_into_its_neighbour(texts: list[str]) -> None:
    for name in VOCABULARIES:
        assert counts(name, texts) == [counts(name, [text])[0] for text in texts]


def cue_sets(texts: list[str]) -> list[set[str]]:
    found, names = cues.cues(read_tokens(texts)), cues.cue_names()
    return [
        {names[i] for i in found.buckets[found.starts[t] : found.starts[t + 1]]} for t in range(len(texts))
    ]


def test_cues_are_those_of_the_plain_reference() -> None:
    for text, found in zip(TEXTS, cue_sets(TEXTS), strict=True):
        assert found == plain.cues(text), text


@pytest.mark.parametrize("name", [name for name in plain.lexicon_names() if name != "function_words"])
def test_every_entry_of_a_list_fires_its_cue(name: str) -> None:
    entries = sorted(plain.read_lexicon(name))
    silent = [e for e, found in zip(entries, cue_sets(entries), strict=True) if f"list={name}" not in found]
    assert silent == []


def test_a_function_word_is_found_whatever_its_case() -> None:
    tokens = read_tokens(["Der der DER Tisch"])
    part = word_classes.read_word_classes(tokens).part[tokens.number]
    assert (part & word_classes.FUNCTION != 0).tolist() == [True, True, True, False]


def test_buckets_without_a_column_are_left_out() -> None:
    table = np.full(BUCKETS + 1, 1, dtype=np.int32)
    table[7] = 0
    found = Grams(np.array([0, 2, 3]), np.array([7, 8, BUCKETS])).columns(table)
    assert found.toarray().tolist() == [[1.0], [0.0]]


def test_what_recurs_counts_each_time() -> None:
    assert ngrams.ones(np.array([0, 2]), np.array([1, 1]), 2).toarray().tolist() == [[0.0, 2.0]]
