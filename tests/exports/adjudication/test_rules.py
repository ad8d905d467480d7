"""What a rule gives for layers that are decided part by part."""

from collections.abc import Callable

import pytest

from exports.adjudication.rules import Question, load_rule
from schemas.codebook import Codebook
from schemas.records import Annotation

Row = Callable[..., Annotation]


@pytest.mark.parametrize("is_ironic", [True, False])
def test_dawid_skene_decides_a_code_of_a_set_against_who_errs(
    is_ironic: bool, row: Row, codebook: Codebook
) -> None:
    said, other = (["irony"], ["none"]) if is_ironic else (["none"], ["irony"])
    rows = []
    for n in range(20):
        # carl sees irony where the others see none, and the other way round
        seen = (said, said, other) if n % 2 else (other, other, said)
        rows += [
            row(who, f"c:{n}", {"rhetoric": codes})
            for who, codes in zip(("anna", "bert", "carl"), seen, strict=True)
        ]
    rule = load_rule("dawid-skene", rows, codebook)
    question = Question(sentence_id="c:1", layer_id="rhetoric", part="irony")
    votes = {"anna": is_ironic, "carl": not is_ironic}
    assert rule.decide(question, votes) is is_ironic
    assert rule.shares(question, votes)[is_ironic] > 0.9


def test_dawid_skene_leaves_open_what_is_as_likely_as_not(row: Row, codebook: Codebook) -> None:
    rows = [row("anna", "c:1", {"rhetoric": ["irony"]}), row("bert", "c:1", {"rhetoric": ["none"]})]
    rule = load_rule("dawid-skene", rows, codebook)
    question = Question(sentence_id="c:1", layer_id="rhetoric", part="irony")
    votes = {"anna": True, "bert": False}
    assert rule.shares(question, votes) == {True: 0.5, False: 0.5}
    assert rule.decide(question, votes) is None
