"""Typed columns are read back by pyarrow and by `datasets`."""

import builtins
import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from exports.formats.material import Splits
from exports.formats.write import write_export
from schemas.errors import SettingsError

from .conftest import Gather


def split(units: object, tests: object) -> Splits:
    return Splits({"eins": "train", "zwei": "test"}, "Drawn by hand.")


@pytest.fixture
def folder(material_of: Gather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set of annotations."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write_export(material_of(splitter=split), "huggingface", str(tmp_path / "out"))
    return tmp_path / "out"


def load(folder: Path) -> Any:
    import datasets

    return datasets.load_dataset(str(folder), cache_dir=str(folder.parent / "cache"))


def front_of(folder: Path) -> dict[str, Any]:
    _, front, _ = (folder / "README.md").read_text("utf-8").split("---\n", 2)
    read: dict[str, Any] = yaml.safe_load(front)
    return read


def test_a_table_of_sentences_is_typed(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(), "parquet", str(tmp_path / "out.parquet"))
    table = pq.read_table(tmp_path / "out.parquet")
    assert str(table.schema.field("strength__coder1").type) == "int64"
    assert str(table.schema.field("function__coder1").type) == "string"
    assert table["strength__coder2"].to_pylist() == [2, None, None]
    assert (tmp_path / "out-columns.csv").exists()


def test_datasets_reads_splits_with_their_classes(folder: Path) -> None:
    import datasets

    read = load(folder)
    assert {name: len(rows) for name, rows in read.items()} == {"train": 4, "test": 1}
    features = read["train"].features
    assert features["function"] == datasets.ClassLabel(names=["report", "claim"])
    assert features["stance__maut"].names == ["favor", "against", "unrelated"]
    assert features["rhetoric"].feature.names == ["figure", "irony", "none"]
    assert read["test"].features == features
    first = read["train"][1]
    assert (first["coder"], features["function"].int2str(first["function"])) == ("coder2", "report")
    assert (first["strength"], first["rhetoric"], first["stance__tempolimit"]) == (2, [], 2)
    skipped = read["train"][2]
    assert (skipped["skipped"], skipped["function"], skipped["rhetoric"]) == (True, None, None)
    assert read["test"][0]["rhetoric"] == [0, 1]


def test_the_card_says_the_same_features_as_the_files(folder: Path) -> None:
    import datasets

    described = datasets.Features._from_yaml_list(front_of(folder)["dataset_info"]["features"])
    assert described == load(folder)["train"].features


@pytest.mark.parametrize("what", ["gold", "predictions"])
def test_gold_and_predictions_have_their_scores(material_of: Gather, tmp_path: Path, what: str) -> None:
    write_export(material_of(what, splitter=split), "huggingface", str(tmp_path / "out"))
    row = next(row for row in load(tmp_path / "out")["train"] if row["sentence_id"] == "eins:0")
    scores = {"gold": [0.25, 0.75], "predictions": [0.2, 0.8]}
    assert row["function__scores"] == scores[what]
    if what == "gold":
        assert row["undecided"] == ["stance__tempolimit"]
    else:
        assert row["abstained"] == ["function", "rhetoric__irony"]
        assert row["stance__maut__scores"] == [0.7, 0.1, 0.2]


def test_the_card_says_what_is_known_and_asks_the_rest(folder: Path) -> None:
    card = (folder / "README.md").read_text("utf-8")
    front = front_of(folder)
    assert front["language"] == ["de"]
    assert front["size_categories"] == ["n<1K"]
    assert {split["name"]: split["num_examples"] for split in front["dataset_info"]["splits"]} == {
        "train": 4,
        "test": 1,
    }
    assert "Drawn by hand." in card
    assert "| function |  | claim | Urteil; „Deutung“ | 2 |" in card
    assert "Agreement on the 1 sentences" in card or "Agreement is not known" in card
    assert "1 skipped annotations, exported without codes" in card
    assert "**Question:** under which licence may the texts of 2 commentaries be passed on?" in card


def test_without_texts_there_is_no_text_column(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(splitter=split, with_text=False), "huggingface", str(tmp_path / "out"))
    assert "text" not in load(tmp_path / "out")["train"].column_names


def test_a_folder_is_never_named_like_a_file(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of(), "huggingface", str(tmp_path / "set.md"))
    assert (tmp_path / "set.md" / "README.md").is_file()
    assert "README.md" in report.files


@pytest.mark.parametrize("to", ["parquet", "huggingface"])
def test_without_pyarrow_a_line_says_what_to_run(
    material_of: Gather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError("No module named 'pyarrow'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"Parquet needs pyarrow .* pip install .*pyarrow"):
        write_export(material_of(), to, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_workbook_does_not_know_the_time(
    material_of: Gather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(material_of(), "xlsx", str(tmp_path / "one.xlsx"))

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Later":
            return cls(2040, 1, 1, tzinfo=tz)

    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", Later)
    write_export(material_of(), "xlsx", str(tmp_path / "other.xlsx"))
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()
