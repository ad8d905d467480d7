"""Word lists that are package data beside the modules that read them: ``#`` begins a comment."""

from functools import cache
from importlib import resources


@cache
def read_lines(package: str, name: str) -> tuple[str, ...]:
    """The lines of ``name.txt`` in a package, without comments and what is empty."""
    text = resources.files(package).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


@cache
def read_kinds(package: str, name: str) -> dict[str, tuple[str, ...]]:
    """The words of each kind, in a list with lines such as ``kind: one two``; lines of one kind join."""
    kinds: dict[str, tuple[str, ...]] = {}
    for line in read_lines(package, name):
        kind, _, row = line.partition(":")
        kinds[kind] = kinds.get(kind, ()) + tuple(row.split())
    return kinds
