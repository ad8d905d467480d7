"""A study as an earlier version left it is read as before, every file of it.

``study-2026-11.tar.gz`` is a backup that commit e2ce133 wrote of four of the demo's commentaries, coded by
two annotators on a real Label Studio; ``reports/`` in it holds what that commit printed of it.
"""

import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from annotate.study.folder import open_study
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment, Commentary, GoldSentence, Sentence

Run = Callable[..., Ran]
BACKUP = Path(__file__).with_name("study-2026-11.tar.gz")
TEXT = "commentaries/smartphone-6.txt"


@pytest.fixture
def folder(tmp_path: Path, standpunkt: Run) -> Path:
    folder = tmp_path / "study"
    assert standpunkt("backup", "--restore", folder, BACKUP).code == 0
    return folder


@pytest.fixture
def model(folder: Path) -> Path:
    """The model it holds, which is only read with the scikit-learn of its training."""
    model = next((folder / "models").iterdir())
    meta = json.loads((model / "model.json").read_text("utf-8"))
    meta["versions"]["scikit-learn"] = metadata.version("scikit-learn")
    (model / "model.json").write_text(json.dumps(meta), "utf-8")
    return model


def test_every_file_of_rows_is_read(folder: Path) -> None:
    study = open_study(folder)
    assert study.codebook().codebook == "kommentar-core"
    files: dict[str, type[Any]] = {
        "commentaries": Commentary,
        "sentences": Sentence,
        "assignments": Assignment,
        "annotations": Annotation,
        "gold": GoldSentence,
    }
    counts = {name: len(list(read_jsonl(study.data / f"{name}.jsonl", kind))) for name, kind in files.items()}
    assert counts == {"commentaries": 4, "sentences": 69, "assignments": 138, "annotations": 104, "gold": 52}


def test_what_was_made_is_made_again_to_the_byte(folder: Path, standpunkt: Run) -> None:
    names = ("sentences.jsonl", "commentaries.jsonl", "gold.jsonl")
    before = {name: (folder / "data" / name).read_bytes() for name in names}
    for name in names:
        (folder / "data" / name).unlink()
    assert standpunkt("split", "--study", folder).code == 0
    assert standpunkt("adjudicate", "--study", folder).code == 0
    assert {name: (folder / "data" / name).read_bytes() for name in names} == before


def test_exports_give_the_annotations_they_gave(folder: Path, standpunkt: Run) -> None:
    study = open_study(folder)
    exports = sorted((study.data / "exports").glob("*.json"))
    ran = standpunkt("agree", *exports, "--codebook", folder / "codebook.yaml", "--json")
    known = json.loads((folder / "reports/agree.json").read_text("utf-8"))
    assert alphas(ran.json) == alphas(known)  # annotators have numbers here, names there


def test_agreement_is_what_it_was(folder: Path, standpunkt: Run) -> None:
    known = json.loads((folder / "reports/agree.json").read_text("utf-8"))
    assert standpunkt("agree", "--study", folder, "--json").json == known


def test_its_model_says_what_it_said(folder: Path, model: Path, standpunkt: Run, tmp_path: Path) -> None:
    assert standpunkt("tag", folder / TEXT, "-m", model, "-o", tmp_path / "tagged.jsonl").code == 0
    known, now = rows_of(folder / "reports/tagged.jsonl"), rows_of(tmp_path / "tagged.jsonl")
    assert without_numbers(now) == without_numbers(known)
    # other builds of the same arithmetic may differ in the last digit
    assert numbers(now) == pytest.approx(numbers(known), abs=2e-6)


def alphas(report: Any) -> dict[str, tuple[float, list[float]]]:
    return {name: (layer["alpha"], layer["interval"]) for name, layer in report["layers"].items()}


def rows_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_numbers(inner) for inner in value]
    return None if isinstance(value, float) else value


def numbers(value: Any) -> list[float]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, float) else [n for item in inner for n in numbers(item)]
