"""The words and features that moved a prediction."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.records import UNRELATED, CodePrediction
from train.arrays import Floats, Ints
from train.features.sentence import EMBEDDING, VECTORS
from train.layers.kinds import KINDS
from train.model import Batch, Model
from train.pipelines import columns_of, pipeline_named

Reasons = list[tuple[str, float]]

#: What stands for many features of a pair that say one thing, in steps of no use to a reader.
TOPIC, OTHERS = "commentary: topic", "commentary: other sentences"
#: All that an encoder's vectors of the sentence and its neighbours say: none of their numbers has a name.
MEANING = "sentence: meaning"
NAMED, ITSELF = "target: named", "target: itself"
_NAMED = ("state=", "named=", "overlap=", "share=", "alias=")
_ABOUT = ("rate=", "profile=")


def reasons_for(
    model: Model, batch: Batch, predictions: Mapping[str, Sequence[Any]]
) -> dict[str, list[Reasons]]:
    """For each layer and sentence the readable features that contributed most to the prediction.

    A feature's weight is its share in the score of the predicted code, less its mean share in all
    codes' scores. A stance has reasons for each target that is predicted to be touched, under
    ``layer__target``: a feature's weight is what it adds to the log-odds of a touch, and to the score
    of the way less the mean of all ways.
    """
    count = model.meta.settings.reasons
    if model.readable is None or not count or not predictions:
        return {}
    features, _, names = model.readable
    matrix = features.transform(batch.passages)
    vectors = model.features.encoded(batch.passages) if model.features else np.zeros((len(batch.passages), 0))
    reasons: dict[str, list[Reasons]] = {}
    for name, layer_predictions in predictions.items():
        if name in batch.pairs:
            reasons |= _of_stances(model, name, matrix, vectors, batch, layer_predictions)
            continue
        codes, code_weights = _code_weights(model, name)
        if codes:
            kind = KINDS[model.meta.layers[name].kind]
            predicted = [kind.predicted_codes(prediction) for prediction in layer_predictions]
            chosen = _chosen(codes, predicted)
            moved = (_moved(matrix, code_weights, chosen), matrix.indices, matrix.indptr)
            meant = (chosen * (vectors @ _vector_weights(model, name).T)).sum(axis=1)
            told = sp.hstack([sp.csr_matrix(moved, shape=matrix.shape), meant[:, None]], format="csr")
            reasons[name] = _strongest(told, told.data, [*names, MEANING], count)
    return reasons


def _of_stances(
    model: Model,
    name: str,
    matrix: Any,
    vectors: Floats,
    batch: Batch,
    predictions: Sequence[dict[str, CodePrediction]],
) -> dict[str, list[Reasons]]:
    pairs, classifiers, merged = batch.pairs[name], model.classifiers[name], _merged(model, name)
    predicted = [str(predictions[row][target].code) for row, target in pairs.asked]
    targets = sorted({target for _, target in pairs.asked})
    by_layer_target: dict[str, list[Reasons]] = {
        f"{name}__{target}": [[] for _ in predictions] for target in targets
    }
    for code in sorted(set(predicted) - {UNRELATED}):
        chosen = np.flatnonzero(np.array(predicted) == code)
        rows = np.array([pairs.asked[i][0] for i in chosen])
        # the other sentences are a column of their own
        added = pairs.neighbour_scores
        gap = _score_gap(classifiers["touched"], added["touched"][chosen], True)
        gap += _score_gap(classifiers["direction"], added["direction"][chosen], code)
        weights, of_vectors = _pair_weights(model, name, code)
        meant = vectors[rows, : len(of_vectors)] @ of_vectors  # pairs know the sentence's own vector
        parts = sp.hstack([matrix[rows], pairs.own[chosen], np.column_stack([gap, meant])], format="csr")
        weights = np.concatenate([weights, [1.0, 1.0]])
        moved = (parts.data * weights[parts.indices], merged.place[parts.indices], parts.indptr)
        summed = sp.csr_matrix(moved, shape=(len(chosen), len(merged.names)))
        summed.sum_duplicates()
        best = _strongest(summed, summed.data, merged.names, model.meta.settings.reasons)
        for i, reasons in zip(chosen, best, strict=True):
            row, target = pairs.asked[i]
            by_layer_target[f"{name}__{target}"][row] = reasons
    return by_layer_target


class _Merged(NamedTuple):
    """Names that a person can read, and for each column of `_pair_weights` the place of its name."""

    names: list[str]
    place: Ints


@lru_cache(maxsize=8)  # a model predicts batch after batch
def _merged(model: Model, layer_id: str) -> _Merged:
    names = list(model.readable[2]) if model.readable else []
    for block, counts in model.pairs[layer_id].items():
        names += [pair_name(block, term) for term in counts.get_feature_names_out().tolist()]
    column: dict[str, int] = {}
    index = [column.setdefault(name, len(column)) for name in [*names, OTHERS, MEANING]]
    return _Merged(list(column), np.array(index))


def pair_name(block: str, term: str) -> str:
    """What people call a feature of a pair (`train.features.target_pairs` makes them).

    >>> pair_name("cross", "tempolimit|schadet"), pair_name("mention", "near=gegen")
    ('word: schadet', 'near: gegen')
    >>> pair_name("mention", "named:negation"), pair_name("mention", "rate=3_named")
    ('cue: list=negation', 'commentary: topic')
    """
    head, _, last = term.rpartition(":")
    if block == "cross":
        return f"word: {term.partition('|')[2]}"
    if block == "topic":
        return TOPIC
    if term.startswith("near="):
        return f"near: {term.removeprefix('near=')}"
    if head == "near":
        return f"near: list={last}"
    if term.startswith(_NAMED) or term.endswith("_around"):
        return TOPIC if term.startswith("share=") and "_" in term else NAMED
    if head:
        return f"cue: list={last}"
    return TOPIC if term.startswith(_ABOUT) else ITSELF


def _pair_weights(model: Model, name: str, code: str) -> tuple[Floats, Floats]:
    """What a unit of each readable feature, then of each feature of a pair, adds for a way to lean.

    Beside it the same for each number of the sentence's vector.
    """
    classifiers = model.classifiers[name]
    # of two classes: less the mean, twice, is the gap
    both = _class_weights(classifiers["touched"], True, slice(None)) * 2
    both = both + _class_weights(classifiers["direction"], code, slice(None))
    shared = columns_of(model.features, pipeline_named(model.meta.settings.pipeline).shared)
    whole = np.zeros(sum(model.features.widths.values()) if model.features else 0)
    whole[shared] = both[: len(shared)]
    columns = _readable_columns(model)
    own = whole[columns_of(model.features, (EMBEDDING,))]
    return np.concatenate([whole[columns], both[len(shared) :]]), own


def _score_gap(classifier: Any, scores: Floats, value: object) -> Floats:
    """What was added to the score of a class, as `_pair_weights` counts it."""
    scaled: Floats = scores * classifier.scale_
    gap: Floats = scaled[:, list(classifier.classes_).index(value)] - scaled.mean(axis=1)
    return gap * 2 if value is True else gap


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


def _strongest(matrix: Any, moved: Floats, names: Sequence[str], count: int) -> list[Reasons]:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -moved, row))
    best = order[np.arange(len(order)) - np.repeat(matrix.indptr[:-1], np.diff(matrix.indptr)) < count]
    best = best[moved[best] > 0]
    reasons: list[Reasons] = [[] for _ in range(matrix.shape[0])]
    cells = zip(row[best].tolist(), matrix.indices[best].tolist(), moved[best].round(6).tolist(), strict=True)
    for i, column, weight in cells:
        reasons[i].append((names[column], weight))
    return reasons


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
