from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import msgspec
import typer

from annotate.commands.evaluation_text import evaluation_words
from annotate.commands.terminal import (
    CodebookOption,
    JsonOption,
    MapOption,
    StudyOption,
    TextFieldOption,
    about,
    print_report,
    progress_bar,
    say,
    say_next,
)
from annotate.commands.train import (
    AbstainOption,
    DirectionOption,
    DownloadOption,
    EncoderOption,
    EstimatorOption,
    GoldOption,
    NoExamplesOption,
    SeedOption,
    TouchOption,
    codings_of,
    download_encoder,
    encoder_of,
    fit_seconds,
    gold_and_codebook,
    is_export,
    read_gold,
)
from schemas.decimals import counted
from schemas.errors import SettingsError
from schemas.files import check_writable

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from schemas.codebook import Codebook
    from schemas.records import Annotation, GoldSentence
    from train.data.holdout import By, Group
    from train.evaluation.report import EvaluationReport
    from train.model import Model, ModelMeta


def evaluate(
    model: Annotated[
        Path | None,
        typer.Argument(metavar="[MODEL_DIR]", help="Model to score on --gold (default: cross-validation)."),
    ] = None,
    gold: GoldOption = None,
    codebook: CodebookOption = None,
    map_path: MapOption = None,
    text_field: TextFieldOption = None,
    study: StudyOption = None,
    seen: Annotated[bool, typer.Option("--seen", help="Include rows that the model was trained on.")] = False,
    against: Annotated[
        Path | None, typer.Option(metavar="MODEL_DIR", help="Second model, compared on the same rows.")
    ] = None,
    folds: Annotated[
        int, typer.Option(help="Number of cross-validation folds, grouped by commentary.", min=2)
    ] = 5,
    group: Annotated[
        str,
        typer.Option(
            help="Unit that stays in one fold: cluster (commentaries that share sentences) or commentary."
        ),
    ] = "cluster",
    by: Annotated[
        str,
        typer.Option(help="Hold out by commentary, target, author, or date (train before, test after)."),
    ] = "commentary",
    gap: Annotated[int, typer.Option(help="Days between training and test with --by date.", min=0)] = 7,
    abstain_at: AbstainOption = None,
    touch_at: TouchOption = None,
    direction_at: DirectionOption = None,
    encoder: EncoderOption = None,
    no_examples: NoExamplesOption = False,
    estimator: EstimatorOption = None,
    download: DownloadOption = False,
    curve: Annotated[
        bool | None,
        typer.Option(
            "--curve/--no-curve", help="Compute the learning curve (default: up to 3,000 sentences)."
        ),
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="annotations.jsonl for the human ceiling (default: the study's)."),
    ] = None,
    trained_on: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Gold rows MODEL_DIR was trained on, for the learned baselines (default: the study's).",
        ),
    ] = None,
    label_errors: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Likely label errors to list per layer (default: 20, of which 3 in the terminal).",
            min=0,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the report as an HTML page with charts."),
    ] = None,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Score the classifier: grouped cross-validation, or a model on given rows."""
    from annotate.study.folder import open_study

    _one_of(group, ("cluster", "commentary"), "--group")
    _one_of(by, ("commentary", "target", "author", "date"), "--by")
    check_writable(html)
    if against is not None and model is None:
        raise SettingsError("needs two models: evaluate A --against B --gold FILE", flag="--against")
    fixed = {
        "--abstain-at": ("fixed thresholds", abstain_at),
        "--touch-at": ("fixed thresholds", touch_at),
        "--direction-at": ("fixed thresholds", direction_at),
        "--encoder": ("a fixed encoder", encoder),
        "--estimator": ("a fixed classifier", estimator),
    }
    for flag, (what, given) in fixed.items():
        if given is not None and model is not None:
            raise SettingsError(
                f"a trained model has {what} of its own; train again with this option", flag=flag
            )
    if trained_on is not None and model is None:
        raise SettingsError("is about a trained model: evaluate MODEL_DIR --gold FILE", flag="--trained-on")
    if download:
        download_encoder(encoder)
    from train.evaluate import cross_validate, evaluate_model
    from train.evaluation.label_errors import MOST
    from train.evaluation.report import SMALL
    from train.persistence.folder import load_model
    from train.settings import changed

    opened = open_study(study) if gold is None or study is not None else None
    coded = codings_of(annotations, opened)
    suspects = MOST if label_errors is None else label_errors
    with progress_bar() as progress:
        if model is not None:
            if gold is None:
                raise SettingsError("name the rows to score the model on", flag="--gold")
            progress("scoring")
            other = load_model(against) if against else None
            loaded = load_model(model)
            book = loaded.meta.book
            if codebook is not None:
                _check_codebook(loaded.meta, codebook)
            if map_path is not None or text_field is not None or is_export(gold):
                rows, _, decided_from = gold_and_codebook(
                    gold, codebook, study, map_path, text_field=text_field, known=loaded.meta.book
                )
                coded = coded or decided_from
            else:
                rows = read_gold(gold)
            report = evaluate_model(
                loaded,
                rows,
                seen=seen,
                seed=seed,
                against=other,
                annotations=coded,
                trained_on=_trained_on(loaded, trained_on, opened),
                suspects=suspects,
            )
        else:
            rows, book, decided_from = gold_and_codebook(
                gold, codebook, study, map_path, text_field=text_field
            )
            coded = coded or decided_from
            with_curve = len(rows) <= SMALL if curve is None else curve
            trainings = folds * (2 if with_curve else 1)  # those of the curve learn from less
            wait = about(trainings * fit_seconds(len(rows)))
            progress(f"cross-validating {counted(len(rows), 'sentence')} in {folds} folds{wait}")
            report = cross_validate(
                rows,
                book,
                folds=folds,
                seed=seed,
                settings=changed(
                    examples=not no_examples,
                    abstain_at=abstain_at,
                    touch_at=touch_at,
                    direction_at=direction_at,
                    encoder=encoder_of(encoder, estimator),
                    estimator=estimator,
                ),
                group=cast("Group", group),
                by=cast("By", by),
                gap=gap,
                curve=with_curve,
                annotations=coded,
                suspects=suspects,
            )
    _tell_what_is_ours(book, estimator)
    report = _with_links(report, coded, opened)
    if html is not None:
        _write_page(html, report, book)
    print_report(report, json, lambda: evaluation_words(report, label_errors, book))
    if gold is None:
        say_next(open_study(study), json, after="evaluate")


def _write_page(path: Path, report: "EvaluationReport", book: "Codebook") -> None:
    from annotate.report.verb_pages import evaluation_page
    from schemas.files import write_text

    write_text(path, evaluation_page(report, book))
    say(f"written: {path}")


def _tell_what_is_ours(book: "Codebook", estimator: str | None) -> None:
    """Which layers an estimator of the user's did not learn, and why."""
    from train.layers.kinds import KINDS, OURS

    for layer in book.predicted_layers:
        if estimator and KINDS[layer.kind].has_targets:
            say(f"note: {layer.id}: {OURS}")


def _trained_on(model: "Model", path: Path | None, study: "Study | None") -> "list[GoldSentence]":
    """The rows that a model was trained on: those given, or the study's if they still are."""
    from schemas.jsonl import read_jsonl
    from schemas.records import GoldSentence
    from train.evaluate import is_trained_on

    file = path or (study.gold if study is not None and study.gold.exists() else None)
    rows = list(read_jsonl(file, GoldSentence)) if file is not None else []
    if path is not None and not is_trained_on(model, rows):
        problem = f"{path} holds other rows than those that model {model.meta.model_version} was trained on"
        raise SettingsError(problem, flag="--trained-on")
    return rows


def _check_codebook(meta: "ModelMeta", path: Path) -> None:
    """A model is judged by the codebook it was trained with; another version is told."""
    from schemas.codebook import load_codebook

    book = load_codebook(path)
    if book.codebook != meta.codebook:
        problem = f'found the codebook "{book.codebook}", expected the model\'s, "{meta.codebook}"'
        raise SettingsError(problem, flag="--codebook")
    if book.version != meta.codebook_version:
        say(f"note: scored with codebook version {meta.codebook_version}, which the model was trained with")


def _one_of(value: str, known: tuple[str, ...], flag: str) -> None:
    if value not in known:
        raise typer.BadParameter(f'"{value}": expected one of {", ".join(known)}', param_hint=flag)


def _with_links(
    report: "EvaluationReport", annotations: "list[Annotation]", study: "Study | None"
) -> "EvaluationReport":
    """The likely errors with the addresses of their tasks, where the study knows its server."""
    if study is None:
        return report
    from annotate.label_studio.client import task_link

    links: dict[str, list[str]] = {}
    for url, projects in study.state().projects.items():
        for coding in annotations:
            if coding.task_id is not None and coding.annotator in projects:
                address = task_link(url, projects[coding.annotator], coding.task_id)
                links.setdefault(coding.sentence_id, []).append(address)
    layers = {}
    for name, layer in report.layers.items():
        linked = [msgspec.structs.replace(s, links=links.get(s.sentence_id, [])) for s in layer.suspects]
        layers[name] = msgspec.structs.replace(layer, suspects=linked)
    return msgspec.structs.replace(report, layers=layers)
