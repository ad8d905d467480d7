"""What a user can get wrong: one clear line, exit 1, nothing lost. No server is needed here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from running import Ran
from schemas.codebooks import shipped_codebook

Run = Callable[..., Ran]
PIECE = "Ein Titel | Anne Muster. 01.02.2025.\n\nDas ist ein Satz. Das ist noch einer.\n"


def fails(ran: Ran, *words: str) -> None:
    assert ran.code == 1
    assert ran.out == ""
    lines = ran.err.strip().splitlines()
    assert len(lines) == 1, ran.err
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]


def file(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_no_such_file(standpunkt: Run, tmp_path: Path) -> None:
    fails(standpunkt("split", tmp_path / "fehlt.txt"), "fehlt.txt", "no such file")


@pytest.mark.parametrize("content", ["", "   \n\n \n", "\ufeff"])
def test_an_empty_file(standpunkt: Run, tmp_path: Path, content: str) -> None:
    fails(standpunkt("split", file(tmp_path, "leer.txt", content)), "leer.txt", "empty")


def test_bytes_that_are_not_utf8(standpunkt: Run, tmp_path: Path) -> None:
    path = file(tmp_path, "alt.txt", "Ein Titel\n\nEin Stück.\n".encode("cp1252"))
    fails(standpunkt("split", path), "alt.txt:3", "0xfc", "byte 17", "--encoding")


@pytest.mark.parametrize(
    ("name", "content"), [("a.doc", b"\xd0\xcf\x11\xe0rest"), ("a.pdf", b"%PDF-1.7 rest")]
)
def test_office_files(standpunkt: Run, tmp_path: Path, name: str, content: bytes) -> None:
    fails(standpunkt("split", file(tmp_path, name, content)), name, "txt")


def test_a_text_without_a_title_line_is_no_error(standpunkt: Run, tmp_path: Path) -> None:
    ran = standpunkt(
        "split", file(tmp_path, "meinung.txt", "Das ist ein Satz. Das ist noch einer.\n"), "--json"
    )
    assert ran.code == 0
    assert ran.json["commentaries"] == 1
    assert ran.json["sentences"] == 2
    assert "no_title_line" in [row["flag"] for row in ran.json["flags"]]


def test_a_codebook_with_two_codes_of_one_id(standpunkt: Run, tmp_path: Path) -> None:
    book = file(
        tmp_path, "c.yaml",
        "codebook: x\nversion: 1.0.0\nlanguage: de\nlayers:\n"
        "  - {id: f, kind: one, label: F, codes: [{id: a, label: A}, {id: a, label: B}]}\n",
    )  # fmt: skip
    gold = file(
        tmp_path, "g.jsonl", '{"sentence_id":"p:1","commentary_id":"p","text":"Satz.","layers":{"f":"a"}}\n'
    )
    fails(
        standpunkt("train", "--gold", gold, "--codebook", book, "-o", tmp_path / "m"),
        "c.yaml:5",
        'have the id "a"',
    )
    assert not (tmp_path / "m").exists()
    linted = standpunkt("codebook", "lint", book, "--json")
    assert linted.code == 1
    assert [f["severity"] for f in linted.json["findings"]].count("error") == 1


def test_no_study_here(standpunkt: Run, tmp_path: Path) -> None:
    for verb in ("split", "push", "pull", "agree", "adjudicate", "train", "prelabel"):
        fails(standpunkt(verb, "--study", tmp_path), "no study", "standpunkt init")


def test_a_step_before_its_time_names_the_verb(standpunkt: Run, tmp_path: Path) -> None:
    assert standpunkt("init", tmp_path / "s", "--targets", "ziele-ukraine").code == 0
    fails(standpunkt("agree", "--study", tmp_path / "s"), "annotations.jsonl", "standpunkt pull")
    fails(standpunkt("train", "--study", tmp_path / "s"), "gold.jsonl", "standpunkt adjudicate")


def test_no_label_studio(standpunkt: Run, tmp_path: Path) -> None:
    standpunkt("init", tmp_path / "s", "--targets", "ziele-ukraine")
    fails(standpunkt("status", "--study", tmp_path / "s"), "standpunkt studio start", "LABEL_STUDIO_URL")


def test_an_address_without_a_token(standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standpunkt("init", tmp_path / "s", "--targets", "ziele-ukraine")
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    fails(standpunkt("status", "--study", tmp_path / "s"), "no token", "LABEL_STUDIO_API_KEY")


def test_a_server_that_is_down(standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "s"
    standpunkt("init", folder, "--targets", "ziele-ukraine")
    file(folder, "commentaries/a.txt", PIECE)
    standpunkt("split", "--study", folder)
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x" * 40)
    before = sorted(path.name for path in (folder / "data").iterdir())
    for verb in ("push", "pull"):
        fails(standpunkt(verb, "--study", folder), "http://127.0.0.1:9", "running")
    assert sorted(path.name for path in (folder / "data").iterdir()) == before


def test_a_model_folder_that_is_none(standpunkt: Run, tmp_path: Path) -> None:
    piece = file(tmp_path, "a.txt", PIECE)
    (tmp_path / "m").mkdir()
    fails(standpunkt("tag", piece, "-m", tmp_path / "m"), "not a model folder", "standpunkt train")
    fails(standpunkt("tag", piece, "-m", tmp_path / "nirgends"), "nirgends")


def test_rows_and_report_cannot_share_stdout(standpunkt: Run, tmp_path: Path) -> None:
    ran = standpunkt("split", file(tmp_path, "a.txt", PIECE), "-o", "-", "--json")
    assert ran.code == 2
    assert "-o" in ran.err


def test_a_foreign_file_as_export(standpunkt: Run, tmp_path: Path) -> None:
    book = shipped_codebook("kommentar-core")
    fails(standpunkt("agree", file(tmp_path, "e.json", '[{"id": 1'), "--codebook", book), "e.json")
    fails(standpunkt("agree", file(tmp_path, "e.json", '{"a": 1}'), "--codebook", book), "e.json")


def test_split_names_all_bad_files_and_reads_the_rest(standpunkt: Run, tmp_path: Path) -> None:
    for name, content in {
        "a.txt": PIECE,
        "b.txt": "ä".encode("cp1252"),
        "c.md": "",
        "d.jsonl": '{"text": "Da."}\n{}\n',
    }.items():
        file(tmp_path, name, content)
    ran = standpunkt("split", tmp_path, "-o", tmp_path / "s.jsonl", "--json")
    assert ran.code == 1
    assert ran.json["sentences"] == 3
    assert [Path(row["input"]).name for row in ran.json["failed"]] == ["b.txt", "c.md", "d.jsonl"]
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3 and "d.jsonl:2: " in errors[2]
    assert len((tmp_path / "s.jsonl").read_text("utf-8").splitlines()) == 3


def test_split_names_all_bad_files_where_none_can_be_read(standpunkt: Run, tmp_path: Path) -> None:
    bad = [file(tmp_path, f"{name}.txt", b"\xff") for name in "ab"]
    ran = standpunkt("split", *bad)
    assert (ran.code, ran.out) == (1, "")
    assert [line.split(":")[1].strip() for line in ran.err.splitlines()] == [str(path) for path in bad]
