import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import (
    AuthorOption,
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
    table,
)
from schemas.decimals import counted
from schemas.errors import DataError, SettingsError
from schemas.files import readable

if TYPE_CHECKING:
    from annotate.analysis.piece import TaggedPiece
    from annotate.study.folder import Study
    from annotate.tag.report import TagReport
    from schemas.codebook import Codebook

_WIDTH = 80  # of the terminal the table is made for
_CELL = 16

_BYTES_A_SECOND = 60_000  # of plain text, about, in one process
_MAX_NOTED = 10  # commentaries with notices that are named

_DRIFT = {
    "unfamiliar_words": "unlike the training data: many unknown n-grams",
    "unseen_author": "author not in the training data",
}


def tag(
    files: Inputs,
    model: ModelOption = None,
    output: OutputOption = None,
    to: Annotated[
        str, typer.Option("--to", metavar="FORMAT", help="Output format: jsonl, html, csv or parquet.")
    ] = "jsonl",
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
            metavar="COVERAGE",
            min=0,
            max=1,
            help="Exit 1 if fewer answers reach their threshold.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, help="Number of processes for a folder.")
    ] = 1,
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
    from annotate.study.folder import open_study, study_here

    one_stdout(output, json)
    if summary == "-" and (json or output in (None, "-")):
        raise typer.BadParameter("standard output is already in use; name a file", param_hint="--summary")
    from annotate.tag.formats import FORMATS, german_formats

    if to not in FORMATS:
        raise typer.BadParameter(f'"{to}": expected {" or ".join(FORMATS)}', param_hint="--to")
    if german and to not in german_formats():
        words = f'is for --to {" or ".join(german_formats())}, not for "{to}"'
        raise typer.BadParameter(words, param_hint="--german")
    opened = study_here(study)
    if model is None and opened is None:
        raise SettingsError("no model given, and the current folder is not a study", flag="-m")
    model_dir = model or open_study(study).latest_model()
    # on whose texts its models were trained; without a study the codebook knows
    language = opened.settings.language if opened else None
    spellings = opened.settings.spellings if opened else {}
    if not output and to == "html":
        output = _page_place(files)
    if _is_long_run(files, output, to):
        reading = {"encoding": encoding, "author": author, "date": date, "language": language}
        report = _tag_folder(
            model_dir,
            files,
            str(output),
            to,
            reading,
            summary=summary,
            workers=workers,
            gold=_gold(gold, opened),
            spellings=spellings,
            german=german,
        )
    else:
        report = _tag_files(
            model_dir, files, output, to, json, summary, _gold(gold, opened) if to == "html" else None,
            spellings, german, encoding=encoding, author=author, date=date,
            language=language,
        )  # fmt: skip
    if json:
        print_report(report, True, "")
    _tell(report, fail_under)


def _page_place(files: list[str]) -> str | None:
    """Where pages go that are not piped: beside the work, under the name of the first input."""
    first = Path(files[0])
    if _is_folder(first):
        return f"{first.resolve().name}-html"
    return f"{first.stem}.html" if sys.stdout.isatty() and str(first) != "-" else None


def _is_long_run(files: list[str], output: str | None, to: str) -> bool:
    """Whether there is a folder or an archive to read and a place to keep what is finished."""
    is_page = to == "html" and str(output).endswith((".html", ".htm"))
    return output not in (None, "-") and not is_page and any(_is_folder(Path(name)) for name in files)


def _is_folder(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".zip"


def _gold(gold: Path | None, study: "Study | None") -> Path | None:
    return gold or (study.gold if study is not None and study.gold.exists() else None)


def _tag_files(
    model_dir: Path, files: list[str], output: str | None, to: str, json: bool, summary: str | None,
    gold: Path | None, spellings: dict[str, str], german: bool, **reading: str | None,
) -> "TagReport":  # fmt: skip
    """Few pieces, at once."""
    from annotate.tag.formats import write_tagged
    from annotate.tag.pieces import read_checked, tag_files, with_people, with_spellings, write_summaries
    from annotate.tag.report import counts_in, tag_report
    from annotate.texts.commentaries import Failed
    from train.persistence.folder import load_model

    loaded = load_model(model_dir)
    notes: list[str] = []
    other_language: list[Failed] = []
    tagged, failed = tag_files(loaded, files, notes=notes, other_language=other_language, **reading)
    for note in notes:
        say(f"note: {note}")
    tagged = with_spellings(tagged, spellings)
    if gold is not None:
        tagged = with_people(tagged, read_checked(gold))
    as_table = to == "jsonl" and output is None and not json and sys.stdout.isatty()
    if as_table and tagged:
        print_report(None, False, "\n\n".join(_piece_table(piece, loaded.meta.book) for piece in tagged))
    elif tagged and (output or not json):
        write_tagged(output or "-", to, tagged, loaded, german=german)
        if output and to == "html":
            say(f"page: {output}")
    if summary:
        write_summaries(summary, tagged, loaded)
    return tag_report(
        loaded.meta.model_version,
        (counts_in(piece, loaded.meta.book) for piece in tagged),
        failed,
        other_language,
    )


def _tag_folder(
    model_dir: Path, files: list[str], output: str, to: str, reading: dict[str, str | None], *,
    summary: str | None, workers: int, gold: Path | None, spellings: dict[str, str], german: bool,
) -> "TagReport":  # fmt: skip
    """Many pieces: finished ones are kept, so that a run that was broken off goes on."""
    from annotate.tag import folder as tagging
    from annotate.tag.formats import FORMATS
    from annotate.tag.ledger import Ledger
    from schemas.records import GoldSentence
    from train.persistence.folder import load_meta

    meta = load_meta(model_dir)
    row_format = FORMATS[to]
    is_site = row_format is None
    ledger_path = Path(output) / ".tagged.sqlite" if is_site else Path(f"{output}.unfinished.sqlite")
    options = tagging.OutputOptions(
        to, "../index.html" if is_site else None, gold if is_site else None, tuple(sorted(spellings.items()))
    )
    ledger = Ledger(ledger_path, tagging.stamp_of(meta.model_version, options))
    pages = Path(output) / "texte" if is_site else None
    notes: list[str] = []
    if wait := about(_bytes_in(files) / _BYTES_A_SECOND / workers):
        say(f"tagging {', '.join(map(readable, files))}{wait}")
    with counter_bar("commentaries") as step:
        result = tagging.tag_folder(
            model_dir,
            tagging.InputOptions(
                files,
                reading["encoding"],
                reading["author"],
                reading["date"],
                reading["language"] or meta.book.language,
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
    tagging.compare_pieces(ledger, meta.book, pages)
    if summary:
        tagging.write_folder_summaries(summary, ledger)
    if row_format is None:
        from annotate.tag.folder_index import write_index
        from schemas.jsonl import read_jsonl

        errors = None
        if gold is not None:
            from annotate.analysis.prevalence import measured_errors
            from train.persistence.folder import load_model

            rows = list(read_jsonl(gold, GoldSentence))
            errors_path = Path(output) / ".errors.json"
            try:
                with progress_bar() as progress:
                    errors = measured_errors(lambda: load_model(model_dir), meta, rows, errors_path, progress)
            except (DataError, SettingsError) as error:  # too few rows, or an estimator's module is not here
                say(f"note: errors could not be measured: {error}")
        failed = [(failure.input, failure.reason) for failure in result.report.failed]
        index = write_index(
            Path(output), ledger, meta.book, errors=errors, failed=failed, model_version=meta.model_version,
            trained_on=meta.commentaries,
        )  # fmt: skip
        say(f"index: {index}")
    else:
        tagging.write_rows(output, ledger, row_format, meta.book, german=german)
    ledger.close()
    if not is_site:
        ledger_path.unlink()
    return result.report


def _bytes_in(files: list[str]) -> int:
    """How much there is to read, so that the wait can be told."""
    paths = (path for name in files for path in (Path(name), *Path(name).rglob("*")))
    return sum(path.stat().st_size for path in paths if path.is_file())


def _tell(report: "TagReport", fail_under: float | None) -> None:
    """The notices and what went wrong; exit 1 where something did."""
    for name, notices in list(report.drift.items())[:_MAX_NOTED]:
        say(f"note: {name}: {', '.join(_DRIFT[notice] for notice in notices)}")
    if len(report.drift) > _MAX_NOTED:
        say(f"note: {len(report.drift) - _MAX_NOTED} more commentaries are unlike the training data")
    for piece in report.other_language[:_MAX_NOTED]:
        say(f"note: {piece.reason}")
    if len(report.other_language) > _MAX_NOTED:
        say(f"note: {len(report.other_language) - _MAX_NOTED} more commentaries are in another language")
    for failure in report.failed:
        say(f"error: {failure.reason}")
    too_few = fail_under is not None and (report.coverage or 0.0) < fail_under
    if too_few:
        say(f"error: coverage is {report.coverage or 0.0:.3f}, expected {fail_under:.3f} or more")
    is_nothing = bool(report.other_language) and not report.commentaries
    if is_nothing:
        say("error: nothing was tagged, expected commentaries in the language the model was trained on")
    if report.failed or too_few or is_nothing:
        raise typer.Exit(1)


def _piece_table(piece: "TaggedPiece", book: "Codebook") -> str:
    """A commentary for the terminal, a line a sentence; ``?`` is an answer the model abstains from."""
    from annotate.kinds import kind_of

    head = f"{piece.commentary.title} · {piece.commentary.author or '–'} · {piece.commentary.date or '–'}"
    layers = list(piece.predictions[0].layers) if piece.predictions else []
    kinds = {name: kind_of(book.layer(name)) for name in layers}
    answers = [
        [kind.brief(row.layers[name])[:_CELL] for name, kind in kinds.items()] for row in piece.predictions
    ]
    widths = [max(len(name[:_CELL]), *(len(row[n]) for row in answers)) for n, name in enumerate(layers)]
    room = max(20, _WIDTH - len("999  ") - sum(width + 2 for width in widths))
    rows = [
        (s.index + 1, s.text if len(s.text) <= room else s.text[: room - 1] + "…", *cells)
        for s, cells in zip(piece.sentences, answers, strict=True)
    ]
    return f"{head}\n{table(['n', 'sentence', *(name[:_CELL] for name in layers)], rows)}"
