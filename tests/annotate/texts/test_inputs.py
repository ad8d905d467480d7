"""Files and folders find their reader by one table."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.inputs import unread_files
from annotate.texts.readers import READERS, Reader
from annotate.texts.sources import Draft, Reading, Source, read_text


def _read_notes(source: Source, reading: Reading) -> Iterator[Draft]:
    for line in read_text(source, reading).splitlines():
        yield Draft({"text": line, "title": line.split()[0], "author": None, "date": None})


def test_a_reader_added_in_one_place_reads_files_and_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "texte" / "notizen.note"
    file.parent.mkdir()
    file.write_text("Regen fällt.\nSonne scheint.\n", "utf-8")
    assert unread_files([file.parent]) == [(file, "not a format that is read")]
    monkeypatch.setitem(READERS, "notes", Reader((".note",), _read_notes))
    assert unread_files([file.parent]) == []
    for given in (file, file.parent):
        assert [c.title for c in read_commentaries([given])] == ["Regen", "Sonne"]
