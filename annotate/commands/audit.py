from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.terminal import CodebookOption, JsonOption, StudyOption, print_report, say_next


def audit(
    exports: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[EXPORT…]", help="Label Studio exports (default: the study's annotations)."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what shift the study will be able to show, before coding.")
    ] = False,
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Predictions of the model that suggested (default: the study's)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the test.")] = 0,
    codebook: CodebookOption = None,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Say what became of suggestions, and how far they changed what people code."""
    from annotate.commands.agree import codings
    from annotate.study.auditing import assignments_of, model_answers, plan_of_study
    from annotate.study.folder import open_study
    from exports.audit.audit import audit as audit_annotations
    from exports.audit.words import audit_words, plan_words

    opened = open_study(study) if study is not None or not exports else None
    if plan:
        found = opened or open_study(study)
        book = found.codebook()
        planned = plan_of_study(found, book)
        print_report(planned, json, lambda: plan_words(planned, book))
        return
    given = codings(exports, codebook, study, skip_invalid=False)
    said = predictions
    if said is None and opened is not None and opened.predictions.exists():
        said = opened.predictions
    report = audit_annotations(
        given.annotations,
        given.codebook,
        assignments=list(assignments_of(opened)) if opened else [],
        predictions=model_answers(said, given.codebook) if said else None,
        seed=seed,
    )
    print_report(report, json, lambda: audit_words(report, given.codebook))
    if opened and not exports:
        say_next(opened, json)
