"""From several codings to gold: what each rule decides, and what it leaves open."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from exports.adjudication.adjudicate import AdjudicationReport, adjudicate
from exports.adjudication.rules import RULES, majority, unanimous
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError
from schemas.records import Annotation, GoldSentence, LayerValue
from schemas.studio_json import TaskData

Row = Callable[..., Annotation]
Decide = Callable[..., tuple[GoldSentence, AdjudicationReport]]


def context(*sentence_ids: str) -> dict[str, TaskData]:
    return {
        name: TaskData(
            sentence_id=name,
            commentary_id=name.partition(":")[0],
            text=f"Satz {name}.",
            before="Davor.",
            title="Stau",
            author="Erna Beispiel",
        )
        for name in sentence_ids
    }


@pytest.fixture
def decided(row: Row, codebook: Codebook) -> Decide:
    """The gold sentence of one layer's values, one an annotator: a, b, c, …"""

    def decide(layer: str, *values: LayerValue, rule: str = "majority") -> Any:
        rows = [row(who, "c:1", {layer: value}) for who, value in zip("abcde", values, strict=False)]
        gold, report = adjudicate(rows, context("c:1"), codebook, rule=rule)
        return gold[0], report

    return decide


# rules


@pytest.mark.parametrize(
    ("votes", "by_majority", "by_all"),
    [
        ("x", "x", "x"),
        ("xx", "x", "x"),
        ("xy", None, None),
        ("xxy", "x", None),
        ("xyz", None, None),
        ("xxyyz", None, None),
        ("xxyz", "x", None),  # most votes, though not more than half
    ],
)
def test_a_rule_decides_or_leaves_open(votes: str, by_majority: str | None, by_all: str | None) -> None:
    given = {str(n): vote for n, vote in enumerate(votes)}
    assert majority(given) == by_majority
    assert unanimous(given) == by_all


def test_the_experts_coding_counts(decided: Decide) -> None:
    gold, _ = decided("voice", "author", "author", "other", rule="expert:c")
    assert gold.layers == {"voice": "other"}
    assert gold.support["voice"] == {"annotators": 3, "agreed": 1}


def test_where_the_expert_is_silent_the_majority_decides(row: Row, codebook: Codebook) -> None:
    rows = [row(who, "c:1", {"voice": "author"}) for who in ("anna", "bert")]
    rows += [row("cleo", "c:2", {"voice": "other"}), row("anna", "c:2", {"voice": "author"})]
    gold, _ = adjudicate(rows, context("c:1", "c:2"), codebook, rule="expert:cleo")
    assert [sentence.layers["voice"] for sentence in gold] == ["author", "other"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("majorty", r'no rule "majorty"; did you mean "majority"\?.*--rule'),
        ("expert:ana", r'no coding by the expert "ana"; did you mean "anna"\?'),
        ("expert:", r'no coding by the expert ""'),
    ],
)
def test_a_rule_that_does_not_exist_is_named(rule: str, words: str, row: Row, codebook: Codebook) -> None:
    with pytest.raises(SettingsError, match=words):
        adjudicate([row("anna", "c:1")], context("c:1"), codebook, rule=rule)


@pytest.fixture
def careless(row: Row) -> list[Annotation]:
    """Anna and bert mostly agree; cleo says "other" to everything; two sentences are open."""
    voices = [("author", "author", "other")] * 20 + [("other", "other", "other")] * 20
    voices += [("author", "other", "other"), ("mixed", "author", "other")]
    return [
        row(who, f"c:{n}", {"voice": voice})
        for n, given in enumerate(voices)
        for who, voice in zip(("anna", "bert", "cleo"), given, strict=True)
    ]


def test_dawid_skene_weighs_annotators_by_their_errors(
    careless: list[Annotation], codebook: Codebook
) -> None:
    sentences = context(*dict.fromkeys(row.sentence_id for row in careless))
    by_vote, _ = adjudicate(careless, sentences, codebook)
    gold, report = adjudicate(careless, sentences, codebook, rule="dawid-skene")
    assert [row.layers.get("voice") for row in by_vote[-2:]] == ["other", None]
    assert [row.layers["voice"] for row in gold[:40]] == ["author"] * 20 + ["other"] * 20
    assert gold[0].support["voice"] == {"annotators": 3, "agreed": 2}
    assert sum(gold[-1].probabilities["voice"].values()) == pytest.approx(1, abs=1e-5)  # type: ignore[arg-type]
    assert report.rule == "dawid-skene"


@pytest.mark.parametrize("rule", list(RULES))
def test_what_all_gave_stands_by_any_rule(rule: str, row: Row, codebook: Codebook) -> None:
    layers: dict[str, LayerValue] = {
        "voice": "mixed",
        "force": 2,
        "rhetoric": ["irony", "metaphor"],
        "stance": {"tempolimit": "open", "maut": "unrelated"},
        "unsure": [],
    }
    rows = [row(who, f"c:{n}", layers) for n in range(3) for who in ("anna", "bert")]
    gold, report = adjudicate(rows, context("c:0", "c:1", "c:2"), codebook, rule=rule)
    assert [sentence.layers for sentence in gold] == [layers] * 3
    assert (report.undecided, report.ties) == (0, [])


def test_dawid_skene_lets_an_unlikely_unanimous_value_stand(row: Row, codebook: Codebook) -> None:
    """Cleo says "other" to everything, so by the estimate her lone "other" is most likely an "author"."""
    voices = [("author", "author", "other")] * 30 + [("other", "other", "other")] * 10
    rows = [
        row(who, f"c:{n}", {"voice": voice})
        for n, votes in enumerate(voices)
        for who, voice in zip(("anna", "bert", "cleo"), votes, strict=True)
    ]
    rows.append(row("cleo", "c:40", {"voice": "other"}))
    gold, _ = adjudicate(rows, context(*(f"c:{n}" for n in range(41))), codebook, rule="dawid-skene")
    assert gold[-1].probabilities["voice"]["author"] > 0.5  # type: ignore[operator]
    assert gold[-1].layers == {"voice": "other"}


# layers


def test_a_tie_is_left_out_and_listed(decided: Decide) -> None:
    gold, report = decided("voice", "author", "other")
    assert gold.layers == {}
    assert gold.undecided == ["voice"]
    assert msgspec.to_builtins(report.ties) == [
        {"sentence_id": "c:1", "layer": "voice", "votes": {"author": 1, "other": 1}}
    ]
    assert (report.sentences, report.decided, report.undecided) == (1, 0, 1)


def test_a_scale_is_decided_as_a_number(decided: Decide) -> None:
    gold, _ = decided("force", 3, 3, 1)
    assert gold.layers == {"force": 3}
    assert gold.probabilities == {"force": {"1": 0.333333, "3": 0.666667}}


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ([["irony"], ["irony"]], ["irony"]),
        ([["metaphor", "irony"], ["irony", "metaphor"]], ["irony", "metaphor"]),  # order says nothing
        ([["irony"], ["irony", "metaphor"]], None),  # one code is open, so the set is
        ([["irony"], ["irony", "metaphor"], ["metaphor"]], ["irony", "metaphor"]),  # code by code
        ([["irony"], ["irony"], ["none"]], ["irony"]),
        ([["none"], ["none"], ["irony"]], ["none"]),
        ([["irony"], ["metaphor"], ["none"]], None),  # no code has a majority, and none said "nothing"
        ([[], [], ["irony"]], []),
    ],
)
def test_a_set_is_decided_code_by_code(
    sets: list[list[str]], expected: list[str] | None, decided: Decide
) -> None:
    gold, _ = decided("rhetoric", *sets)
    assert gold.layers.get("rhetoric") == expected
    assert gold.undecided == ([] if expected is not None else ["rhetoric"])


def test_a_stance_is_decided_target_by_target(decided: Decide) -> None:
    gold, report = decided(
        "stance", {"tempolimit": "favor", "maut": "unrelated"}, {"tempolimit": "favor", "maut": "open"}
    )
    assert gold.layers == {"stance": {"tempolimit": "favor"}}
    assert gold.undecided == ["stance__maut"]
    assert gold.support["stance"] == {"annotators": 2, "agreed": 2}
    assert gold.probabilities["stance"] == {
        "tempolimit": {"favor": 1.0},
        "maut": {"open": 0.5, "unrelated": 0.5},
    }
    assert report.layers["stance"] == {"decided": 1, "undecided": 1}


def test_a_target_that_was_not_asked_is_not_voted_on(decided: Decide) -> None:
    gold, _ = decided("stance", {"tempolimit": "favor"}, {"tempolimit": "favor", "maut": "open"})
    assert gold.layers == {"stance": {"tempolimit": "favor", "maut": "open"}}


def test_words_are_not_adjudicated(decided: Decide) -> None:
    gold, _ = decided("comment", "nanu", "nanu")
    assert (gold.layers, gold.support, gold.undecided) == ({}, {}, [])


def test_whether_a_coder_was_unsure_is_no_tie(decided: Decide) -> None:
    gold, report = decided("unsure", ["unsure"], [])
    assert (gold.layers, gold.undecided, report.ties) == ({}, [], [])
    assert gold.support["unsure"] == {"annotators": 2, "agreed": 1}


# sentences


def test_one_annotators_coding_is_the_gold(row: Row, codebook: Codebook) -> None:
    layers: dict[str, LayerValue] = {"voice": "author", "rhetoric": ["irony"], "stance": {"maut": "open"}}
    gold, report = adjudicate([row("anna", "c:1", layers)], context("c:1"), codebook)
    assert gold[0].layers == layers
    assert gold[0].support["voice"] == {"annotators": 1, "agreed": 1}
    assert (report.decided, report.ties) == (1, [])


def test_a_gold_sentence_brings_its_surroundings(decided: Decide) -> None:
    gold, _ = decided("voice", "author")
    assert (gold.text, gold.before, gold.after) == ("Satz c:1.", "Davor.", "")
    assert (gold.author, gold.date, gold.index) == ("Erna Beispiel", None, 0)


def test_gold_keeps_the_order_of_the_sentences(row: Row, codebook: Codebook) -> None:
    rows = [row("anna", name, {"voice": "author"}) for name in ("b:2", "a:1", "b:1")]
    gold, _ = adjudicate(rows, context("b:1", "b:2", "b:3", "a:1"), codebook)
    assert [(sentence.sentence_id, sentence.index) for sentence in gold] == [
        ("b:1", 0),
        ("b:2", 1),
        ("a:1", 0),
    ]


def test_a_skipped_coding_has_no_vote(row: Row, codebook: Codebook) -> None:
    rows = [row("anna", "c:1", {"voice": "author"}), row("bert", "c:1", skipped=True)]
    gold, _ = adjudicate(rows, context("c:1"), codebook, rule="unanimous")
    assert gold[0].support["voice"] == {"annotators": 1, "agreed": 1}


def test_a_layer_that_is_still_to_be_done_has_no_vote(row: Row, codebook: Codebook) -> None:
    rows = [
        row("anna", "c:1", {"rhetoric": [], "voice": "author"}, incomplete=["rhetoric"]),
        row("bert", "c:1", {"rhetoric": ["irony"], "voice": "author"}),
    ]
    gold, _ = adjudicate(rows, context("c:1"), codebook)
    assert gold[0].layers == {"voice": "author", "rhetoric": ["irony"]}
    assert gold[0].support["rhetoric"] == {"annotators": 1, "agreed": 1}


def test_a_sentence_that_everybody_skipped_has_no_gold(row: Row, codebook: Codebook) -> None:
    rows = [row("anna", "c:1", skipped=True), row("anna", "c:2", {"voice": "author"})]
    gold, report = adjudicate(rows, context("c:1", "c:2"), codebook)
    assert [sentence.sentence_id for sentence in gold] == ["c:2"]
    assert (report.sentences, report.skipped) == (1, 1)


@pytest.mark.parametrize("way", ["assignment", "phase"])
def test_a_test_sentence_stays_one(way: str, row: Row, codebook: Codebook) -> None:
    coded = row("anna", "c:1", phase="test" if way == "phase" else "main")
    tests = {"c:1"} if way == "assignment" else set()
    gold, _ = adjudicate([coded], context("c:1"), codebook, tests=tests)
    assert gold[0].test


def test_a_sentence_without_its_text_is_refused(row: Row, codebook: Codebook) -> None:
    with pytest.raises(DataError, match="the text of c:2 and 1 more is not at hand"):
        adjudicate([row("anna", f"c:{n}") for n in (1, 2, 3)], context("c:1"), codebook)


def test_tendencies_say_who_codes_what_how_often(row: Row, codebook: Codebook) -> None:
    rows = []
    for n, voices in enumerate(
        (("author",) * 3, ("other", "other", "author"), ("other", "author", "author"))
    ):
        rows += [row(who, f"c:{n}", {"voice": voice}) for who, voice in zip("abc", voices, strict=True)]
    _, report = adjudicate(rows, context("c:0", "c:1", "c:2"), codebook)
    assert msgspec.to_builtins(report.annotators["a"]["voice"]) == {
        "coded": 3,
        "agreed": 2,
        "codes": {"other": 2, "author": 1},
    }
    assert report.annotators["c"]["voice"].agreed == 2


def test_the_same_codings_give_the_same_gold_in_any_order(row: Row, codebook: Codebook) -> None:
    values: Mapping[str, LayerValue] = {"a": ["irony"], "b": ["metaphor", "irony"], "c": ["metaphor"]}
    rows = [row(who, "c:1", {"rhetoric": value}) for who, value in values.items()]
    ways = [adjudicate(order, context("c:1"), codebook) for order in (rows, rows[::-1])]
    assert msgspec.json.encode(ways[0]) == msgspec.json.encode(ways[1])


# a third person


def split_votes(row: Row) -> list[Annotation]:
    layers = {"voice": "author", "stance": {"maut": "favor", "tempolimit": "against"}, "rhetoric": ["irony"]}
    other = {"voice": "other", "stance": {"maut": "against", "tempolimit": "against"}, "rhetoric": ["irony"]}
    return [row("anna", "c:1", layers), row("bert", "c:1", other)]


def test_a_third_person_decides_what_is_open_and_nothing_else(row: Row, codebook: Codebook) -> None:
    decision = row(
        "adjudication",
        "c:1",
        {"voice": "mixed", "stance": {"maut": "open", "tempolimit": "favor"}, "rhetoric": ["none"]},
    )
    context = {"c:1": GoldSentence(sentence_id="c:1", commentary_id="c", text="Satz.", layers={})}
    (gold,), report = adjudicate(split_votes(row), context, codebook, decisions={"c:1": decision})
    assert gold.layers == {
        "voice": "mixed",
        "stance": {"maut": "open", "tempolimit": "against"},
        "rhetoric": ["irony"],
    }
    assert (gold.undecided, report.ties, report.by_hand) == ([], [], 2)
    assert gold.probabilities["voice"] == {"author": 0.5, "other": 0.5}  # the soft labels stay
    assert "adjudication" not in report.annotators


@pytest.mark.parametrize("way", [{"skipped": True}, {"incomplete": ["voice"]}])
def test_a_decision_that_is_none_leaves_it_open(way: dict[str, Any], row: Row, codebook: Codebook) -> None:
    decision = row("adjudication", "c:1", {"voice": "mixed"}, **way)
    context = {"c:1": GoldSentence(sentence_id="c:1", commentary_id="c", text="Satz.", layers={})}
    (gold,), report = adjudicate(split_votes(row), context, codebook, decisions={"c:1": decision})
    assert gold.undecided == ["voice", "stance__maut"]
    assert report.by_hand == 0
