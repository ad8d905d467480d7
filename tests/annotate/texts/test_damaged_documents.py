"""Documents damaged in every way: what cannot be read is a DataError, whatever its bytes are."""

import io
import random
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from annotate.texts.commentaries import read_commentaries
from damaged import Mutation, cut, double, flip, leave_out, put_in
from printed import Drawn, pdf
from running import STRESS
from schemas.errors import DataError

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARTS = {
    "docx": {"word/document.xml": f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>Es regnet. Sehr.</w:t></w:r></w:p></w:body></w:document>'},
    "odt": {
        "content.xml": '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        "<o:body><o:text><t:h>Titel</t:h><t:p>Es regnet.</t:p></o:text></o:body></o:document-content>"
    },
    "epub": {
        "META-INF/container.xml": '<container><rootfile full-path="c.opf"/></container>',
        "c.opf": '<package><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><itemref idref="a"/></package>',
        "a.xhtml": "<html><body><h1>Titel</h1><p>Es regnet.</p></body></html>",
    },
}  # fmt: skip


def _good(suffix: str, changed: Mutation | None = None, rng: random.Random | None = None) -> bytes:
    """A good file; with a mutation, one whose packed parts are damaged and whose packing is not."""
    if suffix in PARTS:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in PARTS[suffix].items():
                archive.writestr(name, changed(content.encode(), rng) if changed and rng else content)
        return out.getvalue()
    if suffix == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        book.active.append(["title", "text"])
        book.active.append(["Titel", "Es regnet."])
        book.save(out := io.BytesIO())
        if changed and rng:
            whole, out = out, io.BytesIO()
            with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w") as archive:
                for name in source.namelist():
                    archive.writestr(
                        name, changed(source.read(name), rng) if "xl/" in name else source.read(name)
                    )
        return out.getvalue()
    if suffix == "pdf":
        return pdf(
            [Drawn(60, 750 - 12 * n, line) for n, line in enumerate(("Titel", "Es reg-", "net. Sehr."))]
        )
    if suffix in ("eml", "mhtml"):
        message = EmailMessage()
        message["Subject"], message["From"], message["Date"] = (
            "Größe",
            "Anna <a@b.de>",
            "Mon, 3 Nov 2025 08:00:00 +0100",
        )
        message.set_content("Es regnet.\n")
        message.add_alternative(
            "<html><body><article><p>Es regnet, und zwar sehr.</p></article></body></html>", subtype="html"
        )
        return message.as_bytes()
    text = {
        "rtf": r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}}\pard F\'fcr \u246?{\*\x y}{\footnote z}\par\trowd\intbl a\cell\row}",
        "csv": 'Titel;Datum;Text\nT;3.11.2025;"Es ""regnet"".\nSehr."\n',
        "md": "---\ntitel: T\n---\n# Titel\n\n**Es** regnet.[^1]\n\n|a|b|\n|-|-|\n|1|2|\n\n[^1]: Da.\n",
        "txt": "1 of 1 DOCUMENTS\n\nBlatt\n\n3. November 2025\n\nTitel\n\nBYLINE: Anna Weiß\n\nEs regnet.\n\nLOAD-DATE: May 5, 2025\n",
        "json": '{"data": [{"id": 1, "titel": "T", "autor": {"name": "A"}, "text": "<p>Es regnet.</p>"}, {"text": ["Da.", "Dort."]}]}',
        "tei": "<?xml version='1.0' encoding='utf-8'?><TEI xmlns='http://www.tei-c.org/ns/1.0'><teiHeader><title>T</title></teiHeader>"
        "<text><body><head>A</head><p>Es reg-<lb/>net &auml;<note>n</note>.</p><sp><speaker>B</speaker><p>Da.</p></sp></body></text></TEI>",
        "rss": "<rss><channel><title>B</title><item><title>T</title><pubDate>Mon, 3 Nov 2025 08:00:00 +0100</pubDate>"
        "<description>&lt;p&gt;Es regnet.&lt;/p&gt;</description></item></channel></rss>",
        "xml": "<dbtplenarprotokoll sitzung-datum='3.11.2025'><rede id='1'><p klasse='redner'><redner id='2'><name><vorname>A</vorname>"
        "<nachname>B</nachname></name></redner>A B:</p><p>Es regnet.</p><kommentar>(Beifall)</kommentar></rede></dbtplenarprotokoll>",
        "html": "<html><head><meta charset='utf-8'></head><body><h1>Titel</h1><p>Es regnet.</p></body></html>",
    }
    return text[suffix].encode()


@pytest.mark.parametrize(
    "suffix",
    [
        "docx",
        "odt",
        "epub",
        "xlsx",
        "eml",
        "mhtml",
        "rtf",
        "csv",
        "md",
        "txt",
        "html",
        "tei",
        "rss",
        "xml",
        "json",
        "pdf",
    ],
)
@pytest.mark.slow
def test_a_damaged_document_is_read_or_refused_in_one_line(tmp_path: Path, suffix: str) -> None:
    rng = random.Random(1)
    for n in range(2000 if STRESS else 60):
        mutation = rng.choice((flip, cut, double, leave_out, put_in))
        data = (
            _good(suffix, mutation, rng)
            if n % 2 and suffix in (*PARTS, "xlsx")
            else mutation(_good(suffix), rng)
        )
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(data)
        problems: list[DataError] = []
        for commentary in read_commentaries([path], passed_over=problems):
            commentary.text.encode()
            assert all(commentary.text[block.start : block.end] for block in commentary.blocks)
        assert all("\n" not in str(problem) for problem in problems)
