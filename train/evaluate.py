"""How good a model is on sentences of commentaries it has not seen."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from joblib import Parallel, cpu_count, delayed

from schemas.codebook import Codebook, Layer
from schemas.errors import DataError
from schemas.records import Annotation, GoldSentence, Prediction
from train.data.examples import without_copies
from train.data.gold import checked, count_copies, training_rows
from train.data.holdout import GAP, By, Group, Plan, Split, described, hold_out, widening_of
from train.evaluation.baselines import Baselines, baseline_counts, macro_of, texts_of
from train.evaluation.comparison import Comparison, compare
from train.evaluation.human_ceiling import human_ceiling, predicted_items
from train.evaluation.items import Scored, layer_items
from train.evaluation.label_errors import MOST, label_errors
from train.evaluation.report import (
    QUARTER,
    SHARES,
    CurvePoint,
    EvaluationReport,
    Gain,
    LayerFigures,
    part_of,
    score_layers,
)
from train.evaluation.twin import NO_PAIRS, Twin
from train.fit import data_hash, fit, model_version
from train.layers.asked import by_target
from train.layers.kinds import KINDS
from train.model import Model
from train.novelty import commentary_hash
from train.predict import predict
from train.settings import Settings

#: Rows from which on the start of further processes pays.
_MANY = 1000
#: Why a model that is judged on given rows has no learned baselines beside it.
_NO_ROWS = "the rows that the model was trained on are not at hand"


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
    curve: bool = False,
    annotations: Sequence[Annotation] = (),
    suspects: int = MOST,
) -> EvaluationReport:
    """The figures of models that were each trained without the commentaries they are judged on.

    Rows with ``test`` are left out, as they are in training.

    Parameters
    ----------
    group
        What no split may part: ``cluster``, the commentary with all commentaries that share
        near-duplicate sentences with it (`train.data.near_duplicates`), or ``commentary`` alone.
    by
        What is held out besides: nothing (``commentary``), each ``target`` or ``author`` (groups of
        them where there are many), or all that was written later (``date``).
    gap
        For ``date``: the days between what is trained on and what is judged.
    curve
        Whether to train on an eighth, a quarter and half of the commentaries as well.
    annotations
        What the annotators coded: the human ceiling rests on it.
    suspects
        Likely errors of gold to list a layer; all are counted.

    Raises
    ------
    DataError
        The rows do not fit the codebook, or nothing can be held out.
    """
    kept = training_rows(rows, codebook)
    plan = Plan(by=by, group=group, folds=folds, seed=seed, gap=gap)
    version = model_version(kept, codebook, settings=settings, seed=seed)
    codebook = without_copies(codebook, rows)  # what is held out must not stand among the examples
    holdout = hold_out(kept, codebook, plan)
    asked = (
        {} if by == "target" else _asked_of_people(annotations, codebook)
    )  # else it would predict targets it was trained on
    scored = _cross_scored(holdout.splits, codebook, settings, seed, asked)
    widening = widening_of(holdout.splits)
    report = score_layers(codebook, scored, version=version, seed=seed, widening=widening)
    report = _with_rest(report, codebook, scored, holdout.splits, annotations, seed, suspects)
    left = {"copies of one text": n} if (n := count_copies(rows)) else {}
    holdout = holdout._replace(left_out=left | holdout.left_out)
    report = msgspec.structs.replace(report, held_out=described(plan, holdout))
    if not curve:
        return report
    whole = Judged(holdout.splits, scored)
    smaller = {share: judge_part(holdout.splits, share, codebook, settings, seed) for share in SHARES}
    points = [
        _point(part.splits, share, score_layers(codebook, part.scored, version="", seed=seed).layers)
        for share, part in smaller.items()
    ]
    return msgspec.structs.replace(
        report,
        learning_curve=[*points, _point(whole.splits, 1.0, report.layers)],
        gains=gains_of(codebook, whole, smaller[QUARTER], seed),
    )


class Judged(NamedTuple):
    """Splits, and their test rows with what models said that learned from the rest."""

    splits: Sequence[Split]
    scored: Sequence[Scored]


def judge_part(
    splits: Sequence[Split], share: float, codebook: Codebook, settings: Settings | None, seed: int
) -> Judged:
    """Judges models that learned from a share of the commentaries of each split."""
    parts = [Split(part_of(split.train, share, seed), split.test) for split in splits]
    return Judged(parts, _cross_scored(parts, codebook, settings, seed))


def gains_of(codebook: Codebook, whole: Judged, quarter: Judged, seed: int) -> dict[str, Gain]:
    """What a doubling brought each layer between the models of a quarter and of all commentaries.

    The interval is that of a paired bootstrap, as much wider as the models of the quarter ask for
    (`train.data.holdout.widening_of`).
    """
    doublings = math.log2(mean_sentences(whole.splits) / mean_sentences(quarter.splits))
    widening, found = widening_of(quarter.splits), {}
    for name, one in compare(codebook, codebook, whole.scored, quarter.scored, seed=seed).items():
        if one.difference is not None and one.interval is not None and doublings > 0:
            low, high = (
                max(-1.0, min(1.0, one.difference + widening * (bound - one.difference)))
                for bound in one.interval
            )
            found[name] = Gain(
                gain=round(one.difference / doublings, 6),
                interval=(round(low / doublings, 6), round(high / doublings, 6)),
            )
    return found


def _cross_scored(
    parts: Sequence[Split],
    codebook: Codebook,
    settings: Settings | None,
    seed: int,
    also: Mapping[str, Mapping[str, set[str]]] | None = None,
) -> list[Scored]:
    """Each split's rows with the predictions of a model that was trained on the rest, split by split.

    Larger studies on all cores; a classifier that is not ours may lie in a module that other processes lack.
    """
    alone = (settings is not None and settings.estimator) or sum(len(part.test) for part in parts) < _MANY
    judge = delayed(_judged)
    jobs = [judge(part, codebook, settings, seed, also) for part in parts]
    found: list[list[Scored]] = Parallel(n_jobs=1 if alone else min(cpu_count(), len(parts)))(jobs)
    return [item for items in found for item in items]


def _judged(
    part: Split,
    codebook: Codebook,
    settings: Settings | None,
    seed: int,
    also: Mapping[str, Mapping[str, set[str]]] | None,
) -> list[Scored]:
    model, _ = fit(part.train, codebook, settings=settings, seed=seed)
    return scored_rows(model, part.test, also)


def _point(parts: Sequence[Split], share: float, figures: Mapping[str, LayerFigures]) -> CurvePoint:
    names = [len({row.commentary_id for row in part.train}) for part in parts]
    return CurvePoint(
        share=share,
        sentences=mean_sentences(parts),
        commentaries=round(sum(names) / len(parts)),
        macro_f1={name: layer.macro_f1 for name, layer in figures.items()},
    )


def mean_sentences(parts: Sequence[Split]) -> int:
    """What the models of the splits learned from, in the mean."""
    return round(sum(len(part.train) for part in parts) / len(parts))


def _with_rest(
    report: EvaluationReport,
    codebook: Codebook,
    scored: Sequence[Scored],
    splits: Sequence[Split],
    annotations: Sequence[Annotation],
    seed: int,
    suspects: int,
) -> EvaluationReport:
    """The report with the baselines, the human ceiling and the likely errors of gold.

    Baselines are learned on the splits that the rows were judged in; there are none without any.
    """
    texts = {s.row.sentence_id: s.row.text for s in scored}
    learned = _learned_baselines(splits, codebook) if splits else {}
    layers = {}
    for layer in codebook.predicted_layers:
        figures, errors = report.layers[layer.id], label_errors(layer, layer_items(layer, scored))
        layers[layer.id] = msgspec.structs.replace(
            figures,
            baselines=_baselines(layer, figures, learned.get(layer.id, {}), None if splits else _NO_ROWS),
            ceiling=human_ceiling(layer, predicted_items(layer, scored), annotations, seed=seed)
            if annotations
            else None,
            suspects=[msgspec.structs.replace(s, text=texts[s.sentence_id]) for s in errors[:suspects]],
            suspects_found=len(errors),
        )
    return msgspec.structs.replace(report, layers=layers)


def _learned_baselines(parts: Sequence[Split], codebook: Codebook) -> dict[str, dict[str, float | None]]:
    """Macro-F1 of keywords, of length and of the plain twin, over all splits, a layer."""
    twin = Twin(row for split in parts for rows in split for row in rows)
    learned: dict[str, dict[str, float | None]] = {}
    for layer in codebook.predicted_layers:
        total: dict[str, Any] = {}
        codes = KINDS[layer.kind].values(layer)
        for train, test in parts:
            texts = (texts_of(layer, rows, codebook) for rows in (train, test))
            found = baseline_counts(layer, *texts)
            if (counts := twin.counts(layer, train, test)) is not None:
                found["twin"] = counts
            for name, counts in found.items():
                total[name] = total.get(name, 0) + counts
        learned[layer.id] = {name: macro_of(layer, codes, counts) for name, counts in total.items()}
    return learned


def _baselines(
    layer: Layer, figures: LayerFigures, learned: Mapping[str, float | None], why: str | None
) -> Baselines | None:
    """The baselines of a layer that was judged; ``why`` says why the learned ones are not there."""
    if not figures.n:
        return None
    reason = None if "twin" in learned else NO_PAIRS if KINDS[layer.kind].has_targets else why
    return Baselines(majority=figures.baseline_macro_f1, twin_reason=reason, **learned)


def predict_held_out(
    rows: Sequence[GoldSentence], codebook: Codebook, *, settings: Settings | None = None, seed: int = 0
) -> Iterator[tuple[GoldSentence, Prediction]]:
    """Each row with what a model says of it that was trained without its commentary.

    Raises
    ------
    DataError
        As in `cross_validate`.
    """
    kept = training_rows(rows, codebook)
    codebook = without_copies(codebook, rows)
    plan = Plan(by="commentary", group="cluster", folds=5, seed=seed, gap=GAP)
    for train, test in hold_out(kept, codebook, plan).splits:
        model, _ = fit(train, codebook, settings=settings, seed=seed)
        for item in scored_rows(model, test):
            yield item.row, item.prediction


def evaluate_model(
    model: Model,
    rows: Sequence[GoldSentence],
    *,
    seen: bool = False,
    seed: int = 0,
    against: Model | None = None,
    annotations: Sequence[Annotation] = (),
    trained_on: Sequence[GoldSentence] = (),
    suspects: int = MOST,
) -> EvaluationReport:
    """The figures of a model on the given rows.

    Parameters
    ----------
    trained_on
        The rows that the model was trained on: the learned baselines need them. Other rows than those
        count as none (`is_trained_on`).
    against
        Another model: the report says where the first is better or worse than chance explains.
    suspects
        As in `cross_validate`.
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
    book, scored = model.meta.book, scored_rows(model, kept, _asked_of_people(annotations, model.meta.book))
    report = score_layers(book, scored, version=model.meta.model_version, seed=seed)
    known = training_rows(trained_on, book) if is_trained_on(model, trained_on) else []
    splits = [Split(known, kept)] if known else []
    report = _with_rest(report, book, scored, splits, annotations, seed, suspects)
    if against is None:
        return report
    other = checked(rows, against.meta.book)
    if not seen:
        _check_unseen(against, other)
    differences = compare(book, against.meta.book, scored, scored_rows(against, other), seed=seed)
    comparison = Comparison(model_version=against.meta.model_version, layers=differences)
    return msgspec.structs.replace(report, against=comparison)


def is_trained_on(model: Model, rows: Sequence[GoldSentence]) -> bool:
    """Whether the model was trained on just these rows."""
    try:
        kept = training_rows(rows, model.meta.book) if rows else []
    except DataError:  # they do not fit its codebook
        return False
    return bool(kept) and data_hash(kept, soft=model.meta.settings.soft) == model.meta.data_hash


def scored_rows(
    model: Model, rows: Sequence[GoldSentence], also: Mapping[str, Mapping[str, set[str]]] | None = None
) -> list[Scored]:
    """The rows with their predictions; ``also`` are targets to predict beyond gold's, by sentence."""
    more = also or {}
    predictions = predict(
        model, rows, asked=[asked_in_gold(row, more.get(row.sentence_id, {})) for row in rows]
    )
    return [
        Scored(row, prediction, model.meta.layers) for row, prediction in zip(rows, predictions, strict=True)
    ]


def asked_in_gold(row: GoldSentence, also: Mapping[str, set[str]] | None = None) -> dict[str, list[str]]:
    """The targets that gold answers, by stance layer, and others that are to be answered as well."""
    more = also or {}
    in_gold = {name: set(targets) for name, value in row.layers.items() if (targets := by_target(value))}
    return {
        name: sorted(in_gold.get(name, set()) | more.get(name, set())) for name in sorted({*in_gold, *more})
    }


def _asked_of_people(annotations: Sequence[Annotation], codebook: Codebook) -> dict[str, dict[str, set[str]]]:
    """The targets of the codebook that annotators were asked about, by sentence and layer."""
    known = set(codebook.target_ids)
    by_sentence: dict[str, dict[str, set[str]]] = {}
    for annotation in annotations:
        for name, value in annotation.layers.items():
            if targets := known.intersection(by_target(value)):
                by_sentence.setdefault(annotation.sentence_id, {}).setdefault(name, set()).update(targets)
    return by_sentence


def _check_unseen(model: Model, rows: Sequence[GoldSentence]) -> None:
    known = set(model.meta.commentaries)
    seen = [row for row in rows if commentary_hash(row.commentary_id) in known]
    if seen:
        raise DataError(
            f"{len(seen)} of {len(rows)} sentences are of commentaries that model "
            f'{model.meta.model_version} was trained on, the first "{seen[0].sentence_id}": '
            "expected others (--seen judges them nevertheless)"
        )
