"""The words and features that moved a prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from schemas.codebook import Layer
from schemas.records import SetPrediction
from train.model import Batch, Model

Array = Any
Reasons = list[tuple[str, float]]


def reasons_for(model: Model, batch: Batch, answers: Mapping[str, Sequence[Any]]) -> dict[str, list[Reasons]]:
    """For each layer and sentence the readable features that spoke most for the answer.

    A feature's weight is its share in the score of the answer's code, less its mean share in all
    codes' scores. A stance has no reasons of its own yet.
    """
    count = model.meta.settings.reasons
    layers = {layer.id: layer for layer in model.meta.book.layers}
    named = [name for name in answers if layers[name].kind != "stance"]
    if model.readable is None or not count or not named:
        return {}
    features, columns, names = model.readable
    matrix = features.transform(batch.passages)
    found = {}
    for name in named:
        codes, planes = _planes(layers[name], model.heads[name], columns)
        if codes:
            found[name] = _strongest(matrix, _moved(matrix, codes, planes, answers[name]), names, count)
    return found


def _moved(matrix: Any, codes: Sequence[str], planes: Array, answers: Sequence[Any]) -> Array:
    """What each cell of the matrix adds to the scores of the codes its row was given."""
    place = {code: i for i, code in enumerate(codes)}
    given = np.zeros((len(answers), len(codes)))
    for i, answer in enumerate(answers):
        for code in answer.codes if isinstance(answer, SetPrediction) else (str(answer.code),):
            if code in place:
                given[i, place[code]] = 1
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    moved = np.zeros(len(matrix.data))
    for i, plane in enumerate(planes):
        moved += given[row, i] * plane[matrix.indices]
    return moved * matrix.data


def _strongest(matrix: Any, moved: Array, names: Sequence[str], count: int) -> list[Reasons]:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -moved, row))
    best = order[np.arange(len(order)) - np.repeat(matrix.indptr[:-1], np.diff(matrix.indptr)) < count]
    best = best[moved[best] > 0]
    found: list[Reasons] = [[] for _ in range(matrix.shape[0])]
    cells = zip(row[best].tolist(), matrix.indices[best].tolist(), moved[best].round(6).tolist(), strict=True)
    for i, column, weight in cells:
        found[i].append((names[column], weight))
    return found


def _planes(layer: Layer, heads: dict[str, Any], columns: Array) -> tuple[list[str], Array]:
    """For each code, what a unit of each feature adds to its score beyond the other codes'."""
    if layer.kind == "set":
        pairs = {code: (head, True) for code, head in heads.items() if len(head.classes_) > 1}
    else:
        pairs = {str(code): (heads["code"], code) for code in heads["code"].classes_}
    pairs = {code: pair for code, pair in pairs.items() if hasattr(pair[0], "coef_")}
    planes = [_plane(head, code, columns) for head, code in pairs.values()]
    return list(pairs), np.array(planes)


def _plane(head: Any, code: Any, columns: Array) -> Array:
    weights = head.coef_[:, columns].astype(np.float64) * head.scale_[:, None]
    return weights[list(head.classes_).index(code)] - weights.mean(axis=0)
