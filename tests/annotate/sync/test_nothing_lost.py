"""Codings that are gone from a real Label Studio are kept here, and can be put back."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from person import Person
from running import Ran
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, RemovedAnnotation
from schemas.studio_json import to_result

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]

CODED = {"voice": "author", "function": "claim", "stance": {"waffen_ukraine": "favor"}, "rhetoric": ["irony"]}


@pytest.fixture
def coded(standpunkt: Run, study: Path, studio: Studio) -> int:
    """The project of anna, who has coded all six sentences and skipped none; pulled."""
    number = int(standpunkt("push", "--study", study, "--json").json["projects"][0]["project"])
    result = to_result(CODED, open_study(study).codebook())
    for task in studio.tasks(number):
        studio.create_annotation(task.id, result, lead_time=11.0)
    ran = standpunkt("pull", "--study", study, "--json")
    assert ran.json["annotations"] == 6
    return number


def annotations(study: Path) -> list[Annotation]:
    return list(read_jsonl(study / "data" / "annotations.jsonl", Annotation))


def annotation_ids(studio: Studio, number: int) -> list[int]:
    return [a["id"] for task in json.loads(studio.export(number)) for a in task["annotations"]]


def test_many_deleted_annotations_stay_until_that_is_accepted(
    standpunkt: Run, study: Path, studio: Studio, coded: int
) -> None:
    before = annotations(study)
    for number in annotation_ids(studio, coded):
        studio._client.annotations.delete(id=number)
    for _ in range(2):
        ran = standpunkt("pull", "--study", study, "--json")
        assert ran.code == 1
        assert ran.json["kept"] == {"anna": 6}
        assert ran.json["notices"][0].startswith("anna: 6 codings are gone from the server, kept here")
        assert annotations(study) == before
    (kept,) = (study / "data" / "exports" / "anna").glob("*.json.gz")
    assert sum(len(task["annotations"]) for task in json.loads(gzip.decompress(kept.read_bytes()))) == 6
    ran = standpunkt("pull", "--study", study, "--accept-removals", "--json")
    assert (ran.code, ran.json["removed"]) == (0, 6)
    assert annotations(study) == []
    removed = list(read_jsonl(study / "data" / "removed.jsonl", RemovedAnnotation))
    assert [row.layers for row in removed] == [row.layers for row in before]
    assert {row.reason for row in removed} == {"annotation deleted in Label Studio"}


def test_a_few_deleted_ones_go_to_their_own_file(
    standpunkt: Run, study: Path, studio: Studio, coded: int
) -> None:
    studio._client.annotations.delete(id=annotation_ids(studio, coded)[0])
    task = list(studio.tasks(coded))[-1]
    studio._client.tasks.delete(id=str(task.id))
    ran = standpunkt("pull", "--study", study, "--json")
    assert ran.code == 0
    assert (ran.json["annotations"], ran.json["deleted"], ran.json["removed"]) == (4, 2, 2)
    reasons = {row.reason for row in read_jsonl(study / "data" / "removed.jsonl", RemovedAnnotation)}
    assert reasons == {"annotation deleted in Label Studio", "task deleted in Label Studio"}
    assert standpunkt("pull", "--study", study, "--json").json["deleted"] == 0


def test_a_deleted_project_comes_back_with_its_codings(
    standpunkt: Run, study: Path, studio: Studio, coded: int
) -> None:
    before = annotations(study)
    studio._client.projects.delete(id=coded)
    ran = standpunkt("pull", "--study", study)
    assert ran.code == 1
    assert "puts kept codings back" in ran.err
    assert annotations(study) == before
    report = standpunkt("push", "--study", study, "--recreate", "--json").json
    assert (report["created"], report["put_back"]) == (6, 6)
    ran = standpunkt("pull", "--study", study, "--json")
    assert (ran.code, ran.json["annotations"], ran.json["deleted"], ran.json["guests"]) == (0, 6, 0, [])
    after = annotations(study)
    assert [row.layers for row in after] == [row.layers for row in before]
    assert [(row.created_at, row.lead_time) for row in after] == [(r.created_at, r.lead_time) for r in before]
    assert standpunkt("push", "--study", study, "--recreate", "--json").json["put_back"] == 0


def test_deleted_codings_of_a_project_that_is_there_are_put_back_too(
    standpunkt: Run, study: Path, studio: Studio, coded: int
) -> None:
    for number in annotation_ids(studio, coded):
        studio._client.annotations.delete(id=number)
    assert standpunkt("pull", "--study", study).code == 1
    assert standpunkt("push", "--study", study, "--recreate", "--json").json["put_back"] == 6
    ran = standpunkt("pull", "--study", study, "--json")
    assert (ran.code, ran.json["annotations"], ran.json["kept"]) == (0, 6, {})


def test_what_was_put_back_is_the_annotators_whoever_codes_next(
    standpunkt: Run, study: Path, studio: Studio, coded: int, server: LocalStudio
) -> None:
    (study / ".standpunkt" / "accounts.json").unlink()  # nothing is known of anna's account
    studio._client.projects.delete(id=coded)
    number = standpunkt("push", "--study", study, "--recreate", "--json").json["projects"][0]["project"]
    studio._client.annotations.delete(id=annotation_ids(studio, number)[0])
    anna = Person(server, studio)
    task = next(task for task in studio.tasks(number) if not task.coded)
    anna.studio.create_annotation(task.id, to_result(CODED, open_study(study).codebook()))
    report = standpunkt("pull", "--study", study, "--json").json
    assert (report["annotations"], report["guests"], report["kept"]) == (6, [], {})
    people = standpunkt("annotators", "--study", study, "--json").json["annotators"]
    assert people[0]["user"] == anna.user


def test_what_is_put_back_is_the_annotators_own_on_the_server(
    standpunkt: Run, study: Path, studio: Studio, server: LocalStudio
) -> None:
    number = standpunkt("push", "--study", study, "--json").json["projects"][0]["project"]
    anna = Person(server, studio)
    for task in studio.tasks(number):
        anna.studio.create_annotation(task.id, to_result(CODED, open_study(study).codebook()))
    assert standpunkt("pull", "--study", study).code == 0
    studio._client.projects.delete(id=number)
    anew = standpunkt("push", "--study", study, "--recreate", "--json").json["projects"][0]["project"]
    coders = {a["completed_by"] for task in json.loads(studio.export(anew)) for a in task["annotations"]}
    assert coders == {anna.user}
    report = standpunkt("pull", "--study", study, "--json").json
    assert (report["annotations"], report["guests"], report["edited"], report["notices"]) == (6, [], [], [])


def test_a_putting_back_that_was_cut_off_goes_on(
    standpunkt: Run, study: Path, studio: Studio, coded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = annotations(study)
    studio._client.projects.delete(id=coded)
    store, left = Studio.create_annotation, iter(range(4))

    def fails(self: Studio, *given: Any, **more: Any) -> int:
        if next(left, None) is None:
            raise StudioError("storing", "no")
        return store(self, *given, **more)

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Studio, "create_annotation", fails)
        assert standpunkt("push", "--study", study, "--recreate").code == 1
    ran = standpunkt("pull", "--study", study, "--json")
    assert (ran.code, ran.json["kept"], ran.json["removed"]) == (1, {"anna": 2}, 0)
    assert len(annotations(study)) == 6
    assert standpunkt("push", "--study", study, "--recreate", "--json").json["put_back"] == 2
    assert standpunkt("pull", "--study", study).code == 0
    assert [row.layers for row in annotations(study)] == [row.layers for row in before]
