"""`standpunkt demo`: what it shows, and the study that it lays without a server."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.commands.demo import command_name, has_browser, show_step
from annotate.demo.material import ANNOTATORS, HELD_OUT, codings
from annotate.demo.run import demo_study, has_codings, lay_study
from annotate.study.annotations import own_rows
from annotate.study.folder import open_study
from documented import commands
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import Annotation

Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's study without a server; no test changes it."""
    folder = tmp_path_factory.mktemp("laid") / "demo"
    lay_study(folder, say=lambda words: None)
    return folder


def test_the_study_is_laid_with_what_both_coded(laid: Path) -> None:
    rows = list(read_jsonl(open_study(laid).annotations, Annotation))
    assert {row.commentary_id for row in rows}.isdisjoint(HELD_OUT)
    assert all(row.incomplete == [] and len(row.layers["stance"]) == 8 for row in rows)  # type: ignore[arg-type]
    for name in ANNOTATORS:
        given = codings(name)
        mine = {row.sentence_id: row.layers["voice"] for row in rows if row.annotator == name}
        assert mine == {sentence: given[sentence].layers["voice"] for sentence in mine}
        assert len(mine) == 601


def test_codings_laid_without_a_server_are_not_taken_for_pulled_ones(laid: Path) -> None:
    assert own_rows(open_study(laid)) == []


def test_laying_the_study_again_changes_nothing(laid: Path, standpunkt: Run) -> None:
    files = [path for path in sorted(laid.rglob("*")) if path.is_file() and ".standpunkt" not in path.parts]
    before = [path.read_bytes() for path in files]
    again = standpunkt("demo", laid, "--study-only", "--json")
    assert [row["created"] for row in again.json["code"]] == [0, 0]
    assert [row["present"] for row in again.json["code"]] == [601, 601]
    assert [path.read_bytes() for path in files] == before


def test_the_words_fit_80_columns_and_name_what_can_be_done(
    laid: Path, standpunkt: Run, tmp_path: Path
) -> None:
    ran = standpunkt("demo", tmp_path / "demo", "--study-only")
    assert ran.code == 0, ran.err
    own, theirs = (open_study(folder).annotations for folder in (tmp_path / "demo", laid))
    assert own.read_bytes() == theirs.read_bytes()
    said = ran.out
    lines = [line for line in said.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) <= 80
    assert re.findall(r"^  standpunkt (\w+)", said, re.M) == ["agree", "adjudicate", "train", "tag", "report"]


def test_every_command_that_is_named_is_one_of_the_tutorial_which_a_test_runs(
    laid: Path, standpunkt: Run
) -> None:
    said = standpunkt("demo", laid, "--study-only").out
    named = [re.split(r"\s{4,}", line)[0] for line in re.findall(r"^  (standpunkt .*)", said, re.M)]
    shown = iter(commands("docs/tutorial-study.md"))
    assert [line for line in named if not any(other.startswith(line) for other in shown)] == []


def test_another_study_is_refused_in_one_line_and_stays_as_it_is(standpunkt: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    standpunkt("init", mine, "--annotators", "anna")
    before = sorted(mine.rglob("*"))
    for words in (("--study-only",), ("--no-wait",)):
        refused = standpunkt("demo", mine, *words)
        assert 'is the study "mine", nothing was changed' in refused.error
        assert str(mine) in refused.error
    assert sorted(mine.rglob("*")) == before


def test_whether_there_are_codings_to_go_on_from_is_known(laid: Path, tmp_path: Path) -> None:
    demo_study(tmp_path / "new")
    assert has_codings(laid)
    assert not has_codings(tmp_path / "new")
    assert not has_codings(tmp_path / "nothing")


def test_in_a_pipe_a_step_is_said_when_it_begins_and_ends_with_its_time(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with show_step("push", "the sentences") as progress:
        assert capfd.readouterr().err.strip() == "push           the sentences"
        progress("anna: creating tasks", 3, 10)
    assert re.fullmatch(r" +\d+\.\d s\n", capfd.readouterr().err)


def test_a_step_that_breaks_off_leaves_a_line_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), show_step("push", "the sentences"):
        raise KeyboardInterrupt
    assert capfd.readouterr().err.endswith("the sentences" + " " * 41 + "\n")


def test_on_a_terminal_a_step_shows_how_far_it_is_within_80_columns(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    with show_step("push", "the sentences") as progress:
        progress("anna: creating tasks " + "x" * 80, 300, 1202)
    shown = capfd.readouterr().err.rstrip("\n").split("\r")
    assert shown[1].endswith("300/1,202")
    assert max(map(len, shown)) < 80
    assert shown[-1].startswith("push           the sentences")


def test_a_browser_is_opened_at_a_terminal_with_a_display_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert not has_browser()  # captured: no terminal
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert has_browser()
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    assert not has_browser()
    monkeypatch.delenv("SSH_CONNECTION")
    monkeypatch.delenv("DISPLAY")
    assert not has_browser()


def test_the_command_is_named_so_that_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "standpunkt"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "/nowhere")
    assert command_name() == str(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command_name() == "standpunkt"
    monkeypatch.setattr(sys, "argv", ["/x/annotate/__main__.py"])
    assert command_name() == "standpunkt"
