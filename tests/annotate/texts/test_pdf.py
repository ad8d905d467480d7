"""PDF with a text layer: what is text on its pages, in which order, and what is refused. A case a line."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.layout.mends import Mend
from printed import BOLD, Drawn, pdf, wrapped
from schemas.errors import DataError
from schemas.records import Commentary

DEMO = sorted((Path(__file__).parents[3] / "annotate/demo/commentaries").glob("*.txt"))


def read(folder: Path, data: bytes, name: str = "bericht.pdf", **options: Any) -> list[Commentary]:
    (folder / name).write_bytes(data)
    return list(read_commentaries([folder / name], **options))


def column(
    *lines: str, x: float = 60, y: float = 750, size: float = 10, step: float = 12, font: str = "Helvetica"
) -> list[Drawn]:
    return [Drawn(x, y - step * n, line, size, font) for n, line in enumerate(lines)]


def pieces(commentary: Commentary) -> list[tuple[str, str]]:
    return [(block.kind, commentary.text[block.start : block.end]) for block in commentary.blocks]


LEFT = column(
    "Die Regierung hat lange Zeit ge-",
    "zögert, und nun zögert sie weiter,",
    "obwohl das Geld seit Wochen in",
    "der Kasse liegt und niemand es",
)
RIGHT = column(
    "abholt. Das hat der Minister am",
    "Montag gesagt, und keiner hat ihm",
    "widersprochen, denn keiner weiß",
    "es besser als er.",
    x=310,
)
BODY = "Die Regierung hat lange Zeit gezögert, und nun zögert sie weiter, obwohl das Geld seit Wochen in der Kasse liegt und niemand es abholt. Das hat der Minister am Montag gesagt, und keiner hat ihm widersprochen, denn keiner weiß es besser als er."
FULL = "Wer heute noch zögert, der zahlt morgen doppelt, und das weiß in der Regierung jeder Mensch,"
OTHER = "Wer nun noch weiter zögert, der hat sie verspielt, die Zeit, in der es billig war zu handeln,"
ROWS = [Drawn(row.x, row.y, row.text, row.size) for pair in zip(LEFT, RIGHT, strict=True) for row in pair]
HEAD = Drawn(60, 790, "Wer zögert, zahlt", 20, BOLD)

LAYOUTS: list[tuple[str, Sequence[Sequence[Drawn]], list[tuple[str, str]]]] = [
    ("two columns", [LEFT + RIGHT], [("paragraph", BODY)]),
    ("two columns, drawn row by row", [ROWS], [("paragraph", BODY)]),
    ("a head over two columns", [[HEAD, *ROWS]], [("title", "Wer zögert, zahlt"), ("paragraph", BODY)]),
    ("a head of two lines", [[Drawn(60, 810, "Wer zögert, zahlt spä-", 20, BOLD), HEAD._replace(y=786, text="ter und auch länger"), *LEFT, *RIGHT]], [("title", "Wer zögert, zahlt später und auch länger"), ("paragraph", BODY)]),
    ("paragraphs by indents", [column(FULL, "denn es hat sich gezeigt.") + column("Nun aber reicht es. " + FULL[:60], FULL, "sagt sie.", x=72, y=726)[:1] + column(FULL, "sagt sie.", y=714)], [("paragraph", f"{FULL} denn es hat sich gezeigt."), ("paragraph", f"Nun aber reicht es. {FULL[:60]} {FULL} sagt sie.")]),
    ("paragraphs by gaps", [column(FULL, FULL, FULL.replace(",", ".")) + column(FULL, "denn so ist es.", y=700)], [("paragraph", f"{FULL} {FULL} {FULL.replace(',', '.')}"), ("paragraph", f"{FULL} denn so ist es.")]),
    ("a paragraph over two pages", [column(FULL, FULL), column(OTHER, "sagt sie.")], [("paragraph", f"{FULL} {FULL} {OTHER} sagt sie.")]),
    ("heads and feet", [[Drawn(60, 810, "Die Zeitung", 8), *column(FULL), Drawn(290, 40, "1", 8)], [Drawn(60, 810, "Die Zeitung", 8), *column("sagt sie."), Drawn(290, 40, "2", 8)]], [("paragraph", f"{FULL} sagt sie.")]),
    ("left and right heads with numbers", [[Drawn(60 if n % 2 else 300, 810, f"{n} MEINUNG" if n % 2 else f"Zeitung {n}", 8), *column(line)] for n, line in enumerate([FULL, OTHER, BODY[:90], "sagt sie."], start=4)], [("paragraph", f"{FULL} {OTHER} {BODY[:90]} sagt sie.")]),
    ("a subhead in bold", [column(FULL, "sagt sie.") + column("Der Preis", y=700, font=BOLD) + column(FULL, "denn so ist es.", y=680)], [("paragraph", f"{FULL} sagt sie."), ("title", "Der Preis"), ("paragraph", f"{FULL} denn so ist es.")]),
    ("a lead in bold is text", [column(FULL, "sagt sie. Das ist so.", font=BOLD) + column(FULL, FULL, FULL, "denn so ist es.", y=700)], [("paragraph", f"{FULL} sagt sie. Das ist so."), ("paragraph", f"{FULL} {FULL} {FULL} denn so ist es.")]),
    ("items of a list", [column(FULL, "und zwar:", "• das Geld", "• der Wille")], [("paragraph", f"{FULL} und zwar:"), ("list_item", "das Geld"), ("list_item", "der Wille")]),
    ("a caption in small letters", [column(FULL, FULL, FULL, "sagt sie.") + column("Der Minister am Montag in Berlin", y=690, size=7)], [("paragraph", f"{FULL} {FULL} {FULL} sagt sie."), ("caption", "Der Minister am Montag in Berlin")]),
    ("an initial", [[Drawn(60, 738, "D", 32), *column("ie Regierung zögert, und das seit Wochen schon, obwohl", "das Geld dafür da ist, wie der Minister selbst es sagt,", x=88), *column(FULL, FULL, y=726)]], [("paragraph", f"Die Regierung zögert, und das seit Wochen schon, obwohl das Geld dafür da ist, wie der Minister selbst es sagt, {FULL} {FULL}")]),
    ("an own hyphen", [column(FULL[:50] + " der US-", "Präsident zögert.")], [("paragraph", FULL[:50] + " der US-Präsident zögert.")]),
    ("parts that wait", [column(FULL[:50] + " in Ost-", "und Westeuropa zögert man.")], [("paragraph", FULL[:50] + " in Ost- und Westeuropa zögert man.")]),
    ("a date within a sentence", [column(FULL[:80] + " der", "3. Oktober war ein Tag.")], [("paragraph", f"{FULL[:80]} der 3. Oktober war ein Tag.")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "pages", "expected"), LAYOUTS, ids=[name for name, *_ in LAYOUTS])
def test_a_layout_is_read_as_it_was_written(
    tmp_path: Path, name: str, pages: Sequence[Sequence[Drawn]], expected: list[tuple[str, str]]
) -> None:
    (commentary,) = read(tmp_path, pdf(*pages))
    assert pieces(commentary) == expected


def printed(paragraphs: Sequence[str], *, columns: int, indent: float, gap: float, row_by_row: bool) -> bytes:
    """Paragraphs in columns of one width, with hyphens, heads and numbers of pages."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def measure(text: str) -> float:
        return stringWidth(text, "Helvetica", 9)

    rng = random.Random(1)
    width = (480 - 16 * (columns - 1)) / columns
    pages: list[list[Drawn]] = [[]]
    at, y = 0, 770.0
    for paragraph in paragraphs:
        lines = wrapped(paragraph, width - indent, rng, measure=measure)
        for n, line in enumerate(lines):
            if y < 90:
                at, y = at + 1, 770
                if at == columns:
                    pages.append([])
                    at = 0
            left = 0 if n else indent
            spaces = line.count(" ") if line is not lines[-1] else 0
            stretch = (width - left - measure(line)) / spaces if spaces else 0
            pages[-1].append(Drawn(57 + at * (width + 16) + left, y, line, 9, stretch=stretch))
            y -= 11
        y -= gap
    for n, page in enumerate(pages, start=1):
        if row_by_row:
            page.sort(key=lambda line: (-line.y, line.x))
        page += [Drawn(57, 800, f"Seite {n}" if n % 2 else "MEINUNG", 7), Drawn(290, 50, str(n), 7)]
    return pdf(*pages)


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("columns", "indent", "gap", "row_by_row"),
    [(1, 0, 8, False), (2, 12, 0, True), (3, 12, 0, False), (4, 8, 0, True)],
)
def test_commentaries_in_columns_are_read_word_by_word(
    tmp_path: Path, path: Path, columns: int, indent: float, gap: float, row_by_row: bool
) -> None:
    # as the standard fonts of PDF have them
    text = path.read_text().encode("cp1252", "ignore").decode("cp1252")
    written = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    data = printed(written, columns=columns, indent=indent, gap=gap, row_by_row=row_by_row)
    found = " ".join(commentary.text for commentary in read(tmp_path, data))
    assert found.split() == " ".join(written).split()


@pytest.mark.parametrize(
    ("name", "page", "info", "expected"),
    [
        ("the largest heading", [Drawn(60, 800, "MEINUNG", 14), HEAD, *LEFT, *RIGHT], {}, ("Wer zögert, zahlt", None, None)),
        ("a title in the file's properties that is one", [*LEFT, *RIGHT], {"title": "Wer zögert, zahlt"}, ("Wer zögert, zahlt", None, None)),
        ("a name of a file is no title", [*LEFT, *RIGHT], {"title": "Microsoft Word - Dok1.docx"}, ("bericht", None, None)),
        ("nor is one without words", [*LEFT, *RIGHT], {"title": "S_03_2025"}, ("bericht", None, None)),
        ("a title of the program, a head on the page", [HEAD, *LEFT, *RIGHT], {"title": "Unbenannt 1"}, ("Wer zögert, zahlt", None, None)),
        ("an author whom the page names", [HEAD, Drawn(60, 770, "Von Erika Beispiel"), *LEFT, *RIGHT], {"author": "Erika Beispiel"}, ("Wer zögert, zahlt", "Erika Beispiel", None)),
        ("an author who saved the file", [HEAD, *LEFT, *RIGHT], {"author": "user01"}, ("Wer zögert, zahlt", None, None)),
        ("a byline and a date", [HEAD, Drawn(60, 775, "Von Erika Beispiel"), Drawn(60, 763, "3. November 2025"), *LEFT, *RIGHT], {}, ("Wer zögert, zahlt", "Erika Beispiel", "2025-11-03")),
        ("a first line", [Drawn(60, 780, "Wer zögert, zahlt"), *LEFT, *RIGHT], {}, ("Wer zögert, zahlt", None, None)),
        ("a title line", [Drawn(60, 780, "Wer zögert, zahlt | Erika Beispiel. 03.11.2025."), *LEFT, *RIGHT], {}, ("Wer zögert, zahlt", "Erika Beispiel", "2025-11-03")),
    ],
)  # fmt: skip
def test_title_author_and_date_are_what_the_page_says(
    tmp_path: Path, name: str, page: list[Drawn], info: dict[str, str], expected: tuple[str, str, str]
) -> None:
    (commentary,) = read(tmp_path, pdf(page, **info))
    assert (commentary.title, commentary.author, commentary.date) == expected


def test_title_lines_part_a_file(tmp_path: Path) -> None:
    page = column(
        "Eins | Erika Beispiel. 03.11.2025.", "Es regnet.", "Zwei | Hans Muster. 04.11.2025.", "Es schneit."
    )
    found = read(tmp_path, pdf(page))
    assert [(one.title, one.author, one.date) for one in found] == [
        ("Eins", "Erika Beispiel", "2025-11-03"),
        ("Zwei", "Hans Muster", "2025-11-04"),
    ]


NEXIS = (
    column("1 of 2 DOCUMENTS")
    + column("Beispiel Zeitung", y=720)
    + column("3. November 2025 Montag", y=690)
    + column("Wer zögert, zahlt später", y=660)
    + column("BYLINE: Erika Beispiel", y=630)
    + column("LENGTH: 12 Wörter", y=600)
    + column(FULL, "sagt sie.", y=570)
    + column("LOAD-DATE: November 2, 2025", y=530)
)
FACTIVA = [Drawn(60 if n % 2 == 0 else 110, 750 - 14 * (n // 2), text) for n, text in enumerate(["HD", "Wer zögert, zahlt später", "BY", "Erika Beispiel", "PD", "3. November 2025", "SN", "Beispiel Zeitung", "LP", FULL[:80], "TD", "Geschehen ist nichts."])]  # fmt: skip


@pytest.mark.parametrize(
    ("pages", "name", "number"), [([NEXIS, NEXIS], "Nexis", 2), ([FACTIVA], "Factiva", 1)]
)
def test_an_export_of_a_press_database_is_read_as_its_articles(
    tmp_path: Path, pages: list[list[Drawn]], name: str, number: int
) -> None:
    notes: list[str] = []
    found = read(tmp_path, pdf(*pages), notes=notes)
    assert f"bericht.pdf: read as an export of {name}: {number} commentaries" in notes
    assert [(one.title, one.author, one.date, one.outlet) for one in found] == [
        ("Wer zögert, zahlt später", "Erika Beispiel", "2025-11-03", "Beispiel Zeitung")
    ] * number
    assert all(FULL[:80] in one.text and "LOAD-DATE" not in one.text for one in found)


def test_marks_and_texts_of_footnotes_are_left_out(tmp_path: Path) -> None:
    def with_marks(canvas: Any) -> None:
        text = canvas.beginText(60, 600)
        text.setFont("Helvetica", 10)
        text.textOut("Das ist bekannt.")
        text.setFont("Helvetica", 6)
        text.setRise(4)
        text.textOut("12")
        text.setFont("Helvetica", 10)
        text.setRise(0)
        text.textOut(" Auf 30 m")
        text.setFont("Helvetica", 6)
        text.setRise(4)
        text.textOut("2")
        text.setFont("Helvetica", 10)
        text.setRise(0)
        text.textOut(" regnet es.")
        canvas.drawText(text)

    notes: list[str] = []
    mended: list[Mend] = []
    page = [*column(FULL, FULL, FULL, "sagt sie."), Drawn(60, 100, "12 Siehe Beispiel 2024.", 7)]
    (commentary,) = read(tmp_path, pdf(page, draw=with_marks), notes=notes, mended=mended)
    assert commentary.text.endswith("Das ist bekannt. Auf 30 m2 regnet es.")
    assert "bericht.pdf: left out of the text: 1 footnote marks" in notes
    assert [(mend.kind, mend.was) for mend in mended] == [("footnote", "12 Siehe Beispiel 2024.")]


def test_a_font_of_size_one_that_is_drawn_larger_is_as_large_as_it_is_drawn(tmp_path: Path) -> None:
    def scaled(canvas: Any) -> None:
        text = canvas.beginText()
        text.setFont("Helvetica", 1)
        for n, (words, size) in enumerate([("Wer zögert, zahlt", 20), (FULL, 10), ("sagt sie.", 10)]):
            text.setTextTransform(size, 0, 0, size, 60, 750 - 14 * n)
            text.textOut(words)
        canvas.drawText(text)

    (commentary,) = read(tmp_path, pdf([], draw=scaled))
    assert pieces(commentary) == [("title", "Wer zögert, zahlt"), ("paragraph", f"{FULL} sagt sie.")]


def test_text_that_stands_upright_only_is_read(tmp_path: Path) -> None:
    def on_edge(canvas: Any) -> None:
        canvas.translate(20, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Foto: dpa")

    notes: list[str] = []
    (commentary,) = read(tmp_path, pdf(column(FULL, "sagt sie."), draw=on_edge), notes=notes)
    assert commentary.text == f"{FULL} sagt sie."
    assert notes == ["bericht.pdf: left out of the text: 1 lines that are not upright"]


def test_ligatures_of_a_font_are_letters(tmp_path: Path) -> None:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont("Vera", "Vera.ttf"))
    (commentary,) = read(tmp_path, pdf([Drawn(60, 750, "Ein \ufb01xer Kon\ufb02ikt. Ein Satz.", 10, "Vera")]))
    assert commentary.text == "Ein fixer Konflikt. Ein Satz."


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("a scan", lambda: pdf([], draw=lambda canvas: canvas.rect(10, 10, 500, 700, fill=1)), "has no text layer: make one with ocrmypdf"),
    ("a password", lambda: pdf(column(FULL), password="geheim"), "is protected by a password: open it with that and print it"),
    ("half a file", lambda: b"%PDF-1.7\n%half", "is damaged: save it anew"),
    ("another format", lambda: b"PK\x03\x04", "is no .pdf file"),
    ("nothing", lambda: b"", "is no .pdf file"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "words"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_what_cannot_be_read_is_refused_with_a_way_out(
    tmp_path: Path, name: str, data: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, data())
    assert "\n" not in str(caught.value)


def test_pages_without_text_are_counted(tmp_path: Path) -> None:
    notes: list[str] = []
    read(tmp_path, pdf(column(FULL, "sagt sie."), [], column(OTHER)), notes=notes)
    assert notes == ["bericht.pdf: no text on 1 of 3 pages, the first is page 2"]


def test_a_packed_pdf_is_read(tmp_path: Path) -> None:
    import gzip

    (commentary,) = read(tmp_path, gzip.compress(pdf(column(FULL, "sagt sie."))), "bericht.pdf.gz")
    assert (commentary.title, commentary.text) == ("bericht", f"{FULL} sagt sie.")
