"""What is written for published tasks is what their documentation describes.

The three checks are written from the READMEs that come with the data, not from our writer.
"""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from exports.formats.material import Material, Sources, Splits, gather
from exports.formats.write import write_export
from schemas.codebook import Codebook, load_codebook
from schemas.errors import SettingsError
from schemas.records import GoldSentence

from .conftest import GOLD, Gather, commentaries, sentences

TECHNIQUES = [
    "Appeal_to_Authority",
    "Appeal_to_Popularity",
    "Appeal_to_Values",
    "Appeal_to_Fear-Prejudice",
    "Flag_Waving",
    "Causal_Oversimplification",
    "False_Dilemma-No_Choice",
    "Consequential_Oversimplification",
    "Straw_Man",
    "Red_Herring",
    "Whataboutism",
    "Slogans",
    "Appeal_to_Time",
    "Conversation_Killer",
    "Loaded_Language",
    "Repetition",
    "Exaggeration-Minimisation",
    "Obfuscation-Vagueness-Confusion",
    "Name_Calling-Labeling",
    "Doubt",
    "Guilt_by_Association",
    "Appeal_to_Hypocrisy",
    "Questioning_the_Reputation",
]


def checked_xstance(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The instances by file: "train.jsonl, valid.jsonl, test.jsonl"."""
    found = {}
    ids: set[int] = set()
    types = {"id": int, "question_id": int} | dict.fromkeys(
        ("language", "question", "comment", "label", "author", "topic"), str
    )
    for name in ("train", "valid", "test"):
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for row in rows:
            assert all(type(row[key]) is kind for key, kind in types.items()), row
            assert row["label"] in ("FAVOR", "AGAINST")
            assert row["numerical_label"] in (None, 0, 25, 75, 100)
            assert ("test_set" in row) == (name == "test")  # "Only test.jsonl has this field"
            assert row["comment"]
            assert row["question"]
        ids_here = [row["id"] for row in rows]
        assert len(set(ids_here)) == len(ids_here)
        assert not ids & set(ids_here)
        ids |= set(ids_here)
        found[name] = rows
    return found


def checked_semeval_2016(path: Path) -> list[tuple[str, str, str]]:
    """ "<ID><tab><Target><tab><Tweet><tab><Stance>", stances FAVOR, AGAINST or NONE."""
    head, *lines = path.read_bytes().decode("utf-8").split("\n")
    assert head == "ID\tTarget\tTweet\tStance"
    assert lines.pop() == ""
    rows = [line.split("\t") for line in lines]
    assert all(len(row) == 4 and all(row) for row in rows)
    assert all(row[0].isdigit() and row[3] in ("FAVOR", "AGAINST", "NONE") for row in rows)
    assert len({row[0] for row in rows}) == len(rows)
    return [(row[1], row[2], row[3]) for row in rows]


def checked_semeval_2023(folder: Path, split: str) -> Iterator[tuple[str, list[str]]]:
    """Each labelled paragraph with its techniques.

    "article{ID}.txt, where {ID} is a unique numerical identifier", "the title is on the first row, followed by
    an empty row", "article_id<tab>paragraph_id<tab>technique_1,…,technique_N", "the index of the paragraph
    (starting from 1)", a template with the paragraph's words in the third column.
    """
    texts = {}
    for path in (folder / f"{split}-articles-subtask-3").glob("*"):
        match = re.fullmatch(r"article(\d+)\.txt", path.name)
        assert match
        texts[match[1]] = path.read_bytes().decode("utf-8").split("\n")
        assert texts[match[1]][0]
        assert texts[match[1]][1] == ""
    labels = (folder / f"{split}-labels-subtask-3.txt").read_text("utf-8").splitlines()
    template = (folder / f"{split}-labels-subtask-3.template").read_text("utf-8").splitlines()
    for label, words in zip(labels, template, strict=True):
        article, paragraph, names = label.split("\t")
        assert words.split("\t")[:2] == [article, paragraph]
        text = texts[article][int(paragraph) - 1]
        assert text == words.split("\t")[2]
        assert text.strip()
        techniques = names.split(",") if names else []
        assert set(techniques) <= set(TECHNIQUES)
        yield text, techniques


def split(units: object, tests: object) -> Splits:
    return Splits({"eins": "train", "zwei": "test"}, "")


def of_gold(book: Codebook, rows: list[GoldSentence]) -> Material:
    return gather(Sources("gold", book, rows, sentences(), commentaries()), splitter=split)


def test_x_stance_has_what_is_for_or_against(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of(splitter=split), "xstance", str(tmp_path / "out"))
    found = checked_xstance(tmp_path / "out")
    assert {name: len(rows) for name, rows in found.items()} == {"train": 2, "valid": 0, "test": 0}
    first = found["train"][0]
    assert (first["question"], first["question_id"], first["label"], first["coder"]) == (
        "Soll es eine Maut geben?",
        1,
        "FAVOR",
        "coder1",
    )
    assert "Autorin" not in (tmp_path / "out" / "train.jsonl").read_text("utf-8")
    assert report.left_out["answers stance: unrelated, which x-stance has no name for"] == 1
    assert report.left_out["answers of the layer function, which x-stance has not"] == 3
    assert report.left_out["skipped annotations"] == 1


def test_semeval_2016_calls_what_is_not_touched_none(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(splitter=split), "semeval-stance", str(tmp_path / "out"))
    maut, limit = "Soll es eine Maut geben?", "Soll ein Tempolimit gelten?"
    text = "Die Maut ist überfällig."
    assert checked_semeval_2016(tmp_path / "out" / "train.txt") == [
        (maut, text, "FAVOR"),
        (maut, text, "FAVOR"),
        (limit, text, "NONE"),
    ]
    assert checked_semeval_2016(tmp_path / "out" / "test.txt") == []
    ids = (tmp_path / "out" / "ids.tsv").read_text("utf-8").splitlines()
    assert ids[3] == "3\teins:0\teins\ttempolimit\tcoder2"


def test_a_name_of_the_codebook_counts_before_the_usual_one(book: Codebook, tmp_path: Path) -> None:
    stance = next(layer for layer in book.layers if layer.id == "stance")
    codes = [
        replace(code, maps={"semeval-2016": "NONE"} if code.id == "favor" else {}) for code in stance.codes
    ]
    own = replace(book, layers=[replace(stance, codes=codes) if x is stance else x for x in book.layers])
    write_export(of_gold(own, GOLD), "semeval-stance", str(tmp_path / "out"))
    [(_, _, name)] = checked_semeval_2016(tmp_path / "out" / "train.txt")
    assert name == "NONE"


def test_semeval_2023_has_the_techniques_of_each_sentence(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of("gold", splitter=split), "semeval2023-task3", str(tmp_path / "out"))
    assert list(checked_semeval_2023(tmp_path / "out", "test")) == [
        ("Wer rast, gewinnt ja immer! 🙂", ["Doubt"])
    ]
    assert list(checked_semeval_2023(tmp_path / "out", "train")) == [("Die Maut ist überfällig.", [])]
    assert list(checked_semeval_2023(tmp_path / "out", "dev")) == []
    lines = (tmp_path / "out" / "lines.tsv").read_text("utf-8").splitlines()
    assert lines[1] == "1\t3\teins:0\teins"
    assert "answers rhetoric: figure, which is no technique of the task" not in report.left_out


def test_a_group_without_its_technique_and_a_sentence_not_coded_are_counted(
    book: Codebook, tmp_path: Path
) -> None:
    rows = [
        replace(GOLD[1], layers={"rhetoric": ["figure"]}, undecided=[]),
        replace(GOLD[0], layers={"function": "claim"}, undecided=[]),
    ]
    report = write_export(of_gold(book, rows), "semeval2023-task3", str(tmp_path / "out"))
    assert list(checked_semeval_2023(tmp_path / "out", "train")) == [("Die Maut ist überfällig.", [])]
    assert list(checked_semeval_2023(tmp_path / "out", "test")) == []
    assert report.left_out["answers rhetoric: figure, which is no technique of the task"] == 1
    assert report.left_out["sentences that no layer of techniques was coded in"] == 1


def test_all_techniques_of_the_full_codebook_are_those_of_the_task() -> None:
    shipped = Path(str(files("schemas.codebooks") / "kommentar-full.yaml"))
    codes = [code for layer in load_codebook(shipped).layers for code in layer.codes]
    names = [name for code in codes if isinstance(name := code.maps.get("semeval-2023"), str)]
    assert set(TECHNIQUES) <= set(names)


def test_what_a_model_is_not_sure_of_is_left_out(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(
        material_of("predictions", splitter=split), "semeval2023-task3", str(tmp_path / "out")
    )
    assert list(checked_semeval_2023(tmp_path / "out", "train")) == [("Die Maut ist überfällig.", [])]
    assert report.left_out["answers below their threshold"] == 2


@pytest.mark.parametrize(
    ("to", "layers", "words"),
    [
        ("xstance", ["function"], "x-stance holds stances: no layer that is exported is of the kind stance"),
        ("semeval2023-task3", ["function"], "no code of probe 1.2.0 that is exported is one of the 23 techniques"),
    ],
)  # fmt: skip
def test_a_codebook_without_a_counterpart_is_refused(
    material_of: Gather, tmp_path: Path, to: str, layers: list[str], words: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(words)):
        write_export(material_of("gold", layers=layers), to, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_answers_without_a_counterpart_are_said_where_there_are_no_others(
    book: Codebook, tmp_path: Path
) -> None:
    row = replace(GOLD[1], layers={"stance": {"maut": "unrelated"}}, undecided=[])
    with pytest.raises(
        SettingsError, match="no answer that x-stance has a name for: 1 answers stance: unrel"
    ):
        write_export(of_gold(book, [row]), "xstance", str(tmp_path / "out"))


def test_several_coders_do_not_fit_in_one_line(material_of: Gather, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"annotations cannot be written .* expected gold or predictions"):
        write_export(material_of(), "semeval2023-task3", str(tmp_path / "out"))
