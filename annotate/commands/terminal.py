"""What all verbs share: options of one name and one help, reports on stdout, the rest on stderr.

Every line for people passes `schemas.unprintable`: control characters are escaped.
"""

import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup

from annotate.commands.plain_words import wrapped
from annotate.progress import Progress
from schemas.errors import near_hit
from schemas.unprintable import escaped_json, visible, visible_line

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from annotate.study.next_step import Learned
    from schemas.records import GoldSentence

StudyOption = Annotated[
    Path | None,
    typer.Option("--study", metavar="DIR", help="Folder of the study (default: the current folder)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="File for the rows; - is standard output."),
]
CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", metavar="FILE", help="Codebook (default: the study's).")
]
MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map", metavar="FILE", help="Meaning of a project's own controls and values (docs/by-hand.md)."
    ),
]
TextFieldOption = Annotated[
    str | None,
    typer.Option(
        "--text-field",
        metavar="FIELD",
        help="Field of the tasks of any Label Studio export whose text is the sentence, or the whole text.",
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", metavar="DIR", help="Model folder (default: the study's latest model)."),
]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Address of Label Studio (default: LABEL_STUDIO_URL)."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print what would be done and change nothing.")]

EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of files that are not UTF-8, such as cp1252.")
]

AuthorOption = Annotated[
    str | None, typer.Option("--author", help="Author of commentaries whose file names none.")
]

DateOption = Annotated[
    str | None, typer.Option("--date", help="Date (YYYY-MM-DD) of commentaries whose file has none.")
]

GermanOption = Annotated[
    bool, typer.Option("--german", help="CSV with semicolons, decimal comma and BOM, for Excel.")
]

Inputs = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="Files or folders of commentaries; - is standard input.")
]


def one_stdout(output: str | None, json: bool) -> None:
    """Rows and a report cannot both be standard output."""
    if output == "-" and json:
        raise typer.BadParameter("--json uses standard output; name a file with -o")


def print_report(report: Any, json: bool, words: Callable[[], str] | str) -> None:
    """One JSON object on stdout, or the words where no object was asked for."""
    if json:
        body = msgspec.json.format(_encoded(report), indent=2)
        sys.stdout.write(escaped_json(body.decode("utf-8")) + "\n")
    else:
        sys.stdout.write(visible(words if isinstance(words, str) else words()) + "\n")
    sys.stdout.flush()


def _encoded(report: Any) -> bytes:
    try:
        return msgspec.json.encode(report)
    except UnicodeEncodeError:  # half of a surrogate pair, as in a file name that is not UTF-8
        return msgspec.json.encode(_shown(msgspec.to_builtins(report)))


def _shown(value: Any) -> Any:
    """What JSON is made of, with escapes for what its texts may not hold."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def say(words: str) -> None:
    """A line for the person at the terminal: on stderr, so that stdout holds results only."""
    sys.stderr.write(visible(words) + "\n")
    sys.stderr.flush()


def say_next(study: "Study | None", json: bool, *, after: str = "") -> None:
    """The next step of a study, where words are asked for; ``after`` is the verb that was just done."""
    if study is None or json:
        return
    from annotate.study.next_step import next_line

    def learned(gold: "Sequence[GoldSentence]") -> "Learned | None":
        from annotate.start.outlook import latest_learned

        return latest_learned(study, gold)

    if line := next_line(study, learned, after=after):
        say(wrapped(line))


def say_error(error: object) -> None:
    """What went wrong, on one line even where a file's name has several."""
    say(f"error: {visible_line(str(error))}")


class Verbs(TyperGroup):
    """The verbs of a command; a wrong use is one line, as any other error, and one that names the help."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        with _wrong_use_said(None):
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        with _wrong_use_said(ctx):
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            known = near_hit(args[0], self.commands) or f"; expected one of {', '.join(self.commands)}"
            ctx.fail(f'no verb "{args[0]}"{known}')
        return super().resolve_command(ctx, args)


@contextmanager
def _wrong_use_said(group: Any) -> Iterator[None]:
    # of click, or of typer's own copy of it
    usage_error: Any = typer.BadParameter.__mro__[1]
    try:
        yield
    except usage_error as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help
            raise
        called, params = _called(error.ctx, group)
        _, *verb = called
        say_error(f"{' '.join(verb)}{_wrong_use(error, params)}".lstrip(": "))
        say(f"see {visible_line(' '.join(called))} --help")
        raise typer.Exit(2) from error


def _called(ctx: Any, group: Any) -> tuple[list[str], list[Any]]:
    """The words of the command that was used wrongly, and the parameters that it has."""
    called: list[str] = []
    command = None
    if not ctx and group and group.invoked_subcommand:  # as where an option lacks its value
        called = [group.invoked_subcommand]
        command = group.command.commands[group.invoked_subcommand]
    ctx = ctx or group
    command = command or (ctx and ctx.command)
    while ctx:
        called.insert(0, str(ctx.info_name))
        ctx = ctx.parent
    return called or ["standpunkt"], command.params if command else []


def _wrong_use(error: Any, params: Sequence[Any]) -> str:
    """Where it is, what was found and what was expected; to be put right behind the verb."""
    option: Any = getattr(error, "option_name", None)
    if type(error).__name__ == "NoSuchOption":
        return f": no option {option}" + near_hit(option, [name for one in params for name in one.opts])
    param: Any = getattr(error, "param", None) or next((one for one in params if option in one.opts), None)
    meant = f": {param.help.rstrip('.')}" if getattr(param, "help", None) else ""
    words = str(error.message).rstrip(".")
    if not isinstance(error, typer.BadParameter):
        return f": {words[:1].lower()}{words[1:]}{meant}"
    place = error.param_hint or (param and _name(param))
    if not words:
        return f": {place} is missing{meant}"
    # newer typers' words do not repeat what was typed
    for known in getattr(error.__cause__, "errors", list)()[:1]:
        typed = str(known["input"])
        words = re.sub(r"^Input |^Value error, |, unable to parse .*|\.$", "", known["msg"])
        words = words if typed in words else f'"{typed}": {words}'
    return f" {place}: {words}" if place else f": {words}"


def _name(param: Any) -> str:
    """What the help calls a parameter."""
    is_argument = param.param_type_name == "argument"
    return str(param.metavar or param.name).strip("[]") if is_argument else str(param.opts[0])


def say_progress(what: str, done: int = 0, total: int | None = None, /) -> None:
    """Progress a line at a time, where there are few and long steps."""
    say(what)


def a_line_a_step() -> Progress:
    """Progress in plain lines: each step once, whatever numbers it counts."""
    said: set[str] = set()

    def tell(what: str, done: int = 0, total: int | None = None, /) -> None:
        step = re.sub(r"\d[\d.,]*", "0", what)
        if step not in said:
            said.add(step)
            say(visible_line(f"{what} ({total:,})" if total else what))

    return tell


def about(seconds: float) -> str:
    """How long a step will likely take, to stand behind it; empty where it is no wait.

    >>> about(3), about(44), about(400), about(9000)
    ('', ', about 45 seconds', ', about 7 minutes', ', about 2.5 hours')
    """
    if seconds < 10:
        return ""
    if seconds < 90:
        return f", about {5 * round(seconds / 5)} seconds"
    return f", about {seconds / 60:.0f} minutes" if seconds < 5400 else f", about {seconds / 3600:.1f} hours"


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A way to say what is being done: a bar on a terminal, a line a step elsewhere.

    The bar is full where a total is known, else it moves to and fro.
    """
    if not sys.stderr.isatty():
        yield a_line_a_step()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("", total=None, count="")

        def tell(what: str, done: int = 0, total: int | None = None, /) -> None:
            count = f"{done:,}/{total:,}" if total else ""
            bar.update(line, description=visible_line(what), completed=done, total=total, count=count)

        yield tell


@contextmanager
def counter_bar(label: str) -> Iterator[Callable[[], None]]:
    """A count that grows, with its speed on a terminal, where the total is not known beforehand.

    Elsewhere a line tells of every hundredth.
    """
    if not sys.stderr.isatty():
        count = itertools.count(1)

        def tell() -> None:
            done = next(count)
            if done % 100 == 0:
                say(visible_line(f"{label}: {done:,}"))

        yield tell
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = "{task.description}: {task.completed:.0f}, {task.fields[speed]} a second"
    columns = (SpinnerColumn(), TextColumn(words, markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(visible_line(label), total=None, speed="–")

        def step() -> None:
            bar.advance(task)
            current = next(one for one in bar.tasks if one.id == task)
            bar.update(task, speed=f"{current.completed / max(current.elapsed or 0.0, 0.001):.1f}")

        yield step


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of words, numbers right-aligned, within 80 characters where the words allow it."""
    cells = [[visible_line(str(cell)) for cell in head], *([_cell(cell) for cell in row] for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    numeric = [all(_is_number(row[n]) for row in cells[1:]) for n in range(len(head))]
    lines = []
    for row in cells:
        parts = [c.rjust(w) if num else c.ljust(w) for c, w, num in zip(row, widths, numeric, strict=True)]
        lines.append("  ".join(parts).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else visible_line(str(value))


def _is_number(text: str) -> bool:
    return text in ("", "–") or text.replace(".", "", 1).replace("-", "", 1).isdigit()
