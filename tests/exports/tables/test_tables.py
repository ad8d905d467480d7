"""Rows come back from a table as they went in."""

import csv
from pathlib import Path

import pytest

from exports.tables import rows_csv, rows_parquet

COLUMNS = [("text", str), ("score", float), ("sure", bool), ("index", int)]
ROWS = [
    {"text": 'Er sagte: „Nein“, und "ja",\nzweizeilig; =1+1', "score": 0.25, "sure": True, "index": 1},
    {"text": "Ä", "score": None, "sure": False, "index": 2},
]


def test_csv_keeps_quotes_line_feeds_and_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    assert rows_csv.write(str(path), COLUMNS, ROWS) == 2
    with open(path, encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found[0] == {"text": ROWS[0]["text"], "score": "0.25", "sure": "true", "index": "1"}
    assert found[1]["score"] == ""


def test_parquet_keeps_types_and_nulls(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    path = tmp_path / "t.parquet"
    assert rows_parquet.write(str(path), COLUMNS, ROWS) == 2
    assert parquet.read_table(path).to_pylist() == ROWS
