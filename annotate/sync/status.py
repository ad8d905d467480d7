"""Who has how much to do: counted on the server, times from what was pulled."""

from collections.abc import Sequence
from statistics import median

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio
from annotate.study.folder import Study
from annotate.study.identity import ADJUDICATOR
from annotate.study.projects import locate_projects, refuse_problems
from annotate.sync.adjudication import find_adjudication_project, read_decisions
from annotate.sync.people import left_words, people_left
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Record


class AnnotatorProgress(Record, frozen=True, kw_only=True):
    """An annotator's sentences: ``tasks`` are all, ``open`` neither done nor skipped.

    ``incomplete`` is as of the last pull. ``minutes_left`` rests on the median of the annotator's
    own lead times (breaks make the mean useless), and is null where there are none.
    """

    annotator: str
    project: int | None
    tasks: int
    done: int
    skipped: int
    open: int
    incomplete: int
    suggested: int
    minutes_left: float | None


class StatusReport(Record, frozen=True, kw_only=True):
    """How far everybody is; ``undecided`` is the adjudicator, null where nothing was brought to one.

    ``notices`` has a line for everybody who has codings and is not in study.yaml.
    """

    annotators: list[AnnotatorProgress]
    undecided: AnnotatorProgress | None
    notices: list[str]


def study_status(studio: Studio, study: Study) -> StatusReport:
    """How far each annotator of the study is, and the adjudicator.

    Raises
    ------
    StudioError
        A project is gone, or is another's.
    """
    names = study.settings.annotators
    located = locate_projects(studio, study, [*names, *study.settings.retired])
    refuse_problems(problem for problem in located.problems if problem.annotator in names)
    rows = list(read_jsonl(study.annotations, Annotation)) if study.annotations.exists() else []
    left = people_left(studio, study, located)
    adjudication = find_adjudication_project(studio, study)
    decisions = list(read_decisions(study).values())
    return StatusReport(
        annotators=[
            _progress(studio, name, located.projects.get(name), [r for r in rows if r.annotator == name])
            for name in names
        ],
        undecided=_progress(studio, ADJUDICATOR, adjudication, decisions) if adjudication else None,
        notices=[left_words(study, located, name, number) for name, number in left.items()],
    )


def _progress(
    studio: Studio, name: str, project: HeldProject | None, rows: Sequence[Annotation]
) -> AnnotatorProgress:
    tasks = [t for t in studio.tasks(project.id) if "sentence_id" in t.data] if project else []
    skipped = sum(task.coded == task.skipped > 0 for task in tasks)
    done = sum(task.coded > task.skipped for task in tasks)
    left = len(tasks) - done - skipped
    # the note of an undecided sentence says what is open: it is no suggestion
    suggested = 0 if name == ADJUDICATOR else sum(bool(task.data.get("note")) for task in tasks)
    return AnnotatorProgress(
        annotator=name,
        project=project.id if project else None,
        tasks=len(tasks),
        done=done,
        skipped=skipped,
        open=left,
        incomplete=sum(bool(row.incomplete) for row in rows),
        suggested=suggested,
        minutes_left=minutes_left(rows, left),
    )


def minutes_left(rows: Sequence[Annotation], left: int) -> float | None:
    """How long somebody with these codings needs for so many sentences; None where no time is known."""
    times = [row.lead_time for row in rows if row.lead_time and not row.skipped]
    return round(median(times) * left / 60, 1) if times else None
