"""A wrong use is one line that says where, what was found and what was expected, and one that names the help."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from exports.formats.write import check_output, format_named
from running import Ran
from schemas.errors import DataError
from schemas.files import check_writable

Run = Callable[..., Ran]
#: What is typed, what the line says, and the command whose help is named.
WRONG = [
    ("tga a.txt", 'no verb "tga"; did you mean "tag"?', ""),
    ("--verson", 'no option --verson; did you mean "--version"?', ""),
    ("--version=3", "option '--version' does not take a value", ""),
    ("studio begin", 'studio: no verb "begin"; expected one of install, start, status, stop, trust', "studio"),
    ("codebook lnt", 'codebook: no verb "lnt"; did you mean "lint"?', "codebook"),
    ("tag", "tag: FILE… is missing: Files or folders of commentaries; - is standard input", "tag"),
    ("annotators rename anna", "annotators rename: NEW is missing: The new name: small letters", "annotators rename"),
    ("codebook render a", "codebook render: --to is missing: Output: studio, guidelines", "codebook render"),
    ("tag a.txt --wokers 2", 'tag: no option --wokers; did you mean "--workers"?', "tag"),
    ("agree --unit x", "agree: no option --unit", "agree"),
    ("tag a.txt -m", "tag: option '-m' requires an argument: Model folder (default: the study's latest", "tag"),
    ("studio start --database", "studio start: option '--database' requires an argument: post", "studio start"),
    ("tag a.txt --json=3", "tag: option '--json' does not take a value: Print the report as one", "tag"),
    ("report extra", "report: got unexpected extra argument", "report"),
    ("tag a.txt --workers viele", 'tag --workers: "viele": should be a valid integer', "tag"),
    ("tag a.txt --workers 0", 'tag --workers: "0": should be greater than or equal to 1', "tag"),
    ("tag a.txt --fail-under 2", 'tag --fail-under: "2": should be less than or equal to 1', "tag"),
    ("select viele", 'select N: "viele": should be a valid integer', "select"),
    ("select 5 --strategy best", "select --strategy: 'best' is not one of 'mixed', 'random'", "select"),
    ("evaluate --by autor", 'evaluate --by: "autor": expected one of commentary, target, author, date', "evaluate"),
    ("tag a.txt --part 5/3", 'tag --part: "5/3": expected K/N as in 3/64', "tag"),
    ("pull --project 3", "pull: --project and --map must be used together", "pull"),
    ("serve --address x", "serve --address: needs --connect", "serve"),
]  # fmt: skip


@pytest.fixture
def study(standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study in the current folder, with a file beside its own."""
    assert standpunkt("init", tmp_path / "s", "--targets", "ziele-ukraine", "--annotators", "anna").code == 0
    monkeypatch.chdir(tmp_path / "s")
    Path("a.txt").write_text("Ein Titel | Anne Muster. 01.02.2025.\n\nDas ist ein Satz.\n", "utf-8")
    return tmp_path / "s"


@pytest.mark.parametrize(("typed", "line", "helped"), WRONG, ids=[typed for typed, *_ in WRONG])
@pytest.mark.usefixtures("study")
def test_a_wrong_use_is_a_line_and_a_hint(standpunkt: Run, typed: str, line: str, helped: str) -> None:
    ran = standpunkt(*shlex.split(typed))
    assert (ran.code, ran.out) == (2, "")
    said, hint = ran.err.splitlines()
    assert said.startswith(f"error: {line}")
    assert hint.startswith("see ") and hint.endswith(f"{helped} --help".removeprefix(" "))


@pytest.mark.parametrize("typed", ["", "studio", "codebook", "model"])
def test_who_asks_nothing_is_shown_the_help(standpunkt: Run, typed: str) -> None:
    ran = standpunkt(*typed.split())
    assert "Commands" in ran.out + ran.err
    assert "error:" not in ran.err


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("push --overlap 2", "overlap: must be between 0 and 1, got 2.0 (set --overlap)"),
        ("status --url hallo", '"hallo" is not an address; expected http://… or https://…'),
        ("status --url ftp://x", '"ftp://x" is not an address; expected http://… or https://…'),
        ("init a.txt --targets ziele-ukraine", "a.txt is a file, expected a folder"),
        ("init a.txt/neu --targets ziele-ukraine", "a.txt is a file, expected a folder"),
        ("demo a.txt --study-only", "a.txt is a file, expected a folder"),
        ("train -o a.txt", "a.txt is a file, expected a folder"),
        ("train -o a.txt/neu/model", "a.txt is a file, expected a folder"),
        ("evaluate --html a.txt/seite.html", "a.txt is a file, expected a folder"),
    ],
)
@pytest.mark.usefixtures("study")
def test_what_cannot_be_done_is_refused_before_any_work(standpunkt: Run, typed: str, line: str) -> None:
    ran = standpunkt(*shlex.split(typed))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ") and ran.err.endswith(f"{line}\n") and ran.err.count("\n") == 1


@pytest.mark.parametrize("output", ["a.txt/neu", "a.txt/neu.csv"])
@pytest.mark.usefixtures("study")
def test_an_export_looks_for_its_place_first(output: str) -> None:
    with pytest.raises(DataError, match=r": a\.txt is a file, expected a folder$"):
        check_output(output, format_named("long"))


def test_a_folder_that_may_not_be_written_in_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_writable(tmp_path / "a" / "b.csv")
    monkeypatch.setattr(os, "access", lambda path, rights: path != tmp_path)
    with pytest.raises(DataError, match=f"there is no right to write in {tmp_path}$"):
        check_writable(tmp_path / "a" / "b.csv")
