"""The page of an index over a corpus: what it says first, and what it does not keep to itself."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.analysis.piece import TaggedPiece
from reading_pieces import PHONES, answers, touches
from running import Ran

from .conftest import Write, commentary

Run = Callable[..., Ran]


def words_of(path: Path) -> str:
    text = re.sub(r"<(style|svg)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())


@pytest.fixture
def page(standpunkt: Run, write: Write, tmp_path: Path) -> Callable[..., str]:
    def made(pieces: list[TaggedPiece], *more: str) -> str:
        assert standpunkt("index", write(pieces), "-o", tmp_path / "i.html", *more).code == 0
        return words_of(tmp_path / "i.html")

    return made


def test_it_leads_with_what_is_touched_most_and_which_way(page: Callable[..., str]) -> None:
    said = [answers(smartphone="against"), answers(tempolimit="favor", smartphone="against"), answers()]
    words = page([commentary(n, [*said, answers(smartphone="favor")]) for n in range(50)])
    finding = words.index(f"Am häufigsten geht es um „{PHONES}“: in 75 % (69 bis 80 %) der Sätze.")
    assert "Wo eine Richtung feststeht, ist sie in 67 % (59 bis 74 %) „Nein“." in words
    assert finding < words.index("nicht um die Fehler des Modells bereinigt")
    assert "datiert sind hier 0." in words


def test_where_there_is_no_trend_it_says_of_how_many_days(page: Callable[..., str]) -> None:
    made = [commentary(n, [answers()], day=f"2025-02-1{n % 4}") for n in range(12)]
    assert "datiert sind hier 12, aus 3 Tagen." in page(made)


def test_in_english_it_says_the_same(page: Callable[..., str]) -> None:
    said = [answers(smartphone="against"), answers()]
    words = page([commentary(n, said) for n in range(50)], "--lang", "en")
    assert f"Most often it is about “{PHONES}”: in 50% (40 to 60%) of the sentences." in words
    assert "there were no hand-coded sentences" in words
    assert not re.search(r"\b(?:Sätze|Kommentare|berührt|bereinigt)\b", words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answers(tempolimit="unrelated"), "Kein Satz berührt sicher eine der Fragen."),
        (answers(), "Kein Satz berührt sicher eine der Fragen."),
        (answers(tempolimit=touches()), "der Sätze. Alle Fragen"),
    ],
)
def test_where_nothing_has_a_direction_none_is_said(
    page: Callable[..., str], said: object, words: str
) -> None:
    found = page([commentary(0, [said])])  # type: ignore[list-item]
    assert words in found
    assert "Wo eine Richtung feststeht" not in found


def test_undated_commentaries_are_counted_in_words_and_have_a_line_of_their_own(
    page: Callable[..., str], corpus: list[TaggedPiece]
) -> None:
    words = page(corpus)
    assert re.search(r"Ohne gesichertes Datum: 6 Kommentare \(\d+ Sätze\), im Ganzen mitgezählt", words)
    assert words.count("ohne gesichertes Datum 6 ") == 2  # a target
    assert words.count("Januar 2024 ") >= 2


def test_abstained_sentences_are_counted(page: Callable[..., str], corpus: list[TaggedPiece]) -> None:
    assert (
        len(re.findall(r"Unentschieden: \d+ Sätze \(\d+ %\), in denen sich das Modell enthält", page(corpus)))
        == 2
    )


def test_each_target_has_a_drawing_and_nothing_in_it_runs(
    page: Callable[..., str], corpus: list[TaggedPiece], tmp_path: Path
) -> None:
    page(corpus)
    text = (tmp_path / "i.html").read_text("utf-8")
    assert text.count("<svg") == 2
    assert "<script" not in text
    assert "default-src 'none'" in html.unescape(text)


def test_the_same_parts_give_the_same_bytes(
    page: Callable[..., str], corpus: list[TaggedPiece], tmp_path: Path
) -> None:
    page(corpus)
    before = (tmp_path / "i.html").read_bytes()
    page(corpus)
    assert (tmp_path / "i.html").read_bytes() == before


def test_without_a_name_the_page_lies_beside_the_work(
    standpunkt: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write([commentary(0, [answers(tempolimit="favor")])])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ran = standpunkt("index", folder)
    assert "written: out-index.html" in ran.err
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["out-index.html"]
