"""A model as a folder: ``model.skops``, ``model.json``, ``MODEL_CARD.md``; at times ``estimators.skops``.

The skops file holds plain tables, texts and arrays, and trusts no type besides: ours are made from
them only once every shape and range was looked at. So loading runs no code from the file. The hash
in ``model.json`` shows damage; it is no signature, for whoever can change one file can change both.
Estimators that are not ours have a file of their own, which is read only where it is trusted
(`train.persistence.estimators`).
"""

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from schemas.errors import DataError, ModelError, SettingsError
from schemas.files import MAX_FILE, MAX_ROW, read_bytes, replacing, write_text
from schemas.nesting import TOO_DEEP, Nesting
from train.features.encoders import identity_of
from train.model import FORMAT, STACKED_FORMAT, Model, ModelMeta
from train.persistence.card import model_card
from train.persistence.estimators import ESTIMATORS_FILE, read_estimators, write_estimators
from train.persistence.plain_skops import ForeignTypeError, read_plain, write_plain
from train.persistence.state import from_state, to_state
from train.persistence.validation import estimator_problem, first_meta_problem, first_problem

MODEL_FILE, META_FILE, CARD_FILE = "model.skops", "model.json", "MODEL_CARD.md"


def save_model(model: Model, folder: str | Path, *, created: str | None = None) -> Path:
    """Writes the model's files and gives the folder.

    Parameters
    ----------
    created
        The day to note in ``model.json`` and the card (ISO date); none is noted without it, so that
        the same model gives the same text.
    """
    folder = Path(folder)
    data = write_plain(to_state(model))
    estimators, described = write_estimators(model) if model.meta.estimator else (None, None)
    meta = msgspec.structs.replace(
        model.meta,
        created=created or model.meta.created,
        sha256=hashlib.sha256(data).hexdigest(),
        estimator=described,
    )
    with replacing(folder / MODEL_FILE) as file:
        file.write(data)
    if estimators is None:
        (folder / ESTIMATORS_FILE).unlink(missing_ok=True)
    else:
        with replacing(folder / ESTIMATORS_FILE) as file:
            file.write(estimators)
    write_text(folder / CARD_FILE, model_card(meta))
    # last, so that a folder without it is no model yet
    with replacing(folder / META_FILE) as file:
        file.write(msgspec.json.format(msgspec.json.encode(meta), indent=2) + b"\n")
    return folder


def load_model(folder: str | Path, *, with_file: bool = False) -> Model:
    """The model of a folder.

    Parameters
    ----------
    with_file
        Whether the file of predictions is there that a model of `train --with` takes; else such a model is
        the one without, under the name of that.

    Raises
    ------
    ModelError
        The folder is no model, or its files are damaged, foreign, of another minor version of
        scikit-learn, or of a newer format; or the encoder's folder is not there or another's: names
        which. Or it holds estimators that are not ours, and are not trusted here. Or it takes a file of
        predictions, refuses to do without, and there is none.
    """
    folder = Path(folder)
    meta = load_meta(folder)
    if meta.stacked is not None and not with_file:
        if meta.stacked.if_missing == "refuse":
            raise ModelError(
                f"was trained with the predictions of {meta.stacked.predictions} and needs them for new "
                "pieces: give them with `tag --with FILE`, or train with `--if-missing fall-back`",
                path=folder,
            )
        meta = msgspec.structs.replace(meta, model_version=meta.stacked.without, format=FORMAT, stacked=None)
    _check_encoder(meta, folder / META_FILE)
    data = _read(folder, MODEL_FILE)
    state = _read_state(data, folder / MODEL_FILE)
    if hashlib.sha256(data).hexdigest() != meta.sha256:
        raise ModelError("is not the file that model.json was written with", path=folder / MODEL_FILE)
    problem = first_problem(meta, state)
    if problem:
        raise ModelError(f"is not a valid model: {problem}", path=folder / MODEL_FILE)
    if meta.estimator is None:
        return from_state(meta, state)
    path = folder / ESTIMATORS_FILE
    estimators = read_estimators(meta, _read(folder, ESTIMATORS_FILE), path)
    if problem := estimator_problem(state, estimators):
        raise ModelError(f"is not of this model: {problem}", path=path)
    return from_state(meta, state, estimators)


def read_estimators_file(folder: str | Path) -> bytes | None:
    """The file of estimators that are not ours; None for a model without.

    Raises
    ------
    ModelError
        As `load_meta`, or the file is missing.
    """
    folder = Path(folder)
    return _read(folder, ESTIMATORS_FILE) if load_meta(folder).estimator else None


def load_meta(folder: str | Path) -> ModelMeta:
    """The description of a model, without its estimators.

    Raises
    ------
    ModelError
        As `load_model`, for ``model.json`` alone.
    """
    folder = Path(folder)
    path = folder / META_FILE
    data = _read(folder, META_FILE)
    if Nesting().is_deep(data):
        raise ModelError(f"is not the description of a model: {TOO_DEEP}", path=path)
    try:
        raw = json.loads(data)
        format_number = raw["format"] if isinstance(raw, dict) else None
    except (ValueError, KeyError) as error:
        raise ModelError(f"is not the description of a model: {error}", path=path) from error
    if format_number not in (FORMAT, STACKED_FORMAT) or isinstance(format_number, bool):
        older = isinstance(format_number, int) and format_number < FORMAT
        advice = "train again" if older else "update standpunkt"
        reads = f"this version reads {FORMAT}"
        raise ModelError(f"has format {format_number!r}, {reads}: {advice}", path=path)
    try:
        meta = msgspec.convert(raw, ModelMeta)
    except msgspec.ValidationError as error:
        raise ModelError(f"is not the description of a model: {error}", path=path) from error
    _check_version(meta, path)
    problem = first_meta_problem(meta)
    if problem:
        raise ModelError(f"is not a valid model: {problem}", path=path)
    return meta


def _check_version(meta: ModelMeta, path: Path) -> None:
    here, there = metadata.version("scikit-learn"), meta.versions.get("scikit-learn", "unknown")
    if here.split(".")[:2] != there.split(".")[:2]:
        raise ModelError(
            f"was trained with scikit-learn {there}, found {here} here: train again, or install "
            f'"scikit-learn=={".".join(there.split(".")[:2])}.*"',
            path=path,
        )


def _check_encoder(meta: ModelMeta, path: Path) -> None:
    """That an encoder in a folder is the one of training."""
    try:
        identity = identity_of(meta.settings.encoder)
    except SettingsError as error:
        raise ModelError(f"needs its encoder where training had it: {error.message}", path=path) from error
    if identity != meta.encoder_hash:
        raise ModelError(
            f'needs the encoder it was trained with: found another in "{meta.settings.encoder}" '
            f"(SHA-256 {identity[:12]}…), expected {meta.encoder_hash[:12]}…",
            path=path,
        )


def _read(folder: Path, name: str) -> bytes:
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise ModelError(f"{what}, expected the folder of a model", path=folder)
    try:
        if (folder / name).exists() and not (folder / name).is_file():  # a pipe would be waited for
            raise DataError("expected a file")
        return read_bytes(folder / name, at_most=MAX_ROW if name == META_FILE else MAX_FILE)
    except DataError as error:
        words = f"is not a model folder: {name}: {error.message}; {_models_below(folder)}"
        raise ModelError(words, path=folder) from error


def _models_below(folder: Path) -> str:
    """The last of the models that a folder of models, or of a study, holds."""
    below = [file for pattern in ("", "models/") for file in folder.glob(f"{pattern}*/{META_FILE}")]
    last = max(below, key=lambda file: file.stat().st_mtime_ns, default=None)
    return f"it holds one in {last.parent}" if last else "expected one that `standpunkt train` made"


def _read_state(data: bytes, path: Path) -> Any:
    try:
        return read_plain(data)
    except ForeignTypeError as error:
        raise ModelError(f"holds foreign types, nothing was loaded: {error}", path=path) from error
    except Exception as error:  # whatever a hostile file makes zipfile, json or numpy raise
        kind = "a pickle" if data[:1] == b"\x80" else "damaged or no skops file"
        raise ModelError(f"is {kind}, nothing was loaded ({type(error).__name__})", path=path) from error
