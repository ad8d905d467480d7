import pytest

from schemas.codebook import Code, Codebook, Layer
from schemas.errors import DataError
from schemas.records import GoldSentence
from small_gold import gold
from train.selection.simulate import lines, simulate
from train.selection.stopping import stopping_hint


@pytest.fixture(scope="module")
def book() -> Codebook:
    codes = [Code(id=name, label=name) for name in ("claim", "report")]
    layer = Layer(id="function", kind="one", label="Art", codes=codes)
    return Codebook(codebook="b", version="1.0.0", language="de", title="B", layers=[layer])


@pytest.fixture(scope="module")
def rows() -> list[GoldSentence]:
    """Commentaries of four sentences each, of which none is copied."""
    return [
        GoldSentence(
            sentence_id=row.sentence_id, commentary_id=f"k{n // 4}",
            text=f"{row.text} Zeile{n} Blatt{n} Heft{n} Band{n} Regal{n} Saal{n} Haus{n} Weg{n}",
            layers={"function": row.layers["function"]},
        )
        for n, row in enumerate(gold())
    ]  # fmt: skip


@pytest.mark.slow
def test_all_strategies_begin_alike_and_random_is_what_they_are_held_against(
    rows: list[GoldSentence], book: Codebook
) -> None:
    report = simulate(rows, book, budget=60, steps=3, seeds=2)
    assert report.labels == [20, 40, 60]
    assert len({of.macro_f1[0] for of in report.strategies.values()}) == 1
    assert [a.difference for a in report.strategies["random"].against_random] == [0, 0, 0]
    assert [line[0] for line in lines(report)] == ["random", "uncertainty", "diverse", "mixed"]


def test_the_same_simulation_gives_the_same_figures(rows: list[GoldSentence], book: Codebook) -> None:
    first, again = (
        simulate(rows, book, strategies=["mixed"], budget=40, steps=2, seeds=1, by_sentence=True)
        for _ in "ab"
    )
    assert first == again


def test_too_little_gold_is_said(rows: list[GoldSentence], book: Codebook) -> None:
    with pytest.raises(DataError, match="fewer than 10 a batch"):
        simulate(rows[:20], book)


@pytest.mark.slow
def test_the_hint_has_an_interval_around_the_gain_of_a_doubling(
    rows: list[GoldSentence], book: Codebook
) -> None:
    hint = stopping_hint(rows, book, settings=None).layers["function"]
    assert hint.interval is not None and hint.gain is not None
    assert hint.interval[0] <= hint.gain <= hint.interval[1]
    assert hint.verdict in ("stop", "go on", "open")
