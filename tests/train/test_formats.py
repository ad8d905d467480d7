"""The formats that a model's name rests on are raised when features or training change."""

from pathlib import Path

import numpy as np

from recorded import hold_format
from schemas.codebook import Codebook
from schemas.records import CodePrediction, GoldSentence, Prediction, SetPrediction
from train.evidence import fit_pairs
from train.features.passages import to_passages
from train.features.sentence import BLOCKS, SentenceFeatures
from train.features.target_pairs import TargetCues, pair_tokens
from train.fit import code_hash, model_version
from train.model import Model
from train.predict import predict
from train.settings import FEATURES_FORMAT, TRAINING_FORMAT

RECORDED = Path(__file__).with_name("formats.json")


def test_features_change_with_their_format(rows: list[GoldSentence], codebook: Codebook) -> None:
    features, passages = SentenceFeatures(tuple(BLOCKS)), to_passages(rows[:60])
    matrix = features.fit_transform(passages).tocsc()
    outputs, start = {}, 0
    for name, width in features.widths.items():
        outputs[name] = _summary(matrix[:, start : start + width])
        start += width
    cues = [TargetCues(target, codebook, known=True) for target in codebook.targets]
    pairs = np.divmod(np.arange(60 * len(cues)), len(cues))
    _, asked = fit_pairs(pair_tokens(passages, cues, *pairs, {}))
    outputs["pairs"] = _summary(asked)
    hold_format(
        RECORDED, "features", FEATURES_FORMAT, outputs,
        constant="train.settings.FEATURES_FORMAT", within=1e-3,
    )  # fmt: skip


def test_models_change_with_their_format(model: Model, other_rows: list[GoldSentence]) -> None:
    outputs = {row.sentence_id: _answers(row) for row in predict(model, other_rows[:16])}
    hold_format(
        RECORDED, "training", TRAINING_FORMAT, outputs,
        constant="train.settings.TRAINING_FORMAT", within=2e-3,
    )  # fmt: skip


def test_no_name_rests_on_the_bytes_of_the_source(
    rows: list[GoldSentence], codebook: Codebook, model: Model
) -> None:
    assert model.meta.code_hash == code_hash()
    assert model.meta.model_version == model_version(rows, codebook)


def _summary(block: object) -> list[object]:
    """Width, values, their squares, and the squares by place of row and column."""
    coo = block.tocoo()  # type: ignore[attr-defined]
    squares = coo.data.astype(np.float64) ** 2
    places = (coo.row * 31 + coo.col * 17) % 101
    return [
        int(coo.shape[1]),
        int(coo.nnz),
        round(float(squares.sum()), 4),
        round(float(squares @ places), 3),
    ]


def _answers(row: Prediction) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, layer in row.layers.items():
        if isinstance(layer, CodePrediction):
            found[name] = [layer.code, layer.score]
        elif isinstance(layer, SetPrediction):
            found[name] = [layer.codes, layer.scores]
        else:
            found[name] = {target: [answer.code, answer.score] for target, answer in layer.items()}
    return found
