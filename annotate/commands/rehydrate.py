from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import EncodingOption, JsonOption, print_report, say
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.study.rehydrate import RehydrateReport


def rehydrate(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="Export made with --without-text.")],
    texts: Annotated[
        list[Path], typer.Option("--texts", metavar="FILE", help="Texts: a file or folder, repeatable.")
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT", help="New folder, or a file (default: beside EXPORT)."),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Write it even if some texts are missing or differ.")
    ] = False,
    encoding: EncodingOption = None,
    json: JsonOption = False,
) -> None:
    """Put the texts back into an export that was made without them."""
    from annotate.study.rehydrate import rehydrate_export
    from schemas.errors import DataError

    report = rehydrate_export(export, texts, output, partial=partial, encoding=encoding)
    for problem in report.failed:
        say(f"note: not read: {problem}")
    if json:
        print_report(report, True, "")
    if not report.files:
        raise DataError(_refusal(report), path=export)
    if not json:
        say(_words(report))


def _words(report: "RehydrateReport") -> str:
    of = counted(report.sentences, "sentence")
    lines = [f"{report.restored:,} of {of} with the text put back: {report.output}"]
    if report.moved:
        lines.append(f"  {len(report.moved):,} of them in a commentary whose text was changed elsewhere")
    for count, words in (
        (report.differ, "differ from the text"),
        (report.missing, "have no commentary here"),
    ):
        if count:
            lines.append(f"  {len(count):,} {words}, the first {count[0]}")
    return "\n".join(lines)


def _refusal(report: "RehydrateReport") -> str:
    parts = [
        f"{len(found):,} sentences {words} (the first {found[0]})"
        for found, words in (
            (report.differ, "are not in the text of their commentary"),
            (report.missing, "are of a commentary that is not among the texts"),
        )
        if found
    ]
    way = (
        "; --partial writes the others, --json names all"
        if report.restored
        else ": none of its texts was found"
    )
    return f"{' and '.join(parts)}, nothing was written{way}"
