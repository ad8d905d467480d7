"""A study's own files in a migration: annotations, decisions, gold, and the codebook itself."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from annotate.migrate.backup import Backup, study_files
from annotate.migrate.plan import Goal, LookAgain
from annotate.study.codebook_versions import asked_path
from annotate.study.folder import Study
from exports.readers.codings import known_layers
from schemas.files import read_bytes, replacing
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, GoldSentence
from schemas.versions.rows import Migration


def changed_files(study: Study, backup: Backup | None, goal: Goal) -> list[str]:
    """The files that a migration would change."""
    if backup is None:
        return [p.name for p in study_files(study) if p.exists() and p != asked_path(study)]
    return [p.name for p in study_files(study) if _bytes(p) != _bytes(_wanted(p, backup, goal))]


def move_file(path: Path, study: Study, backup: Backup, goal: Goal) -> bool:
    """Brings a file of the study to the goal; False where nothing was to do.

    One that changed since the backup keeps its rows, rewritten where the goal does not know them.
    """
    wanted = _wanted(path, backup, goal)
    other = (backup.after if goal.back else backup.before) / path.name
    now = _bytes(path)
    if now == _bytes(wanted) or (now is None and path != asked_path(study)):
        return False
    if now != _bytes(other) and path in (study.annotations, study.decisions):
        write_jsonl(path, [_annotation(row, goal) for row in list(read_jsonl(path, Annotation))])
    elif now != _bytes(other) and path == study.gold:
        write_jsonl(path, [_gold(row, goal) for row in list(read_jsonl(path, GoldSentence))])
    else:
        _put(path, wanted)
    return True


def open_in_files(study: Study, backup: Backup | None, goal: Goal) -> list[LookAgain]:
    """What is open in the rows of the files; going back nothing is, for the backup has it all."""
    if goal.back:
        return []
    rows_to_check: list[LookAgain] = []
    folder = backup.before if backup else study.data
    for path in (folder / study.annotations.name, folder / study.decisions.name):
        for row in read_jsonl(path, Annotation) if path.exists() else ():
            rows_to_check.extend(_open(row, row.annotator, goal.step.annotation(row)[1], goal.step))
    if (path := folder / study.gold.name).exists():
        for gold in read_jsonl(path, GoldSentence):
            rows_to_check.extend(_open(gold, "", goal.step.gold(gold)[1], goal.step))
    return rows_to_check


def once(rows: Sequence[LookAgain]) -> list[LookAgain]:
    """Each coding and place once: the first counts, which has a link where there is one."""
    first: dict[tuple[str, str, str], LookAgain] = {}
    for row in rows:
        first.setdefault((row.sentence_id, row.annotator, row.place), row)
    return list(first.values())


def _annotation(row: Annotation, goal: Goal) -> Annotation:
    """A row of a file that was written since the backup: its version says whether it is there already."""
    if row.codebook_version is None:
        is_there = not known_layers(row.layers, goal.book)[1]
    else:
        is_there = row.codebook_version.partition("+")[0] == goal.book.version
    return row if is_there else (goal.back or goal.step).annotation(row)[0]


def _gold(row: GoldSentence, goal: Goal) -> GoldSentence:
    """A row of a file that was written since the backup: it has no version, so its codes must tell."""
    return row if not known_layers(row.layers, goal.book)[1] else (goal.back or goal.step).gold(row)[0]


def _open(
    row: Annotation | GoldSentence, annotator: str, places: Mapping[str, str], step: Migration
) -> Iterator[LookAgain]:
    for place, reason in places.items():
        sources = [old.id for old in step.feeding(place.partition("__")[0]) if old.id in row.layers]
        was = row.layers[sources[0]] if sources else None
        yield LookAgain(sentence_id=row.sentence_id, annotator=annotator, place=place, was=was, reason=reason)


def _wanted(path: Path, backup: Backup, goal: Goal) -> Path:
    return (backup.before if goal.back else backup.after) / path.name


def _put(path: Path, wanted: Path) -> None:
    if wanted.exists():
        with replacing(path) as file:
            file.write(read_bytes(wanted))
    else:
        path.unlink(missing_ok=True)


def _bytes(path: Path) -> bytes | None:
    return read_bytes(path) if path.exists() else None
