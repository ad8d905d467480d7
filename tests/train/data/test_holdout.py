"""What is trained on and what is judged: nothing held out is ever trained on."""

from datetime import date, timedelta

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence
from train.data.holdout import By, Plan, hold_out, widening_of
from train.evaluate import cross_validate
from train.settings import Settings

QUICK = Settings(inner_folds=2)


@pytest.fixture
def signed(rows: list[GoldSentence]) -> list[GoldSentence]:
    """Rows with six authors and a day for each commentary, the last commentary without either."""
    found = []
    for row in rows:
        number = int(row.commentary_id[1:])
        day = date(2025, 1, 1) + timedelta(days=3 * number)
        known = number < 29
        found.append(
            msgspec.structs.replace(
                row,
                author=f"autor-{number % 6}" if known else None,
                date=day.isoformat() if known else None,
            )
        )
    return found


@pytest.mark.parametrize("by", ["commentary", "target", "author", "date"])
def test_no_commentary_is_on_both_sides(by: By, signed: list[GoldSentence], codebook: Codebook) -> None:
    held = hold_out(signed, codebook, Plan(by=by))
    assert held.splits
    for train, test in held.splits:
        assert train and test
        assert not {row.commentary_id for row in train} & {row.commentary_id for row in test}


def test_an_author_is_on_one_side_only(signed: list[GoldSentence], codebook: Codebook) -> None:
    held = hold_out(signed, codebook, Plan(by="author"))
    assert len(held.splits) == 6  # each alone
    for train, test in held.splits:
        assert len({row.author for row in test}) == 1
        assert not {row.author for row in train} & {row.author for row in test}
    assert held.left_out == {"no author": 6}


def test_many_authors_are_held_out_in_groups(rows: list[GoldSentence], codebook: Codebook) -> None:
    many = [msgspec.structs.replace(row, author=row.commentary_id) for row in rows]
    assert len(hold_out(many, codebook, Plan(by="author")).splits) == 5


def test_what_is_judged_was_written_later_than_what_was_trained_on(
    signed: list[GoldSentence], codebook: Codebook
) -> None:
    held = hold_out(signed, codebook, Plan(by="date", gap=10))
    assert len(held.splits) == 5
    judged = 0
    for train, test in held.splits:
        last = max(date.fromisoformat(row.date or "") for row in train)
        first = min(date.fromisoformat(row.date or "") for row in test)
        assert first - last > timedelta(days=10)
        judged += len(test)
    assert judged + sum(held.left_out.values()) == len(signed)
    assert held.left_out["no date"] == 6


def test_a_held_out_target_is_not_trained_on_in_any_sentence(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    held = hold_out(rows, codebook, Plan(by="target", folds=3))
    judged: list[tuple[str, str]] = []
    for train, test in held.splits:
        asked = {target for row in test for target in row.layers["stance"]}  # type: ignore[union-attr]
        assert not any(asked & set(row.layers["stance"]) for row in train)  # type: ignore[arg-type]
        assert all(set(row.layers) == {"stance"} for row in train)
        judged += [(row.sentence_id, target) for row in test for target in row.layers["stance"]]  # type: ignore[union-attr]
    assert len(set(judged)) == len(judged)
    assert len(judged) == sum(len(row.layers["stance"]) for row in rows)  # type: ignore[arg-type]


def test_targets_that_ask_the_same_are_held_out_together(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    targets = [
        msgspec.structs.replace(t, question=codebook.targets[0].question) if t.id == "rente" else t
        for t in codebook.targets
    ]
    same = msgspec.structs.replace(codebook, targets=targets)
    for _, test in hold_out(rows, same, Plan(by="target", folds=3)).splits:
        asked = {target for row in test for target in row.layers["stance"]}  # type: ignore[union-attr]
        assert ("rente" in asked) == ("tempolimit" in asked)


def test_copies_of_what_is_judged_are_not_trained_on(signed: list[GoldSentence], codebook: Codebook) -> None:
    # commentaries 1 and 2 are of different authors and share a sentence
    shared = "Dieser lange Satz steht in beiden Stücken Wort für Wort."
    copied = [
        msgspec.structs.replace(row, text=shared) if row.sentence_id in ("k001:00", "k002:00") else row
        for row in signed
    ]
    for train, test in hold_out(copied, codebook, Plan(by="author")).splits:
        texts = {row.text for row in test}
        assert not any(row.text in texts for row in train)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("author", "--by author: the rows name none, expected at least two"),
        ("date", "--by date: the rows name none"),
    ],
)
def test_what_cannot_be_held_out_is_said(
    by: By, words: str, rows: list[GoldSentence], codebook: Codebook
) -> None:
    with pytest.raises(DataError, match=words):
        hold_out(rows, codebook, Plan(by=by))


def test_one_target_cannot_be_held_out(rows: list[GoldSentence], codebook: Codebook) -> None:
    one = [msgspec.structs.replace(row, layers={"stance": {"rente": "favor"}}) for row in rows]
    with pytest.raises(DataError, match='the rows name only "rente"'):
        hold_out(one, codebook, Plan(by="target"))


def test_a_gap_that_leaves_nothing_is_said(signed: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(DataError, match="nothing is left to train on"):
        hold_out(signed, codebook, Plan(by="date", gap=1000))


def test_a_date_that_is_none_is_refused(rows: list[GoldSentence], codebook: Codebook) -> None:
    wrong = [msgspec.structs.replace(rows[0], date="gestern"), *rows[1:]]
    with pytest.raises(DataError, match='found the date "gestern", expected YYYY-MM-DD'):
        hold_out(wrong, codebook, Plan(by="date"))


def test_one_fold_is_refused(rows: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(DataError, match="found 1 folds, expected at least 2"):
        hold_out(rows, codebook, Plan(folds=1))


@pytest.mark.slow
def test_the_report_says_how_it_held_out(signed: list[GoldSentence], codebook: Codebook) -> None:
    report = cross_validate(signed, codebook, settings=QUICK, folds=2, by="target")
    assert report.held_out
    assert (report.held_out.by, report.held_out.group) == ("target", "cluster")
    assert report.layers["function"].n == 0
    pairs = sum(len(row.layers["stance"]) for row in signed)  # type: ignore[arg-type]
    assert report.layers["stance"].n == pairs


def test_five_folds_make_intervals_half_as_wide_again(rows: list[GoldSentence], codebook: Codebook) -> None:
    assert widening_of(hold_out(rows, codebook, Plan()).splits) == pytest.approx(1.5, abs=0.01)
