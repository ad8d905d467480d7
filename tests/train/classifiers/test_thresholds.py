"""How many more answers it takes until some are sure."""

import numpy as np
import pytest

from train.classifiers.thresholds import times_needed


@pytest.mark.parametrize(
    ("right", "of", "times"),
    [
        (100, 100, 1.0),  # passes as it is
        (0, 100, 0.0),  # never right
        (12, 100, 0.0),  # the best fifth is right in 12 of 20: not often enough, whatever their number
        (15, 100, 2.5),  # in 15 of 20: at the lower bound enough with 2.5 times as many
    ],
)
def test_how_many_more_answers_it_takes(right: int, of: int, times: float) -> None:
    score = np.linspace(1, 0, of)
    found = times_needed(score, np.arange(of) < right, precision=0.65)
    assert found == pytest.approx(times, abs=0.6)
