"""What a trained model is: facts about it, and the fitted estimators."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

import msgspec
import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook
from schemas.records import GoldSentence, LayerPrediction, Record
from train.arrays import Floats, Ints
from train.classifiers.estimator_model import EstimatorModel
from train.classifiers.fitted import Classifier, LinearModel, PriorModel
from train.classifiers.forest import Forest
from train.classifiers.fusion import Weights
from train.classifiers.touch import Pairs, TouchModel
from train.evidence import CUES, SHARED, PairFeatures, new_classifier
from train.features.passages import Passage, plain_texts
from train.features.scorer import Scorer
from train.features.sentence import READABLE, SentenceFeatures
from train.features.token_counts import Counted
from train.features.topics import TopicProfiles
from train.novelty import NoveltyReference
from train.settings import Amount, Count, Settings, Share

#: Number of the file format; a reader refuses any other. The second is that of models that take a file of
#: predictions beside them: who does not know of it would leave it out unsaid.
FORMAT, STACKED_FORMAT = 7, 8

IfMissing = Literal["refuse", "fall-back"]


class TargetState(Record, frozen=True, kw_only=True):
    """How often a target was asked and touched in training, and with which codes."""

    asked: Count
    touched: Count
    codes: dict[str, Count]


class LayerState(Record, frozen=True, kw_only=True):
    """What training found out about a layer.

    Parameters
    ----------
    n
        Sentences in which the layer is coded.
    codes
        How often each code occurs.
    thresholds
        Score below which the model's answer is marked as abstained, for each code; for a set the
        score from which a code is given.
    sure
        For a set: the score below which a given code is marked as abstained. For a stance: the probability
        from which a touch alone is sure (``touched``) and from which one is answered (``answer``), and the
        score from which a direction is sure that rests on what was coded in the commentary (``commentary``).
    choices
        What inner cross-validation chose, for each classifier.
    authors
        For a stance: by hash of the author and by target, how often each direction was coded
        (`train.layers.directions`).
    not_learned
        For a set: the codes that are never given, as held-out rows do not show that they were learned
        (`train.classifiers.thresholds.is_learned`).
    examples
        Sentences of the codebook that were learned from beside the coded ones (`train.data.examples`).
    """

    kind: str
    n: Count
    codes: dict[str, Count]
    trained: bool
    reason: str | None = None
    thresholds: dict[str, Share] = {}
    sure: dict[str, Share] = {}
    choices: dict[str, dict[str, Amount]] = {}
    targets: dict[str, TargetState] = {}
    not_learned: list[str] = []
    authors: dict[str, dict[str, dict[str, Amount]]] = {}
    examples: Count = 0


class EstimatorFile(Record, frozen=True, kw_only=True):
    """The file of scikit-learn estimators that are not ours, ``estimators.skops``.

    Parameters
    ----------
    sha256
        Of the file: whoever did not train the model confirms it (`train.persistence.estimators`).
    types
        All that the file names beyond plain data.
    reads_texts
        Whether the estimators take texts, and not our features.
    """

    sha256: str = ""
    types: list[str] = []
    reads_texts: bool = False


class StackedLayer(Record, frozen=True, kw_only=True):
    """A layer whose answers rest on a file's answers too (`train.stacking`).

    Parameters
    ----------
    state
        The layer's, with the thresholds of answers that rest on both.
    weights
        When the file is believed: by code for a set, else under ``""``.
    n
        Held-out answers (sentences, or targets asked of them) that both gave.
    alone, together
        Macro-F1 of these without the file and with it, a little high, as thresholds were chosen on them.
    """

    state: LayerState
    weights: dict[str, Weights]
    n: int
    alone: float
    together: float


class Stacked(Record, frozen=True, kw_only=True):
    """What ``train --with`` a file of predictions made of a model.

    Parameters
    ----------
    predictions
        The ``model_version`` of the file.
    without
        The model's version without the file.
    if_missing
        What happens where no file is given: ``refuse``, or ``fall-back`` to the model without.
    layers
        Those that the file helps.
    left_out
        Why the others rest on the model alone, by layer.
    """

    predictions: str
    without: str
    if_missing: IfMissing
    layers: dict[str, StackedLayer]
    left_out: dict[str, str]


class ModelMeta(Record, frozen=True, kw_only=True):
    """The content of ``model.json``."""

    format: int = FORMAT
    model_version: str
    codebook: str
    codebook_version: str
    n: int
    seed: int
    settings: Settings
    encoder_hash: str = ""  # of an encoder in a folder
    layers: dict[str, LayerState]
    data_hash: str
    commentaries: list[str]  # hashes of the ids of those trained on
    versions: dict[str, str]
    code_hash: str = ""  # of the source that trained it: information, no name rests on it
    created: str | None = None
    familiarity: NoveltyReference | None = None
    figures: dict[str, Any] | None = None
    sha256: str | None = None  # of model.skops: shows damage, proves no origin
    estimator: EstimatorFile | None = None  # where settings name an estimator
    stacked: Stacked | None = None
    book: Codebook


@dataclass(frozen=True, eq=False)
class FittedLayer:
    """The classifiers of a layer by their part in it; for stances pair features and topics.

    ``held_out`` gives what the layer predicted for each row, by its index, while that row was held out
    in tuning; it is computed only when called.
    """

    state: LayerState
    classifiers: dict[str, Any]
    pairs: PairFeatures | None = None
    topics: TopicProfiles | None = None
    touch: TouchModel | None = None
    held_out: Callable[[], Mapping[int, LayerPrediction]] = dict


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model.

    Parameters
    ----------
    features
        The fitted blocks of a sentence, shared by all layers.
    classifiers
        The classifiers of each trained layer: ``code`` for one and scale, the code's name for a
        set, ``touched`` and ``direction`` for a stance.
    pairs
        For each stance layer, the fitted blocks of a sentence and a target.
    topics
        For each stance layer with targets asked often enough, their `train.features.topics.TopicProfiles`.
    touches
        For each stance layer with touched and untouched targets, what weighs the evidence of a touch.
    """

    meta: ModelMeta
    features: SentenceFeatures
    classifiers: dict[str, dict[str, Classifier]]
    pairs: dict[str, PairFeatures]
    topics: dict[str, TopicProfiles]
    touches: dict[str, TouchModel]

    @cached_property
    def scorer(self) -> tuple[Scorer | None, dict[tuple[str, str], slice]]:
        """The weights of all classifiers side by side, and the columns of each."""
        slots: dict[tuple[str, str], slice] = {}
        weights, at = [], 0
        shared = self.features.columns(SHARED)
        for name, classifiers in self.classifiers.items():
            for part, classifier in classifiers.items():
                if not hasattr(classifier, "coef_"):
                    continue
                columns = classifier.coef_.T
                if name in self.pairs:  # weighs some blocks only
                    columns = np.zeros(
                        (sum(self.features.widths.values()), len(classifier.classes_)), np.float32
                    )
                    columns[shared] = classifier.coef_.T[: len(shared)]
                weights.append(columns)
                slots[name, part] = slice(at, at + columns.shape[1])
                at += columns.shape[1]
        return (Scorer(self.features, np.hstack(weights)) if weights else None), slots

    @cached_property
    def forests(self) -> tuple[dict[tuple[str, str], Forest], SentenceFeatures | None]:
        """The forests of the classifiers that have one, and the features they are asked about."""
        forests = {
            (name, part): classifier.forest_
            for name, classifiers in self.classifiers.items()
            for part, classifier in classifiers.items()
            if isinstance(classifier, LinearModel) and classifier.forest_ is not None
        }
        return forests, self.features.only(CUES) if forests else None

    @cached_property
    def readable(self) -> tuple[SentenceFeatures, Ints, list[str]]:
        """The features that people can read: they alone, their columns, and their names."""
        features = self.features.only(READABLE)
        names = [name.replace("__", ": ", 1) for name in features.get_feature_names_out()]
        return features, self.features.columns(READABLE), names

    def scores(self, passages: Sequence[Passage]) -> dict[tuple[str, str], Floats]:
        """What the sentences' features add to the scores of each classifier (`Batch.scores`)."""
        scorer, slots = self.scorer
        found = self._estimator_scores(passages)
        if scorer is None:
            return found
        scores = scorer.scores(passages).astype(np.float64)
        forests, cues = self.forests
        if cues is not None:
            matrix = cues.transform(passages)
            for key, forest in forests.items():
                scores[:, slots[key]] += forest.scores(matrix)
        return found | {key: scores[:, slot] for key, slot in slots.items()}

    def _estimator_scores(self, passages: Sequence[Passage]) -> dict[tuple[str, str], Floats]:
        """Those of scikit-learn estimators that are not ours."""
        found: dict[tuple[str, str], Floats] = {}
        X: Any = None
        for name, classifiers in self.classifiers.items():
            for part, classifier in classifiers.items():
                if not isinstance(classifier, EstimatorModel):
                    continue
                if X is None:  # all estimators of a model read the same
                    texts = classifier.reads_texts
                    X = plain_texts(passages) if texts else self.features.transform(passages)
                found[name, part] = classifier.scores(X)
        return found

    def with_reasons(self, count: int) -> "Model":
        """The model that names so many reasons of an answer at most; none saves a quarter of the time."""
        settings = msgspec.structs.replace(self.meta.settings, reasons=count)
        return replace(self, meta=msgspec.structs.replace(self.meta, settings=settings))

    def with_figures(self, figures: dict[str, Any]) -> "Model":
        """The model with an evaluation's figures, which go into its folder's card."""
        meta = msgspec.structs.replace(self.meta, figures=figures)
        return replace(self, meta=meta)


class TrainingData(NamedTuple):
    """What the layers of one training share: passages and features of the rows, then of the examples."""

    rows: Sequence[GoldSentence]
    passages: Sequence[Passage]
    features: SentenceFeatures
    matrix: sp.csr_matrix  # shape (n_rows + n_examples, n_features)
    groups: Sequence[str]  # rows of one name are held out together
    clusters: Sequence[str]  # the same for what may know an author: commentaries that share sentences
    codebook: Codebook
    settings: Settings
    seed: int
    reads_texts: bool = False  # the settings' estimator does
    answers: Floats = np.zeros((0, 0))  # what other layers say of each row while it was held out
    examples: Sequence[GoldSentence] = ()  # of the codebook; coded in one layer each, and only learned from

    def classifier(self, size: int, balances: tuple[float, ...]) -> Any:
        """An untrained classifier for so many rows."""
        return new_classifier(self.settings, size, balances, self.seed)

    def inputs(self, places: Ints) -> Any:
        """What a classifier of sentences reads at places: their features, or the texts themselves."""
        if self.reads_texts:
            return plain_texts(self.passages)[places]
        return self.matrix[places]

    def examples_of(self, layer_id: str, seen: Collection[str]) -> tuple[list[GoldSentence], Ints]:
        """Those of a layer whose code was coded as well, and their places behind the rows."""
        values = [row.layers.get(layer_id) for row in self.examples]
        codes = [value[0] if isinstance(value, list) else value for value in values]
        chosen = [i for i, code in enumerate(codes) if code in seen]
        return [self.examples[i] for i in chosen], len(self.rows) + np.array(chosen, dtype=np.int64)

    def without_examples(self) -> Self:
        n = len(self.rows)
        return self._replace(passages=self.passages[:n], matrix=self.matrix[:n], examples=())

    def groups_of(self, places: Sequence[int]) -> list[str]:
        return [self.groups[i] for i in places]


RequestedTargets = Mapping[str, Sequence[str]]  # the targets to answer, for each stance layer


class PairBatch(NamedTuple):
    """Pairs of a sentence and a target that is asked of it, and what is known of each.

    Parameters
    ----------
    pairs
        The sentence's place in the batch, and the target.
    counts
        What the blocks of a pair know of these pairs: of all that were looked at.
    places : int ndarray of shape (n_pairs,)
        Where each pair is among those.
    scores : dict of ndarray of shape (n_pairs, n_classes)
        Those of the words of each pair, of each step, before calibration.
    touched : ndarray of shape (n_pairs,)
        The probability of a touch.
    parts : ndarray of shape (n_pairs, 4) or None
        What speaks for it (`train.classifiers.touch.TouchModel.parts`).
    """

    pairs: Pairs
    counts: Sequence[Counted]
    places: Ints
    scores: dict[str, Floats]
    touched: Floats
    parts: Floats | None

    def own(self, chosen: Ints) -> sp.csr_matrix:
        """The features of some pairs: shape (n_chosen, n_pair_features)."""
        return sp.hstack([counted.matrix(self.places[chosen]) for counted in self.counts], format="csr")

    def only(self, kept: Ints) -> "PairBatch":
        """Those of some pairs."""
        return PairBatch(
            self.pairs._replace(row=self.pairs.row[kept], target=self.pairs.target[kept]),
            self.counts,
            self.places[kept],
            {part: scores[kept] for part, scores in self.scores.items()},
            self.touched[kept],
            None if self.parts is None else self.parts[kept],
        )


class Batch(NamedTuple):
    """What the layers of one prediction share; without ``asked`` every target is answered.

    ``scores`` has for each classifier, by layer and part, what the sentences' features add to its
    scores: shape (n_rows, n_classes). ``pairs`` has for each stance layer its pairs, ``answers`` the
    probabilities of the other layers' codes: shape (n_rows, n_answers).
    """

    passages: Sequence[Passage]
    commentaries: Sequence[str]
    authors: Sequence[str | None]
    indexes: Sequence[int | None]
    scores: Mapping[tuple[str, str], Floats]
    asked: Sequence[RequestedTargets] | None = None
    pairs: Mapping[str, PairBatch] = {}
    answers: Floats = np.zeros((0, 0))

    def probabilities(self, layer_id: str, part: str, classifier: Classifier) -> Floats:
        """Of a classifier that needs no more than the sentence."""
        scores = self.scores.get((layer_id, part))
        if scores is None or isinstance(
            classifier, PriorModel
        ):  # a classifier without weights predicts the same for each row
            return classifier.to_probabilities(np.zeros((len(self.passages), len(classifier.classes_))))
        return classifier.to_probabilities(scores + classifier.intercept_)


def choices_of(classifier: Any) -> dict[str, float]:
    """What inner cross-validation chose for a classifier; empty for a baseline."""
    return {"balance": classifier.balance_} if hasattr(classifier, "balance_") else {}
