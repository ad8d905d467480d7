"""INCEpTION's formats: the XMI is written by dkpro-cassis, the library of its makers; the TSV is made by the
description of WebAnno TSV 3.3 in INCEpTION's user guide, with files of others that were compared."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from exports.readers.tools import read_tools
from exports.readers.tools.imported import Imported
from schemas.errors import DataError

TEXT = "Die 😀 Maut ist da. Niemand jubelt.\n\nDer Rat tagt."
SATZART, BILD = "webanno.custom.Satzart", "webanno.custom.Bild"
WORD = "de.tudarmstadt.ukp.dkpro.core.api."


def answers(result: Imported) -> list[tuple[str, str, str, str | None]]:
    texts = {text.key: text.text for text in result.texts}
    return [
        (r.annotator, m.question, m.value, None if m.start is None else texts[r.text][m.start : m.end])
        for r in result.readings
        for m in r.marks
    ]


# ------------------------------------------------------------------ XMI


def xmi(
    who: str = "anna", title: str = "maut.txt", marks: Any = (), relations: int = 0, whole: str | None = None
) -> tuple[str, str]:
    """A document and its type system, as cassis writes them."""
    cassis = pytest.importorskip("cassis")
    types = cassis.load_dkpro_core_typesystem()
    satzart = types.create_type(SATZART, supertypeName="uima.tcas.Annotation")
    types.create_feature(satzart, "Art", "uima.cas.String")
    bild = types.create_type(BILD, supertypeName="uima.tcas.Annotation")
    types.create_feature(bild, "Feld", "uima.cas.String")
    types.create_feature(bild, "tot", "uima.cas.Boolean")
    metadata = types.create_type(
        f"{WORD}metadata.type.DocumentMetaData", supertypeName="uima.tcas.DocumentAnnotation"
    )
    types.create_feature(metadata, "documentTitle", "uima.cas.String")
    types.create_feature(metadata, "documentId", "uima.cas.String")
    relation = types.create_type("webanno.custom.Folgt", supertypeName="uima.tcas.Annotation")
    types.create_feature(relation, "Governor", "uima.tcas.Annotation")
    types.create_feature(relation, "Dependent", "uima.tcas.Annotation")
    document = types.create_type("custom.Haltung", supertypeName="uima.cas.AnnotationBase")
    types.create_feature(document, "zur_Maut", "uima.cas.String")
    cas = cassis.Cas(types)
    cas.sofa_string, cas.sofa_mime = TEXT, "text/plain"
    cas.add(metadata(begin=0, end=len(TEXT), documentTitle=title, documentId=who))
    cas.add(types.get_type(f"{WORD}segmentation.type.Sentence")(begin=0, end=19))
    cas.add(types.get_type(f"{WORD}lexmorph.type.pos.POS")(begin=0, end=3, PosValue="ART"))
    made = []
    for name, words, features in marks:
        start = TEXT.index(words)
        made.append(types.get_type(name)(begin=start, end=start + len(words), **features))
        cas.add(made[-1])
    for _ in range(relations):
        cas.add(relation(begin=made[0].begin, end=made[0].end, Governor=made[0], Dependent=made[1]))
    if whole is not None:
        cas.add(document(zur_Maut=whole))
    return cas.to_xmi(), types.to_xml()


def packed(path: Path, *contents: tuple[str, str]) -> Path:
    with ZipFile(path, "w") as archive:
        for name, text in contents:
            archive.writestr(name, text)
    return path


ANNA = [(SATZART, "Die 😀 Maut ist da.", {"Art": "These"}), (BILD, "jubelt", {"Feld": "Fest", "tot": True})]
BEN = [(SATZART, "Der Rat", {"Art": "Meldung"}), (SATZART, "Niemand", {})]


def test_an_archive_of_a_document_says_who_and_what(tmp_path: Path) -> None:
    cas, types = xmi(marks=ANNA)
    result = read_tools([packed(tmp_path / "maut.zip", ("anna.xmi", cas), ("TypeSystem.xml", types))])
    assert result.tool == "inception"
    assert [(text.title, text.text) for text in result.texts] == [("maut.txt", TEXT)]
    assert answers(result) == [
        ("anna", "Bild.Feld", "Fest", "jubelt"), ("anna", "Bild.tot", "true", "jubelt"),
        ("anna", "Satzart", "These", "Die 😀 Maut ist da."),
    ]  # fmt: skip
    assert result.lost == {"annotations of words: POS": 1}


def test_the_archive_of_a_project_has_all_people_and_no_curator(tmp_path: Path) -> None:
    anna, types = xmi(marks=ANNA)
    ben, _ = xmi("ben", marks=BEN, relations=1)
    inner = packed(tmp_path / "ben.zip", ("ben.xmi", ben), ("TypeSystem.xml", types)).read_bytes()
    path = tmp_path / "projekt.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("exportedproject.json", "{}")
        archive.writestr("annotation/maut.txt/anna.xmi", anna)
        archive.writestr("annotation/maut.txt/TypeSystem.xml", types)
        archive.writestr("annotation/maut.txt/ben.zip", inner)
        archive.writestr("annotation/maut.txt/INITIAL_CAS.xmi", anna)
        archive.writestr("curation/maut.txt/CURATION_USER.xmi", anna)
    result = read_tools([path])
    assert len(result.texts) == 1
    assert [row for row in answers(result) if row[0] == "ben"] == [
        ("ben", "Satzart", "Satzart", "Niemand"), ("ben", "Satzart", "Meldung", "Der Rat"),
    ]  # fmt: skip
    assert result.lost["curated documents (decisions, not codings)"] == 1
    assert result.lost["relations between spans"] == 1
    assert [reading.asked for reading in result.readings] == [("Bild.Feld", "Bild.tot", "Satzart")] * 2


def test_an_annotation_of_a_document_is_of_the_whole_text(tmp_path: Path) -> None:
    cas, types = xmi(whole="pro")
    result = read_tools([packed(tmp_path / "a.zip", ("anna.xmi", cas), ("TypeSystem.xml", types))])
    assert answers(result) == [("anna", "Haltung", "pro", None)]


def test_the_types_may_lie_beside_or_be_handed_in(tmp_path: Path) -> None:
    cas, types = xmi(marks=ANNA)
    for folder, given in (("beside", ["a.xmi"]), ("handed", ["a.xmi", "in/TypeSystem.xml"])):
        place = tmp_path / folder
        (place / "in").mkdir(parents=True)
        (place / "a.xmi").write_text(cas, "utf-8")
        (place / ("TypeSystem.xml" if folder == "beside" else "in/TypeSystem.xml")).write_text(types, "utf-8")
        assert len(answers(read_tools([place / name for name in given]))) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no TypeSystem.xml names its types"),
        ('<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"', "is no UIMA CAS XMI"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xmi:XMI xmlns:xmi="http://www.omg.org/XMI"/>', "has a document type"),
        ('<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
         'xmlns:cas="http:///uima/cas.ecore" xmi:version="2.0"><cas:Sofa xmi:id="1" sofaNum="1" '
         'sofaID="_InitialView" mimeType="text" sofaString="Die Maut."/></xmi:XMI>', "1 texts and no coding"),
    ],
)  # fmt: skip
def test_what_is_no_document_of_a_person_is_refused(content: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "cas.xmi"
    path.write_text(content or xmi(marks=ANNA)[0], "utf-8")
    with pytest.raises(DataError, match=words) as caught:
        read_tools([path])
    assert "\n" not in str(caught.value)


def test_where_cassis_is_missing_its_line_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cassis", None)
    path = tmp_path / "cas.xmi"
    path.write_text('<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"/>', "utf-8")
    with pytest.raises(DataError, match=r"needs dkpro-cassis .*install dkpro-cassis"):
        read_tools([path])


# ------------------------------------------------------------------ TSV

HEAD = "#FORMAT=WebAnno TSV 3.3\n"


def tsv(layers: str, *sentences: str) -> str:
    return HEAD + layers + "\n\n\n" + "\n\n".join(sentences) + "\n"


SIMPLE = "#T_SP=webanno.custom.Satzart|Art"
FIRST = (
    "#Text=Die 😀 Maut.\n1-1\t0-3\tDie\tThese[1]\t\n1-2\t4-6\t😀\tThese[1]|Bild\t\n"
    "1-3\t7-11\tMaut\tThese[1]\t\n1-4\t11-12\t.\tThese[1]\t"
)
SECOND = "#Text=Er ruht.\n2-1\t14-16\tEr\t_\t\n2-2\t17-21\truht\t*\t\n2-3\t21-22\t.\t_\t"


@pytest.mark.parametrize(
    ("content", "text", "expected", "lost"),
    [
        (tsv(SIMPLE, FIRST, SECOND), "Die 😀 Maut.\n\nEr ruht.",
         [("Satzart", "These", "Die 😀 Maut."), ("Satzart", "Bild", "😀"), ("Satzart", "Satzart", "ruht")], {}),
        (tsv(SIMPLE, FIRST, SECOND).replace("\n", "\r\n"), "Die 😀 Maut.\n\nEr ruht.",
         [("Satzart", "These", "Die 😀 Maut."), ("Satzart", "Bild", "😀"), ("Satzart", "Satzart", "ruht")], {}),
        # two features, stacked; reserved signs behind a backslash
        (tsv("#T_SP=webanno.custom.X|a|b", "#Text=Ja nein\n1-1\t0-2\tJa\tu[1]|v\t*[1]|x\\|y\\[z\\]\t\n1-2\t3-7\tnein\tu[1]\t*[1]\t"),
         "Ja nein", [("X.a", "v", "Ja"), ("X.b", "x|y[z]", "Ja"), ("X.a", "u", "Ja nein")], {}),
        # a layer without a feature, a sentence in two lines, a part of a token
        (tsv("#T_SP=webanno.custom.Bild|", "#Text=Haus\n#Text=tür\n1-1\t0-4\tHaus\t_\t\n1-1.1\t0-2\tHa\t*\t\n1-2\t5-8\ttür\t*\t"),
         "Haus\ntür", [("Bild", "Bild", "Ha"), ("Bild", "Bild", "tür")], {}),
        # columns of words, chains, relations and slots stand beside those of people
        (tsv(f"#T_SP={WORD}lexmorph.type.pos.POS|PosValue|coarse\n#T_SP=webanno.custom.A|v|ROLE_webanno.custom.A:r_link|uima.tcas.Annotation\n"
             f"#T_CH={WORD}coref.type.CoreferenceLink|t|r\n#T_RL=webanno.custom.R|x|BT_webanno.custom.A",
             "#Text=Ja\n1-1\t0-2\tJa\tADV\t*\teins\tvon\t1-1\tk[1]\t*->1-1\tfolgt\t1-1"),
         "Ja", [("A", "eins", "Ja")],
         {"annotations of words: POS": 1, "links to other annotations, and lists": 1, "chains": 1, "relations between spans": 1}),
        # an escaped text, and one whose text does not fit: then the tokens say it
        (tsv(SIMPLE, "#Text=a\\tb\\\\c\n1-1\t0-1\ta\tx\t\n1-2\t2-5\tb\\\\c\t_\t"), "a\tb\\c", [("Satzart", "x", "a")], {}),
        (tsv(SIMPLE, "#Text=\n1-1\t0-2\tJa\tx\t\n1-2\t4-5\t.\t_\t"), "Ja  .", [("Satzart", "x", "Ja")], {}),
        (tsv(f"#T_SP={WORD}ner.type.NamedEntity|value|identifier", "#Text=Berlin\n1-1\t0-6\tBerlin\tLOC\t*\t"),
         "Berlin", [("NamedEntity.value", "LOC", "Berlin")], {}),
    ],
)  # fmt: skip
def test_a_tsv_gives_text_and_marks(
    content: str, text: str, expected: Any, lost: Any, tmp_path: Path
) -> None:
    path = tmp_path / "maut.tsv"
    path.write_bytes(content.encode())
    result = read_tools([path], tool="inception")
    assert [(one.title, one.text) for one in result.texts] == [("maut", text)]
    found = [row[1:] for row in answers(result)]
    assert sorted(found) == sorted(expected)
    assert result.lost == lost


def test_two_files_of_one_text_are_two_people(tmp_path: Path) -> None:
    for name, label in (("anna", "x"), ("ben", "y")):
        (tmp_path / f"{name}.tsv").write_text(tsv(SIMPLE, f"#Text=Ja\n1-1\t0-2\tJa\t{label}\t"), "utf-8")
    result = read_tools([tmp_path / "anna.tsv", tmp_path / "ben.tsv"])
    assert answers(result) == [("anna", "Satzart", "x", "Ja"), ("ben", "Satzart", "y", "Ja")]
    assert len(result.texts) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (tsv(SIMPLE, "1-1\tJa"), "a.tsv:5: found .* expected a token"),
        (tsv(SIMPLE, "#Text=Ja\n1-1\t0-2\tJa\t_", "#Text=Ja\n2-1\t0-2\tJa\t_"), "begins at 0, before the end"),
        (tsv(SIMPLE, "#Text=Nein\n1-1\t0-2\tJaja\t_"), "'Jaja' does not fit 0-2"),
        (tsv(SIMPLE, "#Text=Ja\n1-1\t0-2\tJa"), "a.tsv:6: has 0 columns of annotations, expected 1"),
        (tsv(SIMPLE, ""), "no text in it"),
        ("#FORMAT=WebAnno TSV 2\n", "no tool that is known"),
    ],
)  # fmt: skip
def test_a_tsv_that_contradicts_itself_is_refused(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=words):
        read_tools([path])
