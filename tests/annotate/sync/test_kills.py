"""Processes killed at any moment, servers that restart, disks that are full, two at once.

A few moments in `make test`, twenty with STANDPUNKT_STRESS=1.
"""

import json
import multiprocessing
import random
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotate.label_studio import local_server, retry, upload
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.migrate import run as migrating
from annotate.study.folder import Study, open_study
from annotate.sync.prelabel import prelabel
from annotate.sync.pull import pull
from annotate.sync.push import push
from annotate.sync.tasks import study_tasks
from breaking import breaking
from killing import MOMENTS, contents, done, killed, killed_at, seconds, some_of, steps_of
from running import SENTENCES
from schemas.errors import StandpunktError
from schemas.studio_json import to_result
from train.persistence.folder import load_model

pytestmark = [pytest.mark.studio, pytest.mark.slow, pytest.mark.scaled]

Measured = Callable[[str, object], None]
CODED = {"voice": "author", "function": "claim", "stance": {"waffen_ukraine": "favor"}, "rhetoric": ["irony"]}
_fork = multiprocessing.get_context("fork")


def left_over(study: Study) -> list[str]:
    return [path.name for path in study.folder.rglob("*.part")]


def another(study: Study, n: int) -> Study:
    """Another study of the same texts, so that it has a project of its own."""
    folder = study.folder.with_name(f"{study.folder.name}-{n}")
    shutil.copytree(study.folder, folder, ignore=shutil.ignore_patterns(".standpunkt"))
    path = folder / "study.yaml"
    text = re.sub(r"(?m)^study: (.{,20}).*$", rf"study: \1-{n}", path.read_text("utf-8"))
    path.write_text(re.sub(r"(?m)^id: .*\n", "", text), "utf-8")
    return open_study(folder)


def check_pushed(studio: Studio, study: Study, number: int) -> None:
    _, wanted = study_tasks(study, study.codebook())
    held = {task.data["sentence_id"]: task for task in studio.tasks(number)}
    assert len(held) == len(list(studio.tasks(number))) == len(wanted)
    for name, row in wanted.items():
        assert held[name].data["text"] == row.text
        assert held[name].meta["annotator"] == "anna"


def test_a_push_that_was_killed_ends_as_if_it_was_not(
    large: Study, studio: Studio, monkeypatch: pytest.MonkeyPatch, record_property: Measured
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 20)
    undisturbed = another(large, 99)
    whole = seconds(lambda: push(studio, undisturbed))
    moments, hit = random.Random(1), 0
    for n in range(MOMENTS):
        study = another(large, n)
        hit += killed(
            lambda study=study: push(Studio(studio.url, studio._key), study), moments.random() * whole
        )
        with study.locked("push"):
            report = push(studio, study)
        check_pushed(studio, study, report.projects[0].project)
        assert study.assignments.read_bytes() == undisturbed.assignments.read_bytes()
        assert left_over(study) == []
    record_property("measured", f"push killed at {hit} of {MOMENTS} moments within {whole:.1f} s")
    assert hit > 0


def test_a_prelabelling_that_was_killed_ends_as_if_it_was_not(
    large: Study, studio: Studio, suggesting: Path, record_property: Measured
) -> None:
    model = load_model(suggesting)
    number = push(studio, large).projects[0].project
    whole = seconds(lambda: prelabel(studio, large, model))
    tasks = [task.id for task in studio.tasks(number)]

    def state() -> tuple[dict[int, Any], list[Any], str, bytes]:
        said = {p.task: (p.result, p.score) for p in studio.predictions(number)}
        assert len(said) == len(studio.predicted_tasks(number))
        notes = [task.data["note"] for task in studio.tasks(number)]
        held = studio.project(number)
        assert held is not None
        return said, notes, held.model_version, large.predictions.read_bytes()

    undisturbed = state()
    moments, hit = random.Random(2), 0
    for _ in range(MOMENTS):
        studio.delete_predictions(number, model.meta.model_version)
        studio.set_task_field(number, tasks, "note", "")
        large.predictions.unlink()
        work = lambda: prelabel(Studio(studio.url, studio._key), large, model)  # noqa: E731
        hit += killed(work, moments.random() * whole)
        with large.locked("prelabel"):
            prelabel(studio, large, model)
        assert state() == undisturbed
        assert left_over(large) == []
    record_property("measured", f"prelabel killed at {hit} of {MOMENTS} moments within {whole:.1f} s")
    assert hit > 0


def test_a_pull_that_was_killed_ends_as_if_it_was_not(
    large: Study, studio: Studio, record_property: Measured
) -> None:
    book = large.codebook()
    number = push(studio, large).projects[0].project
    tasks = list(studio.tasks(number))
    for task in tasks[:5]:
        studio.create_annotation(task.id, to_result(CODED, book))
    work = lambda: pull(Studio(studio.url, studio._key), large)  # noqa: E731
    whole = seconds(lambda: done(work))
    steps = steps_of(work, large.folder)
    moments, hit = random.Random(3), 0
    trials: list[float | int] = [moments.random() * whole for _ in range(MOMENTS)]
    trials += some_of(steps, 3)
    for n, moment in enumerate(trials):
        studio.create_annotation(tasks[5 + n].id, to_result(CODED, book))
        if n % 2:
            shutil.rmtree(large.exports)
        hit += killed_somewhere(work, large, moment)
        for path in (large.annotations, large.exports / "anna.json"):  # whole, whenever they are there
            assert not path.exists() or path.read_bytes()[-1:] in (b"\n", b"]")
        with large.locked("pull"):
            assert pull(studio, large).annotations == 6 + n
        pulled = large.annotations.read_bytes()
        kept = {t["id"]: t for t in json.loads((large.exports / "anna.json").read_bytes())}
        assert kept == {t["id"]: t for t in json.loads(studio.export(number))}
        pull(studio, large, full=True)
        assert large.annotations.read_bytes() == pulled
        assert left_over(large) == []
    words = f"pull killed at {hit} of {len(trials)} moments within {whole:.1f} s ({steps} steps)"
    record_property("measured", words)
    assert hit > 0


def with_renamed_code(codebook: Path) -> str:
    """The next version of a codebook, with another id for irony and one device less."""
    book = yaml.load(codebook.read_text("utf-8"), Loader=yaml.BaseLoader)
    for layer in book["layers"]:
        for code in layer.get("codes", []):
            code.pop("near_misses", None)  # they name codes by their old ids
            code["id"] = "mockery" if code["id"] == "irony" else code["id"]
        layer["codes"] = [code for code in layer.get("codes", []) if code["id"] != "simplification"]
    return str(yaml.safe_dump({**book, "version": "2.0.0"}, allow_unicode=True, sort_keys=False))


def test_a_migration_and_its_way_back_that_were_killed_end_as_if_they_were_not(
    small: Study, studio: Studio, tmp_path: Path, record_property: Measured
) -> None:
    old, new = tmp_path / "alt.yaml", tmp_path / "neu.yaml"
    old.write_bytes(small.codebook_path.read_bytes())
    new.write_text(with_renamed_code(old), "utf-8")
    book = small.codebook()
    number = push(studio, small).projects[0].project
    tasks = list(studio.tasks(number))
    for task in tasks[:8]:
        studio.create_annotation(task.id, to_result(CODED, book))
    suggested = [
        {"task": t.id, "model_version": "probe-1", "score": 0.5, "result": to_result(CODED, book)}
        for t in tasks[8:16]
    ]
    studio.import_predictions(number, suggested)
    pull(studio, small)

    def state() -> tuple[object, ...]:
        project = studio.project(number)
        assert project is not None
        rows = [(t["id"], t["data"], [(a["id"], a["result"]) for a in t["annotations"]])
                for t in json.loads(studio.export(number))]  # fmt: skip
        said = sorted((p.task, p.model_version, json.dumps(p.result)) for p in studio.predictions(number))
        files = {
            k: v for k, v in contents(small.folder).items() if not k.startswith(("backups", ".standpunkt"))
        }
        return project.label_config.strip(), project.description, rows, said, files

    def forth() -> None:
        migrating.migrate(Studio(studio.url, studio._key), small, old, new)

    def back() -> None:
        migrating.undo(Studio(studio.url, studio._key), small, old, new)

    def stage() -> str:
        return str(
            json.loads((small.folder / "backups" / "codebook-1.0.0-2.0.0" / "manifest.json").read_bytes())[
                "stage"
            ]
        )

    before = state()
    seconds_forth, after = seconds(lambda: done(forth)), state()
    seconds_back = seconds(lambda: done(back))
    assert state() == before
    steps, steps_back = steps_of(forth, small.folder), steps_of(back, small.folder)
    moments, hit = random.Random(4), 0
    trials: list[tuple[float, float] | tuple[int, int]] = [
        (moments.random() * seconds_forth, moments.random() * seconds_back) for _ in range(MOMENTS)
    ]
    trials += list(zip(some_of(steps, 5), some_of(steps_back, 6), strict=False))
    for first, second in trials:
        hit += killed_somewhere(forth, small, first)
        done(forth)
        assert state() == after, first
        hit += killed_somewhere(back, small, second)
        if stage() != "undone":
            done(back)
        assert state() == before, second
        assert left_over(small) == []
    words = f"migrate and undo killed at {hit} of {2 * len(trials)} moments within {seconds_forth:.1f} and {seconds_back:.1f} s ({steps} and {steps_back} steps)"
    record_property("measured", words)
    assert hit >= MOMENTS


def killed_somewhere(work: Callable[[], object], study: Study, moment: float | int) -> bool:
    """Killed after seconds, or where a whole number is given at that step."""
    return killed(work, moment) if isinstance(moment, float) else killed_at(work, study.folder, moment)


def test_two_pushes_at_once_create_nothing_twice(large: Study, studio: Studio, studio_home: Path) -> None:
    command = [sys.executable, "-m", "annotate.cli", "push", "--study", str(large.folder), "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    reports = [json.loads(process.communicate()[0]) for process in both]
    assert sorted(report["created"] for report in reports) == [0, SENTENCES]
    assert reports[0]["projects"] == reports[1]["projects"]
    check_pushed(studio, large, reports[0]["projects"][0]["project"])


def test_a_server_that_restarts_in_the_middle_is_waited_for(
    large: Study, server: LocalStudio, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK", SENTENCES // 12)
    steps: list[str] = []
    with breaking(server.url, {"slow": 1.0}) as proxy:  # slow, so that the restart falls into the push
        slow = Studio(proxy.url, server.token)
        work = threading.Thread(
            target=lambda: push(slow, large, progress=lambda what, *_: steps.append(what))
        )
        work.start()
        while not any("creating" in what for what in steps):
            time.sleep(0.05)
        assert local_server.stop()
        local_server.start(lambda _: None)
        work.join(retry.RETRY_SECONDS)
        assert not work.is_alive()
    number = large.state().projects[proxy.url]["anna"]
    check_pushed(studio, large, number)
    assert proxy.done["no server"] > 0  # what was sent meanwhile


def test_a_full_disk_is_one_line_and_loses_nothing(large: Study, studio: Studio) -> None:
    push(studio, large)
    pull(studio, large)
    before = {path: path.read_bytes() for path in large.data.rglob("*") if path.is_file()}
    inward, outward = _fork.Pipe(duplex=False)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # as ENOSPC: the write itself fails
        try:
            pull(Studio(studio.url, studio._key), large, full=True)
        except StandpunktError as error:
            outward.send(str(error))
        else:
            outward.send("")

    process = _fork.Process(target=work)
    process.start()
    assert "anna.json: cannot be written" in inward.recv()
    process.join()
    assert {path: path.read_bytes() for path in large.data.rglob("*") if path.is_file()} == before


def test_no_clock_matters_to_what_is_pulled(large: Study, studio: Studio) -> None:
    """A kept export from the future: as if the server's clock had been ahead and was set right."""
    book = large.codebook()
    number = push(studio, large).projects[0].project
    tasks = list(studio.tasks(number))
    made = [studio.create_annotation(task.id, to_result(CODED, book)) for task in tasks[:3]]
    assert pull(studio, large).fetched == SENTENCES
    path = large.exports / "anna.json"
    path.write_text(re.sub(r'"updated_at": ?"20\d\d', '"updated_at":"2099', path.read_text("utf-8")), "utf-8")
    studio.update_annotation(made[0], to_result({**CODED, "voice": "other"}, book))
    assert pull(studio, large).annotations == 3
    assert '"voice":"other"' in large.annotations.read_text("utf-8")
    assert pull(studio, large).fetched == 0


def test_a_deleted_annotation_goes_and_is_counted(large: Study, studio: Studio) -> None:
    book = large.codebook()
    number = push(studio, large).projects[0].project
    tasks = list(studio.tasks(number))
    made = [studio.create_annotation(task.id, to_result(CODED, book)) for task in tasks[:2]]
    assert pull(studio, large).annotations == 2
    studio._raw("DELETE", f"/api/annotations/{made[0]}/", "deleting")
    report = pull(studio, large)
    assert (report.annotations, report.deleted, report.fetched) == (1, 1, 1)
    report = pull(studio, large)
    assert (report.annotations, report.deleted, report.fetched) == (1, 0, 0)
