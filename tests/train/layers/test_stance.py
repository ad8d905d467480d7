"""What the pairs of sentence and target that a stance layer learns from may know."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.records import GoldSentence
from train.features.passages import to_passages
from train.fit import fit
from train.layers import stance
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
        fit(rows, codebook, settings=Settings(grid=(1.0,), pipeline="ngrams"))
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
