"""Push, prelabel and pull beside Label Studio's own ceiling: the bare calls of its SDK.

    python tests/benchmarks/bench_studio.py [--tasks N] [--memory N]

One real Label Studio, one process, the client imported before. Ours and the bare call take turns on
projects of the same content. ``--memory`` runs the three commands on so many sentences instead, and gives
the peak of the memory of each (for 100,000 that takes half an hour).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

os.environ["STANDPUNKT_HOME"] = os.environ.get("STANDPUNKT_TEST_HOME") or str(ROOT / ".test-home")

from annotate.label_studio import local_server
from annotate.label_studio.client import Studio
from annotate.study.folder import Study, init_study, open_study
from annotate.study.projects import ensure_project, remember
from annotate.sync.prelabel import prelabel
from annotate.sync.pull import pull
from annotate.sync.push import push
from annotate.sync.tasks import study_tasks, task_row
from demo_model import demo_model
from schemas.jsonl import read_jsonl
from schemas.labeling import instructions, labeling_config
from schemas.records import Assignment
from schemas.studio_json import to_result
from train.persistence.folder import load_model

#: Runs a command and says its peak: a process of its own, for a child is counted from what its parent holds.
LAUNCH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
FIELDS = ["id", "data", "meta", "total_annotations", "cancelled_annotations", "updated_at"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--memory", type=int, default=0)
    args = parser.parse_args()
    was_running = local_server.status().running
    server = local_server.start(lambda _: None)
    try:
        with tempfile.TemporaryDirectory() as made:
            model = demo_model(Path(made) / "model")
            study = synthetic(Path(made) / "study", args.memory or args.tasks)
            studio = Studio(server.url, server.token)
            studio.check()  # brings in the client
            (memory if args.memory else ratios)(studio, study, model)
    finally:
        if not was_running:
            local_server.stop()


def ratios(studio: Studio, study: Study, model_dir: Path) -> None:
    model, book = load_model(model_dir), study.codebook()
    bare = studio.create_project(
        title="bare", description="", label_config=labeling_config(book), instruction=instructions(book)
    )
    pushed = timed(lambda: push(studio, study))
    number = study.state().projects[studio.url]["anna"]
    rows = bodies(study)
    imported = min(
        timed(lambda: [sdk_import(studio, bare, rows[i : i + 1000]) for i in range(0, len(rows), 1000)]),
        timed(lambda: sdk_import(studio, bare_again(studio, book), rows)),
    )
    listed = timed(lambda: sdk_list(studio, number))
    unchanged = timed(lambda: push(studio, study))
    listed_again = timed(lambda: sdk_list(studio, number))
    listing = min(listed, listed_again)
    say("push", pushed, listing + imported, "one listing + bare import", 1.2)
    say("push, nothing changed", unchanged, listing, "one listing", 1.3)

    prelabelled = timed(lambda: prelabel(studio, study, model))
    sent = like_ours(studio, number, bare)
    predicted = timed(lambda: studio._client.projects.import_predictions(id=bare, request=sent))
    say(
        f"prelabel ({len(sent)} suggestions)",
        prelabelled,
        listing + predicted,
        "listing + bare predictions",
        1.2,
    )

    coded = annotated(studio, study, rows)
    exported, pulled = in_turns(
        lambda: sdk_export(studio, coded), lambda: pull(studio, study, full=True), turns=3
    )
    say("pull --full", pulled, exported, "bare export", 1.15)
    say("pull, nothing changed", timed(lambda: pull(studio, study)), exported, "bare export")


def memory(studio: Studio, study: Study, model_dir: Path) -> None:
    """The peak of each command, as a user runs it."""
    env = os.environ | {"LABEL_STUDIO_URL": studio.url, "LABEL_STUDIO_API_KEY": studio._key}
    model = ["-m", str(model_dir)]
    for verb, more in (("push", []), ("push", []), ("prelabel", model), ("pull", []), ("pull", [])):
        command = [sys.executable, "-m", "annotate.cli", verb, *more, "--study", str(study.folder), "--json"]
        begun = time.perf_counter()
        words = [sys.executable, "-S", "-c", LAUNCH, *command]
        said = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
        sys.stdout.write(f"{verb}: {time.perf_counter() - begun:.0f} s, peak {int(said) / 1024:.0f} MB\n")
        sys.stdout.flush()


def synthetic(folder: Path, sentences: int) -> Study:
    from annotate.study.split import split_study

    study = init_study(
        folder, codebook="kommentar-core", targets="ziele-ukraine", annotators=["anna"],
        name=f"bench-{int(time.time())}",
    )  # fmt: skip
    for piece in range(sentences // 40):
        words = "ist weder so kurz wie ein Zuruf noch so lang wie eine ganze Rede im Parlament"
        lines = [f"Der Satz {n} aus der Kolumne {piece} {words}." for n in range(40)]
        blocks = "\n\n".join(" ".join(lines[at : at + 5]) for at in range(0, 40, 5))
        text = f"Kolumne {piece} | Ada Probst. 03.02.2025.\n\n{blocks}\n"
        (study.commentary_folder / f"{piece:05}.txt").write_text(text, "utf-8")
    split_study(study)
    return open_study(folder)


def bodies(study: Study) -> list[dict[str, Any]]:
    mine = {row.sentence_id: row for row in read_jsonl(study.assignments, Assignment)}
    _, data = study_tasks(study, study.codebook())
    return [task_row(row, {}, mine[row.sentence_id]) for row in data.values()]


def bare_again(studio: Studio, book: Any) -> int:
    return studio.create_project(
        title="bare", description="", label_config=labeling_config(book), instruction=""
    )


def sdk_import(studio: Studio, project: int, rows: list[dict[str, Any]]) -> None:
    studio._client.projects.import_tasks(id=project, request=rows)


def sdk_list(studio: Studio, project: int) -> None:
    listed = studio._client.tasks.list(project=project, fields="task_only", include=FIELDS, page_size=1000)
    assert sum(1 for _ in listed)


def sdk_export(studio: Studio, project: int) -> None:
    parts = studio._client.projects.exports.download_sync(
        project, export_type="JSON", download_all_tasks=True
    )
    assert sum(len(part) for part in parts)


def like_ours(studio: Studio, number: int, bare: int) -> list[dict[str, Any]]:
    """The suggestions that were just made, for the tasks of the bare project."""
    ours = {task.id: task.data["sentence_id"] for task in studio.tasks(number)}
    theirs = {task.data["sentence_id"]: task.id for task in studio.tasks(bare)}
    return [
        {"task": theirs[ours[p.task]], "model_version": "bare", "score": p.score, "result": p.result}
        for p in studio.predictions(number)
    ]


def annotated(studio: Studio, study: Study, rows: list[dict[str, Any]]) -> int:
    """A project of the study's with a coding in each task; the study's own from now on."""
    book = study.codebook()
    number = ensure_project(studio, study, "anna", book, None).id
    remember(study, studio, {"anna": number})
    layers = {
        "voice": "author",
        "function": "claim",
        "stance": {"waffen_ukraine": "favor"},
        "rhetoric": ["irony"],
    }
    coding = [{"result": to_result(layers, book), "lead_time": 20.0}]
    studio.import_tasks(number, [{**row, "annotations": coding} for row in rows])
    return number


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turns(*work: Callable[[], Any], turns: int) -> list[float]:
    """The mean time of each, one after the other: no export of a server takes as long as the last."""
    seconds = [[timed(each) for each in work] for _ in range(turns)]
    return [sum(row) / turns for row in zip(*seconds, strict=True)]


def say(what: str, ours: float, peer: float, name: str, bound: float | None = None) -> None:
    asked = f" (asked: {bound})" if bound else ""
    sys.stdout.write(f"{what}: {ours:.1f} s; {name} {peer:.1f} s; ratio {ours / peer:.2f}{asked}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    begin = time.perf_counter()
    main()
    sys.stdout.write(f"measured in {time.perf_counter() - begin:.0f} s\n")
