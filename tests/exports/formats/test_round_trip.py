"""What is exported as marks in texts is the same after our own import, with the codebook and the map beside it."""

from pathlib import Path
from typing import Any

import pytest

from annotate.study.from_tools import import_study
from annotate.texts.commentaries import read_commentaries
from annotate.texts.readers.jsonl import CommentaryRow as Row
from annotate.texts.sentences import split_commentaries
from exports.formats import FORMATS
from exports.formats.material import Sources, gather
from exports.formats.write import write_export
from exports.readers.tools import read_tools
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Sentence

from .conftest import CODEBOOK, Gather, annotation


def coded(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Sentence and annotator → layers; a set in a fixed order."""
    texts = {row.sentence_id: row.text for row in read_jsonl(path / "data" / "sentences.jsonl", Sentence)}
    return {
        (texts[row.sentence_id], row.annotator): {
            name: sorted(value) if isinstance(value, list) else value for name, value in row.layers.items()
        }
        for row in read_jsonl(path / "data" / "annotations.jsonl", Annotation)
    }


@pytest.mark.parametrize("to", ["refi-qda", "cas", "webanno-tsv"])
def test_our_own_import_finds_the_same_codes_by_sentence_and_person(
    material_of: Gather, tmp_path: Path, to: str
) -> None:
    everything = {
        "function": "claim", "stance": {"maut": "against", "tempolimit": "unrelated"},
        "rhetoric": ["figure", "irony"], "strength": 2, "comment": "zwei\nZeilen | mit_[*] -> \\ und\tTab",
    }  # fmt: skip
    little = {"function": "report", "stance": {"maut": "unrelated", "tempolimit": "favor"}, "rhetoric": []}
    record = Row(
        id="k",
        title="Stück",
        text="Die 🙂 Maut kommt. Wer zahlt?\n\nNiemand \\ weiß:\n- das eine\n- das andere",
    )
    write_jsonl(tmp_path / "k.jsonl", [record])
    ((known, split),) = split_commentaries(read_commentaries([tmp_path / "k.jsonl"]))
    people = {"anna": everything, "berta": little}
    rows = [
        annotation(one.sentence_id, who, layers, commentary_id="k")
        for one in split
        for who, layers in people.items()
    ]
    material = gather(
        Sources(
            "annotations", material_of().codebook, rows, {one.sentence_id: one for one in split}, {"k": known}
        )
    )
    write_export(material, to, str(tmp_path / "out"))
    (tmp_path / "book.yaml").write_text(CODEBOOK, "utf-8")
    read = read_tools([tmp_path / "out" / FORMATS[to].main])
    import_study(
        read,
        tmp_path / "study",
        codebook=tmp_path / "book.yaml",
        map_path=tmp_path / "out" / "import-map.yaml",
    )
    is_memo = to == "refi-qda"  # words are memos there, which an import counts and leaves
    assert coded(tmp_path / "study") == {
        (one.text, who): {
            name: value for name, value in layers.items() if not (is_memo and name == "comment")
        }
        for one in split
        for who, layers in people.items()
    }
