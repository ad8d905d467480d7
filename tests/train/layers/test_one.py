"""How sure gold is of one code a sentence."""

import msgspec
import numpy as np

from schemas.codebook import Codebook
from schemas.records import GoldSentence
from train.fit import fit, model_version
from train.layers.one import soft_codes
from train.settings import Settings

QUICK = Settings(inner_folds=2)
SOFT = msgspec.structs.replace(QUICK, soft=True)


def gold(code: str, **more: object) -> GoldSentence:
    fields = {"sentence_id": "s", "commentary_id": "c", "text": "Ja.", "layers": {"function": code}} | more
    return msgspec.convert(fields, GoldSentence)


def test_a_row_speaks_as_far_as_its_gold_is_sure() -> None:
    rows = [
        gold("claim", probabilities={"function": {"claim": 0.7, "premise": 0.2, "never": 0.1}}),
        gold("premise", support={"function": {"annotators": 3, "agreed": 2}}),
        gold("premise", support={"other": {"annotators": 3, "agreed": 1}}),
        gold("claim", support={"function": {"annotators": 2, "agreed": 0}}),
    ]
    found = soft_codes(rows, "function", np.array(["claim", "premise", "premise", "claim"]))
    assert np.allclose(found, [[0.7, 0.2], [0, 2 / 3], [0, 1], [1, 0]])


def test_doubt_changes_the_model_only_where_it_is_asked_for(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    kept = [
        msgspec.structs.replace(row, layers={"function": row.layers["function"]}, support={}) for row in rows
    ]
    doubted = [
        msgspec.structs.replace(row, support={"function": {"annotators": 3, "agreed": 1 + i % 3}})
        for i, row in enumerate(kept)
    ]
    assert model_version(kept, codebook, settings=QUICK) == model_version(doubted, codebook, settings=QUICK)
    assert model_version(kept, codebook, settings=SOFT) != model_version(doubted, codebook, settings=SOFT)
    sure, unsure = (
        fit(given, codebook, settings=SOFT)[0].classifiers["function"]["code"] for given in (kept, doubted)
    )
    plain = fit(doubted, codebook, settings=QUICK)[0].classifiers["function"]["code"]
    assert np.array_equal(plain.coef_, sure.coef_)
    assert not np.array_equal(plain.coef_, unsure.coef_)
