"""`pull --project N --map FILE` against a real Label Studio: a project that somebody made by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.download import fetch
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import Annotation

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]

SCREEN = """\
<View><Text name="satz" value="$satz"/>
<Choices name="art" toName="satz"><Choice value="These"/><Choice value="Sonstiges"/></Choices></View>"""
MAP = "text: satz\ncontrols: {art: {layer: function, codes: {These: claim}}}\n"


def test_a_codebook_and_a_map_are_drafted_from_the_project(
    standpunkt: Run, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = studio.create_project(title="Von Hand", description="", label_config=SCREEN, instruction="")
    studio.import_tasks(number, [{"data": {"satz": "Der Wald gehört allen.", "artikel": "a1"}}])
    [task] = studio.tasks(number)
    item = {"from_name": "art", "to_name": "satz", "type": "choices", "value": {"choices": ["These"]}}
    studio.create_annotation(task.id, [item])
    monkeypatch.chdir(tmp_path)
    ran = standpunkt("codebook", "from-config", "--project", number, "--json")
    assert (ran.code, ran.json["layers"]) == (0, {"art": "art"}), ran.err
    assert standpunkt("codebook", "lint", "codebook.yaml").code == 0
    assert "commentary_id: artikel" in Path("map.yaml").read_text("utf-8")
    export = tmp_path / "export.json"
    fetch(studio, number, export)
    means = ("--codebook", "codebook.yaml", "--map", "map.yaml")
    done = standpunkt("adjudicate", export, *means, "-o", "gold.jsonl", "--json")
    assert (done.code, done.json["decided"]) == (0, 1), done.err
    assert '"art":"these"' in (tmp_path / "gold.jsonl").read_text("utf-8")
    refused = standpunkt(
        "codebook", "from-config", "--project", 999_999, "-o", "other.yaml", "--map", "m.yaml"
    )
    assert "holds no such project" in refused.error


def test_a_project_made_by_hand_is_taken_in_and_stays(
    standpunkt: Run, study: Path, studio: Studio, tmp_path: Path
) -> None:
    number = studio.create_project(title="Von Hand", description="", label_config=SCREEN, instruction="")
    texts = ["Der Wald gehört allen.", "Das Gesetz sieht es anders.", "Ein fremder Satz."]
    studio.import_tasks(number, [{"data": {"satz": text}} for text in texts])
    for task, value in zip(studio.tasks(number), ["These", "Sonstiges", "These"], strict=True):
        item = {"from_name": "art", "to_name": "satz", "type": "choices", "value": {"choices": [value]}}
        studio.create_annotation(task.id, [item])
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    take = ("pull", "--study", study, "--project", number, "--map", tmp_path / "map.yaml", "--json")

    report = standpunkt(*take).json
    assert (report["annotations"], report["incomplete"], report["invalid"]) == (2, 1, 1)
    assert report["unmapped"] == {"art: Sonstiges": 1}
    assert [words.partition(": ")[2] for words in report["unmatched"]] == ["Ein fremder Satz."]
    rows = list(read_jsonl(study / "data" / "annotations.jsonl", Annotation))
    assert [row.layers for row in rows] == [{"function": "claim"}, {}]
    assert {row.annotator for row in rows} == {"annotator-1"}
    assert (study / "data" / "exports" / f"project-{number}.json").exists()

    assert standpunkt(*take).json == report  # again: nothing twice
    own = standpunkt("push", "--study", study, "--json").json["projects"][0]["project"]
    assert standpunkt("pull", "--study", study).code == 0
    assert list(read_jsonl(study / "data" / "annotations.jsonl", Annotation)) == rows
    refused = standpunkt("pull", "--study", study, "--project", own, "--map", tmp_path / "map.yaml")
    assert refused.code == 1
    assert "is a project of Standpunkt" in refused.err
