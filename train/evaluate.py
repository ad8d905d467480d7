"""How good a model is on sentences of commentaries it has not seen."""

from collections.abc import Mapping, Sequence

import msgspec

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence
from train.dataset import checked, training_rows
from train.fit import commentary_hash, fit, model_version
from train.holdout import GAP, By, Group, Plan, described, hold_out
from train.model import Model
from train.predict import predict
from train.scoring import EvaluationReport, Scored, score_layers
from train.settings import Settings


def cross_validate(
    rows: Sequence[GoldSentence],
    codebook: Codebook,
    *,
    folds: int = 5,
    seed: int = 0,
    settings: Settings | None = None,
    group: Group = "cluster",
    by: By = "commentary",
    gap: int = GAP,
) -> EvaluationReport:
    """The figures of models that were each trained without the commentaries they are judged on.

    Rows with ``test`` are left out, as they are in training.

    Parameters
    ----------
    group
        What no split may part: ``cluster``, the commentary with all commentaries that share
        near-duplicate sentences with it (`train.duplicates`), or ``commentary`` alone.
    by
        What is held out besides: nothing (``commentary``), each ``target`` or ``author`` (groups of
        them where there are many), or all that was written later (``date``).
    gap
        For ``date``: the days between what is trained on and what is judged.

    Raises
    ------
    DataError
        The rows do not fit the codebook, or nothing can be held out.
    """
    kept = training_rows(rows, codebook)
    plan = Plan(by=by, group=group, folds=folds, seed=seed, gap=gap)
    held = hold_out(kept, codebook, plan)
    scored: list[Scored] = []
    for train, test in held.splits:
        model, _ = fit(train, codebook, settings=settings, seed=seed)
        scored += _scored(model, test)
    version = model_version(kept, codebook, settings=settings, seed=seed)
    report = score_layers(codebook, scored, version=version, seed=seed)
    return msgspec.structs.replace(report, held_out=described(plan, held))


def evaluate_model(
    model: Model, rows: Sequence[GoldSentence], *, seen: bool = False, seed: int = 0
) -> EvaluationReport:
    """The figures of a model on the given rows.

    Parameters
    ----------
    seen
        Whether commentaries that the model was trained on are let through: the figures then say
        how well it remembers, not how good it is.

    Raises
    ------
    DataError
        The rows do not fit the model's codebook, or some were trained on.
    """
    kept = checked(rows, model.meta.book)
    if not seen:
        _check_unseen(model, kept)
    return score_layers(model.meta.book, _scored(model, kept), version=model.meta.model_version, seed=seed)


def _scored(model: Model, rows: Sequence[GoldSentence]) -> list[Scored]:
    predictions = predict(model, rows, asked=[_asked(row) for row in rows])
    return [
        Scored(row, prediction, model.meta.layers) for row, prediction in zip(rows, predictions, strict=True)
    ]


def _asked(row: GoldSentence) -> Mapping[str, Sequence[str]]:
    return {name: sorted(value) for name, value in row.layers.items() if isinstance(value, dict)}


def _check_unseen(model: Model, rows: Sequence[GoldSentence]) -> None:
    known = set(model.meta.commentaries)
    seen = [row for row in rows if commentary_hash(row.commentary_id) in known]
    if seen:
        raise DataError(
            f"{len(seen)} of {len(rows)} sentences are of commentaries that model "
            f'{model.meta.model_version} was trained on, the first "{seen[0].sentence_id}": '
            "expected others (--seen judges them nevertheless)"
        )
