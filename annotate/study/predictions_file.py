"""A file of predictions read back, to stand in the place of a model or beside one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from schemas.codebook import Codebook
from schemas.errors import DataError, near_hit
from schemas.jsonl import read_jsonl
from schemas.kinds import KINDS
from schemas.records import CodePrediction, LayerPrediction, Prediction, Record, SetPrediction


class PredictionRow(Record, frozen=True, kw_only=True):
    """A line of ``predictions.jsonl`` without what explains it."""

    sentence_id: str
    commentary_id: str
    text: str
    model_version: str
    codebook: str
    codebook_version: str
    layers: dict[str, Any]


class WholeRow(PredictionRow, frozen=True, kw_only=True):
    """A line with all that it may hold."""

    reasons: dict[str, list[tuple[str, float]]] = {}
    notices: list[str] | UnsetType = UNSET
    calibrated: list[str] | UnsetType = UNSET


class PredictionsFile:
    """The rows of one model for one codebook, by sentence.

    Attributes
    ----------
    version
        The ``model_version`` of all rows.
    is_asked
        Whether they are a language model's: each says which of its layers are calibrated.
    """

    def __init__(self, path: Path, codebook: Codebook) -> None:
        """Reads and checks the file.

        Raises
        ------
        DataError
            It has no rows, rows of several models or of another codebook, two rows of a sentence, or what the
            codebook does not know: names the line.
        """
        self.path, self._codebook = path, codebook
        self._rows: dict[str, bytes] = {}
        self.version, self.is_asked = "", True
        for n, row in enumerate(read_jsonl(path, WholeRow), 1):
            self.version = self.version or row.model_version
            problem = self._problem(row)
            if problem:
                raise DataError(problem, path=path, line=n)
            self.is_asked = self.is_asked and row.calibrated is not UNSET
            self._rows[row.sentence_id] = msgspec.json.encode(row)  # a fifth of what the records take
        if not self._rows:
            raise DataError("holds no predictions", path=path)
        self._decode = msgspec.json.Decoder(WholeRow).decode

    def get(self, sentence_id: str) -> Prediction | None:
        """What it says of a sentence."""
        row = self._rows.get(sentence_id)
        return to_prediction(self._decode(row), self._codebook) if row is not None else None

    def _problem(self, row: WholeRow) -> str | None:
        if row.codebook != self._codebook.codebook:
            found = f"is of the codebook {row.codebook} {row.codebook_version}"
            return f"{found}, expected {self._codebook.codebook}"
        if row.model_version != self.version:
            return f"has rows of {self.version} and of {row.model_version}, expected those of one model"
        if row.sentence_id in self._rows:
            return f'has a second row of the sentence "{row.sentence_id}", expected one'
        try:
            prediction = to_prediction(row, self._codebook)
        except msgspec.ValidationError as error:
            return f"not an answer as models give it: {error}"
        return next(_strange(prediction, self._codebook), None)


def is_asked(path: Path) -> bool:
    """Whether a file's rows are a language model's, by the first of them."""
    first = next(read_jsonl(path, WholeRow), None)
    return first is not None and first.calibrated is not UNSET


def version_of(path: Path) -> str:
    """The ``model_version`` of a file's first row.

    Raises
    ------
    DataError
        It has none.
    """
    first = next(read_jsonl(path, PredictionRow), None)
    if first is None:
        raise DataError("holds no predictions", path=path)
    return first.model_version


def to_prediction(row: PredictionRow, codebook: Codebook) -> Prediction:
    """The row as a model gave it; layers that the codebook does not have are left out.

    Raises
    ------
    msgspec.ValidationError
        A layer's answer has not the form that its kind has.
    """
    layers: dict[str, LayerPrediction] = {}
    for name, answer in row.layers.items():
        layer = codebook.layer(name)
        if layer is None:
            continue
        kind = KINDS[layer.kind]
        form: Any = SetPrediction if kind.several else CodePrediction
        layers[name] = msgspec.convert(answer, dict[str, CodePrediction] if kind.by_target else form)
    return Prediction(**{**msgspec.structs.asdict(row), "layers": layers})


def _strange(prediction: Prediction, codebook: Codebook) -> Iterator[str]:
    """What the codebook does not know, in words."""
    for name, said in prediction.layers.items():
        layer = codebook.layer(name)
        assert layer is not None
        for target, answer in said.items() if isinstance(said, dict) else [("", said)]:
            if target and codebook.target(target) is None:
                near = near_hit(target, codebook.target_ids)
                yield f'the codebook has no target "{target}" in {name}{near}'
            codes = answer.codes if isinstance(answer, SetPrediction) else [answer.code]
            for code in (*map(str, codes), *answer.scores):
                if code not in layer.values:
                    yield f'the codebook has no code "{code}" in {name}{near_hit(code, layer.values)}'
