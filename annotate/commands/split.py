import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotate.commands.plain_words import wrapped
from annotate.commands.split_check import compact, flag_words, print_check
from annotate.commands.terminal import (
    AuthorOption,
    DateOption,
    EncodingOption,
    JsonOption,
    OutputOption,
    StudyOption,
    one_stdout,
    print_report,
    say,
    say_next,
    table,
)
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from annotate.study.split import SplitReport
    from annotate.texts.sentences import Piece
    from schemas.errors import DataError


_MOST_FLAGS = 10  # that are named

_ColumnOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Of a table, where its heading does not say it.")
]


def split(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE…]", help="Files or folders (default: the study's commentaries)."),
    ] = None,
    output: OutputOption = None,
    commentaries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File for the commentaries with their blocks.")
    ] = None,
    encoding: EncodingOption = None,
    author: AuthorOption = None,
    date: DateOption = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="Language of the texts that name none (default: guessed; where not sure, the study's)."
        ),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Installed spaCy pipeline; adds lemmas, tags and names."),
    ] = None,
    text_column: _ColumnOption = None,
    title_column: _ColumnOption = None,
    author_column: _ColumnOption = None,
    date_column: _ColumnOption = None,
    mended: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File for what was mended in texts from pages, such as hyphens."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what was taken for what, and what looks odd.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --check: a page to read, and to tick corrections on."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="In a study: continue even if pushed sentences are lost.")
    ] = False,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Read commentaries and split them into sentences with exact offsets."""
    from msgspec.structs import replace

    from annotate.study.folder import open_study
    from schemas.files import readable
    from schemas.jsonl import write_jsonl

    one_stdout(output, json)
    from annotate.study.split import split_inputs, split_study, split_texts, write_pieces
    from annotate.texts.check import Checker
    from annotate.texts.commentaries import Failed
    from annotate.texts.inputs import unread_files
    from annotate.texts.layout.mends import Mend
    from annotate.texts.sentences import splitter_note
    from annotate.texts.sources import FilesRead

    if check or html:
        unwritten = {"--output": output, "--commentaries": commentaries, "--force": force}
        if wrong := next((name for name, value in unwritten.items() if value), None):
            raise typer.BadParameter(f"--check writes nothing; take {wrong} away")
    opened = open_study(study) if study is not None or not files else None
    named = {"text": text_column, "title": title_column, "author": author_column, "date": date_column}
    problems: list[DataError] = []
    notes: list[str] = []
    read = FilesRead() if check or html else FilesRead(most_files=10, most_commentaries=1000)
    reading: dict[str, Any] = {
        "files_read": read, "encoding": encoding, "author": author, "date": date, "pipeline": pipeline,
        "passed_over": problems, "notes": notes, "language": language,
        "columns": {field: heading for field, heading in named.items() if heading},
    }  # fmt: skip
    expected = language or (opened.settings.language if opened else "de")
    if note := splitter_note(expected):
        say(f"note: {note}")
    for name, reason in unread_files(files or [opened.commentary_folder] if opened else files or []):
        say(f"note: skipped {readable(name)}: {reason}")
    if check or html:
        with _telling(problems):
            print_check(
                split_texts(opened, files, **reading)
                if opened
                else split_inputs(files or [], **reading),
                Checker(read, language=expected),
                notes=notes, problems=problems, html=html, json=json,
            )  # fmt: skip
        return
    checker = None if json else Checker(read, language=expected, with_twins=False)
    shown: list[Piece] | None = None
    with _telling(problems):
        if opened:
            with opened.locked("split", say):
                report = split_study(opened, files, force=force, checker=checker, **reading)
        else:
            mends: list[Mend] = []
            pieces = split_inputs(files or [], mended=mends, **reading)
            rows = output or (None if json or sys.stdout.isatty() else "-")
            shown = list(pieces) if rows is None and not json else None
            report = write_pieces(
                pieces if shown is None else shown, sentences=rows, commentaries=commentaries, checker=checker
            )
            report = replace(report, mended=len(mends))
            if mended:
                write_jsonl(mended, mends)
    if opened:
        _tell_study(opened, report, output, mended, notes)
    if checker:
        say(compact(checker.report(), read))
    if shown:
        print_report(None, False, _table(shown))
    _tell(replace(report, notes=notes, failed=[Failed.of(error) for error in problems]), json, opened)


def _tell_study(
    study: "Study", report: "SplitReport", output: str | None, mended: Path | None, notes: list[str]
) -> None:
    """Copies what was asked for out of a study, and says which of its corrections were of no use."""
    from annotate.study.split import corrections_of
    from annotate.texts.corrections import unused_corrections
    from annotate.texts.layout.mends import Mend
    from schemas.jsonl import read_jsonl, write_jsonl
    from schemas.records import Commentary, Sentence

    if report.mended:
        notes.append(f"what was mended in the texts: {study.mended.relative_to(study.folder)}")
        if mended:
            write_jsonl(mended, read_jsonl(study.mended, Mend))
    if output:
        write_jsonl(output, read_jsonl(study.sentences, Sentence))
    for correction in unused_corrections(corrections_of(study), read_jsonl(study.commentaries, Commentary)):
        say(f"note: {study.corrections.name}: nothing is called {correction.commentary}")


@contextmanager
def _telling(problems: "list[DataError]") -> Iterator[None]:
    """Where nothing can be split, says what could not be read: the reason, if it is one alone."""
    from schemas.errors import DataError

    try:
        yield
    except DataError as error:
        is_empty = bool(problems) and error.path is None
        for problem in problems[:-1] if is_empty else problems:
            say(f"error: {problem}")
        if not is_empty:
            raise
        raise problems[-1] from error


def _tell(report: "SplitReport", json: bool, study: "Study | None") -> None:
    """The report, and what could not be read; exit 1 where something could not."""
    for note in report.notes:
        say(f"note: {note}")
    if json:
        print_report(report, True, "")
    else:
        say(_words(report))
    if study:
        say_next(study, json, after="split")
    for failure in report.failed:
        say(f"error: {failure.reason}")
    if report.failed:
        raise typer.Exit(1)


def _table(pieces: "list[Piece]") -> str:
    rows = [
        (s.index + 1, s.kind, s.text[:58] + ("…" if len(s.text) > 58 else ""))
        for _, sentences in pieces
        for s in sentences
    ]
    return table(["n", "kind", "text"], rows)


def _words(report: "SplitReport") -> str:
    blocks = ", ".join(counted(n, kind.replace("_", " ")) for kind, n in report.blocks.items())
    lines = [
        f"{counted(report.commentaries, 'commentary')}, {counted(report.sentences, 'sentence')} ({blocks})"
    ]
    lines += [wrapped(f"! {flag_words(row)}") for row in report.flags[:_MOST_FLAGS]]
    if len(report.flags) > _MOST_FLAGS:
        lines.append(f"… and {len(report.flags) - _MOST_FLAGS} more to look at (--json has all)")
    return "\n".join(lines)
