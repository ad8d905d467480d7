"""The demo's study as it is once its codings were pulled, without any server."""

import json
import re
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from annotate.demo.material import ANNOTATORS, CODEBOOK, TARGETS, codings, copy_commentaries
from annotate.study.folder import Study, init_study
from annotate.study.split import split_study
from annotate.sync.tasks import study_rows
from running import ROOT
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import UNRELATED, Annotation, GoldSentence, Sentence
from schemas.studio_json import to_result

PIECES = 6  # of the demo's twelve on the war: enough sentences to train on


def some_pieces() -> str:
    """The file of the war's first pieces."""
    text = (ROOT / "annotate" / "demo" / "commentaries" / "krieg.txt").read_text("utf-8")
    starts = [match.start() for match in re.finditer(r"^.* \| .*\d{4}\.$", text, re.M)]
    return text[: starts[PIECES]]


def coded_study(folder: Path, *, only: str = "", targets: str | Path = TARGETS) -> Study:
    """All commentaries of the demo, or those of files named so (a pattern), coded by both of its annotators."""
    study = init_study(folder, codebook=CODEBOOK, targets=targets, annotators=ANNOTATORS, name="demo")
    copy_commentaries(study.commentary_folder)
    for path in study.commentary_folder.iterdir():
        if not re.search(only, path.name):
            path.unlink()
    split_study(study)
    book = study.codebook()
    sentences = list(read_jsonl(study.sentences, Sentence))
    rows = [
        Annotation(
            sentence_id=sentence.sentence_id,
            commentary_id=sentence.commentary_id,
            annotator=name,
            codebook=book.codebook,
            codebook_version=book.version,
            phase="main",
            layers={**layers, "stance": dict.fromkeys(book.target_ids, UNRELATED) | layers.get("stance", {})},
            lead_time=4.5,
            created_at="2026-10-01T10:00:00Z",
        )
        for name in ANNOTATORS
        for given in [codings(name)]
        for sentence in sentences
        if sentence.sentence_id in given
        for layers in [dict(given[sentence.sentence_id].layers)]
    ]
    write_jsonl(study.annotations, rows)
    return study


def write_export(study: Study, path: Path, *people: str) -> None:
    """What these people coded, as an export of one Label Studio project: its JSON."""
    book, rows = study.codebook(), list(read_jsonl(study.annotations, Annotation))
    given = {(row.annotator, row.sentence_id): row.layers for row in rows}
    tasks = [
        {
            "id": number, "project": 1, "data": asdict(row), "predictions": [], "drafts": [],
            "annotations": [
                {
                    "id": 10 * number + by, "completed_by": by, "was_cancelled": False, "lead_time": 4.5,
                    "created_at": "2026-10-01T10:00:00Z", "result": to_result(given[name, row.sentence_id], book),
                }
                for by, name in enumerate(ANNOTATORS, 1)
                if name in people and (name, row.sentence_id) in given
            ],
        }
        for number, row in enumerate(study_rows(study), 1)
    ]  # fmt: skip
    path.write_text(json.dumps([task for task in tasks if task["annotations"]], ensure_ascii=False), "utf-8")


#: The screen of a project that somebody made by hand; its words are labels of the demo's codebook.
SCREEN = """<View><Text name="satz" value="$satz"/>
<Choices name="Satzart" toName="satz">{function}</Choices>
<Choices name="stimme" toName="satz">{voice}</Choices>
<Choices name="mittel" toName="satz" choice="multiple">{rhetoric}</Choices></View>
"""


CONTROLS = {"Satzart": "function", "stimme": "voice", "mittel": "rhetoric"}


def write_project_made_by_hand(study: Study, folder: Path) -> None:
    """``screen.xml`` and ``export.json`` of such a project: sentences and codings of six commentaries of the study."""
    book = study.codebook()
    labels = {layer.id: {code.id: book.say(code.label) for code in layer.codes} for layer in book.layers}
    options = {
        name: "".join(f'<Choice value="{label}"/>' for label in codes.values())
        for name, codes in labels.items()
    }
    (folder / "screen.xml").write_text(SCREEN.format(**options), "utf-8")
    rows = list(read_jsonl(study.annotations, Annotation))
    first = list(dict.fromkeys(row.commentary_id for row in rows))[:6]  # `look` tries a model from five on
    codings: dict[str, list[Annotation]] = {}
    for row in rows:
        if row.commentary_id in first:
            codings.setdefault(row.sentence_id, []).append(row)
    tasks = [
        {
            "id": number,
            "data": {"satz": sentence.text, "artikel": sentence.commentary_id},
            "annotations": [
                {
                    "id": 10 * number + by, "completed_by": by,
                    "result": [chosen(control, row.layers.get(layer), labels[layer]) for control, layer in CONTROLS.items()],
                }
                for by, row in enumerate(codings[sentence.sentence_id], 1)
            ],
        }
        for number, sentence in enumerate(read_jsonl(study.sentences, Sentence), 1)
        if sentence.sentence_id in codings
    ]  # fmt: skip
    (folder / "export.json").write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")


def chosen(control: str, codes: Any, labels: dict[str, str]) -> dict[str, Any]:
    """A result of a control, as Label Studio stores it."""
    names = [labels[code] for code in ([codes] if isinstance(codes, str) else codes or [])]
    return {"from_name": control, "to_name": "satz", "type": "choices", "value": {"choices": names}}


def gold_study(folder: Path) -> Study:
    """The same with gold made of one of its coders."""
    study = coded_study(folder)
    texts = {s.sentence_id: s.text for s in read_jsonl(study.sentences, Sentence)}
    rows = [
        GoldSentence(
            sentence_id=row.sentence_id, commentary_id=row.commentary_id, text=texts[row.sentence_id], layers=row.layers
        )
        for row in read_jsonl(study.annotations, Annotation)
        if row.annotator == ANNOTATORS[0]
    ]  # fmt: skip
    write_jsonl(study.gold, rows)
    return study
