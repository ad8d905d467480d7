"""What shift a study can show, before it is coded."""

import numpy as np
import pytest

from exports.audit.plan import detectable, plan_audit, within_commentaries
from exports.audit.words import plan_words
from running import ROOT
from schemas.codebook import Codebook

from .conftest import made_study


def test_more_commentaries_without_suggestions_show_smaller_shifts(book: Codebook) -> None:
    study = made_study(0)
    plan = plan_audit(study.assignments, {a.sentence_id: a.sentence_id[:3] for a in study.assignments}, book)
    shifts = [share.detectable["0.1"] for share in plan.shares if share.share <= 0.5]
    known = [shift for shift in shifts if shift is not None]
    assert known == sorted(known, reverse=True)
    assert not plan.measured
    assert max(map(len, plan_words(plan, book).splitlines())) <= 80


def test_the_correlation_within_commentaries_comes_from_codings(book: Codebook) -> None:
    study = made_study(0, texts=80)
    found = within_commentaries(study.annotations, book)
    assert found is not None and 0.02 < found < 0.3
    assert within_commentaries(study.annotations[:4], book) is None


def test_the_page_says_what_is_planned() -> None:
    """33 commentaries of 17 sentences, two annotators, a fifth without suggestions, nothing coded yet."""
    shift = detectable(33, 7, 33 * 17 * 2, 0.1, 0.05)
    assert shift is not None
    page = (ROOT / "docs" / "audit.md").read_text("utf-8")
    assert f"20 % without suggestions show a shift of {100 * shift:.0f} points" in page


@pytest.mark.parametrize("prevalence", [0.1, 0.3])
def test_a_shift_that_is_said_to_be_detectable_is_detected_four_times_in_five(prevalence: float) -> None:
    """Two arms of independent sentences, the shift just as large as is said: a t-test sees it in about 80 %."""
    from exports.audit.comparison import compare, to_arms

    texts, without, size = 60, 20, 12
    shift = detectable(texts, without, texts * size, prevalence, 0.0)
    assert shift is not None
    random, seen = np.random.default_rng(1), 0
    arm = [1] * (texts - without) + [0] * without
    for seed in range(200):
        hits, trials = np.zeros((2, texts)), np.zeros((2, texts))
        for text, is_with in enumerate(arm):
            trials[is_with, text] = size
            hits[is_with, text] = random.binomial(size, prevalence + shift * is_with)
        found = compare(hits, trials, to_arms(arm, was_drawn=False, seed=seed))
        seen += found.interval is not None and found.interval[0] > 0
    assert 0.65 <= seen / 200 <= 0.95
