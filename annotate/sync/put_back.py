"""Kept codings put back onto the server, where their project or their tasks were deleted."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from annotate.label_studio.client import Studio
from annotate.progress import Progress
from annotate.study.accounts import Account, keep_account
from annotate.study.annotations import kept_rows
from annotate.study.folder import Study
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import Annotation
from schemas.studio_json import to_result

Results = Mapping[int, list[dict[str, Any]]]


def put_back_codings(
    studio: Studio, study: Study, annotator: str, project_id: int, codebook: Codebook, account: Account,
    new_ids: Mapping[str, str], progress: Progress,
) -> int:  # fmt: skip
    """Submits what was pulled from an annotator for the tasks in which nobody has coded; gives the number.

    Each is stored as the annotator's where their account is known, else as the token owner's and
    remembered as theirs. The answer is that of the kept export, as it was; its times are the server's.
    """
    rows = {new_ids.get(row.sentence_id, row.sentence_id): row for row in kept_rows(study, annotator)}
    if not rows:
        return 0
    results = _exported_results(study, annotator)
    tasks = [
        (task, row)
        for task in studio.tasks(project_id)
        if not task.coded and (row := rows.get(_current_id(task.data, new_ids))) is not None
    ]
    restored = list(account.restored)
    for n, (task, row) in enumerate(tasks):
        progress("putting codings back", n, len(tasks))
        if row.codebook_version and task.data.get("codebook_version") != row.codebook_version:
            studio.update_task(task.id, data={**task.data, "codebook_version": row.codebook_version})
        number = studio.create_annotation(
            task.id, _result(row, results, codebook), lead_time=row.lead_time, completed_by=account.user,
            was_cancelled=row.skipped,
        )  # fmt: skip
        restored.append(number)
        # kept one by one: what was put back and is not remembered would be a guest's
        keep_account(study, studio.url, annotator, msgspec.structs.replace(account, restored=restored))
    return len(tasks)


def _current_id(data: Mapping[str, Any], new_ids: Mapping[str, str]) -> str:
    sentence_id = str(data.get("sentence_id"))
    return new_ids.get(sentence_id, sentence_id)


def _result(row: Annotation, results: Results, codebook: Codebook) -> list[dict[str, Any]]:
    if row.skipped:
        return []
    kept = results.get(row.annotation_id) if row.annotation_id is not None else None
    return kept if kept is not None else to_result(row.layers, codebook)


class _ExportedAnnotation(msgspec.Struct):
    id: int
    result: list[dict[str, Any]] = []


class _ExportedTask(msgspec.Struct):
    annotations: list[_ExportedAnnotation] = []


def _exported_results(study: Study, annotator: str) -> Results:
    """Annotation → its result in the exports that are kept of an annotator; the newest export counts."""
    paths: Sequence[Any] = [
        *sorted((study.exports / annotator).glob("*.json.gz")), study.exports / f"{annotator}.json"
    ]  # fmt: skip
    results: dict[int, list[dict[str, Any]]] = {}
    for path in paths:
        try:
            tasks = msgspec.json.decode(read_bytes(path), type=list[_ExportedTask])
        except (msgspec.DecodeError, RecursionError, DataError):
            continue
        results |= {one.id: one.result for task in tasks for one in task.annotations}
    return results
