"""Push, prelabel and pull through a network that breaks: nothing is lost, nothing is there twice.

Small in `make test`; with STANDPUNKT_STRESS=1 as large as a real study.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio import client, retry, upload
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study
from annotate.sync.prelabel import prelabel
from annotate.sync.pull import pull
from annotate.sync.push import push
from breaking import STORM, breaking
from running import SENTENCES, STRESS
from schemas.jsonl import read_jsonl
from schemas.records import Annotation
from schemas.studio_json import to_result
from train.persistence.folder import load_model

pytestmark = [pytest.mark.studio, pytest.mark.slow, pytest.mark.scaled]

Measured = Callable[[str, object], None]
CHUNK = 100 if STRESS else 20
SEEDS = (1, 2, 3) if STRESS else (1,)
CODED = {"voice": "author", "function": "claim", "stance": {"waffen_ukraine": "favor"}, "rhetoric": ["irony"]}


@pytest.fixture
def small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many calls, so that many of them break; and no long waits."""
    for module in (client, upload):
        monkeypatch.setattr(module, "CHUNK", CHUNK)
    for module in (client, upload):
        monkeypatch.setattr(module, "PREDICTIONS_CHUNK", CHUNK * 2)
    monkeypatch.setattr(client, "PAGE", CHUNK)
    monkeypatch.setattr(client, "IDS_CHUNK", CHUNK)
    monkeypatch.setattr(retry, "PAUSE", 0.5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_leaves_each_sentence_and_each_suggestion_once(
    large: Study,
    server: LocalStudio,
    studio: Studio,
    suggesting: Path,
    small_calls: None,
    seed: int,
    record_property: Measured,
) -> None:
    with breaking(server.url, STORM, seed) as proxy:
        stormy = Studio(proxy.url, server.token)
        report = push(stormy, large)
        number = report.projects[0].project
        held = list(studio.tasks(number))
        names = [task.data["sentence_id"] for task in held]
        assert len(names) == len(set(names)) == SENTENCES

        said = prelabel(stormy, large, load_model(suggesting))
        tasks = [task for task, _ in studio.predicted_tasks(number)]
        assert len(tasks) == len(set(tasks)) == said.created > 0

        book = large.codebook()
        for task in held[:5]:
            studio.create_annotation(task.id, to_result(CODED, book))
        assert pull(stormy, large).annotations == 5
    record_property("measured", f"storm {seed} over {SENTENCES} sentences: {dict(proxy.done)}")
    rows = list(read_jsonl(large.annotations, Annotation))
    assert {row.sentence_id for row in rows} == {task.data["sentence_id"] for task in held[:5]}
    assert proxy.done["lost"] > 0 < proxy.done["error"]


def test_an_import_that_arrives_after_it_was_given_up_is_taken_back(
    large: Study, server: LocalStudio, studio: Studio, small_calls: None
) -> None:
    with breaking(server.url, {"hasty": 0.4}, seed=5) as proxy:
        report = push(Studio(proxy.url, server.token), large)
    assert proxy.done["hasty"] > 0
    names = [task.data["sentence_id"] for task in studio.tasks(report.projects[0].project)]
    assert len(names) == len(set(names)) == SENTENCES
