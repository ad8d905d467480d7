import sys
import textwrap
from collections import deque
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.plain_words import WIDTH
from annotate.commands.terminal import (
    AuthorOption,
    CodebookOption,
    DateOption,
    EncodingOption,
    GermanOption,
    Inputs,
    JsonOption,
    ModelOption,
    OutputOption,
    StudyOption,
    about,
    counter_bar,
    one_stdout,
    print_report,
    progress_bar,
    say,
    say_next,
)
from schemas.decimals import counted
from schemas.errors import DataError, SettingsError
from schemas.files import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from annotate.analysis.piece import TaggedPiece
    from annotate.analysis.prevalence import Errors
    from annotate.study.folder import Study
    from annotate.tag.parts_run import PartsReport
    from annotate.tag.report import TagReport
    from annotate.tag.source import SourcePlace
    from schemas.codebook import Codebook
    from schemas.records import Commentary

_INDENT = len("999  ")  # of what stands below the number of a sentence

#: How many reasons are named of an answer; None: as many as the model was trained to name.
_REASONS = {"none": 0, "top": None, "all": 1_000_000}
_BYTES_A_SECOND = 60_000  # of plain text, about, in one process
_MAX_NAMED, _MAX_NOTED = 3, 10  # commentaries that are like no other and in another language

DRIFT = {
    "unfamiliar_words": "unlike the training data: many words the model does not know",
    "unseen_author": "author not in the training data: no stance has a sure direction by words alone",
}


def tag(
    files: Inputs,
    model: ModelOption = None,
    output: OutputOption = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="jsonl, html, csv, parquet or parts (default: as -o ends; without -o words on a terminal, "
            "else jsonl).",
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            "--predictions",
            metavar="FILE",
            help="Predictions in place of a model, such as zeroshot's of the same texts; needs --codebook "
            "outside a study.",
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="Predictions beside a model that was trained with such (train --with).",
        ),
    ] = None,
    codebook: CodebookOption = None,
    german: GermanOption = False,
    encoding: EncodingOption = None,
    author: AuthorOption = None,
    date: DateOption = None,
    summary: Annotated[
        str | None,
        typer.Option(
            "--summary", metavar="FILE", help="Write one summary row per commentary, as JSON Lines."
        ),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            metavar="SHARE",
            min=0,
            max=1,
            help="Exit 1 if a smaller share of the answers is sure, 0 to 1.",
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            "--part", metavar="K/N", help="Tag the K-th of N shares of the files, as a job array does."
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help="Who makes parts (--to parts): processes of this machine (default), or dask.",
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="ADDRESS", help="Where the engine runs, such as tcp://host:8786."),
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", min=1, help="Number of processes for a folder or for parts."),
    ] = 1,
    reasons: Annotated[
        str,
        typer.Option(
            "--reasons",
            metavar="HOW",
            help="Reasons named of each answer: none (a third faster), top (as the model was trained), all.",
        ),
    ] = "top",
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold",
            metavar="FILE",
            help="Hand-coded sentences, shown as checked and used to measure errors (default: the study's).",
        ),
    ] = None,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Tag commentaries with a model: text in, labels out; no server."""
    from annotate.study.folder import study_here

    one_stdout(output, json)
    if summary == "-" and (json or output in (None, "-")):
        raise typer.BadParameter("standard output is already in use; name a file", param_hint="--summary")
    from annotate.tag.formats import FORMATS, format_of, german_formats

    to = _format(to, output, engine or address) or format_of(output)
    if to not in FORMATS:
        raise typer.BadParameter(f'"{to}": expected {" or ".join(FORMATS)}', param_hint="--to")
    is_of_many = any(_is_folder(Path(name)) for name in files)
    if part and to == "html":
        raise typer.BadParameter("is for rows, not for --to html", param_hint="--part")
    share = _share(part) if part else (1, 1)
    if german and to not in german_formats():
        words = f'is for --to {" or ".join(german_formats())}, not for "{to}"'
        raise typer.BadParameter(words, param_hint="--german")
    opened = study_here(study)
    place = _source_place(model, predictions, beside, codebook, opened)
    if reasons not in _REASONS:
        raise typer.BadParameter(f'"{reasons}": expected {" or ".join(_REASONS)}', param_hint="--reasons")
    # on whose texts its models were trained; without a study the codebook knows
    language = opened.settings.language if opened else None
    spellings = opened.settings.spellings if opened else {}
    if to == "parts":
        from annotate.commands.tag_parts import tag_into_parts

        if summary:
            raise typer.BadParameter("is not for parts, which others sum up", param_hint="--summary")
        _say_what_is_missing(place)
        ways = (("encoding", encoding), ("author", author), ("date", date), ("language", language))
        tag_into_parts(
            place, files, output, reading=ways, engine=engine or "processes", workers=workers,
            address=address, share=share, json=json, fail_under=fail_under,
        )  # fmt: skip
        return
    if part:
        files = _shared_out(files, share)
    if not output and to == "html":
        output = _page_place(files)
    if is_of_many and _is_kept(output, to):
        reading = {"encoding": encoding, "author": author, "date": date, "language": language}
        report = _tag_folder(
            place,
            files,
            str(output),
            to,
            reading,
            summary=summary,
            workers=workers,
            gold=_gold(gold, opened),
            spellings=spellings,
            german=german,
            reasons=_REASONS[reasons],
        )
    else:
        report = _tag_files(
            place, files, output, to, json, summary, _gold(gold, opened) if to == "html" else None,
            spellings, german, _REASONS[reasons], encoding=encoding, author=author, date=date,
            language=language,
        )  # fmt: skip
    if json:
        print_report(report, True, "")
    _tell(report, fail_under, of_file=predictions is not None)
    say_next(None if model or predictions else opened, json, after="tag")


def _source_place(
    model: Path | None,
    predictions: Path | None,
    beside: Path | None,
    codebook: Path | None,
    study: "Study | None",
) -> "SourcePlace":
    """Who says what is in a sentence: the model that is given or the study's last, or a file."""
    from annotate.tag.source import SourcePlace

    if predictions is not None:
        if model is not None or beside is not None:
            raise typer.BadParameter(
                "is in place of a model: leave out -m and --with", param_hint="--predictions"
            )
        if study is None and codebook is None:
            raise SettingsError("no codebook, and the current folder is not a study", flag="--codebook")
        return SourcePlace(None, predictions, study.codebook_path if study and not codebook else codebook)
    if codebook is not None:
        raise typer.BadParameter("a model has its own; only --predictions takes one", param_hint="--codebook")
    if model is None:
        if study is None:
            raise SettingsError("no model given, and the current folder is not a study", flag="-m")
        model = study.latest_model()
    return SourcePlace(model, beside)


def _say_what_is_missing(place: "SourcePlace") -> None:
    """That a model which takes a file of predictions answers without, where that was chosen in training."""
    if place.predictions is not None:
        return
    meta = place.about().meta
    if meta is not None and meta.stacked is not None:
        without, said = meta.stacked.without, meta.stacked.predictions
        if meta.stacked.if_missing == "fall-back":
            say(f"note: no --with FILE, so {without} answers: the model without the predictions of {said}")


def _format(to: str | None, output: str | None, engine: str | None) -> str | None:
    """The format that is asked for, by name or by who writes it into what; None: it goes by the file."""
    if to in (None, "parts") and engine:
        return "parts"
    if engine:
        raise typer.BadParameter(f'makes parts, not "{to}": leave out --to', param_hint="--engine")
    if output and (output.endswith("/") or Path(output).is_dir()):
        if to is None:
            words = "is a folder: --to html makes pages in it, --to parts lean files"
            raise typer.BadParameter(words, param_hint="--output")
        return "parts" if to == "parquet" else to
    return to


def _share(part: str) -> tuple[int, int]:
    """The number of a share, and of how many."""
    numbers = part.split("/")
    if (
        len(numbers) != 2
        or not all(map(str.isdecimal, numbers))
        or not 1 <= int(numbers[0]) <= int(numbers[1])
    ):
        raise typer.BadParameter(f'"{part}": expected K/N as in 3/64', param_hint="--part")
    return int(numbers[0]), int(numbers[1])


def _shared_out(files: list[str], share: tuple[int, int]) -> list[str]:
    """Every N-th of the files behind the inputs."""
    from annotate.texts.inputs import find_sources

    number, of = share
    found = [str(source.path) for source in find_sources(files)]
    if of > len(found):
        words = f"{number}/{of} of {len(found)} files leaves some without any: at most {len(found)} shares"
        raise typer.BadParameter(words, param_hint="--part")
    return found[number - 1 :: of]


def _page_place(files: list[str]) -> str | None:
    """Where pages go that are not piped: beside the work, under the name of the first input."""
    first = Path(files[0])
    if _is_folder(first):
        return f"{first.resolve().name}-html"
    return f"{first.stem}.html" if sys.stdout.isatty() and str(first) != "-" else None


def _is_kept(output: str | None, to: str) -> bool:
    """Whether there is a place to keep what is finished of a folder or an archive."""
    is_page = to == "html" and str(output).endswith((".html", ".htm"))
    return output not in (None, "-") and not is_page


def _is_folder(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".zip"


def _gold(gold: Path | None, study: "Study | None") -> Path | None:
    return gold or (study.gold if study is not None and study.gold.exists() else None)


def _tag_files(
    place: "SourcePlace", files: list[str], output: str | None, to: str, json: bool, summary: str | None,
    gold: Path | None, spellings: dict[str, str], german: bool, reasons: int | None,
    **reading: str | None,
) -> "TagReport":  # fmt: skip
    """Few pieces, or many in one file: rows are written as they are made."""
    from annotate.analysis.summary import PieceSummary, summary_of, with_differences
    from annotate.tag.formats import FORMATS, write_tagged
    from annotate.tag.pieces import Left, read_checked, tag_files, with_originals, with_people, with_spellings
    from annotate.tag.report import CommentaryCounts, counts_in, tag_report
    from schemas.jsonl import write_jsonl

    _say_what_is_missing(place)
    source = place.load(reasons)
    book, version = source.book, source.version
    left = Left([], [], [])
    read: dict[str, Commentary] = {}
    counts: list[CommentaryCounts] = []
    summaries: list[PieceSummary] = []

    def pieces() -> "Iterator[TaggedPiece]":
        for piece in tag_files(source, files, left, read=read if to == "html" else None, **reading):
            (piece,) = with_spellings([piece], spellings)
            counts.append(counts_in(piece, book))
            if summary:
                summaries.append(summary_of(piece, book, model_version=version))
            yield piece

    as_words = to == "jsonl" and output is None and not json and sys.stdout.isatty()
    waiting = pieces()
    tagged = [] if (first := next(waiting, None)) is None else chain([first], waiting)
    if as_words or FORMATS[to] is None:
        tagged = with_originals(list(tagged), read)
        tagged = tagged if gold is None else with_people(tagged, read_checked(gold))
    if as_words and tagged:
        print_report(None, False, "\n\n\n".join(_piece_words(piece, book) for piece in tagged))
    elif tagged and (output or not json):
        write_tagged(output or "-", to, tagged, source, german=german)
        if output and to == "html":
            say(f"page: {output}")
    deque(waiting, maxlen=0)  # what nobody wrote counts as well
    for note in left.notes:
        say(f"note: {note}")
    if summary:
        write_jsonl(summary, with_differences(summaries))
    return tag_report(version, counts, left.failed, left.other_language)


def _tag_folder(
    place: "SourcePlace", files: list[str], output: str, to: str, reading: dict[str, str | None], *,
    summary: str | None, workers: int, gold: Path | None, spellings: dict[str, str], german: bool,
    reasons: int | None,
) -> "TagReport":  # fmt: skip
    """Many pieces: finished ones are kept, so that a run that was broken off goes on."""
    from annotate.tag import folder as tagging
    from annotate.tag.formats import FORMATS
    from annotate.tag.ledger import Ledger
    from annotate.texts.own_files import UNFINISHED
    from schemas.records import GoldSentence

    _say_what_is_missing(place)
    known = place.about()
    row_format = FORMATS[to]
    is_site = row_format is None
    ledger_path = Path(output) / ".tagged.sqlite" if is_site else Path(f"{output}{UNFINISHED}")
    options = tagging.OutputOptions(
        to,
        "../index.html" if is_site else None,
        gold if is_site else None,
        tuple(sorted(spellings.items())),
        summaries=is_site or summary is not None,
        reasons=reasons,
    )
    ledger = Ledger(ledger_path, tagging.stamp_of(known, options))
    pages = Path(output) / "texte" if is_site else None
    notes: list[str] = []
    if wait := about(_bytes_in(files) / _BYTES_A_SECOND / workers):
        say(f"tagging {', '.join(map(readable, files))}{wait}")
    with counter_bar("commentaries") as step:
        result = tagging.tag_folder(
            place,
            tagging.InputOptions(
                files,
                reading["encoding"],
                reading["author"],
                reading["date"],
                reading["language"] or known.book.language,
            ),
            ledger,
            options,
            pages,
            workers=workers,
            step=step,
            notes=notes,
        )
    for note in notes:
        say(f"note: {note}")
    if result.finished_before:
        pieces = counted(result.report.commentaries, "commentary")
        say(f"already finished: {result.finished_before} of {pieces}")
    if options.summaries:
        tagging.compare_pieces(ledger, known.book, pages)
    if summary:
        tagging.write_folder_summaries(summary, ledger)
    if row_format is None:
        from annotate.tag.folder_index import write_index
        from schemas.jsonl import read_jsonl

        def measure() -> "Errors | None":
            from annotate.analysis.prevalence import measured_errors
            from train.persistence.folder import load_model

            meta, model_dir = known.meta, place.model
            assert gold is not None and meta is not None and model_dir is not None
            rows, kept = list(read_jsonl(gold, GoldSentence)), Path(output) / ".errors.json"
            try:
                with progress_bar() as progress:
                    return measured_errors(lambda: load_model(model_dir), meta, rows, kept, progress)
            except (DataError, SettingsError) as error:  # too few rows, or an estimator's module is not here
                say(f"note: errors could not be measured: {error}")
                return None

        has_errors = gold is not None and known.meta is not None and place.predictions is None
        failed = [(failure.input, failure.reason) for failure in result.report.failed]
        index = write_index(
            Path(output), ledger, known.book, measure=measure if has_errors else None, failed=failed,
            model_version=known.version, trained_on=known.meta.commentaries if known.meta else [],
        )  # fmt: skip
        say(f"index: {index}")
    else:
        tagging.write_rows(output, ledger, row_format, known.book, german=german)
    ledger.close()
    if not is_site:
        ledger_path.unlink()
    return result.report


def _bytes_in(files: list[str]) -> int:
    """How much there is to read, so that the wait can be told."""
    paths = (path for name in files for path in (Path(name), *Path(name).rglob("*")))
    return sum(path.stat().st_size for path in paths if path.is_file())


def _tell(report: "TagReport", fail_under: float | None, *, of_file: bool) -> None:
    """The notices and what went wrong; exit 1 where something did."""
    for notice, words in DRIFT.items():
        found_in = [name for name, notices in report.drift.items() if notice in notices]
        if found_in:
            many = len(found_in) > _MAX_NAMED
            say(f"note: {counted(len(found_in), 'commentary') if many else ', '.join(found_in)}: {words}")
    for piece in report.other_language[:_MAX_NOTED]:
        say(f"note: {piece.reason}")
    if len(report.other_language) > _MAX_NOTED:
        say(f"note: {len(report.other_language) - _MAX_NOTED} more commentaries are in another language")
    for failure in report.failed:
        say(f"error: {failure.reason}")
    if of_file and report.unanswered:
        say(f"note: {counted(report.unanswered, 'sentence')} without any answer")
    found = shortfalls(report, fail_under, of_file=of_file)
    for words in found:
        say(f"error: {words}")
    if report.failed or found:
        raise typer.Exit(1)


def shortfalls(report: "TagReport | PartsReport", fail_under: float | None, *, of_file: bool) -> list[str]:
    """What makes a run fail whose inputs could all be read."""
    found = []
    if fail_under is not None and (report.coverage or 0.0) < fail_under:
        found.append(f"coverage is {report.coverage or 0.0:.3f}, expected {fail_under:.3f} or more")
    if report.other_language and not report.commentaries:
        found.append("nothing was tagged, expected commentaries in the language the model was trained on")
    if of_file and report.sentences and report.unanswered == report.sentences:
        found.append(
            f"{report.model_version} has no row of any of these sentences, expected those of the texts"
        )
    return found


def _piece_words(piece: "TaggedPiece", book: "Codebook") -> str:
    """A commentary for the terminal: each sentence, and below it the answers in the codebook's words."""
    from annotate.kinds import kind_of

    named = list(dict.fromkeys(name for row in piece.predictions for name in row.layers))
    layers = [layer for name in named if (layer := book.layer(name))]
    author, day = piece.commentary.author or "–", piece.commentary.date or "–"
    lines = [f"{piece.commentary.title} · {author} · {day}"]
    lines += [f"{' · '.join(book.say(layer.label) for layer in layers)}; a question mark: unsure"]
    for sentence, row in zip(piece.sentences, piece.predictions, strict=True):
        answers = [
            kind_of(layer).brief(layer, row.layers[layer.id], book) if layer.id in row.layers else "–"
            for layer in layers
        ]
        lines += ["", *_indented(f"{sentence.index + 1:>3}  ", sentence.text)]
        lines += _indented(" " * _INDENT, " · ".join(answers))
    return "\n".join(lines)


def _indented(head: str, words: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=head, subsequent_indent=" " * _INDENT)
