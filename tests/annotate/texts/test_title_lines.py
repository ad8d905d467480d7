"""Title lines and dates, as tables."""

from pathlib import Path

import pytest

from annotate.study.split import split_inputs
from annotate.texts.dates import iso_date, out_of_line
from annotate.texts.readers.plain import read_title_line


@pytest.mark.parametrize(
    ("line", "title", "author", "date"),
    [
        ("Der Winter | Anna Weiß. 03.11.2025.", "Der Winter", "Anna Weiß", "2025-11-03"),
        ("Der Winter | Anna Weiß.\u00a003.11.2025.", "Der Winter", "Anna Weiß", "2025-11-03"),
        ("  Der Winter  |  Anna Weiß.  3.11.2025 ", "Der Winter", "Anna Weiß", "2025-11-03"),
        ("Er kam. Er „sah“: Rom–Bonn | Dr. Karl von Roth. 03.11.2025.", "Er kam. Er „sah“: Rom–Bonn", "Dr. Karl von Roth",
         "2025-11-03"),
        ("Gas | Öl | Anna Weiß. 03.11.2025.", "Gas | Öl", "Anna Weiß", "2025-11-03"),
        ("Im Kreis. Kolumne von Anna Weiß. 01.11.2025", "Im Kreis", "Anna Weiß", "2025-11-01"),
        ("Im Kreis. Ein Kommentar von Anna Weiß. 1. November 2025", "Im Kreis", "Anna Weiß", "2025-11-01"),
        ("Der Winter | Anna Weiß, 2025-11-03", "Der Winter", "Anna Weiß", "2025-11-03"),
        ("Winter is coming. Commentary by Ann White. 2025-11-03", "Winter is coming", "Ann White", "2025-11-03"),
        ("Der Winter | Anna Weiß. 31.02.2025.", "Der Winter", "Anna Weiß", None),
    ],
)  # fmt: skip
def test_a_title_line_names_title_author_and_date(
    line: str, title: str, author: str, date: str | None
) -> None:
    found = read_title_line(line)
    assert found is not None
    assert (found.title, found.author, found.date) == (title, author, date)


@pytest.mark.parametrize(
    "line",
    [
        "Der Winter kommt am 03.11.2025.",
        "Der Winter | Anna Weiß",
        "| Anna Weiß. 03.11.2025.",
        "Man sah Gas | Öl und Kohle am Markt. Das war am 3. November, nicht 2025.",
        "Der Vertrag vom 03.11.2025.",
        "x" * 500 + " | Anna Weiß. 03.11.2025.",
    ],
)
def test_other_lines_are_no_title_lines(line: str) -> None:
    assert read_title_line(line) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-10-21", "2025-10-21"),
        ("2025-10-21T08:00:00+02:00", "2025-10-21"),
        ("21.10.2025", "2025-10-21"),
        ("1. 2. 2025", "2025-02-01"),
        ("1. März 2025", "2025-03-01"),
        ("5 May 2025", "2025-05-05"),
        ("30.02.2025", None),
        ("1. Brumaire 2025", None),
        ("gestern", None),
        ("", None),
    ],
)
def test_a_date_has_one_form(text: str, iso: str | None) -> None:
    assert iso_date(text) == iso


@pytest.mark.parametrize(
    ("days", "strange"),
    [
        ("2025-10-23 2025-10-22 2026-10-21 2025-10-20 2025-10-20", [2]),
        ("2025-10-20 2025-10-21 2024-10-22 2025-10-23", [2]),
        ("2026-10-23 2025-10-22 2025-10-21", [0]),
        ("2025-10-23 2025-10-22 2024-10-21", [2]),
        ("2025-10-23 2025-10-03 2025-10-21 2025-10-20 2025-10-19", [1]),
        ("2025-10-23 2025-10-22 2025-10-22", []),
        ("2025-10-23 2026-10-22", []),
        ("2019-01-01 2020-01-01 2021-01-01 2022-01-01", []),
        ("2025-10-01 2025-10-09 2025-10-03 2025-10-07 2025-10-02 2025-10-08", []),
        ("2025-10-23", []),
        ("", []),
    ],
)
def test_a_date_out_of_line_is_found(days: str, strange: list[int]) -> None:
    dates = [None, *days.split(), None]
    assert [n - 1 for n, is_strange in enumerate(out_of_line(dates)) if is_strange] == strange


@pytest.mark.parametrize(
    "line",
    ["Erika Beispiel. 23.10.2025.", "| Erika Beispiel. 23.10.2025.", "Von Erika Beispiel, 23. Oktober 2025"],
)
def test_a_first_line_without_a_title_gives_author_and_date(tmp_path: Path, line: str) -> None:
    file = tmp_path / "winter.txt"
    file.write_text(f"{line}\n\nEs schneit in Kiew. Wer glaubt das?\n", "utf-8")
    ((commentary, sentences),) = split_inputs([file])
    assert (commentary.title, commentary.author, commentary.date) == (
        "winter",
        "Erika Beispiel",
        "2025-10-23",
    )
    assert [sentence.text for sentence in sentences] == ["Es schneit in Kiew.", "Wer glaubt das?"]


def test_a_first_sentence_with_a_date_is_no_byline(tmp_path: Path) -> None:
    file = tmp_path / "winter.txt"
    file.write_text("Am 23.10.2025 schneit es in Kiew.\n\nWer glaubt das?\n", "utf-8")
    ((commentary, sentences),) = split_inputs([file])
    assert commentary.author is None
    assert len(list(sentences)) == 2
