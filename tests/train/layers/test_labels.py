"""The labels that layers have in gold rows."""

import msgspec

from schemas.codebook import Codebook
from schemas.records import GoldSentence, Layers
from train.layers.asked import asked_pairs
from train.layers.sets import CodeSet, code_sets, with_parents


def row(sentence_id: str = "s1", **layers: object) -> GoldSentence:
    value: Layers = msgspec.convert(layers, Layers)
    return GoldSentence(sentence_id=sentence_id, commentary_id="k", text="Ein Satz.", layers=value)


def test_parents_follow_from_leaves(codebook: Codebook) -> None:
    layer = codebook.layer("rhetoric")
    assert layer
    assert with_parents(layer, ["irony"]) == ["device", "irony"]
    assert code_sets([row(rhetoric=["irony"]), row(rhetoric=[])], layer).tolist() == [
        [True, True, False, False],
        [False] * 4,
    ]
    assert CodeSet().count([row(rhetoric=["irony"])], layer)["device"] == 1


def test_a_target_that_was_not_asked_is_no_pair() -> None:
    rows = [row(stance={"rente": "open", "tempolimit": "unrelated"}), row("s2")]
    assert [tuple(pair) for pair in asked_pairs(rows, "stance")] == [
        (0, "rente", "open"),
        (0, "tempolimit", "unrelated"),
    ]
