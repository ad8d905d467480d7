"""A file of predictions beside a model (`train --with`, `tag --with`), and in its place (`tag --predictions`)."""

import csv
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from annotate.cli import app
from annotate.demo.material import copy_commentaries
from coded_study import gold_study
from language_model import good_answer, language_model, sentences_of
from running import Ran
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence

Run = Callable[..., Ran]


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def run(*words: object) -> None:
    """Runs a verb where no test is yet."""
    ran = CliRunner().invoke(app, [str(word) for word in words])
    assert ran.exit_code == 0, ran.output


pytestmark = pytest.mark.slow  # the study is trained on twice


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's study with gold, what a language model says of it that is right in four of five, and models.

    ``said.jsonl`` is never calibrated. ``strict`` was trained with it, ``lax`` falls back without.
    """
    made = gold_study(tmp_path_factory.mktemp("study"))
    truth = {row.text: row.layers for row in read_jsonl(made.gold, GoldSentence)}

    def script(body: dict[str, Any], n: int) -> str:
        text = sentences_of(body)[0]
        answer, rng = good_answer(body), random.Random(text)
        known = {name: value for name, value in truth[text].items() if name in answer}
        return json.dumps(answer | {name: value for name, value in known.items() if rng.random() < 0.8})

    folder, said = made.folder, made.folder / "said.jsonl"
    with language_model(script) as server:
        run("zeroshot", "--study", folder, "--endpoint", server.url, "-m", "m", "-o", said, "--parallel", 20,
            "--layers", "voice,function,stance")  # fmt: skip
    book = made.codebook_path
    for name, choice in (("strict", "refuse"), ("lax", "fall-back")):
        run("train", "--gold", made.gold, "--codebook", book, "--encoder", "none", "--no-evaluate",
            "--with", said, "--if-missing", choice, "-o", folder / name)  # fmt: skip
    return folder


@pytest.fixture
def pieces(study: Path) -> list[Path]:
    return sorted((study / "commentaries").glob("*.txt"))[:2]


def test_training_says_which_layers_take_the_file_and_what_it_is_worth(
    standpunkt: Run, study: Path, tmp_path: Path
) -> None:
    words = [
        "train", "--gold", study / "data" / "gold.jsonl", "--codebook", study / "codebook.yaml", "--encoder", "none",
        "--no-evaluate", "--with", study / "said.jsonl", "-o", tmp_path / "m",
    ]  # fmt: skip
    told = " ".join(standpunkt(*words).out.split())
    version = rows_of(study / "said.jsonl")[0]["model_version"]
    assert f"voice: takes {version}: macro-F1" in told
    assert "new pieces need such predictions too: zeroshot, then tag --with FILE" in told
    report = standpunkt(*words, "--json").json
    stacked = report["stacked"]
    assert stacked["predictions"] == version
    assert set(stacked["layers"]) | set(stacked["left_out"]) == {"voice", "function", "stance", "rhetoric"}
    assert "too few to learn from: 0 answers" in stacked["left_out"]["rhetoric"]
    assert json.loads((tmp_path / "m" / "model.json").read_text("utf-8"))["stacked"] == stacked
    card = (tmp_path / "m" / "MODEL_CARD.md").read_text("utf-8")
    assert version in card


def test_without_the_file_a_strict_model_refuses(standpunkt: Run, study: Path, pieces: list[Path]) -> None:
    said = standpunkt("tag", *pieces, "-m", study / "strict").error
    assert "needs them for new pieces: give them with `tag --with FILE`" in said
    assert (
        "needs them"
        in standpunkt("evaluate", study / "strict", "--gold", study / "data" / "gold.jsonl").error
    )


def test_without_the_file_a_lax_model_is_another_and_says_so(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path
) -> None:
    ran = standpunkt("tag", *pieces, "-m", study / "lax", "-o", tmp_path / "p.jsonl")
    assert ran.code == 0
    (line,) = ran.err.strip().splitlines()
    assert line.startswith("note: no --with FILE, so ")
    both = standpunkt(
        "tag", *pieces, "-m", study / "lax", "--with", study / "said.jsonl", "-o", tmp_path / "q.jsonl"
    )
    assert (both.code, both.err) == (0, "")
    versions = [rows_of(tmp_path / name)[0]["model_version"] for name in ("p.jsonl", "q.jsonl")]
    meta = json.loads((study / "lax" / "model.json").read_text("utf-8"))
    assert versions == [meta["stacked"]["without"], meta["model_version"]]


def test_with_the_file_more_is_right(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path
) -> None:
    gold = {row.sentence_id: row.layers for row in read_jsonl(study / "data" / "gold.jsonl", GoldSentence)}
    standpunkt(
        "tag", *pieces, "-m", study / "strict", "--with", study / "said.jsonl", "-o", tmp_path / "p.jsonl"
    )
    found = rows_of(tmp_path / "p.jsonl")
    said = {row["sentence_id"]: row for row in rows_of(study / "said.jsonl")}
    right = [row["layers"]["voice"]["code"] == gold[row["sentence_id"]]["voice"] for row in found]
    alone = [
        said[row["sentence_id"]]["layers"]["voice"]["code"] == gold[row["sentence_id"]]["voice"]
        for row in found
    ]
    assert sum(right) > sum(alone)


@pytest.mark.parametrize(("model", "code"), [("strict", 1), ("lax", 0)])
def test_a_sentence_that_the_file_lacks_is_refused_or_answered_alone(
    standpunkt: Run, study: Path, tmp_path: Path, model: str, code: int
) -> None:
    new = tmp_path / "neu.txt"
    new.write_text(
        "Der Titel | Erika Beispiel. 23.10.2025.\n\nDas steht noch nirgends. Dies auch nicht.\n", "utf-8"
    )
    ran = standpunkt(
        "tag", new, "-m", study / model, "--with", study / "said.jsonl", "-o", tmp_path / "p.jsonl"
    )
    assert ran.code == code
    assert ("has no row of the sentence" in ran.err) == bool(code)
    assert ("and of 1 more" in ran.err) == bool(code)


def test_one_sentence_that_the_file_lacks_is_one(standpunkt: Run, study: Path, tmp_path: Path) -> None:
    new = tmp_path / "neu.txt"
    new.write_text("Das steht noch nirgends.\n", "utf-8")
    said = standpunkt("tag", new, "-m", study / "strict", "--with", study / "said.jsonl").error
    assert "; run `zeroshot` on these texts" in said
    assert "more" not in said


def test_another_codebook_begins_a_folder_of_a_file_anew(
    standpunkt: Run, study: Path, tmp_path: Path
) -> None:
    copy_commentaries(tmp_path / "texte")
    book = Path(shutil.copy(study / "codebook.yaml", tmp_path))
    words = ("tag", tmp_path / "texte", "--predictions", study / "said.jsonl", "--codebook", book, "--to", "html",
             "-o", tmp_path / "site")  # fmt: skip
    standpunkt(*words)
    assert "already finished: " in standpunkt(*words).err
    book.write_text(book.read_text("utf-8").replace("Kernfassung", "Andere Fassung"), "utf-8")
    ran = standpunkt(*words)
    assert (ran.code, "already finished: " in ran.err) == (0, False)


def test_a_file_that_workers_cannot_use_is_one_line(standpunkt: Run, study: Path, tmp_path: Path) -> None:
    copy_commentaries(tmp_path / "texte")
    row = rows_of(study / "said.jsonl")[0]
    twice = tmp_path / "twice.jsonl"
    twice.write_text(f"{json.dumps(row)}\n{json.dumps(row)}\n", "utf-8")
    words = ("tag", tmp_path / "texte", "--predictions", twice, "--study", study, "-o", tmp_path / "p.jsonl")
    one, two = (standpunkt(*words, "--workers", n).error for n in (1, 2))
    assert "twice.jsonl:2: has a second row of the sentence" in one
    assert two == one


@pytest.mark.parametrize("choice", ["none", "top", "all"])
def test_reasons_of_a_file_are_left_out_where_none_are_asked_for(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path, choice: str
) -> None:
    own, again = tmp_path / "own.jsonl", tmp_path / "again.jsonl"
    standpunkt("tag", *pieces, "-m", study / "lax", "-o", own)
    standpunkt("tag", *pieces, "--predictions", own, "--study", study, "-o", again, "--reasons", choice)
    assert any(row["reasons"] for row in rows_of(own))
    assert [row["reasons"] for row in rows_of(again)] == [
        {} if choice == "none" else row["reasons"] for row in rows_of(own)
    ]


def test_the_file_of_another_model_is_refused(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text((study / "said.jsonl").read_text("utf-8").replace('"llm-m-', '"llm-n-'), "utf-8")
    said = standpunkt("tag", *pieces, "-m", study / "strict", "--with", other).error
    assert "holds the predictions of llm-n-" in said
    assert "run `zeroshot` as before, or train again" in said


def test_a_model_that_takes_no_file_is_given_none(
    standpunkt: Run, study: Path, model: Path, pieces: list[Path], tmp_path: Path
) -> None:
    own = tmp_path / "own.jsonl"
    text = tmp_path / "text.txt"
    text.write_text("Das Tempolimit nützt allen, und zwar hier.", "utf-8")
    standpunkt("tag", text, "-m", model, "-o", own)
    assert "was trained without predictions" in standpunkt("tag", text, "-m", model, "--with", own).error


def test_rows_of_a_model_of_ones_own_are_no_evidence(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path
) -> None:
    standpunkt("tag", *pieces, "-m", study / "lax", "-o", tmp_path / "own.jsonl")
    said = standpunkt(
        "train", "--gold", study / "data" / "gold.jsonl", "--codebook", study / "codebook.yaml", "--with",
        tmp_path / "own.jsonl", "-o", tmp_path / "m",
    ).error  # fmt: skip
    assert "none of zeroshot" in said


@pytest.mark.parametrize(
    ("choice", "said"), [("fall-back", "is about the predictions of --with"), ("stop", "refuse or fall-back")]
)
def test_what_to_do_without_a_file_is_asked_with_one(
    standpunkt: Run, study: Path, tmp_path: Path, choice: str, said: str
) -> None:
    ran = standpunkt(
        "train", "--gold", study / "data" / "gold.jsonl", "--codebook", study / "codebook.yaml", "--if-missing",
        choice, "-o", tmp_path / "m",
    )  # fmt: skip
    assert ran.code == 2
    assert said in " ".join(ran.err.replace("│", " ").split())


def test_rows_of_a_file_are_written_as_they_are(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path
) -> None:
    book = ("--codebook", study / "codebook.yaml")
    said = {row["sentence_id"]: row for row in rows_of(study / "said.jsonl")}
    ran = standpunkt("tag", *pieces, "--predictions", study / "said.jsonl", *book, "-o", tmp_path / "p.jsonl")
    assert ran.code == 0, ran.err
    found = rows_of(tmp_path / "p.jsonl")
    assert found == [said[row["sentence_id"]] for row in found]
    assert {row["commentary_id"] for row in found} == {
        said[row["sentence_id"]]["commentary_id"] for row in found
    }
    ran = standpunkt("tag", *pieces, "--predictions", study / "said.jsonl", *book, "--to", "csv")
    table = list(csv.DictReader(ran.out.splitlines()))
    assert [row["voice"] for row in table] == [row["layers"]["voice"]["code"] for row in found]
    assert {row["voice__abstained"] for row in table} == {"true"}


def test_pages_of_a_file_are_made_one_by_one_and_as_a_folder(
    standpunkt: Run, study: Path, tmp_path: Path
) -> None:
    given = ("--predictions", study / "said.jsonl", "--study", study, "--to", "html")
    copy_commentaries(tmp_path / "texte")
    (piece, *_) = sorted((tmp_path / "texte").glob("*.txt"))
    ran = standpunkt("tag", piece, *given, "-o", tmp_path / "page.html")
    assert ran.code == 0, ran.err
    version = rows_of(study / "said.jsonl")[0]["model_version"]
    assert version in (tmp_path / "page.html").read_text("utf-8")
    ran = standpunkt("tag", tmp_path / "texte", *given, "-o", tmp_path / "site", "--workers", 2)
    assert ran.code == 0, ran.err
    assert version in (tmp_path / "site" / "index.html").read_text("utf-8")
    again = standpunkt("tag", tmp_path / "texte", *given, "-o", tmp_path / "site")
    assert "already finished: " in again.err
    shutil.copy(study / "said.jsonl", tmp_path / "less.jsonl")
    kept = (tmp_path / "less.jsonl").read_text("utf-8").splitlines()[:-1]
    (tmp_path / "less.jsonl").write_text("\n".join(kept), "utf-8")
    other = standpunkt("tag", tmp_path / "texte", "--predictions", tmp_path / "less.jsonl", *given[2:], "-o",
                       tmp_path / "site")  # fmt: skip
    assert "already finished: " not in other.err
    assert "note: 1 sentence without any answer" in other.err


def test_texts_of_which_the_file_has_no_row_are_an_error(
    standpunkt: Run, study: Path, tmp_path: Path
) -> None:
    new = tmp_path / "neu.txt"
    new.write_text("Das steht noch nirgends. Dies auch nicht.\n", "utf-8")
    ran = standpunkt(
        "tag", new, "--predictions", study / "said.jsonl", "--study", study, "-o", tmp_path / "p.jsonl"
    )
    assert ran.code == 1
    assert "has no row of any of these sentences" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--predictions", "said.jsonl", "-m", "lax"], "leave out -m and --with"),
        (["--predictions", "said.jsonl", "--with", "said.jsonl"], "leave out -m and --with"),
        (["-m", "lax", "--codebook", "codebook.yaml"], "a model has its own"),
    ],
)
def test_what_cannot_be_together_is_wrong_use(
    standpunkt: Run, study: Path, pieces: list[Path], words: list[str], said: str
) -> None:
    ran = standpunkt("tag", *pieces, *(w if w.startswith("-") else study / w for w in words))
    assert ran.code == 2
    assert said in " ".join(ran.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: [], "holds no predictions"),
        (lambda rows: [rows[0], rows[0]], "p.jsonl:2: has a second row of the sentence"),
        (lambda rows: [rows[0], {**rows[1], "model_version": "x"}], "expected those of one model"),
        (lambda rows: [{**rows[0], "codebook": "anders"}], "is of the codebook anders"),
        (lambda rows: [{**rows[0], "layers": {"voice": {"codes": []}}}], "not an answer as models give it"),
        (lambda rows: [{**rows[0], "layers": {"voice": {**rows[0]["layers"]["voice"], "code": "autor"}}}],
         'no code "autor" in voice'),
        (lambda rows: [{**rows[0], "layers": {"stance": {"x": rows[0]["layers"]["voice"]}}}], 'no target "x"'),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_one_line(
    standpunkt: Run, study: Path, pieces: list[Path], tmp_path: Path, change: Callable[[Any], Any], said: str
) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in change(rows_of(study / "said.jsonl"))), "utf-8")
    assert said in standpunkt("tag", *pieces, "--predictions", path, "--study", study).error
