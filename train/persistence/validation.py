"""Whether what a model file held is a model: types, shapes and ranges, before anything is used.

numpy and scipy believe an index; so every one is looked at, and every number is finite.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeGuard

import numpy as np

from schemas.codebook import Layer
from train.arrays import Array, Ints
from train.classifiers.forest import Forest
from train.classifiers.fusion import MOST_FACTOR, MOST_WORD
from train.classifiers.touch import AROUND, LIKENESS
from train.features.cues import cue_names
from train.features.encoders import is_name, size_of
from train.features.ngrams import BUCKETS
from train.features.sentence import SIGN, SentenceFeatures
from train.features.speech.signs import SIGNS
from train.layers.answers import answer_count
from train.layers.kinds import KINDS
from train.model import STACKED_FORMAT, LayerState, ModelMeta, Stacked
from train.persistence.state import CALIBRATION, CONSTANT, LINEAR, TOUCH
from train.pipelines import PIPELINES, columns_of, pipeline_named
from train.settings import Settings

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
    yield from _setting_problems(meta.settings)
    if bool(meta.settings.estimator) != (meta.estimator is not None):
        yield "settings.estimator and estimator contradict each other"
    if meta.familiarity and not all(0 <= share <= 1 for share in meta.familiarity.unknown):
        yield "familiarity.unknown must be between 0 and 1"
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
        if not all(0 <= number <= 1 for number in (*state.thresholds.values(), *state.sure.values())):
            yield f"{where} has a threshold that is not between 0 and 1"
        counts = [state.n, *state.codes.values()]
        counts += [n for t in state.targets.values() for n in (t.asked, t.touched, *t.codes.values())]
        if min(counts) < 0 or any(target.touched > target.asked for target in state.targets.values()):
            yield f"{where} has counts that contradict each other"
        weights = [n for of in state.authors.values() for codes in of.values() for n in codes.values()]
        if not all(0 <= weight < np.inf for weight in weights):
            yield f"{where} has authors whose directions are not counts"
        choices = [value for chosen in state.choices.values() for value in chosen.values()]
        if not all(0 <= value < np.inf for value in choices):
            yield f"{where} has choices that are not finite numbers of at least 0"
        if set(state.targets) - set(meta.book.target_ids):
            yield f"{where} has targets that its codebook lacks"


def _stacked_problems(meta: ModelMeta, stacked: Stacked) -> Iterator[str]:
    for name, layer in stacked.layers.items():
        own, where = meta.layers.get(name), f'layer "{name}", with the file of predictions,'
        if own is None or not own.trained or own.kind != layer.state.kind:
            yield f"{where} is none that the model learned"
            continue
        limits = (*layer.state.thresholds.values(), *layer.state.sure.values())
        if not all(0 <= limit <= 1 for limit in limits):
            yield f"{where} has a threshold that is not between 0 and 1"
        if set(own.thresholds) != set(layer.state.thresholds) or set(own.sure) != set(layer.state.sure):
            yield f"{where} has thresholds of other codes than without"
        parts = own.thresholds if KINDS[own.kind].several else {"": 0.0}
        if not layer.weights or not set(layer.weights) <= set(parts):
            yield f"{where} has weights of other codes than its own"
        factors = [number for weights in layer.weights.values() for number in (weights.own, weights.score)]
        words = [number for weights in layer.weights.values() for number in weights.said.values()]
        if not all(0 <= n <= MOST_FACTOR for n in factors) or not all(abs(n) <= MOST_WORD for n in words):
            yield f"{where} has a weight out of range"


def _setting_problems(settings: Settings) -> Iterator[str]:
    if settings.pipeline not in PIPELINES:
        yield f'the pipeline "{settings.pipeline}" is not known'
    if settings.encoder and not is_name(settings.encoder):
        yield f'the encoder "{settings.encoder}" is not known'
    least = (settings.min_layer, settings.min_code, settings.min_asked, settings.min_touched)
    shares = (settings.abstain_at, settings.touch_at, settings.direction_at)
    if not all(0 <= share <= 1 for share in shares) or min(*least, settings.reasons) < 0:
        yield "a setting is out of range"


def _problems(meta: ModelMeta, state: Any) -> Iterator[str]:
    if not isinstance(state, dict) or set(state) != {"features", *TABLES}:
        yield f"expected features, {', '.join(TABLES)}"
        return
    tables = [state[name] for name in TABLES]
    if not all(_is_table(table) and all(map(_is_table, table.values())) for table in tables):
        yield f"{', '.join(TABLES)} are not tables"
        return
    pipeline = pipeline_named(meta.settings.pipeline)
    if not _are_sound_features(state["features"], pipeline.blocks):
        yield "the features are not of the expected types, shapes and values"
        return
    expected = set(pipeline.pair_blocks())
    for blocks in state["pairs"].values():
        if set(blocks) != expected or not all(map(_is_sound_counts, blocks.values())):
            yield "the features of pairs are not of the expected types, shapes and values"
            return
    trained = [layer for layer in meta.book.predicted_layers if layer.id in meta.layers]
    trained = [layer for layer in trained if meta.layers[layer.id].trained]
    classifiers, pairs, topics, touches = map(set, tables)
    stances = {layer.id for layer in trained if KINDS[layer.kind].has_targets}
    if {layer.id for layer in trained} != classifiers or pairs != (stances if expected else set()):
        yield "the layers are not those of model.json"
        return
    for layer in trained:
        yield from _classifier_problems(
            layer,
            meta.layers[layer.id],
            state["heads"][layer.id],
            *_columns(state, layer, meta),
            meta.estimator is not None and not KINDS[layer.kind].has_targets,
        )
    if not topics | touches <= stances:
        yield "the topics or touches are of a layer without targets"
        return
    answers = answer_count(trained)
    if not all(_is_sound_touch(touch, meta, answers) for touch in state["touches"].values()):
        yield "what weighs the evidence of a touch is not of the expected types, shapes and values"
        return
    for name in topics:
        if not _are_sound_topics(state["topics"][name], meta.layers[name], meta.settings.min_asked):
            yield f'the topics of layer "{name}" are not of the expected types, shapes and values'


def _are_sound_features(features: Any, blocks: Sequence[str]) -> bool:
    if not blocks or features is None:
        return features is None and not blocks
    if not _is_table(features) or set(features) != {"buckets", "idf", "terms"}:
        return False
    if not all(map(_is_table, features.values())):
        return False
    wanted = SentenceFeatures(blocks)
    used = {*wanted.vocabularies, *([SIGN] if wanted.has_signs else [])}
    buckets, idf, terms = (features[name] for name in ("buckets", "idf", "terms"))
    if set(buckets) != used or set(idf) != used or not set(terms) <= used:
        return False
    return all(_is_sound_vocabulary(name, buckets[name], idf[name], terms.get(name)) for name in used)


def _is_sound_vocabulary(name: str, buckets: Any, idf: Any, terms: Any) -> bool:
    if not isinstance(buckets, np.ndarray) or not _is_integers(buckets, buckets.size):
        return False
    limit = {"cue": len(cue_names()), SIGN: len(SIGNS)}.get(name, BUCKETS)
    in_range = _are_within(buckets, 0, limit - 1) and (np.diff(buckets) > 0).all()
    is_named = terms is None or (isinstance(terms, str) and len(terms.split("\n")) == max(len(buckets), 1))
    return bool(in_range and is_named and _is_rarity(idf, len(buckets)))


def _is_sound_counts(block: Any, *also: str) -> bool:
    """Whether a vocabulary has one weight a term, and no term twice."""
    if not _is_table(block) or set(block) != {"terms", "idf", *also} or not isinstance(block["terms"], str):
        return False
    terms = block["terms"].split("\n") if block["terms"] else []
    return len(set(terms)) == len(terms) and _is_rarity(block["idf"], len(terms))


def _is_rarity(idf: Any, size: int) -> bool:
    """Whether these are weights of rarity: 1 for what is everywhere, more for what is not."""
    return _is_numbers(idf, (size,)) and _are_within(idf, 0.999, 100)


def _classifier_problems(
    layer: Layer, state: LayerState, classifiers: Mapping[str, Any], width: int, cues: int, theirs: bool
) -> Iterator[str]:
    kind = KINDS[layer.kind]
    if not classifiers and kind.parts(layer):
        yield f'layer "{layer.id}" has no classifiers'
    for part, classifier in classifiers.items():
        if not _is_valid_classifier(classifier, width, "b" if kind.is_yes_or_no(part) else "U", cues, theirs):
            yield f'a classifier of layer "{layer.id}" is not of the expected types, shapes and values'
            return
    yield from _code_problems(layer, state, classifiers)


def _is_valid_classifier(classifier: Any, width: int, kind: str, cues: int, theirs: bool) -> bool:
    """``theirs`` says whether it may be an estimator's that is not ours, which has a file of its own."""
    known = [set(LINEAR), {*LINEAR, "forest"}, set(CONSTANT), *([set(CALIBRATION)] if theirs else [])]
    if not _is_table(classifier) or set(classifier) not in known:
        return False
    classes = classifier["classes"]
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or classes.dtype.kind != kind:
        return False
    size = len(classes)
    if not size or len(np.unique(classes)) != size:
        return False
    if "share" in classifier:
        share = classifier["share"]
        return _is_numbers(share, (size,)) and _are_within(share, 0, 1) and abs(float(share.sum()) - 1) < 1e-6
    if "coef" in classifier and not _is_numbers(classifier["coef"], (size, width)):
        return False
    if not all(
        _is_numbers(classifier[name], (size,))
        for name in set(classifier) - {"classes", "coef", "floor", "forest"}
    ):
        return False
    if "floor" in classifier and not _is_numbers(classifier["floor"], ()):
        return False
    if "forest" in classifier and not _is_sound_forest(classifier["forest"], size, cues):
        return False
    # a higher score never makes its own class less likely
    scale, offset = classifier["scale"], classifier["offset"]
    return _are_within(scale, 0, _SCALE if "coef" in classifier else np.inf) and _are_within(
        offset, -_OFFSET, _OFFSET
    )


def _is_sound_forest(forest: Any, size: int, cues: int) -> bool:
    """Whether every way through the trees ends in a leaf."""
    names = {field.name for field in fields(Forest)}
    if not _is_table(forest) or set(forest) != names:
        return False
    arrays = [forest[name] for name in ("columns", "roots", "asks", "absent", "present")]
    if not all(isinstance(row, np.ndarray) and _is_integers(row, row.size) for row in arrays):
        return False
    columns, roots, asks, absent, present = arrays
    shares, places = forest["shares"], np.arange(len(asks))
    is_leaf = asks < 0
    inner = places[~is_leaf]
    return (
        len(asks) == len(absent) == len(present)
        and len(roots) > 0
        and isinstance(shares, np.ndarray)
        and _is_numbers(shares, (int(is_leaf.sum()), size))
        and _are_within(shares, 0, 1.001)
        and _are_within(columns, 0, cues - 1)
        and _are_within(roots, 0, len(asks) - 1)
        and _are_within(asks, -1, len(columns) - 1)
        and _are_within(present[is_leaf], 0, len(shares) - 1)
        and all(bool(((row[inner] > inner) & (row[inner] < len(asks))).all()) for row in (absent, present))
    )


def _code_problems(layer: Layer, state: LayerState, classifiers: Mapping[str, Any]) -> Iterator[str]:
    kind = KINDS[layer.kind]
    if not set(classifiers) <= kind.parts(layer):
        yield f'layer "{layer.id}" has classifiers that are not its own'
        return
    codes = kind.trained_codes(classifiers)
    if not codes <= set(kind.values(layer)) or not codes <= set(state.thresholds):
        yield f'layer "{layer.id}" has codes that are not its own, or lack a threshold'
    yield from kind.model_problems(layer, state, classifiers)


def _are_sound_topics(topics: Any, state: LayerState, min_asked: int) -> bool:
    if not _is_sound_counts(topics, "data", "indices", "indptr", "shares"):
        return False
    known = sum(target.asked >= min_asked for target in state.targets.values())
    shares = topics["shares"]
    rows = len(shares) if isinstance(shares, np.ndarray) and shares.ndim == 2 else 0
    if not _is_numbers(shares, (rows, known)) or not _are_within(shares, 0, 1):
        return False
    return _are_sparse_parts(topics, rows, len(topics["idf"]))


def _is_sound_touch(touch: Mapping[str, Any], meta: ModelMeta, answers: int) -> bool:
    if set(touch) != set(TOUCH) or not all(isinstance(array, np.ndarray) for array in touch.values()):
        return False
    names, width = touch["targets_"], 1 + AROUND + answers
    size = 2 * size_of(meta.settings.encoder)
    known = all(
        of.ndim == 1 and of.dtype.kind == "U" and set(of.tolist()) <= set(meta.book.target_ids)
        for of in (names, touch["asked_"])
    )
    shapes = {
        "coef_": (len(names), size) if known else (),
        "intercept_": names.shape,
        "base_": (3,),
        "alone_": (3,),
        "likeness_": (LIKENESS + 1,) if size else (0,),
        "mean_": (width,),
        "weight_": (width,),
        "constant_": (1,),
    }
    return known and all(_is_numbers(touch[name], shape) for name, shape in shapes.items())


def _are_sparse_parts(parts: Mapping[str, Any], rows: int, width: int) -> bool:
    """Whether three arrays are a sparse matrix: scipy itself would read beyond them."""
    data, indices, starts = (parts[name] for name in ("data", "indices", "indptr"))
    if not isinstance(data, np.ndarray) or not _is_numbers(data, data.shape[:1]):
        return False
    if not _is_integers(indices, len(data)) or not _is_integers(starts, rows + 1):
        return False
    in_range = _are_within(indices, 0, width - 1)
    return bool(in_range and starts[0] == 0 and starts[-1] == len(data) and (np.diff(starts) >= 0).all())


def _columns(state: Mapping[str, Any], layer: Layer, meta: ModelMeta) -> tuple[int, int]:
    """How many columns a classifier of the layer weighs, and how many its forest may ask about."""
    if state["features"] is None:
        return 1, 0
    pipeline = pipeline_named(meta.settings.pipeline)
    features = SentenceFeatures(pipeline.blocks, meta.settings.encoder)
    features.buckets_ = state["features"]["buckets"]
    if not KINDS[layer.kind].has_targets:
        cues = len(columns_of(features, pipeline.cues)) if not KINDS[layer.kind].several else 0
        return sum(features.widths.values()), cues
    pair_columns = sum(len(block["idf"]) for block in state["pairs"].get(layer.id, {}).values())
    return len(columns_of(features, pipeline.shared)) + pair_columns, 0


def _is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    return type(value) is dict and all(type(key) is str for key in value)


def _is_integers(value: Any, size: int) -> TypeGuard[Ints]:
    return isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.shape == (size,)


def _is_numbers(value: Any, shape: tuple[int, ...]) -> bool:
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.shape == shape
        and bool(np.isfinite(value).all())
    )


def _are_within(values: Array, least: float, most: float) -> bool:
    return bool(((values >= least) & (values <= most)).all())
