"""What verbs say of a study: sentences, labels and plain words, within 80 columns."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotate.study.folder import Study
from coded_study import coded_study
from running import Ran
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation

Run = Callable[..., Ran]
pytestmark = pytest.mark.usefixtures("quick_training")


@pytest.fixture
def few(tmp_path: Path) -> Study:
    """Forty sentences of the demo, coded by two."""
    study = coded_study(tmp_path / "s", only="krieg.txt")
    rows = list(read_jsonl(study.annotations, Annotation))
    first = list(dict.fromkeys(row.sentence_id for row in rows))[:40]
    write_jsonl(study.annotations, [row for row in rows if row.sentence_id in first])
    return study


@pytest.fixture(autouse=True)
def here(few: Study, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(few.folder)
    yield


def test_a_tie_is_shown_with_its_sentence_and_in_labels(standpunkt: Run) -> None:
    said = standpunkt("adjudicate").err
    assert "„Ich hoffe, er bleibt noch eine Weile dabei.“" in said
    assert "stance: Ja 1, no stance 1 – Ist Trumps Außenpolitik richtig?" in said
    assert "unrelated" not in said
    assert ":db414c4b" not in said
    assert max(map(len, said.splitlines())) <= 80


def test_a_date_out_of_line_is_said_with_the_title_and_its_neighbours(standpunkt: Run) -> None:
    ran = standpunkt("split")
    assert "„Alaska oder: Der Teppich war schön“: date out of line: 2026-08-20, beside" in ran.err
    assert "[" not in ran.err
    assert max(map(len, ran.err.splitlines())) <= 80


@pytest.mark.slow
def test_a_likely_error_is_shown_with_its_sentence(standpunkt: Run) -> None:
    standpunkt("adjudicate")
    said = standpunkt("evaluate", "--encoder", "none").out
    assert ", rather " in said
    assert "voice, function, stance, rhetoric: what more coded" in said.replace("\n  ", " ")
    assert ":db414c4b" not in said
    assert max(map(len, said.splitlines())) <= 80


def test_verbs_end_with_the_next_step_and_json_is_left_alone(standpunkt: Run) -> None:
    assert standpunkt("agree").err.endswith("next: `standpunkt adjudicate` (decides the codings into gold)\n")
    assert standpunkt("adjudicate").err.endswith("(says what may be said with the study)\n")
    assert standpunkt("adjudicate", "--json").err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("codebook", "lint"),
        ("codebook", "render", "--to", "instructions"),
        ("agree", "data/annotations.jsonl"),
        ("export", "data/annotations.jsonl", "-o", "x"),
        ("train", "--gold", "data/gold.jsonl", "-o", "m", "--encoder", "none", "--no-evaluate"),
    ],
)
def test_in_a_study_its_codebook_needs_no_naming(standpunkt: Run, words: tuple[str, ...]) -> None:
    standpunkt("adjudicate")
    ran = standpunkt(*words)
    assert ran.code == 0, ran.err


def test_outside_a_study_a_codebook_has_to_be_named(
    standpunkt: Run, few: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(few.folder.parent)
    ran = standpunkt("codebook", "lint")
    assert ran.code == 2
    assert "name a codebook" in ran.err
    assert "exports need their codebook" in standpunkt("agree", few.annotations).error
