"""What is measured is kept with all that has to be known of it, and `make docs` shows it."""

import re
import sys
from pathlib import Path

import pytest

from running import ROOT
from tools import make_docs, measured

HEAD = re.compile(
    r"\$ .+\n\d{4}-\d\d-\d\d, commit \w+, \d+ cores, .+\nPython [\d.]+, numpy .+, label-studio-sdk .+\n\n"
)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(measured, "KEPT", tmp_path / "kept")
    return tmp_path / "kept"


def test_of_stress_tests_the_lines_are_kept_that_say_what_was_measured(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "import os; print('..', 'measured: 5 kills', 'measured: 3 storms', os.environ['STANDPUNKT_STRESS'], sep='\\n')"
    monkeypatch.setattr(measured, "STRESS", (sys.executable, "-c", said))
    assert measured.measure_stress()
    text = (kept / "stress.txt").read_text("utf-8")
    found = HEAD.match(text)
    assert found and found[0].startswith("$ make stress\n")
    assert text[found.end() :] == "3 storms\n5 kills\n"


def test_where_something_fails_what_stood_there_stays(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.mkdir()
    (kept / "stress.txt").write_text("before", "utf-8")
    monkeypatch.setattr(
        measured, "STRESS", (sys.executable, "-c", "print('measured: x'); raise SystemExit(1)")
    )
    assert not measured.measure_stress()
    assert (kept / "stress.txt").read_text("utf-8") == "before"


def test_the_page_has_every_benchmark_with_its_command_and_what_was_kept_of_it() -> None:
    page = make_docs.measured()
    for script in sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py")):
        assert f"python tests/benchmarks/{script.name}" in page
    for path in sorted((ROOT / "docs" / "measured").glob("*.txt")):
        text = path.read_text("utf-8")
        assert HEAD.match(text), path
        assert text.rstrip() in page


def page_of(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def kept_of(benchmark: str) -> str:
    return (ROOT / "docs" / "measured" / f"{benchmark}.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("page", "benchmarks"),
    [
        ("model-at-300", ["bench_model_at_300"]),
        ("calibrated", ["bench_model_at_300"]),
        ("model", ["bench_examples", "bench_stance"]),
        ("team", ["bench_team"]),
    ],
)
def test_the_tables_of_a_page_stand_in_what_its_benchmarks_printed(page: str, benchmarks: list[str]) -> None:
    tables = [table.splitlines() for table in re.findall(r"(?:^\|.+\n)+", page_of(page), re.MULTILINE)]
    for benchmark in benchmarks:
        kept = kept_of(benchmark).splitlines()
        found = [[head, *rows] for head, _, *rows in tables if head in kept]
        assert found and not {row for table in found for row in table} - set(kept)


def test_the_table_of_strategies_says_what_its_benchmark_found() -> None:
    rows = re.findall(r"^\| .+ to \+.+ \|$", page_of("select"), re.MULTILINE)
    _, _, *tasks = kept_of("bench_select").split("\n\n")
    for row, task in zip(rows, tasks[:4], strict=True):
        at_random, *others = row.split(" | ")[1:]
        assert re.search(rf"^random .* {at_random}  \d+ %", task, re.MULTILINE)
        for name, cell in zip(("mixed", "uncertainty", "diverse"), others, strict=True):
            figures = re.search(rf"^{name} +− random at 1000: (\S+) \((\S+), (\S+)\)$", task, re.MULTILINE)
            assert figures
            difference, low, high = (f"{float(figure):+.3f}" for figure in figures.groups())
            assert cell.removesuffix(" |") == f"{difference} ({low} to {high})"


@pytest.mark.parametrize("page", ["export", "export-learning"])
def test_seconds_and_memory_of_exports_are_those_of_their_benchmark(page: str) -> None:
    kept = re.findall(r"^([\w-]+): ([\d.]+) s, peak (\d+) MB$", kept_of("bench_export"), re.MULTILINE)
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| (\d+) MB \|$", page_of(page), re.MULTILINE)
    assert rows
    assert set(rows) <= {(name, f"{float(seconds):.0f}", peak) for name, seconds, peak in kept}


def test_seconds_and_memory_of_an_index_are_those_of_its_benchmark() -> None:
    kept = re.findall(
        r"^([\d,]+) sentences, .+\n +counted: ([\d.]+) s .+ peak (\d+) MB$",
        kept_of("bench_index"),
        re.MULTILINE,
    )
    rows = re.findall(
        r"^\| ([\d,]+) \| \d+ MB \| ([\d.]+) \| (\d+) MB \|$", page_of("index-corpus"), re.MULTILINE
    )
    assert rows and rows == kept
