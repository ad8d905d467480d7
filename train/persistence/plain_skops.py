"""skops files that hold plain data only: tables, lists, texts, numbers, arrays.

skops itself imports all of scikit-learn, and with it pandas where that is installed, to know the
types it may build: over a second before the first sentence is tagged. A model file of ours needs
five of its nodes, and none that names a type to import or a function to call; this reads those and
refuses the rest by name. The files are ordinary ones: ``skops.io.load`` reads them too.
"""

import io
import json
from pathlib import PurePath
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from schemas.errors import StandpunktError

#: The newest layout of skops files whose plain nodes are known here.
PROTOCOL = 2
#: Bytes that a file may hold once unpacked: a bound on what damage or malice can fill memory with.
MOST = 4 * 2**30

_PLAIN = {
    ("DictNode", "builtins", "dict"),
    ("ListNode", "builtins", "list"),
    ("JsonNode", "builtins", "str"),  # whatever JSON holds: skops names all of it so
    ("NdArrayNode", "numpy", "ndarray"),
    ("TypeNode", "builtins", "str"),  # of a table's keys
}


class ForeignTypeError(StandpunktError):
    """A file names types that are not plain: ``names``."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(", ".join(names[:5]))


def write_plain(value: Any) -> bytes:
    """A skops file of plain data, packed; of the same data the same bytes."""
    import skops.io

    return pack(skops.io.dumps(value))


def pack(data: bytes, *, with_ids: bool = False) -> bytes:
    """A skops file whose bytes rest on its content alone.

    skops names arrays and objects by their addresses, and dates files by the clock.

    Parameters
    ----------
    with_ids
        Whether objects keep a number: by it one that stands in two places stays one.
    """
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as file, ZipFile(out, "w") as packed:
        names: dict[str, str] = {}
        schema = _settle(json.loads(file.read("schema.json")), names, {} if with_ids else None)
        members = {new: file.read(old) for old, new in names.items()}
        members["schema.json"] = json.dumps(schema, ensure_ascii=False).encode()
        for name, content in members.items():
            packed.writestr(ZipInfo(name), content, compress_type=ZIP_DEFLATED, compresslevel=6)
    return out.getvalue()


def _settle(node: Any, names: dict[str, str], ids: dict[int, int] | None) -> Any:
    """A node of a schema without addresses.

    ``names`` gathers what each array's file is now called, ``ids`` the number of each object.
    """
    if isinstance(node, list):
        return [_settle(value, names, ids) for value in node]
    if not isinstance(node, dict):
        return node
    settled = {key: _settle(value, names, ids) for key, value in node.items() if key != "__id__"}
    if "__loader__" in settled and "file" in settled:
        old = settled["file"]
        settled["file"] = names.setdefault(old, f"{len(names)}{PurePath(old).suffix}")
    if ids is not None and "__id__" in node:
        settled["__id__"] = ids.setdefault(node["__id__"], len(ids) + 1)
    return settled


def foreign_types(data: bytes) -> list[str]:
    """The types that a skops file names, less the plain ones; nothing is built."""
    with ZipFile(io.BytesIO(data)) as file:
        return sorted(_foreign(json.loads(file.read("schema.json"))))


def read_plain(data: bytes) -> Any:
    """What a skops file holds, as tables, lists, texts, numbers and arrays.

    Raises
    ------
    ForeignTypeError
        It names other types; nothing was built.
    Exception
        Whatever a damaged file makes zipfile, json and numpy raise.
    """
    with ZipFile(io.BytesIO(data)) as file:
        if sum(member.file_size for member in file.infolist()) > MOST:
            raise ValueError(f"holds more than {MOST} bytes")
        schema = json.loads(file.read("schema.json"))
        foreign = sorted(_foreign(schema))
        if foreign:
            raise ForeignTypeError(foreign)
        newer = schema["protocol"] > PROTOCOL
        value = None if newer else _build(schema, file)
    if not newer:
        return value
    import skops.io  # of the version that knows this layout; without trust it builds no type of ours

    return skops.io.loads(data, trusted=[])


def _foreign(node: Any) -> set[str]:
    """The types that a node and those below it name, less the plain ones."""
    names: set[str] = set()
    if isinstance(node, dict):
        if "__loader__" in node:
            node_type = tuple(node.get(key) for key in ("__loader__", "__module__", "__class__"))
            names = set() if node_type in _PLAIN else {f"{node_type[1]}.{node_type[2]}"}
        node = list(node.values())
    if isinstance(node, list):
        names = names.union(*map(_foreign, node))
    return names


def _build(node: dict[str, Any], file: ZipFile) -> Any:
    loader, content = node["__loader__"], node.get("content")
    if loader == "DictNode":
        return {str(key): _build(value, file) for key, value in node["content"].items()}
    if loader == "ListNode":
        return [_build(value, file) for value in node["content"]]
    if loader == "JsonNode":
        return json.loads(node["content"])
    if loader == "NdArrayNode" and node["type"] == "numpy":
        return np.load(io.BytesIO(file.read(node["file"])), allow_pickle=False)
    raise ValueError(f"a {loader} where data was expected: {content!r:.40}")
