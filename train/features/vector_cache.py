"""Sentence vectors kept on disk, so that a machine computes each of them once.

For each encoder an SQLite file that only its owner may read: the SHA-256 of a text, a checksum, the vector,
and no text. Nothing depends on it. What cannot be read or written is left out with one warning until the
process ends, and what does not fit its checksum is computed again.
"""

import hashlib
import os
import re
import sqlite3
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np
import platformdirs

from train.arrays import Array

T = TypeVar("T")

#: Vectors of a file, beyond which the oldest go: half a gigabyte with 512 numbers each.
LIMIT = 250_000
#: Changes with what is kept or how texts are encoded: no file of another format is read.
FORMAT = 1
#: Seconds to wait for another process that writes.
PATIENCE = 20

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
_TOO_OLD = "DELETE FROM vectors WHERE rowid <= (SELECT max(rowid) FROM vectors) - ?"

_left_out: set[Path] = set()


def file_of(identity: str) -> Path | None:
    """The file of an encoder: under ``STANDPUNKT_CACHE``, or where this system caches; None with ``off``.

    Parameters
    ----------
    identity
        All that the encoder's vectors depend on; the file's name begins with its first word.
    """
    place = os.environ.get("STANDPUNKT_CACHE") or platformdirs.user_cache_path("standpunkt")
    if place == "off":
        return None
    name = re.sub(r"\W.*", "", identity, flags=re.DOTALL)
    digest = hashlib.sha256(f"{FORMAT} {identity}".encode()).hexdigest()
    return Path(place) / "vectors" / f"{name}-{digest[:32]}.sqlite"


def recall(file: Path | None, texts: Sequence[str], size: int) -> dict[str, Array]:
    """The vectors that are kept: float32 arrays of this size, by text."""

    def read(database: sqlite3.Connection) -> dict[str, Array]:
        found = {}
        for text in texts:
            key = _key(text)
            row = database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
            if row and type(row[0]) is bytes and row[0] == _checked(key, row[0][4:]):
                found[text] = np.frombuffer(row[0], "<f4", offset=4)
        return {text: vector for text, vector in found.items() if len(vector) == size}

    return _on(file, read, {})


def keep(file: Path | None, vectors: Mapping[str, Array]) -> None:
    """Keeps the vectors of these texts, all of them or none."""

    def write(database: sqlite3.Connection) -> None:
        keys = [(_key(text), np.asarray(vector, "<f4").tobytes()) for text, vector in vectors.items()]
        rows = [(key, _checked(key, vector)) for key, vector in keys]
        database.executemany("REPLACE INTO vectors VALUES (?, ?)", rows)
        database.execute(_TOO_OLD, (LIMIT,))

    _on(file, write, None)


def _on(file: Path | None, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
    """What ``work`` gives, in one transaction."""
    if file is None or file in _left_out:
        return otherwise
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's journals take over its mode
        # a connection each time survives neither fork nor thread; a write-ahead log needs a local disk
        with closing(sqlite3.connect(file, timeout=PATIENCE)) as database, database:
            database.execute("PRAGMA page_size = 16384")  # of 4,096 bytes half would be empty
            database.execute(_TABLE)
            return work(database)
    except (OSError, sqlite3.Error, UnicodeError) as error:  # a damaged file's words are no UTF-8
        _left_out.add(file)
        problem = f"{file}: cannot be used ({str(error)!r:.80})"
        warnings.warn(f"{problem}, vectors are computed and not kept; it may be deleted", stacklevel=4)
        return otherwise


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _checked(key: bytes, vector: bytes) -> bytes:
    return zlib.crc32(key + vector).to_bytes(4, "big") + vector
