"""The promised names, as docs/api.md shows them, and a start that tells whose packages it found."""

import doctest
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate import api
from running import ROOT, Ran

Run = Callable[..., Ran]


@pytest.mark.slow
@pytest.mark.usefixtures("kept_vectors")
def test_the_page_of_the_api_runs(
    earlier_study: Path, standpunkt: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(earlier_study)
    shutil.rmtree("models")  # they have a format of their own
    assert standpunkt("train", "--no-evaluate").code == 0
    page = ROOT / "docs" / "api.md"
    result = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 15
    assert result.failed == 0


def test_the_page_names_every_function() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    functions = [name for name in api.__all__ if name.islower()]
    assert [name for name in functions if f"{name}(" not in page] == []


def test_the_api_loads_neither_scikit_learn_nor_spacy() -> None:
    code = "import annotate.api, sys; print(sorted({'sklearn', 'spacy', 'pandas', 'label_studio_sdk'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", ["schemas/__init__.py", "train.py", "exports/__init__.py"])
def test_another_package_of_our_name_is_one_line(tmp_path: Path, name: str) -> None:
    foreign = tmp_path / name
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("raise RuntimeError('not ours')\n", "utf-8")
    code = f"import sys; sys.path[:0] = ['{tmp_path}', '{ROOT}']; from annotate.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"error: {foreign}: found another package" in done.stderr
    assert "environment of its own" in done.stderr


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "annotate", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("standpunkt ")
