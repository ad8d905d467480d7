"""A Label Studio project that Standpunkt did not make, imported through a map of its controls."""

from pathlib import Path

from annotate.label_studio.client import Studio
from annotate.label_studio.download import fetch
from annotate.progress import Progress, no_progress
from annotate.study.annotations import imported_path, in_order, own_rows, with_imported
from annotate.study.folder import Study
from annotate.study.identity import MARKER
from annotate.sync.removals import write_removed
from exports.readers.annotations import read_export
from schemas.errors import DataError, StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.project_map import read_project_map
from schemas.records import Annotation, Record, Sentence


class ImportReport(Record, frozen=True, kw_only=True):
    """What came out of a project made by hand, and what did not.

    ``annotations`` are the rows kept, ``skipped`` and ``incomplete`` among them; ``invalid`` had
    something that the map or the codebook does not know. ``unmapped``, ``left_out``, ``unmatched`` and
    ``unread`` as in `exports.readers.annotations.ReadReport`; ``coded_here`` the study's own projects have
    from the same annotator: those count.
    """

    project: int
    annotations: int
    skipped: int
    incomplete: int
    invalid: int
    annotators: list[str]
    unmapped: dict[str, int]
    left_out: dict[str, int]
    unmatched: list[str]
    coded_here: int
    unread: dict[str, int] = {}


def import_project(
    studio: Studio,
    study: Study,
    project_id: int,
    map_path: Path,
    *,
    progress: Progress = no_progress,
) -> ImportReport:
    """Fetches the project, keeps its export as received, and adds its codings to the study's.

    Rows go to ``data/taken/project-N.jsonl``; this and every later pull puts them into
    ``annotations.jsonl``. Taking it again replaces them.

    Raises
    ------
    DataError
        The map is wrong, or no task of the project is a sentence of the study.
    StudioError
        There is no such project, or it is one of Standpunkt's own.
    """
    codebook = study.codebook()
    project_map = read_project_map(map_path, codebook)
    sentences = list(read_jsonl(study.needs(study.sentences, "split"), Sentence))
    project = studio.project(project_id)
    if project is None:
        raise StudioError(f"reading project {project_id}", f"{studio.url} holds no such project", status=404)
    if MARKER in project.description:
        raise StudioError(
            f"reading project {project_id}", "is a project of Standpunkt; `pull` without --project takes it"
        )
    progress(f"fetching project {project_id}")
    received = study.exports / f"project-{project_id}.json"
    fetch(studio, project_id, received)
    export = read_export(received, codebook, project_map=project_map, sentences=sentences)
    report = export.report
    if not export.tasks:
        first = f"; the first is {report.unmatched[0]}" if report.unmatched else ""
        raise DataError(
            f"no task of project {project_id} is a sentence of this study{first}; expected the sentence in "
            f"the field {project_map.sentence_id or project_map.text}",
            path=map_path,
        )
    study_rows = own_rows(study)
    path = imported_path(study, project_id)
    here = {(row.sentence_id, row.annotator) for row in export.annotations}
    before = list(read_jsonl(path, Annotation)) if path.exists() else []
    gone = [row for row in before if (row.sentence_id, row.annotator) not in here]
    write_removed(study, [(row, f"no longer in project {project_id}") for row in gone])
    write_jsonl(path, export.annotations)
    write_jsonl(study.annotations, in_order(with_imported(study, study_rows), study))
    coded = {(row.sentence_id, row.annotator) for row in study_rows}
    return ImportReport(
        project=project_id,
        annotations=report.annotations,
        skipped=report.skipped,
        incomplete=report.incomplete,
        invalid=report.invalid,
        annotators=sorted({row.annotator for row in export.annotations}),
        unmapped=report.unmapped,
        left_out=report.left_out,
        unmatched=report.unmatched,
        unread=report.unread,
        coded_here=sum((row.sentence_id, row.annotator) in coded for row in export.annotations),
    )
