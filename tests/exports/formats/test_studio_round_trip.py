"""An export for Label Studio, taken in by a real one and exported by it, is the same export again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.download import fetch
from annotate.label_studio.local_server import LocalStudio
from exports.formats.material import Material, Sources, gather
from exports.formats.studio import tasks_of
from exports.formats.write import write_export
from exports.readers.annotations import read_codings
from schemas.codebook import Codebook

from .conftest import Gather
from .test_studio import tasks

pytestmark = [pytest.mark.studio, pytest.mark.slow]


@pytest.fixture
def studio(server: LocalStudio) -> Studio:
    return Studio(server.url, server.token)


@pytest.fixture
def taken_in(studio: Studio) -> Callable[[Path], int]:
    """Gives the number of a new project with the screen and the tasks of a folder."""

    def take_in(folder: Path) -> int:
        config = (folder / "config.xml").read_text("utf-8")
        number = studio.create_project(
            title="Von anderen", description="", label_config=config, instruction=""
        )
        studio.import_tasks(number, tasks(folder / "tasks.json"))
        return number

    return take_in


def read_again(path: Path, book: Codebook) -> Material:
    export = read_codings([path], book)
    found = export.tasks
    contexts = {name: (task.before, task.after) for name, task in found.items()}
    sources = Sources(
        "annotations", book, export.annotations, tasks=found, tests=export.tests, contexts=contexts
    )
    return gather(sources)


def test_a_real_label_studio_gives_back_what_it_was_given(
    material_of: Gather,
    book: Codebook,
    studio: Studio,
    taken_in: Callable[[Path], int],
    tmp_path: Path,
) -> None:
    write_export(material_of(), "studio", str(tmp_path / "out"))
    number = taken_in(tmp_path / "out")
    fetch(studio, number, tmp_path / "export.json")
    once = read_again(tmp_path / "export.json", book)
    assert once.coders == ["coder1", "coder2", "coder3"]
    assert [row.skipped for row in once.rows] == [False, False, True, False, False]
    given = sorted(tasks(tmp_path / "out" / "tasks.json"), key=lambda task: str(task["data"]))
    write_export(once, "studio", str(tmp_path / "again"))
    found = sorted(tasks(tmp_path / "again" / "tasks.json"), key=lambda task: str(task["data"]))
    for task in given:  # the codes of a set have no order of their own
        for one in task["annotations"]:
            for item in one["result"]:
                item["value"].get("choices", []).sort()
    assert found == given

    for shape, ending in (("JSON_MIN", "json"), ("CSV", "csv")):
        file = tmp_path / f"flat.{ending}"
        parts = studio._client.projects.exports.download_sync(number, export_type=shape)
        file.write_bytes(b"".join(parts))
        flat = {(row.sentence_id, row.coder): row.layers for row in read_again(file, book).rows}
        assert flat == {(row.sentence_id, row.coder): row.layers for row in once.rows if not row.skipped}


def test_a_real_label_studio_takes_predictions_in(
    material_of: Gather, studio: Studio, taken_in: Callable[[Path], int], tmp_path: Path
) -> None:
    material = material_of("predictions")
    write_export(material, "studio", str(tmp_path / "out"))
    number = taken_in(tmp_path / "out")
    assert studio.prediction_counts(number) == {"probe-12345678": 1}
    [task] = tasks_of(material)
    [stored] = studio.predictions(number)
    assert [item["value"] for item in stored.result] == [
        item["value"] for item in task["predictions"][0]["result"]
    ]
