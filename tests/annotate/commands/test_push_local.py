"""What `push` says of a folder before it asks for a server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio import local_server
from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def study(tmp_path: Path, standpunkt: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study with a text, where no server is."""
    monkeypatch.setattr(local_server, "load", lambda: None)
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_HOST"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "s"
    standpunkt("init", folder, "--annotators", "anna")
    (folder / "commentaries" / "a.txt").write_text(
        "Der Winter | Anna Weiß. 03.11.2025.\n\nEs schneit.\n", "utf-8"
    )
    return folder


def test_sentences_come_first(standpunkt: Run, study: Path) -> None:
    assert (
        "sentences.jsonl: is not there yet; run `standpunkt split` first"
        in standpunkt("push", "--study", study).error
    )


def test_a_codebook_with_an_error_is_told_of(standpunkt: Run, study: Path) -> None:
    standpunkt("split", "--study", study)
    (study / "codebook.yaml").write_text("codebook: x\n", "utf-8")
    assert "codebook.yaml" in standpunkt("push", "--study", study).error


def test_somebody_has_to_be_named(standpunkt: Run, study: Path) -> None:
    settings = (study / "study.yaml").read_text("utf-8").replace("[anna]", "[]")
    (study / "study.yaml").write_text(settings, "utf-8")
    assert "annotators: the list is empty" in standpunkt("push", "--study", study).error


def test_a_folder_that_is_ready_asks_for_a_server(standpunkt: Run, study: Path) -> None:
    standpunkt("split", "--study", study)
    assert "no Label Studio" in standpunkt("push", "--study", study).error
