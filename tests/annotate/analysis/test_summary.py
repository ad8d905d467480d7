"""A piece in a row: counts of the author's own voice, who else speaks, and what is new."""

from itertools import pairwise

import msgspec
import pytest

from annotate.analysis.drift import Drift, drift_words
from annotate.analysis.names import mentions_in, uncovered
from annotate.analysis.piece import TaggedPiece
from annotate.analysis.summary import difference, summarise, wilson
from annotate.analysis.table_rows import columns_of, rows_of
from annotate.kinds import kind_of
from annotate.pages.reading import reading_page
from annotate.tag.report import counts_in, tag_report
from reading_pieces import STANCE, answers, codebook, devices, piece, says, touches


def dated(name: str, day: str, touched: int, of: int = 30) -> TaggedPiece:
    rows = [(f"Satz {n}.", answers(tempolimit="favor" if n < touched else "unrelated")) for n in range(of)]
    found = piece(*rows, date=day)
    return msgspec.structs.replace(
        found, commentary=msgspec.structs.replace(found.commentary, commentary_id=name)
    )


def test_relayed_stance_counts_apart_and_its_speaker_is_named() -> None:
    row = summarise(
        [
            piece(
                ("Ein Limit tut not.", answers(tempolimit="favor")),
                ("Es sei Unfug, sagte die Ministerin.", answers("other", tempolimit="against")),
                ("Mag sein.", answers(tempolimit=says("favor", 0.4, abstained=True))),
            )
        ],
        codebook(),
        model_version="probe-1",
    )[0]
    target = row.targets["tempolimit"]
    assert (target.touched, target.codes["favor"], target.codes["against"]) == (1, 1, 0)
    assert (target.abstained, target.held) == (1, 1)
    assert target.interval[0] < target.share < target.interval[1]
    assert [(s.name, s.sentences) for s in row.speakers] == [("die Ministerin", ["probe:1"])]
    assert [key.sentence_id for key in target.key_sentences] == ["probe:0"]


def test_a_touch_with_an_open_direction_counts_as_touched_and_by_no_code() -> None:
    rows = [("Eins.", answers(tempolimit="favor")), ("Zwei.", answers(tempolimit=touches()))]
    target = summarise([piece(*rows)], codebook(), model_version="m")[0].targets["tempolimit"]
    assert (target.touched, target.direction_open, sum(target.codes.values())) == (2, 1, 1)
    assert (target.share, target.abstained) == (1.0, 0)
    assert [key.sentence_id for key in target.key_sentences] == ["probe:0"]


def test_a_row_of_the_table_says_whether_a_target_is_touched_whatever_the_direction() -> None:
    given = ["favor", "unrelated", says("favor", abstained=True), touches(), touches("unrelated")]
    tagged = piece(*((f"Satz {n}.", answers(tempolimit=stance)) for n, stance in enumerate(given)))
    assert ("stance__tempolimit__touched", bool) in columns_of(codebook())
    rows = rows_of([tagged], codebook())
    assert [row["stance__tempolimit__touched"] for row in rows] == [True, False, False, True, True]
    briefs = [kind_of(STANCE).brief(STANCE, row.layers["stance"], codebook()) for row in tagged.predictions]
    assert briefs == ["tempolimit Ja", "–", "–", "tempolimit ?", "tempolimit ?"]


def test_in_words_a_code_of_a_set_that_the_model_abstains_from_has_a_question_mark() -> None:
    book = codebook()
    layer = next(layer for layer in book.layers if layer.id == "rhetoric")
    given = [devices("irony"), devices("irony", abstained=["irony"]), devices("none", abstained=["irony"])]
    briefs = [kind_of(layer).brief(layer, answer, book) for answer in given]
    assert briefs == ["Ironie/Distanz", "Ironie/Distanz?", "Keine, Ironie/Distanz?"]


def test_targets_that_are_surely_not_touched_make_no_coverage() -> None:
    given = [
        answers(tempolimit=touches()),
        *[answers(tempolimit="unrelated")] * 8,
        answers(tempolimit="favor"),
    ]
    counts = counts_in(piece(*((f"Satz {n}.", layers) for n, layers in enumerate(given))), codebook())
    assert (counts.answers["stance"], counts.abstained["stance"]) == (2, 1)
    assert tag_report("m", [counts]).coverage == round(1 - 1 / 32, 6)


def test_a_piece_is_held_against_earlier_ones_of_its_author_only() -> None:
    days = [f"2025-01-{n:02}" for n in range(1, 6)]
    pieces = [dated(f"p{n}", day, touched=2) for n, day in enumerate(days[:4])]
    rows = summarise([dated("neu", days[4], touched=25), *pieces], codebook(), model_version="m")
    assert rows[0].earlier_pieces == 4
    assert rows[0].differs and [d.what for d in rows[0].differs] == ["target.tempolimit"]
    assert rows[0].differs[0].difference[0] > 0
    assert [row.earlier_pieces for row in rows[1:]] == [0, 1, 2, 3]
    assert rows[1].differs is None  # nothing to hold it against
    assert rows[4].differs == []  # three pieces, and no difference


def test_pieces_of_one_day_are_not_earlier_than_each_other() -> None:
    rows = summarise([dated(f"p{n}", "2025-01-01", 2) for n in range(4)], codebook(), model_version="m")
    assert [row.earlier_pieces for row in rows] == [0] * 4


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 20, 0.0, 0.161), (10, 20, 0.299, 0.701), (81, 263, 0.2553, 0.3662)]
)
def test_wilson_gives_published_intervals(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=5e-4)


def test_a_wider_difference_is_farther_from_zero() -> None:
    bounds = [difference(count, 50, 5, 50)[0] for count in (5, 15, 25, 35)]
    assert all(low < high for low, high in pairwise(bounds))
    assert bounds[0] < 0 < bounds[-1]


def test_frequent_names_without_a_target_are_proposed() -> None:
    texts = [
        "Gestern sprach Ulrike Sander mit dem Rat über Lindau.",
        "Heute will Ulrike Sander nach Lindau.",
        "Morgen muss Ulrike Sander in Lindau über Tempolimit und Geduld reden.",
        "Dann fährt auch sie nach Lindau, denn das Tempolimit kommt.",
        "So will es Lindaus Rat, und so will es der Rat.",
        "Wer sonst will Tempolimit und Tempolimit?",
    ]
    found = uncovered(mentions_in(texts), codebook())
    assert [(m.name, m.sentences) for m in found] == [("Lindau", [1, 2, 3, 4, 5]), ("Sander", [1, 2, 3])]


def test_the_page_names_speaker_drift_and_proposals() -> None:
    rows = [(f"Es sei so, sagte Sabine Kern in Lindau {n}.", answers("other")) for n in range(3)]
    drift = Drift(notices=["unfamiliar_words", "unseen_author"], unknown=0.71, usual=0.52)
    page = reading_page([msgspec.structs.replace(piece(*rows), drift=drift)], codebook(), model_version="m")
    assert '<span class="speaker">Sabine Kern</span>' in page
    assert "71\u00a0% seiner Wörter und Wortpaare" in page
    assert "Von diesem Autor hat das Modell keinen Text gelernt." in page
    assert "<b>Lindau</b>" in page


def test_a_piece_like_the_training_has_no_words_of_drift() -> None:
    assert drift_words(Drift(unknown=0.5, usual=0.5), codebook()) == []


def test_devices_are_counted_without_the_exclusive_code() -> None:
    row = summarise(
        [piece(("Wie weise!", answers(rhetoric=devices("irony"))), ("Es regnet.", answers()))],
        codebook(), model_version="m",
    )[0]  # fmt: skip
    assert row.devices == {"rhetoric.irony": 1, "rhetoric.metaphor": 0}
