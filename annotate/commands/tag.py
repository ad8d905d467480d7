import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import (
    Inputs,
    JsonOption,
    ModelOption,
    OutputOption,
    StudyOption,
    one_stdout,
    print_report,
    say,
    table,
)
from annotate.study import open_study
from schemas.errors import SettingsError
from schemas.records import UNRELATED, CodePrediction, SetPrediction

if TYPE_CHECKING:
    from annotate.reading import TaggedPiece


_WIDTH = 80  # of the terminal the table is made for
_CELL = 16
_DRIFT = {
    "unfamiliar_words": "unlike the training data: many unknown n-grams",
    "unseen_author": "the model has seen nothing of this author",
}


def tag(
    files: Inputs,
    model: ModelOption = None,
    output: OutputOption = None,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="jsonl, html, csv or parquet.")] = "jsonl",
    encoding: Annotated[str | None, typer.Option(help="Of files that are not UTF-8, such as cp1252.")] = None,
    author: Annotated[str | None, typer.Option(help="Where a file names none.")] = None,
    date: Annotated[str | None, typer.Option(help="Where a file names none: YYYY-MM-DD.")] = None,
    summary: Annotated[
        str | None, typer.Option("--summary", metavar="FILE", help="A row a piece, as JSON Lines.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            metavar="COVERAGE",
            min=0,
            max=1,
            help="Exit 1 where a smaller share of answers is sure enough to count.",
        ),
    ] = None,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Tag commentaries with a model: text in, labels out; no server."""
    one_stdout(output, json)
    if summary == "-" and (json or output in (None, "-")):
        raise typer.BadParameter("standard output is taken; give a file", param_hint="--summary")
    from annotate.tagging import TAG_FORMATS, tag_files, tag_report, write_summaries

    if to not in TAG_FORMATS:
        raise typer.BadParameter(f'"{to}": expected {" or ".join(TAG_FORMATS)}', param_hint="--to")
    if model is None and study is None and not Path("study.yaml").exists():
        raise SettingsError("no model named, and this folder is no study that has one", flag="-m")
    from train.store import load_model

    loaded = load_model(model or open_study(study).latest_model())
    tagged, failed = tag_files(loaded, files, encoding=encoding, author=author, date=date)
    as_table = to == "jsonl" and output is None and not json and sys.stdout.isatty()
    if as_table and tagged:
        print_report(None, False, "\n\n".join(_piece_table(piece) for piece in tagged))
    elif tagged and (output or not json):
        TAG_FORMATS[to](output or "-", tagged, loaded)
    if summary:
        write_summaries(summary, tagged, loaded)
    report = tag_report(loaded, tagged, failed)
    if json:
        print_report(report, True, "")
    for name, notices in report.drift.items():
        say(f"note: {name}: {', '.join(_DRIFT[notice] for notice in notices)}")
    for one in failed:
        say(f"error: {one.reason}")
    too_few = fail_under is not None and (report.coverage or 0.0) < fail_under
    if too_few:
        say(f"error: coverage is {report.coverage or 0.0:.3f}, expected {fail_under:.3f} or more")
    if failed or too_few:
        raise typer.Exit(1)


def _piece_table(piece: "TaggedPiece") -> str:
    """A commentary for the terminal, a line a sentence; ``?`` is an answer the model abstains from."""
    head = f"{piece.commentary.title} · {piece.commentary.author or '–'} · {piece.commentary.date or '–'}"
    layers = list(piece.predictions[0].layers) if piece.predictions else []
    answers = [[_short(p.layers[name])[:_CELL] for name in layers] for p in piece.predictions]
    widths = [max(len(name[:_CELL]), *(len(row[n]) for row in answers)) for n, name in enumerate(layers)]
    room = max(20, _WIDTH - len("999  ") - sum(width + 2 for width in widths))
    rows = [
        (s.index + 1, s.text if len(s.text) <= room else s.text[: room - 1] + "…", *cells)
        for s, cells in zip(piece.sentences, answers, strict=True)
    ]
    return f"{head}\n{table(['n', 'sentence', *(name[:_CELL] for name in layers)], rows)}"


def _short(layer: object) -> str:
    if isinstance(layer, CodePrediction):
        return f"{layer.code}?" if layer.abstained else str(layer.code)
    if isinstance(layer, SetPrediction):
        return ",".join(layer.codes) or "–"
    assert isinstance(layer, dict)
    said = [f"{t}:{p.code}" for t, p in layer.items() if not p.abstained and p.code != UNRELATED]
    return " ".join(said) or "–"
