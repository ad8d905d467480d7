"""A layer of a model as a scikit-learn Pipeline over texts: fitted, and to be cloned and fitted anew."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Self

import msgspec
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from schemas.codebook import Layer
from schemas.errors import DataError, near_hit
from train.arrays import Bools, Floats, Ints
from train.classifiers.estimator_model import EstimatorModel
from train.classifiers.fitted import Classifier, LinearModel, probability_of
from train.classifiers.linear import CalibratedLinear
from train.classifiers.named_estimator import CalibratedEstimator
from train.evidence import CUES, evidence_of, new_classifier
from train.features.passages import plain_texts
from train.features.sentence import SentenceFeatures
from train.features.vectorizers import SentenceVectorizer
from train.layers.sets import choose, learn_codes, lift
from train.model import Model
from train.settings import Settings

#: The kinds of layer that are about a text alone.
_OF_TEXTS = ("one", "scale", "set")


class TextReader(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The texts themselves, their white space evened out, for a classifier that reads texts."""

    def fit(self, X: Sequence[str], y: object = None) -> Self:
        return self

    def transform(self, X: Sequence[str]) -> Any:
        return plain_texts(X)

    def __sklearn_is_fitted__(self) -> bool:
        return True


class TextPipeline(Pipeline):  # type: ignore[misc]
    """A Pipeline from texts to codes.

    Its steps are ``features`` (or ``texts``, where the classifier reads texts) and ``classifier``. `fit`
    tells a `CalibratedLinear` which features are read together, as training does.
    """

    def fit(self, X: Sequence[str], y: Any, groups: Sequence[str] | None = None) -> Self:
        """Fits on texts, which have no neighbours.

        Parameters
        ----------
        X
            Texts.
        y
            A code for each; for a set an indicator of shape (n_texts, n_codes).
        groups
            Texts of one name are held out together in calibration; without it each text is a group.
        """
        (_, reader), (_, classifier) = self.steps
        matrix = reader.fit_transform(X, y)
        known: dict[str, Any] = {} if groups is None else {"groups": groups}
        if isinstance(reader, SentenceFeatures):
            if isinstance(classifier, CalibratedLinear):
                known["evidence"] = evidence_of(reader, rows=len(X))
            elif isinstance(classifier, SetClassifier):
                known["features"] = reader
        classifier.fit(matrix, y, **known)
        return self


class SetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Any number of codes a text, as `train.layers.sets.CodeSet` learns and gives them.

    Parameters
    ----------
    classifier
        Learns whether a text has a code; cloned for each.
    layer
        The layer as the codebook has it: its codes, their parents, and which are exclusive.
    random_state
        Seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_codes,)
        The codes, in the order of the columns.
    classifiers_ : dict
        By code, for those that occur.
    thresholds_ : dict of float
    not_learned_ : list of str
    """

    def __init__(self, classifier: Any = None, layer: Mapping[str, Any] | None = None, random_state: int = 0):
        self.classifier = classifier
        self.layer = layer
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Sequence[str] | None = None,
        features: SentenceFeatures | None = None,
    ) -> Self:
        """Fits a classifier for each code; with the features that made X, on several kinds of evidence."""
        layer, indicator = self._layer, np.asarray(y)
        codes = np.array(layer.code_ids)
        if indicator.ndim != 2 or indicator.shape[1] != len(codes):
            expected = f"an indicator with {len(codes)} columns: {', '.join(codes)}"
            raise DataError(f"found an array of shape {indicator.shape}, expected {expected}")
        settings = Settings()
        made = clone(self.classifier).set_params(
            balances=(0.0,), folds=settings.folds(len(indicator)), random_state=self.random_state
        )
        learned = learn_codes(
            layer,
            X,
            lift(layer, layer.code_ids, indicator.astype(bool)),
            [str(i) for i in range(len(indicator))] if groups is None else list(groups),
            lambda: clone(made),
            taught=np.zeros((0, len(codes)), dtype=bool),
            evidence=None if features is None else evidence_of(features, several=True),
            abstain_at=settings.abstain_at,
        )
        return self._keep(learned.classifiers, learned.limits.thresholds, learned.limits.not_learned)

    def _keep(
        self, classifiers: Mapping[str, Any], thresholds: Mapping[str, float], not_learned: Sequence[str]
    ) -> Self:
        self.classes_ = np.array(self._layer.code_ids)
        self.classifiers_, self.thresholds_ = dict(classifiers), dict(thresholds)
        self.not_learned_ = list(not_learned)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """The probability of each code: shape (n_texts, n_codes); 0 for a code that training lacked."""
        check_is_fitted(self)
        likely = np.zeros((X.shape[0] if hasattr(X, "shape") else len(X), len(self.classes_)))
        for code, classifier in self.classifiers_.items():
            column = self._layer.code_ids.index(code)
            likely[:, column] = probability_of(True, classifier, classifier.predict_proba(X))
        return lift(self._layer, list(self.classes_), likely)

    def predict(self, X: Any) -> Ints:
        """The codes that are given, as an indicator of shape (n_texts, n_codes)."""
        known = [str(code) for code in self.classes_ if code in self.classifiers_]
        columns = [self._layer.code_ids.index(code) for code in known]
        limits = {code: round(self.thresholds_[code], 6) for code in known}
        scores = self.predict_proba(X)[:, columns].round(6)
        given: Bools = np.zeros((len(scores), len(self.classes_)), dtype=bool)
        given[:, columns] = choose(self._layer, known, scores, limits, self.not_learned_)
        return given.astype(np.int64)

    @property
    def _layer(self) -> Layer:
        return msgspec.convert(self.layer, Layer)


def layer_pipeline(model: Model, layer_id: str) -> TextPipeline:
    """The fitted Pipeline of a layer: on texts without neighbours it says what the model says.

    Raises
    ------
    DataError
        The model has not learned this layer, or it is of a kind that is not about a text alone.
    """
    layer = _layer_named(model, layer_id)
    state, classifiers = model.meta.layers[layer_id], model.classifiers[layer_id]
    theirs = any(isinstance(c, EstimatorModel) and c.reads_texts for c in classifiers.values())
    reader = ("texts", TextReader()) if theirs else ("features", _vectorizer(model.features))
    balances = (0.0,) if layer.kind == "set" else ()
    fitted = {part: _estimator(model, one, balances, state.n) for part, one in classifiers.items()}
    if layer.kind == "set":
        step = SetClassifier(clone(next(iter(fitted.values()))), msgspec.to_builtins(layer), model.meta.seed)
        step = step._keep(fitted, state.thresholds, state.not_learned)
    else:
        step = fitted["code"]
        for name, value in state.choices.get("code", {}).items():
            setattr(step, f"{name}_", value)
        if layer.kind == "scale":
            step.classes_ = step.classes_.astype(np.int64)
    return TextPipeline([reader, ("classifier", step)])


def _layer_named(model: Model, layer_id: str) -> Layer:
    layer = model.meta.book.layer(layer_id)
    if layer is None or layer_id not in model.classifiers:
        known = ", ".join(model.classifiers)
        near = near_hit(layer_id, model.classifiers)
        raise DataError(
            f'found no layer "{layer_id}" that the model has learned, expected one of {known}{near}'
        )
    if layer.kind not in _OF_TEXTS:
        raise DataError(
            f'layer "{layer_id}" is of kind {layer.kind}: its answers rest on more than the text, so no '
            "Pipeline over texts can give them (predict does)"
        )
    return layer


def _vectorizer(features: SentenceFeatures) -> SentenceVectorizer:
    vectorizer = SentenceVectorizer(tuple(features.blocks), features.encoder)
    for name in ("buckets_", "idf_", "terms_"):
        setattr(vectorizer, name, getattr(features, name))
    return vectorizer


def _estimator(model: Model, fitted: Classifier, balances: tuple[float, ...], size: int) -> Any:
    """The estimator that a classifier was trained as, with what it learned."""
    settings, seed = model.meta.settings, model.meta.seed
    if isinstance(fitted, EstimatorModel):
        estimator = clone(fitted.estimator_)
        made: Any = CalibratedEstimator(
            estimator, balances=balances, folds=settings.folds(size), random_state=seed
        )
    else:  # ours, or another's that saw one class alone
        made = new_classifier(settings, size, balances, seed)
    if isinstance(fitted, LinearModel):
        made.n_features_in_ = fitted.coef_.shape[1]
        made.forest_columns_ = model.features.columns(CUES)
    for field in fields(fitted):
        if field.name.endswith("_"):
            setattr(made, field.name, getattr(fitted, field.name))
    return made
