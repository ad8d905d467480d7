"""Whether more coding is likely to make a model better: the end of the learning curve, with an interval."""

from collections.abc import Sequence

import numpy as np
from joblib import Parallel, cpu_count, delayed
from scipy import stats

from schemas.codebook import Codebook
from schemas.records import GoldSentence, Record
from train.data.examples import without_copies
from train.data.gold import training_rows
from train.data.holdout import Plan, Split, hold_out
from train.evaluate import scored_rows
from train.evaluation.report import FLAT, part_of, score_layers
from train.fit import fit
from train.settings import Settings

#: Shares of what a model may learn from: two doublings.
_SHARES = (0.25, 0.5, 1.0)


class LayerHint(Record, frozen=True, kw_only=True):
    """``gain`` is macro-F1 a doubling of the coded sentences, over the last two doublings.

    ``verdict``: ``stop`` where even the upper end of the interval (95 %) is below 0.01, ``go on`` where the
    lower end is not, else ``open``. Curves flatten: the gain is the most that the next doubling may bring.
    """

    macro_f1: float | None
    gain: float | None
    interval: tuple[float, float] | None
    verdict: str


class StoppingHint(Record, frozen=True, kw_only=True):
    """``sentences`` is what the models of the curve's end learned from, the mean of the splits."""

    sentences: int
    layers: dict[str, LayerHint]


def stopping_hint(
    rows: Sequence[GoldSentence], codebook: Codebook, *, settings: Settings | None = None
) -> StoppingHint:
    """What the next doubling of coded sentences would bring each layer, at most.

    Five models a share, each judged on commentaries it did not see. As they share most of what they
    learned from, the variance of their gains is widened (Nadeau & Bengio 2003, "Inference for the
    Generalization Error").

    Raises
    ------
    DataError
        The rows do not fit the codebook, or nothing can be held out.
    """
    kept, codebook = training_rows(rows, codebook), without_copies(codebook, rows)
    splits = hold_out(kept, codebook, Plan()).splits
    curve = delayed(_curve)
    curves: list[list[tuple[int, dict[str, float | None]]]] = Parallel(n_jobs=min(cpu_count(), len(splits)))(
        curve(split, codebook, settings) for split in splits
    )
    wider = 1 / len(splits) + float(np.mean([len(test) / len(train) for train, test in splits]))
    return StoppingHint(
        sentences=round(sum(points[-1][0] for points in curves) / len(curves)),
        layers={layer.id: _hint(layer.id, curves, wider) for layer in codebook.predicted_layers},
    )


def _curve(
    split: Split, codebook: Codebook, settings: Settings | None
) -> list[tuple[int, dict[str, float | None]]]:
    """Sentences learned from and macro-F1 a layer, for each share."""
    points = []
    for share in _SHARES:
        rows = part_of(split.train, share, 0)
        model, _ = fit(rows, codebook, settings=settings)
        layers = score_layers(codebook, scored_rows(model, split.test), version="").layers
        points.append((len(rows), {name: figures.macro_f1 for name, figures in layers.items()}))
    return points


def _hint(
    layer: str, curves: Sequence[Sequence[tuple[int, dict[str, float | None]]]], wider: float
) -> LayerHint:
    gains, ends = [], []
    for points in curves:
        known = [(float(np.log2(n)), value) for n, of in points if (value := of.get(layer)) is not None]
        if len({n for n, _ in known}) > 1:
            gains.append(float(stats.linregress(*zip(*known, strict=True)).slope))
            ends.append(known[-1][1])
    if not gains:
        return LayerHint(macro_f1=None, gain=None, interval=None, verdict="open")
    gain, interval, verdict = float(np.mean(gains)), None, "open"
    if len(gains) > 1:
        half = float(stats.t.ppf(0.975, len(gains) - 1) * np.std(gains, ddof=1) * np.sqrt(wider))
        interval = (round(gain - half, 4), round(gain + half, 4))
        verdict = "stop" if interval[1] < FLAT else "go on" if interval[0] >= FLAT else "open"
    return LayerHint(
        macro_f1=round(float(np.mean(ends)), 4), gain=round(gain, 4), interval=interval, verdict=verdict
    )
