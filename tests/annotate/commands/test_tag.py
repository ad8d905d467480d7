"""`standpunkt tag`: text in, labels out, in every format; one bad file stops nothing."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(
        "Das Tempolimit nützt allen, und zwar hier. Das Tempolimit sei Unfug, sagte Herr Q1 dazu.", "utf-8"
    )
    return path


def test_a_table_for_german_excel_has_semicolons_and_decimal_commas(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    (tmp_path / "texte").mkdir()
    (tmp_path / "texte" / text.name).write_bytes(text.read_bytes())
    for name, source in (("one.csv", text), ("folder.csv", tmp_path / "texte")):
        ran = standpunkt("tag", source, "-m", model, "--to", "csv", "--german", "-o", tmp_path / name)
        assert ran.code == 0, ran.err
        raw = (tmp_path / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbfsentence_id;")
        (first, *_) = csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";")
        assert "," in first["function__score"]
    wrong = standpunkt("tag", text, "-m", model, "--to", "jsonl", "--german")
    assert wrong.code == 2
    assert "is for --to csv" in wrong.err


def test_csv_has_a_row_a_sentence_and_a_column_an_answer(standpunkt: Run, model: Path, text: Path) -> None:
    ran = standpunkt("tag", text, "-m", model, "--to", "csv")
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert ran.code == 0
    assert len(rows) == 2
    assert {"stance__tempolimit", "stance__tempolimit__score", "voice__abstained", "rhetoric"} <= set(rows[0])


def test_a_terminal_shows_whole_sentences_with_answers_in_the_codebook_s_words(
    standpunkt: Run, model: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = standpunkt("tag", text, "-m", model).out.splitlines()
    assert lines[1] == "Stimme · Satzart · Haltung des Autors · Mittel; a question mark: unsure"
    assert lines[3] == "  1  Das Tempolimit nützt allen, und zwar hier."
    assert lines[4].startswith("     Autor") and "tempolimit" in lines[4]
    assert max(map(len, lines)) <= 80


def test_notices_of_many_commentaries_are_one_line_each(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    for n in range(4):
        (tmp_path / f"t{n}.txt").write_bytes(text.read_bytes())
    files = sorted(tmp_path.glob("t?.txt"))
    ran = standpunkt("tag", *files, "-m", model, "--author", "Hans Neu", "-o", tmp_path / "p.jsonl")
    assert [line for line in ran.err.splitlines() if "author" in line] == [
        "note: 4 commentaries: author not in the training data: no stance has a sure direction by words alone"
    ]


def test_the_summary_has_a_row_a_piece(standpunkt: Run, model: Path, text: Path, tmp_path: Path) -> None:
    ran = standpunkt("tag", text, "-m", model, "-o", tmp_path / "p.jsonl", "--summary", tmp_path / "s.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text("utf-8").splitlines()]
    assert ran.code == 0
    assert [row["sentences"] for row in rows] == [2]
    assert set(rows[0]["targets"]) == {"tempolimit", "smartphone"}
    assert rows[0]["model_version"].startswith("probe-")


@pytest.mark.parametrize(("least", "code"), [("0", 0), ("1", 1)])
def test_fail_under_ends_with_1_where_too_little_is_sure(
    standpunkt: Run, model: Path, tmp_path: Path, least: str, code: int
) -> None:
    path = tmp_path / "fremd.txt"
    path.write_text("Quarks zerfallen schwach, Leptonen spüren davon nichts. " * 5, "utf-8")
    ran = standpunkt("tag", path, "-m", model, "-o", tmp_path / "p.jsonl", "--fail-under", least)
    assert ran.code == code
    assert ("coverage" in ran.err) == bool(code)


def test_an_unseen_author_is_noted_in_rows_report_and_words(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    ran = standpunkt("tag", text, "-m", model, "--author", "Hans Neu", "-o", tmp_path / "p.jsonl", "--json")
    report = json.loads(ran.out)
    assert list(report["drift"].values()) == [["unseen_author"]]
    assert json.loads((tmp_path / "p.jsonl").read_text("utf-8").splitlines()[0])["notices"] == [
        "unseen_author"
    ]
    assert "author not in the training data" in ran.err
    known = standpunkt("tag", text, "-m", model, "--author", "Grete Halm", "--json")
    assert json.loads(known.out)["drift"] == {}


def test_a_file_that_cannot_be_read_is_listed_and_stops_nothing(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    (tmp_path / "leer.txt").write_text("", "utf-8")
    ran = standpunkt("tag", tmp_path / "leer.txt", text, "-m", model, "--json")
    report = json.loads(ran.out)
    assert ran.code == 1
    assert report["commentaries"] == 1
    assert "is empty" in report["failed"][0]["reason"]


#: A file of each of the formats that hold several texts, each with one in it.
SEVERAL = {
    "a.rss": "<rss><channel><item><title>T</title><description>Das Tempolimit nützt.</description></item></channel></rss>",
    "b.tei": "<TEI><text><body><p>Das Tempolimit nützt.</p></body></text></TEI>",
    "c.xml": "<dbtplenarprotokoll><rede id='r1'><p>Das Tempolimit nützt.</p></rede></dbtplenarprotokoll>",
    "d.json": '{"articles": [{"text": "Das Tempolimit nützt."}]}',
}  # fmt: skip


@pytest.mark.parametrize("place", ["folder", "archive"])
@pytest.mark.parametrize("verb", ["split", "tag"])
def test_feeds_json_and_xml_are_read_by_both_verbs_also_in_an_archive(
    standpunkt: Run, model: Path, tmp_path: Path, verb: str, place: str
) -> None:
    folder = tmp_path / "texte"
    folder.mkdir()
    for name, content in SEVERAL.items():
        (folder / name).write_text(content, "utf-8")
    (folder / "e.txt").write_text("", "utf-8")
    if place == "archive":
        shutil.make_archive(str(folder), "zip", folder)
    given = folder if place == "folder" else f"{folder}.zip"
    options = ["-m", model] if verb == "tag" else []
    ran = standpunkt(verb, given, *options, "-o", tmp_path / "out.jsonl", "--json")
    report = json.loads(ran.out)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert ran.code == 1
    assert [row["text"] for row in rows] == ["Das Tempolimit nützt."] * 4
    assert [row["input"] for row in report["failed"]] == [f"{given}/e.txt"]


def test_one_sentence_is_tagged_without_the_heavy_libraries(model: Path) -> None:
    # pandas is not among them: scikit-learn imports it by itself where it is installed
    script = (
        "import sys; sys.argv = ['standpunkt', 'tag', '-', '-m', sys.argv[1]]\n"
        "from annotate.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'spacy', 'matplotlib', 'label_studio_sdk'} & set(sys.modules)\n"
        "sys.stderr.write(','.join(sorted(heavy)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(model)], input="Das Tempolimit nützt allen.",
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.count("\n") == 1
    assert ran.stderr == ""


def test_what_people_coded_is_taken_in_where_the_sentence_still_reads_so(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in standpunkt("tag", text, "-m", model).out.splitlines()]
    coded = [
        {"sentence_id": row["sentence_id"], "commentary_id": row["commentary_id"], "text": words,
         "layers": {"voice": "author"}}
        for row, words in zip(rows, (rows[0]["text"], "Früher stand hier anderes."), strict=True)
    ]  # fmt: skip
    checked = tmp_path / "gold.jsonl"
    checked.write_text("\n".join(json.dumps(row) for row in coded), "utf-8")
    page = standpunkt("tag", text, "-m", model, "--to", "html", "-o", "-", "--gold", checked).out
    assert "Nur Geprüftes (1 von 2 Sätzen)" in page


ENGLISH = (
    "Mr. Smith met Dr. Brown in St. Louis on Jan. 5 and they talked. He works for Acme Inc. in Boston, and so does "
    "she. It happened in the U.S. Senate. Use fruit, e.g. apples. See Fig. 3 and No. 5 for what this is about. "
    "The door closed at 5 p.m. Monday. They were not there, but we were."
)


def test_in_an_english_study_tag_and_split_find_the_same_sentences(
    standpunkt: Run, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "study.yaml").write_text("study: s\nlanguage: en\ncodebook: codebook.yaml\n", "utf-8")
    text = tmp_path / "text.txt"
    text.write_text(ENGLISH, "utf-8")
    rows = {}
    for verb in (["split", text, "--language", "en"], ["tag", text, "-m", model, "--study", tmp_path]):
        ran = standpunkt(*verb, "-o", tmp_path / "rows.jsonl")
        assert ran.code == 0, ran.err
        lines = (tmp_path / "rows.jsonl").read_text("utf-8").splitlines()
        rows[verb[0]] = [json.loads(line)["sentence_id"] for line in lines]
    assert len(rows["split"]) == 7
    assert rows["tag"] == rows["split"]


def test_what_is_in_a_language_the_model_does_not_know_is_not_tagged_and_said(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    english = tmp_path / "english.txt"
    english.write_text(ENGLISH, "utf-8")
    ran = standpunkt("tag", text, english, "-m", model, "-o", tmp_path / "p.jsonl", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["commentaries"], report["failed"]) == (0, 1, [])
    [left_out] = report["other_language"]
    assert "in English (en), the model was trained on German (de); not tagged" in left_out["reason"]
    assert left_out["reason"] in ran.err


def test_a_folder_leaves_out_what_is_in_another_language(
    standpunkt: Run, model: Path, text: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "texte"
    folder.mkdir()
    (folder / "a.txt").write_text(text.read_text("utf-8"), "utf-8")
    (folder / "b.txt").write_text(ENGLISH, "utf-8")
    ran = standpunkt("tag", folder, "-m", model, "-o", tmp_path / "p.jsonl", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["commentaries"], len(report["other_language"])) == (0, 1, 1)


def test_nothing_in_the_model_s_language_is_an_error(standpunkt: Run, model: Path, tmp_path: Path) -> None:
    english = tmp_path / "english.txt"
    english.write_text(ENGLISH, "utf-8")
    ran = standpunkt("tag", english, "-m", model, "-o", tmp_path / "p.jsonl")
    assert ran.code == 1
    assert "error: nothing was tagged" in ran.err


def test_a_translation_is_shown_with_its_original(standpunkt: Run, model: Path, tmp_path: Path) -> None:
    ours = (
        "Das Tempolimit nützt allen, und zwar hier und auch dort, wo es noch nicht gilt, und das ist gut so."
    )
    (tmp_path / "original.md").write_text(
        "---\ntitle: Чи буде мир?\nid: oryhinal\nsprache: uk\n---\n\nОбмеження має бути.\n", "utf-8"
    )
    (tmp_path / "text.md").write_text(f"---\ntitle: T\ntranslation_of: oryhinal\n---\n\n{ours}\n", "utf-8")
    page = tmp_path / "seite.html"
    files = [tmp_path / "text.md", tmp_path / "original.md"]
    ran = standpunkt("tag", *files, "-m", model, "--to", "html", "-o", page)
    assert ran.code == 0, ran.err
    assert '<p class="original" lang="uk">Обмеження має бути.</p>' in page.read_text("utf-8")
