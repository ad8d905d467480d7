"""Which commentaries of an export are to be learned from, tuned on and tested on."""

from collections import Counter
from collections.abc import Collection

import numpy as np

from exports.formats.material import Splits, Unit
from schemas.records import ContextSentence
from train.data.near_duplicates import clusters_of
from train.folds import grouped_folds

_PARTS = 10  # of which one is the test and one the validation


def split_commentaries(units: Collection[Unit], tests: Collection[str], *, seed: int) -> Splits:
    """Train, validation and test, with no commentary and no near-duplicate in two of them.

    Parameters
    ----------
    units
        Sentences; where a text is not known, nothing is known of its duplicates.
    tests
        Commentaries that are marked as a test; none: a tenth is drawn.
    """
    rows = [
        ContextSentence(sentence_id=unit.sentence_id, commentary_id=unit.commentary_id, text=unit.text or "")
        for unit in units
    ]
    clusters = clusters_of(rows)
    cluster_of = {row.commentary_id: cluster for row, cluster in zip(rows, clusters, strict=True)}
    marked = {cluster_of[name] for name in tests if name in cluster_of}
    parts = _drawn([name for name in clusters if name not in marked], seed, with_test=not marked)
    of = {name: "test" if cluster in marked else parts[cluster] for name, cluster in cluster_of.items()}
    return Splits(of, _words(of, tests, seed))


def _drawn(clusters: list[str], seed: int, *, with_test: bool) -> dict[str, str]:
    """Cluster to split: the smallest of ten parts is the test, the next the validation."""
    if not clusters:
        return {}
    fold = grouped_folds(clusters, np.ones((len(clusters), 1)), folds=_PARTS, seed=seed)
    sizes = Counter(fold.tolist())
    smallest = sorted(sizes, key=lambda number: (sizes[number], number))[:-1]
    names = ["test", "validation"] if with_test else ["validation"]
    of_fold = dict(zip(smallest, names, strict=False))
    return {name: of_fold.get(number, "train") for name, number in zip(clusters, fold.tolist(), strict=True)}


def _words(of: dict[str, str], tests: Collection[str], seed: int) -> str:
    apart = "No commentary, and no two that share sentences which are nearly the same, are in two splits."
    if tests:
        more = sum(split == "test" for split in of.values()) - sum(name in of for name in tests)
        joined = f", and {more} that share sentences with those" if more else ""
        how = f"The test split are the commentaries that the study marks as a test{joined}; "
        return f"{how}a tenth of the rest was drawn for validation (seed {seed}). {apart}"
    return f"Nothing was marked as a test: ten parts were drawn (seed {seed}), eight to train on. {apart}"
