"""Project.xsd is the published schema of REFI-QDA (MIT), as it comes with qualitative-coding 1.7.8."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from msgspec.structs import replace

from exports.formats.material import Sources, gather
from exports.formats.options import Options
from exports.formats.write import write_export
from exports.readers.tools import read_tools
from schemas.codebook import load_codebook
from schemas.errors import SettingsError

from .conftest import ANNOTATIONS, CODEBOOK, TEXTS, Gather, annotation, commentaries, sentences

Q = "{urn:QDA-XML:project:1.0}"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "Project.xsd"))


class Project:
    def __init__(self, path: Path) -> None:
        with ZipFile(path) as archive:
            self.root = etree.fromstring(archive.read("project.qde"))
            self.texts = {
                name.removeprefix("Sources/"): archive.read(name).decode()
                for name in archive.namelist()
                if name.startswith("Sources/")
            }

    def every(self, tag: str) -> Iterator[etree._Element]:
        return self.root.iter(f"{Q}{tag}")

    def marks(self) -> list[tuple[str, str, str]]:
        """User, code and words of each coding."""
        users = {user.get("guid"): user.get("name") for user in self.every("User")}
        codes = {code.get("guid"): code.get("name") for code in self.every("Code")}
        found = []
        for source in self.every("TextSource"):
            text = self.texts[source.get("plainTextPath").removeprefix("internal://")]
            for selection in source.iter(f"{Q}PlainTextSelection"):
                words = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]
                for coding in selection.iter(f"{Q}Coding"):
                    code = codes[coding[0].get("targetGUID")]
                    found.append((users[coding.get("creatingUser")], code, words))
        return found


def project(material_of: Gather, tmp_path: Path, what: str = "annotations", **options: object) -> Project:
    write_export(material_of(what, **options), "refi-qda", str(tmp_path / "p.qdpx"))
    return Project(tmp_path / "p.qdpx")


@pytest.mark.parametrize("what", ["annotations", "gold", "predictions"])
def test_a_project_is_valid_by_the_published_schema(material_of: Gather, tmp_path: Path, what: str) -> None:
    SCHEMA.assertValid(project(material_of, tmp_path, what).root)


def test_a_project_without_any_code_is_valid(material_of: Gather, tmp_path: Path) -> None:
    only_words = project(material_of, tmp_path, layers=["comment"])
    SCHEMA.assertValid(only_words.root)
    assert not list(only_words.every("CodeBook"))


def test_passages_have_their_codes_by_person(material_of: Gather, tmp_path: Path) -> None:
    first, second, third = TEXTS["eins"][0], TEXTS["eins"][1], TEXTS["zwei"][0]
    assert project(material_of, tmp_path).marks() == [
        ("coder1", "Urteil; „Deutung“", first), ("coder1", "maut: Ja", first), ("coder1", "Keine", first),
        ("coder1", "schwach", first),
        ("coder2", "Bericht", first), ("coder2", "maut: Ja", first), ("coder2", "stark", first),
        ("coder3", "Keine", second),
        ("coder1", "Urteil; „Deutung“", third), ("coder1", "Ironie", third), ("coder1", "Bild", third),
    ]  # fmt: skip


def test_codes_are_a_tree_of_layers_targets_and_finer_codes(material_of: Gather, tmp_path: Path) -> None:
    (codes,) = project(material_of, tmp_path).every("Codes")

    def tree(node: etree._Element) -> list[object]:
        return [
            (c.get("name"), c.get("isCodable"), tree(c)) if len(c.findall(f"{Q}Code")) else c.get("name")
            for c in node.findall(f"{Q}Code")
        ]

    assert tree(codes) == [
        ("Satzart", "false", ["Bericht", "Urteil; „Deutung“"]),
        ("Haltung", "false", [
            ("Soll es eine Maut geben?", "false", ["maut: Ja", "maut: Nein"]),
            ("Soll ein Tempolimit gelten?", "false", ["tempolimit: Ja", "tempolimit: Nein"]),
        ]),
        ("Mittel", "false", [("Bild", "true", ["Ironie"]), "Keine"]),
        ("Stärke", "false", ["schwach", "stark"]),
    ]  # fmt: skip
    assert all(code.get("color").startswith("#") for code in codes.iter(f"{Q}Code"))


def test_a_code_says_what_it_means(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        CODEBOOK.replace(
            'label: {de: "Bericht"},',
            'label: {de: "Bericht"}, short: {de: "A < B"}, use_when: [{de: "wenn"}],',
        ),
        "utf-8",
    )
    sources = Sources(
        "annotations", load_codebook(tmp_path / "c.yaml"), ANNOTATIONS, sentences(), commentaries()
    )
    write_export(gather(sources), "refi-qda", str(tmp_path / "p.qdpx"))
    codes = {code.get("name"): code for code in Project(tmp_path / "p.qdpx").every("Code")}
    assert codes["Bericht"].findtext(f"{Q}Description") == "A < B\n+ wenn"


def test_what_has_no_mark_is_counted_and_words_are_a_memo(material_of: Gather, tmp_path: Path) -> None:
    material = material_of()
    report = write_export(material, "refi-qda", str(tmp_path / "p.qdpx"))
    assert report.left_out["targets that were asked and are not touched, in which nothing is marked"] == 1
    assert report.left_out["sets without a code, in which nothing is marked"] == 1
    memos = [s.findtext(f"{Q}Description") for s in Project(tmp_path / "p.qdpx").every("PlainTextSelection")]
    assert [memo for memo in memos if memo] == ["Bemerkung: Frag [E-Mail]!"]


def test_an_answer_that_a_model_withholds_is_not_marked(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of("predictions"), "refi-qda", str(tmp_path / "p.qdpx"))
    assert [code for _, code, _ in Project(tmp_path / "p.qdpx").marks()] == ["maut: Ja", "stark"]
    assert report.left_out["answers below their threshold, left out"] == 2
    assert not [words for words in report.left_out if "abstained" in words]


def test_names_and_dates_are_such_that_qualcoder_reads_them(material_of: Gather, tmp_path: Path) -> None:
    """QualCoder 3.6 (refi.py) loses a code whose name another has, and stops at a selection without a date."""
    book = tmp_path / "c.yaml"
    book.write_text(CODEBOOK.replace('label: {de: "Bericht"}', 'label: {de: "Keine"}'), "utf-8")
    same = {name: replace(one, title="Stück") for name, one in commentaries().items()}
    sources = Sources("annotations", load_codebook(book), ANNOTATIONS, sentences(), same)
    write_export(gather(sources), "refi-qda", str(tmp_path / "p.qdpx"))
    made = Project(tmp_path / "p.qdpx")
    names = [code.get("name") for code in made.every("Code")]
    assert {"Keine (Satzart)", "Keine (Mittel)"} <= {*names}
    assert len(names) == len({*names})
    assert [source.get("name") for source in made.every("TextSource")] == ["Stück (eins)", "Stück (zwei)"]
    assert all(
        one.get("creationDateTime") for one in (*made.every("PlainTextSelection"), *made.every("TextSource"))
    )


def test_a_text_that_is_not_known_is_put_together_and_counted(material_of: Gather, tmp_path: Path) -> None:
    material = material_of()
    for name, known in material.commentaries.items():
        material.commentaries[name] = replace(known, text="", blocks=[])
    report = write_export(material, "refi-qda", str(tmp_path / "p.qdpx"))
    made = Project(tmp_path / "p.qdpx")
    assert sorted(made.texts.values()) == sorted("\n".join(texts) for texts in TEXTS.values())
    assert {words for _, _, words in made.marks()} == {text for texts in TEXTS.values() for text in texts}
    assert report.left_out["commentaries whose text is not known, put together from their sentences"] == 2


@pytest.mark.parametrize("to", ["refi-qda", "cas", "webanno-tsv"])
def test_marks_in_texts_need_texts(material_of: Gather, tmp_path: Path, to: str) -> None:
    with pytest.raises(SettingsError, match=f"{to} is made of texts: .*long, wide"):
        write_export(material_of(with_text=False), to, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_our_own_import_finds_who_coded_what(material_of: Gather, tmp_path: Path) -> None:
    made = project(material_of, tmp_path)
    read = read_tools([tmp_path / "p.qdpx"])
    texts = {text.key: text.text for text in read.texts}
    marks = [
        (reading.annotator, mark.value.rpartition("/")[2], texts[reading.text][mark.start : mark.end])
        for reading in read.readings
        for mark in reading.marks
    ]
    assert sorted(marks) == sorted(made.marks())
    assert [text.title for text in read.texts] == ["Stück eins", "Stück zwei"]


def test_characters_that_xml_cannot_hold_are_replaced_and_counted(
    tmp_path: Path, material_of: Gather
) -> None:
    sources = Sources(
        "annotations",
        material_of().codebook,
        [annotation("eins:0", "anna", {"function": "claim", "comment": "a\x0bb"})],
        sentences(),
        commentaries(),
    )
    report = write_export(gather(sources), "refi-qda", str(tmp_path / "p.qdpx"), Options())
    SCHEMA.assertValid(Project(tmp_path / "p.qdpx").root)
    assert report.left_out["characters that XML cannot hold, replaced by \ufffd"] == 1
