"""A trained model for scripts: predictions of texts, and scikit-learn Pipelines of its layers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import ContextSentence, Prediction
from train.model import Model
from train.persistence import folder as model_folder
from train.predict import predict, trained_layers

if TYPE_CHECKING:
    from train.layer_pipeline import TextPipeline


class TrainedModel:
    """A model as `load_model` gives it.

    Attributes
    ----------
    version
        Its ``model_version``.
    codebook
        The codebook it was trained with.
    layers
        The ids of the layers that it has learned.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def version(self) -> str:
        return self._model.meta.model_version

    @property
    def codebook(self) -> Codebook:
        return self._model.meta.book

    @property
    def layers(self) -> list[str]:
        return [layer.id for layer in trained_layers(self._model)]

    def predict(self, texts: Sequence[str | ContextSentence]) -> list[Prediction]:
        """What the model says of each sentence, in their order.

        A plain text stands alone: it has no neighbours and is a commentary of its own, whatever comes
        before and after it in the list; its place, counted from 0, is its ``sentence_id`` and
        ``commentary_id``. A record (`schemas.records.ContextSentence`, such as gold rows) is read with its
        ``before`` and ``after``, and the records of one commentary speak for each other in stances.

        Raises
        ------
        DataError
            Something else is given.
        """
        if isinstance(texts, str):
            raise DataError("found one text, expected a list of texts")
        return predict(self._model, [_row(place, text) for place, text in enumerate(texts)])

    def estimator(self, layer: str) -> "TextPipeline":
        """A layer as a fitted scikit-learn Pipeline over texts.

        Its ``predict_proba`` is what `predict` says of plain texts; it may be cloned, searched, fitted
        anew and pickled. ``predict`` gives codes, of a scale numbers, of a set an indicator with a column
        for each of ``classes_``.

        Raises
        ------
        DataError
            The model has not learned this layer, or it is one of stances.
        """
        from train.layer_pipeline import layer_pipeline

        return layer_pipeline(self._model, layer)


def load_model(folder: str | Path) -> TrainedModel:
    """The model of a folder.

    Raises
    ------
    ModelError
        The folder is no model, or not one that can be read here; says why.
    """
    return TrainedModel(model_folder.load_model(folder))


def _row(place: int, text: object) -> ContextSentence:
    if isinstance(text, ContextSentence):
        return text
    if isinstance(text, str):
        return ContextSentence(sentence_id=str(place), commentary_id=str(place), text=text)
    found = type(text).__name__
    raise DataError(
        f"text {place}: found {found}, expected a text or a row with its context, such as one of gold "
        "(annotate.api.predict takes commentaries)"
    )
