"""No cell is a formula, and every text comes back from its cell."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exports.tables import rows_csv
from exports.tables.cells import escape_cell, unescape_cell

#: Mostly what matters here, so that the examples find the edges.
TEXTS = st.text(st.one_of(st.sampled_from("'\"=+-@＝＋－＠ \t\r\n\x00\x85\ufeff\u200ba1"), st.characters()))


@given(TEXTS)
@example("")
@example("'")
@example("''''=")
@example("' '=")
@example("'\t")
def test_a_text_comes_back_from_its_cell(text: str) -> None:
    assert unescape_cell(escape_cell(text)) == text


@given(TEXTS)
def test_a_cell_is_the_text_or_the_text_after_an_apostrophe(text: str) -> None:
    assert escape_cell(text) in (text, f"'{text}")


@given(TEXTS)
def test_no_cell_begins_a_formula_even_where_spaces_and_quotes_are_passed_over(text: str) -> None:
    cell = escape_cell(text)
    assert not cell.lstrip(' \t\r\n"\ufeff').startswith(tuple("=+-@＝＋－＠"))
    assert not cell[:1] or ord(cell[0]) >= 0x20


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(\"http://x.example\")", "+49 30", "-Das sagt er.", "@anna", "\t=1", "\r=1", "\n=1", "\x00=1", " =1",
        "\u00a0=1", '"=1', " '=1", "'=1", "＝1", "＋1", "－1", "＠a", "\ufeff=1", "\x1b[2J",
    ],
)  # fmt: skip
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert escape_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Das ist ein Satz.",
        "– so ist es",
        "„Ja“",
        '"Ja", sagt er',
        "1 - 1 = 0",
        "'s ist so",
        "5 %",
        "a@b",
        "'",
    ],
)
def test_ordinary_texts_stay(text: str) -> None:
    assert escape_cell(text) == text


def test_numbers_stay_numbers_and_columns_in_their_order(tmp_path: Path) -> None:
    columns = [("text", str), ("score", float), ("n", int), ("yes", bool), ("none", str)]
    rows = [
        {"text": "=1", "score": -0.5, "n": -3, "yes": True, "none": None},
        {"text": "Satz.", "score": 1.0},
    ]
    path = tmp_path / "rows.csv"
    assert rows_csv.write(str(path), columns, rows) == 2
    assert path.read_bytes() == b"text,score,n,yes,none\r\n'=1,-0.5,-3,true,\r\nSatz.,1.0,,,\r\n"


def test_a_file_read_back_holds_the_texts(tmp_path: Path) -> None:
    texts = ["=1", "'=1", '-a, "b"\nc', "\r", "ä", "'s"]
    path = tmp_path / "rows.csv"
    rows_csv.write(str(path), [("text", str)], [{"text": text} for text in texts])
    with path.open(encoding="utf-8", newline="") as file:
        assert [unescape_cell(row["text"]) for row in csv.DictReader(file)] == texts
