"""What a fitted classifier needs to answer: arrays, and nothing of scikit-learn.

Training makes estimators (`train.classifiers.linear`); a model keeps these, so that whoever only tags imports
no estimator, and a model file holds no types but plain ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from train.arrays import Array, Floats, Ints
from train.classifiers.calibration import Calibration, probabilities
from train.classifiers.estimator_model import EstimatorModel
from train.classifiers.forest import Forest


class Evidence(NamedTuple):
    """Which columns are read together, each time by a model of its own.

    Parameters
    ----------
    machine : int ndarray
        Those of the linear SVM.
    cues : int ndarray
        Those of them that are no words or letters, and weigh half.
    regressions : sequence of int ndarray
        Those of a logistic regression each; the columns may be the machine's as well.
    forest : int ndarray
        Those that the trees ask about; empty: there are no trees.
    """

    machine: Ints
    cues: Ints
    regressions: Sequence[Ints]
    forest: Ints


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear classifier with two numbers a class that make its scores probabilities.

    Parameters
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : float32 ndarray of shape (n_classes, n_features)
    intercept_, scale_, offset_ : ndarray of shape (n_classes,)
    forest_
        Trees whose scores are added to the linear ones; None where the kind of layer has none.
    """

    classes_: Array
    coef_: Array
    intercept_: Floats
    scale_: Floats
    offset_: Floats
    forest_: Forest | None = None

    def to_probabilities(self, scores: Floats) -> Floats:
        return probabilities(scores, Calibration(self.scale_, self.offset_))


@dataclass(frozen=True, eq=False)
class PriorModel:
    """The same probabilities for every row: ``share_``, of shape (n_classes,)."""

    classes_: Array
    share_: Floats

    def to_probabilities(self, scores: Floats) -> Floats:
        return np.tile(self.share_, (len(scores), 1))


Classifier = LinearModel | PriorModel | EstimatorModel


def fitted_from(estimator: Any, *, reads_texts: bool = False) -> Classifier:
    """What is kept of a fitted estimator of this package."""
    if hasattr(estimator, "estimator_"):
        names = ("classes_", "scale_", "offset_", "floor_", "estimator_")
        return EstimatorModel(**{name: getattr(estimator, name) for name in names}, reads_texts=reads_texts)
    if not hasattr(estimator, "coef_"):
        return PriorModel(estimator.classes_, estimator.share_)
    linear = ("classes_", "coef_", "intercept_", "scale_", "offset_", "forest_")
    return LinearModel(*(getattr(estimator, name) for name in linear))


def probability_of(value: object, classifier: Any, probabilities: Floats) -> Floats:
    """The column of a class; zeros where training did not see it."""
    classes = list(classifier.classes_)
    absent: Array = np.zeros(len(probabilities))
    return probabilities[:, classes.index(value)] if value in classes else absent
