"""Plain text that was copied or converted from a page: its paragraphs, and what stays as it is. A case a line."""

import random
from pathlib import Path

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.layout.mends import Mend
from annotate.texts.layout.wrapped import comes_from_a_page
from printed import wrapped
from schemas.records import Commentary

DEMO = sorted((Path(__file__).parents[4] / "annotate/demo/commentaries").glob("*.txt"))
PARTED = "Die Regierung zögert, und sie zö-\ngert schon lange. Das hat die Re-\ngierung selbst gesagt, wie man\nhört.\n"


def read(folder: Path, text: str) -> tuple[Commentary, list[Mend], list[str]]:
    (folder / "a.txt").write_text(text)
    mended: list[Mend] = []
    notes: list[str] = []
    return next(iter(read_commentaries([folder / "a.txt"], mended=mended, notes=notes))), mended, notes


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (PARTED, ["Die Regierung zögert, und sie zögert schon lange. Das hat die Regierung selbst gesagt, wie man hört."]),
        (PARTED + "\n" + PARTED.replace("Die", "Jene", 1), ["Die Regierung zögert, und sie zögert schon lange. Das hat die Regierung selbst gesagt, wie man hört.", "Jene Regierung zögert, und sie zögert schon lange. Das hat die Regierung selbst gesagt, wie man hört."]),
        ("   Seit Wochen wird gere-\ndet, und nichts geschieht da-\nbei. Das ist lange bekannt.\n   Nun reicht es aber jedem,\nder bei uns im Lande lebt.\n", ["Seit Wochen wird geredet, und nichts geschieht dabei. Das ist lange bekannt.", "Nun reicht es aber jedem, der bei uns im Lande lebt."]),
        ("Die Zeitung  1\n\nEs wird gere-\ndet, und nichts geschieht da-\nbei, denn keiner will\f"
         "Die Zeitung  2\n\nzahlen, was es kostet, wenn\nman lange wartet und\f"
         "Die Zeitung  3\n\nimmer weiter wartet, bis\nes zu spät ist.\n", ["Es wird geredet, und nichts geschieht dabei, denn keiner will zahlen, was es kostet, wenn man lange wartet und immer weiter wartet, bis es zu spät ist."]),
        # what was not wrapped on a page
        ("Ost- und Westeuropa-\nfreunde.\nSie kommen.\nSie gehen.\n", ["Ost- und Westeuropa-", "freunde.", "Sie kommen.", "Sie gehen."]),
        ("Ein Titel\nEin Satz, der lang ist und auf einer Zeile steht.\nNoch einer.\n", ["Ein Titel", "Ein Satz, der lang ist und auf einer Zeile steht.", "Noch einer."]),
    ],
)  # fmt: skip
def test_paragraphs_are_rebuilt_from_the_lines_of_a_page(
    tmp_path: Path, text: str, paragraphs: list[str]
) -> None:
    commentary, mended, _ = read(tmp_path, text)
    assert [commentary.text[block.start : block.end] for block in commentary.blocks] == paragraphs
    lines = text.replace("\f", "\n").split("\n")
    for mend in mended:
        assert isinstance(mend.line, int) and mend.was.split("\n")[0] in lines[mend.line - 1]


def test_what_was_mended_is_told_and_counted(tmp_path: Path) -> None:
    _, mended, notes = read(tmp_path, PARTED)
    assert [(mend.source, mend.line, mend.was, mend.is_) for mend in mended] == [
        ("a.txt", 1, "zö-\ngert", "zögert"),
        ("a.txt", 2, "Re-\ngierung", "Regierung"),
    ]
    assert notes == ["a.txt: mended 2 places: 2 hyphens at line ends"]


def test_an_export_of_a_press_database_is_read_as_one(tmp_path: Path) -> None:
    export = f"1 of 1 DOCUMENTS\n\nBlatt\n\n3. November 2025\n\nTitel\n\nBYLINE: Anna Weiß\n\n{PARTED}\fLOAD-DATE: May 5, 2025\n"
    assert comes_from_a_page(PARTED)
    commentary, _, notes = read(tmp_path, export)
    assert (commentary.title, commentary.author, commentary.outlet) == ("Titel", "Anna Weiß", "Blatt")
    assert notes == ["a.txt: read as an export of Nexis: 1 commentaries"]


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_what_a_page_had_wrapped_is_read_as_it_was_written(tmp_path: Path, path: Path) -> None:
    rng = random.Random(1)
    written = [" ".join(line.split()) for line in path.read_text().splitlines() if line.strip()]
    pages = "\n\n".join("\n".join(wrapped(line, 70, rng)) for line in written)
    (tmp_path / "a.txt").write_text(pages)
    found = "\n\n".join(commentary.text for commentary in read_commentaries([tmp_path / "a.txt"]))
    assert found.split() == " ".join(written).split()
