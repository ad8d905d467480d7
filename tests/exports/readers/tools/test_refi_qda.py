"""refi_qda/qc.qdpx was written by qualitative-coding 1.7.8 itself (produce_refi_qda.py). MAXQDA, ATLAS.ti and NVivo
are sold, QualCoder is no package of the index: their projects are made by the standard's schema (REFI-QDA Project
1.5) and by the elements and attributes that QualCoder's published source writes."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

import pytest

from exports.readers.tools import read_tools
from exports.readers.tools.imported import Imported
from schemas.errors import DataError

HERE = Path(__file__).parent / "refi_qda"
TEXT = "Die Maut ist überfällig.\nNiemand 😀 kam. Der Rat tagt.\n"
USERS = '<User guid="U-1" name="Anna"/><User guid="u-2" name="Ben"/><User guid="u-3" name="Ben"/><User guid="u-4" id="C4"/>'
CODEBOOK = (
    '<Code guid="c-1" name="Satzart" isCodable="false"><Description>Was der Satz tut</Description>'
    '<Code guid="c-2" name="These" isCodable="true" color="#ff0000"><Description>Ein Urteil</Description></Code>'
    '<Code guid="c-3" name="Meldung" isCodable="true"><Code guid="c-4" name="Zitat" isCodable="true"/></Code></Code>'
    '<Code guid="c-5" name="Mittel" isCodable="true"><Code guid="c-6" name="Zitat" isCodable="true"/></Code>'
    '<Code guid="c-7" name="Ironie" isCodable="true"/>'
)


def part(words: str, *codings: tuple[str, str], text: str = TEXT, name: str | None = "", **more: str) -> str:
    start = text.index(words)
    inner = "".join(
        f'<Coding guid="x" creatingUser="{user}" creationDateTime="2024-03-01T10:00:00Z"><CodeRef targetGUID="{code}"/></Coding>'
        for user, code in codings
    )
    named = f" name={quoteattr(words if name is None else name)}"
    rest = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<PlainTextSelection guid="s"{named} startPosition="{start}" endPosition="{start + len(words)}"{rest}>{inner}</PlainTextSelection>'


def source(*inner: str, name: str = "maut", path: str = "internal://a-1.txt") -> str:
    return f'<TextSource guid="t-{name}" name="{name}" plainTextPath="{path}">{"".join(inner)}</TextSource>'


def project(sources: str, *more: str, origin: str = "MAXQDA 24", version: str = "1.0") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Project name="p" origin="{origin}" xmlns="urn:QDA-XML:project:{version}">'
        f"<Users>{USERS}</Users><CodeBook><Codes>{CODEBOOK}</Codes></CodeBook>{''.join(more)}<Sources>{sources}</Sources></Project>"
    )


def qdpx(tmp_path: Path, xml: str, *files: tuple[str, bytes], folder: str = "Sources") -> Path:
    path = tmp_path / "p.qdpx"
    with ZipFile(path, "w") as archive:
        archive.writestr("project.qde", xml)
        for name, data in files or (("a-1.txt", TEXT.encode()),):
            archive.writestr(f"{folder}/{name}", data)
    return path


def answers(result: Imported) -> list[tuple[str, str, str, str | None]]:
    texts = {text.key: text.text for text in result.texts}
    return [
        (r.annotator, m.question, m.value, None if m.start is None else texts[r.text][m.start : m.end])
        for r in result.readings
        for m in r.marks
    ]


def test_a_file_of_another_program_is_read() -> None:
    result = read_tools([HERE / "qc.qdpx"])
    assert result.tool == "refi-qda"
    lines = [
        "Die Maut ist überfällig.\n",
        "Gestern tagte der Rat. Niemand 😀 kam.\n",
        "Wer zahlt, schweigt.\n",
    ]
    assert sorted(answers(result)) == [
        ("anna", "Satzart", "Meldung", lines[1]), ("anna", "Satzart", "These", lines[0]),
        ("anna", "codes", "Ironie", lines[1]),
        ("ben", "Satzart", "Meldung", lines[0]), ("ben", "codes", "Ironie", lines[2]),
    ]  # fmt: skip
    assert result.lost == {}


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ([part("Die Maut", ("u-1", "c-2"))], [("Anna", "Satzart", "These", "Die Maut")]),
        # two people, two codes on one selection; a GUID in capitals is the same
        ([part("😀 kam", ("U-1", "C-7"), ("u-2", "c-2"))],
         [("Anna", "codes", "Ironie", "😀 kam"), ("Ben", "Satzart", "These", "😀 kam")]),
        # two codes of one name; a code that has others in it
        ([part("Rat", ("u-1", "c-4"), ("u-1", "c-6"), ("u-1", "c-5"))],
         [("Anna", "Satzart", "Satzart/Meldung/Zitat", "Rat"), ("Anna", "Mittel", "Mittel/Zitat", "Rat"),
          ("Anna", "Mittel", "Mittel", "Rat")]),
        # two users of one name are two; one without a name; nobody
        ([part("Rat", ("u-2", "c-7"), ("u-3", "c-7"), ("u-4", "c-7"), ("", "c-7"))],
         [("", "codes", "Ironie", "Rat"), ("Ben", "codes", "Ironie", "Rat"), ("Ben 2", "codes", "Ironie", "Rat"),
          ("C4", "codes", "Ironie", "Rat")]),
        # the selection says who, the coding does not
        ([part("Rat", ("", "c-7"), creatingUser="u-1")], [("Anna", "codes", "Ironie", "Rat")]),
        # a coding of the source as a whole
        (['<Coding creatingUser="u-1"><CodeRef targetGUID="c-7"/></Coding>'], [("Anna", "codes", "Ironie", None)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["1.0", "0.4"])
def test_codings_are_of_their_users(inner: list[str], expected: Any, version: str, tmp_path: Path) -> None:
    result = read_tools([qdpx(tmp_path, project(source(*inner), version=version))])
    assert sorted(answers(result), key=str) == sorted(expected, key=str)


def test_codes_keep_their_groups_and_definitions(tmp_path: Path) -> None:
    result = read_tools([qdpx(tmp_path, project(source(part("Rat", ("u-1", "c-2")))))])
    asked = {
        question.id: [(one.value, one.short, one.parent) for one in question.labels]
        for question in result.questions
    }
    assert asked == {
        "codes": [("Ironie", "", None)],
        "Satzart": [
            ("These", "Ein Urteil", None), ("Meldung", "", None), ("Satzart/Meldung/Zitat", "", "Meldung"),
        ],
        "Mittel": [("Mittel/Zitat", "", None)],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "folder"),
    [
        (TEXT.encode(), "sources"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "Sources"),
        (TEXT.encode("utf-16"), "Sources"),
    ],
)
def test_the_text_is_found_as_programs_store_it(data: bytes, folder: str, tmp_path: Path) -> None:
    xml = project(source(part("Der Rat", ("u-1", "c-7"))))
    result = read_tools([qdpx(tmp_path, xml, ("a-1.txt", data), folder=folder)])
    assert answers(result)[0][3] == "Der Rat"
    assert result.texts[0].text == TEXT


BROKEN = TEXT.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("origin", "counted", "name"),
    [
        ("NVivo", BROKEN, ""),
        ("ATLAS.ti 24", TEXT, ""),
        ("QualCoder-3.5", TEXT, None),
        ("ATLAS.ti 24", BROKEN, None),
    ],
)
def test_line_breaks_are_counted_as_the_program_did(
    origin: str, counted: str, name: str | None, tmp_path: Path
) -> None:
    """A selection that is called by its words says how; else ATLAS.ti counts one sign, the others two."""
    xml = project(source(part("Niemand 😀", ("u-1", "c-7"), text=counted, name=name)), origin=origin)
    result = read_tools([qdpx(tmp_path, xml, ("a-1.txt", BROKEN.encode()))])
    assert answers(result)[0][3] == "Niemand 😀"
    assert result.texts[0].text == TEXT


def test_a_text_may_stand_in_the_project_and_behind_a_pdf(tmp_path: Path) -> None:
    chosen = part("Rat", ("u-1", "c-7"))
    inline = f'<TextSource guid="t" name="innen"><PlainTextContent>{escape(TEXT)}</PlainTextContent>{chosen}</TextSource>'
    pdf = (
        f'<PDFSource guid="f" name="seite.pdf" path="internal://f.pdf"><PDFSelection guid="s" page="1"/>'
        f'<Representation guid="r" plainTextPath="internal://a-1.txt">{chosen}</Representation></PDFSource>'
    )
    result = read_tools([qdpx(tmp_path, project(inline + pdf))])
    assert [text.title for text in result.texts] == ["innen", "seite.pdf"]
    assert [row[3] for row in answers(result)] == ["Rat", "Rat"]
    assert result.lost == {"codings of places on a page of a PDF": 1}


NOT_CODED = (
    "texts in which somebody coded nothing, taken as not coded by them (--blank-is-none: as coded with none)"
)


def test_who_coded_nothing_in_a_text_has_not_read_it_unless_said(tmp_path: Path) -> None:
    two = source(part("Rat", ("u-1", "c-7"))) + source(part("Maut", ("u-2", "c-7")), name="zwei")
    path = qdpx(tmp_path, project(two))
    result = read_tools([path])
    assert [(r.annotator, len(r.marks)) for r in result.readings] == [("Anna", 1), ("Ben", 1)]
    assert result.lost == {NOT_CODED: 2}
    result = read_tools([path], blank_is_none=True)
    assert [(r.annotator, r.asked, len(r.marks)) for r in result.readings] == [
        ("Anna", ("codes",), 1), ("Ben", ("codes",), 0), ("Anna", ("codes",), 0), ("Ben", ("codes",), 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "more", "lost"),
    [
        ("<NoteRef targetGUID='n'/>", "<Notes><Note guid='n'/></Notes>", {"notes and memos": 1}),
        ("", "<Cases><Case guid='a'/><Case guid='b'/></Cases>", {"cases": 2}),
        ("<PlainTextSelection startPosition='1' endPosition='3'><Description>x</Description></PlainTextSelection>", "",
         {"memos of marked parts": 1, "marked parts without a code": 1}),
        (part("Die", ("u-1", "weg")), "", {"codings with a code that the codebook has not": 1}),
        ("<PlainTextSelection startPosition='9' endPosition='3'><Coding><CodeRef targetGUID='c-7'/></Coding></PlainTextSelection>",
         "", {"marked parts without a place": 1}),
    ],
)  # fmt: skip
def test_what_is_not_taken_over_is_counted(inner: str, more: str, lost: Any, tmp_path: Path) -> None:
    xml = project(source(part("Rat", ("u-1", "c-7")), inner), more)
    result = read_tools([qdpx(tmp_path, xml)])
    assert result.lost == lost
    assert answers(result) == [("Anna", "codes", "Ironie", "Rat")]


@pytest.mark.parametrize(
    "path",
    [
        "absolute:///etc/passwd",
        "relative:///../geheim.txt",
        "file:///etc/passwd",
        "internal://../../etc/passwd",
        "",
    ],
)
def test_a_text_outside_of_the_archive_is_never_opened(path: str, tmp_path: Path) -> None:
    xml = project(source(part("Rat", ("u-1", "c-7"))) + source(name="fremd", path=path))
    result = read_tools([qdpx(tmp_path, xml)])
    assert [text.title for text in result.texts] == ["maut"]
    assert result.lost == {"texts that are not in the archive": 1}


@pytest.mark.parametrize(
    ("xml", "files", "words"),
    [
        ("<Project", (), "project.qde: is no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Project/>', (), "has a document type"),
        ("<CodeBook/>", (), "found <CodeBook>, expected <Project>"),
        (project(source()), (), "1 texts and no coding"),
        (project(source(path="internal://weg.txt")), (), "has no text in it"),
        (project(source(part("Rat", ("u-1", "c-7")))), (("a-1.txt", b"\xe4 Rat"),), "a-1.txt: is not UTF-8"),
        (project(source()), (("x.qde", b"<Project/>"),), "has 2 project files"),
        ("<a>" * 100_000 + "</a>" * 100_000, (), "expected <Project>"),
    ],
)  # fmt: skip
def test_what_is_no_project_is_refused_in_one_line(xml: str, files: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_tools([qdpx(tmp_path, xml, *files)])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_xml_alone_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "project.qde"
    path.write_text(project(source()), "utf-8")
    with pytest.raises(DataError, match="is XML alone: export the project with its texts"):
        read_tools([path])
