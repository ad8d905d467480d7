"""What was selected, in a real Label Studio: brought alone, served in the order chosen, and told again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from demo_model import demo_model
from running import Ran
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]


@pytest.fixture
def selected(tmp_path: Path, standpunkt: Run, studio: Studio) -> Path:
    """A study of a model's picks, two batches of them pushed with suggestions."""
    model = demo_model(tmp_path)
    folder = tmp_path / "study"
    settings = folder / "study.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace("no_suggestion_share: 0 ", "no_suggestion_share: 0.4 "), "utf-8"
    )
    for words in (
        ("select", 10, "--sentences", "-m", model),
        ("push",),
        ("select", 6, "--sentences", "-m", model),
        ("push",),
        ("prelabel", "-m", model),
    ):
        ran = standpunkt(*words, "--study", folder)
        assert ran.code == 0, ran.err
    return folder


def served(studio: Studio, project: int) -> Iterator[dict[str, Any]]:
    """The tasks as the label stream gives them, each coded before the next."""
    while True:
        try:
            task = studio._raw("GET", f"/api/projects/{project}/next", "asking for work").json()
        except StudioError as error:
            assert error.status == 404  # nothing is left
            return
        yield task
        studio.create_annotation(task["id"], [])


def test_what_was_selected_is_served_in_its_order_with_and_without_suggestions(
    selected: Path, standpunkt: Run, studio: Studio
) -> None:
    study = open_study(selected)
    mine = [a for a in read_jsonl(study.assignments, Assignment) if a.annotator == "anna"]
    chosen = [a.sentence_id for a in sorted(mine, key=lambda a: (a.batch, a.rank))]
    project = study.state().projects[studio.url]["anna"]
    assert {task.data["sentence_id"] for task in studio.tasks(project)} == set(chosen)

    tasks = list(served(studio, project))

    assert [task["data"]["sentence_id"] for task in tasks] == chosen
    with_suggestions = {task["data"]["sentence_id"] for task in tasks if task["predictions"]}
    assert with_suggestions <= {a.sentence_id for a in mine if a.suggest}
    assert 0 < len(with_suggestions) < len(chosen)

    assert standpunkt("pull", "--study", selected).code == 0
    of = {a.sentence_id: a for a in mine}
    told = [row for row in read_jsonl(study.annotations, Annotation) if row.annotator == "anna"]
    assert len(told) == len(chosen)
    for row in told:
        was = of[row.sentence_id]
        assert (row.selection.batch, row.selection.strategy, row.selection.probability) == (  # type: ignore[union-attr]
            was.batch, was.strategy, was.probability,
        )  # fmt: skip
