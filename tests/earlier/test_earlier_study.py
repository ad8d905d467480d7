"""A study as an earlier version left it is read as before, every file of it.

``study-2026-11.tar.gz`` is a backup that commit e2ce133 wrote of four of the demo's commentaries, coded by
two annotators on a real Label Studio; ``reports/`` in it holds what that commit printed of it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from annotate.study.folder import open_study
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment, Commentary, GoldSentence, Sentence
from train.model import FORMAT

Run = Callable[..., Ran]
TEXT = "commentaries/smartphone-6.txt"


def test_every_file_of_rows_is_read(earlier_study: Path) -> None:
    study = open_study(earlier_study)
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


def test_what_was_made_is_made_again_to_the_byte(earlier_study: Path, standpunkt: Run) -> None:
    names = ("sentences.jsonl", "commentaries.jsonl", "gold.jsonl")
    before = {name: (earlier_study / "data" / name).read_bytes() for name in names}
    for name in names:
        (earlier_study / "data" / name).unlink()
    assert standpunkt("split", "--study", earlier_study).code == 0
    assert standpunkt("adjudicate", "--study", earlier_study).code == 0
    assert {name: (earlier_study / "data" / name).read_bytes() for name in names} == before


def test_exports_give_the_annotations_they_gave(earlier_study: Path, standpunkt: Run) -> None:
    study = open_study(earlier_study)
    exports = sorted((study.data / "exports").glob("*.json"))
    ran = standpunkt("agree", *exports, "--codebook", earlier_study / "codebook.yaml", "--json")
    known = json.loads((earlier_study / "reports/agree.json").read_text("utf-8"))
    assert alphas(ran.json) == alphas(known)  # annotators have numbers here, names there
    assert all(holds(ran.json["layers"][name], layer) for name, layer in known["layers"].items())


def test_agreement_is_what_it_was(earlier_study: Path, standpunkt: Run) -> None:
    known = json.loads((earlier_study / "reports/agree.json").read_text("utf-8"))
    now = standpunkt("agree", "--study", earlier_study, "--json").json
    now = {name: now.get(name) for name in known}  # a later report may say more
    assert without_intervals(now) == without_intervals(known)


def test_its_model_has_another_format_and_is_refused_with_what_to_do(
    earlier_study: Path, standpunkt: Run
) -> None:
    ran = standpunkt("tag", earlier_study / TEXT, "-m", next((earlier_study / "models").iterdir()))
    assert ran.code == 1
    assert f"model.json: has format 4, this version reads {FORMAT}: train again" in ran.err


def alphas(report: Any) -> dict[str, float]:
    return {name: layer["alpha"] for name, layer in report["layers"].items()}


def holds(now: Any, earlier: Any) -> bool:
    """Whether an interval holds the earlier one: those of few commentaries were too narrow."""
    (low, high), (earlier_low, earlier_high) = now["interval"], earlier["interval"]
    return bool(low <= earlier_low and earlier_high <= high)


def without_intervals(report: Any) -> Any:
    if isinstance(report, dict):
        kept = {name: value for name, value in report.items() if not name.startswith("interval")}
        return {name: without_intervals(value) for name, value in kept.items()}
    return [without_intervals(one) for one in report] if isinstance(report, list) else report
