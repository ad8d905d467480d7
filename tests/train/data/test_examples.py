"""What a model learns from the codebook's examples, and that nothing is judged by them."""

import msgspec
import pytest
from msgspec.structs import replace

from schemas.codebook import Code, Codebook, Example, Layer
from schemas.records import GoldSentence, Layers
from train.data.examples import examples_of, without_copies
from train.fit import fit
from train.predict import predict
from train.settings import Settings

COPIED = "Die Regierung hat gestern die neuen Zahlen vorgelegt."


def example(text: str, instead: str | None = None) -> Example:
    return Example(text=text, instead=instead)


CLAIM = Code(
    id="claim",
    label="Behauptung",
    examples=[example("Das Zwirbeln schadet dem Land."), example("Zwirbeln ist ein Irrweg und bleibt es.")],
    near_misses=[example(COPIED, "report"), example("Niemand weiß, was kommt."), example("Na ja.", "gone")],
)
REPORT = Code(id="report", label="Bericht", examples=[example("Der Minister reiste am Montag nach Rom.")])
BOOK = Codebook(
    codebook="examples",
    version="1.0.0",
    language="de",
    layers=[
        Layer(
            id="function", kind="one", label="Funktion", codes=[CLAIM, REPORT, Code(id="other", label="Rest")]
        ),
        Layer(id="devices", kind="set", label="Mittel", codes=[CLAIM, REPORT]),
        Layer(id="stance", kind="stance", label="Haltung", codes=[replace(CLAIM, id="favor")]),
    ],
)


def row(i: int, text: str, **layers: object) -> GoldSentence:
    return GoldSentence(
        sentence_id=f"k{i // 5}:{i:03}",
        commentary_id=f"k{i // 5}",
        text=text,
        layers=msgspec.convert(layers, Layers),
    )


def coded(n: int = 60) -> list[GoldSentence]:
    """Claims and reports in turn, none of which speaks of what the examples speak of."""
    words = ["Das wäre falsch und niemand sollte es wollen", "Am Dienstag trat der Rat in Köln zusammen"]
    return [
        row(
            i,
            f"{words[i % 2]}, Fall {i}.",
            function=["claim", "report"][i % 2],
            devices=[["claim"], []][i % 2],
        )
        for i in range(n)
    ]


def test_examples_are_of_their_code_and_near_misses_of_the_code_to_give_instead() -> None:
    found = [(next(iter(one.layers.items())), one.text) for one in examples_of(BOOK, [])]
    own = [text for _, text in found[:5]]
    assert [value for value, _ in found[:4]] == [
        ("function", "claim"), ("function", "claim"), ("function", "report"), ("function", "report"),
    ]  # fmt: skip
    assert COPIED in own
    assert "Niemand weiß, was kommt." not in own  # of no code
    assert [value for value, _ in found[4:]] == [
        ("devices", [code]) for code in ("claim", "claim", "report", "report")
    ]


def test_a_stance_has_no_examples_for_they_lack_the_target() -> None:
    assert {name for one in examples_of(BOOK, []) for name in one.layers} == {"function", "devices"}


@pytest.mark.parametrize(
    "text", [COPIED, COPIED.upper(), "Die Regierung hat gestern die neuen Zahlen vorgelegt und schweigt."]
)
def test_an_example_that_repeats_a_coded_sentence_is_left_out(text: str) -> None:
    rows = [row(0, text, function="report")]
    assert COPIED not in [one.text for one in examples_of(BOOK, rows)]
    assert without_copies(BOOK, [row(0, "Etwas ganz anderes steht hier.", function="report")]) == BOOK


def test_examples_that_are_alike_are_all_learned_from() -> None:
    alike = replace(
        REPORT, examples=[*REPORT.examples, example("Der Minister reiste am Montag nach Rom, allein.")]
    )
    book = replace(BOOK, layers=[replace(BOOK.layers[0], codes=[CLAIM, alike])])
    assert len(examples_of(book, coded())) == 5


def test_an_example_that_repeats_a_copy_of_a_sentence_is_left_out() -> None:
    first = "Gestern legte die Regierung in Berlin die alten Zahlen zum Haushalt vor."
    second = "Gestern legte die Regierung in Berlin die alten Zahlen aus dem Jahr davor vor."
    given = example("Die alten Zahlen aus dem Jahr davor vor, wie immer.")
    book = replace(BOOK, layers=[replace(BOOK.layers[0], codes=[replace(CLAIM, examples=[given]), REPORT])])
    texts = [one.text for one in examples_of(book, [row(0, first), row(1, second)])]
    assert given.text not in texts


def test_a_test_sentence_is_not_learned_as_an_example_either() -> None:
    held_back = replace(row(900, COPIED, function="report"), test=True)
    model, _ = fit([*coded(), held_back], BOOK, settings=Settings(inner_folds=2))
    assert model.meta.layers["function"].examples == 3


def test_a_word_that_only_examples_have_is_learned() -> None:
    asked = [row(0, "Zwirbeln schadet.")]
    likely = {}
    for examples in (False, True):
        model, report = fit(coded(), BOOK, settings=Settings(inner_folds=2, examples=examples))
        (found,) = predict(model, asked)
        likely[examples] = found.layers["function"].scores["claim"]
        assert report.layers["function"].examples == (4 if examples else 0)
    assert likely[True] > likely[False] + 0.05


def test_only_coded_sentences_are_counted() -> None:
    model, report = fit(coded(), BOOK, settings=Settings(inner_folds=2))
    state = model.meta.layers["function"]
    assert report.n == model.meta.n == state.n == sum(state.codes.values()) == 60


def test_a_code_that_nobody_gave_is_not_learned_from_examples() -> None:
    rows = [one for one in coded() if one.layers["function"] == "claim"]
    rows += [
        row(500 + i, f"Und dann noch etwas, Nummer {i}.", function="other", devices=[]) for i in range(30)
    ]
    model, _ = fit(rows, BOOK, settings=Settings(inner_folds=2))
    assert list(map(str, model.classifiers["function"]["code"].classes_)) == ["claim", "other"]
    assert model.meta.layers["function"].examples == 2


def test_an_own_estimator_learns_from_them_too() -> None:
    settings = Settings(inner_folds=2, estimator="sklearn.naive_bayes:ComplementNB")
    model, _ = fit(coded(), BOOK, settings=settings)
    assert model.meta.layers["function"].examples == 4


def test_examples_with_uncertain_gold() -> None:
    model, _ = fit(coded(), BOOK, settings=Settings(inner_folds=2, soft=True))
    assert model.meta.layers["function"].examples == 4
