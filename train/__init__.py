"""From gold sentences to a model and back to predictions; for scripts: `load_model`."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from train.api import TrainedModel

__all__ = ["load_model"]


def load_model(folder: str | Path) -> "TrainedModel":
    """The model of a folder (`train.api.TrainedModel`); scikit-learn is loaded for its estimators only.

    Raises
    ------
    ModelError
        The folder is no model, or not one that can be read here; says why.
    """
    from train import api

    return api.load_model(folder)
