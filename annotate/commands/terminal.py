"""What all verbs share: options of one name and one help, reports on stdout, the rest on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from annotate.progress import Progress, no_progress

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
        body = msgspec.json.format(msgspec.json.encode(report), indent=2)
        sys.stdout.write(body.decode("utf-8") + "\n")
    else:
        sys.stdout.write((words if isinstance(words, str) else words()) + "\n")
    sys.stdout.flush()


def say(words: str) -> None:
    """A line for the person at the terminal: on stderr, so that stdout holds results only."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def say_progress(what: str, done: int = 0, total: int | None = None, /) -> None:
    """Progress a line at a time, where there are few and long steps."""
    say(what)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A way to say what is being done: a bar on a terminal, nothing elsewhere.

    The bar is full where a total is known, else it moves to and fro.
    """
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("", total=None, count="")

        def tell(what: str, done: int = 0, total: int | None = None, /) -> None:
            count = f"{done:,}/{total:,}" if total else ""
            bar.update(line, description=what, completed=done, total=total, count=count)

        yield tell


@contextmanager
def counter_bar(label: str) -> Iterator[Callable[[], None]]:
    """A count that grows on a terminal, with its speed, where the total is not known beforehand."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = "{task.description}: {task.completed:.0f}, {task.fields[speed]} a second"
    columns = (SpinnerColumn(), TextColumn(words), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, speed="–")

        def step() -> None:
            bar.advance(task)
            current = next(one for one in bar.tasks if one.id == task)
            bar.update(task, speed=f"{current.completed / max(current.elapsed or 0.0, 0.001):.1f}")

        yield step


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of words, numbers right-aligned, within 80 characters where the words allow it."""
    cells = [[str(cell) for cell in head], *([_cell(cell) for cell in row] for row in rows)]
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
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _is_number(text: str) -> bool:
    return text in ("", "–") or text.replace(".", "", 1).replace("-", "", 1).isdigit()
