"""Parts that are damaged, foreign or not all there: one line says which, or the index says so."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from reading_pieces import answers, codebook
from running import Ran
from schemas.codebook import Code

from .conftest import Write, commentary

Run = Callable[..., Ran]
SAID = [answers(tempolimit="favor")] * 3


@pytest.fixture
def parts(write: Write) -> Path:
    return write([commentary(n, SAID) for n in range(4)], rows=6)


def _manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "_part.manifest.json"
    found = json.loads(path.read_text("utf-8"))
    change(found)
    path.write_text(json.dumps(found), "utf-8")


def _flip(folder: Path, write: Write) -> None:
    path = folder / "part-00001.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))


def _truncate(folder: Path, write: Write) -> None:
    path = folder / "part-00001.parquet"
    path.write_bytes(path.read_bytes()[:-7])


def _no_parquet(folder: Path, write: Write) -> None:
    data = b"PAR1 and no more of it"
    (folder / "part-00001.parquet").write_bytes(data)
    facts = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    _manifest(folder, lambda found: found["files"][1].update(facts))


def _two_codebooks(folder: Path, write: Write) -> None:
    book = replace(codebook(), version="1.1.0")
    _shares(folder)
    write([commentary(9, SAID)], name="part-2-of-2", book=book)


def _other_names(folder: Path, write: Write) -> None:
    book = codebook()
    stance = replace(book.layers[2], codes=[Code(id="favor", label="Dafür"), *book.layers[2].codes[1:]])
    _shares(folder)
    layers = [*book.layers[:2], stance, *book.layers[3:]]
    write([commentary(9, SAID)], name="part-2-of-2", book=replace(book, layers=layers))


def _two_models(folder: Path, write: Write) -> None:
    _shares(folder)
    write([commentary(9, SAID, model="other-1")], name="part-2-of-2")


def _shares(folder: Path) -> None:
    (folder / "_part.manifest.json").rename(folder / "_part-1-of-2.manifest.json")


def _no_column(folder: Path, write: Write) -> None:
    import pyarrow.parquet as pq

    path = folder / "part-00001.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["day"]), path)
    data = path.read_bytes()
    facts = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    _manifest(folder, lambda found: found["files"][1].update(facts))


@pytest.mark.parametrize(
    ("damage", "place", "words"),
    [
        (_flip, "part-00001.parquet", "by its manifest: it is damaged"),
        (_truncate, "part-00001.parquet", "by its manifest: it is damaged"),
        (lambda f, _: (f / "part-00001.parquet").unlink(), "part-00001.parquet", "its manifest names it"),
        (_no_parquet, "part-00001.parquet", "cannot be read as Parquet"),
        (_no_column, "part-00001.parquet", 'has no column "day"'),
        (lambda f, _: (f / "_part.manifest.json").write_text("{"), "_part.manifest.json", "is no manifest"),
        (lambda f, _: _manifest(f, lambda m: m.pop("questions")), "_part.manifest.json", "is no manifest"),
        (lambda f, _: _manifest(f, lambda m: m["files"][0].update(file="../x")), "_part.manifest.json",
         'names "../x"'),
        (lambda f, _: (f / "_part.manifest.json").unlink(), "out", "is not finished"),
        (lambda f, _: (f / "_parts.json").write_text("[]"), "_parts.json", "is not what this version writes"),
        (_two_codebooks, "_part-2-of-2.manifest.json", "is of the codebook probe 1.1.0"),
        (_other_names, "_part-2-of-2.manifest.json", "with other questions or names"),
        (_two_models, "part-2-of-2-00000.parquet", "has rows of other-1, and part-00000.parquet of probe-"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_parts_is_one_line_that_names_the_file(
    standpunkt: Run, parts: Path, write: Write, damage: Callable[..., Any], place: str, words: str
) -> None:
    damage(parts, write)
    error = standpunkt("index", parts, "--to", "json").error
    assert error.startswith(f"error: {parts / place if place != 'out' else parts}: ")
    assert words in error


@pytest.mark.parametrize(("made", "words"), [(False, "no such folder"), (True, "has no manifest")])
def test_a_folder_without_parts_is_refused(standpunkt: Run, tmp_path: Path, made: bool, words: str) -> None:
    if made:
        (tmp_path / "leer").mkdir()
    assert words in standpunkt("index", tmp_path / "leer").error


def test_parts_without_a_sentence_are_refused(standpunkt: Run, write: Write) -> None:
    assert "holds no sentence" in standpunkt("index", write([])).error


def test_a_model_that_did_not_make_the_parts_is_refused(standpunkt: Run, model: Path, parts: Path) -> None:
    error = standpunkt("index", parts, "-m", model).error
    assert "the parts are of probe-00c0ffee: name the model that made them" in error


def test_hand_coded_sentences_that_are_not_there_are_refused(
    standpunkt: Run, model: Path, write: Write, tmp_path: Path
) -> None:
    version = json.loads((model / "model.json").read_text("utf-8"))["model_version"]
    folder = write([commentary(0, SAID, model=version)])
    assert (
        "gibt-es-nicht"
        in standpunkt("index", folder, "-m", model, "--gold", tmp_path / "gibt-es-nicht").error
    )


def test_missing_parts_and_files_of_a_run_that_is_not_finished_are_named_and_left_out(
    standpunkt: Run, write: Write
) -> None:
    for n in (1, 3, 4):
        folder = write([commentary(n, SAID)], name=f"part-{n}")
    (folder / "_part-3.manifest.json").unlink()
    (folder / "_parts.json").write_text('{"parts": ["part-1", "part-2", "part-3", "part-4"]}', "utf-8")
    ran = standpunkt("index", folder, "--to", "json")
    assert ran.json["parts_missing"] == ["part-2", "part-3"]
    assert ran.json["unlisted"] == ["part-3-00000.parquet"]
    assert ran.json["sentences"] == 6
