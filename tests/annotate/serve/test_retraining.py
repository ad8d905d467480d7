"""Whether a new model is taken up rests on sentences that neither model has learned from."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.serve.retraining import HeldOut, judge, train_beside
from annotate.study.folder import Study, init_study
from reading_pieces import codebook
from schemas.codebook import Codebook
from schemas.records import GoldSentence
from small_gold import gold
from train.evaluation.comparison import Difference
from train.fit import fit
from train.persistence.folder import save_model
from train.settings import Settings

FAST = Settings(inner_folds=2)


class Here(Study):
    """A study whose codebook is that of the rows."""

    def codebook(self) -> Codebook:
        return codebook()


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = init_study(
        tmp_path / "s", codebook="kommentar-core", targets="ziele-demo", annotators=["anna"], name="s"
    )
    return Here(made.folder, made.settings)


def trained(study: Study, rows: Sequence[GoldSentence]) -> Path:
    model = fit(rows, study.codebook(), settings=FAST)[0]
    return save_model(model, study.models / model.meta.model_version)


def of_commentaries(*numbers: int) -> list[GoldSentence]:
    return [row for row in gold() if int(row.commentary_id[1:]) in numbers]


def apart(rows: Sequence[GoldSentence]) -> list[GoldSentence]:
    """The rows, with words in each commentary that no other has: else all are near-duplicates."""
    words = ("Hafen Segel Kai", "Gipfel Seil Grat", "Mehl Ofen Teig", "Note Geige Takt", "Ball Tor Rasen",
             "Feder Huf Stall", "Linse Film Licht", "Beet Rechen Laub")  # fmt: skip
    return [
        replace(row, text=f"{row.text} {words[int(row.commentary_id[1:])]} {row.sentence_id} " * 3)
        for row in rows
    ]


def turned(rows: Sequence[GoldSentence]) -> list[GoldSentence]:
    """The rows, coded the wrong way round."""
    other = {"author": "other", "other": "author", "claim": "report", "report": "claim"}
    return [
        replace(
            row,
            layers=row.layers | {name: other[str(row.layers[name])] for name in ("voice", "function")},
        )
        for row in rows
    ]


def test_a_better_model_is_taken_up_and_compared_on_the_test_share(study: Study) -> None:
    first = trained(study, turned(of_commentaries(0, 1)))
    test = [
        replace(row, commentary_id=f"t{n % 8}", sentence_id=f"t{n % 8}:{n}", test=True)
        for n, row in enumerate(gold())
    ]
    done = train_beside(study, [*of_commentaries(0, 1, 2, 3), *test], first)
    assert (done.outcome, Path(done.folder).parent) == ("taken", study.models)
    assert done.why.startswith("better or equal on the 160 sentences of the test share (macro-F1 voice +")
    assert study.latest_model().name == done.model_version


def test_a_worse_model_is_kept_aside_where_no_verb_finds_it(study: Study) -> None:
    first = trained(study, of_commentaries(0, 1, 2, 3))
    test = [
        replace(row, commentary_id=f"t{n % 8}", sentence_id=f"t{n % 8}:{n}", test=True)
        for n, row in enumerate(gold())
    ]
    rows = [*turned(of_commentaries(0, 1, 2, 3, 4, 5)), *test]
    done = train_beside(study, rows, first)
    assert done.outcome == "aside"
    assert done.why.startswith("worse in voice, function on the 160 sentences of the test share (macro-F1 ")
    assert (study.models / "aside" / done.model_version / "model.json").exists()
    assert study.latest_model() == first
    again = train_beside(study, rows, first)
    assert (again.outcome, again.why) == ("aside", "it was trained before and set aside then")


@pytest.mark.slow
def test_without_a_test_share_commentaries_coded_since_decide(study: Study) -> None:
    before, since = apart(turned(of_commentaries(0, 1))), apart(of_commentaries(2, 3, 4, 5, 6, 7))
    first = trained(study, before)
    done = train_beside(study, [*before, *since], first)
    assert done.outcome == "taken"
    assert "on the 120 sentences of commentaries coded since" in done.why


def test_where_few_are_new_the_figures_of_both_models_decide(study: Study) -> None:
    first = trained(study, of_commentaries(0, 1, 2, 3))
    done = train_beside(study, of_commentaries(0, 1, 2, 3, 4), first)
    assert done.outcome == "taken"
    assert "by the figures of both models" in done.why


def test_where_nothing_was_coded_since_nothing_is_trained(study: Study) -> None:
    first = trained(study, of_commentaries(0, 1))
    done = train_beside(study, of_commentaries(0, 1), first)
    assert (done.outcome, done.folder) == ("unchanged", str(first))
    assert list(study.models.iterdir()) == [first]


def layer(difference: float | None, *, real: bool = False) -> Difference:
    return Difference(
        macro_f1=None, against_macro_f1=None, difference=difference, interval=None, p=None, real=real, n=9
    )


@pytest.mark.parametrize(
    ("layers", "is_worse"),
    [
        ({"a": layer(-0.1)}, False),  # by chance
        ({"a": layer(-0.1, real=True)}, True),
        ({"a": layer(0.3, real=True), "b": layer(-0.1, real=True)}, True),
        ({"a": layer(0.3, real=True), "b": layer(None)}, False),
        ({}, False),
    ],
)
def test_worse_in_a_layer_beyond_chance_is_worse(layers: dict[str, Difference], is_worse: bool) -> None:
    assert judge(HeldOut(layers, "on a few")).is_worse is is_worse
