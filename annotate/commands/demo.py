import os
import shlex
import shutil
import signal
import sys
import textwrap
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.commands.terminal import JsonOption, print_report, say, table
from annotate.progress import Progress, no_progress
from schemas.unprintable import visible_line

if TYPE_CHECKING:
    from annotate.demo.run import DemoReport, StudyReport

#: Of a line of the demo: the verb, what it does, its time; together less than 80 columns.
_VERB, _WHAT, _TIME = 15, 54, 9


def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Folder for the demo's study (default: STANDPUNKT_HOME/demo)."),
    ] = None,
    study_only: Annotated[
        bool, typer.Option("--study-only", help="Lay the study with its codings, without Label Studio.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open the coding screen in the browser.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Exit when the demo is finished and stop the server.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="With --no-wait: leave the server running.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the whole loop on a real Label Studio, with commentaries and codings that ship."""
    from annotate.demo.run import demo_study, has_codings, lay_study, run_demo
    from annotate.label_studio import local_server
    from schemas.files import home

    place = folder or home() / "demo"
    if study_only:
        laid = lay_study(place, say=say)
        print_report(laid, json, lambda: study_words(laid))
        return
    demo_study(place)  # another study is refused before anything is said
    server = local_server.status()
    say(_beforehand(place, is_installed=server.installed, goes_on=has_codings(place)))
    stays = server.running or (no_wait and keep)
    try:
        with _ended_with_the_terminal():
            report = run_demo(place, step=show_step, say=say)
            if no_wait:
                print_report(report, json, lambda: demo_words(report, {}, server_stays=stays))
            else:
                _show(report, json, opens_browser=not (no_browser or json), server_stays=stays)
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        raise
    finally:
        if not stays:
            local_server.stop()


def _show(report: "DemoReport", json: bool, *, opens_browser: bool, server_stays: bool) -> None:
    """Prints the report and serves its links until Ctrl-C."""
    from annotate.demo.coders import coder_login
    from annotate.demo.links import Door, serve_links

    project = report.push.projects[0]
    login = coder_login(report.studio.url, project.annotator)
    door = Door(url=login.url, email=login.email, password=login.password or "", place=project.link)
    pages: dict[str, Path | Door] = {
        project.annotator: door,
        "text": Path(report.page),
        "report": Path(report.report),
    }
    with serve_links(pages) as links:
        print_report(report, json, lambda: demo_words(report, links, server_stays=server_stays))
        if opens_browser and has_browser():
            webbrowser.open(links[project.annotator])
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            say("" if server_stays else "\nLabel Studio is stopped; all of it is kept")


@contextmanager
def _ended_with_the_terminal() -> Iterator[None]:
    """Ends as by Ctrl-C where it is told to end, or its terminal is closed: the server ends with it."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heeded = [number for number in numbers if before[number] != signal.SIG_IGN]  # as under nohup
    for number in heeded:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])


def has_browser() -> bool:
    """Whether somebody sits at a terminal beside which a browser can open."""
    has_display = sys.platform in ("win32", "darwin") or any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))
    )
    return has_display and sys.stdout.isatty() and "SSH_CONNECTION" not in os.environ


@contextmanager
def show_step(verb: str, what: str) -> Iterator[Progress]:
    """A line a step on standard error: what is done, and its time once it is done.

    On a terminal it shows meanwhile how far it is; a pipe has the line's beginning at once.
    """
    begin = time.monotonic()
    is_live = sys.stderr.isatty() and shutil.get_terminal_size().columns >= _VERB + _WHAT + _TIME

    def tell(words: str, done: int = 0, total: int | None = None, /) -> None:
        count = f"{done:,}/{total:,}" if total else ""
        _write(f"\r{_step(verb, words)}{count:>{_TIME}}")

    _write(_step(verb, what))
    try:
        yield tell if is_live else no_progress
    except BaseException:
        _write("\n")
        raise
    _write(("\r" + _step(verb, what) if is_live else "") + f"{time.monotonic() - begin:{_TIME - 2}.1f} s\n")


def _step(verb: str, what: str) -> str:
    shown = textwrap.shorten(visible_line(what), _WHAT - 1, placeholder=" …")
    return f"{verb:<{_VERB}}{shown:<{_WHAT}}"


def _write(words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()


def _beforehand(folder: Path, *, is_installed: bool, goes_on: bool) -> str:
    """What will be done, and what of it takes long."""
    packages = "" if is_installed else "Label Studio's packages come first, once: 1 GB, some minutes.\n"
    time_taken = (
        "It goes on from what is there: a minute or two, most of it for measuring the model."
        if goes_on
        else "Some three minutes: half a minute until Label Studio has started, one until\n"
        "1,202 codings are stored in it, one for training and measuring a model."
    )
    return f"The whole loop on a real Label Studio, in {folder}\n{packages}{time_taken}\n"


def demo_words(report: "DemoReport", links: dict[str, str], *, server_stays: bool) -> str:
    """One screen of 80 columns: what was shown, where to look, what to do next."""
    from annotate.commands.studio import password_words
    from annotate.demo.coders import coders_path

    suggested = report.prelabel.created + report.prelabel.replaced + report.prelabel.unchanged
    project = report.push.projects[0]
    codings = " and ".join(f"{c.annotator} coded {c.created + c.present}" for c in report.code)
    text, page = (
        links.get("text", Path(report.page).as_uri()),
        links.get("report", Path(report.report).as_uri()),
    )
    if links:
        screen, ends = (
            links[project.annotator],
            "\nThe links are good until Ctrl-C here, which stops the server.",
        )
        if server_stays:
            ends = "\nThe links are good until Ctrl-C here; the server stays."
        login = ""
    elif server_stays:
        screen, ends = project.link, "\n`standpunkt studio stop` stops the server."
        login = f"\n              its account is {project.annotator}'s in {coders_path()}"
    else:
        screen, ends, login = f"`{command_name()} demo` gives a link that signs in", "", ""
    return f"""
Of {report.split.sentences} sentences {codings}. A classifier learned from
them and tagged the {report.tag.commentaries} commentaries that nobody coded: {suggested} suggestions.

{_figures(report)}
alpha: the two with each other; macro-F1: model and people on the same task.
The texts were written for this: these figures say nothing of yours.

coding screen {screen}{login}
tagged text   {text}
report        {page}
Label Studio  {report.studio.url}   {report.studio.email}
password      {password_words(report.studio.password)}
study         {report.study}

Next, texts of your own (any .txt, .docx, .pdf …; docs/loop.md has it all):
  {command_name()} init studie --targets ziele-ukraine --annotators anna,ben
  {command_name()} split --study studie    once texts are in studie/commentaries{ends}"""


def _figures(report: "DemoReport") -> str:
    rows: list[tuple[Any, ...]] = []
    for name, layer in report.evaluate.layers.items():
        alike = report.agree.layers[name]
        people = layer.ceiling.macro_f1 if layer.ceiling else None
        rows.append((name, _two(alike.alpha), _two(layer.macro_f1), _two(people), layer.n))
    return table(["layer", "people alpha", "model macro-F1", "people macro-F1", "n"], rows)


def _two(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.2f}"


def study_words(report: "StudyReport") -> str:
    """What was laid, and what can be done with it without a server."""
    from annotate.demo.material import UNCODED_FILE

    run = Path(command_name()).absolute() if os.sep in command_name() else command_name()
    codings = ", ".join(f"{c.annotator} {c.created + c.present}" for c in report.code)
    return f"""\
{report.split.commentaries} commentaries, {report.split.sentences} sentences; codings: {codings}

Without a server, in this order:
  cd {shlex.quote(report.study)}
  {run} agree
  {run} adjudicate
  {run} train
  {run} tag commentaries/{UNCODED_FILE}    a commentary that nobody coded
  {run} report                               some two minutes
`{run} demo` does it all with Label Studio, with people's screens."""


def command_name() -> str:
    """How the command was called, where its name alone is not found."""
    called = Path(sys.argv[0])
    found = shutil.which("standpunkt")
    if called.stem != "standpunkt" or (found and Path(found).resolve() == called.resolve()):
        return "standpunkt"
    return str(called)
