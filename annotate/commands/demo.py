import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import JsonOption, print_report, progress_bar, say
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.demo.run import DemoReport


def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Folder for the demo's study (default: STANDPUNKT_HOME/demo)."),
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Exit when the demo is finished and stop the server.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="With --no-wait: leave the server running.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the whole loop on a real Label Studio, with commentaries and codings that ship."""
    from annotate.demo.run import run_demo
    from annotate.label_studio import local_server
    from schemas.files import home

    was_running = local_server.status().running
    try:
        with progress_bar() as progress:
            report = run_demo(folder or home() / "demo", progress=progress)
        print_report(report, json, lambda: demo_words(report))
        if not no_wait:
            say("Label Studio stays up until Ctrl-C")
            _wait()
    finally:
        if not (keep or was_running):
            local_server.stop()


def _wait() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        say("")


def demo_words(report: "DemoReport") -> str:
    """What the demo did, for the terminal: counts, agreement, scores, and where to look."""
    from annotate.commands.agree import agreement_table
    from annotate.commands.evaluation_text import evaluation_words
    from annotate.commands.studio import password_words
    from annotate.study.folder import open_study

    suggested = report.prelabel.created + report.prelabel.replaced + report.prelabel.unchanged
    codings = ", ".join(f"{c.annotator} {c.created + c.present}" for c in report.code)
    held_out = f"{counted(report.tag.commentaries, 'commentary')} that nobody coded"
    return f"""\
{report.split.commentaries} commentaries, {report.split.sentences} sentences; codings: {codings}
{report.pull.annotations} annotations pulled, {report.adjudicate.decided} sentences decided, \
{report.adjudicate.undecided} with something open

How far the two annotators agree (Krippendorff's alpha)

{agreement_table(report.agree)}

How well the classifier does (cross-validation, grouped by commentary)

{evaluation_words(report.evaluate, codebook=open_study(report.study).codebook())}

{report.tag.sentences} sentences of {held_out} were tagged; \
{suggested} suggestions stand in Label Studio

a tagged page  {report.page}
the study      {report.study}
Label Studio   {report.studio.url}
login          {report.studio.email}
password       {password_words(report.studio.password)}"""
