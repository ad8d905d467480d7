"""What docs/contributing.md and the files beside the code say is so."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from documented import Shell, blocks, commands
from running import ROOT, Ran
from tools.draw_plan import floor_plan

PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")


def test_the_page_holds_the_floor_plan_of_the_import_contracts() -> None:
    assert floor_plan() in PAGE, "run `make plan`"


def test_every_path_that_the_page_names_is_there() -> None:
    paths = re.findall(r"`((?:annotate|exports|schemas|tests|train)/[\w./-]*)`", PAGE)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_table_that_the_page_names_is_in_its_module() -> None:
    tables = re.findall(r"`([A-Z_]{4,})`[^`]*?\(`([\w./]+\.py)`\)", PAGE)
    assert len(tables) > 4
    assert [name for name, path in tables if f"\n{name}" not in (ROOT / path).read_text("utf-8")] == []


def test_every_target_of_make_is_named() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.search(r"\.PHONY: (.*)", makefile)[1].split())  # type: ignore[index]
    named = set(re.findall(r"`make (\w+)`", PAGE))
    assert named <= targets
    assert targets - named <= {"demo", "install", "format", "clean", "doctest"}


def test_the_citation_names_the_version_that_is_installed() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert str(citation["version"]) == setup["metadata"]["version"]


def test_no_group_of_a_pattern_is_possessive() -> None:
    """Python before 3.11.5 matches such groups wrongly, to the point of not ending (CPython issue 106052)."""
    groups = re.compile(r"\)(?:\*\+|\+\+|\?\+|\}\+)|\(\?>")
    found = [
        f"{path.relative_to(ROOT)}:{n}"
        for room in ("annotate", "schemas", "exports", "train")
        for path in sorted((ROOT / room).rglob("*.py"))
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if groups.search(line)
    ]
    assert found == []


@pytest.mark.slow
def test_the_example_leads_from_a_clone_to_a_merged_change(
    standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the page has it, with the interpreter that runs in place of an environment of the clone's own."""
    origin, page = tmp_path / "server" / "standpunkt.git", "docs/contributing.md"
    _lay_origin(origin, tmp_path, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "standpunkt"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    python = shlex.quote(sys.executable)
    ours = {
        "https://example.org/standpunkt.git": shlex.quote(str(origin)),
        ".venv/bin/pytest": f"{python} -m pytest",
        "make format": f"{python} -m ruff format . && {python} -m ruff check --fix .",
        "make check": f"{python} -m ruff format --check . && {python} -m ruff check .",
    }
    shell = Shell(standpunkt, monkeypatch, tmp_path, instead=ours)
    lines = commands(page)
    runs_tests = next(line for line in lines if line.startswith(".venv/bin/pytest"))
    at = lines.index(runs_tests)
    case, form, news = (
        re.sub(r"^ {4}", "", text).rstrip()  # blocks of a list are indented
        for language, text in blocks(page)
        if language in {"text", "markdown"} and "Glosse" in text
    )

    shell.run_all(lines[:at])
    before = _git("rev-parse", "main")
    _add(case, Path("tests/annotate/texts/test_title_lines.py"), below="Kolumne von")
    failed = shell.run(runs_tests)  # the case is there, the form is not
    assert failed.code == 1 and "1 failed" in failed.out, failed.out
    _add(form, Path("annotate/texts/language/title_forms.txt"), below="Kolumne von")
    _add(news, Path("CHANGELOG.md"), below="### Added")
    shell.run_all(lines[at:])

    assert _git(f"--git-dir={origin}", "log", "--format=%s", f"{before}..main") == _subject()
    changed = _git(f"--git-dir={origin}", "show", "--format=", "--unified=0", "main").splitlines()
    assert [line[1:] for line in changed if re.match(r"[+-](?!\+\+ |-- )", line)] == [news, form, case]


def _lay_origin(origin: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare repository whose main is what is committed here, and somebody who commits with the page's subject."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    message = folder / "message"
    message.write_text(f"{_subject()}\n\nNewspapers head their satirical columns so.\n", "utf-8")
    settings = folder / "gitconfig"
    settings.write_text("[user]\n name = Erika Beispiel\n email = erika@example.org\n", "utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_EDITOR", f"cp {shlex.quote(str(message))}")
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    _git(f"--git-dir={origin}", "config", "receive.shallowUpdate", "true")
    _git("-C", str(ROOT), "push", "--quiet", str(origin), "HEAD:refs/heads/main")


def _subject() -> str:
    return " ".join(re.search(r"The subject says what the commit does \(\*([^*]+)\*", PAGE)[1].split())  # type: ignore[index]


def _add(line: str, path: Path, *, below: str) -> None:
    text = path.read_text("utf-8")
    start, there, end = text.partition(next(line for line in text.splitlines(keepends=True) if below in line))
    path.write_text(f"{start}{there}{line}\n{end}", "utf-8")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
