"""Small studies made at random: texts of one pattern, annotators with habits, a model that suggests."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from annotate.study.folder import Study, init_study
from schemas.jsonl import write_jsonl
from schemas.records import (
    Annotation,
    Assignment,
    Block,
    Commentary,
    GoldSentence,
    Layers,
    Sentence,
    SuggestionSnapshot,
)

TEXTS, SIZE = 14, 8
#: How many places a sentence may name: with few of them long studies repeat their sentences.
PLACES = 999
TARGET = "tempolimit"
_SAID = {
    "claim": "Das Tempolimit {0} in Ort {1} allen {2} Leuten.",
    "report": "Im Wald {1} {0} es seit {2} Tagen.",
    "demand": "Man muss es {1} {0} und {2} ändern.",
}
_VERBS = {"claim": ("nützt", "hilft"), "report": ("regnet", "schneit"), "demand": ("wollen", "prüfen")}
CODEBOOK = """
codebook: probe
version: 1.0.0
language: de
targets:
  - id: tempolimit
    type: policy
    question: {de: "Soll ein Tempolimit gelten?", en: "Should there be a speed limit?"}
layers:
  - id: function
    kind: one
    required: true
    label: {de: "Satzart", en: "Function"}
    codes:
      - {id: report, label: {de: "Bericht", en: "Report"}, use_when: [{de: "Es geschah.",
      en: "It happened."}]}
      - {id: claim, label: {de: "Urteil", en: "Claim"}, avoid_when: [{de: "Es ist nachzuprüfen.",
      en: "It can be checked."}]}
      - {id: demand, label: {de: "Forderung", en: "Demand"}}
  - id: stance
    kind: stance
    required: true
    label: {de: "Haltung", en: "Stance"}
    codes: [{id: favor, label: {de: "Ja", en: "Yes"}}, {id: against, label: {de: "Nein", en: "No"}}]
  - id: rhetoric
    kind: set
    required: true
    exclusive: [none]
    label: {de: "Mittel", en: "Devices"}
    codes:
      - {id: irony, label: {de: "Ironie", en: "Irony"}}
      - {id: attack, label: {de: "Abwertung", en: "Attack"}}
      - {id: none, label: {de: "Keine", en: "None"}}
"""


def make_study(
    folder: Path,
    people: tuple[str, ...] = ("anna", "ben", "cara"),
    *,
    suggests: bool = True,
    control: bool = True,
    with_gold: bool = True,
    versions: tuple[str, ...] = ("1.0.0",),
    mark: str = "",
) -> Study:
    """A study; a third of its commentaries are drawn to be coded without suggestions where there are any.

    ``mark`` stands in every sentence, author and title.
    """
    study = init_study(folder, codebook="kommentar-core", targets=None, annotators=[*people], name="probe")
    study.codebook_path.write_text(CODEBOOK, "utf-8")
    rng = random.Random(5)
    sentences, commentaries, assignments, rows, gold = [], [], [], [], []
    for text in range(TEXTS):
        name, words, offset = f"k{text:02}", [], 0
        without = not suggests or (control and text % 3 == 0)
        for n in range(SIZE):
            code = rng.choice([*_SAID])
            verb = rng.choice(_VERBS[code])
            said = mark + _SAID[code].format(verb, rng.randrange(PLACES), rng.randrange(99))
            words.append(said)
            sentence = Sentence(
                sentence_id=f"{name}:{n}", commentary_id=name, index=n, start=offset, end=offset + len(said),
                text=said, kind="sentence", continues=False, chain_id=None, block=0,
            )  # fmt: skip
            offset += len(said) + 1
            sentences.append(sentence)
            stance = "unrelated" if code == "report" else "favor" if text % 2 else "against"
            true: Layers = {
                "function": code, "stance": {TARGET: stance}, "rhetoric": ["irony"] if n % 4 == 0 else ["none"],
            }  # fmt: skip
            if text < TEXTS - 1:  # the last is coded by nobody
                gold.append(
                    GoldSentence(
                        sentence_id=sentence.sentence_id, commentary_id=name, index=n, text=said, before="", after="",
                        author=f"Autor {text % 4}", date=None, layers=true, test=text % 7 == 3,
                    )
                )  # fmt: skip
                shown = {**true, "function": rng.choice([*_SAID])}
                for who in people:
                    rows.append(_coded(rng, who, sentence, true, None if without else shown, versions, n))
                    assignments.append(
                        Assignment(sentence_id=sentence.sentence_id, annotator=who, suggest=not without)
                    )
        commentaries.append(
            Commentary(
                commentary_id=name, title=f"{mark}Titel {text}", author=f"{mark}Autor {text % 4}",
                date=_day(text), outlet="Blatt", text=" ".join(words), flags=["no_title"] if not text else [],
                blocks=[Block(kind="paragraph", start=0, end=offset - 1)],
                original_language="en" if text == 1 else None,
            )
        )  # fmt: skip
    write_jsonl(study.sentences, sentences)
    write_jsonl(study.commentaries, commentaries)
    write_jsonl(study.assignments, assignments)
    write_jsonl(study.annotations, rows)
    if with_gold:
        write_jsonl(study.gold, gold)
    return study


def _coded(
    rng: random.Random,
    who: str,
    sentence: Sentence,
    true: Layers,
    shown: Layers | None,
    versions: tuple[str, ...],
    n: int,
) -> Annotation:
    """What somebody coded, who errs now and then and takes half of what is suggested."""
    layers: dict[str, Any] = dict(true)
    if rng.random() < 0.2:
        layers["function"] = rng.choice([*_SAID])
    if rng.random() < 0.15:
        layers["rhetoric"] = ["attack"]
    if shown is not None and rng.random() < 0.5:
        layers["function"] = shown["function"]
    number = int(sentence.commentary_id[1:])
    return Annotation(
        sentence_id=sentence.sentence_id,
        commentary_id=sentence.commentary_id,
        annotator=who,
        codebook="probe",
        codebook_version=versions[number % len(versions)],
        phase="main",
        layers=layers,
        suggested=shown
        and SuggestionSnapshot(model_version="probe-1", layers={"function": shown["function"]}),
        lead_time=10.0 + n,
        created_at=f"{_day(31 + number)}T10:{n:02}:00Z",
        updated_at=f"{_day(31 + number)}T10:{n:02}:00Z",
    )


def _day(number: int) -> str:
    return (date(2026, 1, 1) + timedelta(days=number)).isoformat()
