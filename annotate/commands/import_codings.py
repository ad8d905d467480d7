from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import JsonOption, print_report, say, say_next
from schemas.decimals import counted
from schemas.errors import SettingsError

if TYPE_CHECKING:
    from annotate.study.from_tools import ImportReport, Unit


def import_codings(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Exports of one other tool.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder to create (default: the first file's name)."
        ),
    ] = None,
    tool: Annotated[
        str | None, typer.Option("--from", metavar="TOOL", help="Tool of the files (default: found by them).")
    ] = None,
    map_path: Annotated[
        Path | None,
        typer.Option(
            "--map", metavar="FILE", help="Names of annotators; with --codebook layers and codes as well."
        ),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option("--codebook", metavar="FILE", help="Codebook to use (default: a draft is made)."),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            help="What is coded as one: sentence or text (default: text where whole texts have labels)."
        ),
    ] = None,
    annotator: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who coded, where the files name nobody.")
    ] = None,
    blank_is_none: Annotated[
        bool,
        typer.Option(
            "--blank-is-none", help="A text without any label was read too, and has none of the codes."
        ),
    ] = False,
    language: Annotated[str, typer.Option(help="Language of the texts.")] = "de",
    json: JsonOption = False,
) -> None:
    """Make a study of the texts and codings of another tool, and say what was lost."""
    from annotate.study.folder import open_study
    from annotate.study.from_tools import import_study
    from exports.readers.tools import read_tools

    report = import_study(
        read_tools(files, tool=tool, blank_is_none=blank_is_none),
        output or Path(_stem(files[0])),
        language=language,
        unit=_unit(unit),
        annotator=annotator,
        codebook=codebook,
        map_path=map_path,
    )
    if json:
        print_report(report, True, "")
    else:
        say(_words(report))
        say_next(open_study(report.study), json, after="import")


def _stem(file: Path) -> str:
    return file.name.partition(".")[0] or "import"


def _unit(unit: str | None) -> "Unit | None":
    match unit:
        case None | "sentence" | "text":
            return unit
    raise SettingsError(f'--unit "{unit}": expected sentence or text')


def _words(report: "ImportReport") -> str:
    people = ", ".join(f"{name} {number}" for name, number in report.annotators.items())
    layers = ", ".join(f"{name} ({kind})" for name, kind in report.layers.items())
    lines = [
        f"{counted(report.texts, 'text')} of {report.tool}, {counted(report.sentences, 'unit')}: "
        f"{counted(report.annotations, 'annotation')} "
        f"({people or 'of nobody'})",
        f"layers: {layers}",
        *(f"note: {note}" for note in report.notes),
        *(f"lost: {what}: {number}" for what, number in report.lost.items()),
        f"define what the codes mean in {Path(report.study, 'codebook.yaml')}",
    ]
    return "\n".join(lines)
