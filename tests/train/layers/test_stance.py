"""What the pairs of sentence and target that a stance layer learns from may know."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from reading_pieces import SURE_TOUCH
from schemas.codebook import Codebook
from schemas.records import CodePrediction, GoldSentence
from train.features.passages import to_passages
from train.fit import fit
from train.layers import stance
from train.layers.kind import SuggestedPart
from train.model import LayerState, TargetState
from train.settings import Settings


def training_profiles(
    rows: list[GoldSentence], codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Mapping[str, float]]:
    """The topic profile of each commentary that a training's pairs are given."""
    profiles: dict[str, Mapping[str, float]] = {}
    pair_tokens = stance.pair_tokens

    def remember(*arguments: Any) -> Any:
        profiles.update(arguments[-1])
        return pair_tokens(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(stance, "pair_tokens", remember)
        fit(rows, codebook, settings=Settings(inner_folds=2))
    return profiles


def test_a_commentary_is_trained_on_with_a_topic_profile_that_its_own_codes_do_not_change(
    rows: list[GoldSentence], codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = msgspec.structs.replace(
        codebook, layers=[layer for layer in codebook.layers if layer.id == "stance"]
    )
    rows = [msgspec.structs.replace(row, layers={"stance": row.layers["stance"]}) for row in rows]
    recoded = [
        msgspec.structs.replace(row, layers={"stance": dict.fromkeys(row.layers["stance"], "favor")})
        if row.commentary_id == rows[0].commentary_id
        else row
        for row in rows
    ]
    before, after = (training_profiles(gold, book, monkeypatch) for gold in (rows, recoded))
    own = to_passages(rows)[0].whole
    assert before[own] == after[own]
    assert any(before[whole] != after[whole] for whole in before)


def suggested(settings: Settings = Settings(), **answers: CodePrediction) -> SuggestedPart:
    """What is suggested of these answers by a model that has often been asked about each target but ``rare``."""
    often = TargetState(asked=500, touched=100, codes={"favor": 50, "against": 50, "unrelated": 400})
    state = LayerState(
        kind="stance",
        n=500,
        codes={"favor": 100, "against": 100, "open": 1, "unrelated": 800},
        trained=True,
        reason=None,
        thresholds={},
        choices={},
        targets={name: often for name in answers if name != "rare"},
    )
    return stance.Stance().suggest("stance", answers, state, settings)


def answer(code: str, *, abstained: bool = False, **more: Any) -> CodePrediction:
    scores = dict.fromkeys(("favor", "against", "unrelated"), 0.3)
    return CodePrediction(code=code, score=0.4, threshold=0.5, abstained=abstained, scores=scores, **more)


@pytest.mark.parametrize(
    ("given", "value", "touched", "source"),
    [
        (answer("favor"), "favor", False, None),
        (answer("favor", touch=SURE_TOUCH), "favor", False, None),
        (answer("favor", touch=SURE_TOUCH, direction_from="commentary"), "favor", False, "commentary"),
        (answer("favor", touch=SURE_TOUCH, direction_from="author"), "favor", False, "author"),
        (answer("favor", abstained=True), None, False, None),
        (answer("favor", abstained=True, touch=SURE_TOUCH), None, True, None),
        (answer("favor", abstained=True, touch=SURE_TOUCH, direction_from="author"), None, True, None),
        (answer("unrelated"), "unrelated", False, None),
        (answer("unrelated", direction_from="author"), "unrelated", False, None),
        (answer("unrelated", abstained=True, touch=SURE_TOUCH), None, True, None),
        (answer("unrelated", touch=SURE_TOUCH), None, True, None),
        (answer("open", touch=SURE_TOUCH), None, True, None),  # too few examples of the code
    ],
)
def test_a_sure_touch_without_a_direction_is_named_and_is_no_answer(
    given: CodePrediction, value: str | None, touched: bool, source: str | None
) -> None:
    part = suggested(maut=given)
    assert part.value == ({"maut": value} if value else None)
    assert list(part.touched) == ["maut"] * touched
    assert part.direction_from == ({"maut": source} if source else {})


def test_a_target_that_is_not_tested_is_never_named_as_touched() -> None:
    part = suggested(rare=answer("favor", abstained=True, touch=SURE_TOUCH), maut=answer("favor"))
    assert (part.value, list(part.touched), part.withheld) == ({"maut": "favor"}, [], ["untested"])
