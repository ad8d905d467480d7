"""What people coded, in the place of what a model said: the same pages show either."""

from collections.abc import Mapping

import msgspec

from schemas.codebook import Codebook, Layer
from schemas.records import CodePrediction, LayerPrediction, Layers, Prediction, Sentence, SetPrediction


def checked_layers(layers: Layers, codebook: Codebook) -> dict[str, LayerPrediction]:
    """People's answers as answers a page can show: sure, and without any probability."""
    found = {layer.id: _answer(layers.get(layer.id), layer) for layer in codebook.predicted_layers}
    return {name: answer for name, answer in found.items() if answer is not None}


def with_checked(
    prediction: Prediction | None, sentence: Sentence, checked: Mapping[str, LayerPrediction],
    codebook: Codebook, *, only: bool,
) -> Prediction | None:  # fmt: skip
    """A prediction in which people's answers stand for the model's; ``only`` leaves those alone.

    A target that people left undecided keeps the model's answer.
    """
    if only or prediction is None:
        return _by_people(sentence, checked, codebook) if checked else None
    if not checked:
        return prediction
    layers = dict(prediction.layers)
    for name, answer in checked.items():
        before = layers.get(name)
        both = isinstance(answer, dict) and isinstance(before, dict)
        layers[name] = {**before, **answer} if both else answer  # type: ignore[dict-item]
    reasons = {
        name: why
        for name, why in prediction.reasons.items()
        if name.split(".")[0].split("__")[0] not in checked
    }
    return msgspec.structs.replace(prediction, layers=layers, reasons=reasons)


def _by_people(sentence: Sentence, checked: Mapping[str, LayerPrediction], codebook: Codebook) -> Prediction:
    return Prediction(
        sentence_id=sentence.sentence_id,
        commentary_id=sentence.commentary_id,
        text=sentence.text,
        model_version="",
        codebook=codebook.codebook,
        codebook_version=codebook.version,
        layers=dict(checked),
    )


def _answer(value: object, layer: Layer) -> LayerPrediction | None:
    if layer.kind == "stance":
        stances = value if isinstance(value, dict) else {}
        return {target: _sure(code) for target, code in stances.items()} or None
    if layer.kind == "set":
        # no code at all is an answer too: it takes the model's codes away
        return SetPrediction(codes=list(value), scores={}, thresholds={}) if isinstance(value, list) else None
    return _sure(value) if isinstance(value, str | int) else None


def _sure(code: str | int) -> CodePrediction:
    return CodePrediction(code=code, score=1.0, threshold=0.0, abstained=False, scores={})
