"""Files are written whole or not at all, and what stands in the way is one line."""

import errno
import os
from pathlib import Path

import pytest

from schemas.errors import DataError
from schemas.files import write_text


def test_a_folder_on_a_disk_that_is_read_only_is_said_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)  # also where there is nothing to unlink
    with pytest.raises(DataError, match=r"x\.txt: cannot be written: Read-only file system"):
        write_text(tmp_path / "x.txt", "Text")
