"""What ``split`` says of what it took out of files: all of it with ``--check``, else a few lines."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from annotate.commands.terminal import print_report, say, table
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.texts.check import Checker, FileCheck, LeftOut
    from annotate.texts.sentences import Piece
    from annotate.texts.sources import FilesRead
    from schemas.errors import DataError

_WIDTH = 80
_SHOWN = 5  # line numbers of a kind, in few words
ODD = {
    "no_title": "no title: named after its file",
    "no_title_line": "no title: named after its file",
    "no_date": "no date",
    "date_unreadable": "a date that is none",
    "date_out_of_line": "date out of line",
    "same_author_and_date": "second text of this author on a day",
    "no_text": "nothing but titles and captions",
    "blocks_read_again": "its own blocks did not fit",
    "looks_like_title_line": "looks like a title line",
    "looks_like_subhead": "looks like a subhead",
    "looks_like_note": "looks like a note to readers",
    "long_sentence": "long sentence",
    "title_in_text": "the title again",
    "several_languages": "another language",
    "other_language": "another language than the study's",
    "twice": "twice, or nearly so",
    "markup": "left-over mark-up",
    "wrongly_decoded": "wrongly decoded",
    "broken_characters": "broken characters",
}


def print_check(
    pieces: "Iterable[Piece]",
    checker: "Checker",
    *,
    notes: list[str],
    problems: "list[DataError]",
    html: Path | None,
    json: bool,
) -> None:
    """Looks at all commentaries and prints what was found; exit 1 where a file could not be read."""
    from annotate.texts.check import CheckReport
    from annotate.texts.commentaries import Failed
    from schemas.errors import DataError

    kept: list[Piece] = []
    for commentary, sentences in pieces:
        checker.add(commentary, sentences)
        if html:
            kept.append((commentary, sentences))
    files = checker.report()
    if not files:
        raise DataError("no sentence found in the texts")
    report = CheckReport(files=files, notes=notes, failed=[Failed.of(error) for error in problems])
    if html:
        from annotate.pages.check import check_page
        from schemas.files import write_text

        write_text(html, check_page(report, kept))
    for note in notes:
        say(f"note: {note}")
    print_report(report, json, lambda: "\n\n".join(_file_words(file) for file in files))
    if html:
        say(f"written: {html}")
    for failure in report.failed:
        say(f"error: {failure.reason}")
    if report.failed:
        raise typer.Exit(1)


def flag_words(row: Mapping[str, Any]) -> str:
    """What is odd about a commentary, with what was found."""
    flag = row["flag"]
    said = f"„{row['title']}“: {ODD.get(flag, flag.replace('_', ' '))}"
    if flag == "date_out_of_line":
        beside = " and ".join(str(date) for date in row["neighbours"] if date)
        return f"{said}: {row['found']}, beside {beside or 'none'}"
    if "was" in row:
        field = flag.removeprefix("corrected:")
        return f"„{row['title']}“: {field} corrected from {row['was']} to {row['is']} ({row['reason']})"
    return f"{said}: {row['found']}" if row.get("found") else said


def compact(files: "Sequence[FileCheck]", read: "FilesRead") -> str:
    """A few lines: of each of the first files its commentaries, what was left out and what looks odd."""
    lines = [line for file in files for line in _compact(file)]
    rest = len(read.files) - len(files)
    more = [counted(rest, "more file")] if rest else []
    if read.unlisted > rest:  # else each is a file that is counted already
        more.append(counted(read.unlisted, "more commentary"))
    if more:
        lines.append(f"… and {', '.join(more)}: `standpunkt split --check` tells of all")
    return "\n".join(lines)


def _compact(file: "FileCheck") -> Iterator[str]:
    titles = [c.title_line for c in file.commentaries if c.title_line]
    at = f", title{'s' if len(titles) > 1 else ''} at {_places(file.counted, titles)}" if titles else ""
    yield _wrapped(f"{file.file}: {_counted(file)}{at}")
    if left_out := sorted(_all_left_out(file), key=lambda row: row.kind):
        kinds = [
            (kind, [row.line for row in rows]) for kind, rows in groupby(left_out, key=lambda row: row.kind)
        ]
        beside = "; ".join(
            f"{len(lines)} {kind.replace('_', ' ')} ({_numbers(lines)})" for kind, lines in kinds
        )
        yield _wrapped(f"  left out: {beside}")
    odd = [(row.kind, row.line) for commentary in file.commentaries for row in commentary.odd]
    if odd:
        kinds_odd = dict.fromkeys(kind for kind, _ in odd)
        said = (
            f"{ODD[kind]} ({_numbers([line for what, line in odd if what == kind])})" for kind in kinds_odd
        )
        yield _wrapped(f"  look at: {'; '.join(said)}")


def _wrapped(words: str) -> str:
    return textwrap.fill(
        words, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _counted(file: "FileCheck") -> str:
    sentences = sum(commentary.sentences for commentary in file.commentaries)
    commentaries = "commentary" if len(file.commentaries) == 1 else "commentaries"
    return f"{len(file.commentaries)} {commentaries}, {_sentences(sentences)}"


def _sentences(count: int) -> str:
    return f"{count} sentence{'' if count == 1 else 's'}"


def _all_left_out(file: "FileCheck") -> "list[LeftOut]":
    return [*(row for commentary in file.commentaries for row in commentary.left_out), *file.left_out]


def _places(counted: str, numbers: Sequence[int | None]) -> str:
    return f"{counted.removesuffix('s') if len(numbers) == 1 else counted} {_numbers(numbers)}"


def _numbers(numbers: Sequence[int | None]) -> str:
    known = [str(number) for number in numbers if number is not None]
    if not known:
        return str(len(numbers))
    return ", ".join(known[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")


def _file_words(file: "FileCheck") -> str:
    rows: list[tuple[int | None, str, str, str]] = []
    for commentary in file.commentaries:
        rows.append((commentary.title_line, "", "title", commentary.title))
        rows += [
            (line, "", what, value)
            for what, line, value in (
                ("author", commentary.author_line, commentary.author),
                ("date", commentary.date_line, commentary.date),
            )
            if value
        ]
        rows.append(
            (
                commentary.first_line,
                "",
                "text",
                f"{_sentences(commentary.sentences)}{_until(commentary.last_line)}",
            )
        )
        beside = [(row.line, "", row.kind.replace("_", " "), row.text) for row in commentary.left_out]
        odd = [(row.line, "!", ODD[row.kind], row.found or "") for row in commentary.odd]
        rows += sorted([*beside, *odd], key=lambda row: row[0] or 0)
    rows += _database(file.left_out)
    head = f"{file.file}: {_counted(file)}"
    what = min(28, max(len(row[2]) for row in rows))
    words = _WIDTH - what - 14
    return head + "\n" + table(
        [file.counted.removesuffix("s"), "", "what", "words"],
        [(n, mark, _short(kind, what), _short(said, words)) for n, mark, kind, said in rows],
    )  # fmt: skip


def _until(line: int | None) -> str:
    return f", up to {line}" if line else ""


def _database(rows: "Sequence[LeftOut]") -> Iterator[tuple[int | None, str, str, str]]:
    """Lines outside the commentaries; those that follow each other as one row."""
    runs = groupby(enumerate(rows), key=lambda item: (item[1].line or 0) - item[0])
    for _, run in runs:
        inside = [row for _, row in run]
        more = f" … to line {inside[-1].line}" if len(inside) > 1 else ""
        yield inside[0].line, "", inside[0].kind, f"{_short(inside[0].text, 30)}{more}"


def _short(words: str, width: int) -> str:
    words = " ".join(words.split())
    return words if len(words) <= width else words[: width - 1] + "…"
