"""The start page of a study in a real Label Studio: what it shows is what `status` says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.start.gather import gather
from annotate.study.folder import open_study
from running import Ran
from schemas.records import UNRELATED
from schemas.studio_json import to_result

pytestmark = [pytest.mark.studio]
Run = Callable[..., Ran]


def code(studio: Studio, folder: Path, annotator: str, sentences: int) -> None:
    """Codes the first sentences of somebody's project."""
    study = open_study(folder)
    book = study.codebook()
    stance = dict.fromkeys(book.target_ids, UNRELATED)
    result = to_result({"voice": "author", "function": "claim", "stance": stance, "rhetoric": ["none"]}, book)
    tasks = list(studio.tasks(study.state().projects[studio.url][annotator]))
    for task in tasks[:sentences]:
        studio.create_annotation(task.id, result)


def test_a_study_goes_from_texts_to_codings_by_the_next_step(
    study: Path, standpunkt: Run, studio: Studio, server: LocalStudio
) -> None:
    report = gather(open_study(study))
    assert (report.next.verb, report.server.answers, report.server.holds) == ("push", True, False)
    assert standpunkt("push", "--study", study).code == 0
    report = gather(open_study(study))
    assert (report.next.name, report.next.count, report.server.holds) == ("code", 12, True)
    assert report.workers[0].link and report.workers[0].link.startswith(server.url)
    code(studio, study, "anna", 6)
    code(studio, study, "ben", 4)
    report = gather(open_study(study))
    assert (report.next.verb, report.unpulled) == ("pull", 10)
    assert standpunkt("pull", "--study", study).code == 0
    shown = standpunkt("open", "--json", "--study", study).json
    said = standpunkt("status", "--json", "--study", study).json
    assert [worker["progress"] for worker in shown["workers"]] == said["annotators"]
    assert shown["notices"] == said["notices"]
    assert (shown["unpulled"], shown["next"]["name"], shown["next"]["count"]) == (0, "code", 2)
    assert shown["agreement"]["shared"] == 4
