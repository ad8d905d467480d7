"""Sentence-transformers models of the Hugging Face hub, copied into a folder of the user's.

The hub is asked by `download` alone, which people have to want (``--download``).
"""

import re
from pathlib import Path

from schemas.errors import SettingsError
from schemas.home import home
from train.st_folder import read_folder

#: A name of the hub: who published the model, and what it is called.
_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")
#: What `train.st_folder` reads, and no weights of other kinds.
FILES = (
    "modules.json", "sentence_bert_config.json", "*_Pooling/config.json", "tokenizer.json",
    "model.onnx", "model.onnx_data", "onnx/model.onnx", "onnx/model.onnx_data",
)  # fmt: skip


def is_name(name: str) -> bool:
    """Whether a model of the hub may have this name."""
    return _NAME.fullmatch(name) is not None


def copy_of(name: str) -> Path:
    """The folder that holds the copy of a model, whether there is one or not."""
    return home() / "encoders" / name


def download(name: str) -> Path:
    """Copies a model from the hub; a copy that is there and whole is left as it is.

    Raises
    ------
    SettingsError
        The hub does not answer, has no such model, or none with a network as ONNX; or the library that
        asks it is not installed.
    """
    folder = copy_of(name)
    try:
        read_folder(folder)
    except SettingsError:
        _fetch(name, folder)
        read_folder(folder)
    return folder


def _fetch(name: str, folder: Path) -> None:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        message = f'the hub cannot be asked: pip install "standpunkt[embeddings]" ({error})'
        raise SettingsError(message) from error
    try:
        snapshot_download(name, local_dir=folder, allow_patterns=list(FILES))
    except Exception as error:  # it raises what it and its own libraries like
        reason = " ".join(str(error).split())[:120]
        raise SettingsError(f'"{name}" could not be copied from the Hugging Face hub: {reason}') from error
