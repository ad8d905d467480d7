"""Gold rows: what is refused, and the labels a layer has."""

from collections import Counter

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence, Layers
from train.data.gold import (
    COPIES,
    MOST_ROWS,
    checked,
    count_copies,
    training_rows,
)


def row(sentence_id: str = "s1", text: str = "Ein Satz.", **layers: object) -> GoldSentence:
    found: Layers = msgspec.convert(layers, Layers)
    return GoldSentence(sentence_id=sentence_id, commentary_id="k", text=text, layers=found)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ({"function": "clam"}, ['"s1"', '"function"', '"clam"', 'did you mean "claim"']),
        ({"functon": "claim"}, ['no layer "functon"', 'did you mean "function"']),
        ({"function": ["claim"]}, ['"function"', "expected a code"]),
        ({"rhetoric": "none"}, ['"rhetoric"', "expected a list of codes"]),
        ({"rhetoric": ["ironie"]}, ['"ironie"', 'did you mean "irony"']),
        ({"stance": "favor"}, ['"stance"', "expected a code for each target"]),
        ({"stance": {"tempolimt": "favor"}}, ['no target "tempolimt"', 'did you mean "tempolimit"']),
        ({"stance": {"tempolimit": "ja"}}, ['no code "ja"']),
        ({"strength": 7}, ['no code "7"']),
        ({"strength": ["1"]}, ["expected a number of the scale"]),
    ],
)
def test_a_row_that_does_not_fit_is_named(
    layers: dict[str, object], words: list[str], codebook: Codebook
) -> None:
    with pytest.raises(DataError) as caught:
        checked([row(**layers)], codebook)
    assert [word for word in words if word not in str(caught.value)] == []


def test_unrelated_is_a_value_of_every_stance(codebook: Codebook) -> None:
    assert len(checked([row(stance={"tempolimit": "unrelated"})], codebook)) == 1


def test_an_id_twice_is_refused(codebook: Codebook) -> None:
    with pytest.raises(DataError, match='two rows have the sentence_id "s1"'):
        checked([row(), row("s2"), row()], codebook)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_is_refused(text: str, codebook: Codebook) -> None:
    with pytest.raises(DataError, match='"s1": the text is empty'):
        checked([row(text=text)], codebook)


def test_no_rows_are_refused(codebook: Codebook) -> None:
    with pytest.raises(DataError, match="found 0 rows"):
        checked([], codebook)


def test_rows_come_in_the_order_of_their_ids(codebook: Codebook) -> None:
    assert [r.sentence_id for r in checked([row("b"), row("a")], codebook)] == ["a", "b"]


def test_test_rows_are_not_for_training(codebook: Codebook) -> None:
    held_back = msgspec.structs.replace(row("t"), test=True)
    assert [r.sentence_id for r in training_rows([row(), held_back], codebook)] == ["s1"]
    with pytest.raises(DataError, match="marked as test"):
        training_rows([held_back], codebook)


def test_a_text_that_stands_there_too_often_keeps_its_codings_in_proportion(codebook: Codebook) -> None:
    same = [
        GoldSentence(
            sentence_id=f"{n:05}",
            commentary_id=str(n % 70),
            text="Immer derselbe Satz.",
            layers={"function": "claim" if n % 4 else "report"},
        )
        for n in range(3 * COPIES)
    ]
    other = [msgspec.structs.replace(row, sentence_id=f"x{row.sentence_id}", text="Ein anderer.") for row in same[:9]]  # fmt: skip
    kept = training_rows([*same, *other], codebook)
    assert len(kept) == COPIES + 9
    assert count_copies([*same, *other]) == 2 * COPIES
    assert [row.sentence_id for row in kept] == sorted(row.sentence_id for row in kept)
    reports = sum(row.layers["function"] == "report" for row in kept[:COPIES])
    assert abs(reports - COPIES / 4) <= 1
    assert training_rows([*reversed(same), *other], codebook) == kept
    assert training_rows(same[:COPIES], codebook) == same[:COPIES]


def test_of_too_many_sentences_whole_commentaries_are_drawn_whatever_their_order(codebook: Codebook) -> None:
    rows = [
        GoldSentence(
            sentence_id=f"{n:05}",
            commentary_id=f"k{n // 50}",
            text=f"Satz {n}.",
            layers={"function": "claim"},
        )
        for n in range(MOST_ROWS + 120)
    ]
    kept = training_rows(rows, codebook)
    assert MOST_ROWS - 50 <= len(kept) <= MOST_ROWS
    of_one = Counter(row.commentary_id for row in kept)
    assert {*of_one.values()} <= {50, 20}
    assert training_rows(rows[::-1], codebook) == kept
    assert training_rows(rows[:MOST_ROWS], codebook) == rows[:MOST_ROWS]
