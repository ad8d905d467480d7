"""A study whose texts were mended: the new sentences, and the codings carried over to them.

``data/relinked.jsonl`` remembers which sentence became which, so that tasks and exports made
before are still understood.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from annotate.study.folder import Study
from annotate.study.split import corrections_of, split_texts, write_pieces
from annotate.study.staged import staged
from annotate.texts.alignment import RelinkReport, relink
from annotate.texts.layout.mends import Mend
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Commentary, GoldSentence, Record, Sentence


class Relinked(Record, frozen=True, kw_only=True):
    """A row of ``data/relinked.jsonl``."""

    old: str
    new: str


def relink_study(study: Study, *, dry_run: bool = False, **reading: Any) -> RelinkReport:
    """Splits the study's commentaries anew and carries assignments, annotations and gold over.

    Codings of sentences that were not found again stay in the files under their old ids and are
    listed. With ``dry_run`` nothing is written.
    """
    old = list(read_jsonl(study.needs(study.sentences, "split"), Sentence))
    mended: list[Mend] = []
    pieces = list(split_texts(study, mended=mended, **reading))
    sentences = [sentence for _, rows in pieces for sentence in rows]
    report = relink(
        old,
        sentences,
        old_commentaries=read_jsonl(study.needs(study.commentaries, "split"), Commentary),
        new_commentaries=[commentary for commentary, _ in pieces],
    )
    if not dry_run:
        # all files or none: an id may be new for one sentence and old for another, so that a part of
        # them cannot be carried over again
        with staged(study.data) as place:
            _carry_over(study, report, sentences, place)
            write_pieces(
                pieces,
                sentences=place / study.sentences.name,
                commentaries=place / study.commentaries.name,
                corrections=corrections_of(study),
            )
            if mended or study.mended.exists():
                write_jsonl(place / study.mended.name, mended)
    return report


def relinked_ids(study: Study) -> dict[str, str]:
    """Old sentence id → the id it has now, over all that was mended so far."""
    if not study.relinked.exists():
        return {}
    return {row.old: row.new for row in read_jsonl(study.relinked, Relinked)}


def with_new_ids(rows: Iterable[Annotation], now: dict[str, str]) -> list[Annotation]:
    """Annotations under the ids that their sentences have now."""
    return [
        replace(row, sentence_id=now[row.sentence_id], commentary_id=_commentary(now[row.sentence_id]))
        if row.sentence_id in now
        else row
        for row in rows
    ]


def _carry_over(study: Study, report: RelinkReport, new: list[Sentence], place: Path) -> None:
    moved = {link.old: link.new for link in report.links}
    before = relinked_ids(study)
    known = {old: moved.get(new, new) for old, new in before.items()} | moved
    links = [Relinked(old=old, new=new) for old, new in sorted(known.items()) if old != new]
    write_jsonl(place / study.relinked.name, links)
    if study.annotations.exists():
        annotations = with_new_ids(read_jsonl(study.annotations, Annotation), moved)
        write_jsonl(place / study.annotations.name, annotations)
    if study.assignments.exists():
        rows = read_jsonl(study.assignments, Assignment)
        write_jsonl(
            place / study.assignments.name,
            (replace(row, sentence_id=moved.get(row.sentence_id, row.sentence_id)) for row in rows),
        )
    if study.gold.exists():
        sentences = {s.sentence_id: s for s in new}
        gold = read_jsonl(study.gold, GoldSentence)
        write_jsonl(place / study.gold.name, (_mended(row, moved, sentences) for row in gold))


def _mended(row: GoldSentence, moved: dict[str, str], sentences: dict[str, Sentence]) -> GoldSentence:
    new = sentences.get(moved.get(row.sentence_id, ""))
    if new is None:
        return row
    return replace(
        row, sentence_id=new.sentence_id, commentary_id=new.commentary_id, index=new.index, text=new.text
    )


def _commentary(sentence_id: str) -> str:
    return sentence_id.rpartition(":")[0]
