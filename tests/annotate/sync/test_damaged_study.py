"""Damaged files of a study under every verb that asks a real Label Studio; the others: tests/damaged.py."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from damaged import damage
from running import STRESS, Ran
from schemas.studio_json import to_result

pytestmark = [pytest.mark.studio, pytest.mark.slow, pytest.mark.scaled]
Run = Callable[..., Ran]

FILES = (
    "study.yaml", "codebook.yaml", ".standpunkt/state.json", ".standpunkt/accounts.json",
    "data/assignments.jsonl", "data/annotations.jsonl", "data/removed.jsonl", "data/sentences.jsonl",
    "data/commentaries.jsonl", "data/exports/anna.json",
)  # fmt: skip
VERBS = (
    "push --json", "push --dry-run --prune", "push --recreate", "push --invite", "pull --json", "pull --full",
    "pull --accept-removals", "status --json", "doctor --json", "annotators --json", "annotators bind anna",
    "annotators rename anna anja", "annotators retire anna", "prelabel -m MODEL", "adjudicate --to-studio",
)  # fmt: skip
INPUTS = 600 if STRESS else 60


def test_a_damaged_study_is_a_line(
    standpunkt: Run, study: Path, studio: Studio, suggesting: Path, tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    number = standpunkt("push", "--study", study, "--json").json["projects"][0]["project"]
    book = open_study(study).codebook()
    for n, task in enumerate(studio.tasks(number)):
        studio.create_annotation(task.id, to_result({"function": ("claim", "report")[n % 2]}, book))
    for verb in ("pull", "pull --accept-removals"):
        assert standpunkt(*verb.split(), "--study", study).code == 0
        studio._client.annotations.delete(id=annotation_of(studio, number))
    codes = {0: 0, 1: 0, 2: 0}
    for n in range(INPUTS):
        rng = random.Random(f"study:{n}")
        place = tmp_path / f"run-{n}" / "s"
        shutil.copytree(study, place, ignore=shutil.ignore_patterns("state.json"))
        (place / ".standpunkt" / "state.json").write_text('{"projects": {}}', "utf-8")  # it is no copy
        file, verb = place / FILES[n % len(FILES)], rng.choice(VERBS)
        file.write_bytes(damage(file.read_bytes(), rng))
        ran = standpunkt(
            *(str(suggesting) if word == "MODEL" else word for word in verb.split()), "--study", place
        )
        codes[ran.code] += 1
        errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
        assert len(errors) <= 1, (n, verb, file.name, ran.err)
        assert {path.name for path in place.parent.iterdir()} == {"s"}, (n, verb, file.name)
    record_property("measured", f"{INPUTS} damaged files of a study: {codes} by exit code")


def annotation_of(studio: Studio, number: int) -> int:
    task = next(task for task in studio.tasks(number) if task.coded)
    return int(studio._client.tasks.get(id=str(task.id)).annotations[0]["id"])
