import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from annotate.commands.terminal import (
    CodebookOption,
    DryRunOption,
    JsonOption,
    ModelOption,
    StudyOption,
    print_report,
    progress_bar,
    say,
    say_next,
    table,
)
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from annotate.study.selection import SelectReport
    from train.model import Model
    from train.selection.simulate import SimulationReport
    from train.selection.stopping import StoppingHint

Strategy = Literal["mixed", "random", "uncertainty", "diverse", "cold"]


def select(
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="Sentences to pick, about.")],
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Pick single sentences, not whole commentaries.")
    ] = False,
    strategy: Annotated[
        Strategy,
        typer.Option(help="What is preferred; cold needs no model, mixed is uncertainty made diverse."),
    ] = "mixed",
    random_share: Annotated[
        float, typer.Option(metavar="SHARE", min=0.2, max=1.0, help="Share that is drawn at random.")
    ] = 0.2,
    model: ModelOption = None,
    phase: Annotated[str, typer.Option(help="Phase: pilot (never suggestions), main or test.")] = "main",
    test: Annotated[
        bool, typer.Option("--test", help="Pick at random from what is held back for the test.")
    ] = False,
    hint: Annotated[
        bool, typer.Option("--hint", help="Say whether more coding is likely to help: ten trainings.")
    ] = False,
    simulate: Annotated[
        Path | None,
        typer.Option(
            metavar="GOLD", help="Say what each strategy would have brought: N of these are handed out again."
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Repetitions of --simulate.")] = 10,
    codebook: CodebookOption = None,
    study: StudyOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Pick what to code next; the next push brings it."""
    if phase not in ("pilot", "main", "test"):
        raise typer.BadParameter(f'"{phase}": expected pilot, main or test', param_hint="--phase")
    if simulate is not None:
        _simulate(number, simulate, codebook, study, model, sentences, random_share, seeds, json)
        return
    from annotate.study.folder import open_study
    from annotate.study.selection import select as select_next

    opened = open_study(study)
    chosen = "random" if test else strategy
    with opened.locked("select", say), progress_bar() as progress:
        loaded = _model(opened, model, chosen)
        found = _hint(opened, loaded) if hint else None
        progress(f"picking {counted(number, 'sentence')}")
        report = select_next(
            opened, number, strategy=chosen, by_sentence=sentences, model=loaded, random_share=random_share,
            phase=phase, test=test, dry_run=dry_run,
        )  # fmt: skip
    body = {**msgspec.structs.asdict(report), "hint": found} if hint else report
    print_report(body, json, lambda: "\n".join([*_words(report), *(_hint_words(found) if found else ())]))
    if not dry_run:
        say_next(opened, json, after="select")


def _model(study: "Study", given: Path | None, strategy: str) -> "Model | None":
    """The model that a strategy asks for; none where it asks for none."""
    from schemas.errors import DataError
    from train.persistence.folder import load_model
    from train.selection.draw import NEEDS_MODEL

    if strategy not in NEEDS_MODEL:
        return None
    try:
        return load_model(given or study.latest_model())
    except DataError as error:
        if given is not None or error.path != study.models:
            raise
        words = f"{error.message}, or use `--strategy cold`, which needs none"
        raise DataError(words, path=error.path) from error


def _hint(study: "Study", model: "Model | None") -> "StoppingHint":
    from annotate.commands.train import read_gold
    from train.selection.stopping import stopping_hint

    rows = read_gold(study.needs(study.gold, "adjudicate"))
    return stopping_hint(rows, study.codebook(), settings=model.meta.settings if model else None)


def _simulate(
    number: int, gold: Path, codebook: Path | None, study: Path | None, model: Path | None, sentences: bool,
    random_share: float, seeds: int, json: bool,
) -> None:  # fmt: skip
    from annotate.commands.train import gold_and_codebook
    from train.persistence.folder import load_model
    from train.selection.simulate import simulate

    given = gold_and_codebook(gold, codebook, study)
    settings = load_model(model).meta.settings if model else None
    with progress_bar() as progress:
        progress(f"simulating, {counted(seeds, 'repetition')}")
        report = simulate(
            given.rows, given.codebook, budget=number, seeds=seeds, by_sentence=sentences,
            random_share=random_share, settings=settings,
        )  # fmt: skip
    print_report(report, json, lambda: _simulation_words(report))


def _words(report: "SelectReport") -> Iterator[str]:
    from annotate.study.selection import REASONS

    verb = "would select" if report.dry_run else "selected"
    of = f" of {counted(report.commentaries, 'commentary')}" if report.unit == "sentence" else ""
    what = f"{counted(report.commentaries, 'commentary')}, " if report.unit == "commentary" else ""
    model = f", {report.model_version}" if report.model_version else ""
    by = f"{report.strategy}{model}"
    yield f"batch {report.batch} ({by}): {verb} {what}{counted(report.sentences, 'sentence')}{of}"
    yield f"{report.random} of them at random, {report.control} without suggestions"
    yield f"from {report.eligible:,} that could be"
    for reason, count in report.set_aside.items():
        yield f"set aside {count:,}: {REASONS[reason]}"
    if not report.dry_run:
        yield "`standpunkt push` brings them"


def _hint_words(hint: "StoppingHint") -> Iterator[str]:
    yield f"learning curve, {counted(hint.sentences, 'sentence')}:"
    advice = {
        "stop": "more coding is unlikely to help",
        "go on": "more coding helps",
        "open": "not clear yet",
    }
    for name, layer in hint.layers.items():
        if layer.gain is None or layer.macro_f1 is None:
            yield f"{name}: no figure yet"
            continue
        within = f" [{layer.interval[0]:+.3f}, {layer.interval[1]:+.3f}]" if layer.interval else ""
        yield (
            f"{name}: macro-F1 {layer.macro_f1:.3f}, twice as many bring at most {layer.gain:+.3f}"
            f"{within}: {advice[layer.verdict]}"
        )


def _simulation_words(report: "SimulationReport") -> str:
    from train.selection.simulate import lines

    head = ["strategy", *(str(n) for n in report.labels), "needed", "worse at"]
    text = (
        f"Macro-F1 by coded sentences, mean of {report.seeds} repetitions, {report.judged} judged, "
        f"picked by {report.unit}. needed: the share of the last budget that reaches what random reaches "
        "with all of it; worse at: budgets at which it is significantly worse than random (95 %, paired)."
    )
    return f"{table(head, [tuple(line) for line in lines(report)])}\n\n{textwrap.fill(text, 80)}"
