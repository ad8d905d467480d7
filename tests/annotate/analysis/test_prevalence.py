"""Shares are corrected for a classifier's errors, or say why not."""

import numpy as np
import pytest

from annotate.analysis.piece import view_piece
from annotate.analysis.prevalence import NOT_CODED, TOO_UNSURE, Errors, Spread, counts_of, errors_of, estimate
from reading_pieces import answers, codebook, piece, prediction, says, touches
from schemas.records import GoldSentence


def errors(*table: tuple[int, int, int, int]) -> Errors:
    return Errors(how="unseen", sentences=sum(map(sum, table)), tables={"a": list(table)})


def test_the_share_is_that_of_rogan_and_gladen() -> None:
    # hits 80 %, false hits 10 %; counted 24 %: (0.24 - 0.1) / (0.8 - 0.1) = 0.2
    found = estimate(240, 1000, errors(*[(8, 2, 9, 81)] * 20), "a")
    assert found.corrected
    assert found.share == pytest.approx(0.2, abs=1e-6)
    assert found.interval[0] < 0.2 < found.interval[1]


def test_few_coded_texts_widen_the_interval() -> None:
    rng = np.random.default_rng(3)

    def table(texts: int) -> list[tuple[int, int, int, int]]:
        hit, false_hit = rng.binomial(10, 0.8, texts), rng.binomial(90, 0.1, texts)
        return [(int(h), 10 - int(h), int(f), 90 - int(f)) for h, f in zip(hit, false_hit, strict=True)]

    widths = [
        high - low
        for texts in (4, 200)
        for low, high in [estimate(24_000, 100_000, errors(*table(texts)), "a").interval]
    ]
    assert widths[0] > 2 * widths[1]


def test_the_interval_holds_the_true_share_about_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(5), 0
    for _ in range(100):
        hit, false_hit = rng.binomial(20, 0.7, 25), rng.binomial(40, 0.08, 25)
        table = [(int(h), 20 - int(h), int(f), 40 - int(f)) for h, f in zip(hit, false_hit, strict=True)]
        counted = int(rng.binomial(2000, 0.15 * 0.7 + 0.85 * 0.08))
        low, high = estimate(counted, 2000, errors(*table), "a").interval
        held += low <= 0.15 <= high
    assert 88 <= held <= 100


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (None, NOT_CODED),
        (errors((2, 1, 9, 81)), "zu wenige von Hand codierte Sätze, 3 mit und 90 ohne"),
        (errors(*[(1, 9, 10, 90)] * 5), TOO_UNSURE),
    ],
)
def test_what_cannot_be_corrected_says_so(known: Errors | None, reason: str) -> None:
    found = estimate(240, 1000, known, "a")
    assert (found.corrected, found.share, found.reason) == (False, 0.24, reason)


def test_sentences_of_a_piece_that_are_alike_widen_the_interval() -> None:
    alike, mixed = Spread(), Spread()
    for n in range(20):
        alike.add(20 if n % 2 else 0, 20)
        mixed.add(10, 20)
    assert alike.effect > 10
    assert mixed.effect == 1.0
    narrow, wide = (estimate(200, 400, None, "a", spread=s.effect).interval for s in (mixed, alike))
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])


def gold(voice: str, stance: str, rhetoric: str) -> GoldSentence:
    layers = {"voice": voice, "stance": {"tempolimit": stance}, "rhetoric": [rhetoric]}
    return GoldSentence(sentence_id="probe:0", commentary_id="probe", text="Ein Satz.", layers=layers)


@pytest.mark.parametrize(
    ("row", "said", "cell", "yes"),
    [
        (gold("author", "favor", "irony"), ("author", "favor"), (1, 0, 0, 0), [(1, 0, 0, 0)]),
        (gold("author", "favor", "irony"), ("author", "against"), (1, 0, 0, 0), [(0, 1, 0, 0)]),
        (gold("author", "favor", "irony"), ("other", "favor"), (0, 1, 0, 0), None),
        (gold("other", "favor", "none"), ("author", "favor"), (0, 0, 1, 0), None),
        (gold("author", "unrelated", "none"), ("author", "unrelated"), (0, 0, 0, 1), None),
        (gold("author", "favor", "none"), ("author", says("favor", 0.4, abstained=True)), (0, 1, 0, 0), None),
        # a sure touch is found, and says nothing of the direction
        (gold("author", "favor", "none"), ("author", touches()), (1, 0, 0, 0), None),
        (gold("author", "unrelated", "none"), ("author", touches()), (0, 0, 1, 0), None),
    ],
)
def test_errors_are_counted_as_the_pages_count(
    row: GoldSentence, said: tuple[str, str], cell: tuple[int, ...], yes: list[tuple[int, ...]] | None
) -> None:
    found = errors_of(
        [(row, prediction(0, row.text, answers(said[0], tempolimit=said[1]), {}))], codebook(), "unseen"
    )
    assert found.tables["stance.tempolimit"] == [cell]
    assert found.tables.get("stance.tempolimit.favor") == yes
    # of what is yes, another answer than yes is a false no; an answer that is yes is rightly no "no"
    no = [(0, 0, cell[1], cell[0]) for cell in yes] if yes else None
    assert found.tables.get("stance.tempolimit.against") == no
    assert sum(map(sum, found.tables["rhetoric.irony"])) == 1


def test_an_open_direction_counts_as_touched_and_not_among_the_answers() -> None:
    rows = [
        ("Eins.", answers(tempolimit="favor")),
        ("Zwei.", answers(tempolimit=touches())),
        ("Drei.", answers()),
    ]
    counts = counts_of(view_piece(piece(*rows), codebook(), number=1), codebook())
    assert counts["stance.tempolimit"] == (2, 3)
    assert counts["stance.tempolimit.favor"] == (1, 1)
