"""What a model sees of a row."""

import numpy as np
import pytest

from schemas.records import GoldSentence
from train.features.passages import Passage, to_passages


def row(text: str, before: str = "", after: str = "", commentary: str = "k", n: int = 1) -> GoldSentence:
    return GoldSentence(
        sentence_id=f"{commentary}:{n}",
        commentary_id=commentary,
        text=text,
        before=before,
        after=after,
        layers={},
    )


def passage(text: str, before: str = "", after: str = "") -> Passage:
    return to_passages([row(text, before, after)])[0]


@pytest.mark.parametrize(
    ("before", "neighbour"),
    [
        ("", ""),
        ("Erst dies.", "Erst dies."),
        ("Erst dies. Dann das.", "Dann das."),
        ("Er fragte: „Warum?“ Keiner wusste es!", "Keiner wusste es!"),
        ("Drei Dinge fehlen:\n- Geld,\n- Mut", "- Geld, - Mut"),
    ],
)
def test_the_neighbour_before_is_the_last_sentence(before: str, neighbour: str) -> None:
    assert passage("Satz.", before).before == neighbour


def test_the_neighbour_after_is_the_first_sentence() -> None:
    assert passage("Satz.", after="Und so. Ging es weiter.").after == "Und so."


def test_white_space_is_evened_out() -> None:
    assert passage("Ein \n Satz\t. ").text == "Ein Satz ."


def test_a_commentary_is_pieced_together_from_its_rows() -> None:
    rows = [
        row("Zwei.", "Eins.", "Drei."),
        row("Drei.", "Zwei.", "Vier.", n=2),
        row("Anderswo.", commentary="m"),
    ]
    wholes = [found.whole for found in to_passages(rows)]
    assert wholes == ["Eins. Zwei. Drei. Vier.", "Eins. Zwei. Drei. Vier.", "Anderswo."]


def test_a_row_alone_has_its_paragraph() -> None:
    assert passage("Zwei.", "Eins.", "Drei.").whole == "Eins. Zwei. Drei."


def test_columns_give_passages_one_by_one_and_in_parts() -> None:
    passages = to_passages([row("Eins."), row("Zwei.", after="Drei."), row("Drei.", "Zwei.")])
    assert [p.text for p in passages] == ["Eins.", "Zwei.", "Drei."]
    assert (
        passages[np.int64(1)]
        == passages[1]
        == Passage("Zwei.", "", "Drei.", "Zwei. Drei.", "Eins. Zwei. Drei.")
    )
    assert list(passages[1:]) == list(passages.only([1, 2])) == [passages[1], passages[2]]
