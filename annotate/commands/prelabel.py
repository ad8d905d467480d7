from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.outlook_text import outlooks, too_few
from annotate.commands.plain_words import wrapped
from annotate.commands.terminal import (
    DryRunOption,
    JsonOption,
    ModelOption,
    StudyOption,
    UrlOption,
    print_report,
    progress_bar,
    say,
    say_next,
)


def prelabel(
    model: ModelOption = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            "--predictions", metavar="FILE", help="Predictions in place of a model, such as zeroshot's."
        ),
    ] = None,
    study: StudyOption = None,
    url: UrlOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Put a model's suggestions on the sentences that nobody has coded."""
    from annotate.study.auditing import NO_CONTROL, lacks_control
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync import prelabel as prelabelling
    from annotate.sync.predicted import Predicted, read_predicted
    from train.persistence.folder import load_model

    opened = open_study(study)
    if model is not None and predictions is not None:
        raise typer.BadParameter(
            "a model and predictions cannot both be suggested", param_hint="--predictions"
        )
    if lacks_control(opened):
        say(wrapped(f"! {NO_CONTROL}"))
    with opened.locked("prelabel", say), progress_bar() as progress:
        loaded = (
            load_model(model or opened.latest_model())
            if predictions is None
            else read_predicted(predictions, opened.codebook())
        )
        report = prelabelling.prelabel(
            connect(opened, url=url), opened, loaded, dry_run=dry_run, progress=progress
        )
    verb = "would be " if dry_run else ""
    lines = [
        f"{report.model_version}: suggestions {verb}created {report.created}, "
        f"replaced {report.replaced}, unchanged {report.unchanged}"
    ]
    shown = {
        "with a target marked as touched, its direction open": report.touched,
        "with a direction from the author's other texts": report.from_author,
        "with a direction from what the annotator coded so far": report.from_commentary,
        "whose answer gives others of the text a direction (then pull and prelabel)": report.asking,
    }
    lines += [f"tasks {words}: {count}" for words, count in shown.items() if count]
    lines += [f"withheld {count}: {reason}" for reason, count in report.withheld.items()]
    if isinstance(loaded, Predicted):
        what = "not calibrated, so not suggested"
    else:
        lines += [wrapped(str(one)) for one in outlooks(loaded.meta)]
        lines += [wrapped(f"! {warning}") for warning in [too_few(loaded.meta)] if warning]
        what = "not shared by model and study"
    if report.not_shared:
        lines.append(f"{what}: {', '.join(report.not_shared)}")
    print_report(report, json, "\n".join(lines))
    if not dry_run:
        say_next(opened, json, after="prelabel")
