"""The plain twin: what twenty lines of scikit-learn reach on the same training and held-out rows."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from schemas.codebook import Layer
from schemas.records import GoldSentence
from train.arrays import Bools, Floats
from train.layers.kinds import KINDS
from train.metrics import many_hot, tally

#: Why a layer of stances has no twin.
NO_PAIRS = (
    "a stance is of a sentence and a target; a twin that reads sentences alone cannot tell targets apart"
)


class Twin:
    """TF-IDF of words (one or two) and of two to five characters within words, and a linear support vector
    machine with balanced weights and C 1; one against the rest, for a set a machine a code.

    Every text is counted once, and weighted anew for each training, so that a split costs a fit alone.
    """

    def __init__(self, rows: Iterable[GoldSentence]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        texts = list(dict.fromkeys(row.text for row in rows))
        self._place = {text: i for i, text in enumerate(texts)}
        words = CountVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b")
        characters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 5))
        self._counts = [_counted(vectorizer, texts) for vectorizer in (words, characters)]

    def counts(
        self, layer: Layer, train: Sequence[GoldSentence], test: Sequence[GoldSentence]
    ) -> Floats | None:
        """Hits, false alarms and misses a code on the test rows: shape (n_codes, 3).

        None for a layer of targets, and where there is nothing to train on or to judge.
        """
        train, test = ([row for row in rows if layer.id in row.layers] for rows in (train, test))
        if KINDS[layer.kind].has_targets or not train or not test:
            return None
        gold = _gold(layer, train)
        known, asked = self._features(train, test)
        given: Bools
        if KINDS[layer.kind].several:
            given = np.column_stack([_predicted(known, has, asked) for has in gold.T]).astype(bool)
        else:
            given = np.eye(gold.shape[1], dtype=bool)[_predicted(known, gold.argmax(axis=1), asked)]
        summed: Floats = tally(_gold(layer, test), given).sum(axis=0)
        return summed

    def _features(self, train: Sequence[GoldSentence], test: Sequence[GoldSentence]) -> tuple[Any, Any]:
        """TF-IDF of both, with the words and shares of training alone."""
        from sklearn.feature_extraction.text import TfidfTransformer

        parts = []
        for counts in self._counts:
            inside, outside = (counts[[self._place[row.text] for row in rows]] for rows in (train, test))
            seen = np.flatnonzero(np.bincount(inside.indices, minlength=counts.shape[1]))
            if not len(seen):  # no text of training has any word
                seen = np.zeros(1, dtype=np.int64)
            weighting = TfidfTransformer().fit(inside[:, seen])
            parts.append((weighting.transform(inside[:, seen]), weighting.transform(outside[:, seen])))
        known, asked = zip(*parts, strict=True)
        return sp.hstack(known, format="csr"), sp.hstack(asked, format="csr")


def _counted(vectorizer: Any, texts: Sequence[str]) -> sp.csr_matrix:
    try:
        return vectorizer.fit_transform(texts).astype(np.float64)
    except ValueError:  # no text has any word
        return sp.csr_matrix((len(texts), 1))


def _gold(layer: Layer, rows: Sequence[GoldSentence]) -> Bools:
    kind = KINDS[layer.kind]
    codes = [kind.gold_items(layer, row.layers[layer.id])[""] for row in rows]
    return many_hot(codes, kind.values(layer))


def _predicted(known: Any, truth: Any, asked: Any) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    if (truth == truth[0]).all():
        return np.repeat(truth[:1], asked.shape[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LinearSVC(C=1.0, class_weight="balanced", random_state=0).fit(known, truth).predict(asked)
