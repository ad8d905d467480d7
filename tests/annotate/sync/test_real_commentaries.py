"""The whole loop on ten real commentaries, where their file lies beside the project."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from running import Ran, shared
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Commentary, Sentence
from schemas.studio_json import to_result

FILE = "data/commentaries/portnikov-2025-10.txt"
CODINGS = "data/commentaries/portnikov-coded60.jsonl"
Run = Callable[..., Ran]


def test_split_finds_ten_commentaries_with_title_author_and_date(standpunkt: Run, tmp_path: Path) -> None:
    ran = standpunkt("split", shared(FILE), "--json", "--commentaries", tmp_path / "c.jsonl")
    assert ran.code == 0, ran.err
    assert ran.json["commentaries"] == 10
    found = list(read_jsonl(tmp_path / "c.jsonl", Commentary))
    assert all(c.title and c.author == "Vitaly Portnikov" and c.date for c in found)


def sixty(commentaries: list[Commentary], sentences: list[Sentence], whole: str) -> dict[str, dict[str, Any]]:
    """The codings by sentence: their offsets count in the whole file, ours in the commentary."""
    starts = {}
    at = 0
    for c in commentaries:
        at = whole.index(c.text.strip()[:200], at)
        starts[c.commentary_id] = at - (len(c.text) - len(c.text.lstrip()))
    place = {(starts[s.commentary_id] + s.start, starts[s.commentary_id] + s.end): s for s in sentences}
    rows = [json.loads(line) for line in shared(CODINGS).read_text("utf-8").splitlines()]
    return {place[row["start"], row["end"]].sentence_id: row["proposed"] for row in rows}


@pytest.mark.studio
@pytest.mark.slow
@pytest.mark.usefixtures("kept_vectors")
def test_the_whole_loop_runs_on_them(
    standpunkt: Run, tmp_path: Path, server: LocalStudio, demo: dict[str, Any]
) -> None:
    file = shared(FILE)
    folder = tmp_path / "echt"
    assert (
        standpunkt(
            "init", folder, "--targets", "ziele-ukraine", "--annotators", "anna", "--name", "echt"
        ).code
        == 0
    )
    (folder / "commentaries" / file.name).write_bytes(file.read_bytes())
    assert standpunkt("split", "--study", folder).code == 0
    study = open_study(folder)
    sentences = list(read_jsonl(study.sentences, Sentence))
    commentaries = list(read_jsonl(study.commentaries, Commentary))
    pushed = standpunkt("push", "--study", folder, "--json").json
    assert pushed["created"] == len(sentences)

    model = demo["train"]["model_dir"]
    labelled = standpunkt("prelabel", "-m", model, "--study", folder, "--json")
    assert labelled.code == 0, labelled.err
    assert labelled.json["created"] > 0
    assert "stance__tempolimit" in labelled.json["not_shared"]

    codings = sixty(commentaries, sentences, file.read_text("utf-8"))
    assert len(codings) == 60
    studio = Studio(server.url, server.token)
    book = study.codebook()
    project = pushed["projects"][0]["project"]
    for task in studio.tasks(project):
        if coding := codings.get(task.data["sentence_id"]):
            layers = {k: v for k, v in coding.items() if k != "no_target" and v != []}
            studio.create_annotation(task.id, to_result(layers, book))

    pulled = standpunkt("pull", "--study", folder, "--json").json
    assert (pulled["annotations"], pulled["incomplete"], pulled["invalid"]) == (60, 0, 0)
    rows = {row.sentence_id: row for row in read_jsonl(study.annotations, Annotation)}
    for sentence_id, coding in codings.items():
        stance = rows[sentence_id].layers["stance"]
        assert isinstance(stance, dict)
        assert {t: c for t, c in stance.items() if c != "unrelated"} == coding["stance"]
        assert len(stance) == 5
        assert sorted(rows[sentence_id].layers["rhetoric"]) == sorted(coding["rhetoric"])  # type: ignore[arg-type]

    alone = standpunkt("agree", "--study", folder)
    assert alone.code == 1
    assert len(alone.err.strip().splitlines()) == 1
    assert standpunkt("adjudicate", "--study", folder).code == 0
    assert standpunkt("train", "--study", folder, "--json").code == 0
    again = standpunkt("prelabel", "-m", model, "--study", folder, "--json").json
    assert again["withheld"]["already coded"] == 60
