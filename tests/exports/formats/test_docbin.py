"""spaCy reads its own form back, and trains on it."""

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from exports.formats.material import Splits
from exports.formats.write import write_export
from schemas.errors import SettingsError

from .conftest import Gather


def split(units: object, tests: object) -> Splits:
    return Splits({"eins": "train", "zwei": "validation"}, "")


def docs(path: Path) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("de").vocab))


def test_a_doc_has_the_sentence_its_codes_and_who_coded(material_of: Gather, tmp_path: Path) -> None:
    report = write_export(material_of(splitter=split), "docbin", str(tmp_path / "out"))
    read = docs(tmp_path / "out" / "train.spacy")
    index = (tmp_path / "out" / "docs.tsv").read_text("utf-8").splitlines()
    assert index[2] == "train.spacy\t1\teins:0\teins\tcoder2"
    assert [line.split("\t")[4] for line in index[1:4]] == ["coder1", "coder2", "coder3"]
    doc = read[1]
    assert doc.text == "Die Maut ist überfällig."
    assert [token.text for token in doc] == ["Die", "Maut", "ist", "überfällig", "."]
    assert [sentence.text for sentence in doc.sents] == [doc.text]
    assert {name for name, value in doc.cats.items() if value == 1.0} == {
        "function__report",
        "stance__maut__favor",
        "stance__tempolimit__unrelated",
        "strength__2",
    }
    assert doc.cats["rhetoric__none"] == 0.0
    assert [doc.text for doc in docs(tmp_path / "out" / "dev.spacy")] == ["Wer rast, gewinnt ja immer! 🙂"]
    assert report.left_out["answers of the layer comment, which has no codes"] == 1
    assert report.left_out["skipped annotations"] == 1


def test_a_layer_that_was_not_coded_has_no_category(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of(splitter=split), "docbin", str(tmp_path / "out"))
    first, _, third = docs(tmp_path / "out" / "train.spacy")
    assert not any(name.startswith("stance__tempolimit") for name in first.cats)
    assert list(third.cats) == ["rhetoric__figure", "rhetoric__irony", "rhetoric__none"]


def test_one_layer_of_one_code_is_exclusive(material_of: Gather, tmp_path: Path) -> None:
    for layers, pipe in ((["function"], "textcat"), (["rhetoric"], "textcat_multilabel")):
        out = tmp_path / pipe
        write_export(material_of(splitter=split, layers=layers), "docbin", str(out))
        assert f'pipeline = ["{pipe}"]' in (out / "config.cfg").read_text("utf-8")


def test_what_a_model_is_not_sure_of_has_no_category(material_of: Gather, tmp_path: Path) -> None:
    write_export(material_of("predictions", splitter=split), "docbin", str(tmp_path / "out"))
    [doc] = docs(tmp_path / "out" / "train.spacy")
    assert {name for name, value in doc.cats.items() if value} == {"stance__maut__favor", "strength__2"}


def test_words_alone_are_refused(material_of: Gather, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="docbin holds codes"):
        write_export(material_of(layers=["comment"]), "docbin", str(tmp_path / "out"))


@pytest.mark.slow
@pytest.mark.parametrize("layers", [["function"], []])
def test_spacy_trains_a_step_on_it(material_of: Gather, tmp_path: Path, layers: list[str]) -> None:
    write_export(material_of(splitter=split, layers=layers), "docbin", str(tmp_path / "out"))
    command = [
        sys.executable,
        "-m",
        "spacy",
        "train",
        "config.cfg",
        "--output",
        "model",
        "--training.max_steps",
        "1",
    ]
    done = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    model = spacy.load(tmp_path / "out" / "model" / "model-last")
    assert "function__claim" in model("Die Maut ist überfällig.").cats
