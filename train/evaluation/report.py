"""From gold and predicted codes to the figures of the ``evaluate`` report."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from schemas.codebook import Codebook, Layer
from schemas.records import UNRELATED, GoldSentence, Record
from train.arrays import Bools, Floats
from train.data.holdout import HeldOut
from train.evaluation.baselines import Baselines
from train.evaluation.comparison import Comparison
from train.evaluation.human_ceiling import Ceiling
from train.evaluation.items import (
    Item,
    LayerItems,
    Scored,
    counted_codes,
    items_of,
    layer_items,
)
from train.evaluation.label_errors import LabelError
from train.evaluation.reliability import Bin, calibration_error, reliability
from train.evaluation.stance_figures import StanceFigures, likeliest_way, stance_figures
from train.layers.kinds import KINDS
from train.metrics import (
    average_precision,
    bootstrap_f1,
    by_group,
    f1,
    interval_of,
    macro_f1,
    macro_interval,
    many_hot,
    precision_recall,
    tally,
    widened,
)

#: Shares of the training commentaries beside all of them.
SHARES = (0.125, 0.25, 0.5)
#: The one that lies two doublings before all.
QUARTER = 0.25
#: Up to so many sentences the curve is drawn without being asked for: it nearly doubles the time.
SMALL = 3000
#: A gain a doubling below which more sentences likely change little.
FLAT = 0.01


class CurvePoint(Record, frozen=True, kw_only=True):
    """Macro-F1 a layer of models that learned from a share of the commentaries (means a split)."""

    share: float
    sentences: int
    commentaries: int
    macro_f1: dict[str, float | None]


class Gain(Record, frozen=True, kw_only=True):
    """Macro-F1 that the last two doublings of the sentences brought, each in the mean, with its interval."""

    gain: float
    interval: tuple[float, float]


class NextDoubling(NamedTuple):
    """Macro-F1 now, and what it would be if the next doubling of the sentences gained as the last did."""

    now: float
    then: float
    gain: float


def next_doubling(points: Sequence[CurvePoint], layer_id: str) -> NextDoubling | None:
    """What twice as many coded sentences would likely bring a layer, at most; None without three points.

    The gain is the mean a doubling over the last three points. Curves flatten, so it is an upper end.
    """
    known = [(p.sentences, value) for p in points if (value := p.macro_f1.get(layer_id)) is not None][-3:]
    if len(known) < 3 or known[0][0] >= known[-1][0]:
        return None
    (fewest, low), (most, now) = known[0], known[-1]
    gain = (now - low) / math.log2(most / fewest)
    return NextDoubling(now, min(1.0, now + max(0.0, gain)), gain)


def part_of(rows: Sequence[GoldSentence], share: float, seed: int) -> list[GoldSentence]:
    """The sentences of a share of the commentaries; a larger share contains the smaller."""
    names = sorted({row.commentary_id for row in rows})
    order = np.random.default_rng(seed).permutation(len(names))
    kept = {names[i] for i in order[: max(1, round(share * len(names)))]}
    return [row for row in rows if row.commentary_id in kept]


class CodeFigures(Record, frozen=True, kw_only=True, omit_defaults=True):
    """``interval`` is that of F1; ``average_precision`` is missing in the steps of a stance."""

    precision: float
    recall: float
    f1: float
    support: int
    average_precision: float | None = None
    interval: tuple[float, float] | None = None


class AtAbstention(Record, frozen=True, kw_only=True):
    """Macro-F1 over what is answered, the share that is, and how much of that is right."""

    macro_f1: float | None
    coverage: float
    accuracy: float | None = None


class PartFigures(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a stance layer. ``n`` counts pairs of sentence and target."""

    macro_f1: float | None
    accuracy: float | None
    n: int
    codes: dict[str, CodeFigures]
    reason: str | None = None


class TargetFigures(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A target; ``macro_f1`` is null where only one direction was observed, and ``reason`` says so."""

    macro_f1: float | None
    n: int
    touched: int
    touched_macro_f1: float | None
    reason: str | None = None


class LayerFigures(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A layer's figures; those with a default are there where they make sense.

    ``baselines`` are macro-F1 of the commonest code, of keywords and of length; ``ceiling`` is how
    well annotators agree with each other in the same figure; ``suspects`` are the likeliest of
    ``suspects_found`` errors of gold; ``unjudged`` counts coded sentences for which no model could be
    trained; ``not_learned`` names the codes of a set that at least half of the models never give.
    """

    macro_f1: float | None
    accuracy: float | None
    baseline_macro_f1: float | None
    interval: tuple[float, float] | None
    at_abstention: AtAbstention
    codes: dict[str, CodeFigures]
    n: int
    calibration_error: float | None = None
    reason: str | None = None
    touched: PartFigures | None = None
    direction: PartFigures | None = None
    suggested: StanceFigures | None = None
    targets: dict[str, TargetFigures] = {}
    baselines: Baselines | None = None
    ceiling: Ceiling | None = None
    reliability: list[Bin] = []
    suspects: list[LabelError] = []
    suspects_found: int = 0
    unjudged: int = 0
    not_learned: list[str] = []


class EvaluationReport(Record, frozen=True, kw_only=True, omit_defaults=True):
    """``gains``: layer → what a doubling brought, where the learning curve was computed."""

    layers: dict[str, LayerFigures]
    n: int
    model_version: str
    held_out: HeldOut | None = None
    learning_curve: list[CurvePoint] = []
    gains: dict[str, Gain] = {}
    against: Comparison | None = None


def score_layers(
    codebook: Codebook, scored: Sequence[Scored], *, version: str, seed: int = 0, widening: float = 1.0
) -> EvaluationReport:
    """The report over all layers of the codebook that a model predicts.

    Parameters
    ----------
    widening
        How many times as wide the intervals are as those of drawing the judged commentaries anew, where the
        models' own training was drawn as well (`train.data.holdout.widening_of`).
    """
    layers = {layer.id: _score(layer, scored, seed, widening) for layer in codebook.predicted_layers}
    return EvaluationReport(layers=layers, n=len(scored), model_version=version)


def _score(layer: Layer, scored: Sequence[Scored], seed: int, widening: float) -> LayerFigures:
    figures = figures_of_items(layer, layer_items(layer, scored), seed, widening)
    coded = [s for s in scored if layer.id in s.row.layers]
    unjudged = sum(layer.id not in s.prediction.layers for s in coded)
    figures = msgspec.structs.replace(figures, unjudged=unjudged, not_learned=_not_learned(layer, coded))
    figures = msgspec.structs.replace(figures, reason=_oddity(layer, figures, coded))
    if not KINDS[layer.kind].has_targets:
        return figures
    items = items_of(layer, scored)
    return msgspec.structs.replace(
        figures,
        touched=_touched(items),
        direction=_direction(layer, items),
        suggested=stance_figures(items),
        targets=_targets(KINDS[layer.kind].values(layer), items),
    )


def _not_learned(layer: Layer, coded: Sequence[Scored]) -> list[str]:
    """The codes that at least half of the models that judged did not learn, in the codebook's order."""
    states = list(
        {id(s.layers): s.layers[layer.id] for s in coded if layer.id in s.prediction.layers}.values()
    )
    times = Counter(code for state in states for code in state.not_learned)
    return [code for code in layer.code_ids if 2 * times[code] >= len(states) > 0]


def _oddity(layer: Layer, figures: LayerFigures, coded: Sequence[Scored]) -> str | None:
    """Why there is no figure, or why it means little."""
    if not coded:
        return "no sentence is coded"
    states = [s.layers[layer.id] for s in coded if layer.id not in s.prediction.layers]
    why = next((state.reason for state in states if state.reason), None)
    if not figures.n:
        return f"no model was trained: {why}" if why else "no coded sentence was predicted"
    if figures.unjudged:
        return f"{figures.unjudged} of {len(coded)} coded sentences were judged by no model: {why}"
    occur = [code for code, code_figures in figures.codes.items() if code_figures.support]
    return (
        f'only one code occurs: "{occur[0]}"' if len(occur) == 1 and not KINDS[layer.kind].several else None
    )


def _touched(items: Sequence[Item]) -> PartFigures:
    gold = [_touch(item.gold[0]) for item in items]
    predicted = [_touch(item.predicted[0]) for item in items]
    part = _part(["touched", UNRELATED], gold, predicted)
    if len(set(gold)) != 1:
        return part
    reason = "no target is touched" if gold[0] == UNRELATED else "every target asked is touched"
    return msgspec.structs.replace(part, macro_f1=None, reason=reason)


def _direction(layer: Layer, items: Sequence[Item]) -> PartFigures:
    """The way predicted for what is touched in gold, however likely the model held a touch."""
    ways = [(item.gold[0], likeliest_way(item.prediction)) for item in items if item.gold != [UNRELATED]]
    told = [(gold, way) for gold, way in ways if way]
    gold, predicted = [code for code, _ in told], [way for _, way in told]
    part = _part([code for code in KINDS[layer.kind].values(layer) if code != UNRELATED], gold, predicted)
    observed = set(gold)
    if len(observed) > 1:
        return part
    reason = f'only one direction observed: "{gold[0]}"' if gold else "no target is touched"
    return PartFigures(macro_f1=None, accuracy=part.accuracy, n=part.n, codes=part.codes, reason=reason)


def _targets(codes: list[str], items: Sequence[Item]) -> dict[str, TargetFigures]:
    figures = {}
    for target in sorted({item.target for item in items}):
        of_target = [item for item in items if item.target == target]
        gold = [item.gold[0] for item in of_target]
        ways = sorted(set(gold) - {UNRELATED})
        part = _part(codes, gold, [item.predicted[0] for item in of_target])
        reason = None
        if len(ways) < 2:
            reason = f'only one direction observed: "{ways[0]}"' if ways else "never touched"
        figures[target] = TargetFigures(
            macro_f1=None if reason else part.macro_f1,
            n=len(of_target),
            touched=sum(value != UNRELATED for value in gold),
            touched_macro_f1=_touched(of_target).macro_f1,
            reason=reason,
        )
    return figures


def figures_of_items(layer: Layer, items: LayerItems, seed: int, widening: float) -> LayerFigures:
    """The figures of a layer; intervals are ``widening`` times as wide as the bootstrap has them."""
    n = len(items.keys)
    counts = tally(items.gold, items.predicted)
    counted = counted_codes(layer, items.codes)
    total = counts[:, counted].sum(axis=0)
    right = (items.gold == items.predicted).all(axis=1)
    draws = bootstrap_f1(by_group(counts, items.commentaries), seed=seed) if n else None
    score, hit = _said(items, right, is_set=KINDS[layer.kind].several)
    return LayerFigures(
        macro_f1=_rounded(macro_f1(total)),
        accuracy=_rounded(float(right.mean())) if n else None,
        baseline_macro_f1=_rounded(macro_f1(tally(items.gold, items.baseline)[:, counted].sum(axis=0))),
        interval=None
        if draws is None
        else widened(macro_interval(draws[:, counted]), macro_f1(total), widening),
        at_abstention=AtAbstention(
            macro_f1=_rounded(macro_f1(counts[items.kept][:, counted].sum(axis=0))),
            coverage=round(float(items.kept.mean()), 6) if n else 0.0,
            accuracy=_rounded(float(right[items.kept].mean())) if items.kept.any() else None,
        ),
        codes=_code_figures(items.codes, counts.sum(axis=0), items, draws, widening),
        n=n,
        calibration_error=_rounded(calibration_error(score, hit)) if len(score) else None,
        reliability=reliability(score, hit),
    )


def _said(items: LayerItems, right: Bools, *, is_set: bool) -> tuple[Floats, Bools]:
    """The scores of the codes that were given, and whether each is right.

    That a target is not touched, or that a set has not one more code, is nearly always right: with these a
    model whose codes are far off would pass for calibrated.
    """
    if is_set:
        return items.scores[items.predicted], items.gold[items.predicted]
    if UNRELATED not in items.codes:
        return items.score, right
    said = ~items.predicted[:, items.codes.index(UNRELATED)]
    return items.score[said], right[said]


def _part(codes: list[str], gold: list[str], predicted: list[str]) -> PartFigures:
    has, given = (many_hot([[value] for value in values], codes) for values in (gold, predicted))
    counts = tally(has, given).sum(axis=0)
    right = np.array(gold) == np.array(predicted)
    return PartFigures(
        macro_f1=_rounded(macro_f1(counts)),
        accuracy=_rounded(float(right.mean())) if gold else None,
        n=len(gold),
        codes=_code_figures(codes, counts),
    )


def _code_figures(
    codes: list[str],
    counts: Floats,
    items: LayerItems | None = None,
    draws: Floats | None = None,
    widening: float = 1.0,
) -> dict[str, CodeFigures]:
    """The figures of the codes that occur in gold or prediction."""
    precision, recall = precision_recall(counts)
    values = f1(counts)
    return {
        code: CodeFigures(
            precision=round(float(precision[i]), 6),
            recall=round(float(recall[i]), 6),
            f1=round(float(values[i]), 6),
            support=int(counts[i, 0] + counts[i, 2]),
            average_precision=_rounded(average_precision(items.gold[:, i], items.scores[:, i]))
            if items
            else None,
            interval=None if draws is None else widened(interval_of(draws[:, i]), float(values[i]), widening),
        )
        for i, code in enumerate(codes)
        if counts[i].any()
    }


def _touch(value: str) -> str:
    return UNRELATED if value == UNRELATED else "touched"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
