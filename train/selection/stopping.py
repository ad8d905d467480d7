"""Whether more coding is likely to make a model better: the end of the learning curve, with an interval."""

from collections.abc import Sequence

from schemas.codebook import Codebook
from schemas.records import GoldSentence, Record
from train.data.examples import without_copies
from train.data.gold import training_rows
from train.data.holdout import Plan, hold_out
from train.evaluate import gains_of, judge_part, mean_sentences
from train.evaluation.report import FLAT, QUARTER, Gain, score_layers
from train.settings import Settings


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
    rows: Sequence[GoldSentence], codebook: Codebook, *, settings: Settings | None
) -> StoppingHint:
    """What the next doubling of coded sentences would bring each layer, at most.

    The gain is that of ``evaluate`` (`train.evaluate.gains_of`): five models of all commentaries and five of
    a quarter of them, each judged on commentaries it did not see.

    Raises
    ------
    DataError
        The rows do not fit the codebook, or nothing can be held out.
    """
    kept, codebook = training_rows(rows, codebook), without_copies(codebook, rows)
    splits = hold_out(kept, codebook, Plan()).splits
    whole, quarter = (judge_part(splits, share, codebook, settings, 0) for share in (1.0, QUARTER))
    gains = gains_of(codebook, whole, quarter, 0)
    figures = score_layers(codebook, whole.scored, version="").layers
    return StoppingHint(
        sentences=mean_sentences(splits),
        layers={name: _hint(layer.macro_f1, gains.get(name)) for name, layer in figures.items()},
    )


def _hint(macro_f1: float | None, found: Gain | None) -> LayerHint:
    if found is None:
        return LayerHint(macro_f1=macro_f1, gain=None, interval=None, verdict="open")
    low, high = found.interval
    verdict = "stop" if high < FLAT else "go on" if low >= FLAT else "open"
    return LayerHint(macro_f1=macro_f1, gain=found.gain, interval=found.interval, verdict=verdict)
