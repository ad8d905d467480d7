"""What is finished of a long run, on disk: a run that was broken off goes on where it stopped."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from annotate.analysis.piece import Evidence, Hit
from annotate.analysis.summary import PieceSummary
from annotate.tag.report import CommentaryCounts
from schemas.errors import DataError
from schemas.records import Record

#: Raised by one when the same text and model give other sentences, rows, summaries or pages: what an
#: earlier run finished is then done again (`annotate.tag.folder.stamp_of`), and not because a comment
#: changed. tests/annotate/tag/test_rows_format.py fails until it is raised.
ROWS_FORMAT = 9

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stamp (value TEXT);
CREATE TABLE IF NOT EXISTS pieces (key TEXT PRIMARY KEY, place INTEGER, author TEXT, day TEXT,
  page TEXT, title TEXT, done BLOB, rows BLOB);
CREATE TABLE IF NOT EXISTS hits (key TEXT, what TEXT, code TEXT, number INTEGER, text TEXT);
CREATE INDEX IF NOT EXISTS hits_of ON hits (what, code);
CREATE INDEX IF NOT EXISTS hits_in ON hits (key);
"""


class Finished(Record, frozen=True, kw_only=True):
    """A piece done: what the report and the figures count, and its summary where that is asked for.

    ``day`` is null where the date is missing or in doubt.
    """

    key: str
    day: str | None
    page: str | None
    report: CommentaryCounts
    model_version: str
    summarised: PieceSummary | None = None
    counts: dict[str, tuple[int, int]] = {}

    @property
    def summary(self) -> PieceSummary:
        assert self.summarised is not None, "pages and summaries are made of it"
        return self.summarised


class Ledger:
    """The finished pieces of a run in one SQLite file; what was added counts from `commit` on.

    Parameters
    ----------
    stamp
        What the results depend on besides the texts; a file of another stamp is begun anew.
    """

    def __init__(self, path: Path, stamp: str) -> None:
        self.path = path
        with self._using():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path)
            if not self._is_of(stamp):
                for table in ("stamp", "pieces", "hits"):
                    self._db.execute(f"DROP TABLE IF EXISTS {table}")
            self._db.executescript(_SCHEMA)
            # places of an earlier run mean nothing: what is not met again is dropped in the end
            with self._db:
                self._db.execute("DELETE FROM stamp")
                self._db.execute("INSERT INTO stamp VALUES (?)", (stamp,))
                self._db.execute("UPDATE pieces SET place = NULL")

    @contextmanager
    def _using(self) -> Iterator[None]:
        """What fails in the block names the file: a full disk, or a file that is damaged."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"cannot be used for what is finished: {error}", path=self.path) from error

    def _is_of(self, stamp: str) -> bool:
        try:
            return self._db.execute("SELECT value FROM stamp").fetchall() == [(stamp,)]
        except sqlite3.OperationalError:  # no such table: a new file
            return False

    def meet(self, key: str, place: int) -> bool:
        """Notes the place of a piece in this run, and whether it is finished already."""
        with self._using():
            return bool(self._db.execute("UPDATE pieces SET place = ? WHERE key = ?", (place, key)).rowcount)

    def add(self, done: Finished, place: int, hits: Sequence[Hit] = (), rows: Sequence[bytes] = ()) -> None:
        """Notes a finished piece, the sentences that figures lead to, and its rows as JSON."""
        author, title = (done.summary.author, done.summary.title) if done.summarised else (None, None)
        row = (
            done.key, place, author, done.day, done.page, title, msgspec.json.encode(done), b"\n".join(rows),
        )  # fmt: skip
        with self._using():
            self._db.execute("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            self._db.execute("DELETE FROM hits WHERE key = ?", (done.key,))
            self._db.executemany(
                "INSERT INTO hits VALUES (?, ?, ?, ?, ?)",
                [(done.key, h.what, h.code, h.number, h.text) for h in hits],
            )

    def commit(self) -> None:
        """Keeps what was added and met so far, whatever ends the run; to wait for the disk takes its time."""
        with self._using():
            self._db.commit()

    def unmet_pages(self) -> list[str]:
        """The pages of pieces that are no longer there; a changed piece keeps the page of its id."""
        pages = "SELECT page FROM pieces WHERE place IS {} NULL AND page IS NOT NULL"
        with self._using():
            gone = self._db.execute(f"{pages.format('')} EXCEPT {pages.format('NOT')} ORDER BY page")
            return [page for (page,) in gone]

    def drop_unmet(self) -> None:
        """Forgets the pieces that are no longer there."""
        with self._using(), self._db:
            self._db.execute("DELETE FROM hits WHERE key IN (SELECT key FROM pieces WHERE place IS NULL)")
            self._db.execute("DELETE FROM pieces WHERE place IS NULL")

    def finished(self, *, by_day: bool = False) -> Iterator[Finished]:
        """The pieces in the order of the input, or by author and day."""
        order = "author, day, place" if by_day else "place"
        with self._using():
            for (done,) in self._db.cursor().execute(f"SELECT done FROM pieces ORDER BY {order}"):
                yield self._decoded(done)

    def rows(self) -> Iterator[bytes]:
        """The rows of each piece that has some, in the order of the input, as JSON Lines."""
        with self._using():
            for (rows,) in self._db.cursor().execute("SELECT rows FROM pieces ORDER BY place"):
                if rows:
                    yield rows

    def _decoded(self, done: bytes) -> Finished:
        try:
            return msgspec.json.decode(done, type=Finished)
        except (msgspec.DecodeError, TypeError, RecursionError) as error:
            words = f"damaged ({error}); it can be deleted, what is in it is made again"
            raise DataError(words, path=self.path) from error

    def set_summary(self, done: Finished) -> None:
        with self._using():
            self._db.execute(
                "UPDATE pieces SET done = ? WHERE key = ?", (msgspec.json.encode(done), done.key)
            )

    def days(self) -> tuple[str | None, str | None, int]:
        """First and last day, and how many pieces have one."""
        with self._using():
            row = self._db.execute("SELECT min(day), max(day), count(day) FROM pieces").fetchone()
        return row[0], row[1], row[2]

    def evidence(self, what: str, *, by: str = "day") -> Iterator[Evidence]:
        """The sentences of a figure, by day or by author."""
        assert by in ("day", "author")
        query = (
            "SELECT code, number, text, page, title, author, day FROM hits JOIN pieces USING (key)"
            f" WHERE what = ? ORDER BY {by} IS NULL, {by}, day, place, number"
        )
        with self._using():
            for row in self._db.cursor().execute(query, (what,)):
                yield Evidence(*row)

    def names(self, limit: int) -> list[tuple[str, int, int]]:
        """Names no target covers, with how many sentences and pieces they stand in."""
        query = (
            "SELECT substr(what, 6), count(*), count(DISTINCT key) FROM hits WHERE what LIKE 'name.%'"
            " GROUP BY what ORDER BY count(*) DESC, what LIMIT ?"
        )
        with self._using():
            return self._db.execute(query, (limit,)).fetchall()

    def close(self) -> None:
        self.commit()
        self._db.close()
