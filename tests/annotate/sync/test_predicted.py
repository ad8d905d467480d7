"""Suggestions from a file of predictions, as `zeroshot` writes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from annotate.label_studio.client import Studio
from annotate.study.folder import open_study
from annotate.sync.predicted import read_predicted
from annotate.sync.suggestions import is_ours
from running import Ran
from schemas.codebook import load_codebook
from schemas.codebooks import shipped_codebook
from schemas.errors import DataError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Sentence

Run = Callable[..., Ran]
BOOK = replace(
    load_codebook(shipped_codebook("kommentar-core")),
    targets=load_codebook(shipped_codebook("ziele-ukraine")).targets,
)


def answer(code: str, *, sure: bool = True) -> dict[str, Any]:
    score = 0.9 if sure else 0.4
    return {"code": code, "score": score, "threshold": 0.7, "abstained": not sure, "scores": {code: score}}


def row(sentence: str = "k:1", *, calibrated: list[str] | None = None, **layers: Any) -> dict[str, Any]:
    return {
        "sentence_id": sentence, "commentary_id": "k", "text": "x", "model_version": "llm-m-0123abcd",
        "codebook": BOOK.codebook, "codebook_version": BOOK.version, "layers": layers,
        "calibrated": list(layers) if calibrated is None else calibrated,
    }  # fmt: skip


def suggested(tmp_path: Path, *rows: dict[str, Any]) -> dict[str, Any]:
    write_jsonl(tmp_path / "p.jsonl", rows)
    found = read_predicted(tmp_path / "p.jsonl", BOOK).suggestions
    return {
        name: one
        and {item["from_name"]: item["value"]["choices"] for item in json.loads(bytes(one.result or b""))}
        for name, one in found.items()
    }


def test_only_what_is_sure_is_suggested(tmp_path: Path) -> None:
    rows = [
        row(voice=answer("author"), function=answer("claim", sure=False)),
        row("k:2", voice=answer("other", sure=False)),
    ]
    assert suggested(tmp_path, *rows) == {"k:1": {"voice": ["author"]}, "k:2": None}


def test_no_target_is_suggested_only_where_every_target_is_sure(tmp_path: Path) -> None:
    all_sure = {target: answer("unrelated") for target in BOOK.target_ids}
    last = BOOK.target_ids[-1]
    found = suggested(
        tmp_path, row(stance=all_sure), row("k:2", stance={**all_sure, last: answer("favor", sure=False)})
    )
    assert found == {"k:1": {"stance__no_target": ["no_target"]}, "k:2": None}


def test_scores_that_nobody_measured_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="never held against coded sentences"):
        suggested(tmp_path, row(calibrated=[], voice=answer("author", sure=False)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codebook": "other"}, "is of the codebook other"),
        ({"model_version": "llm-m-99999999"}, "expected those of one model"),
        ({"layers": {"voice": answer("narrator")}}, "the codebook has no narrator in voice"),
    ],
)
def test_rows_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        suggested(tmp_path, row(voice=answer("author")), {**row("k:2", voice=answer("author")), **change})


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no predictions"):
        suggested(tmp_path)


def test_predictions_of_a_language_model_are_ours_to_replace() -> None:
    assert is_ours("llm-qwen3-8b-0123abcd", "kommentar-core-89abcdef")
    assert not is_ours("somebody-0123abcd", "kommentar-core-89abcdef")


@pytest.mark.studio
@pytest.mark.slow
def test_a_file_is_suggested_in_label_studio(
    standpunkt: Run, study: Path, studio: Studio, tmp_path: Path
) -> None:
    assert standpunkt("push", "--study", study).code == 0
    sentences = list(read_jsonl(open_study(study).sentences, Sentence))
    rows = [
        {**row(s.sentence_id, voice=answer("author")), "commentary_id": s.commentary_id} for s in sentences
    ]
    write_jsonl(tmp_path / "p.jsonl", rows)
    ran = standpunkt("prelabel", "--study", study, "--predictions", tmp_path / "p.jsonl", "--json")
    assert ran.code == 0, ran.err
    first = ran.json
    assert (first["created"], first["model_version"]) == (2 * len(sentences), "llm-m-0123abcd")
    again = standpunkt("prelabel", "--study", study, "--predictions", tmp_path / "p.jsonl", "--json").json
    assert (again["created"], again["unchanged"]) == (0, 2 * len(sentences))
