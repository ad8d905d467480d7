"""Documents of word processors: what is text in them, what is left out, and what is refused. A case a line."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.sentences import split_sentences
from schemas.errors import DataError
from schemas.records import Commentary

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "style", "table", "drawing")
)


def packed(**parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def word(body: str, styles: str = "") -> bytes:
    return packed(
        word__document_xml=f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        word__styles_xml=f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
    )


def open_text(body: str, styles: str = "") -> bytes:
    return packed(
        content_xml=f"<office:document-content{ODF}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )


def rich(body: str) -> bytes:
    return (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}" + body + "}"
    ).encode("latin-1")


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def read(folder: Path, name: str, data: bytes, **options: Any) -> list[Commentary]:
    (folder / name).write_bytes(data)
    return list(read_commentaries([folder / name], **options))


def pieces(commentary: Commentary) -> list[tuple[str, str]]:
    return [(block.kind, commentary.text[block.start : block.end]) for block in commentary.blocks]


HEADING = '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="Eigen"><w:name w:val="Eigen"/><w:basedOn w:val="berschrift1"/></w:style>'

CASES: list[tuple[Callable[..., bytes], str, list[tuple[str, str]], str]] = [
    (word, p("Es regnet."), [("paragraph", "Es regnet.")], ""),
    (word, "<w:p><w:r><w:t>Es </w:t></w:r><w:r><w:t>regnet.</w:t></w:r></w:p>", [("paragraph", "Es regnet.")], ""),
    (word, p("Der Regen", '<w:pStyle w:val="berschrift1"/>') + p("Da."), [("title", "Der Regen"), ("paragraph", "Da.")], ""),
    (word, p("Der Regen", '<w:pStyle w:val="Eigen"/>') + p("Da."), [("title", "Der Regen"), ("paragraph", "Da.")], ""),
    (word, p("Der Regen", '<w:outlineLvl w:val="1"/>') + p("Da."), [("title", "Der Regen"), ("paragraph", "Da.")], ""),
    (word, p("Gas,", '<w:numPr><w:numId w:val="1"/></w:numPr>'), [("list_item", "Gas,")], ""),
    (word, p("Gas,", '<w:numPr><w:numId w:val="0"/></w:numPr>'), [("paragraph", "Gas,")], ""),
    (word, "<w:p><w:r><w:t>Es wird</w:t><w:br/><w:t>kalt.</w:t><w:br/><w:t>Sehr.</w:t></w:r></w:p>", [("paragraph", "Es wird kalt."), ("paragraph", "Sehr.")], ""),
    (word, "<w:p><w:r><w:t>Neu</w:t></w:r><w:del><w:r><w:delText> alt</w:delText></w:r></w:del><w:ins><w:r><w:t> hier.</w:t></w:r></w:ins></w:p>", [("paragraph", "Neu hier.")], ""),
    (word, "<w:p><w:r><w:t>Regie</w:t><w:softHyphen/><w:t>rung U</w:t><w:noBreakHyphen/><w:t>Bahn.</w:t></w:r></w:p>", [("paragraph", "Regierung U-Bahn.")], ""),
    (word, "<w:p><w:r><w:t>Er sagte es.</w:t><w:footnoteReference w:id='1'/></w:r></w:p>", [("paragraph", "Er sagte es.")], "1 footnotes"),
    (word, "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Geheim.</w:t></w:r><w:r><w:t>Offen.</w:t></w:r></w:p>", [("paragraph", "Offen.")], "1 hidden passages"),
    (word, p("Ost-") + p("und West-") + p("europa sind") + p("drei Absätze."), [("paragraph", "Ost-"), ("paragraph", "und West-"), ("paragraph", "europa sind"), ("paragraph", "drei Absätze.")], ""),
    (word, p("Da.") + f"<w:tbl><w:tr><w:tc>{p('1')}</w:tc></w:tr></w:tbl>", [("paragraph", "Da.")], "1 tables"),
    (word, f"<w:tbl><w:tr><w:tc>{p('Alles in einer Tabelle.')}</w:tc></w:tr></w:tbl>", [("paragraph", "Alles in einer Tabelle.")], ""),
    (word, f"<w:sdt><w:sdtContent>{p('Im Feld.')}</w:sdtContent></w:sdt>", [("paragraph", "Im Feld.")], ""),
    (word, p("A\u0308rger."), [("paragraph", "Ärger.")], ""),
    (open_text, "<text:h>Der Regen</text:h><text:p>Es<text:s/>regnet<text:span> sehr</text:span>.</text:p>", [("title", "Der Regen"), ("paragraph", "Es regnet sehr.")], ""),
    (open_text, "<text:list><text:list-item><text:p>Gas,</text:p></text:list-item></text:list>", [("list_item", "Gas,")], ""),
    (open_text, "<text:p>Er sagte es.<text:note><text:note-body><text:p>Wo?</text:p></text:note-body></text:note> Ja.</text:p>", [("paragraph", "Er sagte es. Ja.")], "1 footnotes"),
    (open_text, "<text:p>Da.</text:p><table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></table:table>", [("paragraph", "Da.")], "1 tables"),
    (open_text, "<text:tracked-changes><text:changed-region><text:p>Weg.</text:p></text:changed-region></text:tracked-changes><text:p>Da.</text:p>", [("paragraph", "Da.")], ""),
    (open_text, "<text:p>Es wird<text:line-break/>kalt.</text:p><text:section><text:p>Da.</text:p></text:section>", [("paragraph", "Es wird kalt."), ("paragraph", "Da.")], ""),
    (rich, r"\pard Es regnet.\par Sehr.\par", [("paragraph", "Es regnet."), ("paragraph", "Sehr.")], ""),
    (rich, r"\pard\outlinelevel0 Der Regen\par\pard F\'fcr die Gr\u246?\'dfe.\par", [("title", "Der Regen"), ("paragraph", "Für die Größe.")], ""),
    (rich, r"{\f1 \'cc\'e8\'f0.} \uc1\u-10179?\u-8704?", [("paragraph", "Мир. 😀")], ""),
    (rich, r"Er sagte es.{\super\chftn{\footnote Wo?}} Ja.\par", [("paragraph", "Er sagte es. Ja.")], "1 footnotes"),
    (rich, r"Da.\par\trowd\intbl 1\cell 2\cell\row\pard Hier.\par", [("paragraph", "Da."), ("paragraph", "Hier.")], "1 rows of tables"),
    (rich, r"\pard{\listtext\'b7\tab}Gas,\par\pard Da.\par", [("list_item", "Gas,"), ("paragraph", "Da.")], ""),
    (rich, r'Siehe {\field{\*\fldinst HYPERLINK "https://a.de"}{\fldrslt hier}}, {\v geheim}{\deleted alt}\ldblquote so\rdblquote .', [("paragraph", "Siehe hier, “so”.")], ""),
    (rich, r"{\header Kopf\par}{\*\unbekannt x}Es wird\line kalt.\line Sehr.{\pict\bin4 }\}\}Da.\par", [("paragraph", "Es wird kalt."), ("paragraph", "Sehr.Da.")], "1 pictures"),
]  # fmt: skip
SUFFIX = {word: ".docx", open_text: ".odt", rich: ".rtf"}


@pytest.mark.parametrize(("make", "body", "blocks", "left_out"), CASES)
def test_the_words_of_a_document_are_its_text(
    tmp_path: Path, make: Callable[..., bytes], body: str, blocks: list[tuple[str, str]], left_out: str
) -> None:
    notes: list[str] = []
    name = f"a{SUFFIX[make]}"
    [found] = read(tmp_path, name, make(body, HEADING) if make is word else make(body), notes=notes)
    assert pieces(found) == blocks
    assert notes == ([f"{name}: left out of the text: {left_out}"] if left_out else [])
    assert found.title == (blocks[0][1] if blocks[0][0] == "title" else "a")


def test_a_document_holds_several_commentaries_where_title_lines_or_an_export_say_so(tmp_path: Path) -> None:
    lines = [
        "Der Winter | Anna Weiß. 03.11.2025.",
        "Es wird kalt.",
        "Das Gas (Anna Weiß, 04.11.2025)",
        "Es fehlt.",
    ]
    found = read(tmp_path, "a.docx", word("".join(map(p, lines))))
    assert [(c.title, c.author, c.date) for c in found] == [
        ("Der Winter", "Anna Weiß", "2025-11-03"),
        ("Das Gas", "Anna Weiß", "2025-11-04"),
    ]
    nexis = [
        "Der Winter",
        "Blatt",
        "3. November 2025",
        "Byline: Anna Weiß",
        "Body",
        "Es wird kalt.",
        "End of Document",
    ]
    for name, data in (
        ("b.docx", word("".join(map(p, nexis)))),
        ("b.rtf", rich("".join(rf"{line}\par ".replace("ß", r"\'df") for line in nexis))),
    ):
        [one] = read(tmp_path, name, data)
        assert (one.title, one.author, one.date, one.outlet) == (
            "Der Winter",
            "Anna Weiß",
            "2025-11-03",
            "Blatt",
        )
        assert [s.text for s in split_sentences(one)] == ["Es wird kalt."]


def test_a_document_written_by_python_docx_is_read(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.core_properties.author = "Wer speicherte"
    document.add_heading("Der Winter", 0)
    document.add_paragraph("Es wird kalt. Sehr kalt.")
    document.add_heading("Die Folgen", 2)
    document.add_paragraph("Gas fehlt.", style="List Bullet")
    document.add_table(1, 1).cell(0, 0).text = "1"
    document.save(tmp_path / "a.docx")
    [found] = read_commentaries([tmp_path / "a.docx"])
    assert (found.title, found.author) == ("Der Winter", None)
    assert pieces(found) == [("title", "Der Winter"), ("paragraph", "Es wird kalt. Sehr kalt."), ("title", "Die Folgen"), ("list_item", "Gas fehlt.")]  # fmt: skip


def test_a_document_written_by_odfpy_is_read(tmp_path: Path) -> None:
    pytest.importorskip("odf")
    from odf.opendocument import OpenDocumentText
    from odf.text import H, List, ListItem, P

    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text="Der Winter"))
    document.text.addElement(P(text="Es wird kalt. Sehr kalt."))
    items = List()
    items.addElement(ListItem())
    items.childNodes[0].addElement(P(text="Gas fehlt."))
    document.text.addElement(items)
    document.save(str(tmp_path / "a.odt"))
    [found] = read_commentaries([tmp_path / "a.odt"])
    assert pieces(found) == [
        ("title", "Der Winter"),
        ("paragraph", "Es wird kalt. Sehr kalt."),
        ("list_item", "Gas fehlt."),
    ]


BOMB = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&c;</w:t></w:r></w:p></w:body></w:document>'
)
FETCH = BOMB.replace('<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">').replace(
    "&c;", "Da. &a;"
)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.docx", b"kein Word", "is no .docx file"),
        ("a.docx", b"", "is no .docx file"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "protected by a password or in an old format"),
        ("a.docx", word(p("Da."))[:150], "cannot be unpacked"),
        ("a.docx", word(p("Da.")).replace(b"PK\x01\x02", b"PK\x01\x03"), "cannot be unpacked"),
        ("a.docx", packed(mimetype="x"), "has no text of Word"),
        ("a.docx", packed(word__document_xml="<w:doc"), "is not XML"),
        ("a.docx", word(""), "has no text"),
        ("a.docx", packed(word__document_xml=b" " * (2**25 + 1)), "expected at most 32"),
        ("a.docx", packed(word__document_xml=BOMB), "has no text"),
        ("a.docx", packed(word__document_xml=f"<a>{'<b>' * 400}"), "is not XML"),
        ("a.odt", packed(mimetype="x"), "has no part content.xml"),
        ("a.odt", open_text(""), "has no text"),
        ("a.rtf", b"kein Rich Text", "is no .rtf file"),
        ("a.rtf", rich("{" * 600), "more than 500 deep"),
        ("a.rtf", rich(r"\par" * 1000), "has no text"),
        ("a.rtf", rich(r"{\pict " + "0a" * 100_000 + "}"), "has no text"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_document_that_cannot_be_read_is_one_line(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, name, data)
    assert words in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_entity_is_fetched(tmp_path: Path) -> None:
    assert [c.text for c in read(tmp_path, "a.docx", packed(word__document_xml=FETCH))] == ["Da."]


@pytest.mark.parametrize(
    "data",
    [
        rich(r"\u9?" * 100_000 + "a"),
        rich(r"\bin99999999 a"),
        rich("\\" * 300_001),
        rich(r"\par" * 9 + "}" * 300_000),
    ],
)
@pytest.mark.timeout(60)
def test_rich_text_made_to_hold_up_the_reader_does_not(tmp_path: Path, data: bytes) -> None:
    problems: list[DataError] = []
    read(tmp_path, "a.rtf", data, passed_over=problems)
    assert len(problems) <= 1


MENDED: list[tuple[Callable[..., bytes], str, list[str], str]] = [
    (word, "<w:p><w:r><w:t>Die Regie-</w:t><w:br/><w:t>rung und der US-</w:t><w:br/><w:t>Präsident.</w:t></w:r></w:p>", ["Die Regierung und der US-Präsident."], "2 hyphens at line ends"),
    (word, p("Die Regierung zögert, und sie zö-") + p("gert schon lange. Das hat die Re-") + p("gierung selbst gesagt, wie man") + p("hört."), ["Die Regierung zögert, und sie zögert schon lange. Das hat die Regierung selbst gesagt, wie man hört."], "2 hyphens at line ends"),
    (word, p("Die e\ufb03ziente Re\u00adgie\u00adrung."), ["Die effiziente Regierung."], "1 ligature, 1 word with invisible signs"),
    (open_text, "<text:p>Die Regie-<text:line-break/>rung zögert.</text:p>", ["Die Regierung zögert."], "1 hyphen at a line's end"),
    (rich, r"Die Regie-\line rung.\par", ["Die Regierung."], "1 hyphen at a line's end"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "body", "texts", "said"), MENDED)
def test_what_the_layout_of_a_document_left_is_mended(
    tmp_path: Path, form: Callable[..., bytes], body: str, texts: list[str], said: str
) -> None:
    suffix = {word: "docx", open_text: "odt", rich: "rtf"}[form]
    notes: list[str] = []
    (commentary,) = read(tmp_path, f"a.{suffix}", form(body), notes=notes)
    assert [words for _, words in pieces(commentary)] == texts
    assert notes[0].startswith(f"a.{suffix}: mended ") and notes[0].endswith(f": {said}")


ARTICLES = [
    [("SE", "Meinung"), ("HD", "Wer zögert"), ("BY", "Erika Beispiel"), ("PD", "3 November 2025"), ("SN", "Beispiel Zeitung"),
     ("LP", "Es regnet."), ("TD", "Es hagelt.")],
    [("HD", "Wer zahlt"), ("BY", "Hans Muster"), ("PD", "4 November 2025"), ("SN", "Beispiel Zeitung"), ("TD", "Es schneit.")],
]  # fmt: skip
LINES = [f"{code}\t{value}" for article in ARTICLES for code, value in article]


def escaped(text: str) -> str:
    return "".join(char if char < "\x80" else f"\\u{ord(char)}?" for char in text)


def in_word_tables() -> bytes:
    rows = (
        "".join(f"<w:tr><w:tc>{p(code)}</w:tc><w:tc>{p(value)}</w:tc></w:tr>" for code, value in article)
        for article in ARTICLES
    )
    return word("".join(f"<w:tbl>{table}</w:tbl>{p('Document BEIZ0000202511031')}" for table in rows))


def in_rich_tables() -> bytes:
    rows = (
        rf"\trowd\pard\intbl {code}\cell {escaped(value)}\par\cell\row "
        for a in ARTICLES
        for code, value in a
    )
    return rich("".join(rows) + r"\pard Document BEIZ0000202511031\par")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", word("".join(p(line.replace("\t", "</w:t><w:tab/><w:t>")) for line in LINES))),
        ("a.docx", in_word_tables()),
        ("a.rtf", rich("".join(escaped(line).replace("\t", r"\tab ") + r"\par " for line in LINES))),
        ("a.rtf", in_rich_tables()),
        ("a.odt", open_text("".join(f"<text:p>{line}</text:p>".replace("\t", "<text:tab/>") for line in LINES))),
    ],
    ids=["lines of Word", "tables of Word", "lines of Rich Text", "tables of Rich Text", "lines of LibreOffice"],
)  # fmt: skip
def test_an_export_of_factiva_is_parted_in_every_format(tmp_path: Path, name: str, data: bytes) -> None:
    found = read(tmp_path, name, data)
    assert [(c.title, c.author, c.date, c.outlet) for c in found] == [
        ("Wer zögert", "Erika Beispiel", "2025-11-03", "Beispiel Zeitung"),
        ("Wer zahlt", "Hans Muster", "2025-11-04", "Beispiel Zeitung"),
    ]
    assert [s.text for c in found for s in split_sentences(c)] == ["Es regnet.", "Es hagelt.", "Es schneit."]


def test_a_tab_in_another_document_is_a_space(tmp_path: Path) -> None:
    [found] = read(tmp_path, "a.docx", word("<w:p><w:r><w:t>Es</w:t><w:tab/><w:t>regnet.</w:t></w:r></w:p>"))
    assert found.text == "Es regnet."
