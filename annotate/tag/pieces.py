"""New commentaries → sentences → predictions, without any server."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from annotate.analysis.drift import Watch, with_notices
from annotate.analysis.piece import TaggedPiece
from annotate.analysis.summary import news_words, summarise
from annotate.analysis.table_rows import columns_of, rows_of
from annotate.pages.reading import reading_page
from annotate.texts.commentaries import read_commentaries
from annotate.texts.context import to_rows
from annotate.texts.sentences import Piece, split_sentences
from schemas.errors import DataError
from schemas.files import write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import GoldSentence, Layers, Record

if TYPE_CHECKING:
    from train.model import Model

Checked = dict[str, tuple[str, Layers]]  # sentence_id → its text and what people coded in it


class Failed(Record, frozen=True, kw_only=True):
    input: str
    reason: str


class TagReport(Record, frozen=True, kw_only=True):
    """``abstained`` counts answers that stayed below their threshold, by layer.

    ``coverage`` is the share of answers that did not, null where there is none; ``drift`` names
    the pieces that are unlike the training data.
    """

    commentaries: int
    sentences: int
    model_version: str
    abstained: dict[str, int]
    failed: list[Failed]
    coverage: float | None = None
    drift: dict[str, list[str]] = {}


def read_pieces(
    name: str | Path, *, encoding: str | None = None, author: str | None = None, date: str | None = None
) -> tuple[list[Piece], str | None]:
    """The commentaries of one input, split; and why it could not be read, where it could not."""
    pieces: list[Piece] = []
    try:
        for commentary in read_commentaries([name], encoding=encoding, author=author, date=date):
            pieces.append((commentary, split_sentences(commentary)))
    except DataError as error:
        return pieces, str(error)
    return pieces, None


def tag_pieces(model: "Model", pieces: Sequence[Piece]) -> list[TaggedPiece]:
    """The pieces with a prediction a sentence, predicted all at once."""
    from train.predict import predict

    rows = [row for commentary, sentences in pieces for row in to_rows(commentary, sentences)]
    predictions = iter(predict(model, rows) if rows else [])
    watch = Watch(model)
    tagged = []
    for commentary, sentences in pieces:
        drift = watch.drift_of(commentary, sentences)
        found = with_notices([next(predictions) for _ in sentences], drift)
        tagged.append(TaggedPiece(commentary=commentary, sentences=sentences, predictions=found, drift=drift))
    return tagged


def tag_files(
    model: "Model", names: Sequence[str], *, encoding: str | None = None, author: str | None = None,
    date: str | None = None,
) -> tuple[list[TaggedPiece], list[Failed]]:  # fmt: skip
    """All inputs tagged; one that cannot be read is listed with its reason and stops nothing."""
    pieces: list[Piece] = []
    failed: list[Failed] = []
    for name in names:
        found, reason = read_pieces(name, encoding=encoding, author=author, date=date)
        pieces.extend(found)
        if reason:
            failed.append(Failed(input=name, reason=reason))
    return tag_pieces(model, pieces), failed


def read_checked(gold: Path) -> Checked:
    """What people coded, by sentence.

    Raises
    ------
    DataError
        The file cannot be read, or a line is no gold sentence.
    """
    return {row.sentence_id: (row.text, row.layers) for row in read_jsonl(gold, GoldSentence)}


def with_people(tagged: Sequence[TaggedPiece], checked: Checked) -> list[TaggedPiece]:
    """The pieces with what people coded in them; not in a sentence that reads otherwise by now."""
    return [
        replace(
            piece,
            checked={
                s.sentence_id: checked[s.sentence_id][1]
                for s in piece.sentences
                if s.sentence_id in checked and checked[s.sentence_id][0] == s.text
            },
        )
        for piece in tagged
    ]


def tag_report(model: "Model", tagged: Sequence[TaggedPiece], failed: Sequence[Failed] = ()) -> TagReport:
    return TagReport(
        commentaries=len(tagged),
        sentences=sum(len(piece.sentences) for piece in tagged),
        model_version=model.meta.model_version,
        abstained=_counts(tagged, abstained_only=True),
        failed=list(failed),
        coverage=_coverage(tagged),
        drift={p.commentary.commentary_id: p.drift.notices for p in tagged if p.drift and p.drift.notices},
    )


def _coverage(tagged: Sequence[TaggedPiece]) -> float | None:
    answers = sum(_counts(tagged, abstained_only=False).values())
    abstained = sum(_counts(tagged, abstained_only=True).values())
    return round(1 - abstained / answers, 6) if answers else None


def _counts(tagged: Sequence[TaggedPiece], *, abstained_only: bool) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for prediction in (p for piece in tagged for p in piece.predictions):
        for name, layer in prediction.layers.items():
            answers = layer.values() if isinstance(layer, dict) else [layer]
            counts[name] += sum(bool(answer.abstained) or not abstained_only for answer in answers)
    return dict(counts)


def write_summaries(path: str, tagged: Sequence[TaggedPiece], model: "Model") -> None:
    """A row a piece: `annotate.analysis.summary`."""
    write_jsonl(path, summarise(tagged, model.meta.book, model_version=model.meta.model_version))


def write_tagged_jsonl(path: str, tagged: Sequence[TaggedPiece], model: "Model") -> None:
    write_jsonl(path, (prediction for piece in tagged for prediction in piece.predictions))


def write_tagged_html(path: str, tagged: Sequence[TaggedPiece], model: "Model") -> None:
    book, version = model.meta.book, model.meta.model_version
    news = [news_words(row, book) for row in summarise(tagged, book, model_version=version)]
    write_text(path, reading_page(tagged, book, model_version=version, news=news))


def _write_table(to: str) -> Callable[[str, Sequence[TaggedPiece], "Model"], None]:
    def write(path: str, tagged: Sequence[TaggedPiece], model: "Model") -> None:
        from exports.tables import FORMATS

        FORMATS[to](path, columns_of(model.meta.book), rows_of(tagged))

    return write


#: Format → what writes it: path (or "-"), the tagged pieces, the model.
TAG_FORMATS: dict[str, Callable[[str, Sequence[TaggedPiece], "Model"], None]] = {
    "jsonl": write_tagged_jsonl,
    "html": write_tagged_html,
    "csv": _write_table("csv"),
    "parquet": _write_table("parquet"),
}
