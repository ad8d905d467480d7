"""Intervals hold what they say, and the test is wrong as often as it says: 200 simulated studies."""

import os
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from schemas.codebook import Codebook

from .conftest import audited, made_study

STUDIES = 200 if os.environ.get("STANDPUNKT_STRESS") else 40


@pytest.mark.scaled
@pytest.mark.slow
@pytest.mark.parametrize(("texts", "control"), [(30, 0.3), (14, 0.25)])
def test_where_suggestions_do_nothing_intervals_hold_nothing_and_p_is_uniform(
    book: Codebook, texts: int, control: float, record_property: Callable[[str, object], None]
) -> None:
    held = number = 0
    p: list[float] = []
    for seed in range(STUDIES):
        study = made_study(seed, texts=texts, control=control, habits={"anna": "ignores", "ben": "ignores"})
        for code in audited(study, book, seed=seed).codes:
            if code.shift.interval is not None:
                low, high = code.shift.interval
                held, number = held + (low <= 0 <= high), number + 1
            p += [] if code.shift.p is None else [code.shift.p]
    rejected = np.mean(np.array(p) < 0.05)
    record_property(
        "measured",
        f"audit of {STUDIES} simulated studies without effect, {texts} commentaries: {held / number:.3f} of {number} intervals "
        f"hold 0, p < .05 in {rejected:.3f}",
    )
    assert held / number >= 0.90
    assert stats.kstest(p, "uniform").statistic < 0.12


@pytest.mark.scaled
@pytest.mark.slow
def test_intervals_of_a_shift_that_is_there_hold_it(
    book: Codebook, record_property: Callable[[str, object], None]
) -> None:
    habits = {"anna": "leans", "ben": "accepts"}
    large = [
        audited(made_study(9000 + n, texts=300, control=0.5, habits=habits, attacks=0.3), book)
        for n in range(8)
    ]
    truth = {
        code.code: float(np.mean([c.shift.shift for one in large for c in one.codes if c.code == code.code]))  # type: ignore[misc]
        for code in large[0].codes
    }
    held = number = 0
    for seed in range(STUDIES):
        study = made_study(seed, texts=40, habits=habits, attacks=0.3)
        for code in audited(study, book).codes:
            if code.shift.interval is not None:
                low, high = code.shift.interval
                held, number = held + (low <= truth[code.code] <= high), number + 1
    record_property(
        "measured",
        f"audit of {STUDIES} simulated studies with an effect: {held / number:.3f} of {number} intervals hold it",
    )
    assert held / number >= 0.90
