"""What each model of a layer reads: columns of a sentence's features, and features of pairs with a target."""

from collections.abc import Sequence
from typing import Any

import scipy.sparse as sp

from train.classifiers.fitted import Evidence
from train.features.sentence import BLOCKS, EMBEDDING, SAID, VECTORS, SentenceFeatures
from train.features.target_pairs import PairTokens
from train.features.token_counts import Counted, TokenCounts
from train.settings import Settings

#: The blocks of a sentence that are not its own words and letters.
CUES = tuple(block for block in BLOCKS if block not in ("word", "char"))
#: Those that stances read as well.
SHARED = ("word", "char", "edge", "cue")
#: The blocks of a sentence and a target: whether rare tokens weigh more.
PAIRS = {"mention": False, "topic": False, "cross": True}
#: With more coded sentences trees were far behind, and cost most of the time.
_MOST_FOR_TREES = 5000

#: Blocks of a sentence and a target, by name.
PairFeatures = dict[str, TokenCounts]


def fit_pairs(pairs: PairTokens) -> tuple[PairFeatures, sp.csr_matrix]:
    """The fitted blocks of pairs of a sentence and a target, and their matrix."""
    blocks = {name: TokenCounts(idf=idf) for name, idf in PAIRS.items()}
    parts = [block.fit_transform(getattr(pairs, name)) for name, block in blocks.items()]
    return blocks, sp.hstack(parts, format="csr")


def count_pairs(blocks: PairFeatures, pairs: PairTokens) -> list[Counted]:
    """What the fitted blocks know of pairs."""
    return [block.count(getattr(pairs, name)) for name, block in blocks.items()]


def evidence_of(features: SentenceFeatures, *, several: bool = False, rows: int = 0) -> Evidence:
    """What each model of a layer reads.

    For one code the machine reads all that is counted, regressions what is said in the sentence and what it
    and its neighbours mean, the trees how it is said. Several codes are told by the sentence alone. Without
    an encoder, which takes most of the time, there are no trees either: they would take most of what is left.

    Parameters
    ----------
    several
        Whether a sentence has any number of codes.
    rows
        Coded sentences: trees are left out where there are very many.
    """
    has_trees = bool(features.encoder) and not several and rows <= _MOST_FOR_TREES
    machine = SAID if several else features.blocks
    regressions = [features.columns(names) for names in (SAID, (EMBEDDING,) if several else VECTORS)]
    return Evidence(
        machine=features.columns(machine),
        cues=features.columns([block for block in CUES if block in machine]),
        regressions=[columns for columns in regressions if len(columns)],
        forest=features.columns(CUES if has_trees else ()),
    )


def new_classifier(settings: Settings, rows: int, balances: Sequence[float], seed: int) -> Any:
    """An untrained classifier for so many rows: ours, or the estimator that the settings name."""
    folds = settings.folds(rows)
    if not settings.estimator:
        from train.classifiers.linear import CalibratedLinear

        return CalibratedLinear(balances=balances, folds=folds, random_state=seed)
    from train.classifiers.named_estimator import CalibratedEstimator, load_estimator

    estimator = load_estimator(settings.estimator, seed)
    return CalibratedEstimator(estimator, balances=balances, folds=folds, random_state=seed)
