"""A folder of texts and of what was written of them is read as the texts alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from running import Ran

Run = Callable[..., Ran]

OUTPUTS = (
    "-o labels.csv", "-o deutsch.csv --german", "-o rows.jsonl --summary pieces.jsonl", "-o alles.html",
    "--to html -o seiten", "--to parts -o teile",
)  # fmt: skip


def test_results_beside_the_texts_are_read_by_no_later_run(
    standpunkt: Run, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for n in range(2):
        words = f"Text {n} | Grete Halm. 03.02.2025.\n\nDas Tempolimit nützt Ort {n}. Im Wald regnet es."
        Path(f"{n}.txt").write_text(words, "utf-8")
    for output in OUTPUTS * 2:
        ran = standpunkt("tag", ".", "-m", model, *output.split(), "--json")
        assert ran.code == 0, ran.err
        assert (ran.json["commentaries"], ran.json["sentences"]) == (2, 4), output
    assert standpunkt("tag", "**/*", "-m", model, "--json").json["commentaries"] == 2
    split = standpunkt("split", ".", "-o", "saetze.jsonl", "--json")
    assert split.json["commentaries"] == 2
    assert standpunkt("split", ".", "-o", "saetze.jsonl", "--json").json == split.json


def test_a_file_that_is_named_is_read_whoever_wrote_it(standpunkt: Run, model: Path, tmp_path: Path) -> None:
    text, rows = tmp_path / "a.txt", tmp_path / "a.jsonl"
    text.write_text("Das Tempolimit nützt allen. Im Wald regnet es.", "utf-8")
    assert standpunkt("tag", text, "-m", model, "-o", rows).code == 0
    assert standpunkt("tag", rows, "-m", model, "--json").json["commentaries"] == 2
