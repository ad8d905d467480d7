"""A sentence-transformers model in a folder, its network as ONNX: run without any code of its own.

``SentenceTransformer(name, backend="onnx").save_pretrained(folder)`` writes such a folder, and many
models are published as one. Of its modules those are known that most models have: the network, pooling,
and normalising, which is done anyway. `download` copies one from the Hugging Face hub: nothing else asks
the hub, and people have to want it (``--download``).
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from schemas.errors import SettingsError, install_line
from schemas.files import home
from train.arrays import Array

#: From the vectors of a text's tokens, shape (n_tokens, size), to one of the text.
POOLINGS: dict[str, Callable[[Array], Array]] = {
    "cls": lambda tokens: tokens[0],
    "mean": lambda tokens: tokens.mean(axis=0),
    "max": lambda tokens: tokens.max(axis=0),
    "lasttoken": lambda tokens: tokens[-1],
}
#: How a folder says which of them it has, where it does not name it.
_FLAGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "lasttoken",
}
_MODULES = ("Transformer", "Pooling", "Normalize")
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
#: Tokens of a text, where the folder does not say how many the network can read.
_LENGTH = 512


class StFolder(NamedTuple):
    """What a folder holds.

    Parameters
    ----------
    pooling
        A name of `POOLINGS`.
    size
        The numbers of a vector.
    length
        Tokens that are read of a text; what comes after them is not.
    """

    network: Path
    tokenizer: Path
    pooling: str
    size: int
    length: int
    lower_case: bool


def read_folder(folder: Path) -> StFolder:
    """What is in the folder; nothing is loaded.

    Raises
    ------
    SettingsError
        A file is missing or says what is not known here; tells which.
    """
    modules = [module for module in _read(folder, "modules.json", list) if isinstance(module, dict)]
    types = {str(module.get("type")).rpartition(".")[2]: str(module.get("path", "")) for module in modules}
    if unknown := [name for name in types if name not in _MODULES]:
        raise _problem(folder, f'the module "{unknown[0]}"', f"none but {', '.join(_MODULES)}")
    if "Pooling" not in types:
        raise _problem(folder, "no pooling in modules.json", "a sentence-transformers model")
    how = _read(folder, f"{types['Pooling']}/config.json", dict)
    flags = [_FLAGS.get(name) for name, is_on in how.items() if name.startswith("pooling_mode_") and is_on]
    modes = [how["pooling_mode"]] if "pooling_mode" in how else flags
    if len(modes) != 1 or modes[0] not in POOLINGS:
        raise _problem(folder, "another way of pooling", f"one of {', '.join(POOLINGS)}")
    size = how.get("word_embedding_dimension", how.get("embedding_dimension"))
    if type(size) is not int or size < 1:
        raise _problem(folder, "no word_embedding_dimension with the pooling", "a number")
    name = "sentence_bert_config.json"
    settings = _read(folder, name, dict) if (folder / name).exists() else {}
    length = settings.get("max_seq_length")
    networks = [folder / "onnx/model.onnx", folder / "model.onnx"]
    network = next((file for file in networks if file.is_file()), None)
    if network is None:
        raise _problem(folder, "no onnx/model.onnx", 'a model saved with backend="onnx"')
    if not (folder / "tokenizer.json").is_file():
        raise _problem(folder, "no tokenizer.json", "a fast tokenizer's")
    return StFolder(
        network=network,
        tokenizer=folder / "tokenizer.json",
        pooling=modes[0],
        size=size,
        length=length if type(length) is int and length > 0 else _LENGTH,
        lower_case=bool(settings.get("do_lower_case")),
    )


def hash_of(folder: Path) -> str:
    """SHA-256 over all that a vector depends on."""
    folder_facts = read_folder(folder)
    files = [
        *sorted(folder_facts.network.parent.glob(f"{folder_facts.network.name}*")),
        folder_facts.tokenizer,
    ]
    digest = hashlib.sha256(
        repr((folder_facts.pooling, folder_facts.size, folder_facts.length, folder_facts.lower_case)).encode()
    )
    for file in files:
        state = file.stat()
        digest.update(_hash_of_file(file, state.st_size, state.st_mtime_ns))
    return digest.hexdigest()


@lru_cache  # some are hundreds of megabytes
def _hash_of_file(file: Path, size: int, changed: int) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def load_folder(folder: Path) -> Callable[[Sequence[str]], Array]:
    """The function that encodes: vectors of length one, shape (n, size).

    Texts are encoded one by one: a vector does not depend on those beside it, on one core it takes
    little longer, and nothing is padded.

    Raises
    ------
    SettingsError
        The files are not what they should be.
    ImportError
        onnxruntime or tokenizers is not installed.
    """
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    facts = read_folder(folder)
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = InferenceSession(str(facts.network), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(facts.tokenizer))
    except Exception as error:  # both libraries raise what they like
        raise _unfit(folder, error) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=facts.length)
    asked = [entry.name for entry in session.get_inputs()]
    outputs = [entry.name for entry in session.get_outputs() if len(entry.shape) == 3]
    if unknown := [name for name in asked if name not in _INPUTS]:
        raise _problem(folder, f'a network that asks for "{unknown[0]}"', f"none but {', '.join(_INPUTS)}")
    if not outputs:
        raise _problem(folder, "a network without vectors of tokens", "an output of three dimensions")

    def vectors_of(read: Any) -> Array:
        rows = zip(_INPUTS, (read.ids, read.attention_mask, read.type_ids), strict=True)
        inputs = {name: np.array([row], dtype=np.int64) for name, row in rows if name in asked}
        try:
            tokens: Array = session.run(outputs[:1], inputs)[0][0]
        except Exception as error:
            raise _unfit(folder, error) from error
        if tokens.shape[1] != facts.size:
            raise _problem(
                folder, f"vectors of {tokens.shape[1]} numbers", f"{facts.size}, as with the pooling"
            )
        return tokens

    def encode(texts: Sequence[str]) -> Array:
        vectors = np.zeros((len(texts), facts.size), dtype=np.float32)
        for i, text in enumerate(texts):
            read = tokenizer.encode(text.lower() if facts.lower_case else text)
            if read.ids:
                vectors[i] = POOLINGS[facts.pooling](vectors_of(read))
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit_vectors: Array = vectors / np.where(length > 0, length, 1)
        return unit_vectors

    return encode


def _read(folder: Path, name: str, kind: type) -> Any:
    try:
        content = json.loads((folder / name).read_text("utf-8"))
    except FileNotFoundError as error:
        raise _problem(folder, f"no {name}", "the folder of a sentence-transformers model") from error
    except (OSError, ValueError, RecursionError) as error:
        raise _problem(folder, f"{name} that cannot be read ({error})", "JSON") from error
    if not isinstance(content, kind):
        raise _problem(folder, f"{name} of another form", f"a JSON {kind.__name__}")
    return content


def _unfit(folder: Path, error: Exception) -> SettingsError:
    reason = " ".join(str(error).split())[:120]
    return _problem(folder, f"what cannot be run ({reason})", "a network and its tokenizer")


def _problem(folder: Path, found: str, expected: str) -> SettingsError:
    return SettingsError(f'encoder "st:{folder}": found {found}, expected {expected}')


#: A name of the hub: who published the model, and what it is called.
_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")
#: What `train.features.onnx_encoder` reads, and no weights of other kinds.
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
        message = f"the hub cannot be asked ({error}): {install_line('huggingface_hub')}"
        raise SettingsError(message) from error
    try:
        snapshot_download(name, local_dir=folder, allow_patterns=list(FILES))
    except Exception as error:  # it raises what it and its own libraries like
        reason = " ".join(str(error).split())[:120]
        raise SettingsError(f'"{name}" could not be copied from the Hugging Face hub: {reason}') from error
