"""Archives read as folders: what is in them, under which names, and what is refused. A case a line.

The archives are made here, by Python's zipfile; names as other programs write them are put in by hand.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.inputs import unread_files
from annotate.texts.readers import archive as reader
from schemas.errors import DataError
from schemas.files import readable
from schemas.records import Commentary

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>Es hagelt.</w:t></w:r></w:p></w:body></w:document>'


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def read(folder: Path, data: bytes, name: str = "archiv.zip", **options: Any) -> list[Commentary]:
    (folder / name).write_bytes(data)
    return list(read_commentaries([folder / name], **options))


def test_each_file_of_an_archive_is_read_as_one_of_a_folder(tmp_path: Path) -> None:
    data = packed(
        ("b.txt", b"Es regnet."),
        ("ordner/", b""),
        ("ordner/a.jsonl", b'{"title": "T", "text": "Es schneit."}\n'),
        ("ordner/c.docx", packed(("word/document.xml", WORD.encode()))),
        ("ordner/d.txt.gz", gzip.compress(b"Es weht.")),
        ("e.csv", "Titel;Text\nU;Für alle.\n".encode("cp1252")),
        ("__MACOSX/ordner/._a.txt", b"\0\5\x16\7"),
        ("ordner/.DS_Store", b"\0\0\0\1Bud1"),
        (".git/a.txt", b"Nein."),
    )
    found = read(tmp_path, data, encoding="cp1252")
    assert [(c.source, c.text) for c in found] == [
        ("archiv.zip/b.txt", "Es regnet."),
        ("archiv.zip/e.csv", "Für alle."),
        ("archiv.zip/ordner/a.jsonl", "Es schneit."),
        ("archiv.zip/ordner/c.docx", "Es hagelt."),
        ("archiv.zip/ordner/d.txt.gz", "Es weht."),
    ]
    (tmp_path / "ordner").mkdir()
    (tmp_path / "archiv.zip").rename(tmp_path / "ordner/archiv.zip")
    again = list(read_commentaries([tmp_path / "ordner"], encoding="cp1252"))
    assert [c.commentary_id for c in again] == [c.commentary_id for c in found]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["archiv.zip", "ordner"]


def test_a_bad_file_is_named_with_its_place_and_the_rest_is_read(tmp_path: Path) -> None:
    data = packed(
        ("x/a.txt", b"\xff"), ("x/b.txt", b"Es regnet."), ("x/c.zip", packed(("d.txt", b"Da."))),
        ("x/e.exe", b"MZ"), ("x/f.docx", b"PK\3\4"),
    )  # fmt: skip
    problems: list[DataError] = []
    assert [c.text for c in read(tmp_path, data, passed_over=problems)] == ["Es regnet."]
    place = f"{tmp_path}/archiv.zip"
    assert [str(problem).split(": ")[:2] for problem in problems] == [
        [f"{place}/x/a.txt:1", "not UTF-8"],
        [f"{place}/x/c.zip", "is a .zip in a .zip"],
        [f"{place}/x/f.docx", "cannot be unpacked"],
    ]
    expected = [(f"{place}/x/e.exe", "not a format that is read")]
    for given in (tmp_path, tmp_path / "archiv.zip"):
        assert [(readable(path), reason) for path, reason in unread_files([given])] == expected


def named(name: bytes, *, flag: int = 0, mode: int = 0) -> zipfile.ZipInfo:
    """An entry whose name stands in the archive with these bytes, as programs without UTF-8 write it."""

    class Info(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:
            return name, flag

    info = Info("x")
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("name", "flag", "read_as"),
    [
        ("Größe.txt".encode("cp437"), 0, "Größe.txt"),
        ("Größe.txt".encode(), 0x800, "Größe.txt"),
        ("Gro\u0308\u00dfe.txt".encode(), 0, "Größe.txt"),
        ("ordner\\Größe.txt".encode("cp437"), 0, "ordner/Größe.txt"),
        (b"../../etc/x.txt", 0, "etc/x.txt"),
        (b"/etc/x.txt", 0, "etc/x.txt"),
        (b"C:\\x.txt", 0, "C:/x.txt"),
        (b"a\nb.txt", 0, "a\ufffdb.txt"),
    ],
)  # fmt: skip
def test_names_are_read_as_they_were_meant_and_lead_nowhere(
    tmp_path: Path, name: bytes, flag: int, read_as: str
) -> None:
    [found] = read(tmp_path, packed((named(name, flag=flag), b"Es regnet.")))
    assert found.source == f"archiv.zip/{read_as}"
    assert [path.name for path in tmp_path.rglob("*")] == ["archiv.zip"]


def protected() -> bytes:
    data = bytearray(packed(("a.txt", b"Es regnet.")))
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(sign) + at] |= 1
    return bytes(data)


def lying(size: int) -> bytes:
    """An archive that says a small file is large."""
    data = bytearray(packed(("a.txt", b"Es regnet. " * 50)))
    at = data.index(b"PK\1\2") + 24
    data[at : at + 4] = size.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is no archive"),
        (b"PK\3\4", "is no archive"),
        (packed(("a.txt", b"Da."))[:-30], "is no archive"),
        (packed(), "has no file to read"),
        (packed(("a.exe", b"MZ"), (".x.txt", b"Da.")), "has no file to read"),
        (packed((named(b"a.txt", mode=0o120777), b"/etc/passwd")), "has no file to read"),
        (packed(("a.zip", packed(("b.txt", b"Da.")))), "unpack it first"),
        (packed(("a.txt", b"Da."), method=zipfile.ZIP_LZMA), "pack it as a plain .zip"),
        (protected(), "is protected by a password"),
        (lambda: packed(("a.txt", bytes(2**27))), "times its size"),
        (lying(2**32 - 2), "times its size"),
        (packed(("[Content_Types].xml", b""), ("word/document.xml", WORD.encode())), "its own ending back, such as .docx"),
        (packed(("mimetype", b""), ("content.xml", b"")), "such as .odt"),
        (packed(("exportedproject.json", b"{}")), "`standpunkt import`"),
        (lambda: packed(("a.html", b"x" * 41_000_000)), "is larger than 38 MB (it has 39)"),
    ],
    ids=range(15),
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, data: bytes | Callable[[], bytes], words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, data() if callable(data) else data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("limit", ["MAX_MEMBERS", "MAX_UNPACKED"])
def test_an_archive_of_too_much_is_refused(
    tmp_path: Path, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, limit, 1)
    with pytest.raises(DataError, match="divide it"):
        read(tmp_path, packed(("a.txt", b"Da."), ("b.txt", b"Dort.")))


def damaged(data: bytes) -> Iterable[bytes]:
    for at in range(0, len(data), 7):
        yield data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_archive_is_read_or_refused_in_one_line(tmp_path: Path, method: int) -> None:
    good = packed(
        ("a.txt", b"Es regnet. " * 20),
        ("b.jsonl", b'{"text": "Da."}\n'),
        ("c.csv", b"text\nDa.\n"),
        method=method,
    )
    for data in damaged(good):
        problems: list[DataError] = []
        read(tmp_path, data, passed_over=problems)
        assert all("\n" not in str(problem) for problem in problems)
        unread_files([tmp_path / "archiv.zip"])
