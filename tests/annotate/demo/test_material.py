"""What ships with the demo fits together; no server is needed for that."""

from collections import defaultdict
from pathlib import Path

import pytest

from annotate.demo import material
from annotate.study.split import split_inputs
from running import ROOT

Pieces = dict[str, tuple[str | None, str | None, list[str]]]


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    """Each piece's author, date and sentence ids."""
    read = split_inputs([Path(material.__file__).parent / "commentaries"])
    return {c.commentary_id: (c.author, c.date, [s.sentence_id for s in found]) for c, found in read}


def touches(pieces: Pieces, author: str, annotator: str) -> dict[str, dict[str, list[str]]]:
    """An author's answers by target and date, in that coder's eyes."""
    given = material.codings(annotator)
    answers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for who, when, ids in pieces.values():
        if who == author and when:
            for sentence in ids:
                stance = given[sentence].layers["stance"]
                assert isinstance(stance, dict)
                for target, answer in stance.items():
                    answers[target][when].append(answer)
    return answers


@pytest.mark.parametrize("annotator", material.ANNOTATORS)
def test_every_sentence_is_coded_and_every_coding_has_its_sentence(pieces: Pieces, annotator: str) -> None:
    sentences = [sentence for _, _, ids in pieces.values() for sentence in ids]
    assert sorted(material.codings(annotator)) == sorted(sentences)


def test_the_pieces_held_back_are_there(pieces: Pieces) -> None:
    assert set(material.HELD_OUT) <= set(pieces)


@pytest.mark.parametrize("annotator", material.ANNOTATORS)
def test_one_author_recurs_and_never_turns(pieces: Pieces, annotator: str) -> None:
    answers = touches(pieces, "Henrike Lasswitz", annotator)
    dates = {when for by_date in answers.values() for when in by_date}
    assert len({when[:7] for when in dates}) == 6  # in as many months
    for target, by_date in answers.items():
        assert len({answer for found in by_date.values() for answer in found} - {"open"}) == 1, target


@pytest.mark.parametrize("annotator", material.ANNOTATORS)
def test_what_the_author_who_recurs_dwells_on_changes(pieces: Pieces, annotator: str) -> None:
    answers = touches(pieces, "Henrike Lasswitz", annotator)
    dates = {when for by_date in answers.values() for when in by_date}
    most = {max(set(answers) - {"trump_kurs"}, key=lambda t: len(answers[t].get(when, []))) for when in dates}
    assert {"waffen_ukraine", "druck_russland", "gebietsverzicht"} <= most


@pytest.mark.parametrize("annotator", material.ANNOTATORS)
def test_a_speaker_is_named_where_others_speak_and_nowhere_else(annotator: str) -> None:
    for sentence, coding in material.codings(annotator).items():
        assert (coding.layers["voice"] == "author") == ("who" not in coding.layers), sentence


def test_the_page_on_the_data_counts_what_ships(pieces: Pieces) -> None:
    page = (ROOT / "docs" / "demo-data.md").read_text("utf-8")
    sentences = sum(len(ids) for _, _, ids in pieces.values())
    assert f"| texts | {len(pieces)} short opinion pieces, {sentences} sentences" in page
    assert len({author for author, _, _ in pieces.values()}) == 10
    assert "| authors | ten, all invented" in page
