"""Tables with a commentary a row: which column is what, and what is refused. A case a line."""

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from running import Ran
from schemas.errors import DataError
from schemas.records import Commentary


def read(path: Path, data: bytes | str, **options: Any) -> list[Commentary]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_commentaries([path], **options))


def workbook(*sheets: list[list[Any]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for n, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Blatt{n}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "table", "note"),
    [
        ("a.csv", "title,author,date,text\nT,A,2025-11-03,Es regnet.\n", None),
        ("a.csv", "Titel;Autorin;Datum;Volltext\r\nT;A;3.11.2025;Es regnet.\r\n", "columns read: Titel as title, Autorin as author, Datum as date, Volltext as text"),
        ("a.csv", 'Nr;"Ti;tel";Titel;Autor/in;Erschienen am;Text\n1;x;T;A;3. November 2025;"Es\nregnet."\n', "columns read: Titel as title, Autor/in as author, Erschienen am as date, Text as text; not read: Nr, Ti;tel"),
        ("a.csv", "sep=|\ntitle|author|date|text\nT|A|2025-11-03|Es regnet.\n", None),
        ("a.csv", "\ufefftitle,author,date,text\nT,A,2025-11-03,Es regnet.\n,,,\n", None),
        ("a.tsv", "title\tauthor\tdate\ttext\nT\tA\t2025-11-03\tEs regnet.\n", None),
        ("a.csv", "headline,title,author,date,content,text\nX,T,A,2025-11-03,Nein.,Es regnet.\n", "not read: headline, content"),
        ("a.csv", "title,author,date,text\nT,A,2025-11-03,Es regnet.\nU,B,2025-11-04,\n", "1 rows without text not read, the first in line 3"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_headings_and_said(
    tmp_path: Path, name: str, table: str, note: str | None
) -> None:
    notes: list[str] = []
    [found] = read(tmp_path / name, table, notes=notes)
    assert (found.title, found.author, found.date, found.text.replace("\n", " ")) == (
        "T",
        "A",
        "2025-11-03",
        "Es regnet.",
    )
    assert notes == ([f"{name}: {note}"] if note else [])


def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    rows = [
        ["id", "Titel", "Datum", "Text"],
        [7, "T", datetime.datetime(2025, 11, 3, 8), "Es regnet."],
        [None] * 4,
        [8.0, 1984, "4.11.2025", "Da."],
    ]
    notes: list[str] = []
    found = read(tmp_path / "a.xlsx", workbook([], rows, [["x"]]), notes=notes)
    assert [(c.commentary_id, c.title, c.date, c.text) for c in found] == [("7", "T", "2025-11-03", "Es regnet."), ("8", "1984", "2025-11-04", "Da.")]  # fmt: skip
    assert notes[0] == "a.xlsx: read of sheet Blatt2; not read: Blatt3"


def test_a_table_in_another_encoding_is_read_and_one_in_utf8_stays(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-8"):
        [found] = read(tmp_path / "a.csv", "title;text\nÖl;Größe.\n".encode(encoding), encoding="cp1252")
        assert (found.title, found.text) == ("Öl", "Größe.")


def test_columns_can_be_named(standpunkt: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("A;B;C;D\nT;N;3.11.2025;Es regnet.\n", "utf-8")
    names = ["--text-column", "D", "--title-column", "A", "--author-column", "B", "--date-column", "C"]
    ran: Ran = standpunkt(
        "split", tmp_path / "a.csv", *names, "--commentaries", tmp_path / "c.jsonl", "--json"
    )
    assert ran.code == 0
    [found] = read_commentaries([tmp_path / "c.jsonl"])
    assert (found.title, found.author, found.date, found.text) == ("T", "N", "2025-11-03", "Es regnet.")
    assert ran.json["notes"] == ["a.csv: columns read: A as title, B as author, C as date, D as text"]


FAR = {
    "a row far away": lambda sheet: sheet.replace(
        "</sheetData>", '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData>'
    ),
    "an entity": lambda sheet: (
        '<!DOCTYPE d [<!ENTITY a "aaaa">]>'
        + sheet.partition("?>")[2].replace(
            "</sheetData>", '<row r="3"><c r="A3" t="str"><v>&a;</v></c></row></sheetData>'
        )
    ),
}


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(9):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", b" " * 2**24)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "options", "words"),
    [
        ("a.csv", "", {}, "is empty"),
        ("a.csv", "a,b\n1,2\n", {}, "no column is called text"),
        ("a.csv", "a,b\n1,2\n", {"columns": {"text": "Bb"}}, 'has no column "Bb" for text'),
        ("a.csv", "title,text\nÖl,Größe\n".encode("cp1252"), {}, "not utf-8"),
        ("a.csv", "title,text\nT," + "x" * 10_000_001 + "\n", {}, "field larger"),
        ("a.xlsx", b"kein Excel", {}, "is no .xlsx file"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, {}, "password"),
        ("a.xlsx", b"PK\x03\x04", {}, "cannot be unpacked"),
        ("a.xls", b"\xd0\xcf\x11\xe0", {}, "save it as .xlsx"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[:12],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_one_line(
    tmp_path: Path, name: str, data: Any, options: Any, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path / name, data, **options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def _no_workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", "b")
    return out.getvalue()


@pytest.mark.parametrize(
    "kind", ["bomb", "no workbook", "damaged", "empty", "no part", "a row far away", "an entity"]
)
def test_a_workbook_that_cannot_be_read_is_one_line(tmp_path: Path, kind: str) -> None:
    good = workbook([["text"], ["Es regnet."]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            if "worksheets" in name and kind == "damaged":
                archive.writestr(name, source.read(name)[:-60])
            elif "worksheets" in name and kind in FAR:
                archive.writestr(name, FAR[kind](source.read(name).decode()))
            elif not ("worksheets" in name and kind == "no part"):
                archive.writestr(name, source.read(name))
    made = {"bomb": _bomb, "no workbook": _no_workbook, "empty": lambda: workbook([])}.get(kind, out.getvalue)
    problems: list[DataError] = []
    found = read(tmp_path / "a.xlsx", made(), passed_over=problems)
    assert len(problems) == 1 and "\n" not in str(problems[0])
    assert len(found) <= 1
