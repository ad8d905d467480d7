"""Tasks and predictions into a project, each once, whatever happens to the answers."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from annotate.label_studio import retry
from annotate.label_studio.client import CHUNK, PREDICTIONS_CHUNK, Studio
from annotate.label_studio.retry import send_exactly_once
from annotate.progress import Progress, no_progress
from schemas.errors import StudioError

Bodies = list[dict[str, Any]]


def send_tasks(
    studio: Studio,
    project_id: int,
    sentence_ids: Sequence[str],
    bodies: Callable[[Sequence[str]], Bodies],
    progress: Progress = no_progress,
) -> None:
    """Creates a task for each sentence, in this order.

    What somebody else pushed at the same time is there once in the end, see `_delete_duplicates`.

    Parameters
    ----------
    bodies
        The tasks of some of the sentences, ``sentence_id`` in the data of each; made a call at a time.
    """
    done = 0

    def send(todo: list[str]) -> None:
        nonlocal done
        progress("creating tasks", done, len(sentence_ids))
        studio.import_tasks(project_id, bodies(todo))
        done += len(todo)

    def missing(sent: list[str]) -> list[str]:
        present = {task.data.get("sentence_id") for task in studio.tasks(project_id)}
        return [sentence_id for sentence_id in sent if sentence_id not in present]

    if not sentence_ids:
        return
    is_doubtful = send_exactly_once(send, sentence_ids, missing, chunk=CHUNK)
    for _ in range(2 if is_doubtful else 1):
        if is_doubtful:  # an answer that was given up may still come
            time.sleep(retry.PAUSE)
        _delete_duplicates(studio, project_id, set(sentence_ids))


def _delete_duplicates(studio: Studio, project_id: int, sent: set[str]) -> None:
    """Deletes tasks that were made twice, by an import whose answer was lost or by another machine.

    Only what was just sent and nobody has touched is deleted; the lowest id stays, so that two who
    do this at the same time leave the same one.
    """
    seen: set[str] = set()
    again: list[int] = []
    for task in studio.tasks(project_id):
        sentence_id = task.data.get("sentence_id")
        if sentence_id in seen and not task.coded:
            again.append(task.id)
        if sentence_id in sent:
            seen.add(str(sentence_id))
    for number in again:
        studio.delete_untouched_task(number)


def send_predictions(
    studio: Studio,
    project_id: int,
    version: str,
    tasks: Sequence[int],
    bodies: Callable[[Sequence[int]], Bodies],
    *,
    present: int = 0,
) -> None:
    """Adds a prediction of this version to each task, counts what is there, and shows the version.

    Parameters
    ----------
    tasks
        All tasks that are to have one; the first ``present`` of them have it already.
    bodies
        The predictions of some of the tasks; made a call at a time.

    Raises
    ------
    StudioError
        The count is wrong even after all of the version were sent anew.
    """

    def missing(sent: list[int]) -> list[int]:
        predicted = {task for task, name in studio.predicted_tasks(project_id) if name == version}
        return [task for task in sent if task not in predicted]

    def send(todo: list[int]) -> None:
        studio.import_predictions(project_id, bodies(todo))

    todo, count = list(tasks[present:]), present
    for _ in range(3 if todo else 0):
        if send_exactly_once(send, todo, missing, chunk=PREDICTIONS_CHUNK):
            time.sleep(retry.PAUSE)  # an answer that was given up may still come
        count = studio.prediction_counts(project_id).get(version, 0)
        if count == len(tasks):
            break
        studio.delete_predictions(project_id, version)
        todo = list(tasks)
    if count != len(tasks):
        operation = f"adding predictions to project {project_id}"
        raise StudioError(operation, f"the project has {count}, expected {len(tasks)}")
    if tasks:
        # without it the label stream shows no prediction at all
        studio.update_project(project_id, model_version=version)
