"""What `tag` does where it writes parts: the run with its progress, and what it says in the end."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from annotate.commands.tag import DRIFT, shortfalls
from annotate.commands.terminal import about, print_report, progress_bar, say
from schemas.decimals import counted
from schemas.errors import StandpunktError

if TYPE_CHECKING:
    from annotate.tag.parts import Reading
    from annotate.tag.parts_run import PartsReport, Total
    from annotate.tag.portions import Portion
    from annotate.tag.source import SourcePlace

_SECONDS_BETWEEN = 30  # of lines that tell how far it is, where there is no terminal
_MOST_SAID = 20  # notes and failures


def tag_into_parts(
    place: "SourcePlace", files: Sequence[str], output: str | None, *, reading: "Reading", engine: str,
    workers: int, address: str | None, share: tuple[int, int], json: bool, fail_under: float | None,
) -> None:  # fmt: skip
    """Tags what is not finished yet, and tells of all; exit 1 where something went wrong."""
    from annotate.tag import parts
    from annotate.tag.engines import ENGINES
    from annotate.tag.parts_run import Total, tag_parts
    from annotate.tag.portions import portions_of
    from annotate.texts.commentaries import Failed
    from exports.tables.rows_parquet import need_pyarrow

    if output in (None, "-"):
        raise typer.BadParameter("parts are written into a folder: name it", param_hint="--output")
    if engine not in ENGINES:
        raise typer.BadParameter(f'"{engine}": expected {" or ".join(ENGINES)}', param_hint="--engine")
    need_pyarrow()
    known, folder = place.about(), Path(str(output))
    stamp = parts.parts_stamp(known, reading)
    options = parts.PartOptions(Path.cwd(), folder, place, reading, known.version, stamp)
    failed: list[Failed] = []
    portions = portions_of(files, failed)
    if not portions:
        raise StandpunktError(failed[0].reason)
    if others := parts.clear_superseded(folder, portions, known.version):
        say(f"note: {folder} also holds {counted(others, 'part')} of files that are not among these")
    number, of = share
    if number == 1:  # the plan of all shares is the same, and one file has one writer
        parts.write_plan(folder, portions)
    else:
        failed = []  # the first share tells of what is in none
    mine = portions[number - 1 :: of]
    if not mine:
        say(f"note: nothing to do in share {number} of {of}: there are {counted(len(portions), 'part')}")
    else:
        where = f"at {address}" if address else counted(workers, "worker")
        say(f"tagging {counted(len(mine), 'part')}: {engine}, {where}")
    total = Total(options, engine, failed)
    with _told(mine, total) as tell:
        for portion, done in tag_parts(mine, options, ENGINES[engine], workers=workers, address=address):
            total.add(done)
            tell(portion, done.before)
    report = total.report()
    if json:
        print_report(report, True, "")
    _tell(report, total.notes, fail_under, of_file=place.model is None)


@contextmanager
def _told(portions: "Sequence[Portion]", total: "Total") -> "Iterator[Callable[[Portion, bool], None]]":
    """Takes each part that is finished, and whether it was before; a bar, or a line now and then."""
    begun = said = time.monotonic()
    left = whole = sum(portion.size for portion in portions)
    made = 0
    with progress_bar() as bar:

        def tell(portion: "Portion", before: bool) -> None:
            nonlocal left, made, said
            left -= portion.size
            made += 0 if before else portion.size
            now = time.monotonic()
            if not sys.stderr.isatty() and now - said < _SECONDS_BETWEEN:
                return
            said = now
            speed = f", {total.sentences_a_second:,.0f} a second" if total.sentences_a_second else ""
            wait = about(left * (now - begun) / made) if made else ""
            words = f"{total.sentences:,} sentences{speed}{wait + ' left' if wait else ''}"
            if sys.stderr.isatty():
                bar(words, whole - left, whole)
            else:
                say(f"{total.parts:,} of {len(portions):,} parts, {words}")

        yield tell


def _tell(report: "PartsReport", notes: Sequence[str], fail_under: float | None, *, of_file: bool) -> None:
    if report.finished_before:
        say(f"already finished: {report.finished_before:,} of {counted(report.parts, 'part')}")
    if report.sentences_a_second:
        sentences = counted(report.sentences, "sentence")
        say(f"{sentences} in {counted(report.parts, 'part')}, {report.sentences_a_second:,.0f} a second")
    _say_some("note", notes, len(notes))
    for notice, count in report.drift.items():
        say(f"note: {counted(count, 'commentary')}: {DRIFT[notice]}")
    if report.other_language:
        say(f"note: {counted(report.other_language, 'commentary')} in another language: not tagged")
    _say_some("error", [failure.reason for failure in report.failed], report.failures)
    if of_file and report.unanswered:
        say(f"note: {counted(report.unanswered, 'sentence')} without any answer")
    found = shortfalls(report, fail_under, of_file=of_file)
    for words in found:
        say(f"error: {words}")
    if report.failures or found:
        raise typer.Exit(1)


def _say_some(kind: str, lines: Sequence[str], of: int) -> None:
    for line in lines[:_MOST_SAID]:
        say(f"{kind}: {line}")
    if of > _MOST_SAID:
        say(f"{kind}: {of - _MOST_SAID:,} more; the manifests have all")
