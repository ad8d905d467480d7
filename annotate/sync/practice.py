"""A practice round on the server: a project of its own for each annotator, and what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio
from annotate.label_studio.download import fetch
from annotate.label_studio.upload import send_tasks
from annotate.progress import Progress, labelled, no_progress
from annotate.study.folder import Study
from annotate.study.identity import description, marker, with_identity
from annotate.study.practice import (
    PHASE,
    PracticeReport,
    PracticeSentence,
    is_practice,
    practice_name,
    practice_report,
    practice_round,
)
from annotate.study.projects import as_row, create_once, find_projects, remember
from annotate.study.settings import write_settings
from annotate.sync.push import PushReport
from exports.readers.annotations import read_export
from schemas.codebook import Codebook
from schemas.controls import COMMENTARY_KEY, SENTENCE_KEY, SENTENCES_KEY
from schemas.errors import DataError, SettingsError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.labeling import instructions, labeling_config
from schemas.records import Annotation, Assignment, GoldSentence
from schemas.studio_json import TaskData

_INTRODUCTION = (
    "<p><b>Das ist eine Übung.</b> Die Antworten auf diese Sätze sind bekannt. Codieren Sie sie wie alle "
    "anderen; danach erhalten Sie eine Seite, auf der steht, wo Ihre Antwort eine andere war und welche "
    "Regel dort gilt. In die Auswertung geht nichts davon ein.</p>\n"
)


def push_practice(
    studio: Studio, study: Study, *, dry_run: bool = False, progress: Progress = no_progress
) -> PushReport:
    """Makes a practice project for each annotator; a round that was pushed stays as it was drawn.

    Raises
    ------
    SettingsError
        study.yaml names no annotators, or one as practice projects are called.
    DataError
        There is neither gold for an annotator nor an example in the codebook.
    """
    study = with_identity(study)
    codebook, names = study.codebook(), study.settings.annotators
    if not names:
        words = "annotators: the list is empty, expected such as [anna, ben]"
        raise SettingsError(f"{study.settings_path}: {words}")
    if clash := next(filter(is_practice, names), None):
        raise SettingsError(f'an annotator is called "{clash}", as the projects of a practice are')
    studio.report_retries(progress)
    marks = [practice_name(name) for name in names]
    existing = find_projects(studio, study, marks, gone_is_fine=True)
    drawn = _drawn(study, codebook, names)
    created = unchanged = 0
    projects = []
    if not dry_run:
        write_settings(study)
        write_jsonl(_answers_path(study), [row for name in names for row in drawn[name]])
    for name in names:
        project = existing.get(practice_name(name))
        held = {task.data.get("sentence_id") for task in studio.tasks(project.id)} if project else set()
        new = {row.sentence_id: row for row in drawn[name] if row.sentence_id not in held}
        created += len(new)
        unchanged += len(drawn[name]) - len(new)
        number = project.id if project else None
        if not dry_run:
            number = _ensure(studio, study, name, codebook, project)
            _send(studio, number, list(new), _bodies(drawn[name], codebook), labelled(progress, name))
        if number is not None:
            projects.append(as_row(studio, name, number))
    return PushReport(
        created=created, updated=0, unchanged=unchanged, gone=0, pruned=0, duplicates=0,
        projects=projects, dry_run=dry_run,
    )  # fmt: skip


def _send(
    studio: Studio, number: int, new: Sequence[str], bodies: dict[str, dict[str, Any]], progress: Progress
) -> None:
    send_tasks(studio, number, new, lambda ids: [bodies[sentence_id] for sentence_id in ids], progress)


def pull_practice(studio: Studio, study: Study, *, progress: Progress = no_progress) -> list[PracticeReport]:
    """How each annotator's practice went; nothing of it is a row of ``annotations.jsonl``."""
    path = _answers_path(study)
    if not path.exists():
        return []
    codebook = study.codebook()
    answers: dict[str, list[PracticeSentence]] = {}
    for row in read_jsonl(path, PracticeSentence):
        answers.setdefault(row.annotator, []).append(row)
    marks = {practice_name(name): name for name in answers}
    reports = []
    for mark, project in find_projects(studio, study, list(marks), gone_is_fine=True).items():
        name = marks[mark]
        progress(f"{name}: fetching the practice")
        export = path.parent / f"{name}.json"
        fetch(studio, project.id, export)
        rows: list[Annotation] = read_export(export, codebook, annotator=name).annotations
        report = practice_report(name, answers[name], rows, codebook)
        if report.coded:
            reports.append(report)
    return reports


def _answers_path(study: Study) -> Path:
    return study.data / "practice" / "answers.jsonl"


def _drawn(study: Study, codebook: Codebook, names: Sequence[str]) -> dict[str, list[PracticeSentence]]:
    """Annotator → their round: as it was drawn before, or drawn now."""
    path = _answers_path(study)
    kept = list(read_jsonl(path, PracticeSentence)) if path.exists() else []
    gold = list(read_jsonl(study.gold, GoldSentence)) if study.gold.exists() else []
    assigned = list(read_jsonl(study.assignments, Assignment)) if study.assignments.exists() else []
    coded = list(read_jsonl(study.annotations, Annotation)) if study.annotations.exists() else []
    own: dict[str, set[str]] = {}
    pairs = [(row.annotator, row.sentence_id) for row in assigned]
    for who, sentence_id in pairs + [(row.annotator, row.sentence_id) for row in coded]:
        own.setdefault(who, set()).add(sentence_id)
    # before the first push every sentence may still come to anybody, and to whoever is new after it
    known = {row.annotator for row in assigned}
    drawn = {name: [row for row in kept if row.annotator == name] for name in names}
    for name in names:
        drawn[name] = drawn[name] or practice_round(
            name, codebook, gold if name in known else [], own.get(name, set()), study.settings.seed
        )
        if not drawn[name]:
            raise DataError(
                f"no practice for {name}: its codes have no examples, and {study.gold} has not enough "
                "sentences that others coded; expected `examples:` at the codes",
                path=study.codebook_path,
            )
    return drawn


def _bodies(rows: Sequence[PracticeSentence], codebook: Codebook) -> dict[str, dict[str, Any]]:
    """By sentence the task: no answer stands in it."""
    bodies = {}
    for n, row in enumerate(rows, start=1):
        data = TaskData(
            sentence_id=row.sentence_id, commentary_id="uebung", text=row.text, before=row.before,
            after=row.after, title="Übung", codebook_version=codebook.version,
        )  # fmt: skip
        place = {SENTENCE_KEY: f"Satz {n}", SENTENCES_KEY: f"von {len(rows)}", COMMENTARY_KEY: ""}
        bodies[row.sentence_id] = {
            "data": {**msgspec.to_builtins(data), **place},
            "meta": {"phase": PHASE, "suggest": False},
        }
    return bodies


def _ensure(
    studio: Studio, study: Study, annotator: str, codebook: Codebook, project: HeldProject | None
) -> int:
    config, text = labeling_config(codebook), _INTRODUCTION + instructions(codebook)
    mark = marker(study, practice_name(annotator))
    if project is None:
        title = f"Übung · {study.name} · {annotator}"[:50]
        number = create_once(studio, title, description(codebook, mark), config, text)
        remember(study, studio, {practice_name(annotator): number})
        return number
    if project.label_config.strip() != config.strip():
        studio.update_project(project.id, label_config=config, expert_instruction=text)
    return project.id
