from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
import typer

from annotate.commands.outlook_text import outlooks, too_few
from annotate.commands.plain_words import wrapped
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
    table,
)
from schemas.decimals import counted, decimal
from schemas.errors import DataError, SettingsError
from schemas.files import check_writable

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from schemas.codebook import Codebook
    from schemas.records import Annotation, GoldSentence
    from train.fit import TrainReport
    from train.model import ModelMeta, Stacked
    from train.stacking import File

GoldOption = Annotated[
    Path | None,
    typer.Option(
        "--gold",
        metavar="FILE",
        help="Gold rows, or an export that is decided by majority (default: the study's gold).",
    ),
]


_SECONDS = (1.0, 0.01)  # of a training on two cores, and for each sentence of it
_CARD_FITS = 4  # trainings that cross-validation for the card costs: its five learn from less


def fit_seconds(sentences: int) -> float:
    """How long a training takes, about."""
    return _SECONDS[0] + _SECONDS[1] * sentences


def _precision(flag: str, words: str) -> Any:
    """An option that is a share of right answers."""
    return typer.Option(flag, metavar="PRECISION", help=words, min=0.0, max=1.0)


AbstainOption = Annotated[
    float | None,
    _precision("--abstain-at", "Abstain where the expected precision is lower (default: 0.7)."),
]
TouchOption = Annotated[
    float | None,
    _precision("--touch-at", "The same for marks that a target is touched, whichever way (default: 0.65)."),
]
DirectionOption = Annotated[
    float | None,
    _precision("--direction-at", "The same for directions of touched targets (default: 0.6)."),
]
NoExamplesOption = Annotated[
    bool,
    typer.Option(
        "--no-examples", help="Learn from the coded sentences alone, not from the codebook's examples."
    ),
]
EncoderOption = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help='What a sentence means, as vectors beside the features: "use" (default), "none" (fast, for '
        'corpora), "e5" (extra "e5"), or a model with its network as ONNX: "st:FOLDER", "st:ORG/NAME" (extra '
        '"embeddings").',
    ),
]
EstimatorOption = Annotated[
    str | None,
    typer.Option(
        "--estimator",
        metavar="MODULE:OBJECT",
        help="A scikit-learn classifier in the place of ours, such as sklearn.naive_bayes:ComplementNB; a "
        "Pipeline gets the texts themselves.",
    ),
]
DownloadOption = Annotated[
    bool,
    typer.Option(
        "--download", help='Copy the encoder "st:ORG/NAME" from the Hugging Face hub if it is missing.'
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Random seed.")]


class Gold(NamedTuple):
    """Gold rows with their codebook, and the codings they were decided from where they were an export."""

    rows: "list[GoldSentence]"
    codebook: "Codebook"
    annotations: "list[Annotation]" = []


def gold_and_codebook(
    gold: Path | None,
    codebook: Path | None,
    study: Path | None,
    map_path: Path | None = None,
    *,
    text_field: str | None = None,
    known: "Codebook | None" = None,
) -> Gold:
    """The rows and the codebook: given files, or the study's; rows of an export are decided.

    ``known`` is the codebook of an export for which none is given.
    """
    from annotate.study.folder import open_study, study_here
    from schemas.codebook import load_codebook

    flag = "--map" if map_path is not None else "--text-field" if text_field is not None else None
    if flag and gold is None:
        raise SettingsError("says how an export is read: give it with --gold", flag=flag)
    if gold is not None and (flag or is_export(gold)):
        return _decided(gold, codebook, study, map_path, text_field, known)
    if (gold is None) != (codebook is None) and study_here(study) is None:
        raise SettingsError(
            "--gold and --codebook must be used together", flag="--codebook" if gold else "--gold"
        )
    if gold is not None and codebook is not None:
        return Gold(read_gold(gold), load_codebook(codebook))
    opened = open_study(study)
    rows = read_gold(gold or opened.needs(opened.gold, "adjudicate"))
    return Gold(rows, load_codebook(codebook) if codebook else opened.codebook())


def is_export(path: Path) -> bool:
    """Whether a file holds codings of people, which are still to be decided, and no gold rows."""
    from contextlib import suppress

    from exports.readers.label_studio import read_values

    if path.is_file():
        with suppress(DataError):
            first = next(read_values(path, []), None)
            return first is not None and "layers" not in first
    return False


def read_gold(path: Path) -> "list[GoldSentence]":
    """The rows of a file; where they are none, the error says how an export is given."""
    from schemas.jsonl import read_jsonl
    from schemas.records import GoldSentence

    try:
        return list(read_jsonl(path, GoldSentence))
    except DataError as error:
        if not error.message.startswith("not "):
            raise
        words = (
            f"{error.message}; gold is made of exports with `standpunkt adjudicate`; an export is taken here "
            "as well"
        )
        raise DataError(words, path=error.path, line=error.line) from error


def _decided(
    export: Path,
    codebook: Path | None,
    study: Path | None,
    map_path: Path | None,
    text_field: str | None,
    known: "Codebook | None",
) -> Gold:
    """The sentences of an export, each with what most annotators gave it."""
    from annotate.commands.agree import meaning, say_what_was_read, study_of_exports
    from annotate.sync.adjudication import adjudicate_exports

    of_study = study_of_exports(study, codebook if known is None else Path())
    means = meaning(codebook, map_path, of_study, text_field=text_field, known=known)
    rows, report, read = adjudicate_exports(
        [export], means.codebook, project_map=means.project_map, sentences=means.sentences
    )
    say_what_was_read(read.report)
    decided = counted(report.sentences, "sentence")
    say(f"note: {decided} decided by majority, {report.undecided} with something open")
    return Gold(rows, means.codebook, read.annotations)


def codings_of(path: Path | None, study: "Study | None") -> "list[Annotation]":
    """The codings of a file, else the study's: they say how far people get."""
    from schemas.jsonl import read_jsonl
    from schemas.records import Annotation

    if path is None and study is not None and study.annotations.exists():
        path = study.annotations
    return list(read_jsonl(path, Annotation)) if path is not None else []


def encoder_of(asked: str | None, estimator: str | None) -> str:
    """The encoder's name, empty for none; beside another classifier only where one is asked for."""
    from train.settings import USUAL_ENCODER

    name = asked or ("none" if estimator else USUAL_ENCODER)
    return "" if name == "none" else name


def download_encoder(name: str | None) -> None:
    """Copies an encoder from the hub, with the progress that the hub's own library shows."""
    from train.features.encoders import download

    download(name or "")


def train(
    gold: GoldOption = None,
    codebook: CodebookOption = None,
    map_path: MapOption = None,
    text_field: TextFieldOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Model folder to create.")
    ] = None,
    study: StudyOption = None,
    seed: SeedOption = 0,
    abstain_at: AbstainOption = None,
    touch_at: TouchOption = None,
    direction_at: DirectionOption = None,
    min_layer: Annotated[
        int | None,
        typer.Option(
            "--min-layer", metavar="N", min=0, help="Coded sentences needed to suggest a layer (default: 50)."
        ),
    ] = None,
    min_code: Annotated[
        int | None,
        typer.Option(
            "--min-code", metavar="N", min=0, help="Examples needed to suggest a code (default: 5)."
        ),
    ] = None,
    min_asked: Annotated[
        int | None,
        typer.Option(
            "--min-asked",
            metavar="N",
            min=0,
            help="Sentences coded for a target, needed to suggest it (default: 30).",
        ),
    ] = None,
    min_touched: Annotated[
        int | None,
        typer.Option(
            "--min-touched",
            metavar="N",
            min=0,
            help="Sentences about a target, needed to suggest it (default: 5).",
        ),
    ] = None,
    soft: Annotated[
        bool,
        typer.Option(
            "--soft",
            help="Learn from how sure gold is (probabilities, shares that agree) where one code is given.",
        ),
    ] = False,
    no_examples: NoExamplesOption = False,
    encoder: EncoderOption = None,
    estimator: EstimatorOption = None,
    download: DownloadOption = False,
    beside: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="A language model's predictions (zeroshot) as further evidence, in layers where that helps.",
        ),
    ] = None,
    if_missing: Annotated[
        str,
        typer.Option(
            "--if-missing",
            metavar="WHAT",
            help="Where new pieces come without such predictions: refuse, or fall-back to the model without.",
        ),
    ] = "refuse",
    evaluate: Annotated[
        bool | None,
        typer.Option(
            "--evaluate/--no-evaluate",
            help="Cross-validate for the model's card: five more trainings; without asking up to 3,000 "
            "sentences. Else its figures are those of tuning.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Train the classifier on gold sentences."""
    from annotate.study.folder import open_study

    if output is not None:
        check_writable(output / "model.json")
    rows, book, coded = gold_and_codebook(gold, codebook, study, map_path, text_field=text_field)
    if output is None and gold is not None:
        raise SettingsError("name the folder for the model", flag="-o")
    from train.evaluation.model_figures import figures_of
    from train.evaluation.report import SMALL
    from train.fit import fit
    from train.persistence.folder import save_model
    from train.settings import changed

    file = _file(beside, if_missing, book)
    if download:
        download_encoder(encoder)
    settings = changed(
        abstain_at=abstain_at,
        touch_at=touch_at,
        direction_at=direction_at,
        min_layer=min_layer,
        min_code=min_code,
        min_asked=min_asked,
        min_touched=min_touched,
        examples=not no_examples,
        soft=soft or None,
        encoder=encoder_of(encoder, estimator),
        estimator=estimator,
    )
    if estimator:
        from train.persistence.estimators import check_keepable

        check_keepable(estimator)
    with progress_bar() as progress:
        progress(f"training on {counted(len(rows), 'sentence')}{about(fit_seconds(len(rows)))}")
        model, report = fit(
            rows, book, settings=settings, seed=seed, with_figures=True, file=file,
            if_missing="fall-back" if if_missing == "fall-back" else "refuse",
        )  # fmt: skip
        if len(rows) <= SMALL if evaluate is None else evaluate:
            from train.evaluate import cross_validate

            wait = about(_CARD_FITS * report.seconds)
            progress(f"cross-validating {counted(len(rows), 'sentence')} in 5 folds for the card{wait}")
            try:
                evaluation = cross_validate(
                    rows,
                    book,
                    settings=settings,
                    seed=seed,
                    annotations=coded or codings_of(None, None if gold else open_study(study)),
                )
                model = model.with_figures(figures_of(evaluation))
            except DataError as error:
                if evaluate:
                    raise
                say(f"note: the card's figures are those of tuning: {error}")
        place = output or open_study(study).models / model.meta.model_version
        folder = save_model(model, place, created=date.today().isoformat())
    done = msgspec.structs.replace(report, model_dir=str(folder))
    print_report(done, json, _words(done, model.meta))
    if output is None:
        say_next(open_study(study), json, after="train")


def _file(path: Path | None, if_missing: str, book: "Codebook") -> "File | None":
    """The predictions that are heard beside the model.

    Raises
    ------
    SettingsError, DataError
        They are no language model's, or cannot be read.
    """
    if if_missing not in ("refuse", "fall-back"):
        raise typer.BadParameter(f'"{if_missing}": expected refuse or fall-back', param_hint="--if-missing")
    if path is None:
        if if_missing != "refuse":
            raise typer.BadParameter("is about the predictions of --with FILE", param_hint="--if-missing")
        return None
    from annotate.study.predictions_file import PredictionsFile
    from train.stacking import File

    file = PredictionsFile(path, book)
    if not file.is_asked:
        raise DataError(
            f"rows of {file.version} do not say which layers are calibrated, so they are none of zeroshot; "
            "one that learned from these sentences would be believed too much",
            path=path,
        )
    return File(file.version, file.get)


def _stacked_words(stacked: "Stacked") -> Iterator[str]:
    """What became of the predictions of ``--with``."""
    for name, layer in stacked.layers.items():
        yield (
            f"{name}: takes {stacked.predictions}: macro-F1 {decimal(layer.alone)} without, "
            f"{decimal(layer.together)} with it ({layer.n:,} held-out answers, a little high)"
        )
    for name, reason in stacked.left_out.items():
        yield f"{name}: does not take {stacked.predictions}: {reason}"
    if stacked.layers and stacked.if_missing == "refuse":
        yield "new pieces need such predictions too: zeroshot, then tag --with FILE"
    elif stacked.layers:
        yield f"new pieces without such predictions (tag --with FILE) are answered by {stacked.without}"
    yield "the table is of the model without them"


def _cost(done: "TrainReport") -> str:
    took = (
        f"{done.encoder_seconds:.1f} s for new sentences"
        if done.encoder_seconds >= 0.05
        else "vectors were cached"
    )
    return f"encoder: {done.encoder} ({took}; --encoder none is faster, less accurate)"


def _words(done: "TrainReport", meta: "ModelMeta") -> str:
    figures: dict[str, Any] = meta.figures or {}
    measured = figures.get("layers", {})
    good_for = outlooks(meta)
    rows = [
        (
            name,
            sum(layer.codes.values()),
            "yes" if one.suggests else "no",
            measured.get(name, {}).get("macro_f1"),
            (measured.get(name, {}).get("baselines") or {}).get("twin"),
        )
        for (name, layer), one in zip(done.layers.items(), good_for, strict=True)
    ]
    left = f", {done.copies_left_out:,} copies of one text left out" if done.copies_left_out else ""
    left += f", {done.rows_left_out:,} more left out (docs/model.md)" if done.rows_left_out else ""
    is_strict = figures.get("held_out", {}).get("by") != "tuning"
    how = "cross-validated" if is_strict else "while held out in tuning, a little high"
    warning = too_few(meta)
    notes = [f"! {warning}"] if warning else []
    notes += [str(one) for one in good_for]
    # of a layer that was not trained, the line above has it
    notes += [
        f"{name}: {layer.reason}" for name, layer in done.layers.items() if layer.trained and layer.reason
    ]
    notes += list(_stacked_words(done.stacked)) if done.stacked else []
    examples = sum(layer.examples for layer in done.layers.values())
    notes += [f"learned from {counted(examples, 'example')} of the codebook too"] if examples else []
    notes += [_cost(done)] if done.encoder else []
    notes += (
        [f"macro-F1: {how}; twin: that of a plain linear model"]
        if any(layer.trained for layer in done.layers.values())
        else []
    )
    head = (
        f"{done.model_version}: {counted(done.n, 'sentence')}{left}, {done.seconds:.1f} s\n{done.model_dir}"
    )
    notes_text = "\n".join(map(wrapped, notes))
    return f"{head}\n\n{table(['layer', 'values', 'suggested', 'macro-F1', 'twin'], rows)}\n\n{notes_text}"
