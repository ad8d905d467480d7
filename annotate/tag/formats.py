"""FORMATS: what `tag` can write, one entry a format for a few commentaries and for a folder alike."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotate.analysis.piece import TaggedPiece
from annotate.analysis.summary import news_words, summarise
from annotate.analysis.table_rows import columns_of, lean_columns_of, lean_rows_of, rows_of
from annotate.pages.reading import reading_page
from annotate.tag.source import Source
from exports.tables import rows_csv, rows_parquet
from schemas.codebook import Codebook
from schemas.files import write_text
from schemas.jsonl import write_jsonl

Row = dict[str, Any]


class RowFormat(NamedTuple):
    """The rows of one commentary, and what writes the rows of all: path (or "-"), rows, codebook.

    ``write_german`` is there where Excel reads it otherwise with German as its language. Where ``is_json``
    the rows are JSON by themselves, encoded once.
    """

    rows: Callable[[TaggedPiece, Codebook], list[Any]]
    write: Callable[[str, Iterable[Any], Codebook], int]
    write_german: Callable[[str, Iterable[Any], Codebook], int] | None = None
    is_json: bool = False

    def write_all(self, path: str, rows: Iterable[Any], codebook: Codebook, *, german: bool = False) -> int:
        return (self.write_german if german and self.write_german else self.write)(path, rows, codebook)


def _prediction_rows(tagged: TaggedPiece, book: Codebook) -> list[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(prediction)) for prediction in tagged.predictions]


def _table_rows(tagged: TaggedPiece, book: Codebook) -> list[Row]:
    return list(rows_of([tagged], book))


def _lean_rows(tagged: TaggedPiece, book: Codebook) -> list[Row]:
    return list(lean_rows_of([tagged], book))


def write_parts(
    path: str, rows: Iterable[Row], book: Codebook, more: Callable[[], dict[str, Any]] = dict
) -> int:
    """Writes files whose names begin as the last part of the path does; ``more`` is for their manifest."""
    folder, _, name = path.rpartition("/")
    facts = {"codebook": book.codebook, "codebook_version": book.version, "questions": book.questions()}
    return rows_parquet.write_parts(
        folder, lean_columns_of(book), rows, lambda: facts | more(), name=name or "part"
    )


#: None: a page a commentary instead of rows.
FORMATS: dict[str, RowFormat | None] = {
    "jsonl": RowFormat(_prediction_rows, lambda path, rows, book: write_jsonl(path, rows), is_json=True),
    "html": None,
    "csv": RowFormat(
        _table_rows,
        lambda path, rows, book: rows_csv.write(path, columns_of(book), rows),
        lambda path, rows, book: rows_csv.write(path, columns_of(book), rows, german=True),
    ),
    "parquet": RowFormat(
        _table_rows, lambda path, rows, book: rows_parquet.write(path, columns_of(book), rows)
    ),
    "parts": RowFormat(_lean_rows, write_parts),
}


#: What a file is by its ending, where no format is named.
_ENDINGS = {".html": "html", ".htm": "html", ".csv": "csv", ".parquet": "parquet"}


def format_of(output: str | None) -> str:
    """The format that a file's name asks for; JSON Lines where it asks for none of ours."""
    return _ENDINGS.get(Path(output or "").suffix.lower(), "jsonl")


def german_formats() -> list[str]:
    """The formats that are written otherwise for Excel where German is its language."""
    return [name for name, form in FORMATS.items() if form and form.write_german]


def write_tagged(
    path: str, to: str, tagged: Iterable[TaggedPiece], source: Source, *, german: bool = False
) -> None:
    """Writes commentaries to one file or, for "-", to standard output, one after the other."""
    book, version = source.book, source.version
    row_format = FORMATS[to]
    if row_format is None:
        tagged = list(tagged)
        news = [news_words(row, book) for row in summarise(tagged, book, model_version=version)]
        write_text(path, reading_page(tagged, book, model_version=version, news=news))
    else:
        rows = (row for piece in tagged for row in row_format.rows(piece, book))
        row_format.write_all(path, rows, book, german=german)
