"""Sentences up: one project an annotator, each sentence once, however often it is pushed."""

from collections import Counter
from collections.abc import Iterator, Mapping

from annotate.label_studio.answers import HeldProject, HeldTask
from annotate.label_studio.client import Studio
from annotate.label_studio.upload import send_tasks
from annotate.progress import Progress, labelled, no_progress
from annotate.study.accounts import Account, find_accounts
from annotate.study.annotations import own_rows
from annotate.study.assignments import assign, coding_order
from annotate.study.folder import Study
from annotate.study.identity import with_identity
from annotate.study.projects import StudyProject, as_row, ensure_project, remember
from annotate.study.relink import relinked_ids
from annotate.study.settings import write_settings
from annotate.sync.people import locate_people
from annotate.sync.put_back import put_back_codings
from annotate.sync.task_plan import TaskPlan, place_words, plan_tasks, pushed_fields
from annotate.sync.tasks import study_tasks, task_row
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Assignment, Record


class PushReport(Record, frozen=True, kw_only=True):
    """What a push did, or would do, over all projects.

    ``gone`` is on the server only; ``pruned`` of them were deleted. ``put_back`` are kept codings that
    were stored again in projects made anew.
    """

    created: int
    updated: int
    unchanged: int
    gone: int
    pruned: int
    duplicates: int
    put_back: int = 0
    projects: list[StudyProject]
    dry_run: bool


def check_pushable(study: Study) -> None:
    """Asks of the folder what a push needs, so that nobody starts a server to be told.

    Raises
    ------
    DataError, SettingsError
        The sentences were not split, nobody is named, or the codebook has an error.
    """
    if not study.settings.annotators:
        raise SettingsError(
            f"{study.settings_path}: annotators: the list is empty, expected such as [anna, ben]"
        )
    study.codebook()
    study.needs(study.sentences, "split")


def push(
    studio: Studio, study: Study, *, dry_run: bool = False, recreate: bool = False, prune: bool = False,
    phase: str = "main", progress: Progress = no_progress,
) -> PushReport:  # fmt: skip
    """Makes the projects of a study hold its sentences.

    A sentence is known by the ``sentence_id`` in its task's data. A changed context updates the
    task and keeps its codings; a sentence that is gone from the corpus is counted. Only with ``prune``
    is its task deleted, and never one in which somebody has coded, skipped or begun to. With
    ``recreate`` a project that is gone is made anew, and kept codings go back into uncoded tasks.
    """
    check_pushable(study)
    study = with_identity(study)
    codebook = study.codebook()
    sentences, data = study_tasks(study, codebook)
    kept = list(read_jsonl(study.assignments, Assignment)) if study.assignments.exists() else []
    done = {row.sentence_id for row in own_rows(study) if row.annotator in study.settings.retired}
    assignments = assign(sentences, study.settings, kept, phase=phase, done=done)
    names = study.settings.annotators
    studio.report_retries(progress)
    existing = locate_people(studio, study, gone_is_fine=recreate).projects
    accounts = find_accounts(studio, study, names) if recreate else {}
    new_ids = relinked_ids(study)
    counts: Counter[str] = Counter()
    projects = []
    if not dry_run:
        write_settings(study)
        write_jsonl(study.assignments, assignments)
    for name in names:
        mine = {a.sentence_id: a for a in assignments if a.annotator == name}
        ordered = coding_order([s for s in sentences if s.sentence_id in mine], name, study.settings, mine)
        wanted = {s.sentence_id: data[s.sentence_id] for s in ordered}
        project = existing.get(name)
        if not dry_run:
            project = ensure_project(studio, study, name, codebook, project)
            remember(study, studio, {name: project.id})
        report_step = labelled(progress, name)
        plan = plan_tasks(_tasks(studio, project, report_step), wanted, new_ids)
        if project and not dry_run:
            _carry_out(studio, project.id, plan, mine, report_step)
            if recreate:
                account = accounts.get(name, Account())
                counts["put_back"] += put_back_codings(
                    studio, study, name, project.id, codebook, account, new_ids, report_step
                )
        if prune and project:
            counts["pruned"] += _prune(studio, plan, dry_run=dry_run)
        if project:
            projects.append(as_row(studio, name, project.id))
        counts.update(
            created=len(plan.created), updated=len(plan.updated), unchanged=plan.unchanged,
            gone=len(plan.gone), duplicates=len(plan.duplicates),
        )  # fmt: skip
    return PushReport(
        created=counts["created"], updated=counts["updated"], unchanged=counts["unchanged"],
        gone=counts["gone"], pruned=counts["pruned"], duplicates=counts["duplicates"],
        put_back=counts["put_back"], projects=projects, dry_run=dry_run,
    )  # fmt: skip


def _tasks(studio: Studio, project: HeldProject | None, progress: Progress) -> Iterator[HeldTask]:
    return iter(()) if project is None else studio.tasks(project.id, progress)


def _prune(studio: Studio, plan: TaskPlan, *, dry_run: bool) -> int:
    untouched = [task for task in plan.gone if not task.coded]
    return len(untouched) if dry_run else sum(studio.delete_untouched_task(task.id) for task in untouched)


def _carry_out(
    studio: Studio, project_id: int, plan: TaskPlan, mine: Mapping[str, Assignment], progress: Progress
) -> None:
    created = {row.sentence_id: row for row in plan.created}
    send_tasks(
        studio, project_id, list(created),
        lambda ids: [task_row(created[i], place_words(plan, i), mine[i]) for i in ids], progress,
    )  # fmt: skip
    for n, (task, row) in enumerate(plan.updated):
        progress("updating tasks", n, len(plan.updated))
        place = {} if task.coded else place_words(plan, row.sentence_id)
        studio.update_task(task.id, data={**task.data, **pushed_fields(row), **place})
    for (field, value), stale in plan.stale.items():
        studio.set_task_field(project_id, stale, field, value)
