"""What docs/contributing.md and the files beside the code say is so."""

import configparser
import re

import yaml

from running import ROOT
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
    assert targets - named <= {"demo", "install", "format", "clean"}


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
