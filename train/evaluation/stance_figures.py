"""What the suggestions of a stance layer are worth: marks of touched targets, ticked directions."""

from collections.abc import Callable, Sequence

import numpy as np

from schemas.records import UNRELATED, CodePrediction, Record, SetPrediction
from train.evaluation.items import Item
from train.layers.stance import SOUND
from train.metrics import average_precision


class Suggested(Record, frozen=True, kw_only=True):
    """Suggestions of one kind.

    Parameters
    ----------
    n
        How many were made.
    right
        Which share of them is right; None without any.
    found
        Which share of the touches in gold got one that is right; None without touches.
    """

    n: int
    right: float | None
    found: float | None


class Directions(Record, frozen=True, kw_only=True):
    """Directions given to what is touched in gold: ``n`` touches, and which share of them is right."""

    n: int
    right: float | None


class StanceFigures(Record, frozen=True, kw_only=True):
    """What a stance layer may suggest, and how right that is.

    Parameters
    ----------
    touched
        Touches in gold.
    average_precision
        Of the probabilities of a touch.
    marks
        Touches that are sure, whichever way.
    ticks
        Directions that are sure.
    known, unknown
        The likeliest direction of touches whose author has coded commentaries about the target among those
        that were trained on, and of the others. Figures by commentary alone hide how much rests on that.
    """

    touched: int
    average_precision: float | None
    marks: Suggested
    ticks: Suggested
    known: Directions
    unknown: Directions


def stance_figures(items: Sequence[Item]) -> StanceFigures | None:
    """The figures over pairs of sentence and target; None where no model told touches apart."""
    told = [(item.gold[0], item.prediction) for item in items if isinstance(item.prediction, CodePrediction)]
    if not told or any(answer.touch is None for _, answer in told):
        return None
    touches = [pair for pair in told if pair[0] != UNRELATED]
    truth = np.array([gold != UNRELATED for gold, _ in told])
    likely = np.array([answer.touched for _, answer in told])
    found = average_precision(truth, likely)
    known, unknown = (
        [pair for pair in touches if (pair[1].direction_from in SOUND) is is_known]
        for is_known in (True, False)
    )
    return StanceFigures(
        touched=len(touches),
        average_precision=None if found is None else round(found, 6),
        marks=_suggested(told, lambda answer: answer.touch_sure, lambda gold, _: gold != UNRELATED),
        ticks=_suggested(told, lambda answer: answer.is_directed, lambda gold, code: gold == code),
        known=_directions(known),
        unknown=_directions(unknown),
    )


def _suggested(
    told: Sequence[tuple[str, CodePrediction]],
    is_made: Callable[[CodePrediction], bool],
    is_right: Callable[[str, object], bool],
) -> Suggested:
    made = [(gold, answer.code) for gold, answer in told if is_made(answer)]
    right = sum(is_right(gold, code) for gold, code in made)
    touches = sum(gold != UNRELATED for gold, _ in told)
    return Suggested(n=len(made), right=_share(right, len(made)), found=_share(right, touches))


def _directions(touches: Sequence[tuple[str, CodePrediction]]) -> Directions:
    right = sum(likeliest_way(answer) == gold for gold, answer in touches)
    return Directions(n=len(touches), right=_share(right, len(touches)))


def likeliest_way(prediction: CodePrediction | SetPrediction) -> str | None:
    """The likeliest direction, however likely a touch is; None where training saw none."""
    ways = {code: score for code, score in prediction.scores.items() if code != UNRELATED}
    return max(ways, key=lambda code: ways[code], default=None)


def _share(hits: int, of: int) -> float | None:
    return round(hits / of, 6) if of else None
