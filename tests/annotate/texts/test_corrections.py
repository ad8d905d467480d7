"""Corrections say what was and what is, and are made only where that fits."""

from pathlib import Path

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.corrections import Correction, corrected, read_corrections, unused_corrections
from annotate.texts.sentences import split_sentences
from schemas.errors import DataError
from schemas.records import Commentary

COMMENTARY = Commentary(
    commentary_id="winter-1",
    title="Der Winter",
    author="Anna Weis",
    date="2026-11-03",
    text="Ein Fehler im Fehlr.",
    blocks=[],
)


def fix(field: str, was: str, now: str) -> Commentary:
    return corrected(COMMENTARY, [Correction(commentary="winter-1", field=field, was=was, is_=now)])


def write(folder: Path, text: str) -> Path:
    path = folder / "corrections.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_of_corrections_is_read(tmp_path: Path) -> None:
    text = (
        "- commentary: winter-1\n  field: date\n  was: 03.11.2026\n  is: 2025-11-03\n  reason: Tippfehler\n"
    )
    assert read_corrections(write(tmp_path, text)) == [
        Correction(
            commentary="winter-1", field="date", was="03.11.2026", is_="2025-11-03", reason="Tippfehler"
        )
    ]
    assert read_corrections(write(tmp_path, "")) == []
    assert read_corrections(write(tmp_path, "# noch keine\n")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- commentary: a\n  field: datum\n", 'field "datum" cannot be corrected'),
        ("- commentary: a\n  field: dat\n", 'did you mean "date"'),
        ("- commentary: a\n  field: date\n  is: morgen\n", '"morgen" is no date'),
        ("- field: date\n", "commentary"),
        ("commentary: a\n", "not a list of corrections"),
        ("- [\n", "not YAML"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=r"corrections\.yaml") as caught:
        read_corrections(write(tmp_path, text))
    assert words in str(caught.value)


def test_an_error_names_the_line_of_the_correction(tmp_path: Path) -> None:
    text = "- commentary: a\n  field: date\n- commentary: b\n  field: x\n"
    with pytest.raises(DataError, match=r"corrections\.yaml:3: "):
        read_corrections(write(tmp_path, text))


@pytest.mark.parametrize(
    ("field", "was", "now", "expected"),
    [
        ("date", "2026-11-03", "2025-11-03", "2025-11-03"),
        ("date", "03.11.2026", "3. November 2025", "2025-11-03"),
        ("date", "2026-11-03", "", None),
        ("author", "Anna Weis", "Anna Weiß", "Anna Weiß"),
        ("outlet", "", "Morgenblatt", "Morgenblatt"),
        ("text", "Fehlr.", "Fehler.", "Ein Fehler im Fehler."),
    ],
)
def test_a_correction_changes_its_field_and_leaves_a_flag(
    field: str, was: str, now: str, expected: str | None
) -> None:
    found = fix(field, was, now)
    assert getattr(found, field) == expected
    assert found.flags == [f"corrected:{field}"]
    assert found.commentary_id == "winter-1"


@pytest.mark.parametrize(
    ("field", "was", "words"),
    [
        ("date", "2024-11-03", '"2024-11-03" does not stand there; found "2026-11-03"'),
        ("author", "", 'found "Anna Weis"'),
        ("text", "Irrtum", "occurs 0 times"),
        ("text", "ehl", "occurs 2 times"),
    ],
)
def test_a_correction_of_what_does_not_stand_there_names_both(field: str, was: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        fix(field, was, "anders")
    assert words in str(caught.value)
    assert "winter-1" in str(caught.value)


def test_a_correction_of_another_commentary_does_nothing() -> None:
    other = Correction(commentary="sommer-1", field="date", was="x", is_="y")
    assert corrected(COMMENTARY, [other]) == COMMENTARY
    assert unused_corrections([other], [COMMENTARY]) == [other]


TEXT = "Der Winter | Anna Weiß. 25.10.2025.\n\nEs regnet.\n\nDer Preis\n\nEs hagelt,\n\nund es schneit.\n\nFoto: dpa\n"
TWO = TEXT + "\nDer Sommer; Karl Roth; 26.10.2025\n\nEs ist heiß.\n\nMehr davon\n"


def read(folder: Path, text: str, *corrections: tuple[str, str, str]) -> list[Commentary]:
    (folder / "a.txt").write_text(text, "utf-8")
    [winter, *_] = read_commentaries([folder / "a.txt"])
    made = [
        Correction(commentary=winter.commentary_id, field=field, was=was, is_=now)
        for field, was, now in corrections
    ]
    return list(read_commentaries([folder / "a.txt"], corrections=made))


def sentences(commentary: Commentary) -> list[str]:
    return [sentence.text for sentence in split_sentences(commentary)]


def test_a_line_can_be_left_out_and_another_kept(tmp_path: Path) -> None:
    [found] = read(tmp_path, TEXT, ("left_out", "Der Preis", ""), ("kept", "Foto: dpa", ""))
    assert sentences(found) == ["Es regnet.", "Es hagelt,", "und es schneit.", "Foto: dpa"]
    assert [block.continues for block in found.blocks if block.kind == "paragraph"] == [
        False,
        False,
        True,
        False,
    ]
    assert [flag for flag in found.flags if flag.startswith("corrected")] == [
        "corrected:left_out",
        "corrected:kept",
    ]
    assert found.captions == []


def test_a_line_can_be_made_a_title_line_and_parts_the_text(tmp_path: Path) -> None:
    winter, sommer = read(tmp_path, TWO, ("title_line", "Der Sommer; Karl Roth; 26.10.2025", ""))
    assert sentences(winter)[-1] == "und es schneit."
    assert (sommer.title, sommer.author, sommer.date) == ("Der Sommer", "Karl Roth", "2025-10-26")
    assert sentences(sommer) == ["Es ist heiß.", "Mehr davon"]
    assert "corrected:title_line" in sommer.flags
    assert "looks_like_title_line" not in sommer.flags


def test_a_title_line_may_be_said_otherwise_and_corrections_behind_it_are_made(tmp_path: Path) -> None:
    _, sommer = read(
        tmp_path,
        TWO,
        ("title_line", "Der Sommer; Karl Roth; 26.10.2025", "Sommer | Karla Roth. 27.10.2025"),
        ("left_out", "Mehr davon", ""),
    )
    assert (sommer.title, sommer.author, sommer.date) == ("Sommer", "Karla Roth", "2025-10-27")
    assert sentences(sommer) == ["Es ist heiß."]


def test_two_lines_can_be_made_title_lines_at_once(tmp_path: Path) -> None:
    found = read(tmp_path, TWO, ("title_line", "Mehr davon", ""), ("title_line", "Der Preis", ""))
    assert [commentary.title for commentary in found] == ["Der Winter", "Der Preis", "Mehr davon"]


@pytest.mark.parametrize(
    ("field", "was", "words"),
    [
        ("left_out", "Der Preis steigt", "is no whole line"),
        ("kept", "Der Prei", "is no whole line"),
        ("title_line", "Gar nicht da", "stands on 0 lines"),
    ],
)
def test_a_correction_of_a_line_that_is_not_there_is_refused(
    tmp_path: Path, field: str, was: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, TEXT, (field, was, ""))
    assert words in str(caught.value)
