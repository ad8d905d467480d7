"""INCEpTION's protocol of external recommenders: a document in, the same one with suggestions out.

As its developer guide publishes it ("External recommender"). A suggestion is an annotation of the layer and
feature that were asked for, with ``inception_internal_predicted``.
"""

from typing import Any

from annotate.serve.payloads import BadRequest, Metadata, PredictDocument
from annotate.serve.served import Served
from exports.formats.cas import feature_of
from exports.readers.tools.cas_xmi import load_cas
from exports.readers.tools.files import Member
from schemas.errors import DataError, near_hit
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.studio_json import AUTHOR_NOTE

INCEPTION = "INCEpTION"
_SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
_PREDICTED = "inception_internal_predicted"


class NoLayer(BadRequest):
    """The address names no layer that is suggested."""

    status = 404


class NotInstalled(BadRequest):
    """What reads a CAS is not here."""

    status = 501


def served_layer(served: Served, name: str) -> Layer:
    """The layer of an address.

    Raises
    ------
    NoLayer
        Codebook and model do not both have it.
    """
    suggester = served.suggester
    layers = {one.id: one for one in suggester.codebook.predicted_layers if one.id not in suggester.unshared}
    if name not in layers:
        raise NoLayer(
            f'no layer "{name}" is suggested; expected /inception/ and one of {", ".join(layers)}'
            f"{near_hit(name, [*layers])}"
        )
    return layers[name]


def recommended(served: Served, layer: Layer, asked: PredictDocument) -> str:
    """The document as XMI, with what is certain enough of the layer.

    Raises
    ------
    BadRequest
        It is no CAS, or has no such layer or feature; or dkpro-cassis is not installed.
    """
    target = _target(served, layer, asked.metadata)
    cas = _load(asked)
    annotation = _annotation(cas, asked.metadata)
    sentences = cas.select(_SENTENCE) if _has(cas, _SENTENCE) else []
    spans = [(one.begin, one.end) for one in sentences if one.begin is not None and one.end is not None]
    if not spans:
        raise BadRequest(
            f"the document has no sentences ({_SENTENCE}), of which alone something is suggested"
        )
    feature = asked.metadata.feature
    found = served.answers_in(cas.sofa_string or "", spans, asked.document.user_id)
    for (begin, end), offered in sorted(found.items()):
        for one in offered:
            if (one.layer, one.target) != (layer.id, target):
                continue
            values = {
                feature: one.code,
                f"{feature}_score": one.score,
                f"{feature}_score_explanation": " · ".join(
                    [served.model_version, *([AUTHOR_NOTE] if one.of_author else [])]
                ),
            }
            known = {name: value for name, value in values.items() if annotation.get_feature(name)}
            cas.add(annotation(begin=begin, end=end, **{_PREDICTED: True}, **known))
    return str(cas.to_xmi())


def _target(served: Served, layer: Layer, metadata: Metadata) -> str | None:
    """The target that the feature stands for, as our export names it; None where a layer asks of none."""
    if not KINDS[layer.kind].by_target:
        return None
    targets = {feature_of(target): target for target in served.suggester.codebook.target_ids}
    if len(targets) == 1:
        return next(iter(targets.values()))
    if metadata.feature not in targets:
        raise BadRequest(
            f'layer "{layer.id}" is asked of targets, and feature "{metadata.feature}" is none of them; '
            f"expected {', '.join(targets)}{near_hit(metadata.feature, [*targets])}"
        )
    return targets[metadata.feature]


def _load(asked: PredictDocument) -> Any:
    xmi, types = asked.document.xmi.encode(), asked.type_system.encode()
    try:
        return load_cas(
            Member("document.xmi", "document", lambda: xmi), Member("types.xml", "typeSystem", lambda: types)
        )
    except DataError as error:
        kind = NotInstalled if isinstance(error.__cause__, ImportError) else BadRequest
        raise kind(str(error)) from error


def _annotation(cas: Any, metadata: Metadata) -> Any:
    """The type of the layer, which has to have what a suggestion is made of."""
    if metadata.anchoring_mode == "singleToken":
        raise BadRequest(
            f'layer "{metadata.layer}" is of single tokens, and suggestions are of sentences: '
            'expected the granularity "Sentence-level" in the settings of the layer'
        )
    if not _has(cas, metadata.layer):
        raise BadRequest(f'the type system has no layer "{metadata.layer}", which was asked for')
    annotation = cas.typesystem.get_type(metadata.layer)
    for name in (metadata.feature, _PREDICTED):
        if annotation.get_feature(name) is None:
            raise BadRequest(f'layer "{metadata.layer}" has no feature "{name}" in the type system')
    return annotation


def _has(cas: Any, name: str) -> bool:
    return bool(cas.typesystem.contains_type(name))
