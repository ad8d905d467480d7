"""A kind of layer that is added to the table is adjudicated; nothing else has to know it."""

from collections.abc import Callable
from statistics import median_low
from typing import Any

import msgspec
import pytest

from exports.adjudication.adjudicate import adjudicate
from exports.adjudication.decision import Annotated, Decision, tally
from exports.adjudication.kinds import KINDS, Scale
from exports.adjudication.question import Rule
from schemas.codebook import Codebook, Layer
from schemas.records import Annotation
from schemas.studio_json import TaskData


class Number(Scale):
    """Any number; the one in the middle counts."""

    def decide(
        self, sentence_id: str, layer: Layer, annotated: Annotated, codebook: Codebook, rule: Rule
    ) -> Decision:
        numbers = [value for value in annotated.values() if isinstance(value, int)]
        return Decision(
            value=median_low(numbers),
            left_open={},
            shares={code: number / len(numbers) for code, number in tally(numbers).items()},
        )


def test_an_added_kind_is_adjudicated_by_its_own_rule(
    row: Callable[..., Annotation], codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "number", Number())
    number: Any = "number"
    book = msgspec.structs.replace(codebook, layers=[Layer(id="strength", kind=number, label="Stärke")])
    rows = [row(who, "c:1", {"strength": n}) for who, n in (("anna", 40), ("bert", 45), ("cleo", 90))]
    task = TaskData(sentence_id="c:1", commentary_id="c", text="Satz.")
    gold, report = adjudicate(rows, {"c:1": task}, book)
    assert gold[0].layers == {"strength": 45}
    assert gold[0].support == {"strength": {"annotators": 3, "agreed": 1}}
    assert report.annotators["bert"]["strength"].agreed == 1
    assert report.annotators["cleo"]["strength"].codes == {"90": 1}
