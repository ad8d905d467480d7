"""`export` of a whole study in the formats that others learn from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from exports.formats import FORMATS
from running import Ran

Run = Callable[..., Ran]
LEARNING = ["studio", "parquet", "huggingface", "docbin", "xstance", "semeval-stance"]


@pytest.mark.parametrize("to", LEARNING)
def test_a_study_is_exported(standpunkt: Run, earlier_study: Path, tmp_path: Path, to: str) -> None:
    out = tmp_path / "out"
    ran = standpunkt("export", "--study", earlier_study, "--to", to, "--what", "gold", "-o", out, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["sentences"] == 52
    assert (out / FORMATS[to].main).exists()


def test_a_task_has_the_running_text_and_the_pseudonyms(
    standpunkt: Run, earlier_study: Path, tmp_path: Path
) -> None:
    ran = standpunkt("export", "--study", earlier_study, "--to", "studio", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    text = (tmp_path / "out" / "tasks.json").read_text("utf-8")
    first = json.loads(text)[0]
    commentary = json.loads(
        (earlier_study / "data" / "commentaries.jsonl").read_text("utf-8").splitlines()[0]
    )
    around = first["data"]["before"] + first["data"]["text"] + first["data"]["after"]
    assert around in commentary["text"]
    assert around != first["data"]["text"]
    assert '"anna"' not in text
    agree = standpunkt(
        "agree", tmp_path / "out" / "tasks.json", "--codebook", earlier_study / "codebook.yaml", "--json"
    )
    before = standpunkt("agree", "--study", earlier_study, "--json")
    assert agree.code == 0, agree.err
    for name, layer in before.json["layers"].items():
        assert agree.json["layers"][name]["alpha"] == layer["alpha"]
        assert agree.json["layers"][name]["shared"] == layer["shared"]


def test_a_codebook_of_groups_has_no_technique(standpunkt: Run, earlier_study: Path, tmp_path: Path) -> None:
    ran = standpunkt("export", "--study", earlier_study, "--to", "semeval2023-task3", "-o", tmp_path / "out")
    assert "is one of the 23 techniques of SemEval-2023 task 3" in ran.error
    assert not (tmp_path / "out").exists()


def test_rows_of_another_codebook_version_are_refused(
    standpunkt: Run, earlier_study: Path, tmp_path: Path
) -> None:
    gold = earlier_study / "data" / "gold.jsonl"
    gold.write_text(gold.read_text("utf-8").replace('"function":"claim"', '"function":"assumption"'), "utf-8")
    ran = standpunkt(
        "export", "--study", earlier_study, "--to", "docbin", "--what", "gold", "-o", tmp_path / "out"
    )
    assert '"assumption" in the layer "function" is not in kommentar-core' in ran.error
    assert "codebook migrate" in ran.error
    assert not (tmp_path / "out").exists()
