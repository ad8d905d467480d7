"""Mails, saved pages and books: what is text in them, and what is refused. A case a line."""

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from schemas.errors import DataError
from schemas.records import Commentary

HEAD = b"From: =?utf-8?q?Anna_Wei=C3=9F?= <a@b.de>\r\nSubject: =?utf-8?b?RGVyIFfDpHJtZXRhZw==?=\r\nDate: Mon, 3 Nov 2025 08:00:00 +0100\r\nMIME-Version: 1.0\r\n"
PAGE = "<html><head><title>Der Winter</title></head><body><article><h1>Der Winter</h1><p>Für die Größe des Winters gilt das nicht.</p></article></body></html>"


def read(folder: Path, name: str, data: bytes, **options: Any) -> list[Commentary]:
    (folder / name).write_bytes(data)
    return list(read_commentaries([folder / name], **options))


def pieces(commentary: Commentary) -> list[tuple[str, str]]:
    return [(block.kind, commentary.text[block.start : block.end]) for block in commentary.blocks]


def plain(text: str, kind: str = "text/plain; charset=utf-8", encoding: str = "utf-8") -> bytes:
    return (
        HEAD
        + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
        + text.encode(encoding)
    )


@pytest.mark.parametrize(
    ("data", "texts", "left_out"),
    [
        (plain("Es regnet.\r\n\r\nSehr.\r\n"), ["Es regnet.", "Sehr."], ""),
        (plain("Größe.", "text/plain; charset=iso-8859-1", "latin-1"), ["Größe."], ""),
        (plain("Größe.", "text/plain; charset=klingonisch"), ["Größe."], ""),
        (plain("Es regnet \r\nund hagelt.\r\n", "text/plain; charset=utf-8; format=flowed"), ["Es regnet und hagelt."], ""),
        (plain("Nein.\n\n> Es regnet.\n> Sehr.\n\nDoch.\n\n-- \nAnna\n"), ["Nein.", "Doch."], "1 signatures, 1 quoted passages"),
        (plain("<html><body><table><tr><td><p>Es <b>regnet</b>.<br>Sehr.</p></td></tr></table></body></html>", "text/html; charset=utf-8"), ["Es regnet.", "Sehr."], ""),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_mail_is_its_text_with_subject_sender_and_day(
    tmp_path: Path, data: bytes, texts: list[str], left_out: str
) -> None:
    notes: list[str] = []
    [found] = read(tmp_path, "a.eml", data, notes=notes)
    assert (found.title, found.author, found.date) == ("Der Wärmetag", "Anna Weiß", "2025-11-03")
    assert [text for _, text in pieces(found)] == texts
    assert notes == ([f"a.eml: left out of the text: {left_out}"] if left_out else [])


def test_the_plain_text_of_a_mail_goes_first_and_attachments_are_counted(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Der Winter"
    message.set_content("Es wird kalt.\n")
    message.add_alternative("<p>Es wird warm.</p>", subtype="html")
    message.add_attachment("Anhang.", filename="a.txt")
    notes: list[str] = []
    [found] = read(tmp_path, "a.eml", message.as_bytes(), notes=notes)
    assert (found.title, found.text, found.author, found.date) == ("Der Winter", "Es wird kalt.", None, None)
    assert notes == ["a.eml: left out of the text: 1 attachments"]


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_a_saved_page_is_read_with_its_address(tmp_path: Path, charset: str) -> None:
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "https://beispiel.de/winter"
    message.set_content(PAGE, subtype="html", charset=charset)
    message.make_related()
    message.add_related(b"\x89PNG", "image", "png")
    [found] = read(tmp_path, "a.mhtml", message.as_bytes())
    assert (found.title, found.url) == ("Der Winter", "https://beispiel.de/winter")
    assert pieces(found) == [
        ("title", "Der Winter"),
        ("paragraph", "Für die Größe des Winters gilt das nicht."),
    ]


def book(documents: list[str], *, package: str | None = None, **parts: str) -> bytes:
    out = io.BytesIO()
    items = "".join(
        f'<item id="d{n}" href="text%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(documents))
    )
    spine = "".join(f'<itemref idref="d{n}"/>' for n in range(len(documents)))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="OEBPS/c.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "OEBPS/c.opf",
            package
            or '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:creator>Anna Weiß</dc:creator>'
            f"<dc:date>2025-11-03T00:00:00Z</dc:date></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
        )
        for n, document in enumerate(documents):
            archive.writestr(f"OEBPS/text {n}.xhtml", document)
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_each_document_of_a_book_is_a_commentary(tmp_path: Path) -> None:
    notes: list[str] = []
    found = read(
        tmp_path, "a.epub",
        book([
            "<html><body><h1>Gesammelte Texte</h1></body></html>",
            "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title><style>p {}</style></head><body><h2>Der Winter</h2>"
            "<div>Es wird <em>kalt</em>.<sup><a href='#n'>1</a></sup></div><ul><li>Gas fehlt.</li></ul><table><tr><td>1</td></tr></table></body></html>",
            "<html><head><title>Das Öl</title></head><body><p>Es fehlt.<br/>Auch hier.</p></body></html>",
        ]),
        notes=notes,
    )  # fmt: skip
    assert [(c.title, c.author, c.date) for c in found] == [
        ("Der Winter", "Anna Weiß", "2025-11-03"),
        ("Das Öl", "Anna Weiß", "2025-11-03"),
    ]
    assert [pieces(c) for c in found] == [
        [("title", "Der Winter"), ("paragraph", "Es wird kalt."), ("list_item", "Gas fehlt.")],
        [("paragraph", "Es fehlt."), ("paragraph", "Auch hier.")],
    ]
    assert notes == [
        "a.epub: left out of the text: 1 marks of notes, 1 tables",
        "a.epub: a book of 2 documents, each read as a commentary",
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.eml", b"", "does not begin as a mail"),
        ("a.eml", b"\x89PNG\r\n", "does not begin as a mail"),
        ("a.eml", HEAD + b"Content-Type: image/png\r\n\r\nx", "has no text"),
        ("a.eml", HEAD + b"\r\n", "has no text"),
        ("a.eml", HEAD + b"Content-Type: text/plain\r\n\r\n\xff\xfcx", "not UTF-8"),
        ("a.mhtml", HEAD + b"\r\nText.", "has no web page"),
        ("a.mhtml", HEAD + b"Content-Type: text/html\r\n\r\n<html></html>", "no text found"),
        ("a.epub", b"kein Buch", "is no .epub file"),
        ("a.epub", book([]), "has no text"),
        ("a.epub", book(["<html><body><p>Da.</p></body></html>"], package="<package><manifest/></package>"), "has no text"),
        ("a.epub", book(["<html><body>" + "<div>" * 5000 + "Da."]), "deep"),
        ("a.epub", book(["<p>Da."])[:-300], "cannot be unpacked"),
        ("a.msg", b"\xd0\xcf\x11\xe0", "save it as .eml"),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, name, data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 3000,
        HEAD + b"Content-Type: text/plain\r\n\r\n" + b"> x\n" * 100_000,
        HEAD + b"Content-Type: text/plain\r\n\r\n" + b" \n" * 300_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nDa.",
        b"X:" * 200_000,
        b"Date: " + b"9" * 5000 + b"\r\n\r\nDa.",
    ],
    ids=range(7),
)  # fmt: skip
@pytest.mark.timeout(60)
def test_a_mail_made_to_hold_up_the_reader_does_not(tmp_path: Path, data: bytes) -> None:
    problems: list[DataError] = []
    read(tmp_path, "a.eml", data, passed_over=problems)
    assert len(problems) <= 1
