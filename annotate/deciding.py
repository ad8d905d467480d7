"""Codings → gold, for a study and for bare exports."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from annotate.prelabel import study_rows
from annotate.study import Study
from annotate.undecided import read_decisions
from exports.adjudicate import AdjudicationReport, adjudicate
from exports.studio import ReadReport, read_codings
from schemas.codebook import Codebook
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, GoldSentence


def adjudicate_study(
    study: Study, *, rule: str = "majority", dry_run: bool = False
) -> tuple[list[GoldSentence], AdjudicationReport]:
    """Decides the annotations of a study, and what they leave open as a third person did; writes the gold.

    With ``dry_run`` nothing is written.
    """
    codebook = study.codebook()
    annotations = list(read_jsonl(study.needs(study.annotations, "pull"), Annotation))
    context = {row.sentence_id: row for row in study_rows(study)}
    gold, report = adjudicate(annotations, context, codebook, rule=rule, decisions=read_decisions(study))
    if not dry_run:
        write_jsonl(study.gold, gold)
    return gold, report


def adjudicate_exports(
    paths: Sequence[str | Path],
    codebook: Codebook,
    *,
    rule: str = "majority",
    skip_invalid: bool = False,
    names: Mapping[int, str] | None = None,
) -> tuple[list[GoldSentence], AdjudicationReport, ReadReport]:
    """Decides the annotations of export files; the text comes from their tasks."""
    export = read_codings(paths, codebook, skip_invalid=skip_invalid, names=names)
    gold, report = adjudicate(export.annotations, export.tasks, codebook, rule=rule, tests=export.tests)
    return gold, report, export.report
