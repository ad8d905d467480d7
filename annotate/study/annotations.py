"""The rows of ``annotations.jsonl``: their order, and those taken from existing projects and other tools."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from annotate.study.folder import Study
from annotate.study.relink import relinked_ids, with_new_ids
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Sentence


def imported_path(study: Study, project_id: int) -> Path:
    """Where the rows of a project made by hand are kept."""
    return study.data / "taken" / f"project-{project_id}.jsonl"


def of_other_tools_path(study: Study) -> Path:
    """Where the rows are kept that `import` made of another tool's codings."""
    return study.data / "taken" / "import.jsonl"


def with_imported(study: Study, own_rows: Iterable[Annotation]) -> list[Annotation]:
    """The rows with those that were taken in; of the same person and sentence the study's own counts."""
    rows = {(row.sentence_id, row.annotator): row for row in own_rows}
    for row in _taken(study):
        rows.setdefault((row.sentence_id, row.annotator), row)
    return list(rows.values())


def own_rows(study: Study) -> list[Annotation]:
    """The rows of ``annotations.jsonl`` that came from the study's own projects."""
    if not study.annotations.exists():
        return []
    taken = {(row.sentence_id, row.annotator, row.annotation_id) for row in _taken(study)}
    rows = read_jsonl(study.annotations, Annotation)
    return [row for row in rows if (row.sentence_id, row.annotator, row.annotation_id) not in taken]


def kept_rows(study: Study, annotator: str) -> list[Annotation]:
    """What was pulled from an annotator's project."""
    return [row for row in own_rows(study) if row.annotator == annotator]


def project_of_export(study: Study, annotator: str) -> int | None:
    """The number of the project that an annotator's kept export came from; None where it does not say."""
    path = study.exports / f"{annotator}.json"
    try:
        tasks = msgspec.json.decode(read_bytes(path), type=list[_ExportedTask])
    except (msgspec.DecodeError, RecursionError, DataError):
        return None
    return next((task.project for task in tasks if task.project is not None), None)


class _ExportedTask(msgspec.Struct):
    project: int | None = None


def _taken(study: Study) -> Iterable[Annotation]:
    for path in sorted((study.data / "taken").glob("project-*.jsonl")):
        yield from read_jsonl(path, Annotation)
    if (path := of_other_tools_path(study)).exists():
        # made once, before anything could be mended
        yield from with_new_ids(read_jsonl(path, Annotation), relinked_ids(study))


def in_order(rows: list[Annotation], study: Study) -> list[Annotation]:
    """Annotations in the order of the sentences, then of the annotators in study.yaml."""
    sentences = read_jsonl(study.sentences, Sentence) if study.sentences.exists() else iter(())
    positions = {s.sentence_id: n for n, s in enumerate(sentences)}
    names = {name: n for n, name in enumerate(study.settings.annotators)}
    last = len(positions)
    return sorted(
        rows,
        key=lambda row: (
            positions.get(row.sentence_id, last),
            row.sentence_id,
            names.get(row.annotator, len(names)),
        ),
    )
