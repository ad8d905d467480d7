from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from annotate.commands.terminal import (
    DryRunOption,
    JsonOption,
    StudyOption,
    UrlOption,
    print_report,
    progress_bar,
    say,
    say_next,
)
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.sync.push import PushReport


def push(
    study: StudyOption = None,
    url: UrlOption = None,
    annotators: Annotated[
        str | None, typer.Option(metavar="NAME,…", help="Annotators, one project each; saved in study.yaml.")
    ] = None,
    overlap: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help="Share of sentences that everyone codes, 0 to 1; saved in study.yaml."
        ),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Unit that is shared: commentary or sentence; saved in study.yaml.")
    ] = None,
    phase: Annotated[
        str, typer.Option(help="Phase: pilot (never suggestions), main, test, or practice (known answers).")
    ] = "main",
    recreate: Annotated[
        bool, typer.Option(help="Recreate deleted projects, and put kept codings back.")
    ] = False,
    prune: Annotated[
        bool, typer.Option(help="Delete tasks without annotations whose sentence no longer exists.")
    ] = False,
    invite: Annotated[
        bool, typer.Option("--invite", help="Write a letter for each annotator into einladungen/.")
    ] = False,
    accounts: Annotated[
        bool,
        typer.Option("--accounts", help="With --invite: create accounts and put passwords into the letters."),
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Bring the sentences to Label Studio: one project an annotator, each sentence once."""
    from annotate.study.connect import check_address, connect
    from annotate.study.folder import open_study
    from annotate.study.settings import with_given, write_settings
    from annotate.sync import push as pushing
    from annotate.sync.invitations import GUIDELINES, is_here_only, write_invitations
    from annotate.sync.practice import push_practice

    if accounts and not invite:
        raise typer.BadParameter("needs --invite: the passwords are in the letters", param_hint="--accounts")
    if phase not in ("pilot", "main", "test", "practice"):
        raise typer.BadParameter(f'"{phase}": expected pilot, main, test or practice', param_hint="--phase")
    opened = open_study(study)
    with opened.locked("push", say), progress_bar() as progress:
        opened = with_given(opened, annotators=annotators, overlap=overlap, unit=unit)
        check_address(opened, url=url)
        pushing.check_pushable(opened)
        studio = connect(opened, url=url)
        if not dry_run:
            write_settings(opened)  # before anything is drawn by them
        if phase == "practice":
            report = push_practice(studio, opened, dry_run=dry_run, progress=progress)
        else:
            report = pushing.push(
                studio,
                opened,
                dry_run=dry_run,
                recreate=recreate,
                prune=prune,
                phase=phase,
                progress=progress,
            )
        letters = []
        if invite and not dry_run:
            letters = write_invitations(studio, opened, report.projects, with_accounts=accounts)
    body = {**msgspec.structs.asdict(report), "invitations": letters} if invite else report
    lines = _words(report) + [f"{p.annotator}: {p.link}" for p in report.projects]
    lines += [f"letter to {letter.annotator}: {letter.path}" for letter in letters]
    if letters:
        lines.append(f"send each letter with {Path(letters[0].path).with_name(GUIDELINES)}")
    if letters and is_here_only(studio.url):
        lines.append(f"! {studio.url} and the links in the letters work on this machine only")
    print_report(body, json, "\n".join(lines))
    if not dry_run:
        say_next(opened, json, after="push")


def _words(report: "PushReport") -> list[str]:
    verb = "would be " if report.dry_run else ""
    lines = [f"{verb}created {report.created}, updated {report.updated}, unchanged {report.unchanged}"]
    if report.put_back:
        lines.append(f"put back {counted(report.put_back, 'kept coding')}")
    if report.pruned:
        lines.append(f"{counted(report.pruned, 'task')} {verb}deleted: nobody had coded them")
    if report.gone > report.pruned:
        left = report.gone - report.pruned
        lines.append(f"left on the server: {counted(left, 'task')} whose sentence is no longer in the corpus")
    if report.duplicates:
        lines.append(
            f"{counted(report.duplicates, 'task')} with a sentence that another task of the project has too"
        )
    return lines
