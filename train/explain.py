"""What moved a prediction, in names that a person understands."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.records import UNRELATED, CodePrediction
from train.arrays import Array, Floats, Ints
from train.evidence import SHARED
from train.features.naming import LAYERS, MEANING, OTHERS, Subjects, tell
from train.features.passages import Passage
from train.features.sentence import VECTORS
from train.layers.kinds import KINDS
from train.model import Batch, Model

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
    if not model.meta.settings.reasons or not predictions:
        return {}
    matrix, passages = model.readable[0].transform(batch.passages), list(batch.passages)
    vectors = model.features.encoded(batch.passages)
    said = sp.hstack([matrix, np.ones((len(passages), 1))], format="csr")  # behind, what a sentence means
    cells = _cells_of(said, _subjects(model, None))
    reasons: dict[str, list[Reasons | None]] = {}
    for name, layer_predictions in predictions.items():
        if name in batch.pairs:
            reasons |= _of_stances(model, name, matrix, batch, passages, layer_predictions)
        elif _weighed_codes(model, name):
            reasons[name] = _of_codes(model, name, said, cells, vectors, batch, passages, layer_predictions)
    return reasons


def _of_codes(
    model: Model,
    name: str,
    said: Any,
    cells: "_Cells",
    vectors: Floats,
    batch: Batch,
    passages: Sequence[Passage],
    predictions: Sequence[Any],
) -> list[Reasons | None]:
    weights = _code_weights(model, name)
    kind, classifiers = KINDS[model.meta.layers[name].kind], model.classifiers[name]
    chosen = _chosen(weights.codes, [kind.predicted_codes(prediction) for prediction in predictions])
    meant = (chosen * (vectors @ weights.vectors.T)).sum(axis=1)
    total = np.zeros(len(predictions))
    for i, (classifier, value) in enumerate(_weighed_codes(model, name).values()):
        part = next(part for part, other in classifiers.items() if other is classifier)
        total += chosen[:, i] * _score_gap(classifier, batch.scores[name, part], value)
    moved = _moved(said, weights.readable, chosen)
    moved[said.indptr[1:] - 1] = meant
    told = _told(cells, moved, total, passages, model.meta.settings.reasons)
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
    cells = _cells_of(parts, _subjects(model, name))
    told = _told(cells, parts.data, total, said, model.meta.settings.reasons)
    for i, row, reasons in zip(chosen.tolist(), rows.tolist(), told, strict=True):
        by_layer_target[f"{name}__{targets[i]}"][row] = reasons
    return by_layer_target


@lru_cache(maxsize=16)  # a model predicts batch after batch
def _subjects(model: Model, stance: str | None) -> Subjects:
    """Of the readable columns, of a stance's pairs if one is named, and of what is added behind them."""
    columns = list(model.readable[2])
    if stance is None:
        return Subjects([*columns, MEANING])
    for block, counts in model.pairs[stance].items():
        columns += [f"{block}: {term}" for term in counts.terms()]
    return Subjects([*columns, MEANING, OTHERS, LAYERS])


class _Cells(NamedTuple):
    """The cells of a matrix that are about some subject, put together by row and subject.

    Parameters
    ----------
    places
        Those of the cells, of one row and subject after the other.
    sums
        For each of these cells the number of its sum.
    row, subject
        Of each sum.
    """

    names: Sequence[str]
    places: Ints
    sums: Ints
    row: Ints
    subject: Ints


def _cells_of(matrix: Any, subjects: Subjects) -> _Cells:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    subject = subjects.of(matrix.indices)
    places = np.flatnonzero(subject >= 0)
    places = places[np.lexsort((subject[places], row[places]))]
    row, subject = row[places], subject[places]
    begins = np.ones(len(places), dtype=bool)
    begins[1:] = (row[1:] != row[:-1]) | (subject[1:] != subject[:-1])
    return _Cells(subjects.names, places, np.cumsum(begins) - 1, row[begins], subject[begins])


def _told(
    cells: _Cells, parts: Floats, total: Floats, passages: Sequence[Passage], count: int
) -> list[Reasons]:
    """The strongest reasons of each row.

    Parameters
    ----------
    parts
        What each cell of the matrix adds.
    total : ndarray of shape (n_rows,)
        What all features add, those without a column included.
    """
    row, size = cells.row, len(total)
    summed = np.bincount(cells.sums, parts[cells.places], len(row))
    rest = total - np.bincount(row, summed, size)
    summed = np.maximum(summed, 0)
    speaks_for = np.maximum(rest, 0) + np.bincount(row, summed, size)
    share = summed / np.maximum(speaks_for[row], 1e-12)
    worth = np.flatnonzero(share >= LEAST)
    found: list[dict[str, float]] = [{} for _ in range(size)]
    for i, n, part in zip(
        row[worth].tolist(), cells.subject[worth].tolist(), share[worth].tolist(), strict=True
    ):
        if name := tell(cells.names[n], passages[i]):
            found[i][name] = found[i].get(name, 0.0) + part
    # the strongest first, of equals the first by name
    ranked = [sorted(sorted(names.items()), key=itemgetter(1), reverse=True)[:count] for names in found]
    return [[(name, round(part, 6)) for name, part in strongest] for strongest in ranked]


@lru_cache(maxsize=16)
def _pair_weights(model: Model, name: str) -> Floats:
    """What a unit of each readable feature, then of each feature of a pair, adds to a touch's log-odds."""
    # of two classes: less the mean, twice, is the gap
    both = _class_weights(model.classifiers[name]["touched"], True, slice(None)) * 2
    shared = model.features.columns(SHARED)
    whole = np.zeros(sum(model.features.widths.values()))
    whole[shared] = both[: len(shared)]
    return np.concatenate([whole[model.readable[1]], both[len(shared) :]])


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


def _moved(said: Any, code_weights: Floats, chosen: Floats) -> Floats:
    """What each cell of the matrix adds to the scores of the codes that were chosen for its row.

    The last cell of a row is left to what the sentence means.
    """
    size = np.diff(said.indptr)
    moved: Floats = np.zeros(len(said.data))
    for is_chosen, weights in zip(chosen.T > 0, code_weights, strict=True):
        at = np.flatnonzero(np.repeat(is_chosen, size))
        moved[at] += np.append(weights, 0)[said.indices[at]]
    moved *= said.data
    return moved


class _Weights(NamedTuple):
    """For each code what a unit of each readable feature, and of each number of an encoder's vectors, adds to
    its score beyond the other codes'.
    """

    codes: list[str]
    readable: Array
    vectors: Array


@lru_cache(maxsize=32)  # a model predicts batch after batch
def _code_weights(model: Model, layer_id: str) -> _Weights:
    pairs = _weighed_codes(model, layer_id)
    readable, vectors = (
        np.array([_class_weights(*pair, columns) for pair in pairs.values()], np.float32)
        for columns in (model.readable[1], model.features.columns(VECTORS))
    )
    return _Weights(list(pairs), readable, vectors)


def _weighed_codes(model: Model, layer_id: str) -> dict[str, tuple[Any, object]]:
    pairs = KINDS[model.meta.layers[layer_id].kind].code_classes(model.classifiers[layer_id])
    return {code: pair for code, pair in pairs.items() if hasattr(pair[0], "coef_")}


def _class_weights(classifier: Any, code: object, columns: Ints | slice) -> Floats:
    weights: Floats = classifier.coef_[:, columns].astype(np.float64) * classifier.scale_[:, None]
    beyond_mean: Floats = weights[list(classifier.classes_).index(code)] - weights.mean(axis=0)
    return beyond_mean
