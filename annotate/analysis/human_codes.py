"""What people coded, in the place of what a model said: the same pages show either."""

from collections.abc import Mapping

import msgspec

from annotate.kinds import kind_of
from schemas.codebook import Codebook
from schemas.kinds import fits
from schemas.records import LayerPrediction, Layers, Prediction, Sentence


def checked_layers(layers: Layers, codebook: Codebook) -> dict[str, LayerPrediction]:
    """People's answers as answers a page can show: sure, and without any probability."""
    answers = {
        layer.id: kind_of(layer).by_people(layers[layer.id])
        for layer in codebook.predicted_layers
        if layer.id in layers and fits(layer, layers[layer.id])
    }
    return {name: answer for name, answer in answers.items() if answer is not None}


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
        kind, before = kind_of(codebook.layer(name)), layers.get(name)
        layers[name] = answer if before is None else kind.overlaid(before, answer)
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
