"""A model's fitted parts as plain tables, texts and arrays, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from train.classifiers.estimator_model import EstimatorModel
from train.classifiers.fitted import Classifier, LinearModel, PriorModel
from train.classifiers.forest import Forest
from train.classifiers.touch import TouchModel
from train.evidence import PAIRS
from train.features.sentence import SentenceFeatures
from train.features.token_counts import TokenCounts
from train.features.topics import TopicProfiles
from train.model import Model, ModelMeta

State = dict[str, Any]

#: The arrays of each kind of classifier.
LINEAR = ("classes", "coef", "intercept", "scale", "offset")
CONSTANT = ("classes", "share")
CALIBRATION = ("classes", "scale", "offset", "floor")  # its estimator is in a file of its own

TOUCH = tuple(field.name for field in fields(TouchModel))


def to_state(model: Model) -> State:
    """What a model file holds: no type in it but those of JSON, and arrays."""
    features = model.features
    return {
        "features": {"buckets": features.buckets_, "idf": features.idf_, "terms": features.terms_},
        "heads": {
            layer: {part: _classifier_state(classifier) for part, classifier in classifiers.items()}
            for layer, classifiers in model.classifiers.items()
        },
        "pairs": {
            layer: {name: _counts_state(block) for name, block in blocks.items()}
            for layer, blocks in model.pairs.items()
        },
        "topics": {
            layer: {
                **_counts_state(topics.terms_),
                "data": topics.data_,
                "indices": topics.indices_,
                "indptr": topics.indptr_,
                "shares": topics.shares_,
            }
            for layer, topics in model.topics.items()
        },
        "touches": {
            layer: {name: getattr(touch, name) for name in TOUCH} for layer, touch in model.touches.items()
        },
    }


def from_state(
    meta: ModelMeta, state: State, estimators: Mapping[str, Mapping[str, Any]] | None = None
) -> Model:
    """The model; its state was validated (`train.persistence.validation`).

    ``estimators`` are those that are not ours, by layer and part.
    """
    ours: Mapping[str, Any] = {}
    texts = meta.estimator is not None and meta.estimator.reads_texts
    features, stored = SentenceFeatures(encoder=meta.settings.encoder), state["features"]
    features.buckets_, features.idf_, features.terms_ = stored["buckets"], stored["idf"], stored["terms"]
    return Model(
        meta=meta,
        features=features,
        classifiers={
            layer: {
                part: _classifier(classifier, (estimators or {}).get(layer, ours).get(part), texts)
                for part, classifier in classifiers.items()
            }
            for layer, classifiers in state["heads"].items()
        },
        pairs={
            layer: {name: _counts(stored[name]) for name in PAIRS} for layer, stored in state["pairs"].items()
        },
        topics={layer: _topics(stored) for layer, stored in state["topics"].items()},
        touches={layer: TouchModel(**stored) for layer, stored in state["touches"].items()},
    )


def _classifier_state(classifier: Classifier) -> State:
    names = {LinearModel: LINEAR, PriorModel: CONSTANT, EstimatorModel: CALIBRATION}[type(classifier)]
    arrays = {name: getattr(classifier, f"{name}_") for name in names}
    forest = classifier.forest_ if isinstance(classifier, LinearModel) else None
    return arrays | (
        {"forest": {field.name: getattr(forest, field.name) for field in fields(forest)}} if forest else {}
    )


def _classifier(state: State, estimator: Any, texts: bool) -> Classifier:
    if "forest" in state:
        state = state | {"forest": Forest(**state["forest"])}
    kept = {f"{name}_": value for name, value in state.items()}
    if set(state) == set(CALIBRATION):
        return EstimatorModel(**kept, estimator_=estimator, reads_texts=texts)
    return LinearModel(**kept) if "coef" in state else PriorModel(**kept)


def _counts_state(counts: TokenCounts) -> State:
    return {"terms": counts.terms_, "idf": counts.idf_}


def _counts(state: State) -> TokenCounts:
    counts = TokenCounts()
    counts.terms_, counts.idf_ = state["terms"], state["idf"]
    return counts


def _topics(state: State) -> TopicProfiles:
    topics = TopicProfiles()
    topics.terms_ = _counts(state)
    topics.data_, topics.indices_, topics.indptr_ = (state[name] for name in ("data", "indices", "indptr"))
    topics.shares_ = state["shares"]
    return topics
