"""``split --check``: what was taken out of files, on the terminal, as JSON and as a page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from press_texts import NEXIS, PAGE

from schemas.jsonl import write_jsonl

Run = Callable[..., Any]
ODD = "Der Winter kommt | Anna Weiß. 25.10.2025.\n\nEs regnet.\n\nDer Sommer; Karl Roth; 26.10.2025\n\nEs hagelt.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texte"
    folder.mkdir()
    for name, text in (("a.txt", PAGE), ("b.txt", NEXIS), ("c.txt", ODD)):
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_check_says_in_80_columns_what_was_taken_and_writes_nothing(standpunkt: Run, folder: Path) -> None:
    before = sorted(folder.parent.rglob("*"))
    ran = standpunkt("split", folder, "--check")
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "   5  !  looks like a title line  Der Sommer; Karl Roth; 26.10.2025" in ran.out
    assert "  10    credit     Ein Ofen in Bonn. Foto: Karl Roth / dpa" in ran.out
    assert "  11    database  LENGTH: 12 Wörter" in ran.out
    assert sorted(folder.parent.rglob("*")) == before


def test_a_check_gives_the_same_as_an_object(standpunkt: Run, folder: Path) -> None:
    ran = standpunkt("split", folder, "--check", "--json")
    report = json.loads(ran.out)
    assert list(report) == ["files", "notes", "failed"]
    assert [file["file"] for file in report["files"]] == ["a.txt", "b.txt", "c.txt"]
    assert list(report["files"][0]) == ["file", "counted", "commentaries", "left_out"]
    [commentary] = report["files"][2]["commentaries"]
    assert list(commentary) == [
        "commentary_id", "title", "title_line", "author", "author_line", "date", "date_line", "first_line", "last_line",
        "sentences", "left_out", "odd",
    ]  # fmt: skip
    assert commentary["odd"] == [
        {"line": 5, "kind": "looks_like_title_line", "found": "Der Sommer; Karl Roth; 26.10.2025", "block": 2}
    ]


def test_a_check_names_what_cannot_be_read_and_ends_with_1(standpunkt: Run, folder: Path) -> None:
    (folder / "d.txt").write_bytes(b"")
    ran = standpunkt("split", folder, "--check", "--json")
    assert ran.code == 1
    assert "d.txt: is empty" in ran.err
    assert [Path(row["input"]).name for row in json.loads(ran.out)["failed"]] == ["d.txt"]


@pytest.mark.parametrize("option", [("-o", "s.jsonl"), ("--commentaries", "c.jsonl"), ("--force",)])
def test_a_check_and_what_writes_are_wrong_use(
    standpunkt: Run, folder: Path, option: tuple[str, ...]
) -> None:
    ran = standpunkt("split", folder, "--check", *option)
    assert ran.code == 2
    assert "--check writes nothing" in ran.err


def test_a_split_begins_with_a_few_lines_of_the_same(standpunkt: Run, folder: Path, tmp_path: Path) -> None:
    ran = standpunkt("split", folder, "-o", tmp_path / "s.jsonl")
    lines = ran.err.splitlines()
    assert lines[0] == "a.txt: 1 commentary, 4 sentences, title at line 3"
    assert "b.txt: 2 commentaries, 3 sentences, titles at lines 7, 27" in lines
    assert "  look at: looks like a title line (5)" in lines
    assert max(map(len, lines[: lines.index("  look at: looks like a title line (5)")])) <= 80


def test_of_many_files_a_split_tells_of_the_first(standpunkt: Run, tmp_path: Path) -> None:
    folder = tmp_path / "viele"
    folder.mkdir()
    for n in range(30):
        (folder / f"{n:02}.txt").write_text(f"Titel {n} | Anna Weiß. 25.10.2025.\n\nEs regnet.\n", "utf-8")
    ran = standpunkt("split", folder, "-o", tmp_path / "s.jsonl")
    assert "… and 20 more files: `standpunkt split --check` tells of all" in ran.err
    assert len(ran.err.splitlines()) < 15


def test_of_a_file_of_very_many_commentaries_a_split_says_how_many_it_did_not_look_at(
    standpunkt: Run, tmp_path: Path
) -> None:
    rows = [{"title": f"Titel {n}", "text": f"Es regnet {n} Stunden lang."} for n in range(1003)]
    write_jsonl(tmp_path / "viele.jsonl", rows)
    ran = standpunkt("split", tmp_path / "viele.jsonl", "-o", tmp_path / "s.jsonl")
    assert "… and 3 more commentaries: `standpunkt split --check` tells of all" in ran.err
    assert "1,003 commentaries, 1,003 sentences" in ran.err


def test_the_page_is_written_and_said(standpunkt: Run, folder: Path, tmp_path: Path) -> None:
    ran = standpunkt("split", folder, "--html", tmp_path / "seite.html")
    assert ran.code == 0
    assert "written: " in ran.err
    page = (tmp_path / "seite.html").read_text("utf-8")
    assert page.count("<article") == 4
    assert "Sieht aus wie eine Titelzeile." in page
