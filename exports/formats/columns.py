"""Typed columns: the table of sentences as Parquet, and a data set as `datasets` of Hugging Face reads it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from exports.formats import card
from exports.formats.material import Answers, Material
from exports.formats.options import Options
from exports.formats.sentence_tables import wide_columns, wide_rows, write_dictionary
from exports.tables import rows_parquet
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.kinds import KINDS
from schemas.layer import Layer

SPLITS = ("train", "validation", "test")
_ROWS = 5000  # of a row group

#: A feature as `datasets` writes it into the schema of a file.
Feature = dict[str, Any]


def write_parquet(material: Material, folder: Path, options: Options) -> None:
    """``sentences.parquet`` and ``columns.csv``.

    Raises
    ------
    SettingsError
        pyarrow is not installed.
    """
    columns = wide_columns(material)
    names = [(column.name, column.type) for column in columns]
    rows_parquet.write(str(folder / "sentences.parquet"), names, wide_rows(material))
    write_dictionary(folder, material, {"sentences": columns}, options)


def write_data_set(material: Material, folder: Path, options: Options) -> None:
    """``data/SPLIT-00000-of-00001.parquet`` for each split that has rows, and ``README.md``, their card.

    Raises
    ------
    SettingsError
        pyarrow is not installed.
    """
    rows_parquet.need_pyarrow()
    columns = data_set_columns(material)
    features = {column.name: column.feature for column in columns}
    (folder / "data").mkdir()
    sizes: dict[str, card.Size] = {}
    for split in SPLITS:
        if rows := material.of_split(split):
            path = folder / "data" / f"{split}-00000-of-00001.parquet"
            sizes[split] = card.Size(len(rows), _write(path, features, _rows(material, rows, columns)))
    (folder / "README.md").write_text(card.data_set_card(material, features, sizes), "utf-8")


class DataSetColumn(NamedTuple):
    """A column, its feature, and what stands in it for an answer."""

    name: str
    feature: Feature
    layer: Layer | None = None
    target: str | None = None
    is_scores: bool = False

    def value(self, row: Answers) -> Any:
        """What the answers say; None where they say nothing."""
        assert self.layer is not None
        name = control_name(self.layer.id, self.target)
        if self.is_scores:
            scores = row.scores.get(name)
            return None if scores is None else [scores.get(code) for code in self.layer.values]
        value = row.layers.get(self.layer.id)
        if isinstance(value, dict):
            return self._number(value.get(self.target or ""))
        if isinstance(value, list):
            return sorted(number for code in value if (number := self._number(code)) is not None)
        return value if self.feature["_type"] == "Value" else self._number(value)

    def _number(self, code: Any) -> int | None:
        assert self.layer is not None
        return None if code is None else self.layer.values.index(str(code))


_STRING: Feature = {"dtype": "string", "_type": "Value"}
_NUMBER: Feature = {"dtype": "int64", "_type": "Value"}
_FRACTION: Feature = {"dtype": "float64", "_type": "Value"}
_YES_NO: Feature = {"dtype": "bool", "_type": "Value"}
_SENTENCE = {
    "sentence_id": _STRING,
    "commentary_id": _STRING,
    "index": _NUMBER,
    "title": _STRING,
    "author": _STRING,
    "date": _STRING,
}
_ABOUT = {
    "annotations": {"skipped": _YES_NO, "phase": _STRING, "suggested": _YES_NO, "lead_time": _FRACTION},
    "gold": {"undecided": {"feature": _STRING, "_type": "Sequence"}},
    "predictions": {"abstained": {"feature": _STRING, "_type": "Sequence"}},
}


def data_set_columns(material: Material) -> list[DataSetColumn]:
    """Those of the sentence, who coded, and one a layer or target; scores where there are any."""
    text = {"text": _STRING} if material.has_text else {}
    facts = {**_SENTENCE, **text, "coder": _STRING, **_ABOUT[material.what]}
    columns = [DataSetColumn(name, feature) for name, feature in facts.items()]
    scored = {name for row in material.rows for name in row.scores}
    for name, layer, target in _answers(material.codebook):
        columns.append(DataSetColumn(name, _feature(layer), layer, target))
        if name in scored:
            scores = {"feature": _FRACTION, "_type": "Sequence"}
            columns.append(DataSetColumn(f"{name}__scores", scores, layer, target, True))
    return columns


def _answers(book: Codebook) -> Iterator[tuple[str, Layer, str | None]]:
    for layer in book.layers:
        targets = book.target_ids if KINDS[layer.kind].by_target else [None]
        yield from ((control_name(layer.id, target), layer, target) for target in targets)


def _feature(layer: Layer) -> Feature:
    """A scale is a number; a kind of one's own without codes, words."""
    if not KINDS[layer.kind].has_codes:
        return _STRING
    if not KINDS[layer.kind].by_target and all(code.isdigit() for code in layer.values):
        return _NUMBER
    label = {"names": layer.values, "_type": "ClassLabel"}
    return {"feature": label, "_type": "Sequence"} if KINDS[layer.kind].several else label


def _rows(
    material: Material, rows: Iterable[Answers], columns: list[DataSetColumn]
) -> Iterator[dict[str, Any]]:
    answers = [column for column in columns if column.layer is not None]
    for row in rows:
        unit = material.units[row.sentence_id]
        commentary = material.commentaries[unit.commentary_id]
        facts = {
            "sentence_id": row.sentence_id,
            "commentary_id": unit.commentary_id,
            "index": unit.index,
            "title": commentary.title or None,
            "author": commentary.author,
            "date": commentary.date,
            "text": unit.text,
            "coder": row.coder,
            "skipped": row.skipped,
            "phase": row.phase,
            "suggested": row.suggested,
            "lead_time": row.lead_time,
            "undecided": row.undecided,
            "abstained": row.abstained,
        }
        yield {**facts, **{column.name: column.value(row) for column in answers}}


def _write(path: Path, features: Mapping[str, Feature], rows: Iterator[dict[str, Any]]) -> int:
    """Writes the rows with their features in the schema, and gives their size in memory, in bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}

    def kind(feature: Feature) -> Any:
        if feature["_type"] == "Sequence":
            return pa.list_(kind(feature["feature"]))
        return pa.int64() if feature["_type"] == "ClassLabel" else kinds[feature["dtype"]]

    about = json.dumps({"info": {"features": dict(features)}}, ensure_ascii=False)
    fields = [(name, kind(feature)) for name, feature in features.items()]
    schema = pa.schema(fields, metadata={"huggingface": about})
    size = 0
    with pq.ParquetWriter(path, schema) as writer:
        while part := list(islice(rows, _ROWS)):
            table = pa.Table.from_pylist(part, schema=schema)
            size += table.nbytes
            writer.write_table(table)
    return size
