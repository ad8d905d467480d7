"""A study with codings, drafts and suggestions in a real Label Studio, brought to a new codebook.

One history for all tests, for each step takes its time: coded, dry run, killed halfway, run again,
pulled, pushed, undone (killed halfway too). What each step left is kept; the tests look at it.
"""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from annotate.cli import main
from annotate.label_studio import accounts
from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study, open_study
from running import Ran
from schemas.codebook import Codebook, load_codebook
from schemas.jsonl import read_jsonl
from schemas.labeling import labeling_config
from schemas.records import Annotation, GoldSentence, Layers
from schemas.studio_json import to_result
from schemas.versions.diff import compare
from schemas.versions.id_map import read_map
from schemas.versions.results import migrate_result
from schemas.versions.rows import Migration

pytestmark = [pytest.mark.studio, pytest.mark.slow, pytest.mark.scaled]
Run = Callable[..., Ran]

CODED = 500 if os.environ.get("STANDPUNKT_STRESS") else 40
OPEN, MODEL = 6, "kommentar-core-0a1b2c3d"  # tasks nobody coded; a model that suggested
BEN = ("ben@standpunkt.example", "ein langes Kennwort")
MAP = "codes:\n  function:\n    forecast: claim\n    report: [event, fact]\n"
CODINGS: list[Layers] = [
    {"voice": "author", "function": "claim", "stance": {"trump_kurs": "against"}, "rhetoric": ["irony", "metaphor"]},
    {"voice": "other", "function": "report", "stance": {}, "rhetoric": ["none"], "who": "der Kanzler"},
    {"voice": "author", "function": "forecast", "stance": {"waffen_ukraine": "favor", "trump_kurs": "open"}, "rhetoric": ["simplification"]},
    {"voice": "mixed", "function": "demand", "stance": {"druck_russland": "favor"}, "rhetoric": ["simplification", "metaphor"]},
]  # fmt: skip


def edited(codebook: Path, version: str) -> str:
    """Renames a code, a layer and a target, merges, splits and deletes a code, adds a target."""
    book = yaml.load(codebook.read_text("utf-8"), Loader=yaml.BaseLoader)
    layers = {layer["id"]: layer for layer in book["layers"]}
    for layer in book["layers"]:
        for code in layer.get("codes", []):
            code.pop("near_misses", None)  # they name codes by their old ids
            code["id"] = "mockery" if code["id"] == "irony" else code["id"]
    function, rhetoric = layers["function"], layers["rhetoric"]
    split = [{"id": "event", "label": "Ereignis", "key": "4"}, {"id": "fact", "label": "Stand der Dinge"}]
    function["id"] = "sort"
    function["codes"] = split + [c for c in function["codes"] if c["id"] not in ("forecast", "report")]
    rhetoric["codes"] = [c for c in rhetoric["codes"] if c["id"] != "simplification"]
    book["targets"][2]["id"] = "trump_politik"
    book["targets"].append({"id": "wehrpflicht", "question": "Soll die Wehrpflicht zurückkehren?"})
    return str(yaml.safe_dump({**book, "version": version}, allow_unicode=True, sort_keys=False))


class State(NamedTuple):
    """What stands on the server and in the study's files."""

    tasks: list[dict[str, Any]]
    project: HeldProject
    predictions: list[tuple[int, str, str]]
    files: dict[str, bytes]

    @property
    def results(self) -> dict[int, Any]:
        return {a["id"]: a["result"] for task in self.tasks for a in task["annotations"]}

    @property
    def drafts(self) -> dict[int, tuple[str, int | None, Any]]:
        return {
            d["id"]: (d["user"], d["annotation"], d["result"]) for task in self.tasks for d in task["drafts"]
        }

    @property
    def versions(self) -> dict[bool, set[str]]:
        """Whether a task is coded → the versions such tasks carry."""
        found: dict[bool, set[str]] = {True: set(), False: set()}
        for task in self.tasks:
            found[bool(task["annotations"])].add(task["data"]["codebook_version"])
        return found


class History(NamedTuple):
    study: Study
    studio: Studio
    old: Codebook
    new: Codebook
    migration: Migration
    wanted: dict[int, Any]
    before: State
    dry: dict[str, Any]
    after_dry: State
    killed: State
    refused: str
    resumed: dict[str, Any]
    after: State
    again: dict[str, Any]
    pulled: list[Annotation]
    migrated_rows: list[Annotation]
    pushed: State
    half_undone: State
    undone: dict[str, Any]
    undone_state: State


def command(*words: object) -> dict[str, Any]:
    """What a command answers, in this process: a fresh one would load the client each time."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setattr(sys, "argv", ["standpunkt", *map(str, words)])
        try:
            main()
        except SystemExit as end:
            assert not end.code, words
    return dict(json.loads(out.getvalue())) if out.getvalue().startswith("{") else {}


def state(study: Study, studio: Studio, number: int) -> State:
    found = studio.project(number)
    assert found is not None
    paths = [study.annotations, study.gold, study.codebook_path, study.data / "asked.json"]
    return State(
        tasks=json.loads(studio.export(number)),
        project=found,
        predictions=sorted(
            (p.task, p.model_version, json.dumps(p.result)) for p in studio.predictions(number)
        ),
        files={path.name: path.read_bytes() for path in paths if path.exists()},
    )


@pytest.fixture(scope="module")
def history(server: LocalStudio, tmp_path_factory: pytest.TempPathFactory) -> History:
    folder = tmp_path_factory.mktemp("migrate") / "s"
    command("init", folder, "--targets", "ziele-ukraine", "--annotators", "anna", "--name", "wechsel")
    sentences = " ".join(f"Der Wagen mit der Nummer {n} steht noch im Hof." for n in range(CODED + OPEN))
    (folder / "commentaries" / "hof.txt").write_text(
        f"Im Hof | Ada Probst. 03.02.2025.\n\n{sentences}\n", "utf-8"
    )
    command("split", "--study", folder, "--json")
    number = int(command("push", "--study", folder, "--json")["projects"][0]["project"])
    study, studio = open_study(folder), Studio(server.url, server.token)
    _code(server, study, studio, number)
    command("pull", "--study", folder, "--json")
    command("adjudicate", "--study", folder, "--json")
    old, new, where = folder / "alt.yaml", folder / "neu.yaml", folder / "karte.yaml"
    shutil.copy(study.codebook_path, old)
    new.write_text(edited(old, "2.0.0"), "utf-8")
    where.write_text(MAP, "utf-8")
    books = load_codebook(old), load_codebook(new)
    words = ("codebook", "migrate", old, new, "--study", folder, "--json")
    before = state(study, studio, number)
    dry = command(*words, "--map", where, "--dry-run")
    after_dry = state(study, studio, number)
    migration = Migration(*books, compare(*books, read_map(where, *books)))
    wanted = {number: migrate_result(migration, result)[0] for number, result in before.results.items()}
    killed = _killed((*words, "--map", where), study, studio, number, wanted)
    other = folder / "anders.yaml"
    other.write_text(edited(old, "3.0.0"), "utf-8")
    refused = subprocess.run([sys.executable, "-m", "annotate.cli", "codebook", "migrate", str(old), str(other), "--study", str(folder), "--map", str(where)], capture_output=True, text=True, check=False)  # fmt: skip
    resumed = command(*words, "--map", where)
    after = state(study, studio, number)
    migrated = list(read_jsonl(study.annotations, Annotation))
    again = command(*words, "--map", where)
    command("pull", "--study", folder, "--json")
    pulled = list(read_jsonl(study.annotations, Annotation))
    command("push", "--study", folder, "--json")
    pushed = state(study, studio, number)
    study.annotations.write_bytes(after.files["annotations.jsonl"])
    half_undone = _killed((*words, "--undo"), study, studio, number, before.results)
    undone = command(*words, "--undo")
    return History(
        study=study, studio=studio, old=books[0], new=books[1],
        migration=migration, wanted=wanted, half_undone=half_undone,
        before=before, dry=dry, after_dry=after_dry, killed=killed, refused=refused.stderr, resumed=resumed,
        after=after, again=again, pulled=pulled, migrated_rows=migrated, pushed=pushed, undone=undone,
        undone_state=state(study, studio, number),
    )  # fmt: skip


def _code(server: LocalStudio, study: Study, studio: Studio, number: int) -> None:
    """Codings, drafts of two people (one would change a coding), and suggestions on what is open."""
    book = study.codebook()
    tasks = list(studio.tasks(number))
    made = []
    for n, task in enumerate(tasks[:CODED]):
        layers = dict(CODINGS[n % len(CODINGS)])
        layers["stance"] = {**dict.fromkeys(book.target_ids, "unrelated"), **layers["stance"]}  # type: ignore[dict-item]
        made.append(studio.create_annotation(task.id, to_result(layers, book), lead_time=4.5))
    draft = {"result": to_result({"function": "claim", "rhetoric": ["irony"]}, book), "lead_time": 2.0}
    accounts.sign_up(accounts.invite_link(server.url, server.email, server.password), *BEN)
    ben = Studio(server.url, accounts.make_token(server.url, *BEN))
    ben._raw("POST", f"/api/tasks/{tasks[CODED].id}/drafts", "a draft", body=draft)
    ben._raw("POST", f"/api/tasks/{tasks[0].id}/annotations/{made[0]}/drafts", "a draft", body=draft)
    studio._raw("POST", f"/api/tasks/{tasks[CODED + 1].id}/drafts", "a draft", body=draft)
    result = to_result(
        {"function": "forecast", "stance": {"trump_kurs": "against"}, "rhetoric": ["irony"]}, book
    )
    foreign = [{"from_name": "voice", "to_name": "text", "type": "choices", "value": {"choices": ["author"]}}]
    open_tasks = [task.id for task in tasks[CODED:]]
    studio.import_predictions(
        number,
        [{"task": t, "model_version": MODEL, "score": 0.5, "result": result} for t in open_tasks]
        + [{"task": open_tasks[0], "model_version": "fremd", "score": 0.1, "result": foreign}],
    )
    studio.update_project(number, model_version=MODEL)


def _killed(
    words: Sequence[object], study: Study, studio: Studio, number: int, wanted: dict[int, Any]
) -> State:
    """Starts a migration and kills it when a third of the codings are as wanted.

    It stands still while its project is looked at, or it would be done before it is killed.
    """
    line = [sys.executable, "-m", "annotate.cli", *map(str, words)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline and process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        if _same(state(study, studio, number), wanted) >= CODED // 3:
            break
        process.send_signal(signal.SIGCONT)
        time.sleep(0.2)
    assert process.poll() is None, "it ended before it was killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    return state(study, studio, number)


def _same(found: State, wanted: dict[int, Any]) -> int:
    return sum(found.results[number] == result for number, result in wanted.items())


def test_a_dry_run_changes_nothing_and_says_what_would_be(history: History) -> None:
    assert history.after_dry == history.before
    (project,) = history.dry["projects"]
    assert (project["annotations"], project["drafts"]) == (CODED, 3)
    assert project["tasks"] == CODED + OPEN
    assert history.dry["backup"] is None
    assert history.dry["again"] == history.resumed["again"]


def test_the_killed_run_had_stopped_halfway(history: History) -> None:
    assert CODED // 3 <= _same(history.killed, history.wanted) < CODED
    assert history.killed.files == history.before.files


def test_another_step_is_refused_until_the_first_is_at_its_end(history: History) -> None:
    assert "codebook-1.0.0-2.0.0: is unfinished" in history.refused
    assert len(history.refused.strip().splitlines()) == 1


def test_the_next_run_brings_every_coding_to_the_end(history: History) -> None:
    assert history.resumed["resumed"] is True
    assert history.after.results == history.wanted
    assert history.after.project.label_config == labeling_config(history.new)
    assert "kommentar-core 2.0.0 [standpunkt wechsel/anna]" in history.after.project.description


def test_a_draft_stays_its_owners_and_on_its_annotation(history: History) -> None:
    wanted = {
        number: (user, annotation, migrate_result(history.migration, result)[0])
        for number, (user, annotation, result) in history.before.drafts.items()
    }
    assert history.after.drafts == wanted
    assert {user for user, _, _ in wanted.values()} >= {BEN[0]}
    assert any(annotation for _, annotation, _ in wanted.values())


def test_who_coded_and_how_long_stays(history: History) -> None:
    def facts(found: State) -> list[Any]:
        return [
            (a["id"], a["completed_by"], a["lead_time"], a["created_at"])
            for t in found.tasks
            for a in t["annotations"]
        ]

    assert facts(history.after) == facts(history.before)


def test_suggestions_are_rewritten_and_shown_as_before(history: History) -> None:
    ours = [json.loads(result) for _, version, result in history.after.predictions if version == MODEL]
    wanted = {"sort": ["claim"], "stance__trump_politik": ["against"], "rhetoric": ["mockery"]}
    assert len(ours) == OPEN
    assert all({i["from_name"]: i["value"]["choices"] for i in result} == wanted for result in ours)
    foreign = [row for row in history.before.predictions if row[1] == "fremd"]
    assert [row for row in history.after.predictions if row[1] == "fremd"] == foreign
    assert history.after.project.model_version == MODEL


def test_a_coded_task_says_that_the_new_target_was_not_asked(history: History) -> None:
    assert history.after.versions == {True: {"2.0.0+1.0.0"}, False: {"2.0.0"}}
    assert history.pushed.versions == history.after.versions


def test_a_pull_reads_what_the_migration_wrote(history: History) -> None:
    def said(row: Annotation) -> tuple[str, Layers, list[str]]:
        coded = {name: value for name, value in row.layers.items() if name not in row.incomplete}
        return row.sentence_id, coded, row.incomplete

    assert [said(row) for row in history.pulled] == [said(row) for row in history.migrated_rows]


def test_what_was_not_asked_is_never_unrelated(history: History) -> None:
    for row in history.pulled:
        assert "wehrpflicht" not in row.layers.get("stance", {})
    for gold in read_jsonl(_path(history, "after", "gold.jsonl"), GoldSentence):
        assert "wehrpflicht" not in gold.layers.get("stance", {})


def _path(history: History, *parts: str) -> Path:
    return (history.study.folder / "backups" / "codebook-1.0.0-2.0.0").joinpath(*parts)


def test_what_could_not_be_carried_over_is_listed_with_a_link(history: History) -> None:
    coded = [row for row in history.resumed["again"] if row["annotator"] == "anna"]
    by_reason = {
        reason: [row for row in coded if row["reason"] == reason]
        for reason in {row["reason"] for row in coded}
    }
    assert {reason: len(rows) for reason, rows in by_reason.items()} == {
        "report was split into event, fact": CODED // 4,
        "simplification was removed, nothing is left": CODED // 4,
    }
    assert all(row["link"].startswith("http") and row["was"] for row in coded)
    listed = _path(history, "again.jsonl").read_text("utf-8").splitlines()
    assert len(listed) == len(history.resumed["again"])


def test_a_run_after_the_end_changes_nothing(history: History) -> None:
    (project,) = history.again["projects"]
    assert (project["annotations"], project["drafts"], project["predictions"], project["tasks"]) == (
        0,
        0,
        0,
        0,
    )
    assert history.again["files"] == []


def test_undone_all_is_as_before(history: History) -> None:
    assert CODED // 3 <= _same(history.half_undone, history.before.results) < CODED
    assert (history.undone["undone"], history.undone["resumed"]) == (True, True)
    now, before = history.undone_state, history.before
    assert now.results == before.results
    assert now.drafts == before.drafts
    assert now.predictions == before.predictions
    assert now.versions == before.versions
    assert now.files == before.files
    assert now.project == before.project


def test_what_was_undone_can_be_undone_only_once(
    history: History, standpunkt: Run, server: LocalStudio
) -> None:
    folder = history.study.folder
    ran = standpunkt(
        "codebook", "migrate", folder / "alt.yaml", folder / "neu.yaml", "--study", folder, "--undo"
    )
    assert ran.code == 1
    assert "was undone already" in ran.err


def test_a_wrong_step_is_refused_before_anything_is_done(
    history: History, standpunkt: Run, server: LocalStudio, tmp_path: Path
) -> None:
    new = tmp_path / "neu.yaml"
    new.write_text(edited(history.study.codebook_path, "1.0.1"), "utf-8")
    ran = standpunkt("codebook", "migrate", history.study.codebook_path, new, "--study", history.study.folder)
    assert ran.code == 1
    assert "expected at least 2.0.0, a major step" in ran.err
    assert history.studio.project(history.before.project.id) == history.undone_state.project
