"""Lean files in parts: what stands in them, and who reads them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate.analysis.table_rows import lean_columns_of
from exports.tables import rows_parquet
from reading_pieces import codebook
from running import Ran
from schemas.codebook import Codebook

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
Run = Callable[..., Ran]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texte"
    folder.mkdir()
    for n in range(5):
        text = f"Text {n} | Grete Halm. 03.02.2025.\n\nDas Tempolimit nützt Ort {n}. Im Wald regnet es."
        (folder / f"{n}.txt").write_text(text, "utf-8")
    return folder


def rows_in(folder: Path) -> list[dict[str, Any]]:
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_the_answers_are_those_of_the_table_and_offsets_stand_for_texts(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert standpunkt("tag", texts, "-m", model, "--to", "parquet", "-o", f"{out}/").code == 0
    assert standpunkt("tag", texts, "-m", model, "--to", "parquet", "-o", tmp_path / "flat.parquet").code == 0
    lean, flat = rows_in(out), pq.read_table(tmp_path / "flat.parquet").to_pylist()
    assert len(lean) == len(flat) == 10
    for row, whole in zip(lean, flat, strict=True):
        assert row.pop("end") - row.pop("start") == len(whole["text"])
        assert row.pop("day") == "2025-02-03" == whole["date"]
        for name, value in row.items():
            assert value == (
                pytest.approx(whole[name], abs=1e-6) if name.endswith("__score") else whole[name]
            )
    (name,) = (path.name.removesuffix("-00000.parquet") for path in out.glob("*.parquet"))
    assert sorted(path.name for path in out.iterdir()) == [
        f"_{name}.manifest.json", "_parts.json", f"{name}-00000.parquet",
    ]  # fmt: skip


def test_a_date_in_doubt_is_no_day(standpunkt: Run, model: Path, texts: Path, tmp_path: Path) -> None:
    (texts / "0.txt").write_text("Text 0 | Grete Halm. irgendwann im Mai.\n\nEs regnet.", "utf-8")
    assert standpunkt("tag", texts, "-m", model, "--to", "parts", "-o", tmp_path / "out").code == 0
    days = [row["day"] for row in rows_in(tmp_path / "out")]
    assert days == [*[None] * (len(days) - 8), *["2025-02-03"] * 8]


def test_the_manifest_says_what_was_asked_as_a_codebook_without_guidelines(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    assert standpunkt("tag", texts, "-m", model, "--to", "parts", "-o", tmp_path / "out").code == 0
    (path,) = (tmp_path / "out").glob("_part-*.manifest.json")
    manifest = json.loads(path.read_text("utf-8"))
    asked, book = msgspec.convert(manifest["questions"], Codebook), codebook()
    assert lean_columns_of(asked) == lean_columns_of(book)
    assert [asked.say(t.question) for t in asked.targets] == [book.say(t.question) for t in book.targets]


def test_the_manifest_knows_rows_and_hash_of_each_file(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_parquet, "_PART", 4)
    out = tmp_path / "out"
    assert standpunkt("tag", texts, "-m", model, "--to", "parts", "-o", out).code == 0
    (path,) = out.glob("_part-*.manifest.json")
    manifest = json.loads(path.read_text("utf-8"))
    assert [file["rows"] for file in manifest["files"]] == [4, 4, 2]
    assert manifest["rows"] == 10
    for file in manifest["files"]:
        assert hashlib.sha256((out / file["file"]).read_bytes()).hexdigest() == file["sha256"]
    monkeypatch.setattr(rows_parquet, "_PART", 100)
    (texts / "4.txt").write_text("Ein Satz. Noch ein Satz.", "utf-8")
    assert standpunkt("tag", texts, "-m", model, "--to", "parts", "-o", out).code == 0
    assert len(list(out.glob("*.parquet"))) == 1


@pytest.mark.parametrize(
    ("part", "words"), [("3", "K/N"), ("0/2", "K/N"), ("3/2", "K/N"), ("1/6", "5 files")]
)
def test_a_share_that_there_is_not_is_refused(
    standpunkt: Run, model: Path, texts: Path, part: str, words: str
) -> None:
    ran = standpunkt("tag", texts, "-m", model, "--part", part)
    assert ran.code == 2
    assert words in ran.err


def test_pages_are_not_shared_out(standpunkt: Run, model: Path, texts: Path, tmp_path: Path) -> None:
    ran = standpunkt("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "out", "--part", "1/2")
    assert ran.code == 2
    assert "is for rows, not for --to html" in ran.err


def _pandas(folder: Path) -> Any:
    return pytest.importorskip("pandas").read_parquet(folder).to_dict("records")


def _polars(folder: Path) -> Any:
    return pytest.importorskip("polars").read_parquet(folder / "*.parquet").to_dicts()


def _duckdb(folder: Path) -> Any:
    found = pytest.importorskip("duckdb").sql(f"SELECT * FROM '{folder}/*.parquet'")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("read", [_pandas, _polars, _duckdb])
def test_others_read_a_folder_of_parts(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, read: Callable[[Path], Any]
) -> None:
    out = tmp_path / "out"
    standpunkt("tag", texts, "-m", model, "--to", "parts", "-o", out)
    names = ("sentence_id", "commentary_id", "start", "end", "stance__tempolimit")
    found, expected = read(out), rows_in(out)
    assert [[row[name] for name in names] for row in found] == [
        [row[name] for name in names] for row in expected
    ]


@pytest.mark.parametrize("reasons", ["none", "top", "all"])
def test_reasons_are_named_as_asked(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, reasons: str
) -> None:
    ran = standpunkt("tag", texts, "-m", model, "-o", tmp_path / "out.jsonl", "--reasons", reasons)
    assert ran.code == 0
    rows = [json.loads(row) for row in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    most = max(len(found) for row in rows for found in (*row["reasons"].values(), []))
    assert (most == 0) if reasons == "none" else (1 <= most <= 3) if reasons == "top" else most > 3


def test_other_words_for_reasons_are_refused(standpunkt: Run, model: Path, texts: Path) -> None:
    ran = standpunkt("tag", texts, "-m", model, "--reasons", "some")
    assert ran.code == 2
    assert "none or top or all" in ran.err
