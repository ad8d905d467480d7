"""Tables of codings that people keep, a table a case."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exports.readers.annotations import read_codings
from exports.readers.flat import split_cell
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError
from schemas.project_map import ControlMap, ProjectMap
from schemas.records import Annotation, Layers

Write = Callable[..., Path]
BOOK = """
codebook: probe
version: 1.0.0
language: de
targets:
  - {id: maut, question: "Soll es eine Maut geben?"}
  - {id: tram, question: "Soll die Tram fahren?"}
layers:
  - id: art
    kind: one
    required: true
    label: Satzart
    codes: [{id: these, label: These}, {id: meldung, label: "Meldung, Bericht"}, {id: none, label: Keine}]
  - id: haltung
    kind: stance
    label: Haltung
    codes: [{id: favor, label: Ja}, {id: against, label: Nein}]
  - id: mittel
    kind: set
    label: Mittel
    codes: [{id: ironie, label: Ironie}, {id: metapher, label: Metapher}]
  - id: staerke
    kind: scale
    label: Stärke
    codes: [{id: "1", label: eins}, {id: "2", label: zwei}, {id: "3", label: drei}]
  - {id: notiz, kind: text, label: Notiz}
"""


@pytest.fixture
def book(tmp_path: Path) -> Codebook:
    path = tmp_path / "probe.yaml"
    path.write_text(BOOK, "utf-8")
    return load_codebook(path)


def rows(export_rows: list[Annotation]) -> list[tuple[str, Layers]]:
    return [(row.annotator, row.layers) for row in export_rows]


HEAD = "sentence_id,commentary_id,text,"


@pytest.mark.parametrize(
    ("head", "cell", "layers"),
    [
        ("mittel", "ironie|metapher", {"mittel": ["ironie", "metapher"]}),
        ("mittel", '"ironie,metapher"', {"mittel": ["ironie", "metapher"]}),
        ("mittel", "ironie; metapher", {"mittel": ["ironie", "metapher"]}),
        ("mittel", '"[""ironie"", ""metapher""]"', {"mittel": ["ironie", "metapher"]}),
        ("mittel", "Ironie | Metapher", {"mittel": ["ironie", "metapher"]}),
        ("mittel", "METAPHER", {"mittel": ["metapher"]}),
        ("mittel", "[]", {"mittel": []}),
        ("mittel", "ironie;", {"mittel": ["ironie"]}),
        ("mittel", "", {}),
        ("mittel", "NA", {}),
        ("art", "NA", {}),
        ("art", "", {}),
        ("art", "k.A.", {}),
        ("art", "#NV", {}),
        ("art", "none", {"art": "none"}),  # a code of that name is one
        ("art", "These", {"art": "these"}),
        ("art", '"Meldung, Bericht"', {"art": "meldung"}),
        ("Satzart", "these", {"art": "these"}),
        ("ART", "these", {"art": "these"}),
        ("staerke", "3", {"staerke": 3}),
        ("Stärke", "zwei", {"staerke": 2}),
        ("staerke", '"3,0"', {"staerke": 3}),
        ("haltung__maut", "Ja", {"haltung": {"maut": "favor"}}),  # of tram nothing is asked
        ("haltung__maut", "unrelated", {"haltung": {"maut": "unrelated"}}),
        ("haltung__maut", "NA", {}),
        ("notiz", '"gut, aber; kurz"', {"notiz": "gut, aber; kurz"}),
        ("notiz", "NA", {}),
    ],
)
def test_a_cell_is_read(head: str, cell: str, layers: Layers, written: Write, book: Codebook) -> None:
    path = written(f"{HEAD}{head},annotator\nk:1,k,Die Maut,{cell},anna\n", "t.csv")
    assert rows(read_codings([path], book).annotations) == [("anna", layers)]


TWO = [("anna", {"art": "these"}), ("ben", {"art": "meldung"})]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # six columns, and fewer
        (f"{HEAD}art,annotator,annotation_id\nk:1,k,A,these,anna,1\nk:1,k,A,meldung,ben,2\n", TWO),
        ("sentence_id\ttext\tart\tannotator\nk:1\tA\tthese\tanna\nk:1\tA\tmeldung\tben\n", TWO),
        ("text;art;coder\nA;these;anna\nA;meldung;ben\n", TWO),
        ("\ufeffsep=;\nSatz;Satzart;Kodierer:in\nA;These;anna\nA;meldung;ben\n", TWO),
        ('"","text","art","annotator"\n"1","A","these","anna"\n"2","A","meldung","ben"\n', TWO),  # of R
        ('[{"text": "A", "art": "these", "coder": "anna"}, {"text": "A", "art": "meldung", "coder": "ben"}]', TWO),
        ("id,art,coder\n1,these,anna\n1,meldung,ben\n", TWO),
        ("sentence_id,anna,ben\n1,these,meldung\n", TWO),
        # a column an annotator
        ("text,art_anna,art_ben\nA,these,meldung\n", TWO),
        ("text,anna_art,ben_art\nA,these,meldung\n", TWO),
        ("text,Satzart (anna),Satzart (ben)\nA,these,meldung\n", TWO),
        ("text,art: anna,art: ben\nA,these,meldung\n", TWO),
        ("text,anna,ben\nA,these,meldung\nB,NA,\n", TWO),
        ("nr,text,anna,ben\n1,A,these,meldung\n", TWO),
        (
            "text,art_anna,art_ben,mittel_anna\nA,these,meldung,ironie|metapher\n",
            [("anna", {"art": "these", "mittel": ["ironie", "metapher"]}), ("ben", {"art": "meldung"})],
        ),
        ("text,art_1,art_2\nA,these,meldung\n", [("annotator-1", TWO[0][1]), ("annotator-2", TWO[1][1])]),
        # nobody is named
        ("text,art\nA,these\n", [("unknown-1", {"art": "these"})]),
        ("text,art,annotator\nA,these,\nB,,\n", [("unknown-1", {"art": "these"})]),
        # numbers are user ids, as in an export
        ("text,art,annotator\nA,these,7\nA,meldung,9\n", [("annotator-1", TWO[0][1]), ("annotator-2", TWO[1][1])]),
    ],
)  # fmt: skip
def test_a_table_is_read(
    table: str, expected: list[tuple[str, Layers]], written: Write, book: Codebook
) -> None:
    name = "t.json" if table.startswith("[") else "t.csv"
    assert rows(read_codings([written(table, name)], book).annotations) == expected


def test_what_columns_were_taken_for_is_said(written: Write, book: Codebook) -> None:
    path = written("Satz;Satzart;coder;nr\nA;these;anna;1\n", "t.csv")
    [note] = read_codings([path], book).report.warnings
    assert note.startswith(
        "read as a table: art; annotator in coder; text in Satz; ids made of the texts; each"
    )
    assert note.endswith("not read: nr")


def test_ids_come_from_the_text_and_its_commentary(written: Write, book: Codebook) -> None:
    table = "text;artikel;art;coder\nA;faz;these;anna\nA;taz;these;anna\nA;faz;these;ben\n"
    found = read_codings([written(table, "t.csv")], book).annotations
    assert [row.commentary_id for row in found] == ["faz", "faz", "taz"]
    assert found[0].sentence_id == found[1].sentence_id
    assert found[0].sentence_id.startswith("faz:")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("text;arrt;coder\nA;these;anna\n", r'no column is a layer .*did you mean "art"\?.*--map'),
        ("nr;art;coder\n1;these;anna\n", r"no column sentence_id in its first line \(nr, art, coder …\), nor one c"),
        ("text,anna,ben\nA,1,1\n", "no column is a layer of the codebook"),
        ("text,art,coder\nA,thesse,anna\n", r'art: thesse \(1×\) is not in the codebook .*; did you mean "[Tt]hese"\?'),
        ("text,mittel,coder\nA,ironie|bild,anna\n", r"mittel: bild \(1×\) is not in the codebook"),
        ("text,art,coder\nA,these|none,anna\nA,these,anna\n", "stands twice"),
        ("id,annotation_id,annotator,satz,art,lead_time\n1,1,1,A,These,2\n", "no column sentence_id .*--map"),
    ],
)  # fmt: skip
def test_what_a_table_lacks_is_one_line(table: str, words: str, written: Write, book: Codebook) -> None:
    if "A,1,1" in table:  # two layers whose codes fit: which is it?
        book = load_codebook(written(BOOK.replace("kind: set", "kind: scale").replace("id: ironie", 'id: "1"')
                                     .replace("id: metapher", 'id: "2"'), "two.yaml"))  # fmt: skip
        words = "columns anna, ben hold codes of mittel and of staerke: .*such as mittel_anna"
    with pytest.raises(DataError, match=words) as caught:
        read_codings([written(table, "t.csv")], book)
    assert "\n" not in str(caught.value)


def test_a_map_names_the_columns_of_a_flat_export(written: Write, book: Codebook) -> None:
    table = (
        "annotation_id,annotator,ton,baum,lead_time,created_at,id,satz,ctx\n"
        '1,3,laut,"[{""taxonomy"":[[""A"",""Ironie""]]}]",2,2026-01-01,1,Die Maut,x\n'
        ",,,,,,2,Der Zug,x\n"
    )
    controls = {
        "ton": ControlMap(layer="art", codes={"laut": "these"}),
        "baum": ControlMap(layer="mittel"),
    }
    given = ProjectMap(text="satz", annotators={"3": "anna"}, controls=controls)
    export = read_codings([written(table, "t.csv")], book, project_map=given)
    assert rows(export.annotations) == [("anna", {"art": "these", "mittel": ["ironie"]})]
    assert export.report.unlabelled == 1
    assert "columns that the map does not name: ctx" in export.report.warnings


def test_a_map_names_the_columns_of_a_table(written: Write, book: Codebook) -> None:
    given = ProjectMap(text="S", controls={"typ": ControlMap(layer="mittel", codes={"I": "ironie"})})
    path = written("S;typ;coder\nA;I|Metapher;anna\nA;;ben\n", "t.csv")
    export = read_codings([path], book, project_map=given)
    assert rows(export.annotations) == [("anna", {"mittel": ["ironie", "metapher"]}), ("ben", {})]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a, b", ["a, b"]),
        ("a", ["a"]),
        ("a|c", ["a", "c"]),
        ("x, y", ["x, y"]),
        ("c, y", ["c", "y"]),
        ("[1, 2]", ["1", "2"]),
        ("[x", ["[x"]),
    ],
)
def test_a_label_with_a_comma_is_one_word(value: str, words: list[str]) -> None:
    assert split_cell(value, {"a, b": "ab", "a": "a", "c": "c"}) == words
