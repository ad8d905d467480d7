"""Who says what is in a sentence: a model, a model with a file of predictions beside it, or a file alone."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from annotate.analysis.drift import Drift, Watch
from annotate.study.predictions_file import PredictionsFile, version_of
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import Commentary, ContextSentence, Prediction, Sentence

if TYPE_CHECKING:
    from train.model import Model, ModelMeta


class Source(NamedTuple):
    """Whoever says it, ready to be asked.

    Parameters
    ----------
    predict
        A prediction for each sentence, in their order; without layers where a file has no row of it.
    drift_of
        Whether a commentary is unlike what a model was trained on; None where there is no model.
    """

    book: Codebook
    version: str
    predict: Callable[[Sequence[ContextSentence]], list[Prediction]]
    drift_of: Callable[[Commentary, Sequence[Sentence]], Drift | None]


class SourcePlace(NamedTuple):
    """Where it lies: what several processes are told.

    Parameters
    ----------
    predictions
        A file: beside the model, or without one in its place, which takes a codebook.
    """

    model: Path | None = None
    predictions: Path | None = None
    codebook: Path | None = None

    def about(self) -> "About":
        """What is known before anything is loaded."""
        if self.model is None:
            assert self.predictions is not None
            book = self._book()
            digest = _digest(read_bytes(self.predictions), msgspec.json.encode(book))
            return About(book, version_of(self.predictions), None, digest)
        from train.persistence.folder import load_meta

        meta = load_meta(self.model)
        if self.predictions is None:
            return About(meta.book, meta.stacked.without if meta.stacked else meta.model_version, meta, "")
        return About(meta.book, meta.model_version, meta, _digest(read_bytes(self.predictions)))

    def load(self, reasons: int | None = None) -> Source:
        """Reads and checks all that is needed.

        Parameters
        ----------
        reasons
            How many are given of each answer; None: as many as a model was trained to give, or a file has.

        Raises
        ------
        ModelError, DataError
            The model or the file cannot be used, or they do not belong together.
        """
        if self.model is None:
            book = self._book()
            return file_source(self._file(book), book, reasons)
        from train.persistence.folder import load_model

        model = load_model(self.model, with_file=self.predictions is not None)
        model = model if reasons is None else model.with_reasons(reasons)
        if self.predictions is None:
            return model_source(model)
        return source_of_both(model, self._file(model.meta.book))

    def _book(self) -> Codebook:
        assert self.codebook is not None
        return load_codebook(self.codebook)

    def _file(self, book: Codebook) -> PredictionsFile:
        assert self.predictions is not None
        return PredictionsFile(self.predictions, book)


class About(NamedTuple):
    """A source's codebook and version, its model's description, and a hash of its files beside that."""

    book: Codebook
    version: str
    meta: "ModelMeta | None"
    digest: str


def model_source(model: "Model") -> Source:
    """A model that answers alone."""
    from train.predict import predict

    return Source(
        model.meta.book, model.meta.model_version, lambda rows: predict(model, rows), Watch(model).drift_of
    )


def source_of_both(model: "Model", file: PredictionsFile) -> Source:
    """A model of ``train --with``, and the predictions that it takes.

    Raises
    ------
    DataError
        The model takes no file, or that of another model.
    """
    from train.predict import predict
    from train.stacking import File, with_file

    stacked = model.meta.stacked
    if stacked is None:
        words = f"{model.meta.model_version} was trained without predictions: leave out --with"
        raise DataError(words, path=file.path)
    if stacked.predictions != file.version:
        words = (
            f"holds the predictions of {file.version}; {model.meta.model_version} was trained with those of "
            f"{stacked.predictions}: run `zeroshot` as before, or train again"
        )
        raise DataError(words, path=file.path)

    def answers(rows: Sequence[ContextSentence]) -> list[Prediction]:
        missing = [row for row in rows if file.get(row.sentence_id) is None]
        if missing and stacked.if_missing == "refuse":
            more = f" and of {len(missing) - 1} more" if len(missing) > 1 else ""
            words = (
                f'has no row of the sentence "{missing[0].sentence_id}"{more}; run `zeroshot` on these '
                "texts, or train with --if-missing fall-back"
            )
            raise DataError(words, path=file.path)
        return with_file(model, rows, predict(model, rows), File(file.version, file.get))

    return Source(model.meta.book, model.meta.model_version, answers, Watch(model).drift_of)


def file_source(file: PredictionsFile, book: Codebook, reasons: int | None = None) -> Source:
    """A file in the place of a model."""

    def answers(rows: Sequence[ContextSentence]) -> list[Prediction]:
        found = [file.get(row.sentence_id) or _nothing(row, file.version, book) for row in rows]
        return found if reasons != 0 else [replace(prediction, reasons={}) for prediction in found]

    return Source(book, file.version, answers, lambda commentary, sentences: None)


def _nothing(row: ContextSentence, version: str, book: Codebook) -> Prediction:
    return Prediction(
        sentence_id=row.sentence_id, commentary_id=row.commentary_id, text=row.text, model_version=version,
        codebook=book.codebook, codebook_version=book.version, layers={},
    )  # fmt: skip


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]
