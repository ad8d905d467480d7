"""A small codebook with every kind of layer, two commentaries, and what three people and a model say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exports.formats.material import Material, Sources, What, gather, numbered
from schemas.codebook import Codebook, load_codebook
from schemas.records import Annotation, Block, Commentary, GoldSentence, Sentence

CODEBOOK = """
codebook: probe
version: 1.2.0
language: de
targets:
  - id: maut
    question: {de: "Soll es eine Maut geben?"}
  - id: tempolimit
    question: {de: "Soll ein Tempolimit gelten?"}
layers:
  - id: function
    kind: one
    required: true
    label: {de: "Satzart"}
    codes:
      - {id: report, label: {de: "Bericht"}, maps: {webis-editorials-16: anecdote}}
      - {id: claim, label: {de: "Urteil; „Deutung“"}, maps: {webis-editorials-16: assumption}}
  - id: stance
    kind: stance
    label: {de: "Haltung"}
    no_target: {label: {de: "Kein Ziel"}}
    codes: [{id: favor, label: {de: "Ja"}}, {id: against, label: {de: "Nein"}}]
  - id: rhetoric
    kind: set
    exclusive: [none]
    label: {de: "Mittel"}
    codes: [{id: figure, label: {de: "Bild"}}, {id: irony, label: {de: "Ironie"}, parent: figure, maps: {semeval-2023: Doubt}}, {id: none, label: {de: "Keine"}}]
  - id: strength
    kind: scale
    label: {de: "Stärke"}
    codes: [{id: "1", label: {de: "schwach"}}, {id: "2", label: {de: "stark"}}]
  - id: comment
    kind: text
    label: {de: "Bemerkung"}
"""
TEXTS = {
    "eins": ["Die Maut ist überfällig.", "=Summe, sagen sie."],
    "zwei": ["Wer rast, gewinnt ja immer! 🙂"],
}


@pytest.fixture
def book(tmp_path: Path) -> Codebook:
    path = tmp_path / "codebook.yaml"
    path.write_text(CODEBOOK, "utf-8")
    return load_codebook(path)


def commentaries() -> dict[str, Commentary]:
    found = {}
    for name, texts in TEXTS.items():
        text = " ".join(texts)
        found[name] = Commentary(
            commentary_id=name,
            title=f"Stück {name}",
            author="A. Autorin",
            date="2025-10-01",
            text=text,
            blocks=[Block(kind="paragraph", start=0, end=len(text))],
        )
    return found


def sentences() -> dict[str, Sentence]:
    found = {}
    for name, texts in TEXTS.items():
        start = 0
        for n, text in enumerate(texts):
            found[f"{name}:{n}"] = Sentence(
                sentence_id=f"{name}:{n}", commentary_id=name, index=n, start=start, end=start + len(text),
                text=text, kind="sentence", continues=False, chain_id=None, block=0,
            )  # fmt: skip
            start += len(text) + 1
    return found


def annotation(sentence_id: str, annotator: str, layers: dict[str, object], **more: object) -> Annotation:
    facts = {"codebook": "probe", "codebook_version": "1.2.0", "phase": "main", "lead_time": 2.5}
    facts |= {"commentary_id": sentence_id[:4], **more}
    return Annotation(sentence_id=sentence_id, annotator=annotator, layers=layers, **facts)  # type: ignore[arg-type]


ANNOTATIONS = [
    annotation("zwei:0", "anna", {"function": "claim", "rhetoric": ["irony", "figure"], "comment": "Frag anna@zeitung.de!"}),
    annotation("eins:0", "berta", {"function": "report", "stance": {"maut": "favor", "tempolimit": "unrelated"}, "rhetoric": [], "strength": 2}),
    annotation("eins:0", "anna", {"function": "claim", "stance": {"maut": "favor"}, "rhetoric": ["none"], "strength": 1}),
    annotation("eins:1", "anna", {}, skipped=True),
    annotation("eins:1", "carla@zeitung.de", {"rhetoric": ["none"]}, incomplete=["function"]),
]  # fmt: skip
GOLD = [
    GoldSentence(
        sentence_id=a.sentence_id, commentary_id=a.commentary_id, text=TEXTS[a.commentary_id][int(a.sentence_id[-1])],
        layers=a.layers, probabilities={"function": {"claim": 0.75, "report": 0.25}},
        undecided=["stance__tempolimit"], test=a.commentary_id == "zwei",
    )
    for a in (ANNOTATIONS[0], ANNOTATIONS[2])
]  # fmt: skip
PREDICTIONS = [
    {
        "sentence_id": "eins:0", "commentary_id": "eins", "text": TEXTS["eins"][0], "model_version": "probe-12345678",
        "codebook": "probe", "codebook_version": "1.2.0",
        "layers": {
            "function": {"code": "claim", "score": 0.8, "threshold": 0.9, "abstained": True, "scores": {"claim": 0.8, "report": 0.2}},
            "stance": {"maut": {"code": "favor", "score": 0.7, "threshold": 0.6, "abstained": False, "scores": {"favor": 0.7, "against": 0.1, "unrelated": 0.2}}},
            "rhetoric": {"codes": ["irony"], "scores": {"irony": 0.6, "figure": 0.1, "none": 0.3}, "thresholds": {}, "abstained": ["irony"]},
            "strength": {"code": 2, "score": 0.5, "threshold": 0.1, "abstained": False, "scores": {"1": 0.5, "2": 0.5}},
        },
    }
]  # fmt: skip
ROWS = {"annotations": ANNOTATIONS, "gold": GOLD, "predictions": PREDICTIONS}

Gather = Callable[..., Material]


@pytest.fixture
def material_of(book: Codebook) -> Gather:
    """Gives what is exported; options are those of `gather`, with pseudonyms unless told otherwise."""

    def gathered(what: What = "annotations", **options: object) -> Material:
        sources = Sources(what, book, ROWS[what], sentences(), commentaries())
        pseudonyms = numbered(row.annotator for row in ANNOTATIONS)
        return gather(sources, **{"pseudonyms": pseudonyms, **options})  # type: ignore[arg-type]

    return gathered
