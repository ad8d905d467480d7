"""What a migration writes in a project, told from the backup and from what stands there now."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate.label_studio.answers import HeldPrediction, HeldProject
from annotate.migrate.backup import goal_of
from annotate.migrate.plan import MEANWHILE, Goal, ProjectPlan, plan_project
from annotate.migrate.snapshot import HeldAnnotation, HeldDraft, Snapshot, TaskState
from schemas.codebook import load_codebook

BOOK = """\
codebook: probe
version: 1.0.0
language: de
targets: [{id: maut, question: "Soll eine Maut gelten?"}]
layers:
  - {id: function, kind: one, required: true, label: Satzart, codes: [{id: claim, label: Urteil}, {id: report, label: Bericht}]}
  - {id: stance, kind: stance, label: Haltung, no_target: {label: Kein Ziel}, codes: [{id: favor, label: Ja}, {id: against, label: Nein}]}
  - {id: who, kind: text, label: Wer}
"""
PROJECT = HeldProject(id=1, title="", description="", label_config="", instruction="", model_version="")
ADDED = ('"}]', '"}, {id: diesel, question: "Soll der Diesel weg?"}]')
RENAMED = [("id: function", "id: kind"), ("id: claim", "id: view")]


def tick(name: str, *codes: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(codes)}}


OLD, NEW = [tick("function", "claim")], [tick("kind", "view")]


def goal(tmp_path: Path, *changes: tuple[str, str], back: bool = False) -> Goal:
    text = BOOK.replace("1.0.0", "2.0.0")
    for before, after in changes or RENAMED:
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "alt.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "neu.yaml").write_text(text, "utf-8")
    return goal_of(
        load_codebook(tmp_path / "alt.yaml"), load_codebook(tmp_path / "neu.yaml"), None, back=back
    )


def task(
    *annotations: HeldAnnotation, drafts: tuple[HeldDraft, ...] = (), version: str = "1.0.0"
) -> TaskState:
    data = {"sentence_id": "a:1", "codebook_version": version}
    return TaskState(id=7, data=data, annotations=list(annotations), drafts=list(drafts))


def coded(number: int, result: list[Any], at: str = "2025-01-01") -> HeldAnnotation:
    return HeldAnnotation(id=number, result=result, updated_at=at)


def shot(*tasks: TaskState, predictions: tuple[HeldPrediction, ...] = ()) -> Snapshot:
    return Snapshot(annotator="anna", project=PROJECT, tasks=list(tasks), predictions=list(predictions))


def written(plan: ProjectPlan) -> list[tuple[int, Any]]:
    return [(write.id, write.result) for write in plan.annotations]


STATES = [
    ("not begun", OLD, [(1, NEW)], 0),
    ("moved by the run that was killed", NEW, [], 0),
    ("coded anew on the old screen", [tick("function", "claim", "report")], [(1, [tick("kind", "view", "report")])], 1),
    ("coded anew on the new screen", [tick("kind", "report")], [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("now", "writes", "meanwhile"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_an_annotation_is_brought_to_the_goal_from_where_it_is(
    tmp_path: Path, now: list[Any], writes: list[Any], meanwhile: int
) -> None:
    plan = plan_project(shot(task(coded(1, OLD))), shot(task(coded(1, now))), goal(tmp_path))
    assert written(plan) == writes
    assert plan.meanwhile == meanwhile
    assert [found[2] for _, found in plan.again] == [MEANWHILE] * meanwhile


def test_codes_that_change_places_are_moved_once(tmp_path: Path) -> None:
    """What is told from the backup alone cannot be told from the codes: both are known to both."""
    swap = [
        ("{id: claim, label: Urteil}", "{id: claim, label: X}"),
        ("{id: report, label: Bericht}", "{id: report, label: Y}"),
    ]
    given = tmp_path / "karte.yaml"
    given.write_text("codes: {function: {claim: report, report: claim}}", "utf-8")
    found = goal(tmp_path, *swap)
    turned = goal_of(found.step.old, found.step.new, given)
    before = shot(task(coded(1, OLD), coded(2, [tick("function", "report")], "2025-01-02")))
    now = shot(
        task(
            coded(1, [tick("function", "report")], "2025-03-01"),
            coded(2, [tick("function", "report")], "2025-01-02"),
        )
    )
    assert written(plan_project(before, now, turned)) == [(2, OLD)]


def test_a_later_coding_that_does_not_change_stays_the_latest(tmp_path: Path) -> None:
    before = shot(task(coded(1, OLD, "2025-01-01"), coded(2, [tick("stance__maut", "favor")], "2025-01-02")))
    assert [number for number, _ in written(plan_project(before, before, goal(tmp_path)))] == [1, 2]
    half = shot(task(coded(1, NEW, "2025-03-01"), coded(2, [tick("stance__maut", "favor")], "2025-01-02")))
    assert [number for number, _ in written(plan_project(before, half, goal(tmp_path)))] == [2]


def test_a_draft_is_taken_off_its_annotation_and_hung_on_again(tmp_path: Path) -> None:
    before = shot(task(coded(1, OLD), drafts=(HeldDraft(id=5, result=OLD, annotation=1),)))
    plan = plan_project(before, before, goal(tmp_path))
    assert plan.annotations[0].drafts == [5]
    assert [(d.id, d.result, d.annotation) for d in plan.drafts] == [(5, NEW, 1)]
    half = shot(task(coded(1, NEW), drafts=(HeldDraft(id=5, result=OLD, annotation=None),)))
    plan = plan_project(before, half, goal(tmp_path))
    assert plan.annotations == []
    assert [(d.id, d.result, d.annotation) for d in plan.drafts] == [(5, NEW, 1)]


def prediction(version: str, result: list[Any]) -> HeldPrediction:
    return HeldPrediction(task=7, model_version=version, score=0.5, result=result)


def test_predictions_that_a_killed_run_had_deleted_come_back(tmp_path: Path) -> None:
    before = shot(task(), predictions=(prediction("m-1", OLD), prediction("fremd", [])))
    half = shot(task(), predictions=(prediction("fremd", []),))
    (write,) = plan_project(before, half, goal(tmp_path)).predictions
    assert (write.model_version, write.predictions) == ("m-1", [prediction("m-1", NEW)])
    done = shot(task(version="2.0.0"), predictions=(prediction("fremd", []), prediction("m-1", NEW)))
    assert writes(plan_project(before, done, goal(tmp_path))) == []


def test_a_suggestion_leaves_out_what_was_split(tmp_path: Path) -> None:
    """A set that need not be answered keeps a mark in a coding; the server would drop a suggestion with it."""
    marks = "  - {id: who, kind: text, label: Wer}\n"
    held = "  - {id: marks, kind: set, label: Marken, codes: [{id: odd, label: seltsam}, {id: fine, label: gut}]}\n"
    split = held.replace("{id: odd, label: seltsam}", "{id: typo, label: Druckfehler}, {id: old, label: alt}")
    for name, text in (
        ("alt", BOOK.replace(marks, held)),
        ("neu", BOOK.replace(marks, split).replace("1.0.0", "2.0.0")),
    ):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    given = tmp_path / "karte.yaml"
    given.write_text("codes: {marks: {odd: [typo, old]}}", "utf-8")
    found = goal_of(load_codebook(tmp_path / "alt.yaml"), load_codebook(tmp_path / "neu.yaml"), given)
    now = shot(task(), predictions=(prediction("m-1", [*OLD, tick("marks", "odd")]),))
    (write,) = plan_project(now, now, found).predictions
    assert write.predictions == [prediction("m-1", OLD)]


VERSIONS = [
    ("coded, and nothing new is asked", RENAMED, [OLD], "1.0.0", "2.0.0"),
    ("coded, and a target is new", [ADDED], [OLD], "1.0.0", "2.0.0+1.0.0"),
    ("coded after an earlier migration", [ADDED], [OLD], "1.0.0+0.9.0", "2.0.0+0.9.0"),
    ("not coded, and a target is new", [ADDED], [], "1.0.0", "2.0.0"),
    ("moved already", [ADDED], [OLD], "2.0.0+1.0.0", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "results", "held", "wanted"), [v[1:] for v in VERSIONS], ids=[v[0] for v in VERSIONS]
)
def test_a_task_says_what_was_asked_in_it(
    tmp_path: Path, changes: list[tuple[str, str]], results: list[Any], held: str, wanted: str | None
) -> None:
    now = shot(task(*(coded(n, result) for n, result in enumerate(results)), version=held))
    assert plan_project(now, now, goal(tmp_path, *changes)).versions == ({wanted: [7]} if wanted else {})


def test_going_back_puts_back_what_was_and_rewrites_what_came_since(tmp_path: Path) -> None:
    before = shot(task(coded(1, [*OLD, tick("stance__maut", "favor")]), coded(2, OLD, "2025-01-02")))
    now = shot(
        task(
            coded(1, [tick("kind", "view"), tick("stance__maut", "favor")]),
            coded(2, [tick("kind", "report")], "2025-04-01"),
            coded(3, NEW, "2025-04-02"),
            version="2.0.0",
        )
    )
    plan = plan_project(before, now, goal(tmp_path, back=True))
    assert written(plan) == [
        (1, [*OLD, tick("stance__maut", "favor")]),
        (2, [tick("function", "report")]),
        (3, OLD),
    ]
    assert plan.meanwhile == 2
    assert plan.versions == {"1.0.0": [7]}


def test_a_task_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    foreign = msgspec.structs.replace(task(coded(1, OLD)), data={"text": "fremd"})
    assert writes(plan_project(shot(foreign), shot(foreign), goal(tmp_path))) == []


def writes(plan: ProjectPlan) -> list[object]:
    return [*plan.annotations, *plan.drafts, *plan.predictions, *plan.versions]
