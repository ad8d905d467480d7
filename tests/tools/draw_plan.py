"""Draws the floor plan of docs/contributing.md from the import contracts: `make plan` writes it."""

import ast
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "contributing.md"
START, END = "<!-- drawn by make plan -->\n", "<!-- end of the plan -->\n"


def floor_plan() -> str:
    """A block a package, from the top floor down, each room with the first line of its docstring."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    packages, *rooms = contracts
    of_package = {contract["containers"][0]: contract["layers"] for contract in rooms}
    return "\n".join(_drawn(package, of_package[package]) for package in packages["layers"])


def _drawn(package: str, floors: list[Any]) -> str:
    names = [[name.strip() for name in floor.split("|")] for floor in floors]
    width = max(len(_name(package, name)) for floor in names for name in floor)
    lines = [f"{package}/  {_purpose(ROOT / package)}"]
    for number, floor in zip(range(len(names), 0, -1), names, strict=True):
        for n, name in enumerate(floor):
            label = f"{number:>3}" if n == 0 else "   "
            lines.append(f"{label}  {_name(package, name):<{width}}  {_purpose(ROOT / package / name)}")
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _name(package: str, room: str) -> str:
    return f"{room}/" if (ROOT / package / room).is_dir() else room


def _purpose(module: Path) -> str:
    source = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(source.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0]


def with_plan(page: str) -> str:
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{floor_plan()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_plan(PAGE.read_text("utf-8")), "utf-8")
