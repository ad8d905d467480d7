from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from annotate.commands.terminal import (
    GermanOption,
    JsonOption,
    OutputOption,
    StudyOption,
    one_stdout,
    print_report,
    progress_bar,
    say,
)
from schemas.errors import SettingsError

if TYPE_CHECKING:
    from annotate.corpus.figures import CorpusIndex
    from schemas.codebook import Codebook

_FORMATS = ("html", "json", "csv")
_ENDINGS = {f".{name}": name for name in _FORMATS}


def index(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of lean files, as `tag --to parts -o DIR` writes them."),
    ],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="FORMAT", help="html, json or csv (default: as -o ends, else html)."),
    ] = None,
    output: OutputOption = None,
    by: Annotated[
        str, typer.Option("--by", metavar="PERIOD", help="Periods of time: week, month or quarter.")
    ] = "month",
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            "-m",
            metavar="DIR",
            help="The model that tagged, to measure its errors (default: the study's).",
        ),
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold", metavar="FILE", help="Hand-coded sentences to measure errors by (default: the study's)."
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="LANG", help="de or en (default: the codebook's).")
    ] = None,
    german: GermanOption = False,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Say how often each code stands toward each target, by month, from lean files of a corpus."""
    from annotate.corpus.run import Help, index_corpus
    from annotate.corpus.statements import cautions, finding
    from annotate.pages.periods import Unit
    from annotate.report.words import Words
    from annotate.study.folder import study_here

    to = to or _ENDINGS.get(Path(output or "").suffix.lower(), "html")
    if to not in _FORMATS:
        raise typer.BadParameter(f'"{to}": expected {" or ".join(_FORMATS)}', param_hint="--to")
    if by not in get_args(Unit):
        raise typer.BadParameter(f'"{by}": expected {" or ".join(get_args(Unit))}', param_hint="--by")
    if lang not in (None, "de", "en"):
        raise SettingsError(f'"{lang}": expected de or en', flag="--lang")
    if german and to != "csv":
        raise typer.BadParameter(f'is for --to csv, not for "{to}"', param_hint="--german")
    if json and to == "json" and output is None:
        json = False  # the same, once
    if output is None:
        output = f"{folder.resolve().name}-index.html" if to == "html" else "-"
    one_stdout(output, json)
    with progress_bar() as progress:
        given = Help(study_here(study), model, gold)
        found, parts = index_corpus(folder, by=cast("Unit", by), given=given, progress=progress)
    _write(output, to, found, parts.book, lang, german)
    if json:
        print_report(found, json, "")
    if output != "-":
        say(finding(found, parts.book, Words("en")))
    for caution in cautions(found, Words("en")):
        say(f"note: {caution}")
    if output != "-":
        say(f"written: {output}")


def _write(
    output: str, to: str, found: "CorpusIndex", book: "Codebook", lang: str | None, german: bool
) -> None:
    from annotate.corpus.chapters import to_document
    from annotate.corpus.rows import COLUMNS, rows_of
    from annotate.report.page import report_page
    from exports.tables import rows_csv
    from schemas.files import write_json, write_text

    if to == "csv":
        rows_csv.write(output, COLUMNS, rows_of(found), german=german)
    elif to == "json":
        write_json(output, found)
    else:
        language = lang or ("de" if book.language == "de" else "en")
        write_text(output, report_page(to_document(found, book, language)))
