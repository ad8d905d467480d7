"""A verb that waits for another one's study says so, and does its work when it may."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.study.folder import open_study
from running import ROOT, Ran

pytestmark = pytest.mark.slow

Run = Callable[..., Ran]


def test_a_verb_says_which_one_it_waits_for(standpunkt: Run, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    standpunkt("init", folder, "--targets", "ziele-ukraine", "--annotators", "anna")
    (folder / "commentaries" / "a.txt").write_text(
        "Ein Titel | Ada Probst. 03.02.2025.\n\nEin Satz.\n", "utf-8"
    )
    assert standpunkt("split", "--study", folder).code == 0
    command = [sys.executable, "-m", "annotate", "relink", "--study", str(folder)]
    with open_study(folder).locked("push"):
        waiting = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert waiting.stderr is not None
        words = waiting.stderr.readline()
    out, more = waiting.communicate()
    assert words.startswith(f"waiting for `standpunkt push` (process {os.getpid()}, since ")
    assert waiting.returncode == 0
    assert more.startswith("next: ")
    assert out.startswith("1 sentence as before")
