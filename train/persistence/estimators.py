"""``estimators.skops``: a model's scikit-learn estimators that are not ours, and where they may be read.

To read such a file imports the modules of its types and calls what they define; skops knows most types of
scikit-learn to be harmless, and nobody's own. So a file is read only where it was written, or where the
user has confirmed it: by its SHA-256, in the folder of the user's data.
"""

import hashlib
import shlex
from pathlib import Path
from typing import Any

from schemas.confirmed import Confirmed
from schemas.errors import ModelError
from train.classifiers.estimator_model import EstimatorError, EstimatorModel
from train.model import EstimatorFile, Model, ModelMeta
from train.persistence.plain_skops import foreign_types, pack

ESTIMATORS_FILE = "estimators.skops"
_TRUSTED = Confirmed("trusted-models.json")

#: By layer and part.
Estimators = dict[str, dict[str, Any]]


def check_keepable(estimator_name: str) -> None:
    """Whether a model with this estimator can be kept and read again: asked before any training.

    Raises
    ------
    EstimatorError
        skops cannot write it, or not read it again; in its words.
    """
    from train.classifiers.named_estimator import load_estimator

    _written(load_estimator(estimator_name))


def write_estimators(model: Model) -> tuple[bytes, EstimatorFile]:
    """The file of a model's estimators, of the same estimators the same bytes; and its description.

    Whoever writes a file trusts it from now on.
    """
    layers = {
        layer: {
            part: classifier.estimator_
            for part, classifier in classifiers.items()
            if isinstance(classifier, EstimatorModel)
        }
        for layer, classifiers in model.classifiers.items()
    }
    # the name belongs to what is confirmed: to measure errors, the estimator is made by it anew
    data = _written({"estimator": model.meta.settings.estimator, "layers": layers})
    digest = hashlib.sha256(data).hexdigest()
    _TRUSTED.add(digest)
    known = model.meta.estimator or EstimatorFile()
    return data, EstimatorFile(sha256=digest, types=foreign_types(data), reads_texts=known.reads_texts)


def read_estimators(meta: ModelMeta, data: bytes, path: Path) -> Estimators:
    """The estimators, once the file is known to be the model's and trusted.

    Raises
    ------
    ModelError
        It is another file, not trusted here, of other layers, or needs a module that is not found.
    """
    digest = hashlib.sha256(data).hexdigest()
    if meta.estimator is None or digest != meta.estimator.sha256:
        raise ModelError("is not the file that model.json was written with", path=path)
    if digest not in _TRUSTED.all():
        raise ModelError(
            "holds estimators that were not confirmed on this machine, nothing was loaded: "
            f"`standpunkt model trust {shlex.quote(str(path.parent))}` shows their types and confirms them",
            path=path,
        )
    from train.classifiers.named_estimator import look_in_current_folder

    look_in_current_folder()
    try:
        found = _read(data)
    except ModuleNotFoundError as error:
        raise ModelError(
            f'needs the module "{error.name}", which is neither on Python\'s path nor in this folder',
            path=path,
        ) from error
    except Exception as error:  # whatever the types that it names make of it
        raise ModelError(f"cannot be read: {type(error).__name__}: {error}", path=path) from error
    if not isinstance(found, dict) or found.get("estimator") != meta.settings.estimator:
        raise ModelError("holds another estimator than model.json names", path=path)
    layers: Estimators = found["layers"]
    return layers


def unsafe_types(data: bytes, path: Path) -> list[str]:
    """The types of a file that skops does not know to be safe; nothing is built or imported.

    Raises
    ------
    ModelError
        It is no skops file.
    """
    import skops.io

    try:
        return list(skops.io.get_untrusted_types(data=data))
    except Exception as error:  # whatever a hostile file makes zipfile, json or skops raise
        raise ModelError(f"is damaged or no skops file ({type(error).__name__})", path=path) from error


def trust(data: bytes) -> None:
    """Lets this file be read on this machine from now on."""
    _TRUSTED.add(hashlib.sha256(data).hexdigest())


def distrust(data: bytes) -> bool:
    """Takes that back; False where it was not trusted."""
    return _TRUSTED.remove(hashlib.sha256(data).hexdigest())


def _written(value: Any) -> bytes:
    import skops.io

    try:
        data = pack(skops.io.dumps(value), with_ids=True)
        _read(data)
    except Exception as error:  # it asks every type how it wants to be kept
        words = f"cannot be kept as a skops file: {type(error).__name__}: {error}"
        raise EstimatorError(words) from error
    return data


def _read(data: bytes) -> Any:
    import skops.io

    return skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
