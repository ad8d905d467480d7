"""The answers of layers as numbers, for layers that rest on them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from schemas.codebook import Layer
from train.arrays import Floats
from train.layers.kinds import KINDS
from train.layers.one import OneCode
from train.layers.sets import CodeSet
from train.metrics import score_table


def answer_columns(layers: Sequence[Layer], answers: Mapping[str, Mapping[int, Any]], size: int) -> Floats:
    """The probability of every code of the layers in each of ``size`` rows: shape (size, n_codes).

    Parameters
    ----------
    answers
        By layer and place of a row. A row that has none has the mean of the others.
    """
    columns: list[Floats] = [np.zeros((size, 0))]
    for layer in _read(layers):
        given = answers.get(layer.id, {})
        codes = KINDS[layer.kind].values(layer)
        found = np.full((size, len(codes)), np.nan)
        if given:
            scores = [answer.scores for answer in given.values()]
            found[list(given)] = score_table(scores, codes)
        is_given = ~np.isnan(found[:, :1]).ravel()
        mean = found[is_given].mean(axis=0) if is_given.any() else np.zeros(len(codes))
        columns.append(np.where(is_given[:, None], found, mean))
    return np.hstack(columns)


def answer_count(layers: Sequence[Layer]) -> int:
    """The number of columns of `answer_columns`."""
    return sum(len(KINDS[layer.kind].values(layer)) for layer in _read(layers))


def _read(layers: Sequence[Layer]) -> list[Layer]:
    """Those whose answers are probabilities of codes."""
    return [layer for layer in layers if isinstance(KINDS[layer.kind], OneCode | CodeSet)]
