"""New commentaries → sentences → predictions, without any server."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from annotate.analysis.drift import with_notices
from annotate.analysis.piece import TaggedPiece
from annotate.tag.source import Source
from annotate.texts.commentaries import Failed, read_commentaries
from annotate.texts.context import to_rows
from annotate.texts.inputs import unread_files
from annotate.texts.languages import GERMAN, language_name
from annotate.texts.sentences import Piece, split_sentences
from schemas.errors import DataError
from schemas.files import readable
from schemas.jsonl import read_jsonl
from schemas.records import Commentary, GoldSentence, Layers

T = TypeVar("T")
_SENTENCES = 4096  # predicted together: bounds memory
Checked = dict[str, tuple[str, Layers]]  # sentence_id → its text and what people coded in it


def tag_pieces(source: Source, pieces: Sequence[Piece]) -> list[TaggedPiece]:
    """The pieces with a prediction a sentence, predicted all at once."""
    rows = [row for commentary, sentences in pieces for row in to_rows(commentary, sentences)]
    predictions = iter(source.predict(rows) if rows else [])
    tagged = []
    for commentary, sentences in pieces:
        drift = source.drift_of(commentary, sentences)
        of_piece = [next(predictions) for _ in sentences]
        with_drift = with_notices(of_piece, drift) if drift else of_piece
        tagged.append(
            TaggedPiece(commentary=commentary, sentences=sentences, predictions=with_drift, drift=drift)
        )
    return tagged


class Left(NamedTuple):
    """What was not tagged, and what a user should know of how the inputs were read; filled as they are."""

    failed: list[Failed]
    other_language: list[Failed]
    notes: list[str]


def tag_files(
    source: Source, names: Sequence[str], left: Left, *, encoding: str | None = None,
    author: str | None = None, date: str | None = None, language: str | None = None,
    read: dict[str, Commentary] | None = None,
) -> Iterator[TaggedPiece]:  # fmt: skip
    """All inputs tagged, some at a time; one that cannot be read is listed and stops nothing.

    ``language`` is what the model was trained on (default: the codebook's). All that is read is noted in
    ``read``.
    """
    language = language or source.book.language
    problems: list[DataError] = []
    commentaries = read_commentaries(
        names, encoding=encoding, author=author, date=date, passed_over=problems, notes=left.notes,
        default_language=language,
    )  # fmt: skip

    def pieces() -> Iterator[Piece]:
        for commentary in commentaries:
            if read is not None:
                read[commentary.commentary_id] = commentary
            if is_other_language(commentary, language):
                left.other_language.append(in_other_language(commentary, language))
            else:
                yield commentary, split_sentences(commentary)

    for batch in in_batches(pieces(), lambda piece: len(piece[1]), most=_SENTENCES, size=_SENTENCES):
        yield from tag_pieces(source, batch)
    left.failed.extend(failed_inputs(names, problems))


def in_batches(items: Iterable[T], size_of: Callable[[T], int], *, most: int, size: int) -> Iterator[list[T]]:
    """The items, so many together that they are of some size, and at most some number of them."""
    batch: list[T] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size_of(item)
        if total >= size or len(batch) >= most:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def failed_inputs(names: Sequence[str], problems: Sequence[DataError]) -> list[Failed]:
    """What could not be read, and what is passed over in folders and archives."""
    return [
        *(Failed.of(error) for error in problems),
        *(
            Failed(input=readable(path), reason=f"{readable(path)}: {reason}")
            for path, reason in unread_files(names)
        ),
    ]


def with_originals(tagged: Sequence[TaggedPiece], read: Mapping[str, Commentary]) -> list[TaggedPiece]:
    """The pieces, each translation with its original where that was read."""
    return [
        replace(piece, original=original)
        if (original := read.get(piece.commentary.translation_of or ""))
        else piece
        for piece in tagged
    ]


def is_other_language(commentary: Commentary, language: str) -> bool:
    """Whether a model trained on a language has learned nothing for a commentary."""
    return (commentary.language or GERMAN) != language


def in_other_language(commentary: Commentary, language: str) -> Failed:
    name, found = commentary.commentary_id, language_name(commentary.language or GERMAN)
    words = f"{name}: in {found}, the model was trained on {language_name(language)}; not tagged"
    return Failed(input=name, reason=words)


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


def with_spellings(tagged: Sequence[TaggedPiece], spellings: Mapping[str, str]) -> list[TaggedPiece]:
    """The pieces with what a study knows of spellings of names."""
    return [replace(piece, spellings=dict(spellings)) for piece in tagged] if spellings else list(tagged)
