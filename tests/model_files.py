"""The files of a model folder changed by hand."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import skops.io


def rewrite(folder: Path, data: bytes) -> None:
    """Another model.skops, with the hash that goes with it."""
    import hashlib

    (folder / "model.skops").write_bytes(data)
    change(folder, sha256=hashlib.sha256(data).hexdigest())


def change(folder: Path, **fields: object) -> None:
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**meta, **fields}), encoding="utf-8")


def state_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = skops.io.load(folder / "model.skops", trusted=[])
    return found


def junk(old: Any, rng: random.Random) -> Any:
    """Something else: of another type, another shape, or with one number changed."""
    found: list[Any] = [None, 7, True, "x", [], {}, np.zeros(3), np.full(3, np.nan), np.array(["a", "b"]), np.array(1.0),
                        np.zeros(2, "M8[s]"), np.zeros(2, [("a", "f4")])]  # fmt: skip
    if isinstance(old, np.ndarray) and old.size:
        found += [old[:-1], np.concatenate([old, old[:1]]), old.T.copy(), old[::-1].copy()]
        if old.dtype.kind in "fi":
            spot = rng.randrange(old.size)
            for number in (-1, 0, 1, 2**30, np.nan if old.dtype.kind == "f" else -5):
                found.append(old.copy())
                found[-1].flat[spot] = number
    if isinstance(old, str):
        found += [f"{old}\nx", old[: len(old) // 2]]
    if isinstance(old, dict):
        found += [{**old, "mehr": 1}, dict(list(old.items())[1:])]
    return rng.choice(found)
