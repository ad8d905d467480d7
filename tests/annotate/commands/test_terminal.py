"""No control character that people, files or servers say reaches the terminal: it is escaped."""

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotate.commands import terminal
from running import Ran
from schemas.codebooks import shipped_codebook

Run = Callable[..., Ran]
TITLE = "\x1b]0;gekapert\x07"  # names the window
CLEAR = "\x1b[2J"
HOSTILE = f"{TITLE}{CLEAR}\x7f\x9b2J\u202e"
SHOWN = r"\x1b]0;gekapert\x07\x1b[2J\x7f\x9b2J\u202e"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PIECE = "Ein Titel | Anne Muster. 01.02.2025.\n\nDas ist ein Satz. Das ist noch einer.\n"


def harmless(ran: Ran) -> Ran:
    assert not STEERING.search(ran.out + ran.err)
    assert "Traceback" not in ran.err
    return ran


def test_a_file_name_is_shown_on_one_line(standpunkt: Run, tmp_path: Path) -> None:
    ran = harmless(standpunkt("split", tmp_path / f"{HOSTILE}\nerror: erfunden.txt"))
    assert ran.code == 1
    assert SHOWN in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_name_that_is_no_text_is_shown(standpunkt: Run, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"leer\xff.txt")
    path.write_text("", "utf-8")
    assert r"leer\udcff.txt" in harmless(standpunkt("split", path)).err


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_a_title_and_an_author_are_shown(standpunkt: Run, tmp_path: Path, json_option: list[str]) -> None:
    path = tmp_path / "a.md"
    head = json.dumps({"title": f"Ein {HOSTILE} Titel", "author": HOSTILE, "date": f"1.{HOSTILE}"})
    path.write_text(f"---\n{head}\n---\n\nDas ist {HOSTILE} ein Satz.\n", "utf-8")
    harmless(standpunkt("split", path, "-o", tmp_path / "s.jsonl", *json_option))


def test_the_title_of_a_record_is_shown_in_the_table_of_a_piece(
    standpunkt: Run, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    record = {
        "title": f"Titel {HOSTILE}",
        "author": HOSTILE,
        "text": f"Ein sofortiges Tempolimit {HOSTILE} nützt allen.",
    }
    path.write_text(json.dumps(record), "utf-8")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    ran = harmless(standpunkt("tag", path, "-m", model))
    assert ran.code == 0
    assert ran.out.count(SHOWN) == 3  # title, author and sentence


def annotations(tmp_path: Path, *voices: str) -> Path:
    """One sentence, coded by as many people as there are voices given to it."""
    rows = [
        {"sentence_id": f"c:{HOSTILE}", "commentary_id": f"c{HOSTILE}", "annotator": f"{name}{HOSTILE}",
         "codebook": "kommentar-core", "layers": {"voice": voice}, "task_id": 1}
        for name, voice in zip("abc", voices, strict=False)
    ]  # fmt: skip
    path = tmp_path / "annotations.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize("voices", [("author", "other"), ("author", HOSTILE)])
@pytest.mark.parametrize("more", [[], ["--json"], ["--skip-invalid"], ["--skip-invalid", "--json"]])
def test_the_names_and_ids_of_codings_are_shown(
    standpunkt: Run, tmp_path: Path, voices: tuple[str, str], more: list[str]
) -> None:
    path = annotations(tmp_path, *voices)
    ran = harmless(standpunkt("agree", path, "--codebook", shipped_codebook("kommentar-core"), *more))
    assert "x1b" in ran.out + ran.err or "u001b" in ran.out


def test_the_labels_of_a_codebook_are_shown(standpunkt: Run, tmp_path: Path) -> None:
    book = tmp_path / "codebook.yaml"
    held = yaml.load(shipped_codebook("kommentar-core").read_text("utf-8"), Loader=yaml.BaseLoader)
    book.write_text(yaml.safe_dump(_with_labels(held)), "utf-8")
    ran = harmless(standpunkt("agree", annotations(tmp_path, "author", "author"), "--codebook", book))
    assert SHOWN in ran.out


def _with_labels(value: Any) -> Any:
    """The codebook with control characters in every label."""
    if isinstance(value, list):
        return [_with_labels(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {k: HOSTILE if k == "label" else _with_labels(item) for k, item in value.items()}


@pytest.mark.parametrize("to", ["jsonl", "csv", "html"])
def test_rows_on_a_terminal_are_shown_and_in_a_pipe_as_they_are(
    standpunkt: Run, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"title": "T", "text": f"Das Tempolimit {HOSTILE} nützt allen."}), "utf-8")
    words = ("tag", path, "-m", model, "--to", to, "-o", "-")
    piped = standpunkt(*words)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    shown = harmless(standpunkt(*words))
    assert shown.code == piped.code == 0
    assert to == "html" or "\x9b" in piped.out
    assert "nützt allen" in shown.out


@contextmanager
def server(status: int, words: str) -> Iterator[str]:
    """The address of a server that answers everything so."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = json.dumps({"detail": words}).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        listening.server_close()


@pytest.mark.parametrize("half", ["", "\ud800"])
def test_a_servers_words_are_shown(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: str
) -> None:
    folder = tmp_path / "s"
    standpunkt("init", folder, "--targets", "ziele-ukraine", "--annotators", "anna")
    (folder / "commentaries" / "a.txt").write_text(PIECE, "utf-8")
    standpunkt("split", "--study", folder)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0123456789abcdef0123456789abcdef01234567")
    with server(400, f"Nein {HOSTILE}{half}") as url:
        ran = harmless(standpunkt("push", "--study", folder, "--url", url))
    assert ran.code == 1
    assert SHOWN in ran.err


@pytest.mark.parametrize(
    "words",
    [
        [HOSTILE],
        ["split", f"--{HOSTILE}"],
        ["tag", "a.txt", "--to", HOSTILE],
        ["tag", "a.txt", "--workers", HOSTILE],
        ["codebook", "render", "a", HOSTILE, "--to", "studio"],
        ["codebook", HOSTILE],
    ],
)
def test_a_wrong_use_shows_what_was_typed(standpunkt: Run, words: list[str]) -> None:
    assert harmless(standpunkt(*words)).code == 2


def test_a_report_with_halves_of_surrogate_pairs_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_report({"a\ud800": ["b\udcff", HOSTILE, 1.5, None]}, True, "")
    out = capsys.readouterr().out
    assert not STEERING.search(out)
    assert json.loads(out) == {r"a\ud800": [r"b\udcff", SHOWN, 1.5, None]}


def test_json_holds_what_was_meant_where_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_report({"a": HOSTILE}, True, "")
    out = capsys.readouterr().out
    assert not STEERING.search(out)
    assert json.loads(out) == {"a": HOSTILE}


def test_a_bar_shows_what_is_being_done_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with terminal.progress_bar() as progress:
        progress(f"[/red] {TITLE}", 1, 2)  # no markup either: this one would be an error in it
    with terminal.counter_bar(f"[/red] {TITLE}") as step:
        step()
    assert "\x1b]0" not in capsys.readouterr().err


def test_a_table_is_aligned_by_what_is_shown() -> None:
    lines = terminal.table(["n", "text"], [(1, f"a{CLEAR}\nb"), (2, "c")]).splitlines()
    assert lines == ["n  text", "-  -------------", r"1  a\x1b[2J\x0ab", "2  c"]


def test_without_a_terminal_every_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress_bar() as progress:
        for done in range(0, 300, 100):
            progress("anna: creating tasks", done, 300)
        progress("training on 40 sentences")
        progress("training on 80 sentences")
    with terminal.counter_bar("commentaries") as step:
        for _ in range(250):
            step()
    assert capsys.readouterr().err.splitlines() == [
        "anna: creating tasks (300)", "training on 40 sentences", "commentaries: 100", "commentaries: 200",
    ]  # fmt: skip
