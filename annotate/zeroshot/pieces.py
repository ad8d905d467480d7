"""The commentaries that are asked about: those of a study, or of files."""

from collections.abc import Iterator, Sequence

from annotate.study.folder import Study
from annotate.texts.commentaries import read_commentaries
from annotate.texts.context import to_rows
from annotate.texts.sentences import split_sentences
from annotate.zeroshot.questions import Piece
from schemas.errors import DataError
from schemas.jsonl import read_jsonl
from schemas.records import Commentary, Sentence


def pieces_of_study(study: Study) -> Iterator[Piece]:
    """One commentary after the other, with the text around each sentence."""
    sentences: dict[str, list[Sentence]] = {}
    for sentence in read_jsonl(study.needs(study.sentences, "split"), Sentence):
        sentences.setdefault(sentence.commentary_id, []).append(sentence)
    for commentary in read_jsonl(study.needs(study.commentaries, "split"), Commentary):
        yield to_piece(commentary, sentences.pop(commentary.commentary_id, []))


def to_piece(commentary: Commentary, sentences: Sequence[Sentence]) -> Piece:
    return Piece(commentary.title, to_rows(commentary, sentences))


def split_files(
    files: Sequence[str], *, notes: list[str], failed: list[DataError], encoding: str | None = None,
    author: str | None = None, date: str | None = None,
) -> Iterator[tuple[Commentary, list[Sentence]]]:  # fmt: skip
    """The commentaries of files and folders, split; what cannot be read is added to ``failed``."""
    for commentary in read_commentaries(
        files, encoding=encoding, author=author, date=date, notes=notes, passed_over=failed
    ):
        yield commentary, split_sentences(commentary)


def titles_of_study(study: Study) -> dict[str, str]:
    """Commentary → title, as far as the study was split."""
    if not study.commentaries.exists():
        return {}
    return {row.commentary_id: row.title for row in read_jsonl(study.commentaries, Commentary)}
