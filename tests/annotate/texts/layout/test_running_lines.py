"""Heads, feet and numbers of pages, found by repetition. A case a line: pages, and what of them is text."""

import pytest

from annotate.texts.layout.running_lines import EdgeLine, running_lines

A, B, C, D = "Es regnet.", "Es schneit.", "Es hagelt.", "Es taut."


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        ([["Die Zeitung", A], ["Die Zeitung", B], ["Die Zeitung", C]], [[A], [B], [C]]),
        ([["Die Zeitung", A], ["Die Zeitung", B]], [[A], [B]]),
        ([["Seite 3", A], ["Seite 4", B]], [[A], [B]]),
        ([[A, "12"], [B, "13"]], [[A], [B]]),
        ([[A, "- 12 -"], [B, "- 13 -"]], [[A], [B]]),
        ([["MEINUNG 2", A], ["3 Zeitung", B], ["MEINUNG 4", C], ["5 Zeitung", D]], [[A], [B], [C], [D]]),
        ([["Zeitung", "Montag, 3. November 2025", A], ["Zeitung", "Montag, 3. November 2025", B]], [[A], [B]]),
        ([[A, "3. November 2025 Seite 2"], [B, "3. November 2025 Seite 3"]], [[A], [B]]),
        ([[A, "Fußnote", "ii"], [B, "Noch eine", "iii"]], [[A, "Fußnote"], [B, "Noch eine"]]),
        ([[A, "Seite 1 von 1"]], [[A]]),
        ([["Neues:", A], [B], [C], [D], ["Neues:", C]], [["Neues:", A], [B], [C], [D], ["Neues:", C]]),
        ([["Kommentar", A], ["Leitartikel", B]], [["Kommentar", A], ["Leitartikel", B]]),
        ([["Sie kam 1990 an.", A], ["Sie kam 2003 an.", B]], [["Sie kam 1990 an.", A], ["Sie kam 2003 an.", B]]),
        ([[A, B], [A, C]], [[B], [C]]),
        ([[A, B, "x", C, D], [B, C, "x", D, A]], [[A, B, "x", C, D], [B, C, "x", D, A]]),
    ],
)  # fmt: skip
def test_what_runs_over_pages_is_told_from_text(pages: list[list[str]], text: list[list[str]]) -> None:
    lines = [[EdgeLine(row, height=100.0 * (len(page) - n)) for n, row in enumerate(page)] for page in pages]
    # the foot of a page is at one height, however long the page is
    lines = [[*page[:-1], page[-1]._replace(height=50)] if len(page) > 1 else page for page in lines]
    kept = [
        [row for n, row in enumerate(page) if n not in running]
        for page, running in zip(pages, running_lines(lines), strict=True)
    ]
    assert kept == text


def test_headings_do_not_run() -> None:
    pages = [[EdgeLine(f"Kapitel {n}", 700, is_heading=True), EdgeLine(A * n, 600)] for n in (1, 2, 3)]
    assert running_lines(pages) == [set(), set(), set()]


def test_where_heights_are_not_known_three_pages_show_a_head() -> None:
    assert running_lines([[EdgeLine(A), EdgeLine(B)], [EdgeLine(A), EdgeLine(C)]]) == [set(), set()]
    three = [[EdgeLine("Die Zeitung"), EdgeLine(row)] for row in (A, B, C)]
    assert running_lines(three) == [{0}, {0}, {0}]


def test_a_number_with_words_is_a_head_only_apart_from_the_text() -> None:
    assert running_lines([[EdgeLine("MEINUNG Seite 2", is_apart=True), EdgeLine(A)]]) == [{0}]
    assert running_lines([[EdgeLine("Das steht auf Seite 2"), EdgeLine(A)]]) == [set()]
