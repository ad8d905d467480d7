"""Sentences as short vectors, and which of them stand for all: clusters on the model's own features."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import normalize

from schemas.records import ContextSentence
from train.arrays import Array, Floats, Ints
from train.features.passages import to_passages
from train.features.sentence import EMBEDDING, SAID, SentenceFeatures
from train.model import Model

#: Numbers of a vector: more told no better what is alike, and took their time.
SIZE = 50
#: From so many items on, clusters are drawn from parts of them.
_MANY = 3000


def vectors_of(rows: Sequence[ContextSentence], model: Model | None = None) -> Floats:
    """Vectors of length one (zero where nothing is known), shape (n_rows, size).

    With a model its features of what is said in a sentence: its encoder's vectors where it has one, else
    words, characters and cues. Without a model the same is counted in the rows alone.
    """
    passages = to_passages(rows)
    if model is None:
        matrix = SentenceFeatures(SAID).fit_transform(passages)
    else:
        blocks = [EMBEDDING] if model.features.encoder else SAID
        matrix = model.features.transform(passages)[:, model.features.columns(blocks)]
    size = min(SIZE, matrix.shape[0] - 1, matrix.shape[1] - 1)
    if size < 1:
        return np.asarray(matrix.toarray(), np.float64)
    reduced = TruncatedSVD(size, n_iter=2, random_state=0).fit_transform(matrix)
    return np.asarray(normalize(reduced), np.float64)


def means(vectors: Floats, owner: Ints, size: int) -> Floats:
    """The mean vector of each owner's rows, of length one."""
    total = np.zeros((size, vectors.shape[1]))
    np.add.at(total, owner, vectors)
    return np.asarray(normalize(total), np.float64)


def clusters(vectors: Floats, k: int, weights: Floats | None = None) -> tuple[Ints, Floats]:
    """The cluster of each row, and its distance to that cluster's centre.

    Nothing here depends on a seed: what is chosen for certain has to be the same in every draw.
    """
    k = min(k, len(vectors))
    make = KMeans if len(vectors) <= _MANY else MiniBatchKMeans
    estimator = make(k, n_init=1, random_state=0)
    with warnings.catch_warnings():  # fewer different texts than clusters are fine
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(vectors, sample_weight=weights)
    labels: Array = estimator.labels_.astype(np.int64)
    return labels, np.linalg.norm(vectors - estimator.cluster_centers_[labels], axis=1)
