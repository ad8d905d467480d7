"""The export of a project made by hand, through a map: `agree`, `adjudicate`, `train` and `evaluate`."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence

Run = Callable[..., Ran]
BOOK = """\
codebook: hand
version: 1.0.0
language: de
targets:
  - {id: maut, question: "Soll es eine Maut geben?"}
layers:
  - id: art
    kind: one
    required: true
    label: Art
    codes: [{id: these, label: These}, {id: meldung, label: Meldung}, {id: sonst, label: Sonst}]
  - id: stance
    kind: stance
    label: Haltung
    codes: [{id: favor, label: Pro}, {id: against, label: Contra}, {id: open, label: Offen}]
  - id: mittel
    kind: set
    label: Mittel
    codes: [{id: ironie, label: Ironie}, {id: anderes_gefuehl, label: A}, {id: anderes_logik, label: B}]
  - id: staerke
    kind: scale
    label: Stärke
    codes: [{id: "1", label: eins}, {id: "2", label: zwei}, {id: "3", label: drei}]
  - {id: notiz, kind: text, label: Notiz}
"""
MAP = """\
text: satz
annotators: {1: anna, 2: ben}
controls:
  art:
    layer: art
    codes: {These: these}
  maut:
    layer: stance
    target: maut
    codes: {Pro: favor, Contra: against}
  baum: {layer: mittel, codes: {Anderes: anderes_gefuehl}}
  staerke: {layer: staerke}
  notiz: {layer: notiz}
ignore: [zahl]
"""
TEXTS = [f"Satz Nummer {n} über die {what}." for n, what in enumerate(["Maut", "Tram", "Stadt"] * 8)]


def result(kind: str, name: str, value: Any) -> dict[str, Any]:
    key = "text" if kind == "textarea" else kind
    return {"from_name": name, "to_name": "satz", "type": kind, "value": {key: value}}


def coding(n: int, by: int) -> dict[str, Any]:
    art = "Meldung" if by == 2 and n == 0 else "These" if n % 2 else "Sonst"
    items = [
        result("choices", "art", [art]),
        result("choices", "maut", ["Pro" if n % 3 else "Contra"]),
        result("taxonomy", "baum", [["Gefühl", "Ironie"]]),
        result("rating", "staerke", 1 + n % 3),
        result("textarea", "notiz", ["Zeile 1"]),
        result("number", "zahl", 7),
    ]
    if n == 1:
        items[2] = result("taxonomy", "baum", [["Gefühl", "Anderes"], ["Logik", "Anderes"]])
        span = {"start": 0, "end": 4, "text": "Satz", "labels": ["Ironie"]}
        items += [{"from_name": "spanne", "type": "labels", "value": span}]
    return {"id": 100 * by + n, "completed_by": by, "result": items, "was_cancelled": False}


TASKS = [
    {"id": n, "project": 3, "data": {"satz": text, "nr": n}, "annotations": [coding(n, 1), coding(n, 2)]}
    for n, text in enumerate(TEXTS)
]


def flat_rows() -> list[dict[str, Any]]:
    """The same as JSON_MIN has it."""
    rows = []
    for task in TASKS:
        for made in task["annotations"]:
            row = {**task["data"], "id": task["id"], "annotator": made["completed_by"]}
            row |= {"annotation_id": made["id"], "created_at": "2026-01-01T00:00:00Z", "lead_time": 1.0}
            for item in made["result"]:
                is_bare = item["type"] in ("choices", "textarea")
                row[item["from_name"]] = next(iter(item["value"].values()))[0] if is_bare else [item["value"]]
            rows.append(row)
    return rows


def as_csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    for row in rows:
        writer.writerow({k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()})
    return out.getvalue()


CONTENTS = {"e.json": json.dumps(TASKS), "min.json": json.dumps(flat_rows()), "e.csv": as_csv(flat_rows())}


@pytest.fixture(params=list(CONTENTS))
def export(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    path.write_text(CONTENTS[path.name], "utf-8")
    return path


@pytest.fixture
def given(tmp_path: Path) -> tuple[Any, ...]:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return "--codebook", tmp_path / "book.yaml", "--map", tmp_path / "map.yaml"


def test_agree_reads_every_form_of_it(standpunkt: Run, export: Path, given: Any) -> None:
    ran = standpunkt("agree", export, *given, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["annotators"] == ["anna", "ben"]
    layers = ran.json["layers"]
    assert layers["art"]["observed"] == pytest.approx(23 / 24, abs=1e-6)
    assert {name: layer["shared"] for name, layer in layers.items()} == {
        "art": 24, "stance": 24, "mittel": 23, "staerke": 24,
    }  # fmt: skip
    read = ran.json["read"]
    paths = {"baum: Gefühl > Anderes": 2, "baum: Logik > Anderes": 2}
    spans = {} if export.suffix == ".csv" or export.name == "min.json" else {"spanne (not in the map)": 2}
    assert read["unmapped"] == paths | spans
    assert read["left_out"] == {"zahl": 48}
    assert "baum: Logik > Anderes: 2 times, in no code, its layer is open there; the map needs its" in ran.err
    assert "spanne" in ran.err  # the flat ones name it among their columns
    assert "a commentary of its own" in ran.err


def test_adjudicate_makes_gold_of_it(standpunkt: Run, export: Path, given: Any, tmp_path: Path) -> None:
    ran = standpunkt("adjudicate", export, *given, "-o", tmp_path / "gold.jsonl", "--json")
    assert (ran.code, ran.json["sentences"], len(ran.json["ties"])) == (0, 24, 1), ran.err
    gold = list(read_jsonl(tmp_path / "gold.jsonl", GoldSentence))
    assert gold[2].text == TEXTS[2]
    assert gold[2].layers == {"art": "sonst", "stance": {"maut": "favor"}, "mittel": ["ironie"], "staerke": 3}
    assert "mittel" not in gold[1].layers


def test_names_count_before_those_of_the_map(standpunkt: Run, export: Path, given: Any) -> None:
    ran = standpunkt("agree", export, *given, "--names", "2=cara", "--json")
    assert ran.json["annotators"] == ["anna", "cara"]


@pytest.mark.slow
def test_train_and_evaluate_take_it_as_gold(standpunkt: Run, given: Any, tmp_path: Path) -> None:
    export = tmp_path / "e.json"
    export.write_text(CONTENTS["e.json"], "utf-8")
    gold = ("--gold", export, *given, "--encoder", "none", "--json")
    trained = standpunkt("train", *gold, "-o", tmp_path / "model", "--no-evaluate")
    assert (trained.code, trained.json["n"]) == (0, 24), trained.err
    assert "24 sentences decided by majority, 1 with something open" in trained.err
    scored = standpunkt("evaluate", *gold, "--no-curve")
    assert (scored.code, scored.json["n"]) == (0, 24), scored.err
    assert scored.json["layers"]["art"]["ceiling"]  # the codings are at hand
    again = standpunkt("evaluate", tmp_path / "model", "--gold", export, *given, "--seen", "--json")
    assert (again.code, again.json["n"]) == (0, 24), again.err


def ours(*, sentence_ids: bool) -> list[dict[str, Any]]:
    """The same with the controls and codes of the codebook."""
    tasks = []
    for task in TASKS:
        n, annotations = task["id"], []
        for made in task["annotations"]:
            art = made["result"][0]["value"]["choices"][0].lower()
            items = [result("choices", "art", [art]), result("choices", "stance__maut", ["favor"])]
            annotations.append({**made, "result": items})
        known = {"sentence_id": f"k{n // 4}:{n}", "commentary_id": f"k{n // 4}", "text": TEXTS[n]}
        data = known if sentence_ids else {"satz": TEXTS[n]}
        tasks.append({**task, "data": data, "annotations": annotations})
    return tasks


@pytest.mark.parametrize("form", ["own", "text-field", "text-field and map"])
def test_an_export_alone_is_gold_with_the_text_of_its_tasks(
    standpunkt: Run, given: Any, tmp_path: Path, form: str
) -> None:
    export = tmp_path / "e.json"
    export.write_text(json.dumps(ours(sentence_ids=form == "own")), "utf-8")
    how = [*given[:2], *([] if form == "own" else ["--text-field", "satz"])]
    if form.endswith("map"):
        (tmp_path / "other.yaml").write_text("text: nowhere\ncontrols: {art: {layer: art}}\n", "utf-8")
        how += ["--map", tmp_path / "other.yaml"]
    agreed = standpunkt("agree", export, *how, "--json")
    assert (agreed.code, agreed.json["shared"]) == (0, 24), agreed.err
    trained = standpunkt(
        *(
            "train",
            "--gold",
            export,
            *how,
            "-o",
            tmp_path / "m",
            "--encoder",
            "none",
            "--no-evaluate",
            "--json",
        )
    )
    assert (trained.code, trained.json["n"]) == (0, 24), trained.err
    scored = standpunkt("evaluate", tmp_path / "m", "--gold", export, *how[2:], "--seen", "--json")
    assert (scored.code, scored.json["n"]) == (0, 24), scored.err
    if form == "own":
        assert scored.json["layers"]["stance"]["n"] == 24


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("agree", "E"), ("--codebook", "--map", "codebook from-config")),
        (("adjudicate", "E", "-o", "gold.jsonl"), ("--codebook", "--map", "codebook from-config")),
        (("train", "--gold", "E", "-o", "m"), ("--codebook", "--map")),
        (("evaluate", "--gold", "E"), ("--codebook", "--map")),
        (("agree", "E", "--codebook", "B"), ("no sentence_id", "--map", "codebook from-config")),
        (("agree", "MIN", "--codebook", "B"), ("not a task with data", "--map")),
        (("agree", "CSV", "--codebook", "B"), ("no column sentence_id", "--map")),
        (("train", "--gold", "E", "--codebook", "B", "-o", "m"), ("no sentence_id", "--map")),
        (("evaluate", "--gold", "E", "--codebook", "B"), ("no sentence_id", "--map")),
        (("agree", "--text-field", "satz"), ("--text-field", "pull --project")),
        (("train", "--text-field", "satz"), ("--gold", "--text-field")),
        (("agree", "--map", "M"), ("--map", "pull --project")),
        (("adjudicate", "--map", "M"), ("--map", "pull --project")),
        (("train", "--map", "M"), ("--gold", "--map")),
        (("agree", "E", "--codebook", "B", "--map", "WRONG"), ("no task has a text in its field text", "satz, nr")),
        (("agree", "CSV", "--codebook", "B", "--map", "WRONG"), ("no column text",)),
    ],
)  # fmt: skip
def test_what_is_missing_is_one_line_with_a_way(
    words: tuple[str, ...],
    said: tuple[str, ...],
    standpunkt: Run,
    given: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in CONTENTS.items():
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / "wrong.yaml").write_text(MAP.replace("text: satz", "text: text"), "utf-8")
    paths = {"E": "e.json", "MIN": "min.json", "CSV": "e.csv", "B": "book.yaml", "M": "map.yaml"}
    paths |= {"WRONG": "wrong.yaml"}
    ran = standpunkt(*(tmp_path / paths[word] if word in paths else word for word in words))
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert (ran.code, len(errors)) == (1, 1), ran.err
    for word in said:
        assert word in errors[0]
