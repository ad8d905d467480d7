"""What docs/export.md says is so: its formats and its recipes (its commands: tests/test_docs.py)."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coded_study import coded_study
from exports.formats import FORMATS
from running import ROOT, Ran

PAGE = (ROOT / "docs" / "export.md").read_text("utf-8")
Run = Callable[..., Ran]


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)
    return str(found)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return coded_study(tmp_path / "studie").folder


@pytest.fixture
def exported(standpunkt: Run, study: Path) -> Path:
    folder = study.parent / "lang"
    assert standpunkt("export", "--study", study, "-o", folder).code == 0
    return folder


def agreement(standpunkt: Run, study: Path) -> float:
    return round(standpunkt("agree", "--study", study, "--json").json["layers"]["function"]["observed"], 3)


def test_the_page_has_a_row_for_each_format() -> None:
    rows = [
        f"| `{name}` | {form.help} | `{form.main}` | {', '.join(form.whats)} |"
        for name, form in FORMATS.items()
    ]
    table = PAGE.partition("## Formats")[2].partition("`export.json`")[0]
    found = [line for line in table.splitlines() if line.startswith("| `")]
    assert found == rows, "these are the rows for the table of docs/export.md"


def test_the_recipes_have_ten_lines() -> None:
    for language in ("r", "python"):
        assert len(block(language).splitlines()) <= 10


def test_the_recipe_for_python_counts_what_agree_counts(standpunkt: Run, study: Path, exported: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", block("python")], cwd=exported, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "Urteil/Deutung" in ran.stdout
    assert f"coded the same: {agreement(standpunkt, study)}" in ran.stdout


@pytest.mark.slow
def test_the_recipe_for_r_counts_what_agree_counts(standpunkt: Run, study: Path, exported: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Debian's r-base-core is not installed (tests/install-packages.sh)")
    (exported / "recipe.R").write_text(block("r"), "utf-8")
    ran = subprocess.run(
        ["Rscript", "--vanilla", "recipe.R"], cwd=exported, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "Urteil/Deutung" in ran.stdout
    assert f"coded the same: {agreement(standpunkt, study)}" in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("separator", [",", ";"])
def test_r_and_pandas_read_the_wide_table_alike(
    standpunkt: Run, study: Path, tmp_path: Path, separator: str
) -> None:
    import pandas as pd

    if shutil.which("Rscript") is None:
        pytest.skip("Debian's r-base-core is not installed (tests/install-packages.sh)")
    words = ["--german"] if separator == ";" else []
    standpunkt("export", "--study", study, "--to", "wide", "-o", tmp_path / "wide", *words)
    read = "read.csv2" if separator == ";" else "read.csv"
    script = (
        f'd <- {read}("sentences.csv", fileEncoding = "UTF-8-BOM", na.strings = "", check.names = FALSE)\n'
        'cat(dim(d), sum(d$rhetoric__irony__coder1, na.rm = TRUE), sum(nchar(d$text)), "\\n")\n'
    )
    ran = subprocess.run(
        ["Rscript", "--vanilla", "-e", script], cwd=tmp_path / "wide", capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    table = pd.read_csv(tmp_path / "wide" / "sentences.csv", sep=separator, encoding="utf-8-sig")
    expected = [*table.shape, int(table["rhetoric__irony__coder1"].sum()), int(table["text"].str.len().sum())]
    assert ran.stdout.split() == [str(number) for number in expected], ran.stderr
