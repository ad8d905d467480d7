"""Tables: a row a coding (``long``), a row a sentence (``wide``), as CSV or as a workbook."""

import datetime
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from exports.formats.label_scripts import Table, write_label_scripts
from exports.formats.material import Answers, Material, codes_of
from exports.formats.options import Options
from exports.formats.variables import Column, by_coder, code_labels
from exports.tables import rows_csv
from exports.tables.cells import escape_cell
from schemas.errors import DataError
from schemas.kinds import KINDS

Row = dict[str, Any]

_SENTENCE = (
    Column("sentence_id", str, "id of the sentence"),
    Column("commentary_id", str, "id of the commentary"),
    Column("title", str, "title of the commentary"),
    Column("author", str, "author of the commentary"),
    Column("date", str, "date of the commentary, YYYY-MM-DD"),
    Column("index", int, "place of the sentence in its commentary, from 0"),
)
_TEXT = (Column("text", str, "the sentence"),)
#: In its place where texts are left out.
_NO_TEXT = (
    Column("start", int, "where the sentence begins in the text of its commentary, in characters from 0"),
    Column("end", int, "where it ends"),
    Column("sha256", str, "SHA-256 of the sentence in UTF-8"),
    Column("commentary_sha256", str, "SHA-256 of the text of the commentary in UTF-8"),
)
_CODING = (
    Column("sentence_id", str, "id of the sentence"),
    Column("commentary_id", str, "id of the commentary"),
    Column("index", int, "place of the sentence in its commentary, from 0"),
    Column("coder", str, "annotator (a pseudonym), gold, or the version of the model"),
    Column("layer", str, "what is coded"),
    Column("target", str, "toward what, in layers that ask so"),
    Column("code", str, "the code; empty where a set has none, or nothing was coded"),
    Column("label", str, "its label"),
    Column("words", str, "what is written, in layers of free text"),
    Column(
        "status", str, "coded; skipped: the sentence was passed over; undecided: the gold is open; "
        "abstained: the model's answer is below its threshold",
    ),
)  # fmt: skip
_BY_WHAT = {
    "annotations": (
        Column("phase", str, "pilot, main or test"),
        Column("suggested", bool, "whether the annotator was shown a suggestion"),
        Column("lead_time", float, "seconds the sentence was on the screen"),
    ),
    "gold": (Column("probability", float, "of the code, where the rule gives one"),),
    "predictions": (Column("score", float, "probability of the code"),),
}
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: Rows and characters that Excel takes.
_ROWS, _CHARS = 1_048_576, 32_767
_EPOCH = datetime.datetime(2000, 1, 1)


def write_long(material: Material, folder: Path, options: Options) -> None:
    """``codings.csv``, ``sentences.csv``, and ``columns.csv``, which says what stands in them."""
    columns = long_columns(material)
    _write_csv(folder / "codings.csv", columns, long_rows(material), options)
    _write_csv(folder / "sentences.csv", sentence_columns(material), sentence_rows(material), options)
    write_dictionary(folder, material, {"codings": columns, "sentences": sentence_columns(material)}, options)


def write_wide(material: Material, folder: Path, options: Options) -> None:
    """``sentences.csv``, ``columns.csv``, and the scripts by which SPSS and Stata read it with its labels."""
    columns, widths = wide_columns(material), dict[str, int]()
    rows = _on_one_line(wide_rows(material), columns, widths, material)
    _write_csv(folder / "sentences.csv", columns, rows, options)
    write_dictionary(folder, material, {"sentences": columns}, options)
    table = Table(options.main or "sentences.csv", columns, widths, options.german)
    write_label_scripts(folder, table)


def _on_one_line(
    rows: Iterator[Row], columns: list[Column], widths: dict[str, int], material: Material
) -> Iterator[Row]:
    """The rows without line breaks in their cells: SPSS reads a line a case. Notes the longest cells."""
    texts = [column.name for column in columns if column.type is str]
    for row in rows:
        for name in texts:
            cell = row.get(name)
            if not cell:
                continue
            if not cell.isprintable() and _BREAK.search(cell):
                row[name], number = _BREAK.subn(" ", cell)
                material.left_out["line breaks within cells, written as spaces"] += number
            # an apostrophe may come in front
            widths[name] = max(
                widths.get(name, 0), len(cell) + 1 if cell.isascii() else len(cell.encode()) + 1
            )
        yield row


def write_workbook(material: Material, folder: Path, options: Options) -> None:
    """``sentences.xlsx``: the sheets ``sentences``, a row a sentence, and ``columns``.

    Raises
    ------
    DataError
        There are more rows, or longer texts, than a workbook holds.
    """
    import openpyxl
    from openpyxl.writer.excel import ExcelWriter

    if len(material.units) >= _ROWS:
        found = f"{len(material.units):,} sentences: a sheet holds {_ROWS - 1:,}; use --to wide"
        raise DataError(found, path="sentences.xlsx")
    book = openpyxl.Workbook(write_only=True)
    columns = wide_columns(material)
    for name, heads, rows in (
        ("sentences", [column.name for column in columns], wide_rows(material)),
        ("columns", list(_DICTIONARY), dictionary_rows(material, {"sentences": columns})),
    ):
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append(heads)
        for row in rows:
            sheet.append([_excel(row.get(head)) for head in heads])
    book.properties.creator, book.properties.created = "standpunkt", _EPOCH
    book.properties.modified = _EPOCH
    # the workbook's own `save` writes the time of the clock as when it was modified
    with zipfile.ZipFile(folder / "sentences.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()


def _excel(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) > _CHARS:
        raise DataError(f"a text of {len(value):,} characters: a cell holds {_CHARS:,}; use --to wide")
    return escape_cell(value)


def _write_csv(path: Path, columns: list[Column], rows: Iterator[Row], options: Options) -> None:
    names = [(column.name, column.type) for column in columns]
    rows_csv.write(str(path), names, rows, german=options.german)


# ------------------------------------------------------------------ a row a coding


def long_columns(material: Material) -> list[Column]:
    return [*_CODING, *_BY_WHAT[material.what]]


def long_rows(material: Material) -> Iterator[Row]:
    """A row for each code that was given; one without a code for an empty set and for a skipped sentence."""
    labels = code_labels(material.codebook)
    for row in material.rows:
        unit = material.units[row.sentence_id]
        common = {
            "sentence_id": row.sentence_id,
            "commentary_id": unit.commentary_id,
            "index": unit.index,
            "coder": row.coder,
            "phase": row.phase,
            "suggested": row.suggested,
            "lead_time": row.lead_time,
        }
        if row.skipped:
            yield common | {"status": "skipped"}
        for answer in _answers(material, row, labels):
            yield common | answer


def _answers(material: Material, row: Answers, labels: Mapping[tuple[str, str], str]) -> Iterator[Row]:
    for layer in material.codebook.layers:
        if layer.id not in row.layers:
            continue
        for target, code in codes_of(layer, row.layers[layer.id]):
            if not KINDS[layer.kind].has_codes:
                yield {"layer": layer.id, "words": code, "status": "coded"}
                continue
            name = f"{layer.id}__{target}" if target else layer.id
            score = row.scores.get(name, {}).get(code or "")
            is_withheld = name in row.abstained or f"{layer.id}__{code}" in row.abstained
            yield {
                "layer": layer.id,
                "target": target,
                "code": code,
                "label": code and labels.get((layer.id, code), code),
                "status": "abstained" if is_withheld else "coded",
                "score": score,
                "probability": score,
            }
    for name in row.undecided:
        layer_id, _, target = name.partition("__")
        yield {"layer": layer_id, "target": target or None, "status": "undecided"}


# ------------------------------------------------------------------ a row a sentence


def sentence_columns(material: Material) -> list[Column]:
    """Those of the sentence itself; hashes where its text is not exported."""
    return [*_SENTENCE, *(_TEXT if material.has_text else _NO_TEXT)]


def sentence_rows(material: Material) -> Iterator[Row]:
    for unit in material.units.values():
        commentary = material.commentaries[unit.commentary_id]
        yield {
            "sentence_id": unit.sentence_id,
            "commentary_id": unit.commentary_id,
            "title": commentary.title or None,
            "author": commentary.author,
            "date": commentary.date,
            "index": unit.index,
            "text": unit.text,
            "start": unit.start,
            "end": unit.end,
            "sha256": unit.sha256,
            "commentary_sha256": material.text_hashes.get(unit.commentary_id),
        }


def wide_columns(material: Material) -> list[Column]:
    columns = sentence_columns(material)
    for name, (variable, coder) in by_coder(material).items():
        kind = int if variable.is_number else str
        columns.append(Column(name, kind, f"{variable.label} ({coder})", variable.values))
    return columns


def wide_rows(material: Material) -> Iterator[Row]:
    """What was not coded, was skipped or is undecided has no value."""
    columns, said = by_coder(material), material.by_unit()
    for row in sentence_rows(material):
        layers = {answers.coder: answers.layers for answers in said[row["sentence_id"]]}
        for name, (variable, coder) in columns.items():
            row[name] = variable.value(layers.get(coder, {}))
        yield row


# ------------------------------------------------------------------ what the columns mean

_DICTIONARY = ("table", "column", "type", "label", "value", "value_label")
_TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def dictionary_rows(material: Material, tables: Mapping[str, list[Column]]) -> Iterator[Row]:
    """A row a column, and one for each value that a column of answers can have."""
    for table, columns in tables.items():
        for column in columns:
            common = {
                "table": table,
                "column": column.name,
                "type": _TYPES[column.type],
                "label": column.label,
            }
            yield common
            for value, label in column.values.items():
                yield common | {"value": value, "value_label": label}


def write_dictionary(
    folder: Path, material: Material, tables: Mapping[str, list[Column]], options: Options
) -> None:
    """``columns.csv``."""
    names = [(name, str) for name in _DICTIONARY]
    rows = dictionary_rows(material, tables)
    rows_csv.write(str(folder / "columns.csv"), names, rows, german=options.german)
