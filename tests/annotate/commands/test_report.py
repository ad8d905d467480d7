"""`standpunkt report`: its files, its refusals, and the sheet."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from made_study import make_study

from annotate.study.folder import Study
from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "probe")


def test_it_writes_page_markdown_and_paper(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    given = ("--study", study.folder, "--no-evaluation")
    ran = standpunkt("report", *given, "--markdown", tmp_path / "r.md", "--for-paper", tmp_path / "paper")
    assert ran.code == 0
    assert "Das lässt sich sagen" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert (study.reports / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "r.md").read_text("utf-8").startswith("# Bericht über die Studie probe")
    assert (tmp_path / "paper" / "tables" / "agreement.tex").exists()
    assert f"written: {tmp_path / 'paper' / 'methods.md'}" in ran.err
    page = (study.reports / "report.html").read_bytes()
    standpunkt("report", *given)
    assert (study.reports / "report.html").read_bytes() == page


def test_the_numbers_are_there_as_json(standpunkt: Run, study: Study) -> None:
    given = ("--study", study.folder, "--json")
    found = standpunkt("report", *given, "--no-evaluation", "--names").json
    assert found["agreement"] == standpunkt("agree", *given).json
    assert found["audit"] == standpunkt("audit", *given).json
    assert [person["annotator"] for person in found["people"]] == ["anna", "ben", "cara"]


def test_links_to_tasks_are_there_with_names_only(standpunkt: Run, study: Study) -> None:
    standpunkt("report", "--study", study.folder, "--no-evaluation")
    assert "anna" not in (study.reports / "report.html").read_text("utf-8")


def test_a_machine_is_compared_with_people(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    given = ("--study", study.folder, "--no-evaluation", "--machine", "cara", "--html", tmp_path / "m.html")
    assert standpunkt("report", *given).code == 0
    assert "Menschen und Maschinen" in (tmp_path / "m.html").read_text("utf-8")
    wrong = standpunkt("report", "--study", study.folder, "--no-evaluation", "--machine", "dora")
    assert 'no coding by the model "dora"' in wrong.error
    for verb in ("report", "agree"):
        missing = standpunkt(verb, "--study", study.folder, "--machine", "llm.jsonl")
        assert missing.error == "error: llm.jsonl: no such file"


def test_a_sheet_is_for_one_person_and_nobody_else_reads_it(standpunkt: Run, study: Study) -> None:
    ran = standpunkt("report", "--study", study.folder, "--annotator", "anna")
    assert ran.code == 0
    sheet = study.reports / "sheet-anna.html"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    for words in (ran.out, sheet.read_text("utf-8")):
        assert "Blatt für anna" in words
        assert not {"ben", "cara"} & {*words.replace(".", " ").replace(",", " ").split()}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--lang", "fr"), '"fr": expected de or en'),
        (("--annotator", "anne"), 'no coding by "anne"; did you mean "anna"?'),
        (("--annotator", "anna", "--names"), "--annotator writes a person's sheet"),
    ],
)
def test_what_cannot_be_done_is_said(
    standpunkt: Run, study: Study, options: tuple[str, ...], words: str
) -> None:
    assert words in standpunkt("report", "--study", study.folder, *options).error


def test_a_folder_with_files_is_not_written_to(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper" / "mine.md").write_text("x", "utf-8")
    ran = standpunkt("report", "--study", study.folder, "--for-paper", tmp_path / "paper")
    assert "is not empty, nothing was written" in ran.error


def test_a_study_without_codings_names_the_verb(standpunkt: Run, study: Study) -> None:
    study.annotations.unlink()
    assert "run `standpunkt pull` first" in standpunkt("report", "--study", study.folder).error
