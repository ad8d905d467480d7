"""How the command ends where the system says no: a line and exit 1, never a traceback of somebody else's."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.study import split as splitting
from running import Ran

pytestmark = pytest.mark.slow

Run = Callable[..., Ran]
PIECE = "Ein Titel | Anne Muster. 01.02.2025.\n\nDas ist ein Satz. Das ist noch einer.\n"


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    path = tmp_path / "texte" / "a.txt"
    path.parent.mkdir()
    path.write_text(PIECE, "utf-8")
    return path


def shell(command: str, *words: object) -> Ran:
    """The command in a shell of its own; ``standpunkt`` is this one."""
    text = command.replace("standpunkt", f"{sys.executable} -m annotate")
    done = subprocess.run(
        ["bash", "-c", text, "bash", *map(str, words)], capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def is_a_line(ran: Ran, *words: str) -> None:
    assert ran.code == 1, ran
    assert ran.err.startswith("error: ")
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert all(word in ran.err for word in words), ran.err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied", "/nirgends/a"), "split: /nirgends/a: Permission denied"),
        (OSError("eine Leitung"), "split: eine Leitung"),
        (MemoryError(), "split: there is not enough memory"),
        (RecursionError("maximum"), "split: what was read is nested too deeply"),
        ("\udcff".encode, "split: 'utf-8' codec can't encode"),
    ],
)
def test_what_the_system_says_is_a_line(
    error: BaseException | Callable[[], bytes], words: str, standpunkt: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        if isinstance(error, BaseException):
            raise error
        error()

    monkeypatch.setattr(splitting, "split_inputs", fail)
    is_a_line(standpunkt("split", "a.txt"), f"error: {words}")


def test_an_error_of_ours_still_shows_where_it_is(standpunkt: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(splitting, "split_inputs", fail)
    with pytest.raises(ZeroDivisionError):
        standpunkt("split", "a.txt")


def test_a_reader_that_has_seen_enough_is_no_error(piece: Path) -> None:
    piece.write_text(PIECE * 3000, "utf-8")
    ran = shell("standpunkt split $1 | head -1; exit ${PIPESTATUS[0]}", piece)
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 1
    assert "Traceback" not in ran.err
    assert "Exception ignored" not in ran.err


def test_a_closed_output_is_said(piece: Path) -> None:
    is_a_line(shell("standpunkt split $1 >&-", piece), "split: standard output is closed")


def test_a_closed_output_harms_nothing_that_is_written_elsewhere(piece: Path, tmp_path: Path) -> None:
    rows = tmp_path / "s.jsonl"
    ran = shell("standpunkt split $1 -o $2 >&- 2>&- <&-", piece, rows)
    assert (ran.code, ran.err) == (0, "")
    assert len(rows.read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("words", ["split $1", "split $1 --json", "--help", "--version"])
def test_a_full_disk_behind_the_output_is_said(piece: Path, words: str) -> None:
    is_a_line(shell(f"standpunkt {words} >/dev/full", piece), "No space left on device")


def test_a_pipe_that_is_named_is_read(piece: Path) -> None:
    ran = shell("standpunkt split <(cat $1) --json; cat $1 | standpunkt split /dev/stdin --json", piece)
    assert ran.out.count('"sentences": 2') == 2, ran.err


def test_what_is_no_file_in_a_folder_is_named_and_left_out(piece: Path, standpunkt: Run) -> None:
    folder = piece.parent
    os.mkfifo(folder / "b.txt")
    (folder / "c.txt").symlink_to("/dev/zero")
    (folder / "d.txt").symlink_to(folder / "fehlt")
    ran = standpunkt("split", folder, "--json")
    assert (ran.code, ran.json["sentences"]) == (0, 2)
    assert [line.rpartition("/")[2] for line in ran.err.splitlines()] == [
        f"{name}.txt: not a file" for name in "bcd"
    ]


def test_a_device_as_text_is_refused(tmp_path: Path, standpunkt: Run) -> None:
    (tmp_path / "a.txt").symlink_to("/dev/zero")
    is_a_line(standpunkt("split", tmp_path / "a.txt"), "a.txt: is a device, expected a file")
    is_a_line(standpunkt("agree", tmp_path, "--codebook", tmp_path / "a.txt"), "a.txt: is a device")


def test_a_name_that_is_no_utf8_is_read_and_shown(piece: Path, standpunkt: Run) -> None:
    named = Path(os.fsdecode(bytes(piece.parent) + b"/St\xfcck.txt"))
    named.write_text("Ohne Titelzeile. Zwei Sätze.\n", "utf-8")
    ran = standpunkt("split", piece.parent, "--json")
    assert (ran.code, ran.json["commentaries"], ran.json["sentences"]) == (0, 2, 4)
    ran = standpunkt("split", named)
    assert ran.code == 0
    named.rename(named.with_suffix(".wpd"))
    assert "St\\xfcck.wpd: not a format that is read" in standpunkt("split", piece.parent).err


def test_a_text_beyond_the_limit_is_refused(tmp_path: Path, standpunkt: Run) -> None:
    (tmp_path / "a.txt").write_text("Ein Satz. " * 1_000_001, "utf-8")
    is_a_line(
        standpunkt("split", tmp_path / "a.txt"), "a text of 10,000,010 characters", "at most 10,000,000"
    )
    (tmp_path / "b.txt").write_bytes(bytes(50_000_000))
    is_a_line(standpunkt("split", tmp_path / "b.txt"), "b.txt: is larger than 38 MB")


@pytest.mark.parametrize("encoding", ["hex", "undefined", "klingonisch"])
def test_what_is_no_encoding_of_texts_is_refused(piece: Path, standpunkt: Run, encoding: str) -> None:
    is_a_line(standpunkt("split", piece, "--encoding", encoding), "unknown encoding", "--encoding")


def test_half_characters_are_refused(tmp_path: Path, standpunkt: Run) -> None:
    (tmp_path / "a.txt").write_bytes(b"Ein Satz +2AA- mit halbem Zeichen.")
    is_a_line(standpunkt("split", tmp_path / "a.txt", "--encoding", "utf-7"), "not utf-7")


WRITING = (
    "split", "split commentaries -o s.jsonl", "split commentaries -o s.jsonl.gz", "split commentaries --commentaries c.jsonl -o -", "agree --html a.html",
    "adjudicate", "adjudicate -o g.jsonl", "train -o m --no-evaluate", "tag $1 -m $2 -o t.jsonl", "tag $1 -m $2 --to html -o t.html",
    "tag commentaries -m $2 --to html -o seite", "tag commentaries -m $2 -o t.jsonl --workers 2", "tag $1 -m $2 --summary s.jsonl",
    "evaluate $2 --gold data/gold.jsonl --seen --html e.html", "backup ../b.tar.gz", "init neu",
    "codebook render codebook.yaml --to studio -o c.xml",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("words", WRITING)
def test_a_full_disk_is_a_line_and_loses_nothing(earlier_study: Path, piece: Path, words: str) -> None:
    """No file may grow beyond a kilobyte here."""
    (earlier_study / "commentaries" / "neu.txt").write_text(
        PIECE, "utf-8"
    )  # so that split has something to write
    model = next((earlier_study / "models").iterdir())
    before = {path: path.read_bytes() for path in earlier_study.rglob("*") if path.is_file()}
    ran = shell(f"cd $3; ulimit -f 1; standpunkt {words}", piece, model, earlier_study)
    assert ran.code == 1, ran
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, ran.err
    assert any(said in errors[0] for said in ("File too large", "disk I/O error", "full")), errors
    assert "Traceback" not in ran.err
    assert {path: path.read_bytes() for path in before} == before
    assert not list(earlier_study.rglob("*.part"))


@pytest.mark.parametrize(
    "words", ["split $1 -o $1/s.jsonl", "init $1/neu", "codebook render kommentar-core --to studio -o $1/c"]
)
def test_a_place_that_is_no_folder_is_said(piece: Path, words: str) -> None:
    ran = shell(f"standpunkt {words}", piece)
    is_a_line(ran, "a.txt")
    assert "is a file, expected a folder" in ran.err
