from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from annotate.commands.terminal import CodebookOption, JsonOption, StudyOption, print_report, table, telling
from annotate.commands.train import GoldOption, SeedOption, gold_and_codebook
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence

if TYPE_CHECKING:
    from train.holdout import By, Group
    from train.scoring import EvaluationReport


def evaluate(
    model: Annotated[
        Path | None,
        typer.Argument(metavar="[MODEL_DIR]", help="A model to score on --gold; else cross-validation."),
    ] = None,
    gold: GoldOption = None,
    codebook: CodebookOption = None,
    study: StudyOption = None,
    seen: Annotated[bool, typer.Option("--seen", help="Also rows that the model was trained on.")] = False,
    folds: Annotated[int, typer.Option(help="Of the cross-validation, grouped by commentary.")] = 5,
    group: Annotated[
        str,
        typer.Option(help="What is never split: cluster (commentaries that share sentences) or commentary."),
    ] = "cluster",
    by: Annotated[
        str,
        typer.Option(
            help="What is held out: commentary, target, author, or date (train before, test after)."
        ),
    ] = "commentary",
    gap: Annotated[int, typer.Option(help="Days between training and test with --by date.", min=0)] = 7,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Score the classifier: grouped cross-validation, or a model on given rows."""
    _one_of(group, ("cluster", "commentary"), "--group")
    _one_of(by, ("commentary", "target", "author", "date"), "--by")
    from train.evaluate import cross_validate, evaluate_model
    from train.store import load_model

    with telling() as tell:
        if model is not None:
            if gold is None:
                raise SettingsError("which rows should the model be scored on?", flag="--gold")
            tell("scoring")
            report = evaluate_model(load_model(model), list(read_jsonl(gold, GoldSentence)), seen=seen)
        else:
            rows, book = gold_and_codebook(gold, codebook, study)
            tell(f"cross-validating {len(rows)} sentences in {folds} folds")
            report = cross_validate(
                rows, book, folds=folds, seed=seed, group=cast("Group", group), by=cast("By", by), gap=gap
            )
    print_report(report, json, lambda: evaluation_table(report))


def _one_of(value: str, known: tuple[str, ...], flag: str) -> None:
    if value not in known:
        raise typer.BadParameter(f'"{value}": expected one of {", ".join(known)}', param_hint=flag)


def evaluation_table(report: "EvaluationReport") -> str:
    """Macro-F1 a layer with its interval, beside the baseline; stance in its two steps."""
    rows: list[tuple[object, ...]] = []
    for name, layer in report.layers.items():
        bounds = f"{layer.interval[0]:.3f}–{layer.interval[1]:.3f}" if layer.interval else "–"
        rows.append(
            (name, layer.macro_f1, bounds, layer.baseline_macro_f1, layer.accuracy, layer.reason or "")
        )
        for step, part in (("touched", layer.touched), ("direction", layer.direction)):
            if part is not None:
                rows.append((f"  {step}", part.macro_f1, "", "", part.accuracy, part.reason or ""))
    head = f"{report.n} sentences, {report.model_version or 'cross-validated'}\n\n"
    return head + table(["layer", "macro-F1", "95 %", "baseline", "accuracy", ""], rows)
