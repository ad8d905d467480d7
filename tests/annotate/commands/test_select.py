"""`standpunkt select` on the demo's study, without a server."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.demo.run import demo_study
from annotate.study.folder import open_study
from annotate.study.split import split_study
from running import Ran
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Assignment, Sentence
from small_gold import gold

Run = Callable[..., Ran]

CODEBOOK = """codebook: klein
version: 1.0.0
language: de
title: Klein
layers:
  - id: function
    kind: one
    label: Satzart
    codes: [{id: claim, label: Urteil}, {id: report, label: Bericht}]
"""


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = demo_study(tmp_path_factory.mktemp("demo") / "study")
    split_study(study)
    return study.folder


@pytest.fixture
def study(demo_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_folder, tmp_path / "study"))


@pytest.fixture
def gold_files(tmp_path: Path) -> tuple[Path, Path]:
    rows = []
    for n, row in enumerate(gold()):
        words = " ".join(
            f"{word}{n}" for word in ("Blatt", "Heft", "Band", "Regal", "Saal", "Haus", "Weg", "Tor")
        )
        rows.append(
            {
                "sentence_id": row.sentence_id, "commentary_id": f"k{n // 4}", "text": f"{row.text} {words}",
                "layers": {"function": row.layers["function"]},
            }
        )  # fmt: skip
    write_jsonl(tmp_path / "gold.jsonl", rows)
    (tmp_path / "klein.yaml").write_text(CODEBOOK, "utf-8")
    return tmp_path / "gold.jsonl", tmp_path / "klein.yaml"


def changed(study: Path, name: str, value: str) -> None:
    path = study / "study.yaml"
    lines = [
        f"{name}: {value}" if line.startswith(f"{name}:") else line
        for line in path.read_text("utf-8").split("\n")
    ]
    path.write_text("\n".join(lines), "utf-8")


def assigned(study: Path) -> list[Assignment]:
    return list(read_jsonl(study / "data" / "assignments.jsonl", Assignment))


def test_a_batch_is_kept_for_each_annotator_with_its_probabilities(standpunkt: Run, study: Path) -> None:
    ran = standpunkt("select", 60, "--strategy", "cold", "--study", study, "--json")
    assert ran.code == 0, ran.err
    rows = [row for row in assigned(study) if row.annotator == "anna"]
    assert len(rows) == ran.json["sentences"]
    assert {row.strategy for row in rows} == {"cold", "random"}
    by_commentary = {pick["commentary_id"]: pick["probability"] for pick in ran.json["picks"]}
    commentary = {
        s.sentence_id: s.commentary_id for s in read_jsonl(study / "data/sentences.jsonl", Sentence)
    }
    assert {commentary[row.sentence_id]: row.probability for row in rows} == by_commentary
    order = [commentary[row.sentence_id] for row in sorted(rows, key=lambda row: row.rank)]
    assert list(dict.fromkeys(order)) == [pick["commentary_id"] for pick in ran.json["picks"]]


def test_a_dry_run_says_the_same_and_writes_nothing(standpunkt: Run, study: Path) -> None:
    words = ("select", 20, "--strategy", "cold", "--sentences", "--study", study, "--json")
    dry = standpunkt(*words, "--dry-run").json
    assert not (study / "data" / "assignments.jsonl").exists()
    assert standpunkt(*words).json["picks"] == dry["picks"]


def test_each_batch_has_others(standpunkt: Run, study: Path) -> None:
    for batch in (1, 2, 3):
        assert (
            standpunkt("select", 40, "--strategy", "random", "--study", study, "--json").json["batch"]
            == batch
        )
    rows = [row.sentence_id for row in assigned(study) if row.annotator == "ben"]
    assert len(rows) == len(set(rows))


def test_test_sentences_are_picked_when_they_are_asked_for_and_never_else(
    standpunkt: Run, study: Path
) -> None:
    changed(study, "test_share", "0.3")
    rest = standpunkt("select", 9999, "--strategy", "random", "--study", study, "--json").json
    assert rest["set_aside"]["test"] > 0
    assert not any(row.test for row in assigned(study))
    test = standpunkt("select", 9999, "--test", "--study", study, "--json").json
    assert test["sentences"] == rest["set_aside"]["test"]
    assert {(row.test, row.suggest) for row in assigned(study) if row.batch == 2} == {(True, False)}


def test_a_pilot_has_no_suggestions(standpunkt: Run, study: Path) -> None:
    standpunkt("select", 20, "--strategy", "random", "--phase", "pilot", "--study", study)
    assert {(row.phase, row.suggest) for row in assigned(study)} == {("pilot", False)}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["20"], 1, "run `standpunkt train` first, or use `--strategy cold`"),
        (["20", "--random-share", "0.1"], 2, "greater than or equal to 0.2"),
        (["20", "--strategy", "best"], 2, "'best' is not one of"),
        (["0"], 2, "greater than or equal to 1"),
        (["20", "--phase", "late"], 2, "expected pilot, main or test"),
        (["20", "--strategy", "cold", "--hint"], 1, "run `standpunkt adjudicate` first"),
        (["20", "--test"], 1, "no sentence is left to select (653 not held back for the test)"),
    ],
)
def test_what_cannot_be_picked_is_said(
    standpunkt: Run, study: Path, words: list[str], code: int, said: str
) -> None:
    ran = standpunkt("select", *words, "--study", study)
    assert ran.code == code
    assert said in " ".join(ran.err.replace("│", " ").split())
    assert not (study / "data" / "assignments.jsonl").exists()


def test_a_study_without_annotators_is_refused(standpunkt: Run, study: Path) -> None:
    changed(study, "annotators", "[]")
    ran = standpunkt("select", 20, "--strategy", "cold", "--study", study)
    assert (ran.code, "the list is empty" in ran.err) == (1, True)


@pytest.mark.slow
def test_a_simulation_says_what_each_strategy_would_have_brought(
    standpunkt: Run, gold_files: tuple[Path, Path]
) -> None:
    file, codebook = gold_files
    ran = standpunkt("select", 60, "--simulate", file, "--codebook", codebook, "--seeds", 1)
    assert ran.code == 0, ran.err
    assert all(name in ran.out for name in ("random", "uncertainty", "diverse", "mixed", "needed"))


@pytest.mark.slow
def test_the_hint_says_what_more_coding_would_bring(
    standpunkt: Run, study: Path, gold_files: tuple[Path, Path]
) -> None:
    file, codebook = gold_files
    shutil.copy(file, study / "data" / "gold.jsonl")
    shutil.copy(codebook, study / "codebook.yaml")
    ran = standpunkt("select", 20, "--strategy", "cold", "--hint", "--study", study, "--json")
    assert ran.code == 0, ran.err
    assert set(ran.json["hint"]["layers"]) == {"function"}
    assert open_study(study).assignments.exists()
