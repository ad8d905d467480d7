"""CAS XMI is read by dkpro-cassis, the library of INCEpTION's makers; WebAnno TSV by the rules of their user guide."""

import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from exports.formats.material import Material, Sources, gather
from exports.formats.write import write_export
from schemas.records import Block, Commentary, Sentence

from .conftest import TEXTS, Gather, annotation, commentaries, sentences

SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"


def members(material: Material, to: str, folder: Path) -> dict[str, bytes]:
    write_export(material, to, str(folder))
    with ZipFile(folder / "annotations.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cas_of(files: dict[str, bytes], name: str) -> Any:
    cassis = pytest.importorskip("cassis")
    types = cassis.load_typesystem(io.BytesIO(files["TypeSystem.xml"]))
    return cassis.load_cas_from_xmi(io.BytesIO(files[name]), typesystem=types)


def test_cassis_reads_a_layer_for_each_of_the_codebook(material_of: Gather, tmp_path: Path) -> None:
    files = members(material_of(), "cas", tmp_path / "out")
    assert sorted(files) == [
        "TypeSystem.xml", "annotators/INITIAL_CAS/eins.xmi", "annotators/INITIAL_CAS/zwei.xmi",
        "annotators/coder1/eins.xmi", "annotators/coder1/zwei.xmi",
        "annotators/coder2/eins.xmi", "annotators/coder3/eins.xmi",
    ]  # fmt: skip
    assert not cas_of(files, "annotators/INITIAL_CAS/eins.xmi").select("webanno.custom.function")
    cas = cas_of(files, "annotators/coder2/eins.xmi")
    assert cas.sofa_string == " ".join(TEXTS["eins"])
    assert [s.get_covered_text() for s in cas.select(SENTENCE)] == TEXTS["eins"]
    assert [s.id for s in cas.select(SENTENCE)] == ["eins:0", "eins:1"]
    assert [t.get_covered_text() for t in cas.select(TOKEN)][:5] == ["Die", "Maut", "ist", "überfällig", "."]
    (stance,) = cas.select("webanno.custom.stance")
    assert (stance.maut, stance.tempolimit) == ("favor", "unrelated")
    assert stance.get_covered_text() == TEXTS["eins"][0]
    assert [one.code for one in cas.select("webanno.custom.strength")] == ["2"]
    assert not cas.select("webanno.custom.rhetoric")


def test_people_whose_names_look_alike_have_a_folder_each(material_of: Gather, tmp_path: Path) -> None:
    rows = [annotation("eins:0", who, {"function": "claim"}) for who in ("Anna B", "anna-b")]
    sources = Sources("annotations", material_of().codebook, rows, sentences(), commentaries())
    files = members(gather(sources), "cas", tmp_path / "out")
    assert sorted(files)[2:] == ["annotators/INITIAL_CAS/eins.xmi", "annotators/anna-b-2/eins.xmi"]
    assert "annotators/Anna-B/eins.xmi" in files


def test_a_set_is_an_annotation_for_each_code_and_words_are_a_feature(
    material_of: Gather, tmp_path: Path
) -> None:
    cas = cas_of(members(material_of(), "cas", tmp_path / "out"), "annotators/coder1/zwei.xmi")
    found = [(one.code, one.get_covered_text()) for one in cas.select("webanno.custom.rhetoric")]
    assert found == [("irony", TEXTS["zwei"][0]), ("figure", TEXTS["zwei"][0])]
    assert [one.words for one in cas.select("webanno.custom.comment")] == ["Frag [E-Mail]!"]


def test_places_in_xmi_count_units_of_utf_16(material_of: Gather, tmp_path: Path) -> None:
    xmi = members(material_of(), "cas", tmp_path / "out")["annotators/coder1/zwei.xmi"].decode()
    length = len(TEXTS["zwei"][0])
    assert f'begin="0" end="{length + 1}"' in xmi
    assert f'end="{length}"' not in xmi


def test_tsv_is_as_the_user_guide_describes_it(material_of: Gather, tmp_path: Path) -> None:
    tsv = members(material_of(), "webanno-tsv", tmp_path / "out")["annotators/coder1/zwei.tsv"].decode()
    irony = "irony[2]|figure[3]"
    assert tsv == (
        "#FORMAT=WebAnno TSV 3.3\n"
        "#T_SP=webanno.custom.function|code\n"
        "#T_SP=webanno.custom.stance|maut|tempolimit\n"
        "#T_SP=webanno.custom.rhetoric|code\n"
        "#T_SP=webanno.custom.strength|code\n"
        "#T_SP=webanno.custom.comment|words\n"
        "\n\n#Sentence.id=zwei:0\n#Text=Wer rast, gewinnt ja immer! 🙂\n"
        + "".join(
            f"1-{n}\t{at}\t{word}\tclaim[1]\t_\t_\t{irony}\t_\tFrag \\[E-Mail\\]![4]\t\n"
            for n, (at, word) in enumerate(
                [("0-3", "Wer"), ("4-8", "rast"), ("8-9", ","), ("10-17", "gewinnt"), ("18-20", "ja"),
                 ("21-26", "immer"), ("26-27", "!"), ("28-30", "🙂")], 1
            )
        )
    )  # fmt: skip


def test_text_between_sentences_that_have_a_row_is_kept_as_sentences(
    material_of: Gather, tmp_path: Path
) -> None:
    text = "Titel\n\nDie Maut kommt. Wer zahlt?\nNiemand \\ weiß es."
    start = text.index("Die")
    sentence = Sentence(
        sentence_id="s", commentary_id="k", index=0, start=start, end=start + 15, text=text[start : start + 15],
        kind="sentence", continues=False, chain_id=None, block=0,
    )  # fmt: skip
    known = Commentary(
        commentary_id="k/ö 1", title="", text=text, blocks=[Block(kind="paragraph", start=0, end=len(text))]
    )
    rows = [annotation("s", "anna", {"function": "claim"})]
    material = gather(
        Sources("annotations", material_of().codebook, rows, {"s": sentence}, {"k": known}),
        layers=["function"],
    )
    tsv = members(material, "webanno-tsv", tmp_path / "out")["annotators/anna/k-ö-1.tsv"].decode()
    assert re.findall("#Text=(.*)", tsv) == ["Titel", "Die Maut kommt.", "Wer zahlt?", r"Niemand \\ weiß es."]
    assert "2-1\t7-10\tDie\tclaim[1]\t\n" in tsv
    assert "\n#Sentence.id=\n#Text=Titel\n1-1\t0-5\tTitel\t_\t\n" in tsv
    assert f"4-1\t{start + 28}-{start + 35}\tNiemand" in tsv  # a line break counts two
