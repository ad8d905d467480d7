"""Whether what a model file held is a model: types, shapes and ranges, before anything is used.

numpy and scipy believe an index; so every one is looked at, and every number is finite.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import fields
from typing import Any, TypeGuard

import numpy as np

from schemas.codebook import Layer
from train.arrays import Array
from train.classifiers.forest import Forest
from train.classifiers.fusion import MOST_FACTOR, MOST_WORD
from train.classifiers.touch import AROUND, LIKENESS
from train.evidence import CUES, PAIRS, SHARED
from train.features.cues import cue_names
from train.features.encoders import is_name, size_of
from train.features.ngrams import BUCKETS
from train.features.sentence import SIGN, VOCABULARIES, SentenceFeatures
from train.features.speech.signs import SIGNS
from train.layers.answers import answer_count
from train.layers.kinds import KINDS
from train.model import STACKED_FORMAT, LayerState, ModelMeta, Stacked
from train.persistence.state import CALIBRATION, CONSTANT, LINEAR, TOUCH

#: Bounds that `train.classifiers.calibration` keeps; a little more, for what was rounded.
_SCALE, _OFFSET = 50.001, 20.001
#: What a model file has beside the features, a table each.
TABLES = ("heads", "pairs", "topics", "touches")


def first_problem(meta: ModelMeta, state: Any) -> str | None:
    """The first thing that is wrong, in words, or None."""
    return next(_problems(meta, state), None)


def first_meta_problem(meta: ModelMeta) -> str | None:
    """As `first_problem`, for ``model.json`` alone."""
    return next(_meta_problems(meta), None)


def estimator_problem(state: Mapping[str, Any], estimators: Any) -> str | None:
    """What keeps estimators that are not ours from being those of a state, or None."""
    for layer, classifiers in state["heads"].items():
        for part, classifier in classifiers.items():
            if set(classifier) != set(CALIBRATION):
                continue
            found = estimators.get(layer, {}).get(part) if _is_table(estimators) else None
            classes = getattr(found, "classes_", None)
            if classes is None or not np.isin(classes, classifier["classes"]).all():
                return f'layer "{layer}" has no estimator for "{part}", or one of other codes'
    return None


def _meta_problems(meta: ModelMeta) -> Iterator[str]:
    if meta.settings.encoder and not is_name(meta.settings.encoder):
        yield f'the encoder "{meta.settings.encoder}" is not known'
    if bool(meta.settings.estimator) != (meta.estimator is not None):
        yield "settings.estimator and estimator contradict each other"
    if (meta.format == STACKED_FORMAT) != (meta.stacked is not None):
        yield "format and stacked contradict each other"
    if meta.stacked is not None:
        yield from _stacked_problems(meta, meta.stacked)
    for layer_id, state in meta.layers.items():
        where = f'layer "{layer_id}"'
        layer = meta.book.layer(layer_id)
        if layer is None or layer not in meta.book.predicted_layers or layer.kind != state.kind:
            yield f"{where} is not in its codebook, or of another kind"
            continue
        if any(target.touched > target.asked for target in state.targets.values()):
            yield f"{where} has counts that contradict each other"
        if set(state.targets) - set(meta.book.target_ids):
            yield f"{where} has targets that its codebook lacks"


def _stacked_problems(meta: ModelMeta, stacked: Stacked) -> Iterator[str]:
    for name, layer in stacked.layers.items():
        own, where = meta.layers.get(name), f'layer "{name}", with the file of predictions,'
        if own is None or not own.trained or own.kind != layer.state.kind:
            yield f"{where} is none that the model learned"
            continue
        if set(own.thresholds) != set(layer.state.thresholds) or set(own.sure) != set(layer.state.sure):
            yield f"{where} has thresholds of other codes than without"
        parts = own.thresholds if KINDS[own.kind].several else {"": 0.0}
        if not layer.weights or not set(layer.weights) <= set(parts):
            yield f"{where} has weights of other codes than its own"
        factors = [number for weights in layer.weights.values() for number in (weights.own, weights.score)]
        words = [number for weights in layer.weights.values() for number in weights.said.values()]
        if not all(0 <= n <= MOST_FACTOR for n in factors) or not all(abs(n) <= MOST_WORD for n in words):
            yield f"{where} has a weight out of range"


def _problems(meta: ModelMeta, state: Any) -> Iterator[str]:
    if not _is_table(state, {"features", *TABLES}):
        yield f"expected features, {', '.join(TABLES)}"
        return
    if not all(_is_table(state[name]) and all(map(_is_table, state[name].values())) for name in TABLES):
        yield f"{', '.join(TABLES)} are not tables"
        return
    if not _are_sound_features(state["features"]):
        yield "the features are not of the expected types, shapes and values"
        return
    if not all(
        _is_table(of, set(PAIRS)) and all(map(_is_sound_counts, of.values()))
        for of in state["pairs"].values()
    ):
        yield "the features of pairs are not of the expected types, shapes and values"
        return
    trained = [layer for layer in meta.book.predicted_layers if layer.id in meta.layers]
    trained = [layer for layer in trained if meta.layers[layer.id].trained]
    stances = {layer.id for layer in trained if KINDS[layer.kind].has_targets}
    if set(state["heads"]) != {layer.id for layer in trained} or set(state["pairs"]) != stances:
        yield "the layers are not those of model.json"
        return
    for layer in trained:
        yield from _classifier_problems(layer, meta, state)
    if not {*state["topics"], *state["touches"]} <= stances:
        yield "the topics or touches are of a layer without targets"
        return
    answers = answer_count(trained)
    if not all(_is_sound_touch(touch, meta, answers) for touch in state["touches"].values()):
        yield "what weighs the evidence of a touch is not of the expected types, shapes and values"
        return
    for name, topics in state["topics"].items():
        if not _are_sound_topics(topics, meta.layers[name], meta.settings.min_asked):
            yield f'the topics of layer "{name}" are not of the expected types, shapes and values'


def _are_sound_features(features: Any) -> bool:
    if not _is_table(features, {"buckets", "idf", "terms"}):
        return False
    buckets, idf, terms = (features[name] for name in ("buckets", "idf", "terms"))
    used = {*VOCABULARIES, SIGN}
    if not (_is_table(buckets, used) and _is_table(idf, used) and _is_table(terms) and set(terms) <= used):
        return False
    return all(_is_sound_vocabulary(name, buckets[name], idf[name], terms.get(name)) for name in used)


def _is_sound_vocabulary(name: str, buckets: Any, idf: Any, terms: Any) -> bool:
    limit = {"cue": len(cue_names()), SIGN: len(SIGNS)}.get(name, BUCKETS)
    if not _is_array(buckets, "i", (None,), 0, limit - 1) or not (np.diff(buckets) > 0).all():
        return False
    is_named = terms is None or (isinstance(terms, str) and len(terms.split("\n")) == max(len(buckets), 1))
    return is_named and _is_rarity(idf, len(buckets))


def _is_sound_counts(block: Any, *also: str) -> bool:
    """Whether a vocabulary has one weight a term, and no term twice."""
    if not _is_table(block, {"terms", "idf", *also}) or not isinstance(block["terms"], str):
        return False
    terms = block["terms"].split("\n") if block["terms"] else []
    return len(set(terms)) == len(terms) and _is_rarity(block["idf"], len(terms))


def _is_rarity(idf: Any, size: int) -> bool:
    """Whether these are weights of rarity: 1 for what is everywhere, more for what is not."""
    return _is_array(idf, "f", (size,), 0.999, 100)


def _classifier_problems(layer: Layer, meta: ModelMeta, state: Mapping[str, Any]) -> Iterator[str]:
    kind, classifiers = KINDS[layer.kind], state["heads"][layer.id]
    width, cues = _columns(state, layer, meta)
    theirs = meta.estimator is not None and not kind.has_targets
    if not classifiers and kind.parts(layer):
        yield f'layer "{layer.id}" has no classifiers'
    for part, classifier in classifiers.items():
        if not _is_sound_classifier(classifier, width, "b" if kind.is_yes_or_no(part) else "U", cues, theirs):
            yield f'a classifier of layer "{layer.id}" is not of the expected types, shapes and values'
            return
    if not set(classifiers) <= kind.parts(layer):
        yield f'layer "{layer.id}" has classifiers that are not its own'
        return
    codes = kind.trained_codes(classifiers)
    if not codes <= {*kind.values(layer)} & meta.layers[layer.id].thresholds.keys():
        yield f'layer "{layer.id}" has codes that are not its own, or lack a threshold'
    yield from kind.model_problems(layer, meta.layers[layer.id], classifiers)


def _is_sound_classifier(classifier: Any, width: int, kind: str, cues: int, theirs: bool) -> bool:
    """``theirs`` says whether it may be of an estimator that is not ours, which has a file of its own."""
    known = [{*LINEAR}, {*LINEAR, "forest"}, *([{*CALIBRATION}, {*CONSTANT}] if theirs else [])]
    if not any(_is_table(classifier, names) for names in known):
        return False
    classes = classifier["classes"]
    if not _is_array(classes, kind, (None,)) or not 0 < len(classes) == len(np.unique(classes)):
        return False
    size = len(classes)
    # a higher score never makes its own class less likely
    steepest = _SCALE if "coef" in classifier else np.inf
    bounds: dict[str, tuple[tuple[int, ...], float, float]] = {
        "coef": ((size, width), -np.inf, np.inf),
        "intercept": ((size,), -np.inf, np.inf),
        "scale": ((size,), 0, steepest),
        "offset": ((size,), -_OFFSET, _OFFSET),
        "floor": ((), -np.inf, np.inf),
        "share": ((size,), 0, 1),
    }
    if not all(_is_array(classifier[name], "f", *bounds[name]) for name in bounds.keys() & set(classifier)):
        return False
    if "share" in classifier:
        return abs(float(classifier["share"].sum()) - 1) < 1e-6
    return "forest" not in classifier or _is_sound_forest(classifier["forest"], size, cues)


def _is_sound_forest(forest: Any, size: int, cues: int) -> bool:
    """Whether every way through the trees ends in a leaf."""
    if not _is_table(forest, {field.name for field in fields(Forest)}):
        return False
    columns, roots, asks, absent, present, shares = (
        forest[name] for name in ("columns", "roots", "asks", "absent", "present", "shares")
    )
    if not _is_array(columns, "i", (None,), 0, cues - 1) or not _is_array(
        asks, "i", (None,), -1, len(columns) - 1
    ):
        return False
    places, is_leaf = np.arange(len(asks)), asks < 0
    inner, leaves = places[~is_leaf], int(is_leaf.sum())
    return (
        _is_array(roots, "i", (None,), 0, len(asks) - 1)
        and len(roots) > 0
        and _is_array(shares, "f", (leaves, size), 0, 1.001)
        and all(_is_array(row, "i", asks.shape) for row in (absent, present))
        and _are_within(present[is_leaf], 0, leaves - 1)
        and all(bool(((row[inner] > inner) & (row[inner] < len(asks))).all()) for row in (absent, present))
    )


def _are_sound_topics(topics: Any, state: LayerState, min_asked: int) -> bool:
    if not _is_sound_counts(topics, "data", "indices", "indptr", "shares"):
        return False
    known = sum(target.asked >= min_asked for target in state.targets.values())
    if not _is_array(topics["shares"], "f", (None, known), 0, 1):
        return False
    # three arrays that are a sparse matrix: scipy itself would read beyond them
    data, indices, starts = (topics[name] for name in ("data", "indices", "indptr"))
    return (
        _is_array(data, "f", (None,))
        and _is_array(indices, "i", data.shape, 0, len(topics["idf"]) - 1)
        and _is_array(starts, "i", (len(topics["shares"]) + 1,))
        and bool(starts[0] == 0 and starts[-1] == len(data) and (np.diff(starts) >= 0).all())
    )


def _is_sound_touch(touch: Mapping[str, Any], meta: ModelMeta, answers: int) -> bool:
    if set(touch) != set(TOUCH):
        return False
    names, width = touch["targets_"], 1 + AROUND + answers
    size = 2 * size_of(meta.settings.encoder)
    if not all(
        _is_array(of, "U", (None,)) and set(of.tolist()) <= set(meta.book.target_ids)
        for of in (names, touch["asked_"])
    ):
        return False
    shapes = {
        "coef_": (len(names), size),
        "intercept_": names.shape,
        "base_": (3,),
        "alone_": (3,),
        "likeness_": (LIKENESS + 1,) if size else (0,),
        "mean_": (width,),
        "weight_": (width,),
        "constant_": (1,),
    }
    return all(_is_array(touch[name], "f", shape) for name, shape in shapes.items())


def _columns(state: Mapping[str, Any], layer: Layer, meta: ModelMeta) -> tuple[int, int]:
    """How many columns a classifier of the layer weighs, and how many its forest may ask about."""
    kind, features = KINDS[layer.kind], SentenceFeatures(encoder=meta.settings.encoder)
    features.buckets_ = state["features"]["buckets"]
    if not kind.has_targets:
        return sum(features.widths.values()), 0 if kind.several else len(features.columns(CUES))
    pair_columns = sum(len(block["idf"]) for block in state["pairs"].get(layer.id, {}).values())
    return len(features.columns(SHARED)) + pair_columns, 0


def _is_table(value: Any, names: Set[str] | None = None) -> TypeGuard[dict[str, Any]]:
    """Whether it is a table with texts as keys, just these where they are given."""
    return type(value) is dict and all(type(key) is str for key in value) and names in (None, set(value))


def _is_array(
    value: Any, kind: str, shape: tuple[int | None, ...], least: float = -np.inf, most: float = np.inf
) -> bool:
    """Whether it is an array of NumPy's kind and of the shape (None: any length), its numbers finite and
    within the bounds.
    """
    if not isinstance(value, np.ndarray) or value.dtype.kind != kind or value.ndim != len(shape):
        return False
    if not all(size in (None, found) for size, found in zip(shape, value.shape, strict=True)):
        return False
    return kind not in "if" or bool(np.isfinite(value).all() and _are_within(value, least, most))


def _are_within(values: Array, least: float, most: float) -> bool:
    return bool(((values >= least) & (values <= most)).all())
