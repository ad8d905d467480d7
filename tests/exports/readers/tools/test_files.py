"""Archives and XML may come from anybody."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from exports.readers.tools import files
from exports.readers.tools.files import open_package, read_xml
from schemas.errors import DataError


def archive(tmp_path: Path, *contents: tuple[str, bytes]) -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in contents:
            made.writestr(name, data)
    return path


def refused(run: Any, *words: str) -> None:
    with pytest.raises(DataError) as caught:
        run()
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_archives_in_an_archive_are_folders_of_it(tmp_path: Path) -> None:
    inner = archive(tmp_path, ("anna.xmi", b"<a/>")).read_bytes()
    package = open_package(archive(tmp_path, ("annotation/doc.txt/anna.zip", inner), ("x.txt", b"x")))
    assert [(m.name, m.read()) for m in package.members] == [
        ("annotation/doc.txt/anna/anna.xmi", b"<a/>"), ("x.txt", b"x"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["../a.txt", "/etc/passwd", "a/../../b", "C:/a", "..\\a"])
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path, (name, b"x"))
    refused(lambda: open_package(path), "a name that leads out of the archive")


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path, ("a", b"0" * 3_000_000), ("b", b"0" * 3_000_000))
    monkeypatch.setattr(files, "ALL_BYTES", 2**22)
    refused(lambda: open_package(path), "holds 6 MB when unpacked, expected 4 MB at most", "in parts")
    monkeypatch.setattr(files, "ALL_BYTES", 2**30)
    monkeypatch.setattr(files, "FILE_BYTES", 2**20)
    refused(open_package(path).members[0].read, "a.zip: a: is larger than 1 MB when unpacked")
    monkeypatch.setattr(files, "MEMBERS", 1)
    refused(lambda: open_package(path), "an archive of 2 files")


def test_a_size_that_is_a_lie_ends_the_reading(tmp_path: Path) -> None:
    path = archive(tmp_path, ("a", b"0" * 3_000_000))
    data = bytearray(path.read_bytes())
    claimed = (3_000_000).to_bytes(4, "little")
    assert data.count(claimed) == 2
    path.write_bytes(bytes(data).replace(claimed, (1000).to_bytes(4, "little")))
    refused(open_package(path).members[0].read, "cannot be read")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 nichts", "is a damaged archive"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    refused(lambda: open_package(path), words)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b" {}" * 700_000)
    monkeypatch.setattr(files, "FILE_BYTES", 2**20)
    refused(lambda: open_package(path), "larger than 1 MB", "divide it")


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (BOMB.encode(), "has a document type"),
        (BOMB.encode("utf-16"), "has a document type"),
        (f'<?xml version="1.0" encoding="UTF-8"?>\n{OUTSIDE}'.encode(), "has a document type"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-', "says it is UTF-7, expected UTF-8"),
        (b"<?xml version='1.0' encoding='latin-1'?><a>\xe4</a>", "is not UTF-8"),
        (b"<a>", "is no XML"),
    ],
)  # fmt: skip
def test_xml_with_entities_or_in_a_strange_encoding_is_refused(data: bytes, words: str) -> None:
    refused(lambda: read_xml(data, "a.xml"), "a.xml: ", words)


@pytest.mark.parametrize(
    "data",
    [
        '<?xml version="1.0" encoding="utf-8"?>\r\n<a>ä</a>'.encode(),
        '\ufeff<?xml version="1.0"?><a>ä</a>'.encode(),
        '<?xml version="1.1" encoding="UTF-8"?><a>ä</a>'.encode(),
        '<?xml version="1.0" encoding="UTF-16"?><a>ä</a>'.encode("utf-16"),
        "<a>ä</a>".encode(),
    ],
)
def test_xml_is_read_as_tools_write_it(data: bytes) -> None:
    assert read_xml(data, "a.xml").text == "ä"
