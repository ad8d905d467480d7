"""What `codebook diff` and `codebook migrate` print, without a server."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from annotate.commands.migrate import diff, migrate
from schemas.errors import DataError

BOOK = """\
codebook: probe
version: 1.0.0
language: de
layers: [{id: tone, kind: one, label: Ton, codes: [{id: calm, label: ruhig}, {id: loud, label: laut}]}]
"""
app = typer.Typer()
app.command("diff")(diff)
app.command("migrate")(migrate)


@pytest.fixture
def books(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "codebook.yaml", tmp_path / "neu.yaml"
    old.write_text(BOOK, "utf-8")
    new.write_text(BOOK.replace("1.0.0", "2.0.0").replace("id: calm", "id: quiet"), "utf-8")
    (tmp_path / "study.yaml").write_text("study: s\n", "utf-8")
    return old, new


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_diff_names_what_changed(books: tuple[Path, Path]) -> None:
    done = run("diff", *books)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "renamed code tone.calm → tone.quiet, told by its label",
        "1.0.0 → 2.0.0: asks for a major step",
    ]


def test_diff_as_json_says_where_ids_went(books: tuple[Path, Path]) -> None:
    found = json.loads(run("diff", *books, "--json").stdout)
    assert (found["asks_for"], found["step"]) == ("major", "major")
    assert found["codes"] == {"tone": {"calm": ["tone.quiet"], "loud": ["tone.loud"]}}
    assert found["changes"][0]["what"] == "renamed"


def test_diff_of_two_that_are_alike(books: tuple[Path, Path]) -> None:
    assert run("diff", books[0], books[0]).stdout.splitlines() == [
        "nothing changed",
        "1.0.0 → 1.0.0: asks for no step",
    ]


def test_diff_prints_the_changes_of_a_wrong_step_too(books: tuple[Path, Path]) -> None:
    books[1].write_text(books[1].read_text("utf-8").replace("2.0.0", "1.0.1"), "utf-8")
    done = run("diff", *books)
    assert "renamed code tone.calm" in done.stdout
    assert isinstance(done.exception, DataError)
    assert "expected at least 2.0.0" in str(done.exception)


def test_migrate_says_what_it_did(books: tuple[Path, Path]) -> None:
    study = books[0].parent
    dry = run("migrate", *books, "--study", study, "--files-only", "--dry-run")
    assert "files would be changed: codebook.yaml" in dry.stdout
    assert "id: calm" in books[0].read_text("utf-8")
    done = run("migrate", *books, "--study", study, "--files-only")
    assert done.stdout.splitlines()[0] == "1.0.0 → 2.0.0"
    assert f"backup: {study / 'backups' / 'codebook-1.0.0-2.0.0'}" in done.stdout
    assert "id: quiet" in books[0].read_text("utf-8")
    back = run("migrate", *books, "--study", study, "--files-only", "--undo")
    assert back.stdout.splitlines()[0] == "2.0.0 → 1.0.0"
    assert books[0].read_text("utf-8") == BOOK


def test_undo_takes_no_map(books: tuple[Path, Path]) -> None:
    assert run("migrate", *books, "--undo", "--map", books[0]).exit_code == 2
