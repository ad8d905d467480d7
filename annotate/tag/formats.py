"""FORMATS: what `tag` can write, one entry a format for a few commentaries and for a folder alike."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from annotate.analysis.piece import TaggedPiece
from annotate.analysis.summary import news_words, summarise
from annotate.analysis.table_rows import columns_of, rows_of
from annotate.pages.reading import reading_page
from exports.tables import rows_csv, rows_parquet
from schemas.codebook import Codebook
from schemas.files import write_text
from schemas.jsonl import write_jsonl

if TYPE_CHECKING:
    from train.model import Model

Row = dict[str, Any]


class RowFormat(NamedTuple):
    """The rows of one commentary, and what writes the rows of all.

    ``write`` takes a path (or "-"), rows, codebook, and whether Excel is to read it where German is its
    language; `GERMAN` are the formats where that makes a difference.
    """

    rows: Callable[[TaggedPiece, Codebook], list[Row]]
    write: Callable[[str, Iterable[Row], Codebook, bool], int]


def _prediction_rows(tagged: TaggedPiece, book: Codebook) -> list[Row]:
    return [msgspec.json.decode(msgspec.json.encode(prediction)) for prediction in tagged.predictions]


def _table_rows(tagged: TaggedPiece, book: Codebook) -> list[Row]:
    return list(rows_of([tagged], book))


#: None: a page a commentary instead of rows.
FORMATS: dict[str, RowFormat | None] = {
    "jsonl": RowFormat(_prediction_rows, lambda path, rows, book, german: write_jsonl(path, rows)),
    "html": None,
    "csv": RowFormat(
        _table_rows,
        lambda path, rows, book, german: rows_csv.write(path, columns_of(book), rows, german=german),
    ),
    "parquet": RowFormat(
        _table_rows, lambda path, rows, book, german: rows_parquet.write(path, columns_of(book), rows)
    ),
}
GERMAN = ("csv",)


def write_tagged(
    path: str, to: str, tagged: Sequence[TaggedPiece], model: "Model", *, german: bool = False
) -> None:
    """Writes commentaries that are all in memory to one file or, for "-", to standard output."""
    book, version = model.meta.book, model.meta.model_version
    row_format = FORMATS[to]
    if row_format is None:
        news = [news_words(row, book) for row in summarise(tagged, book, model_version=version)]
        write_text(path, reading_page(tagged, book, model_version=version, news=news))
    else:
        rows = (row for piece in tagged for row in row_format.rows(piece, book))
        row_format.write(path, rows, book, german)
