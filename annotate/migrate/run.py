"""A study from one version of its codebook to the next: its files and its Label Studio projects.

Everything is planned and asked of the server first; then the backup is made; then it is written,
project by project, and the study's files at the end. Each write is told from the backup, so a run
that was killed is taken up by the next one, and the backup is the way back.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio, task_link
from annotate.migrate import snapshot
from annotate.migrate.backup import Backup, backup_place, goal_of, make_backup, study_files
from annotate.migrate.files import changed_files, move_file, once, open_in_files
from annotate.migrate.plan import Goal, LookAgain, ProjectPlan, plan_project
from annotate.migrate.snapshot import Snapshot
from annotate.progress import Progress, no_progress
from annotate.study.codebook_versions import asked_path, read_asked
from annotate.study.folder import Study
from annotate.study.identity import description, marker
from annotate.study.projects import as_row
from annotate.sync.adjudication import find_adjudication_project
from annotate.sync.people import locate_people
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError, SettingsError, StudioError
from schemas.jsonl import write_jsonl
from schemas.labeling import instructions, labeling_config
from schemas.records import Record
from schemas.versions.diff import Change, check_step
from schemas.versions.results import transitional_config

ATTEMPTS = 3  # a coding that comes in between makes the server refuse the new screen


class ProjectChanges(Record, frozen=True, kw_only=True):
    """What was written in a project, or would be; ``meanwhile`` was coded after the backup."""

    annotator: str
    project: int
    link: str
    annotations: int
    drafts: int
    predictions: int
    tasks: int
    meanwhile: int


class MigrateReport(Record, frozen=True, kw_only=True):
    """What a migration did, or would do. ``files`` are the study's files that changed."""

    old_version: str
    version: str
    changes: list[Change]
    projects: list[ProjectChanges]
    files: list[str]
    again: list[LookAgain]
    backup: str | None
    resumed: bool
    undone: bool
    dry_run: bool


class Job(Record, frozen=True, kw_only=True):
    """What one run works on, and what it reports to."""

    study: Study
    studio: Studio | None
    goal: Goal
    progress: Progress


def migrate(
    studio: Studio | None, study: Study, old: Path, new: Path, *, id_map: Path | None = None,
    dry_run: bool = False, progress: Progress = no_progress,
) -> MigrateReport:  # fmt: skip
    """Brings a study to the next version of its codebook, or goes on with that.

    Parameters
    ----------
    studio
        The server; None where only the study's files are meant.
    given
        Where ids went, as a file (`schemas.versions.id_map`).

    Raises
    ------
    DataError
        The version step is too small, the study has neither of the two codebooks, another
        migration is unfinished, or a file is wrong.
    StudioError
        Label Studio said no, or would. The next run goes on where this one ended.
    """
    with _alone(study):
        old, book = _old_file(study, old, new), load_codebook(new)
        begun = _begun(study, load_codebook(old), book, (old, new, id_map))
        asked = read_asked(begun.before / "asked.json" if begun else asked_path(study))
        goal = goal_of(load_codebook(old), book, id_map, asked=asked)
        check_step(goal.step.diff, new)
        _check_study(study, goal)
        _refuse_open_adjudication(studio, study)
        job = Job(study=study, studio=studio, goal=goal, progress=progress)
        projects = _held(job, begun)
        _check_screens(job, projects)
        if dry_run:
            return _dry_run(job, projects, begun)
        backup = begun
        if backup is None:
            progress("making the backup")
            place = backup_place(study, goal.step.old, book)
            backup = make_backup(study, studio, projects, place, old=old, new=new, id_map=id_map)
        report = _carry_out(job, backup, projects, resumed=begun is not None)
        backup.set_stage("done")
        return report


def undo(
    studio: Studio | None, study: Study, old: Path, new: Path, *,
    dry_run: bool = False, progress: Progress = no_progress,
) -> MigrateReport:  # fmt: skip
    """Puts back what a migration changed, from its backup; what was coded since is rewritten back.

    Raises
    ------
    DataError
        There is no backup of this step, or it was undone already.
    StudioError
        Label Studio said no; the next run goes on where this one ended.
    """
    with _alone(study):
        place = backup_place(study, load_codebook(_old_file(study, old, new)), load_codebook(new))
        backup = Backup(place)
        if not place.exists() or backup.manifest.stage == "undone":
            raise DataError("is not there: this step was not taken, or it was undone already", path=place)
        goal = backup.goal(back=True)
        _check_study(study, goal)
        _refuse_open_adjudication(studio, study)
        job = Job(study=study, studio=studio, goal=goal, progress=progress)
        projects = _held(job, backup)
        _check_screens(job, projects)
        if dry_run:
            return _dry_run(job, projects, backup)
        resumed = backup.manifest.stage == "undoing"
        backup.set_stage("undoing")
        report = _carry_out(job, backup, projects, resumed=resumed)
        backup.set_stage("undone")
        return report


def _refuse_open_adjudication(studio: Studio | None, study: Study) -> None:
    """A migration does not reach the third person's project, whose old codes the next pull would fetch."""
    project = find_adjudication_project(studio, study) if studio else None
    if studio and project:
        raise DataError(
            f"the undecided sentences are still in project {project.id}, which a migration does not reach: "
            "decide them, run `standpunkt pull` and `standpunkt adjudicate`, then delete the project in "
            f"{studio.url}/projects/{project.id}/settings (its decisions stay in the study)",
            path=study.folder,
        )


@contextmanager
def _alone(study: Study) -> Iterator[None]:
    """One process at a time."""
    path = study.folder / ".standpunkt" / "migrate.lock"
    path.parent.mkdir(exist_ok=True)
    try:
        with filelock.FileLock(path, timeout=0):
            yield
    except filelock.Timeout as error:
        raise DataError("another migration of this study is running", path=study.folder) from error


def _old_file(study: Study, old: Path, new: Path) -> Path:
    """The old codebook; that of the backup, where the file given for it is the new one by now.

    A study's own ``codebook.yaml`` is, as soon as the migration has come to it.
    """
    book = load_codebook(new)
    if load_codebook(old) != book:
        return old
    backups = [
        b for b in _backups(study) if b.manifest.version == book.version and b.manifest.stage != "undone"
    ]
    olds = [backup.folder / "old.yaml" for backup in backups if backup.new == book]
    if len(olds) > 1:
        names = ", ".join(str(path) for path in olds)
        raise DataError(f"is the new codebook; found more than one old one: {names}", path=old)
    return olds[0] if olds else old


def _backups(study: Study) -> list[Backup]:
    return [Backup(folder) for folder in sorted((study.folder / "backups").glob("codebook-*"))]


def _begun(
    study: Study, old: Codebook, new: Codebook, files: tuple[Path, Path, Path | None]
) -> Backup | None:
    """The backup of the same step, if it was begun or done; refuses where another one is unfinished."""
    for backup in _backups(study):
        stage, folder = backup.manifest.stage, backup.folder
        is_this = folder == backup_place(study, old, new)
        if stage == "undoing" or (stage == "begun" and not is_this):
            way = "--undo" if stage == "undoing" else "the same files, or --undo"
            raise DataError(f"is unfinished; run it to its end with {way}", path=folder)
        if is_this and stage != "undone":
            if not backup.is_of(*files):
                raise DataError(
                    "was begun with other codebooks or another map; take these, or --undo it", path=folder
                )
            return backup
    return None


def _check_study(study: Study, goal: Goal) -> None:
    book = study.codebook()
    if book not in (goal.step.old, goal.step.new):
        raise DataError(
            f"is neither of the two codebooks: found {book.codebook} {book.version}, expected "
            f"{goal.step.old.version} or {goal.step.new.version} as they are given",
            path=study.codebook_path,
        )


def _held(job: Job, backup: Backup | None) -> dict[str, HeldProject]:
    """The projects as they are now: those of the backup, where there is one."""
    if job.studio is None:
        if backup and backup.manifest.projects:
            raise DataError("has Label Studio projects; they cannot be left out now", path=backup.folder)
        if backup is None and (known := sorted(job.study.state().projects)):
            raise SettingsError(
                f"the study has projects on {', '.join(known)}, which would be left with the old codebook; "
                "leave out --files-only, or delete .standpunkt/ where they are gone for good"
            )
        return {}
    if backup is None:
        return locate_people(job.studio, job.study).projects
    if backup.manifest.url not in (None, job.studio.url):
        raise DataError(
            f"is of projects on {backup.manifest.url}, not on {job.studio.url}", path=backup.folder
        )
    projects = {name: job.studio.project(number) for name, number in backup.manifest.projects.items()}
    for name, project in projects.items():
        if project is None:
            raise StudioError(
                "looking for the project", f"that of {name} is gone from {job.studio.url}", status=404
            )
    return {name: project for name, project in projects.items() if project is not None}


def _check_screens(job: Job, projects: Mapping[str, HeldProject]) -> None:
    """Asks the server whether it would take the screens, before anything is changed."""
    if job.studio and projects:
        job.studio.check_config(_transitional(job.goal))
        job.studio.check_config(labeling_config(job.goal.book))


def _transitional(goal: Goal) -> str:
    other = goal.step.new if goal.back else goal.step.old
    return transitional_config(goal.book, other)


def _dry_run(job: Job, projects: Mapping[str, HeldProject], backup: Backup | None) -> MigrateReport:
    changes: list[ProjectChanges] = []
    again: list[LookAgain] = []
    for name, project in projects.items():
        assert job.studio is not None
        job.progress(f"{name}: reading project {project.id}")
        now = snapshot.take(job.studio, name, project)
        before = backup.snapshot(name) if backup else now
        plan = plan_project(before, now, job.goal)
        changes.append(_changes(job.studio, now, plan))
        again.extend(_again(job, now, plan))
    files = changed_files(job.study, backup, job.goal)
    again.extend(open_in_files(job.study, backup, job.goal))
    return _report(job, changes, files, again, backup, dry_run=True)


def _carry_out(
    job: Job, backup: Backup, projects: Mapping[str, HeldProject], *, resumed: bool
) -> MigrateReport:
    changes: list[ProjectChanges] = []
    again: list[LookAgain] = []
    for name, project in projects.items():
        assert job.studio is not None
        done, left = _move_project(job, job.studio, backup.snapshot(name), project)
        changes.append(done)
        again.extend(left)
    again.extend(open_in_files(job.study, backup, job.goal))
    files = [path.name for path in study_files(job.study) if move_file(path, job.study, backup, job.goal)]
    again = once(again)
    write_jsonl(backup.folder / ("again-undone.jsonl" if job.goal.back else "again.jsonl"), again)
    return _report(job, changes, files, again, backup, resumed=resumed)


def _move_project(
    job: Job, studio: Studio, before: Snapshot, project: HeldProject
) -> tuple[ProjectChanges, list[LookAgain]]:
    """Brings one project to the goal: a screen with old and new controls, the codings, the screen."""
    name = before.annotator
    config = before.project.label_config if job.goal.back else labeling_config(job.goal.book)
    if project.label_config.strip() != config.strip():
        job.progress(f"{name}: a screen with the old and the new controls")
        studio.recount(project.id)
        studio.update_project(project.id, label_config=_transitional(job.goal))
    total: Counter[str] = Counter()
    for attempt in range(ATTEMPTS):
        job.progress(f"{name}: comparing")
        now = snapshot.take(studio, name, project)
        plan = plan_project(before, now, job.goal)
        _write_codings(job, studio, name, plan)
        total.update(annotations=len(plan.annotations), drafts=len(plan.drafts), meanwhile=plan.meanwhile)
        try:
            _set_screen(job, studio, before, config)
            break
        except StudioError as error:
            if error.status != 400 or attempt == ATTEMPTS - 1:
                raise
    _write_rest(job, studio, before, plan)
    done = msgspec.structs.replace(
        _changes(studio, now, plan), annotations=total["annotations"], drafts=total["drafts"],
        meanwhile=total["meanwhile"],
    )  # fmt: skip
    return done, _again(job, now, plan)


def _write_codings(job: Job, studio: Studio, name: str, plan: ProjectPlan) -> None:
    what, total = f"{name}: changing annotations and drafts", len(plan.annotations) + len(plan.drafts)
    for n, write in enumerate(plan.annotations):
        job.progress(what, n, total)
        for draft_id in write.drafts:
            studio.update_draft(draft_id, annotation=None)  # else it is deleted with the write
        studio.update_annotation(write.id, write.result)
    for n, draft in enumerate(plan.drafts, start=len(plan.annotations)):
        job.progress(what, n, total)
        studio.update_draft(draft.id, result=draft.result, annotation=draft.annotation)


def _set_screen(job: Job, studio: Studio, before: Snapshot, config: str) -> None:
    book, project = job.goal.book, before.project
    text = project.instruction if job.goal.back else instructions(book)
    words = description(book, marker(job.study, before.annotator))
    studio.recount(project.id)
    studio.update_project(
        project.id, label_config=config, expert_instruction=text,
        description=project.description if job.goal.back else words,
    )  # fmt: skip


def _write_rest(job: Job, studio: Studio, before: Snapshot, plan: ProjectPlan) -> None:
    """Predictions and the version in the tasks, each in one call."""
    number = before.project.id
    for write in plan.predictions:
        job.progress(f"{before.annotator}: {len(write.predictions)} predictions of {write.model_version}")
        studio.delete_predictions(number, write.model_version)
        studio.import_predictions(number, [msgspec.to_builtins(p) for p in write.predictions])
    shown = before.project.model_version
    if shown and any(w.model_version == shown and w.predictions for w in plan.predictions):
        studio.update_project(number, model_version=shown)  # the server forgot it with the predictions
    for version, tasks in plan.versions.items():
        studio.set_task_field(number, tasks, "codebook_version", version)


def _changes(studio: Studio, now: Snapshot, plan: ProjectPlan) -> ProjectChanges:
    row = as_row(studio, now.annotator, now.project.id)
    return ProjectChanges(
        annotator=now.annotator, project=now.project.id, link=row.link,
        annotations=len(plan.annotations), drafts=len(plan.drafts),
        predictions=sum(len(write.predictions) for write in plan.predictions),
        tasks=sum(len(tasks) for tasks in plan.versions.values()), meanwhile=plan.meanwhile,
    )  # fmt: skip


def _again(job: Job, now: Snapshot, plan: ProjectPlan) -> list[LookAgain]:
    assert job.studio is not None
    return [
        LookAgain(
            sentence_id=str(task.sentence_id), annotator=now.annotator, place=place, was=was, reason=reason,
            link=task_link(job.studio.url, now.project.id, task.id),
        )
        for task, (place, was, reason) in plan.again
    ]  # fmt: skip


def _report(
    job: Job, changes: list[ProjectChanges], files: list[str], again: list[LookAgain], backup: Backup | None,
    *, resumed: bool = False, dry_run: bool = False,
) -> MigrateReport:  # fmt: skip
    diff = job.goal.step.diff
    return MigrateReport(
        old_version=diff.old_version, version=diff.version, changes=diff.changes, projects=changes,
        files=files, again=once(again), backup=str(backup.folder) if backup else None, resumed=resumed,
        undone=job.goal.back is not None, dry_run=dry_run,
    )  # fmt: skip
