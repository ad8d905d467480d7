"""Answers kept by content: what was asked once, of this model and in these words, is not asked again."""

import os
import sqlite3
from pathlib import Path

import msgspec

from annotate.zeroshot.scores import Token
from schemas.errors import DataError
from schemas.records import Record

#: Answers that are written together: a run that is killed loses no more.
BATCH = 50


class Reply(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What an endpoint answered; ``end`` is its ``finish_reason``. Holds neither key nor address."""

    content: str
    end: str = "stop"
    refusal: bool = False
    prompt_tokens: int = 0
    answer_tokens: int = 0
    tokens: list[Token] = []


class AnswerCache:
    """A file of answers by the key of their request (`annotate.zeroshot.questions.request_key`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error) as error:
            raise DataError(
                f"cannot be used ({error}); delete it, and answers are asked again", path=path
            ) from error
        self._decode = msgspec.json.Decoder(Reply).decode
        self._waiting: dict[str, Reply] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._waiting or bool(self._select("SELECT 1 FROM answers WHERE key = ?", key))

    def get(self, key: str) -> Reply | None:
        """The answer of this key, if it was given."""
        if key in self._waiting:
            return self._waiting[key]
        row = self._select("SELECT answer FROM answers WHERE key = ?", key)
        try:
            return self._decode(row[0]) if row else None
        except msgspec.DecodeError as error:
            raise DataError("is damaged; delete it, and answers are asked again", path=self.path) from error

    def put(self, key: str, reply: Reply) -> None:
        """Keeps an answer."""
        self._waiting[key] = reply
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Writes what is not written yet."""
        rows = [(key, msgspec.json.encode(reply)) for key, reply in self._waiting.items()]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", rows)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise DataError(f"cannot be written: {error}", path=self.path) from error
        self._waiting.clear()

    def close(self) -> None:
        self.flush()
        self._db.close()

    def _select(self, query: str, key: str) -> tuple[bytes] | None:
        try:
            found: tuple[bytes] | None = self._db.execute(query, (key,)).fetchone()
        except sqlite3.Error as error:
            raise DataError(
                f"cannot be read ({error}); delete it, and answers are asked again", path=self.path
            ) from error
        return found
