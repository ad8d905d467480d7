import textwrap
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from annotate.commands.agree import (
    Exports,
    Names,
    SkipInvalid,
    given_names,
    meaning,
    refuse_without_exports,
    say_what_was_read,
    study_of_exports,
)
from annotate.commands.plain_words import WIDTH, code_words, question_words, quoted, wrapped
from annotate.commands.terminal import (
    CodebookOption,
    DryRunOption,
    JsonOption,
    MapOption,
    OutputOption,
    StudyOption,
    TextFieldOption,
    UrlOption,
    one_stdout,
    print_report,
    progress_bar,
    say,
    say_next,
)
from schemas.decimals import counted
from schemas.errors import SettingsError

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from annotate.sync.adjudication import AdjudicationPushReport
    from exports.adjudication.adjudicate import AdjudicationReport, Tie
    from schemas.codebook import Codebook
    from schemas.records import GoldSentence


def adjudicate(
    exports: Exports = None,
    codebook: CodebookOption = None,
    map_path: MapOption = None,
    text_field: TextFieldOption = None,
    rule: Annotated[
        str, typer.Option(metavar="RULE", help="Rule: majority, unanimous, dawid-skene or expert:NAME.")
    ] = "majority",
    output: OutputOption = None,
    study: StudyOption = None,
    names: Names = None,
    skip_invalid: SkipInvalid = False,
    to_studio: Annotated[
        bool, typer.Option(help="Send the open questions to a project for the adjudicator.")
    ] = False,
    url: UrlOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Turn several codings of a sentence into one gold row; ties stay open and are listed."""
    from annotate.study.folder import open_study
    from annotate.sync.adjudication import adjudicate_exports, adjudicate_study
    from schemas.jsonl import write_jsonl

    one_stdout(output, json)
    sent = None
    if exports and to_studio:
        raise SettingsError(
            "what is undecided goes to the projects of a study: give no exports", flag="--study"
        )
    if not exports:
        refuse_without_exports(map_path, text_field)
    if dry_run and not to_studio:
        raise typer.BadParameter("needs --to-studio", param_hint="--dry-run")
    if exports:
        means = meaning(codebook, map_path, study_of_exports(study, codebook), text_field=text_field)
        if output is None and not json:
            raise SettingsError("name the file for the gold rows", flag="-o")
        gold, report, read = adjudicate_exports(
            exports,
            means.codebook,
            rule=rule,
            skip_invalid=skip_invalid,
            names=given_names(names),
            project_map=means.project_map,
            sentences=means.sentences,
        )
        book = read.codebook
        say_what_was_read(read.report)
        if output:
            write_jsonl(output, gold)
    else:
        opened = open_study(study)
        book = opened.codebook()
        with opened.locked("adjudicate", say):
            gold, report = adjudicate_study(opened, rule=rule, dry_run=dry_run)
        if output and not dry_run:
            write_jsonl(output, gold)
        if to_studio:
            sent = _send(opened, gold, url=url, dry_run=dry_run)
    _tell(report, sent, json, lambda: _words(report, gold, book))
    if not exports and not dry_run:
        say_next(opened, json, after="adjudicate")


def _tell(
    report: "AdjudicationReport",
    sent: "AdjudicationPushReport | None",
    json: bool,
    words: Callable[[], str],
) -> None:
    if json:
        more = {"studio": sent} if sent else {}
        print_report({**msgspec.structs.asdict(report), **more}, True, "")
        return
    say(words())
    if sent:
        say(_sent_words(sent))
    elif report.ties:
        say("`standpunkt adjudicate --to-studio` brings what is open to a third person")


def _send(
    study: "Study", gold: "list[GoldSentence]", *, url: str | None, dry_run: bool
) -> "AdjudicationPushReport":
    from annotate.study.connect import connect
    from annotate.sync.adjudication import push_adjudication

    with study.locked("adjudicate", say), progress_bar() as progress:
        return push_adjudication(connect(study, url=url), study, gold, dry_run=dry_run, progress=progress)


def _sent_words(sent: "AdjudicationPushReport") -> str:
    verb = "would be " if sent.dry_run else ""
    words = (
        f"to a third person: {verb}created {sent.created}, updated {sent.updated}, "
        f"unchanged {sent.unchanged}; {sent.decided} decided, {sent.settled} no longer open"
    )
    return f"{words}\n{sent.link}" if sent.link else words


def _words(
    report: "AdjudicationReport", gold: "Sequence[GoldSentence]", book: "Codebook", most: int = 10
) -> str:
    """The counts, and the first of what was left open."""
    lines = [
        f"{counted(report.sentences, 'sentence')}: {report.decided} decided, "
        f"{report.undecided} with something open, {counted(len(report.ties), 'tie')}"
        + (f", {report.by_hand} decided by a third person" if report.by_hand else "")
    ]
    if report.competence:
        lines.append("Likely right, estimated (95 % in brackets; no ranking, they overlap):")
    for who, layers in report.competence.items():
        shares = (
            f"{name} {found.right:.2f} [{found.interval[0]:.2f}, {found.interval[1]:.2f}]"
            for name, found in layers.items()
        )
        lines += textwrap.wrap(f"{who}: {', '.join(shares)}", 80, subsequent_indent="  ")
    texts = {row.sentence_id: row.text for row in gold}
    for sentence_id, ties in groupby(report.ties[:most], key=lambda tie: tie.sentence_id):
        lines.append(f"? {quoted(texts[sentence_id], WIDTH - 2)}")
        lines += [wrapped(f"    {_votes(tie, book)}") for tie in ties]
    if len(report.ties) > most:
        lines.append(f"… and {len(report.ties) - most} more (--json has all)")
    return "\n".join(lines)


def _votes(tie: "Tie", book: "Codebook") -> str:
    """What a tie is about, and how many gave which code."""
    layer, _, target = tie.layer.partition("__")
    votes = ", ".join(f"{code_words(book, layer, code)} {count}" for code, count in tie.votes.items())
    return f"{layer}: {votes}{question_words(book, target)}"
