import gzip
import io
import zipfile
from pathlib import Path

import pytest

from annotate.pages.index import unread
from annotate.texts.commentaries import read_commentaries
from schemas.errors import DataError, StandpunktError

LATIN = "Größe zählt.".encode("latin-1")


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


#: File → its bytes, what the page says.
FILES = {
    "leer.txt": (b" \n", "ist leer"),
    "latin.txt": (LATIN, "„--encoding cp1252“"),
    "latin.jsonl": (b'{"text": "' + LATIN + b'"}', "Zeile 1</b>: Nicht in UTF-8"),
    "breit.txt": ("Ein Satz steht hier.".encode("utf-16-le"), "UTF-16"),
    "bild.txt": (b"\x89PNG\r\n", "Format wird nicht gelesen"),
    "heft.pdf": (b"%PDF-1.4", "beschädigt"),
    "brief.docx": (b"PK\x03\x04", "beschädigt"),
    "brief.doc": (b"\xd0\xcf\x11\xe0", "als reinen Text"),
    "geheim.docx": (b"\xd0\xcf\x11\xe0", "Kennwort"),
    "brief.rtf": (b"Hallo", "beschädigt"),
    "leer.rtf": (rb"{\rtf1 }", "kein Text"),
    "tief.rtf": (rb"{\rtf1 " + b"{" * 600, "beschädigt"),
    "brief.eml": (b"\x89PNG", "beschädigt"),
    "werte.csv": (b"a,b\n1,2\n", "Keine Spalte"),
    "latin.csv": (b"text\n" + LATIN, "Kodierung"),
    "seite.txt": (b"<html><p>Da.</p></html>", "etwas anderes"),
    "zahl.jsonl": (b'{"text": "Ja."}\n{"text": 5}\n', "Zeile 2</b>: Die Zeile ist kein Kommentar"),
    "bruch.jsonl": (b'{"text": "Ja."}\n{"text\n', "Zeile 2</b>: Die Zeile oder"),
    "kopf.md": (b"---\ntitle: [a, b]\n---\n\nText.", "Feld im Kopf"),
    "ohne.html": (b"<!doctype html><html><body></body></html>", "kein Text"),
    "kaputt.zip": (b"PK\x03\x04", "beschädigt"),
    "innen.zip": (zipped({"a.zip": zipped({"b.txt": b"Da."})}), "vorher auspacken"),
    "leer.zip": (zipped({}), "keine lesbare Datei"),
    "bombe.zip": (zipped({"a.txt": bytes(2**27)}), "zu groß"),
    "wort.zip": (zipped({"[Content_Types].xml": b""}), "etwas anderes"),
    "kaputt.json": (b"[", "kein gültiger Datensatz"),
    "zeilen.json": (b'{"text": "Da."}\n{"text": "Dort."}', "muss auf .jsonl enden"),
    "aufgaben.json": (b'[{"data": {"text": "Da."}}]', "etwas anderes"),
    "leer.json": (b"[]", "kein Text"),
    "kaputt.xml": (b"<TEI>", "beschädigt"),
    "leer.tei": (b"<TEI><text><body/></text></TEI>", "kein Text"),
    "rezepte.xml": (b"<rezepte/>", "etwas anderes"),
    "config.xml": (b"<View/>", "etwas anderes"),
    "wort.xml": (b"<package/>", "etwas anderes"),
    "halb.txt.gz": (gzip.compress(b"Ein Satz. " * 50)[:-12], "nicht \u00f6ffnen"),
}  # fmt: skip


def refused(*inputs: Path, encoding: str | None = None) -> list[StandpunktError]:
    problems: list[DataError] = []
    list(read_commentaries(inputs, encoding=encoding, passed_over=problems))
    return list(problems)


@pytest.mark.parametrize("name", FILES)
def test_a_page_says_in_german_why_a_file_was_not_read(tmp_path: Path, name: str) -> None:
    data, said = FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    (error,) = refused(path)
    html = unread(str(path), str(error))
    assert said in html
    assert 'lang="en"' not in html


def test_missing_files_and_empty_folders_too(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "fort.txt", "gibt es nicht"), (tmp_path, "keine lesbare Datei")):
        (error,) = refused(path)
        assert said in unread(str(path), str(error))


def test_what_the_named_encoding_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"A\x81")
    (error,) = refused(path, encoding="cp1252")
    assert "angegebenen Kodierung" in unread(str(path), str(error))


def test_words_it_does_not_know_stay_and_are_escaped() -> None:
    html = unread("a: 1.txt", "a: 1.txt:3: <odd> words")
    assert html == '<li><b>a: 1.txt, Zeile 3</b>: <span lang="en">&lt;odd&gt; words</span></li>'
