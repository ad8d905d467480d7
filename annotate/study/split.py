"""Commentaries → sentences with exact offsets: the first step of the loop."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from annotate.study.folder import Study
from annotate.texts.check import Checker
from annotate.texts.commentaries import Failed, flag_rows, read_commentaries
from annotate.texts.corrections import Correction, read_corrections
from annotate.texts.layout.mends import Mend
from annotate.texts.sentences import Piece, make_nlp, split_commentaries
from annotate.texts.sources import FilesRead
from schemas.errors import DataError
from schemas.jsonl import read_jsonl, write_jsonl, writing_jsonl
from schemas.records import Assignment, Commentary, Record


class SplitReport(Record, frozen=True, kw_only=True):
    commentaries: int
    blocks: dict[str, int]
    sentences: int
    flags: list[dict[str, Any]]
    notes: list[str] = []
    failed: list[Failed] = []
    mended: int = 0


def split_inputs(
    inputs: Sequence[str | Path],
    *,
    language: str | None = None,
    default_language: str | None = None,
    pipeline: str | None = None,
    encoding: str | None = None,
    author: str | None = None,
    date: str | None = None,
    corrections: Sequence[Correction] = (),
    passed_over: list[DataError] | None = None,
    notes: list[str] | None = None,
    columns: Mapping[str, str] | None = None,
    mended: list[Mend] | None = None,
    files_read: FilesRead | None = None,
) -> Iterator[Piece]:
    """The commentaries of files and folders, each with its sentences, as they are read.

    What cannot be read goes to ``passed_over`` where that is given, what a user should know to ``notes``,
    what was changed because the layout of a page had put it there to ``mended``. Each commentary is split by
    its own language: ``language``, where it names none itself; without that a guess that is sure, else
    ``default_language``.
    With ``pipeline``, the name of an installed spaCy pipeline, sentences carry its tokens and
    entities as well.

    Raises
    ------
    DataError
        An input cannot be read.
    """
    commentaries = read_commentaries(
        inputs, encoding=encoding, author=author, date=date, corrections=corrections, passed_over=passed_over,
        notes=notes, columns=columns, mended=mended, files_read=files_read, language=language,
        default_language=default_language,
    )  # fmt: skip
    nlp = make_nlp(pipeline) if pipeline else None  # a blank one splits the same, five times slower
    return split_commentaries(commentaries, nlp=nlp)


def split_texts(study: Study, files: Sequence[str | Path] | None = None, **reading: Any) -> Iterator[Piece]:
    """The commentaries of a study as their texts are now; nothing is written."""
    inputs = files or [study.commentary_folder]
    return split_inputs(
        inputs, default_language=study.settings.language, corrections=corrections_of(study), **reading
    )


def corrections_of(study: Study) -> list[Correction]:
    return read_corrections(study.corrections) if study.corrections.exists() else []


def split_study(
    study: Study,
    files: Sequence[str | Path] | None = None,
    *,
    force: bool = False,
    checker: Checker | None = None,
    **reading: Any,
) -> SplitReport:
    """Splits the commentaries of a study and writes ``commentaries.jsonl`` and ``sentences.jsonl``.

    What was mended in the texts is written to ``mended.jsonl``.

    Raises
    ------
    DataError
        A sentence that is in Label Studio already would vanish: its text was changed. ``relink``
        carries its coding over; ``force`` lets it go. The files are then as they were.
    """
    pushed = {} if force or not study.assignments.exists() else _pushed(study)
    mended: list[Mend] = []
    report = write_pieces(
        split_texts(study, files, mended=mended, **reading),
        sentences=study.sentences,
        commentaries=study.commentaries,
        corrections=corrections_of(study),
        wanted=pushed,
        checker=checker,
    )
    if mended or study.mended.exists():
        write_jsonl(study.mended, mended)
    return msgspec.structs.replace(report, mended=len(mended))


def write_pieces(
    pieces: Iterable[Piece],
    *,
    sentences: str | Path | None = None,
    commentaries: str | Path | None = None,
    corrections: Sequence[Correction] = (),
    wanted: Iterable[str] = (),
    checker: Checker | None = None,
) -> SplitReport:
    """Writes the rows as they come, and counts. Memory does not grow with the number of pieces.

    ``checker`` looks at them as well, where it is given.

    Raises
    ------
    DataError
        There is no sentence, or one of those ``wanted`` is missing; nothing is written then.
    """
    tally = _Tally(corrections)
    missing = dict.fromkeys(wanted)
    with ExitStack() as files:
        write_sentence = files.enter_context(writing_jsonl(sentences)) if sentences else None
        write_commentary = files.enter_context(writing_jsonl(commentaries)) if commentaries else None
        for commentary, rows in pieces:
            tally.add(commentary, len(rows))
            if checker:
                checker.add(commentary, rows)
            if write_commentary:
                write_commentary(commentary)
            for sentence in rows:
                missing.pop(sentence.sentence_id, None)
                if write_sentence:
                    write_sentence(sentence)
        report = tally.report()
        if not report.sentences:
            raise DataError("no sentence found in the texts")
        if missing:
            raise DataError(
                f"{len(missing)} sentences that were pushed are no longer in the texts, the first "
                f"{next(iter(missing))}; `standpunkt relink` carries their codings over (or split --force)",
                path=sentences,
            )
    return report


class _Tally:
    """Counts the pieces; a flag is told with its neighbours, so three pieces are kept at a time."""

    def __init__(self, corrections: Sequence[Correction]) -> None:
        self._corrections = corrections
        self._near: list[Commentary] = []
        self._blocks: Counter[str] = Counter()
        self._commentaries = self._sentences = 0
        self._flags: list[dict[str, Any]] = []

    def add(self, commentary: Commentary, sentences: int) -> None:
        self._commentaries += 1
        self._sentences += sentences
        self._blocks.update(block.kind for block in commentary.blocks)
        self._near = [*self._near[-2:], commentary]
        if len(self._near) > 1:
            self._tell(self._near[-2])

    def report(self) -> SplitReport:
        if self._near:
            self._near = self._near[-2:]
            self._tell(self._near[-1])
        return SplitReport(
            commentaries=self._commentaries,
            blocks=dict(self._blocks),
            sentences=self._sentences,
            flags=self._flags,
        )

    def _tell(self, commentary: Commentary) -> None:
        if commentary.flags:
            rows = flag_rows(self._near, self._corrections)
            self._flags += [row for row in rows if row["commentary"] == commentary.commentary_id]


def _pushed(study: Study) -> Iterable[str]:
    return dict.fromkeys(row.sentence_id for row in read_jsonl(study.assignments, Assignment))
