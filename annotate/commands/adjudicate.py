from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.agree import Exports, Names, SkipInvalid, tell_reading, user_names
from annotate.commands.terminal import (
    CodebookOption,
    JsonOption,
    OutputOption,
    StudyOption,
    one_stdout,
    print_report,
    say,
)
from annotate.study import open_study
from schemas.codebook import load_codebook
from schemas.errors import SettingsError
from schemas.jsonl import write_jsonl

if TYPE_CHECKING:
    from exports.adjudicate import AdjudicationReport


def adjudicate(
    exports: Exports = None,
    codebook: CodebookOption = None,
    rule: Annotated[
        str, typer.Option(metavar="RULE", help="majority, unanimous, dawid-skene or expert:NAME.")
    ] = "majority",
    output: OutputOption = None,
    study: StudyOption = None,
    names: Names = None,
    skip_invalid: SkipInvalid = False,
    json: JsonOption = False,
) -> None:
    """Turn several codings of a sentence into one gold row; ties stay open and are listed."""
    from annotate.deciding import adjudicate_exports, adjudicate_study

    one_stdout(output, json)
    if exports:
        if codebook is None and study is None:
            raise SettingsError("exports are read with their codebook", flag="--codebook")
        if output is None and not json:
            raise SettingsError("where should the gold rows go?", flag="-o")
        book = load_codebook(codebook) if codebook else open_study(study).codebook()
        gold, report, read = adjudicate_exports(
            exports, book, rule=rule, skip_invalid=skip_invalid, names=user_names(names)
        )
        tell_reading(read)
        if output:
            write_jsonl(output, gold)
    else:
        gold, report = adjudicate_study(open_study(study), rule=rule)
        if output:
            write_jsonl(output, gold)
    if json:
        print_report(report, True, "")
    else:
        say(_words(report))


def _words(report: "AdjudicationReport", most: int = 10) -> str:
    """The counts, and the first of what was left open."""
    lines = [
        f"{report.sentences} sentences: {report.decided} decided, {report.undecided} with something open, "
        f"{len(report.ties)} ties"
    ]
    for tie in report.ties[:most]:
        votes = ", ".join(f"{code} {count}" for code, count in tie.votes.items())
        lines.append(f"? {tie.sentence_id}  {tie.layer}: {votes}")
    if len(report.ties) > most:
        lines.append(f"… and {len(report.ties) - most} more (--json has all)")
    return "\n".join(lines)
