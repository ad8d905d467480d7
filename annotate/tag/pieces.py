"""New commentaries → sentences → predictions, without any server."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from annotate.analysis.drift import with_notices
from annotate.analysis.piece import TaggedPiece
from annotate.analysis.summary import summarise
from annotate.tag.source import Source
from annotate.texts.commentaries import Failed, read_commentaries
from annotate.texts.context import to_rows
from annotate.texts.inputs import unread_files
from annotate.texts.languages import GERMAN, language_name
from annotate.texts.sentences import Piece, split_sentences
from schemas.errors import DataError
from schemas.files import readable
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Commentary, GoldSentence, Layers

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


def tag_files(
    source: Source, names: Sequence[str], *, encoding: str | None = None, author: str | None = None,
    date: str | None = None, notes: list[str] | None = None, language: str | None = None,
    other_language: list[Failed] | None = None,
) -> tuple[list[TaggedPiece], list[Failed]]:  # fmt: skip
    """All inputs tagged; one that cannot be read is listed with its reason and stops nothing.

    What a user should know of how they were read is added to ``notes``. ``language`` is what the model was
    trained on (default: the codebook's); what is in another goes to ``other_language``, untagged.
    """
    language = language or source.book.language
    problems: list[DataError] = []
    pieces: list[Piece] = []
    read: dict[str, Commentary] = {}
    for commentary in read_commentaries(
        names, encoding=encoding, author=author, date=date, passed_over=problems, notes=notes,
        default_language=language,
    ):  # fmt: skip
        read[commentary.commentary_id] = commentary
        if not is_other_language(commentary, language):
            pieces.append((commentary, split_sentences(commentary)))
        elif other_language is not None:
            other_language.append(in_other_language(commentary, language))
    return with_originals(tag_pieces(source, pieces), read), failed_inputs(names, problems)


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


def write_summaries(path: str, tagged: Sequence[TaggedPiece], source: Source) -> None:
    """A row a piece: `annotate.analysis.summary`."""
    write_jsonl(path, summarise(tagged, source.book, model_version=source.version))
