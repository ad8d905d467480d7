"""What moved a prediction, in names that a person understands."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
import scipy.sparse as sp

from schemas.records import UNRELATED, CodePrediction
from train.arrays import Floats, Ints
from train.features.naming import LAYERS, MEANING, OTHERS, Subjects, tell
from train.features.passages import Passage
from train.features.sentence import VECTORS
from train.layers.kinds import KINDS
from train.model import Batch, Model
from train.pipelines import columns_of, pipeline_named

Reasons = list[tuple[str, float]]

#: The least share in what speaks for an answer that is worth naming.
LEAST = 0.05


def reasons_for(
    model: Model, batch: Batch, predictions: Mapping[str, Sequence[Any]]
) -> dict[str, list[Reasons | None]]:
    """For each layer and sentence what spoke most for the prediction (names: `train.features.naming`).

    What a feature adds is its share in the score of the predicted code, less its mean share in all
    codes' scores. Features of one name are added up, all that has no name is one sum, and a weight is
    the part of all that speaks for the code: 0 to 1. A stance has reasons for each target that is
    predicted to be touched, under ``layer__target``: what adds to the log-odds of a touch. None where
    nothing was asked, empty where what has a name says little.
    """
    if model.readable is None or not model.meta.settings.reasons or not predictions:
        return {}
    matrix, passages = model.readable[0].transform(batch.passages), list(batch.passages)
    vectors = model.features.encoded(batch.passages) if model.features else np.zeros((len(batch.passages), 0))
    reasons: dict[str, list[Reasons | None]] = {}
    for name, layer_predictions in predictions.items():
        if name in batch.pairs:
            reasons |= _of_stances(model, name, matrix, batch, passages, layer_predictions)
        elif _weighed_codes(model, name):
            reasons[name] = _of_codes(model, name, matrix, vectors, batch, passages, layer_predictions)
    return reasons


def _of_codes(
    model: Model,
    name: str,
    matrix: Any,
    vectors: Floats,
    batch: Batch,
    passages: Sequence[Passage],
    predictions: Sequence[Any],
) -> list[Reasons | None]:
    codes, code_weights = _code_weights(model, name)
    kind, classifiers = KINDS[model.meta.layers[name].kind], model.classifiers[name]
    chosen = _chosen(codes, [kind.predicted_codes(prediction) for prediction in predictions])
    meant = (chosen * (vectors @ _vector_weights(model, name).T)).sum(axis=1)
    total = np.zeros(len(predictions))
    for i, (classifier, value) in enumerate(_weighed_codes(model, name).values()):
        part = next(part for part, other in classifiers.items() if other is classifier)
        total += chosen[:, i] * _score_gap(classifier, batch.scores[name, part], value)
    moved = sp.csr_matrix((_moved(matrix, code_weights, chosen), matrix.indices, matrix.indptr), matrix.shape)
    parts = sp.hstack([moved, meant[:, None]], format="csr")
    told = _told(parts, _subjects(model, None), total, passages, model.meta.settings.reasons)
    return [reasons if any(row) else None for reasons, row in zip(told, chosen, strict=True)]


def _of_stances(
    model: Model,
    name: str,
    matrix: Any,
    batch: Batch,
    passages: Sequence[Passage],
    predictions: Sequence[dict[str, CodePrediction]],
) -> dict[str, list[Reasons | None]]:
    pairs = batch.pairs[name]
    numbers = pairs.pairs
    targets = [numbers.names[i] for i in numbers.target.tolist()]
    by_layer_target: dict[str, list[Reasons | None]] = {
        f"{name}__{target}": [None] * len(predictions) for target in sorted(set(targets))
    }
    touch = model.touches.get(name)
    chosen = np.array(
        [
            i
            for i, (row, target) in enumerate(zip(numbers.row.tolist(), targets, strict=True))
            if predictions[row][target].code != UNRELATED
        ],
        dtype=np.int64,
    )
    if touch is None or pairs.parts is None or not len(chosen):
        return by_layer_target
    rows = numbers.row[chosen]
    matrix = sp.hstack([matrix[rows], pairs.own(chosen)], format="csr")
    matrix.data *= _pair_weights(model, name)[matrix.indices]
    matrix.data *= np.repeat(touch.words_weight([targets[i] for i in chosen]), np.diff(matrix.indptr))
    _, meaning, around, answers = pairs.parts[chosen].T
    parts = sp.hstack([matrix, np.column_stack([meaning, around, answers])], format="csr")
    total = pairs.parts[chosen].sum(axis=1)
    said = [passages[row] for row in rows.tolist()]
    told = _told(parts, _subjects(model, name), total, said, model.meta.settings.reasons)
    for i, row, reasons in zip(chosen.tolist(), rows.tolist(), told, strict=True):
        by_layer_target[f"{name}__{targets[i]}"][row] = reasons
    return by_layer_target


@lru_cache(maxsize=16)  # a model predicts batch after batch
def _subjects(model: Model, stance: str | None) -> Subjects:
    """Of the readable columns, of a stance's pairs if one is named, and of what is added behind them."""
    columns = list(model.readable[2]) if model.readable else []
    if stance is None:
        return Subjects([*columns, MEANING])
    for block, counts in model.pairs[stance].items():
        columns += [f"{block}: {term}" for term in counts.get_feature_names_out().tolist()]
    return Subjects([*columns, MEANING, OTHERS, LAYERS])


def _told(
    parts: Any, subjects: Subjects, total: Floats, passages: Sequence[Passage], count: int
) -> list[Reasons]:
    """The strongest reasons of each row.

    Parameters
    ----------
    parts : sparse matrix of shape (n_rows, n_columns)
        What each column adds.
    total : ndarray of shape (n_rows,)
        What all features add, those without a column included.
    """
    row = np.repeat(np.arange(parts.shape[0]), np.diff(parts.indptr))
    place = subjects.of(parts.indices)
    known = place >= 0
    shape = (parts.shape[0], len(subjects.names))
    summed = sp.csr_matrix((parts.data[known], (row[known], place[known])), shape=shape)
    rest = total - np.asarray(summed.sum(axis=1)).ravel()
    summed.data = np.maximum(summed.data, 0)
    speaks_for = np.maximum(rest, 0) + np.asarray(summed.sum(axis=1)).ravel()
    row = np.repeat(np.arange(shape[0]), np.diff(summed.indptr))
    share = summed.data / np.maximum(speaks_for[row], 1e-12)
    worth = np.flatnonzero(share >= LEAST)
    found: list[dict[str, float]] = [{} for _ in range(shape[0])]
    for i, n, part in zip(
        row[worth].tolist(), summed.indices[worth].tolist(), share[worth].tolist(), strict=True
    ):
        if name := tell(subjects.names[n], passages[i]):
            found[i][name] = found[i].get(name, 0.0) + part
    # the strongest first, of equals the first by name
    ranked = [sorted(sorted(names.items()), key=itemgetter(1), reverse=True)[:count] for names in found]
    return [[(name, round(part, 6)) for name, part in strongest] for strongest in ranked]


@lru_cache(maxsize=16)
def _pair_weights(model: Model, name: str) -> Floats:
    """What a unit of each readable feature, then of each feature of a pair, adds to a touch's log-odds."""
    # of two classes: less the mean, twice, is the gap
    both = _class_weights(model.classifiers[name]["touched"], True, slice(None)) * 2
    shared = columns_of(model.features, pipeline_named(model.meta.settings.pipeline).shared)
    whole = np.zeros(sum(model.features.widths.values()) if model.features else 0)
    whole[shared] = both[: len(shared)]
    return np.concatenate([whole[_readable_columns(model)], both[len(shared) :]])


def _score_gap(classifier: Any, scores: Floats, value: object) -> Floats:
    """What was added to the score of a class beyond the mean of all classes."""
    scaled: Floats = scores * classifier.scale_
    gap: Floats = scaled[:, list(classifier.classes_).index(value)] - scaled.mean(axis=1)
    return gap


def _chosen(codes: Sequence[str], predicted: Sequence[list[str]]) -> Floats:
    """1 where a code is predicted for a row: shape (n_rows, n_codes)."""
    column = {code: i for i, code in enumerate(codes)}
    chosen = np.zeros((len(predicted), len(codes)))
    for i, row_codes in enumerate(predicted):
        for code in row_codes:
            if code in column:
                chosen[i, column[code]] = 1
    return chosen


def _moved(matrix: Any, code_weights: Floats, chosen: Floats) -> Floats:
    """What each cell of the matrix adds to the scores of the codes that were chosen for its row."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    moved: Floats = np.zeros(len(matrix.data))
    for i, weights in enumerate(code_weights):
        moved += chosen[row, i] * weights[matrix.indices]
    moved *= matrix.data
    return moved


@lru_cache(maxsize=32)  # a model predicts batch after batch
def _code_weights(model: Model, layer_id: str) -> tuple[list[str], Floats]:
    """For each code, what a unit of each feature adds to its score beyond the other codes'."""
    pairs = _weighed_codes(model, layer_id)
    return list(pairs), _weights_of(pairs.values(), _readable_columns(model))


@lru_cache(maxsize=32)
def _vector_weights(model: Model, layer_id: str) -> Floats:
    """As `_code_weights`, for the columns of an encoder."""
    columns = columns_of(model.features, tuple(VECTORS))
    return _weights_of(_weighed_codes(model, layer_id).values(), columns)


def _weighed_codes(model: Model, layer_id: str) -> dict[str, tuple[Any, object]]:
    pairs = KINDS[model.meta.layers[layer_id].kind].code_classes(model.classifiers[layer_id])
    return {code: pair for code, pair in pairs.items() if hasattr(pair[0], "coef_")}


def _weights_of(pairs: Iterable[tuple[Any, object]], columns: Ints) -> Floats:
    return np.array([_class_weights(classifier, code, columns) for classifier, code in pairs], np.float32)


def _readable_columns(model: Model) -> Ints:
    return model.readable[1] if model.readable else np.zeros(0, dtype=np.int64)


def _class_weights(classifier: Any, code: object, columns: Ints | slice) -> Floats:
    weights: Floats = classifier.coef_[:, columns].astype(np.float64) * classifier.scale_[:, None]
    beyond_mean: Floats = weights[list(classifier.classes_).index(code)] - weights.mean(axis=0)
    return beyond_mean
