"""`standpunkt export` and `rehydrate`: a study and bare files, and one line where something is wrong."""

import csv
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.study.folder import Study, open_study
from coded_study import coded_study
from exports.formats import FORMATS
from exports.formats.write import MANIFEST
from exports.papers.companions import PAPERS
from running import Ran

Run = Callable[..., Ran]
#: Formats that need an extra, and a module of it.
EXTRAS = {"parquet": "pyarrow", "huggingface": "pyarrow"}
KEYS = ["format", "what", "output", "files", "commentaries", "sentences", "rows", "coders", "left_out"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some commentaries of the demo's study with their codings."""
    return coded_study(tmp_path_factory.mktemp("shipped") / "studie", only="lasswitz|smartphone-[12]").folder


@pytest.fixture
def study(shipped: Path, tmp_path: Path) -> Study:
    shutil.copytree(shipped, tmp_path / "studie")
    return open_study(tmp_path / "studie")


def bare(study: Study) -> list[object]:
    """Words that export a study's rows without the study."""
    return [
        study.annotations, "--codebook", study.codebook_path, "--sentences", study.sentences,
        "--commentaries", study.commentaries,
    ]  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def under(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ------------------------------------------------------------------ what is written


def test_the_report_of_a_study_has_its_promised_keys(standpunkt: Run, study: Study) -> None:
    report = standpunkt("export", "--study", study.folder, "--json").json
    assert list(report) == KEYS
    assert (report["format"], report["what"], report["rows"]) == ("long", "annotations", 228)
    assert report["coders"] == ["coder1", "coder2"]
    place = study.folder / "exports" / "annotations-long"
    assert report["output"] == str(place)
    assert sorted(under(place)) == report["files"]
    assert {*PAPERS, MANIFEST, "codings.csv"} <= set(report["files"])


def test_bare_files_give_the_tables_of_the_study(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    standpunkt("export", "--study", study.folder, "-o", tmp_path / "one")
    ran = standpunkt("export", *bare(study), "-o", tmp_path / "other", "--json")
    assert ran.code == 0, ran.err
    for name in ("codings.csv", "sentences.csv", "columns.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    assert "of the study demo" in (tmp_path / "one" / "DATASHEET.md").read_text("utf-8")
    assert (
        "of the study" not in (tmp_path / "other" / "DATASHEET.md").read_text("utf-8").split("Motivation")[0]
    )


def test_standard_output_gets_the_main_table_alone(standpunkt: Run, study: Study) -> None:
    ran = standpunkt("export", "--study", study.folder, "-o", "-")
    assert len(list(csv.DictReader(ran.out.splitlines()))) > 228
    assert "DATASHEET" not in ran.out
    assert standpunkt("export", "--study", study.folder, "-o", "-", "--json").code == 2


# the shipped codebook names groups of techniques alone
@pytest.mark.parametrize("to", [to for to in FORMATS if to != "semeval2023-task3"])
def test_a_study_gives_the_same_bytes_twice(standpunkt: Run, study: Study, tmp_path: Path, to: str) -> None:
    what = FORMATS[to].whats[0]
    if what == "gold":
        standpunkt("adjudicate", "--study", study.folder)
    for name in ("one", "other"):
        ran = standpunkt("export", "--study", study.folder, "--to", to, "-o", tmp_path / name)
        assert ran.code == 0, ran.err
    assert under(tmp_path / "one") == under(tmp_path / "other")


def test_pseudonyms_stay_as_they_were_when_somebody_joins(
    standpunkt: Run, study: Study, tmp_path: Path
) -> None:
    standpunkt("export", "--study", study.folder, "-o", tmp_path / "one")
    rows = [json.loads(line) for line in study.annotations.read_text("utf-8").splitlines()]
    joined = [{**rows[0], "annotator": "aaron@zeitung.de"}, *rows]
    study.annotations.write_text("".join(f"{json.dumps(row)}\n" for row in joined), "utf-8")
    standpunkt("export", "--study", study.folder, "-o", tmp_path / "other")
    first, then = (table(tmp_path / name / "codings.csv") for name in ("one", "other"))
    assert {row["coder"] for row in then} == {"coder1", "coder2", "coder3"}
    assert [row for row in then if row["coder"] != "coder3"] == first
    assert b"@" not in b"".join(under(tmp_path / "other").values())
    assert (study.data / "pseudonyms.json").stat().st_mode & 0o077 == 0


def test_names_stay_only_where_they_are_asked_for(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    standpunkt("export", "--study", study.folder, "-o", tmp_path / "pseudonyms")
    standpunkt("export", "--study", study.folder, "-o", tmp_path / "names", "--names")
    assert {row["coder"] for row in table(tmp_path / "names" / "codings.csv")} == {"anna", "ben"}
    assert "called by their names" in (tmp_path / "names" / "DATASHEET.md").read_text("utf-8")
    assert b",anna," not in b"".join(under(tmp_path / "pseudonyms").values())


def test_the_formats_are_listed(standpunkt: Run) -> None:
    out = standpunkt("export", "--formats").out
    for name, form in FORMATS.items():
        assert name in out
        assert form.help in out


# ------------------------------------------------------------------ what is refused


def refused(standpunkt: Run, folder: Path, *words: object) -> str:
    """The one line, and nothing written."""
    before = under(folder)
    error = standpunkt("export", *words).error
    assert under(folder) == before
    return error


def test_an_unknown_format_names_the_near_one(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    error = refused(standpunkt, tmp_path, "--study", study.folder, "--to", "xslx", "-o", tmp_path / "out")
    assert '"xslx" is no format, expected long, wide, xlsx' in error
    assert 'did you mean "xlsx"?' in error


def test_an_unknown_layer_and_an_unknown_what_are_one_line(
    standpunkt: Run, study: Study, tmp_path: Path
) -> None:
    out = ("-o", tmp_path / "out")
    error = refused(standpunkt, tmp_path, "--study", study.folder, "--layer", "functoin", *out)
    assert '"functoin" is no layer of kommentar-core 1.0.0' in error
    assert 'did you mean "function"?' in error
    error = refused(standpunkt, tmp_path, "--study", study.folder, "--what", "golds", *out)
    assert '"golds": expected annotations, gold or predictions' in error


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  - id: function\n", "  - id: satzart\n", 'the layer "function" is not in kommentar-core 9.0.0'),
        ("- id: forecast\n", "- id: forecasts\n", '"forecast" in the layer "function" is not in kommentar-core'),
        ("- id: tempolimit\n", "- id: tempo\n", '"tempolimit" in the layer "stance" is not in kommentar-core'),
    ],
)  # fmt: skip
def test_rows_of_another_version_of_the_codebook_are_refused(
    standpunkt: Run, study: Study, tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = study.codebook_path.read_text("utf-8")
    assert old in text
    changed = re.sub(r"(?m)^version: .*$", "version: 9.0.0", text.replace(old, new))
    study.codebook_path.write_text(changed, "utf-8")
    error = refused(standpunkt, tmp_path, "--study", study.folder, "-o", tmp_path / "out")
    assert words in error
    assert "(the row is of version 1.0.0)" in error


def test_a_folder_with_something_in_it_is_left_alone(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    error = refused(standpunkt, tmp_path, "--study", study.folder, "-o", tmp_path / "out")
    assert "out: is not empty, nothing was written: name another folder with -o, or delete it" in error
    assert standpunkt("export", "--study", study.folder).code == 0
    again = standpunkt("export", "--study", study.folder).error
    assert "annotations-long: is not empty" in again


def test_a_missing_extra_says_how_to_install_it(
    standpunkt: Run, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for to, module in EXTRAS.items():
        if to in FORMATS:
            monkeypatch.setitem(sys.modules, module, None)  # type: ignore[arg-type]
            words = ("--study", study.folder, "--to", to, "-o", tmp_path / "out")
            assert "pip install" in refused(standpunkt, tmp_path, *words)


def test_rows_that_are_not_there_yet_name_the_verb_that_makes_them(
    standpunkt: Run, study: Study, tmp_path: Path
) -> None:
    words = ("--study", study.folder, "-o", tmp_path / "out", "--what")
    assert "run `standpunkt adjudicate` first" in refused(standpunkt, tmp_path, *words, "gold")
    assert "run `standpunkt prelabel` first" in refused(standpunkt, tmp_path, *words, "predictions")


# ------------------------------------------------------------------ texts put back


@pytest.fixture
def without_text(standpunkt: Run, study: Study, tmp_path: Path) -> Path:
    ran = standpunkt(
        "export", "--study", study.folder, "--to", "wide", "--without-text", "-o", tmp_path / "bare"
    )
    assert ran.code == 0, ran.err
    return tmp_path / "bare"


def test_texts_come_back_from_the_files_they_were_split_from(
    standpunkt: Run, study: Study, tmp_path: Path, without_text: Path
) -> None:
    report: Any = standpunkt("rehydrate", without_text, "--texts", study.commentary_folder, "--json").json
    assert list(report) == [
        "output",
        "files",
        "sentences",
        "restored",
        "moved",
        "differ",
        "missing",
        "failed",
    ]
    assert report["restored"] == report["sentences"] == 114
    standpunkt("export", "--study", study.folder, "--to", "wide", "-o", tmp_path / "full")
    assert under(Path(report["output"])) == under(tmp_path / "full")


def test_a_text_that_is_missing_or_was_changed_is_named_and_nothing_is_written(
    standpunkt: Run, study: Study, tmp_path: Path, without_text: Path
) -> None:
    files = sorted(study.commentary_folder.glob("*.txt"))
    text = files[1].read_text("utf-8")
    files[0].unlink()
    first = next(row for row in table(study_sentences(study, tmp_path)) if row["text"] in text)
    files[1].write_text(text.replace(first["text"], first["text"] + " Dazugekommen!", 1)[:-40], "utf-8")
    words = ("rehydrate", without_text, "--texts", study.commentary_folder, "-o", tmp_path / "full")
    ran = standpunkt(*words, "--json")
    report = ran.json
    assert ran.code == 1
    assert report["files"] == []
    assert report["missing"]
    assert report["differ"]
    assert report["moved"]
    assert not (tmp_path / "full").exists()
    assert f"{len(report['missing'])} sentences are of a commentary that is not among the texts" in ran.err
    assert "nothing was written; --partial writes the others" in ran.err
    part = standpunkt(*words, "--partial")
    assert part.code == 0
    assert f"{report['restored']} of 114 sentences with the text put back" in part.err
    rows = table(tmp_path / "full" / "sentences.csv")
    assert sum(not row["text"] for row in rows) == 114 - report["restored"]


def study_sentences(study: Study, tmp_path: Path) -> Path:
    path = tmp_path / "saetze.csv"
    rows = [json.loads(line) for line in study.sentences.read_text("utf-8").splitlines()]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["text"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_of_one_file_gets_its_texts_back_beside_it(
    standpunkt: Run, study: Study, tmp_path: Path
) -> None:
    standpunkt("export", "--study", study.folder, "--without-text", "-o", tmp_path / "studie.csv")
    ran = standpunkt("rehydrate", tmp_path / "studie.csv", "--texts", study.commentary_folder)
    assert ran.code == 0, ran.err
    assert (tmp_path / "studie-with-text.csv").exists()
    assert "text" in table(tmp_path / "studie-with-text-sentences.csv")[0]


def test_an_export_that_has_its_texts_is_refused(standpunkt: Run, study: Study, tmp_path: Path) -> None:
    standpunkt("export", "--study", study.folder, "-o", tmp_path / "full")
    error = standpunkt("rehydrate", tmp_path / "full", "--texts", study.commentary_folder).error
    assert "full: holds no rehydrate.json.gz, expected an export made with" in error


def test_texts_of_something_else_are_one_line(
    standpunkt: Run, study: Study, tmp_path: Path, without_text: Path
) -> None:
    (tmp_path / "fremd.txt").write_text("Ein anderer Text. Er hat zwei Sätze.", "utf-8")
    error = standpunkt("rehydrate", without_text, "--texts", tmp_path / "fremd.txt").error
    assert "114 sentences are of a commentary that is not among the texts" in error
    assert "nothing was written: none of its texts was found" in error
