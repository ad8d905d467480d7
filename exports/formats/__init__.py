"""Codings, gold and labels in the forms that other software reads: FORMATS, one module a format."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

from exports.formats import sentence_tables
from exports.formats.material import Material, What
from exports.formats.options import Options


class Format(NamedTuple):
    """A form of an export.

    Parameters
    ----------
    help
        What it is, and for whom, in a few words.
    main
        The file that holds the codings; ``-o`` may name it.
    write
        Writes its files into an empty folder, and adds what it leaves out to `Material.left_out`.
    whats
        What can be written so.
    """

    help: str
    main: str
    write: Callable[[Material, Path, Options], None]
    whats: tuple[What, ...] = get_args(What)


FORMATS: dict[str, Format] = {
    "long": Format("a table with a row a coding (CSV)", "codings.csv", sentence_tables.write_long),
    "wide": Format("a table with a row a sentence (CSV)", "sentences.csv", sentence_tables.write_wide),
    "xlsx": Format("a workbook with a row a sentence", "sentences.xlsx", sentence_tables.write_workbook),
}
