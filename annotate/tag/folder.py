"""Many pieces, one after the other: finished ones are kept, memory does not grow with their number."""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from annotate.analysis.piece import Hit, PieceView, view_piece
from annotate.analysis.prevalence import counts_of
from annotate.analysis.summary import PieceSummary, differences, news_words, summary_of_view
from annotate.pages.reading import page_of_views, reading_page, with_news
from annotate.tag.formats import FORMATS, RowFormat
from annotate.tag.ledger import ROWS_FORMAT, Finished, Ledger
from annotate.tag.pieces import (
    Checked,
    failed_inputs,
    in_batches,
    in_other_language,
    is_other_language,
    read_checked,
    tag_pieces,
    with_people,
    with_spellings,
)
from annotate.tag.report import TagReport, counts_in, tag_report
from annotate.tag.source import About, Source, SourcePlace
from annotate.texts.commentaries import Failed, read_commentaries
from annotate.texts.dates import has_sure_date
from annotate.texts.sentences import split_sentences
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError
from schemas.files import clear_unfinished, read_bytes, replacing, write_text
from schemas.jsonl import write_jsonl
from schemas.records import Commentary, short_hash, slug

#: Pieces, and characters of their texts, that are predicted together and kept in one go: many are quicker,
#: few are shared out more evenly among workers.
_BATCH, _SHARED_OUT = (512, 600_000), (64, 200_000)
_AHEAD = 3  # batches handed out to each worker before the first is waited for
Step = Callable[[], None]


class InputOptions(NamedTuple):
    """How the inputs are read."""

    names: Sequence[str]
    encoding: str | None = None
    author: str | None = None
    date: str | None = None
    language: str = "de"  # that the model was trained on


class OutputOptions(NamedTuple):
    """What is kept of each piece: rows as JSON Lines hold them, flat rows, or a page.

    ``gold`` holds the sentences that people coded, shown as such on the pages; ``spellings`` other spellings
    of names, each with the one that the study uses; ``reasons`` is how many are named of an answer, the
    model's own number without it. Pages need summaries.
    """

    to: str
    home: str | None = None
    gold: Path | None = None
    spellings: tuple[tuple[str, str], ...] = ()
    summaries: bool = True
    reasons: int | None = None


class FolderResult(NamedTuple):
    report: TagReport
    finished_before: int  # pieces finished in an earlier run


def tag_folder(
    place: SourcePlace, inputs: InputOptions, ledger: Ledger, output: OutputOptions, pages: Path | None, *,
    workers: int = 1, step: Step = lambda: None, notes: list[str] | None = None,
) -> FolderResult:  # fmt: skip
    """Tags what is not in the ledger yet; pages go to a folder. Unreadable pieces stop nothing."""
    problems: list[DataError] = []
    commentaries = read_commentaries(
        inputs.names, encoding=inputs.encoding, author=inputs.author, date=inputs.date,
        passed_over=problems, notes=notes, default_language=inputs.language,
    )  # fmt: skip
    other_language: list[Failed] = []
    finished_before = 0

    def waiting() -> Iterator[tuple[int, Commentary]]:
        nonlocal finished_before
        for number, commentary in enumerate(commentaries):
            if is_other_language(commentary, inputs.language):
                other_language.append(in_other_language(commentary, inputs.language))
                step()
            elif ledger.meet(_key(commentary), number):
                finished_before += 1
                step()
            else:
                yield number, commentary

    if pages is not None:
        clear_unfinished(pages)
    try:
        for batch in _finish_all(place, waiting(), output, workers):
            for number, done, hits, rows, page in batch:
                if pages is not None and page is not None and done.page:
                    write_text(pages / done.page, page, is_cleared=True)
                ledger.add(done, number, hits, rows)
                step()
            ledger.commit()
    finally:
        ledger.commit()
    for gone in ledger.unmet_pages():
        if pages is not None:
            (pages / gone).unlink(missing_ok=True)
    ledger.drop_unmet()  # last: a run that is killed before knows them still
    failed = failed_inputs(inputs.names, problems)
    return FolderResult(_report(ledger, failed, other_language), finished_before)


def compare_pieces(ledger: Ledger, codebook: Codebook, pages: Path | None) -> None:
    """Notes for each piece what sets it apart from its author's earlier ones, on its page too."""
    for done, summary in differences(ledger.finished(by_day=True), lambda done: (done.summary, done.day)):
        if summary == done.summary:
            continue
        if pages is not None and done.page:
            path = pages / done.page
            before = path.read_text("utf-8")
            page = with_news(before, news_words(summary, codebook))
            if page != before:
                write_text(path, page, is_cleared=True)
        ledger.set_summary(replace(done, summarised=summary))  # last: a run killed before does it again
    ledger.commit()


def write_rows(
    path: str, ledger: Ledger, row_format: RowFormat, codebook: Codebook, *, german: bool = False
) -> None:
    """The rows of all pieces in one file; JSON Lines stand there as they were kept."""
    if row_format.is_json:
        with replacing(path) as file:
            file.writelines(lines + b"\n" for lines in ledger.rows())
        return
    rows = (msgspec.json.decode(line) for lines in ledger.rows() for line in lines.splitlines())
    row_format.write_all(path, rows, codebook, german=german)


def write_folder_summaries(path: str, ledger: Ledger) -> int:
    return write_jsonl(path, (done.summary for done in ledger.finished()))


def stamp_of(about: About, output: OutputOptions) -> str:
    """What finished pieces rest on besides their texts: who answers, what is made and kept of a piece."""
    from importlib.metadata import version

    gold = read_bytes(output.gold) if output.gold is not None and output.gold.exists() else b""
    parts = [
        " ".join(filter(None, (about.version, about.digest))),
        version("standpunkt"),
        f"rows {ROWS_FORMAT}",
        hashlib.sha256(gold).hexdigest()[:12],
    ]
    spellings = [f"{other}={name}" for other, name in output.spellings]
    kept = [f"reasons={output.reasons}"] if output.reasons is not None else []
    kept += ["summaries"] if output.summaries else []
    return " ".join([*parts, output.to, *kept, *spellings])


def page_name(commentary_id: str) -> str:
    """A file name that any id gives, and no two ids share."""
    plain = slug(commentary_id) or "text"
    return f"{plain if plain == commentary_id else f'{plain}-{short_hash(commentary_id, 6)}'}.html"


def _key(commentary: Commentary) -> str:
    return hashlib.sha256(msgspec.json.encode(commentary)).hexdigest()


#: Place, piece, the sentences that figures lead to, rows as JSON, page.
Done = tuple[int, Finished, list[Hit], list[bytes], str | None]


def _finish_all(
    place: SourcePlace, waiting: Iterator[tuple[int, Commentary]], output: OutputOptions, workers: int
) -> Iterator[list[Done]]:
    """Finished pieces in the order they came, with at most some batches in memory."""
    most, size = _BATCH if workers <= 1 else _SHARED_OUT
    batches = in_batches(waiting, lambda item: len(item[1].text), most=most, size=size)
    if workers <= 1:
        tools = None
        for batch in batches:
            tools = tools or _load(place, output)
            yield _finish(tools, batch, output)
        return
    try:
        # a fresh process each: a fork would copy the locks of the libraries' threads
        with ProcessPoolExecutor(workers, get_context("spawn"), _end_with_parent) as pool:
            running: deque[Future[list[Done]]] = deque()
            for batch in batches:
                running.append(pool.submit(_finish_here, place, batch, output))
                if len(running) > workers * _AHEAD:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
    except BrokenProcessPool as error:
        words = (
            "one of the workers was ended, perhaps for want of memory; the same command goes on from there"
        )
        raise SettingsError(words, flag="--workers") from error


class _Tools(NamedTuple):
    source: Source
    checked: Checked | None


def _load(place: SourcePlace, output: OutputOptions) -> _Tools:
    return _Tools(place.load(output.reasons), read_checked(output.gold) if output.gold else None)


#: Of a worker process, with its first batch: what fails before that ends the pool and not with its words.
_load_once = lru_cache(maxsize=1)(_load)


def _end_with_parent() -> None:
    """A pool whose parent was killed would wait for work forever."""

    def wait() -> None:
        if (parent := parent_process()) is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _finish_here(
    place: SourcePlace, batch: Sequence[tuple[int, Commentary]], output: OutputOptions
) -> list[Done]:
    return _finish(_load_once(place, output), batch, output)


def _finish(tools: _Tools, batch: Sequence[tuple[int, Commentary]], output: OutputOptions) -> list[Done]:
    source, checked = tools
    tagged = tag_pieces(source, [(commentary, split_sentences(commentary)) for _, commentary in batch])
    tagged = with_spellings(tagged, dict(output.spellings))
    book, version = source.book, source.version
    row_format = FORMATS[output.to]
    finished: list[Done] = []
    for (place, commentary), piece in zip(batch, tagged, strict=True):
        done = Finished(
            key=_key(commentary),
            day=commentary.date if has_sure_date(commentary) else None,
            page=None if row_format else page_name(commentary.commentary_id),
            report=counts_in(piece, book),
            model_version=version,
        )
        if output.summaries:
            view = view_piece(piece, book, number=1)
            done = replace(done, summarised=summary_of_view(view, book, model_version=version))
        if row_format:
            rows = [msgspec.json.encode(row) for row in row_format.rows(piece, book)]
            finished.append((place, done, [], rows, None))
            continue
        if checked is None:
            page = page_of_views([view], book, model_version=version, home=output.home)
        else:
            page = reading_page(with_people([piece], checked), book, model_version=version, home=output.home)
        done = replace(done, counts=counts_of(view, book))
        finished.append((place, done, list(piece_hits(view, done.summary)), [], page))
    return finished


def piece_hits(view: PieceView, summary: PieceSummary) -> Iterator[Hit]:
    """The sentences of a piece that figures lead to."""
    places = {shown.sentence.sentence_id: shown for shown in view.sentences}
    for shown in view.sentences:
        for key, mark in shown.marks.items():
            if "." in key:
                yield Hit(what=key, code=mark.code, number=shown.number, text=shown.sentence.text)
        for token in shown.tokens:
            if token in summary.devices:
                yield Hit(what=token, code="", number=shown.number, text=shown.sentence.text)
    for name in summary.names:
        for sentence_id in name.sentences:
            shown = places[sentence_id]
            yield Hit(what=f"name.{name.name}", code="", number=shown.number, text=shown.sentence.text)


def _report(ledger: Ledger, failed: Sequence[Failed], other_language: Sequence[Failed]) -> TagReport:
    version = next((done.model_version for done in ledger.finished()), "")
    return tag_report(version, (done.report for done in ledger.finished()), failed, other_language)
