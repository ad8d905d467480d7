"""Whether what a model file held is a model: types, shapes and ranges, before anything is used."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import numpy as np
from sklearn.pipeline import FeatureUnion

from schemas.codebook import Layer
from schemas.records import UNRELATED
from train.counts import TokenCounts
from train.cues import cue_names
from train.features import BLOCKS, SentenceFeatures
from train.grams import BUCKETS
from train.heads import CalibratedLinear, Shares
from train.model import LayerState, ModelMeta
from train.passages import Passage
from train.pipelines import PIPELINES, columns_of, pipeline_named
from train.targets import Pair
from train.topics import TopicProfiles
from train.words import ANALYZERS

Array = Any


def find_unsound(meta: ModelMeta, state: Any) -> str | None:
    """The first thing that is not as it must be, in words, or None."""
    return next(_problems(meta, state), None)


def _problems(meta: ModelMeta, state: Any) -> Iterator[str]:
    if not isinstance(state, dict) or set(state) != {"features", "heads", "pairs", "topics"}:
        yield "expected features, heads, pairs and topics"
        return
    tables = [state[name] for name in ("heads", "pairs", "topics")]
    if not all(isinstance(table, dict) for table in tables):
        yield "heads, pairs and topics are not tables"
        return
    if meta.settings.pipeline not in PIPELINES:
        yield f'the pipeline "{meta.settings.pipeline}" is not known'
        return
    if state["features"] is not None and not _are_sound_features(state["features"], meta):
        yield "the features are not as they must be"
        return
    for union in state["pairs"].values():
        yield from _block_problems(union, Pair._fields)
    trained = [layer for layer in meta.book.predicted_layers if layer.id in meta.layers]
    trained = [layer for layer in trained if meta.layers[layer.id].trained]
    heads, pairs, topics = map(set, tables)
    if {layer.id for layer in trained} != heads or not pairs | topics <= heads:
        yield "the layers are not those of model.json"
        return
    for layer in trained:
        width = _width(state["features"], layer, meta) + _width(state["pairs"].get(layer.id))
        yield from _head_problems(layer, meta.layers[layer.id], state["heads"][layer.id], width)
    for name, topics in state["topics"].items():
        if not _is_sound_topics(topics, meta.layers[name], meta.settings.min_asked):
            yield f'the topics of layer "{name}" are not as they must be'


def _are_sound_features(features: Any, meta: ModelMeta) -> bool:
    held = vars(features) if type(features) is SentenceFeatures else {}
    blocks: Any = held.get("blocks")
    tables: list[Any] = [held.get(name) for name in ("buckets_", "idf_", "terms_")]
    if type(blocks) is not tuple or blocks != pipeline_named(meta.settings.pipeline).blocks:
        return False
    if not set(blocks) <= set(BLOCKS) or not all(type(table) is dict for table in tables):
        return False
    buckets, idf, terms = tables
    used = set(features.vocabularies)
    if set(buckets) != used or set(idf) != used or not set(terms) <= used:
        return False
    return all(_is_sound_vocabulary(name, buckets[name], idf[name], terms.get(name)) for name in used)


def _is_sound_vocabulary(name: str, buckets: Any, idf: Any, terms: Any) -> bool:
    if not isinstance(buckets, np.ndarray) or not _is_integers(buckets, buckets.size):
        return False
    limit = len(cue_names()) if name == "cue" else BUCKETS
    in_range = ((buckets >= 0) & (buckets < limit)).all() and (np.diff(buckets) > 0).all()
    is_named = terms is None or (isinstance(terms, str) and len(terms.split("\n")) == max(len(buckets), 1))
    return bool(in_range and is_named and _is_numbers(idf, (len(buckets),)))


def _block_problems(union: Any, views: tuple[str, ...]) -> Iterator[str]:
    if union is None:
        return
    if type(union) is not FeatureUnion or not isinstance(vars(union).get("transformer_list"), list):
        yield "the features are no union of blocks"
        return
    if union.transformer_weights is not None or union.n_jobs is not None:
        yield "the features have settings that are not ours"
    for entry in union.transformer_list:
        block = entry[1] if isinstance(entry, tuple) and len(entry) == 2 else None
        if type(block) is not TokenCounts or not _is_sound_block(block, views):
            yield "a block of features is not as it must be"
            return


def _is_sound_block(block: TokenCounts, views: tuple[str, ...]) -> bool:
    held = vars(block)
    terms, idf = held.get("terms_"), held.get("idf_")
    return (
        isinstance(held.get("analyzer"), str)
        and held["analyzer"] in ANALYZERS
        and held.get("view") in views
        and isinstance(held.get("weight"), float)
        and isinstance(terms, str)
        and _is_numbers(idf, (len(block.get_feature_names_out()),))
    )


def _head_problems(layer: Layer, state: LayerState, heads: Any, width: int) -> Iterator[str]:
    if not isinstance(heads, dict) or not heads:
        yield f'layer "{layer.id}" has no classifiers'
        return
    for name, head in heads.items():
        if not isinstance(name, str) or not _is_sound_head(head, width):
            yield f'a classifier of layer "{layer.id}" is not as it must be'
            return
    yield from _code_problems(layer, state, heads)


def _is_sound_head(head: Any, width: int) -> bool:
    held = vars(head) if type(head) in (CalibratedLinear, Shares) else {}
    classes = held.get("classes_")
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or not 0 < len(classes) < 100_000:
        return False
    size = len(classes)
    if type(head) is Shares:
        return _is_numbers(held.get("share_"), (size,))
    numbers = [held.get(name) for name in ("intercept_", "scale_", "offset_")]
    return _is_numbers(held.get("coef_"), (size, width)) and all(_is_numbers(n, (size,)) for n in numbers)


def _code_problems(layer: Layer, state: LayerState, heads: dict[str, Any]) -> Iterator[str]:
    expected = {"set": set(layer.code_ids), "stance": {"touched", "direction"}}.get(layer.kind, {"code"})
    known = set(layer.stance_values if layer.kind == "stance" else layer.code_ids)
    if not set(heads) <= expected or (layer.kind == "stance" and "touched" not in heads):
        yield f'layer "{layer.id}" has classifiers that are not its own'
    decisive = heads.get("code") or heads.get("direction")
    codes = set(heads) if layer.kind == "set" else {str(code) for code in getattr(decisive, "classes_", ())}
    if not codes <= known or not codes <= set(state.thresholds):
        yield f'layer "{layer.id}" has codes that are not its own, or lack a threshold'
    settled = {name for name, choice in state.choices.items() if "smoothing" in choice}
    if layer.kind == "stance" and (not set(heads) <= settled or UNRELATED not in state.thresholds):
        yield f'layer "{layer.id}" lacks what was chosen for its steps'
    if not all(0 <= number <= 1 for number in (*state.thresholds.values(), *state.sure.values())):
        yield f'layer "{layer.id}" has a threshold that is no share'
    if layer.kind == "set" and not codes <= set(state.sure):
        yield f'layer "{layer.id}" has codes that lack a threshold'


def _is_sound_topics(topics: Any, state: LayerState, min_asked: int) -> bool:
    held = vars(topics) if type(topics) is TopicProfiles else {}
    terms, shares = held.get("terms_"), held.get("shares_")
    if type(terms) is not TokenCounts or not _is_sound_block(terms, Passage._fields):
        return False
    known = sum(target.asked >= min_asked for target in state.targets.values())
    rows = len(shares) if isinstance(shares, np.ndarray) and shares.ndim == 2 else 0
    return _is_numbers(shares, (rows, known)) and _are_sparse_parts(held, rows, len(terms.idf_))


def _are_sparse_parts(held: Mapping[str, Any], rows: int, width: int) -> bool:
    """Whether three arrays are a sparse matrix: scipy itself would read beyond them."""
    data, indices, starts = held.get("data_"), held.get("indices_"), held.get("indptr_")
    if not isinstance(data, np.ndarray) or not _is_numbers(data, data.shape[:1]):
        return False
    if not _is_integers(indices, len(data)) or not _is_integers(starts, rows + 1):
        return False
    in_range = ((indices >= 0) & (indices < width)).all()
    return bool(in_range and starts[0] == 0 and starts[-1] == len(data) and (np.diff(starts) >= 0).all())


def _is_integers(value: Any, size: int) -> TypeGuard[Array]:
    return isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.shape == (size,)


def _width(union: Any, layer: Layer | None = None, meta: ModelMeta | None = None) -> int:
    """The number of a union's columns; for a stance layer of those it shares."""
    if union is None:
        return 0
    if layer is not None and meta is not None and layer.kind == "stance":
        return len(columns_of(union, pipeline_named(meta.settings.pipeline).shared))
    if isinstance(union, SentenceFeatures):
        return sum(union.widths.values())
    return sum(len(block.idf_) for _, block in union.transformer_list)


def _is_numbers(value: Any, shape: tuple[int, ...]) -> bool:
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.shape == shape
        and bool(np.isfinite(value).all())
    )
