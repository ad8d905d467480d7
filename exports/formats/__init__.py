"""Codings, gold and labels in the forms that other software reads: FORMATS, one module a format."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

from exports.formats import (
    cas,
    columns,
    docbin,
    published,
    refi_qda,
    sentence_tables,
    studio,
    webanno_tsv,
)
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
    is_folder
        Whether its files belong together in a folder: ``-o`` names that, never the main file.
    needs_text
        Whether a sentence without its text is left out.
    has_splits, has_context
        Whether it holds train and test apart; whether it holds the running text around a sentence.
    """

    help: str
    main: str
    write: Callable[[Material, Path, Options], None]
    whats: tuple[What, ...] = get_args(What)
    is_folder: bool = False
    needs_text: bool = False
    has_splits: bool = False
    has_context: bool = False


def _texts_in_splits(help: str, main: str, write: Callable[[Material, Path, Options], None]) -> Format:
    return Format(help, main, write, is_folder=True, needs_text=True, has_splits=True)


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
    "parquet": Format(
        "a table with a row a sentence, typed (Apache Parquet)", "sentences.parquet", columns.write_parquet
    ),
    "huggingface": Format(
        "a data set that datasets.load_dataset reads, with its card",
        "README.md",
        columns.write_data_set,
        is_folder=True,
        has_splits=True,
    ),
    "studio": Format(
        "tasks for Label Studio with annotations or predictions, and their screen",
        "tasks.json",
        studio.write_studio,
        needs_text=True,
        has_context=True,
    ),
    "docbin": _texts_in_splits(
        "training data of spaCy: sentences with their codes as categories", "train.spacy", docbin.write_docbin
    ),
    "xstance": _texts_in_splits(
        "stances toward questions, as x-stance has them (JSON Lines)", "train.jsonl", published.write_xstance
    ),
    "semeval-stance": _texts_in_splits(
        "stances toward targets, as SemEval-2016 task 6 has them", "train.txt", published.write_semeval_stance
    ),
    "semeval2023-task3": _texts_in_splits(
        "persuasion techniques by sentence, as SemEval-2023 task 3 has them",
        "train-labels-subtask-3.txt",
        published.write_semeval2023,
    )._replace(whats=("gold", "predictions")),
}
