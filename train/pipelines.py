"""PIPELINES: the named ways from passages to a classifier."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.errors import SettingsError, near_hit
from train.arrays import Ints
from train.classifiers.fitted import Evidence
from train.features.sentence import BLOCKS, EMBEDDING, SAID, VECTORS, SentenceFeatures
from train.features.target_pairs import PairTokens
from train.features.token_counts import Counted, TokenCounts
from train.settings import Settings

if TYPE_CHECKING:
    from train.classifiers.linear import CalibratedLinear

#: Blocks of a sentence and a target, by name.
PairFeatures = dict[str, TokenCounts]

#: Makes an untrained classifier: settings, inner folds, exponents of balance to choose from, seed.
ClassifierMaker = Callable[[Settings, int, tuple[float, ...], int], Any]


def cue_blocks(blocks: Sequence[str]) -> list[str]:
    """Those that are not the sentence's own words and letters."""
    return [block for block in blocks if block not in ("word", "char")]


class Pipeline(NamedTuple):
    """Blocks of a sentence, blocks of a sentence and a target, and a classifier.

    ``blocks`` are names of `train.features.sentence.BLOCKS`; ``shared`` are those that stances use as well.
    """

    blocks: tuple[str, ...]
    pair_blocks: Callable[[], PairFeatures]
    classifier: ClassifierMaker
    shared: tuple[str, ...] = ()

    @property
    def cues(self) -> list[str]:
        """The blocks that are asked about by trees, and weigh half in the SVM."""
        return cue_blocks(self.blocks)


def _linear(settings: Settings, folds: int, balances: tuple[float, ...], seed: int) -> "CalibratedLinear":
    from train.classifiers.linear import CalibratedLinear

    return CalibratedLinear(balances=balances, folds=folds, random_state=seed)


def named_estimator(settings: Settings, folds: int, balances: tuple[float, ...], seed: int) -> Any:
    """The classifier of `Settings.estimator`, in the place of a pipeline's own."""
    from train.classifiers.named_estimator import CalibratedEstimator, load_estimator

    estimator = load_estimator(settings.estimator, seed)
    return CalibratedEstimator(estimator, balances=balances, folds=folds, random_state=seed)


def _pair_blocks() -> PairFeatures:
    return {
        "mention": TokenCounts(idf=False),
        "topic": TokenCounts(idf=False),
        "cross": TokenCounts(),
    }


#: With more coded sentences trees were far behind, and cost most of the time.
_MOST_FOR_TREES = 5000

PIPELINES: dict[str, Pipeline] = {
    "ngrams": Pipeline(("word", "char"), _pair_blocks, _linear, ("word",)),
    "default": Pipeline(tuple(BLOCKS), _pair_blocks, _linear, ("word", "char", "edge", "cue")),
}


def fit_features(blocks: Sequence[str], X: Any, encoder: str = "") -> tuple[SentenceFeatures, sp.csr_matrix]:
    """The fitted features and their matrix."""
    features = SentenceFeatures(tuple(blocks), encoder)
    return features, features.fit_transform(X)


def fit_pairs(blocks: PairFeatures, pairs: PairTokens) -> tuple[PairFeatures, sp.csr_matrix]:
    """As `fit_features`, for pairs of a sentence and a target; the blocks are fitted in place."""
    tables = pairs._asdict()
    return blocks, sp.hstack(
        [block.fit_transform(tables[name]) for name, block in blocks.items()], format="csr"
    )


def count_pairs(blocks: PairFeatures, pairs: PairTokens) -> list[Counted]:
    """What the fitted blocks know of pairs."""
    tables = pairs._asdict()
    return [block.count(tables[name]) for name, block in blocks.items()]


def columns_of(features: SentenceFeatures | None, names: Collection[str]) -> Ints:
    """The places of the columns of some blocks."""
    ranges, start = [], 0
    for name, width in features.widths.items() if features is not None else ():
        if name in names:
            ranges.append(np.arange(start, start + width))
        start += width
    return np.concatenate(ranges) if ranges else np.zeros(0, dtype=np.int64)


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
    cues = cue_blocks(features.blocks)
    has_trees = bool(features.encoder) and not several and rows <= _MOST_FOR_TREES
    machine = SAID if several else features.blocks
    regressions = [columns_of(features, names) for names in (SAID, (EMBEDDING,) if several else VECTORS)]
    return Evidence(
        machine=columns_of(features, machine),
        cues=columns_of(features, [block for block in cues if block in machine]),
        regressions=[columns for columns in regressions if len(columns)],
        forest=columns_of(features, cues if has_trees else ()),
    )


def pipeline_named(name: str) -> Pipeline:
    """The pipeline of that name.

    Raises
    ------
    SettingsError
        There is none; names those there are.
    """
    if name not in PIPELINES:
        known = ", ".join(PIPELINES)
        raise SettingsError(f'found no pipeline "{name}", expected one of {known}{near_hit(name, PIPELINES)}')
    return PIPELINES[name]
