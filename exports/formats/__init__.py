"""Codings, gold and labels in the forms that other software reads: FORMATS, one module a format."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

from exports.formats import cas, refi_qda, sentence_tables, webanno_tsv
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
    needs_text
        Whether codings are marks in a text, so that there is no export without texts.
    """

    help: str
    main: str
    write: Callable[[Material, Path, Options], None]
    whats: tuple[What, ...] = get_args(What)
    needs_text: bool = False


FORMATS: dict[str, Format] = {
    "long": Format("a table with a row a coding (CSV)", "codings.csv", sentence_tables.write_long),
    "wide": Format("a table with a row a sentence (CSV)", "sentences.csv", sentence_tables.write_wide),
    "xlsx": Format("a workbook with a row a sentence", "sentences.xlsx", sentence_tables.write_workbook),
    "refi-qda": Format(
        "a project for MAXQDA, ATLAS.ti, NVivo, QualCoder", "project.qdpx", refi_qda.write, needs_text=True
    ),
    "cas": Format("UIMA CAS XMI, for INCEpTION and DKPro", "annotations.zip", cas.write, needs_text=True),
    "webanno-tsv": Format(
        "WebAnno TSV 3.3, for INCEpTION", "annotations.zip", webanno_tsv.write, needs_text=True
    ),
}
