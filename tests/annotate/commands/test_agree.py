"""`standpunkt agree` and `adjudicate` on files alone."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from running import Ran
from schemas.codebook import load_codebook
from schemas.codebooks import shipped_codebook
from schemas.studio_json import to_result

Run = Callable[..., Ran]
CODEBOOK = shipped_codebook("kommentar-core")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Twelve sentences by two people, as Label Studio exports them; they differ in every third."""
    book = load_codebook(CODEBOOK)
    tasks = []
    for n in range(12):
        annotations = []
        for who in (4, 9):
            voice = "other" if who == 9 and n % 3 == 0 else "author"
            layers: Any = {"voice": voice, "function": "claim" if n % 2 else "report", "rhetoric": ["none"]}
            annotations.append({"id": 100 * who + n, "completed_by": who, "result": to_result(layers, book)})
        data = {"sentence_id": f"c{n // 4}:{n}", "commentary_id": f"c{n // 4}", "text": f"Das ist Satz {n}."}
        tasks.append({"id": n, "project": 5, "data": data, "annotations": annotations})
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), "utf-8")
    return path


def test_a_bare_export_gives_figures_and_what_was_read(standpunkt: Run, export: Path) -> None:
    ran = standpunkt("agree", export, "--codebook", CODEBOOK, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["annotators"] == ["annotator-1", "annotator-2"]
    assert ran.json["layers"]["voice"]["observed"] == pytest.approx(2 / 3, abs=1e-6)
    assert ran.json["layers"]["function"]["alpha"] == 1
    assert ran.json["read"]["annotations"] == 24


def test_the_words_name_the_sentences_to_clarify(standpunkt: Run, export: Path) -> None:
    ran = standpunkt("agree", export, "--codebook", CODEBOOK)
    assert "1. voice: Autor / Wiedergabe" in ran.out
    assert "„Das ist Satz 0.“" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_a_bare_export_names_project_and_task(standpunkt: Run, export: Path) -> None:
    """Enough to find the sentence by hand; with the server's address it is a link."""
    ran = standpunkt("agree", export, "--codebook", CODEBOOK)
    assert "annotator-1, annotator-2: project 5, task 0" in ran.out


def test_a_server_that_is_known_makes_links_of_them(
    standpunkt: Run, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "https://studio.example.org/")
    ran = standpunkt("agree", export, "--codebook", CODEBOOK)
    assert "annotator-1, annotator-2: https://studio.example.org/projects/5/data?task=0" in ran.out


def test_the_report_is_written_as_a_page(standpunkt: Run, export: Path, tmp_path: Path) -> None:
    ran = standpunkt("agree", export, "--codebook", CODEBOOK, "--html", tmp_path / "agreement.html")
    assert ran.code == 0, ran.err
    assert "Das ist Satz 3." in (tmp_path / "agreement.html").read_text("utf-8")


def test_names_replace_the_pseudonyms(standpunkt: Run, export: Path, tmp_path: Path) -> None:
    ran = standpunkt("agree", export, "--codebook", CODEBOOK, "--names", "4=anna, 9=ben", "--json")
    assert ran.json["annotators"] == ["anna", "ben"]
    gold = tmp_path / "gold.jsonl"
    words = ("--names", "9=ben", "--rule", "expert:ben", "-o", gold, "--json")
    assert standpunkt("adjudicate", export, "--codebook", CODEBOOK, *words).json["ties"] == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("anna", '"anna": expected a name for a user id'),
        ("4=", '"4=": expected a name for a user id'),
        ("=anna", '"=anna": expected a name for a user id'),
        ("4=anna@example.org", '"4=anna@example.org": expected a name'),
        ("4=anna,4=ben", "4 is called anna and ben: expected one"),
        ("expert.json=anna", '"expert.json": no such file among '),
        ("expert.json=anna", 'did you mean "export.json"?'),
        ("5/x=anna", "or a project and a user id of it (2/7=anna)"),
    ],
)
def test_names_that_are_none_are_refused(names: str, words: str, standpunkt: Run, export: Path) -> None:
    ran = standpunkt("agree", export, "--codebook", CODEBOOK, "--names", names)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert words in ran.err


def test_nobody_shared_a_sentence_is_one_line_and_no_number(
    standpunkt: Run, export: Path, tmp_path: Path
) -> None:
    tasks = json.loads(export.read_text("utf-8"))
    for n, task in enumerate(tasks):
        task["annotations"] = task["annotations"][n % 2 :][:1]
    path = tmp_path / "apart.json"
    path.write_text(json.dumps(tasks), "utf-8")
    ran = standpunkt("agree", path, "--codebook", CODEBOOK)
    assert (ran.code, ran.out) == (1, "")
    assert "2 annotators coded 12 sentences, none of them in common" in ran.err


def _truncated(text: str) -> str:
    return text[:-40]


def _unknown_code(text: str) -> str:
    return text.replace('["other"]', '["narrator"]', 1)


def _other_version(text: str) -> str:
    return text.replace('"commentary_id": "c0"', '"commentary_id": "c0", "codebook_version": "9.0.0"', 1)


def _twice(text: str) -> str:
    return json.dumps([*json.loads(text), json.loads(text)[0]])


def _no_data(text: str) -> str:
    return text.replace('"data"', '"date"', 12).replace('"date"', '"data"', 11)


@pytest.mark.parametrize(
    ("spoil", "refusal", "note"),
    [
        (_truncated, "breaks off or is not JSON after task 11", "read up to there"),
        (_unknown_code, "voice: narrator (1×) is not in the codebook", "left out 1 rows that do not fit"),
        (_other_version, "rows coded with version 9.0.0", "left out 2 rows of another codebook version"),
        (_twice, "stands twice (and 1 more)", "left out 2 rows that stand there twice"),
        (_no_data, "task 12: found", "left out 1 rows that could not be read"),
    ],
)
def test_bad_input_is_one_line_or_left_out_and_counted(
    spoil: Callable[[str], str], refusal: str, note: str, standpunkt: Run, export: Path
) -> None:
    export.write_text(spoil(export.read_text("utf-8")), "utf-8")
    ran = standpunkt("agree", export, "--codebook", CODEBOOK)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ")
    assert refusal in ran.err
    assert ran.err.count("\n") == 1
    again = standpunkt("agree", export, "--codebook", CODEBOOK, "--skip-invalid")
    assert again.code == 0, again.err
    assert note in again.err


def _as_excel(export: Path, **changed: str) -> str:
    """The export as Label Studio's CSV, saved again by a German Excel; ``changed`` cells of the first row."""
    out = io.StringIO()
    names = ("id", "annotation_id", "annotator", "sentence_id", "commentary_id", "codebook_version")
    writer = csv.DictWriter(
        out, [*names, "text", "voice", "function", "rhetoric", "lead_time"], delimiter=";"
    )
    writer.writeheader()
    for task in json.loads(export.read_text("utf-8")):
        for found in task["annotations"]:
            given = {part["from_name"]: part["value"]["choices"] for part in found["result"]}
            cells = {
                name: value[0] if name != "rhetoric" else json.dumps({"choices": value})
                for name, value in given.items()
            }
            writer.writerow(
                {
                    "id": task["id"], "annotation_id": found["id"], "annotator": found["completed_by"],
                    "lead_time": "12,5", "text": task["data"]["text"],
                    "sentence_id": task["data"]["sentence_id"], "commentary_id": task["data"]["commentary_id"],
                    **cells, **changed,
                }
            )  # fmt: skip
            changed = {}
    return "\ufeff" + out.getvalue()


def test_excels_csv_gives_the_figures_of_the_json(standpunkt: Run, export: Path, tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_text(_as_excel(export), "utf-8")
    whole, again = (
        standpunkt("agree", file, "--codebook", CODEBOOK, "--json").json["layers"] for file in (export, path)
    )
    for layer in ("voice", "function", "rhetoric"):
        assert again[layer] == whole[layer]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"sentence_id": "0042:1a", "commentary_id": "42"}, "line 2: commentary_id is 42"),
        ({"codebook_version": "01.02.2000"}, "the date 01.02.2000"),
    ],
)
def test_what_excel_spoiled_is_one_line_or_left_out_and_counted(
    changed: dict[str, str], refusal: str, standpunkt: Run, export: Path, tmp_path: Path
) -> None:
    path = tmp_path / "excel.csv"
    path.write_text(_as_excel(export, **changed), "utf-8")
    ran = standpunkt("agree", path, "--codebook", CODEBOOK)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert refusal in ran.err
    again = standpunkt("agree", path, "--codebook", CODEBOOK, "--skip-invalid", "--json")
    assert again.code == 0, again.err
    assert "left out 1 rows that could not be read" in again.err
    assert again.json["shared"] == 11


@pytest.mark.parametrize("more", [(), ("--skip-invalid",)])
def test_the_export_of_another_project_is_one_line(more: Any, standpunkt: Run, export: Path) -> None:
    """Nothing in it can be used, whatever is skipped."""
    names = {'"voice"': '"sentiment"', '"function"': '"topic"', '"rhetoric"': '"tone"'}
    text = export.read_text("utf-8")
    for name, other in names.items():
        text = text.replace(name, other)
    export.write_text(text, "utf-8")
    ran = standpunkt("agree", export, "--codebook", CODEBOOK, *more)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "another project's export" in ran.err
    assert "found sentiment, tone, topic, expected voice" in ran.err


def test_two_exports_of_different_versions_are_one_line_or_left_out_and_counted(
    standpunkt: Run, export: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    text = export.read_text("utf-8").replace(
        '"commentary_id"', '"codebook_version": "9.0.0", "commentary_id"'
    )
    text = text.replace('"completed_by": 4', '"completed_by": 11')
    other.write_text(text.replace('"completed_by": 9', '"completed_by": 12'), "utf-8")
    ran = standpunkt("agree", export, other, "--codebook", CODEBOOK)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "rows coded with version 9.0.0 of the codebook" in ran.err
    again = standpunkt("agree", export, other, "--codebook", CODEBOOK, "--skip-invalid", "--json")
    assert again.json["read"]["other_version"] == 24
    assert again.json["annotators"] == ["annotator-1", "annotator-2"]
