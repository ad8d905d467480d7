"""A model knows its own material again, and says when a text is unlike it."""

from schemas.records import GoldSentence
from train.model import Model
from train.novelty import MIN_COMMENTARIES, author_hash, known_ngrams, novelty, novelty_reference

FOREIGN = ["Quarks zerfallen schwach, Gluonen koppeln stark, und Leptonen spüren davon nichts weiter."] * 12


def test_each_commentary_is_held_against_the_others(rows: list[GoldSentence]) -> None:
    familiar = novelty_reference(rows)
    assert len(familiar.unknown) == len({row.commentary_id for row in rows})
    assert familiar.unknown == sorted(familiar.unknown)
    assert all(0 < share < 1 for share in familiar.unknown)


def test_authors_are_remembered_without_their_names() -> None:
    row = GoldSentence(
        sentence_id="a:1", commentary_id="a", text="So ist es.", author="Grete Halm", layers={}
    )
    assert novelty_reference([row]).authors == [author_hash("grete  halm")]
    assert "Halm" not in repr(novelty_reference([row]))


def test_a_text_of_other_words_is_unusual_and_one_of_the_same_is_not(
    model: Model, other_rows: list[GoldSentence]
) -> None:
    known = known_ngrams(model.features)
    like = novelty([row.text for row in other_rows[:20]], known, model.meta.familiarity)
    unlike = novelty(FOREIGN, known, model.meta.familiarity)
    assert like and unlike
    assert (like.is_unusual, unlike.is_unusual) == (False, True)
    assert unlike.novelty_share > like.novelty_share


def test_a_short_text_or_a_small_training_says_nothing(model: Model, rows: list[GoldSentence]) -> None:
    known = known_ngrams(model.features)
    few = [
        row
        for row in rows
        if row.commentary_id in sorted({r.commentary_id for r in rows})[: MIN_COMMENTARIES - 1]
    ]
    assert novelty(["Quarks zerfallen."], known, model.meta.familiarity) is None
    assert novelty(FOREIGN, known, novelty_reference(few)) is None
