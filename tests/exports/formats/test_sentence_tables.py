"""Tables with a row a coding and with a row a sentence."""

import csv
from pathlib import Path

import openpyxl
import pytest

from exports.formats.options import Options
from exports.formats.write import write_export
from schemas.errors import SettingsError

from .conftest import Gather


def rows_of(path: Path, **how: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, **how))  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def long(material_of: Gather, tmp_path: Path) -> list[dict[str, str]]:
    write_export(material_of(), "long", str(tmp_path / "out"))
    return rows_of(tmp_path / "out" / "codings.csv")


def answers(rows: list[dict[str, str]], sentence: str, coder: str) -> list[tuple[str, ...]]:
    chosen = [row for row in rows if row["sentence_id"] == sentence and row["coder"] == coder]
    return [tuple(row[name] for name in ("layer", "target", "code", "label", "status")) for row in chosen]


def test_each_code_has_a_row_with_its_label(long: list[dict[str, str]]) -> None:
    assert answers(long, "eins:0", "coder2") == [
        ("function", "", "report", "Bericht", "coded"),
        ("stance", "maut", "favor", "Ja", "coded"),
        ("stance", "tempolimit", "unrelated", "nicht berührt", "coded"),
        ("rhetoric", "", "", "", "coded"),
        ("strength", "", "2", "stark", "coded"),
    ]


def test_what_was_not_coded_has_no_row_and_a_skipped_sentence_one(long: list[dict[str, str]]) -> None:
    assert answers(long, "eins:1", "coder1") == [("", "", "", "", "skipped")]
    assert answers(long, "eins:1", "coder3") == [("rhetoric", "", "none", "Keine", "coded")]


def test_rows_follow_the_text_and_then_the_coders(long: list[dict[str, str]]) -> None:
    seen = list(dict.fromkeys((row["sentence_id"], row["coder"]) for row in long))
    assert seen == [
        ("eins:0", "coder1"),
        ("eins:0", "coder2"),
        ("eins:1", "coder1"),
        ("eins:1", "coder3"),
        ("zwei:0", "coder1"),
    ]


def test_no_e_mail_address_leaves_in_names_or_words(material_of: Gather, tmp_path: Path) -> None:
    for number, options in enumerate(({}, {"pseudonyms": None})):
        write_export(material_of(**options), "long", str(tmp_path / f"{number}"))
        assert "@" not in (tmp_path / f"{number}" / "codings.csv").read_text("utf-8")


def test_undecided_gold_and_withheld_answers_are_marked(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of("gold"), "long", str(tmp_path / "gold.csv"))
    write_export(material_of("predictions"), "long", str(tmp_path / "predicted.csv"))
    gold, predicted = rows_of(tmp_path / "gold.csv"), rows_of(tmp_path / "predicted.csv")
    assert ("stance", "tempolimit", "", "", "undecided") in answers(gold, "eins:0", "gold")
    assert gold[0]["probability"] == "0.75"
    assert answers(predicted, "eins:0", "probe-12345678") == [
        ("function", "", "claim", "Urteil; „Deutung“", "abstained"),
        ("stance", "maut", "favor", "Ja", "coded"),
        ("rhetoric", "", "irony", "Ironie", "abstained"),
        ("strength", "", "2", "stark", "coded"),
    ]
    assert [row["score"] for row in predicted] == ["0.8", "0.7", "0.6", "0.5"]


def test_a_row_a_sentence_has_a_column_for_each_layer_code_and_coder(
    material_of: Gather, tmp_path: Path
) -> None:
    write_export(material_of(), "wide", str(tmp_path / "out"))
    first, second, _ = rows_of(tmp_path / "out" / "sentences.csv")
    assert first["text"] == "Die Maut ist überfällig."
    assert first["function__coder1"] == "claim"
    assert first["function__coder2"] == "report"
    assert (first["rhetoric__none__coder1"], first["rhetoric__none__coder2"]) == ("1", "0")
    assert first["stance__tempolimit__coder1"] == ""
    assert second["rhetoric__none__coder1"] == ""
    assert second["text"] == "'=Summe, sagen sie."


def test_gold_needs_no_coder_in_its_columns(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of("gold", layers=["function"]), "wide", str(tmp_path / "out"))
    assert list(rows_of(tmp_path / "out" / "sentences.csv")[0])[7:] == ["function"]


def test_a_dictionary_says_what_columns_and_values_mean(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of("gold"), "wide", str(tmp_path / "out"))
    rows = rows_of(tmp_path / "out" / "columns.csv")
    named = {row["column"] for row in rows}
    assert named == set(rows_of(tmp_path / "out" / "sentences.csv")[0])
    values = {
        row["value"]: row["value_label"] for row in rows if row["column"] == "function" and row["value"]
    }
    assert values == {"report": "Bericht", "claim": "Urteil; „Deutung“"}


def test_excel_in_german_reads_semicolons_a_comma_and_umlauts(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(), "long", str(tmp_path / "out"), Options(german=True))
    raw = (tmp_path / "out" / "codings.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfsentence_id;")
    assert rows_of(tmp_path / "out" / "codings.csv", delimiter=";")[0]["lead_time"] == "2,5"


def test_a_workbook_has_the_sentences_and_what_their_columns_mean(
    material_of: Gather, tmp_path: Path
) -> None:
    write_export(material_of(), "xlsx", str(tmp_path / "out.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.properties.modified == book.properties.created  # no time of day: the same bytes tomorrow
    heads, first, *_ = book["sentences"].iter_rows(values_only=True)
    assert dict(zip(heads, first, strict=True))["strength__coder2"] == 2
    assert book["columns"]["B2"].value == "sentence_id"


def test_pandas_reads_the_same_from_the_workbook_and_the_table(material_of: Gather, tmp_path: Path) -> None:
    import pandas as pd

    write_export(material_of(), "xlsx", str(tmp_path / "out.xlsx"))
    write_export(material_of(), "wide", str(tmp_path / "out.csv"))
    table = pd.read_csv(tmp_path / "out.csv")
    pd.testing.assert_frame_equal(pd.read_excel(tmp_path / "out.xlsx"), table, check_dtype=False)


def test_only_the_layers_that_were_asked_for_are_written(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(layers=["strength"]), "long", str(tmp_path / "out"))
    assert {row["layer"] for row in rows_of(tmp_path / "out" / "codings.csv")} == {"strength", ""}
    with pytest.raises(
        SettingsError, match=r'"strenght" is no layer of probe 1\.2\.0.*did you mean "strength"'
    ):
        material_of(layers=["strenght"])


def test_without_texts_ids_and_places_stay(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(with_text=False), "wide", str(tmp_path / "out"))
    row = rows_of(tmp_path / "out" / "sentences.csv")[0]
    assert "text" not in row
    assert row["sentence_id"] == "eins:0"
