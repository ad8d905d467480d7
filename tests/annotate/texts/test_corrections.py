"""Corrections say what was and what is, and are made only where that fits."""

from pathlib import Path

import pytest

from annotate.texts.corrections import Correction, corrected, read_corrections, unused_corrections
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
