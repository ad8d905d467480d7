"""The command: a page as a file, one line where it cannot begin, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.start import browser
from annotate.start.facts import VERBS
from annotate.start.words import VERBS as WORDS
from annotate.study.folder import Study
from annotate.study.typed import command, typed
from running import Ran
from schemas.files import write_text

Run = Callable[..., Ran]
StateOf = Callable[[str], Study]


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in a browser, which none of these tests has."""
    import webbrowser

    found: list[str] = []
    monkeypatch.setattr(browser, "has_browser", lambda: True)
    monkeypatch.setattr(webbrowser, "open", found.append)
    return found


def test_a_page_as_a_file_needs_no_extra_and_has_nothing_to_press_but_to_copy(
    standpunkt: Run, state_of: StateOf, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    study = state_of("split")
    write_text(study.reports / "report.html", "<!DOCTYPE html><title>Bericht</title>")
    ran = standpunkt("open", "--static", "--study", study.folder)
    place = study.reports / "start.html"
    assert (ran.code, ran.err) == (0, f"written: {place}\n")
    page = place.read_text("utf-8")
    assert "<form" not in page and "form-action &#x27;none&#x27;" in page
    assert "37 Kommentare" in page and 'href="../reports/report.html"' in page
    assert opened == [place.as_uri()]
    assert "start.html" not in {
        page["name"] for page in standpunkt("open", "--json", "--study", study.folder).json["pages"]
    }


def test_no_browser_is_opened_where_none_is_wanted(
    standpunkt: Run, state_of: StateOf, opened: list[str]
) -> None:
    assert standpunkt("open", "--static", "--no-browser", "--study", state_of("empty").folder).code == 0
    assert opened == []


def test_a_terminals_browser_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not browser.has_browser()


def test_a_folder_without_a_study_is_one_line(standpunkt: Run, tmp_path: Path) -> None:
    assert "is not a study (no study.yaml)" in standpunkt("open", "--study", tmp_path).error


def test_a_codebook_with_an_error_is_one_line(standpunkt: Run, state_of: StateOf) -> None:
    study = state_of("empty")
    study.codebook_path.write_text("codebook: [", "utf-8")
    assert "codebook.yaml" in standpunkt("open", "--study", study.folder).error


def test_a_port_in_use_is_one_line(standpunkt: Run, state_of: StateOf) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = standpunkt("open", "--port", port, "--study", state_of("empty").folder).error
    assert f"cannot listen on 127.0.0.1:{port}" in error
    assert "another `standpunkt open` running? (--port names another)" in error


def test_without_the_extra_the_command_names_what_to_install_and_another_way(
    standpunkt: Run, state_of: StateOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ("annotate.start.server", "annotate.start.app", "annotate.serve", "starlette", "uvicorn")
    for name in [name for name in sys.modules if name.startswith(away)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    error = standpunkt("open", "--study", state_of("empty").folder).error
    assert "the page needs starlette and uvicorn" in error and "install starlette uvicorn" in error
    assert "`--static`" in error


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.slow
def test_it_ends_with_its_terminal(state_of: StateOf, how: signal.Signals) -> None:
    words = [
        sys.executable,
        "-m",
        "annotate",
        "open",
        "--no-browser",
        "--study",
        str(state_of("empty").folder),
    ]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env={**os.environ}) as running:
        assert running.stderr is not None
        address = running.stderr.readline().strip()
        assert "good once" in running.stderr.readline()
        port = int(address.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port)):
            running.send_signal(how)
            running.wait(30)
        assert "Traceback" not in running.stderr.read()


def test_every_verb_has_its_words_and_is_one_that_can_be_typed(standpunkt: Run) -> None:
    assert {*VERBS, "evaluate"} == set(WORDS)
    for verb in WORDS:
        words = typed(verb, Path("ein ordner"), url="http://studio.example")
        assert standpunkt(*words, "--help").code == 0
    assert command(typed("split", Path("ein ordner"))) == "standpunkt split --study 'ein ordner'"
    assert command(typed("select", Path(), number=7)) == "standpunkt select 7"
