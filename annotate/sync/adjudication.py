"""What a rule left open, for a third person: up into a project of its own, the decisions down.

The person sees the codings side by side, without names, with their comments; what the rule decided
is ticked already. Decisions are kept in ``data/decisions.jsonl``, apart from the annotations: who
has seen the others' codings is no independent coder, and in no figure of agreement.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.label_studio.client import HeldProject, HeldTask, Studio, stream_link
from annotate.label_studio.download import fetch
from annotate.label_studio.upload import send_predictions, send_tasks
from annotate.progress import Progress, no_progress
from annotate.study.folder import Study
from annotate.study.projects import create_once, find_projects, marker, remember
from annotate.study.relink import with_new_ids
from annotate.sync.adjudication_screen import adjudicator_screen, coding_words, instruction, open_label
from annotate.sync.tasks import study_rows, study_tasks
from exports.adjudication.adjudicate import AdjudicationReport, adjudicate
from exports.readers.annotations import Export, ReadReport, read_codings, read_export
from schemas.codebook import Codebook
from schemas.errors import SettingsError, StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import UNRELATED, Annotation, GoldSentence, Layers, Record
from schemas.studio_json import TaskData, to_result

ADJUDICATOR = "adjudication"  # stands where an annotator's name does: in the marker and the rows

DECIDED = "entschieden"  # the "model" behind the ticks of what the rule decided


class AdjudicationPushReport(Record, frozen=True, kw_only=True):
    """What was brought to the project of the undecided, or would be.

    ``settled`` are tasks nobody has decided that are open no longer; they stay. ``decided`` are tasks
    with a decision, which are not touched.
    """

    created: int
    updated: int
    unchanged: int
    settled: int
    decided: int
    project: int | None
    link: str | None
    dry_run: bool


def read_decisions(study: Study) -> dict[str, Annotation]:
    """Sentence id → what the third person decided; empty before the first."""
    path = study.decisions
    return {row.sentence_id: row for row in read_jsonl(path, Annotation)} if path.exists() else {}


def push_adjudication(
    studio: Studio,
    study: Study,
    gold: Sequence[GoldSentence],
    *,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> AdjudicationPushReport:
    """Brings the sentences with something open into their project, each once.

    Raises
    ------
    SettingsError
        An annotator of the study bears the project's name.
    """
    if ADJUDICATOR in study.settings.annotators:
        raise SettingsError(f'an annotator is called "{ADJUDICATOR}", as the project of the undecided is')
    codebook = study.codebook()
    codings: dict[str, list[Annotation]] = {}
    for row in read_jsonl(study.annotations, Annotation):
        if not row.skipped:
            codings.setdefault(row.sentence_id, []).append(row)
    columns = max([2, len(study.settings.annotators), *map(len, codings.values())])
    _, tasks = study_tasks(study, codebook)
    wanted = {
        row.sentence_id: _task(tasks[row.sentence_id], row, codings[row.sentence_id], codebook, columns)
        for row in gold
        if row.undecided and row.sentence_id in tasks
    }
    progress("comparing")
    project = find_adjudication_project(studio, study)
    held = {str(t.data.get("sentence_id")): t for t in studio.tasks(project.id)} if project else {}
    created = [name for name in wanted if name not in held]
    stale = [
        name
        for name, data in wanted.items()
        if name in held and not held[name].coded and not _same(held[name].data, data)
    ]
    number = project.id if project else None
    if not dry_run and wanted:
        number = _ensure(studio, study, codebook, columns, project)
        by_id = {row.sentence_id: row for row in gold}
        send_tasks(
            studio, number, created, lambda ids: [_body(wanted[name], by_id[name]) for name in ids], progress
        )
        for name in stale:
            studio.update_task(held[name].id, data=wanted[name])
        if created or stale:
            _tick(studio, number, by_id, wanted, codebook)
    decided = sum(task.coded > 0 for task in held.values())
    return AdjudicationPushReport(
        created=len(created),
        updated=len(stale),
        unchanged=sum(name in held and not held[name].coded for name in wanted) - len(stale),
        settled=sum(name not in wanted and not task.coded for name, task in held.items()),
        decided=decided,
        project=number,
        link=stream_link(studio.url, number) if number else None,
        dry_run=dry_run,
    )


def pull_decisions(
    studio: Studio,
    study: Study,
    codebook: Codebook,
    *,
    older: Mapping[str, Codebook],
    now: dict[str, str],
    whole: bool = False,
) -> tuple[int, Export] | None:
    """The project of the undecided and its decisions, which are written; None where there is none."""
    project = find_adjudication_project(studio, study)
    if project is None:
        return None
    path = study.exports / f"{ADJUDICATOR}.json"
    fetch(studio, project.id, path, whole=whole)
    export = read_export(path, codebook, annotator=ADJUDICATOR, older=older)
    write_jsonl(study.decisions, with_new_ids(export.annotations, now))
    return project.id, export


def find_adjudication_project(studio: Studio, study: Study) -> HeldProject | None:
    try:
        return find_projects(studio, study, [ADJUDICATOR]).get(ADJUDICATOR)
    except StudioError as error:
        if error.status == 404:  # it was deleted: what was decided in it is kept
            return None
        raise


def _ensure(studio: Studio, study: Study, codebook: Codebook, columns: int, held: HeldProject | None) -> int:
    config = adjudicator_screen(codebook, columns)
    if held is None:
        title = f"{study.name} · strittige Sätze"[:50]
        description = f"{codebook.codebook} {codebook.version} {marker(study.name, ADJUDICATOR)}"
        number = create_once(studio, title, description, config, instruction(codebook))
        remember(study, studio, {ADJUDICATOR: number})
        return number
    if held.label_config.strip() != config.strip():
        studio.update_project(held.id, label_config=config, expert_instruction=instruction(codebook))
    return held.id


def _task(
    data: TaskData, gold: GoldSentence, codings: Sequence[Annotation], codebook: Codebook, columns: int
) -> dict[str, str]:
    shown = {f"coding_{n}": "–" for n in range(1, columns + 1)}
    for n, row in enumerate(sorted(codings, key=lambda row: row.annotator), start=1):
        shown[f"coding_{n}"] = coding_words(row.layers, gold.undecided, codebook)
    words = {name: str(getattr(data, name)) for name in data.__struct_fields__}
    left = ", ".join(open_label(name, codebook) for name in gold.undecided)
    return {**words, "note": f"Offen: {left}", **shown}


def _same(held: Mapping[str, Any], data: Mapping[str, str]) -> bool:
    return all(held.get(name) == value for name, value in data.items())


def _body(data: dict[str, str], gold: GoldSentence) -> dict[str, Any]:
    return {"data": data, "meta": {"test": gold.test}}


def _tick(
    studio: Studio,
    project_id: int,
    gold: Mapping[str, GoldSentence],
    wanted: Mapping[str, Any],
    codebook: Codebook,
) -> None:
    """Ticks what is decided in the tasks that wait, as a prediction: the person need not code it again."""
    waiting = [
        task for task in studio.tasks(project_id) if task.data.get("sentence_id") in wanted and not task.coded
    ]
    said = {task.id: body for task in waiting if (body := _prediction(task, gold, codebook))}
    studio.delete_predictions(project_id, DECIDED)
    send_predictions(studio, project_id, DECIDED, list(said), lambda ids: [said[task] for task in ids])


def _prediction(
    task: HeldTask, gold: Mapping[str, GoldSentence], codebook: Codebook
) -> dict[str, Any] | None:
    row = gold[str(task.data["sentence_id"])]
    result = to_result(_ticked(row, codebook), codebook)
    return {"task": task.id, "model_version": DECIDED, "result": result} if result else None


def _ticked(row: GoldSentence, codebook: Codebook) -> Layers:
    """The decided layers; of a stance with an open target what is touched, for "no target" is open too."""
    found: Layers = {}
    for name, value in row.layers.items():
        is_open = any(left.partition("__")[0] == name for left in row.undecided)
        if isinstance(value, dict) and is_open:
            touched = {target: code for target, code in value.items() if code != UNRELATED}
            if touched:
                found[name] = touched
        else:
            found[name] = value
    return found


def adjudicate_study(
    study: Study, *, rule: str = "majority", dry_run: bool = False
) -> tuple[list[GoldSentence], AdjudicationReport]:
    """Decides the annotations of a study, and what they leave open as a third person did; writes the gold.

    With ``dry_run`` nothing is written.
    """
    codebook = study.codebook()
    annotations = list(read_jsonl(study.needs(study.annotations, "pull"), Annotation))
    context = {row.sentence_id: row for row in study_rows(study)}
    gold, report = adjudicate(annotations, context, codebook, rule=rule, decisions=read_decisions(study))
    if not dry_run:
        write_jsonl(study.gold, gold)
    return gold, report


def adjudicate_exports(
    paths: Sequence[str | Path],
    codebook: Codebook,
    *,
    rule: str = "majority",
    skip_invalid: bool = False,
    names: Mapping[int, str] | None = None,
) -> tuple[list[GoldSentence], AdjudicationReport, ReadReport]:
    """Decides the annotations of export files; the text comes from their tasks."""
    export = read_codings(paths, codebook, skip_invalid=skip_invalid, names=names)
    gold, report = adjudicate(export.annotations, export.tasks, codebook, rule=rule, tests=export.tests)
    return gold, report, export.report
