"""From gold and predicted codes to the figures of the ``evaluate`` report."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from schemas.codebook import Codebook, Layer
from schemas.records import UNRELATED, CodePrediction, GoldSentence, Prediction, Record, SetPrediction
from train.calibration import calibration_error
from train.dataset import code_sets
from train.holdout import HeldOut
from train.metrics import bootstrap_interval, by_group, f1, macro_f1, precision_recall, tally
from train.model import LayerState

Array = Any


class CodeFigures(Record, frozen=True, kw_only=True):
    precision: float
    recall: float
    f1: float
    support: int


class AtAbstention(Record, frozen=True, kw_only=True):
    """Macro-F1 over what is answered, and the share that is."""

    macro_f1: float | None
    coverage: float


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
    """A layer's figures; the last five fields are there where they make sense."""

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
    targets: dict[str, TargetFigures] = {}


class EvaluationReport(Record, frozen=True, kw_only=True, omit_defaults=True):
    layers: dict[str, LayerFigures]
    n: int
    model_version: str
    held_out: HeldOut | None = None


class Scored(NamedTuple):
    """A gold row, what was predicted for it, and what the predicting model knew of each layer."""

    row: GoldSentence
    prediction: Prediction
    layers: Mapping[str, LayerState]


class Answers(NamedTuple):
    """Gold and prediction of one layer, a row an item that was judged.

    ``gold``, ``given`` and ``baseline`` are bool arrays of shape (n_items, n_codes), ``kept`` is
    False where the model abstained, ``score`` its confidence (empty for a set).
    """

    codes: list[str]
    gold: Array
    given: Array
    baseline: Array
    kept: Array
    score: Array
    commentaries: list[str]


def score_layers(
    codebook: Codebook, scored: Sequence[Scored], *, version: str, seed: int = 0
) -> EvaluationReport:
    """The report over all layers of the codebook that a model predicts."""
    layers = {layer.id: _SCORERS[layer.kind](layer, scored, seed) for layer in codebook.predicted_layers}
    return EvaluationReport(layers=layers, n=len(scored), model_version=version)


def _judged(layer: Layer, scored: Sequence[Scored]) -> list[Scored]:
    return [s for s in scored if layer.id in s.row.layers and layer.id in s.prediction.layers]


def _score_one(layer: Layer, scored: Sequence[Scored], seed: int) -> LayerFigures:
    judged = _judged(layer, scored)
    codes = layer.code_ids
    predictions = [s.prediction.layers[layer.id] for s in judged]
    found = [p for p in predictions if isinstance(p, CodePrediction)]
    answers = Answers(
        codes=codes,
        gold=_one_hot([str(s.row.layers[layer.id]) for s in judged], codes),
        given=_one_hot([str(p.code) for p in found], codes),
        baseline=_one_hot([_commonest(s.layers[layer.id]) for s in judged], codes),
        kept=np.array([not p.abstained for p in found], dtype=bool),
        score=np.array([p.score for p in found]),
        commentaries=[s.row.commentary_id for s in judged],
    )
    return _figures(layer, answers, len(judged), seed)


def _score_set(layer: Layer, scored: Sequence[Scored], seed: int) -> LayerFigures:
    judged = _judged(layer, scored)
    codes = layer.code_ids
    predictions = [s.prediction.layers[layer.id] for s in judged]
    found = [p for p in predictions if isinstance(p, SetPrediction)]
    answers = Answers(
        codes=codes,
        gold=code_sets([s.row for s in judged], layer),
        given=_many_hot([p.codes for p in found], codes),
        baseline=_many_hot([_usual(s.layers[layer.id]) for s in judged], codes),
        kept=np.array([not p.abstained for p in found], dtype=bool),
        score=np.zeros(0),
        commentaries=[s.row.commentary_id for s in judged],
    )
    return _figures(layer, answers, len(judged), seed)


def _score_stance(layer: Layer, scored: Sequence[Scored], seed: int) -> LayerFigures:
    items = _stance_items(layer, scored)
    codes = layer.stance_values
    answers = Answers(
        codes=codes,
        gold=_one_hot([item.gold for item in items], codes),
        given=_one_hot([str(item.answer.code) for item in items], codes),
        baseline=_one_hot([item.baseline for item in items], codes),
        kept=np.array([not item.answer.abstained for item in items], dtype=bool),
        score=np.array([item.answer.score for item in items]),
        commentaries=[item.commentary for item in items],
    )
    figures = _figures(layer, answers, len(items), seed)
    return msgspec.structs.replace(
        figures,
        touched=_touched(items),
        direction=_direction(layer, items),
        targets=_targets(codes, items),
    )


class _Item(NamedTuple):
    target: str
    gold: str
    answer: CodePrediction
    baseline: str
    commentary: str


def _stance_items(layer: Layer, scored: Sequence[Scored]) -> list[_Item]:
    items = []
    for s in _judged(layer, scored):
        gold, answers = s.row.layers[layer.id], s.prediction.layers[layer.id]
        if isinstance(gold, dict) and isinstance(answers, dict):
            common = _commonest(s.layers[layer.id])
            items += [
                _Item(target, value, answers[target], common, s.row.commentary_id)
                for target, value in sorted(gold.items())
                if target in answers
            ]
    return items


def _touched(items: Sequence[_Item]) -> PartFigures:
    gold = [_touch(item.gold) for item in items]
    given = [_touch(str(item.answer.code)) for item in items]
    return _part(["touched", UNRELATED], gold, given)


def _direction(layer: Layer, items: Sequence[_Item]) -> PartFigures:
    """The way predicted for what is touched in gold, however likely the model held a touch."""
    touched = [item for item in items if item.gold != UNRELATED and len(item.answer.scores) > 1]
    gold = [item.gold for item in touched]
    given = [_way(item.answer) for item in touched]
    part = _part([code for code in layer.stance_values if code != UNRELATED], gold, given)
    observed = set(gold)
    if len(observed) > 1:
        return part
    reason = f'only one direction observed: "{gold[0]}"' if gold else "no target is touched"
    return PartFigures(macro_f1=None, accuracy=part.accuracy, n=part.n, codes=part.codes, reason=reason)


def _targets(codes: list[str], items: Sequence[_Item]) -> dict[str, TargetFigures]:
    found = {}
    for target in sorted({item.target for item in items}):
        own = [item for item in items if item.target == target]
        gold = [item.gold for item in own]
        ways = sorted(set(gold) - {UNRELATED})
        part = _part(codes, gold, [str(item.answer.code) for item in own])
        reason = None
        if len(ways) < 2:
            reason = f'only one direction observed: "{ways[0]}"' if ways else "never touched"
        found[target] = TargetFigures(
            macro_f1=None if reason else part.macro_f1,
            n=len(own),
            touched=sum(value != UNRELATED for value in gold),
            touched_macro_f1=_touched(own).macro_f1,
            reason=reason,
        )
    return found


def _figures(layer: Layer, answers: Answers, n: int, seed: int) -> LayerFigures:
    counts = tally(answers.gold, answers.given)
    # the exclusive code of a set says that nothing is there: it has its own line, no share in the mean
    counted = [
        i for i, code in enumerate(answers.codes) if layer.kind != "set" or code not in layer.exclusive
    ]
    total = counts[:, counted].sum(axis=0)
    right = (answers.gold == answers.given).all(axis=1)
    interval = _interval(counts[:, counted], answers.commentaries, seed) if n else None
    return LayerFigures(
        macro_f1=_rounded(macro_f1(total)),
        accuracy=_rounded(float(right.mean())) if n else None,
        baseline_macro_f1=_rounded(macro_f1(tally(answers.gold, answers.baseline)[:, counted].sum(axis=0))),
        interval=interval,
        at_abstention=AtAbstention(
            macro_f1=_rounded(macro_f1(counts[answers.kept][:, counted].sum(axis=0))),
            coverage=round(float(answers.kept.mean()), 6) if n else 0.0,
        ),
        codes=_code_figures(answers.codes, counts.sum(axis=0)),
        n=n,
        calibration_error=_rounded(calibration_error(answers.score, right)) if len(answers.score) else None,
        reason=None if n else "no coded sentence was predicted",
    )


def _interval(counts: Array, commentaries: Sequence[str], seed: int) -> tuple[float, float] | None:
    found = bootstrap_interval(by_group(counts, commentaries), seed=seed)
    return (round(found[0], 6), round(found[1], 6)) if found else None


def _part(codes: list[str], gold: list[str], given: list[str]) -> PartFigures:
    counts = tally(_one_hot(gold, codes), _one_hot(given, codes)).sum(axis=0)
    right = np.array(gold) == np.array(given)
    return PartFigures(
        macro_f1=_rounded(macro_f1(counts)),
        accuracy=_rounded(float(right.mean())) if gold else None,
        n=len(gold),
        codes=_code_figures(codes, counts),
    )


def _code_figures(codes: list[str], counts: Array) -> dict[str, CodeFigures]:
    """The figures of the codes that occur in gold or prediction."""
    precision, recall = precision_recall(counts)
    values = f1(counts)
    return {
        code: CodeFigures(
            precision=round(float(precision[i]), 6),
            recall=round(float(recall[i]), 6),
            f1=round(float(values[i]), 6),
            support=int(counts[i, 0] + counts[i, 2]),
        )
        for i, code in enumerate(codes)
        if counts[i].any()
    }


def _commonest(state: LayerState) -> str:
    """The code most frequent in training; of equals the first in the codebook."""
    return max(state.codes, key=lambda code: state.codes[code])


def _usual(state: LayerState) -> list[str]:
    """The codes that more than half of the training sentences have."""
    return [code for code, count in state.codes.items() if 2 * count > state.n]


def _touch(value: str) -> str:
    return UNRELATED if value == UNRELATED else "touched"


def _way(answer: CodePrediction) -> str:
    ways = {code: score for code, score in answer.scores.items() if code != UNRELATED}
    return max(ways, key=lambda code: ways[code])


def _one_hot(values: Sequence[str], codes: list[str]) -> Array:
    return _many_hot([[value] for value in values], codes)


def _many_hot(values: Sequence[Any], codes: list[str]) -> Array:
    place = {code: i for i, code in enumerate(codes)}
    found = np.zeros((len(values), len(codes)), dtype=bool)
    for i, row in enumerate(values):
        for value in row:
            found[i, place[value]] = True
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


_SCORERS: dict[str, Callable[[Layer, Sequence[Scored], int], LayerFigures]] = {
    "one": _score_one,
    "scale": _score_one,
    "set": _score_set,
    "stance": _score_stance,
}
