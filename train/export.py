"""A model's layers as scikit-learn Pipelines in a file."""

from pathlib import Path

from schemas.errors import DataError
from schemas.files import replacing
from schemas.records import Record
from train.api import TrainedModel
from train.persistence.plain_skops import pack


class ExportReport(Record, frozen=True, kw_only=True):
    """What was written: layers, those left out with the reason, and the types to trust on reading."""

    file: str
    layers: list[str]
    left_out: dict[str, str]
    types: list[str]


def export_skops(model: TrainedModel, path: str | Path, *, layer: str | None = None) -> ExportReport:
    """Writes the Pipeline of a layer, or without one a dict of all that have one.

    Raises
    ------
    DataError
        The layer has none, or no layer has.
    """
    import skops.io

    pipelines, left_out = {}, {}
    for name in [layer] if layer else model.layers:
        try:
            pipelines[name] = model.estimator(name)
        except DataError as error:
            left_out[name] = error.message
    if not pipelines:
        raise DataError(next(iter(left_out.values()), "the model has learned no layer"))
    data = pack(skops.io.dumps(pipelines[layer] if layer else pipelines), with_ids=True)
    with replacing(path) as file:
        file.write(data)
    types = list(skops.io.get_untrusted_types(data=data))
    return ExportReport(file=str(path), layers=list(pipelines), left_out=left_out, types=types)
