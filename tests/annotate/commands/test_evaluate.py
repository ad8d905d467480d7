"""``evaluate`` and ``train`` as commands: what is said, within 80 columns, and what is refused."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from annotate.cli import app
from schemas.errors import StandpunktError
from train.evaluation.report import SHARES

pytestmark = pytest.mark.usefixtures("quick_training")

BOOK = """
codebook: klein
version: 1.0.0
language: de
layers:
  - id: satzart
    kind: one
    label: {de: Satzart}
    codes: [{id: frage, label: {de: Frage}}, {id: bericht, label: {de: Bericht}}]
"""
NAMES = ["Ahrens", "Brandt", "Clasen", "Dietz", "Ebert", "Frank", "Goertz", "Hahn", "Ihde", "Jansen"]


def gold_rows() -> list[dict[str, object]]:
    rows = []
    for c in range(20):
        for i in range(4):
            name = f"{NAMES[c % 10]} aus {NAMES[(c + i) % 10]}dorf{c}"
            text = f"Wer von {name} will das wirklich?" if i % 2 else f"Am Montag tagte {name} im Rathaus."
            code = "frage" if i % 2 else "bericht"
            rows.append({"sentence_id": f"k{c}:{i}", "commentary_id": f"k{c}", "text": text, "author": NAMES[c % 5],
                         "date": f"2025-01-{c + 1:02}", "layers": {"satzart": code}})  # fmt: skip
    return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "codebook.yaml").write_text(BOOK, encoding="utf-8")
    write(tmp_path / "gold.jsonl", gold_rows())
    return tmp_path


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def given(folder: Path, *options: str) -> list[str]:
    """Without vectors, which take most of the time, unless an encoder is named."""
    encoder = [] if "--encoder" in options else ["--encoder", "none"]
    return [
        "--gold",
        str(folder / "gold.jsonl"),
        "--codebook",
        str(folder / "codebook.yaml"),
        *encoder,
        *options,
    ]


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.slow
def test_the_report_fits_a_terminal_of_80_columns(folder: Path) -> None:
    said = run("evaluate", *given(folder, "--folds", "2"))
    assert max(map(len, said.splitlines())) <= 80
    for words in ("80 sentences", "satzart", "Frage", "Learning curve", "calibration error"):
        assert words in said


def test_annotations_give_the_human_ceiling(folder: Path) -> None:
    codings = [
        {"sentence_id": row["sentence_id"], "commentary_id": row["commentary_id"], "annotator": who,
         "codebook": "klein", "layers": row["layers"]}
        for row in gold_rows() for who in ("anna", "ben")
    ]  # fmt: skip
    write(folder / "annotations.jsonl", codings)
    options = ("--folds", "2", "--json", "--annotations", str(folder / "annotations.jsonl"), "--no-curve")
    report = json.loads(run("evaluate", *given(folder, *options)))
    ceiling = report["layers"]["satzart"]["ceiling"]
    assert (ceiling["macro_f1"], ceiling["sentences"], ceiling["annotators"]) == (1.0, 80, 2)
    assert "learning_curve" not in report


def test_two_models_are_compared(folder: Path) -> None:
    run("train", *given(folder, "-o", str(folder / "a"), "--no-evaluate"))
    run(
        "train",
        *given(folder, "-o", str(folder / "b"), "--seed", "3", "--abstain-at", "0.9", "--no-evaluate"),
    )
    others = [{**row, "sentence_id": f"x{row['sentence_id']}", "commentary_id": f"x{row['commentary_id']}"}
              for row in gold_rows()]  # fmt: skip
    write(folder / "gold.jsonl", others)
    words = (
        "evaluate",
        str(folder / "a"),
        "--against",
        str(folder / "b"),
        "--gold",
        str(folder / "gold.jsonl"),
    )
    assert "not shown" in run(*words)
    report = json.loads(run(*words, "--json"))
    assert report["against"]["layers"]["satzart"]["real"] is False
    assert json.loads((folder / "b" / "model.json").read_text())["settings"]["abstain_at"] == 0.9


def test_a_model_is_judged_by_its_own_codebook(folder: Path) -> None:
    run("train", *given(folder, "-o", str(folder / "m"), "--no-evaluate"))
    newer = BOOK.replace("1.0.0", "1.0.1")
    (folder / "codebook.yaml").write_text(newer, encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", str(folder / "m"), *given(folder, "--seen")[:4], "--seen"])
    assert result.exit_code == 0
    assert "note: scored with codebook version 1.0.0" in result.stderr
    (folder / "codebook.yaml").write_text(newer.replace("klein", "fremd"), encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", str(folder / "m"), *given(folder, "--seen")[:4], "--seen"])
    assert isinstance(result.exception, StandpunktError)
    assert 'found the codebook "fremd", expected the model\'s, "klein"' in str(result.exception)


def meta_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_a_trained_model_has_cross_validated_figures_and_its_day(folder: Path) -> None:
    said = run("train", *given(folder, "-o", str(folder / "m")))
    assert max(map(len, said.splitlines())) <= 80 + len(str(folder))
    assert "macro-F1: cross-validated" in said
    meta = meta_of(folder / "m")
    assert meta["created"] == date.today().isoformat()
    assert meta["figures"]["held_out"]["splits"] == 5
    assert meta["figures"]["layers"]["satzart"]["macro_f1"] > 0.9


def test_figures_of_tuning_are_enough_where_asked(folder: Path) -> None:
    assert "held out in tuning" in run("train", *given(folder, "-o", str(folder / "m"), "--no-evaluate"))
    assert meta_of(folder / "m")["figures"]["held_out"] == {"by": "tuning"}


def test_what_a_suggestion_needs_can_be_set(folder: Path) -> None:
    asked = ("--min-layer", "3", "--min-code", "2", "--min-asked", "7", "--min-touched", "1", "--no-evaluate")
    run("train", *given(folder, "-o", str(folder / "m"), *asked))
    settings = meta_of(folder / "m")["settings"]
    assert [settings[f"min_{name}"] for name in ("layer", "code", "asked", "touched")] == [3, 2, 7, 1]
    card = (folder / "m" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "fewer than 3 sentences" in card
    assert "asked in 7 sentences" in card


@pytest.mark.parametrize("by", ["author", "date"])
def test_authors_and_dates_can_be_held_out(by: str, folder: Path) -> None:
    options = ("--by", by, "--gap", "1", "--folds", "3", "--json", "--no-curve")
    report = json.loads(run("evaluate", *given(folder, *options)))
    assert report["held_out"]["by"] == by
    assert report["layers"]["satzart"]["macro_f1"] > 0.9


def test_the_curve_can_be_asked_for(folder: Path) -> None:
    report = json.loads(run("evaluate", *given(folder, "--folds", "2", "--json", "--curve")))
    assert [point["share"] for point in report["learning_curve"]] == [*SHARES, 1.0]


def bad(change: str) -> list[dict[str, object]]:
    rows = gold_rows()
    first, second = rows[0], rows[1]
    if change == "unknown code":
        first["layers"] = {"satzart": "frag"}
    if change == "unknown layer":
        first["layers"] = {"satzar": "frage"}
    if change == "twice":
        second["sentence_id"] = first["sentence_id"]
    if change == "empty":
        first["text"] = " "
    if change == "one commentary":
        rows = [{**row, "commentary_id": "k"} for row in rows]
    if change == "all test":
        rows = [{**row, "test": True} for row in rows]
    if change == "same sentence":
        rows = [{**row, "text": "Immer derselbe Satz hier."} for row in rows]
    if change == "wrong kind":
        first["layers"] = {"satzart": ["frage"]}
    return [] if change == "nothing" else rows


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("unknown code", 'no code "frag"; did you mean "frage"'),
        ("unknown layer", 'no layer "satzar"'),
        ("twice", 'two rows have the sentence_id "k0:0"'),
        ("empty", 'sentence "k0:0": the text is empty'),
        ("one commentary", "no part can be held out"),
        ("all test", "none is left to train on"),
        ("same sentence", "share near-duplicate sentences"),
        ("wrong kind", "expected a code"),
        ("nothing", "no gold sentence"),
    ],
)
def test_bad_gold_is_refused_in_one_line(change: str, words: str, folder: Path) -> None:
    write(folder / "gold.jsonl", bad(change))
    result = CliRunner().invoke(app, ["evaluate", *given(folder)])
    assert isinstance(result.exception, StandpunktError)
    assert "\n" not in str(result.exception)
    assert words in str(result.exception)


def test_labels_that_are_all_one_are_said(folder: Path) -> None:
    write(folder / "gold.jsonl", [{**row, "layers": {"satzart": "frage"}} for row in gold_rows()])
    report = json.loads(run("train", *given(folder, "-o", str(folder / "m"), "--json", "--no-evaluate")))
    assert report["layers"]["satzart"]["reason"] == 'only one code was seen: "frage"'
    assert "satzart" in run("evaluate", *given(folder, "--folds", "2"))


@pytest.mark.parametrize(
    "options",
    [("--against", "m"), ("m", "--gold", "g", "--abstain-at", "0.8")],
)
def test_what_cannot_go_together_is_said(options: tuple[str, ...], folder: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", *options])
    assert isinstance(result.exception, StandpunktError)


@pytest.mark.slow
def test_the_page_stands_alone_and_is_the_same_each_time(folder: Path) -> None:
    pages = []
    for name in ("one.html", "two.html"):
        run("evaluate", *given(folder, "--folds", "2", "--html", str(folder / name)))
        pages.append((folder / name).read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert pages[0].count("<svg") == 2  # layers, learning curve; probabilities are in too few bins
    ids = re.findall(r' id="([^"]+)"', pages[0])
    assert len(ids) == len(set(ids))
    assert not re.search(r'(src|href)="(http|//)|@import|url\("?http', pages[0])
    assert "Wie gut ist das Modell?" in pages[0]
    assert all(f"#0{n}0{n}0{n}" not in pages[0] for n in range(1, 5))


def test_a_sentence_is_text_on_the_page(folder: Path) -> None:
    rows = gold_rows()
    rows = [{**row, "text": f"<script>alert(1)</script> {row['text']}"} for row in rows]
    rows[1] = {**rows[1], "layers": {"satzart": "bericht"}}  # a likely error, which the page shows
    write(folder / "gold.jsonl", rows)
    run("evaluate", *given(folder, "--folds", "2", "--no-curve", "--html", str(folder / "p.html")))
    page = (folder / "p.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.slow
def test_as_many_label_errors_are_listed_as_asked(folder: Path) -> None:
    rows = gold_rows()
    for row in rows[:50:7]:
        row["layers"] = {"satzart": "bericht" if row["layers"] == {"satzart": "frage"} else "frage"}
    write(folder / "gold.jsonl", rows)
    options = given(folder, "--folds", "2", "--no-curve")
    head, line = "Likely errors of gold", re.compile(r"^  „.*“$", re.MULTILINE)
    usual = run("evaluate", *options)
    found = json.loads(run("evaluate", *options, "--json"))["layers"]["satzart"]
    assert len(found["suspects"]) == found["suspects_found"] > 5
    assert len(line.findall(usual)) == 3
    assert f"and {found['suspects_found'] - 3} more (--label-errors {found['suspects_found']} lists" in usual

    assert len(line.findall(run("evaluate", *options, "--label-errors", "5"))) == 5
    page = folder / "bericht.html"
    few = json.loads(run("evaluate", *options, "--label-errors", "2", "--json", "--html", str(page)))
    assert few["layers"]["satzart"]["suspects"] == found["suspects"][:2]
    said = f"Codierungen, die einen zweiten Blick lohnen (2 von {found['suspects_found']})"
    assert said in page.read_text("utf-8")
    none = run("evaluate", *options, "--label-errors", "0")
    assert head in usual
    assert head not in none
