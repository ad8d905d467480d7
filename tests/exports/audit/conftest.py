"""Studies made at random, in which it is known what annotators do with suggestions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from exports.audit.audit import ModelAnswers, audit
from exports.audit.report import AuditReport
from schemas.codebook import Codebook, load_codebook
from schemas.records import Annotation, Assignment, SuggestionSnapshot

CODEBOOK = """
codebook: probe
version: 1.0.0
language: de
layers:
  - id: function
    kind: one
    label: {de: Satzart}
    codes: [{id: report, label: {de: Bericht}}, {id: claim, label: {de: Urteil}}, {id: demand, label: {de: Forderung}}]
  - id: rhetoric
    kind: set
    exclusive: [none]
    label: {de: Mittel}
    codes: [{id: irony, label: {de: Ironie}}, {id: attack, label: {de: Abwertung}}, {id: none, label: {de: Keine}}]
"""
#: With what chance a suggestion is taken unread.
HABITS = {"accepts": 1.0, "leans": 0.5, "ignores": 0.0}


class Study(NamedTuple):
    annotations: list[Annotation]
    assignments: list[Assignment]
    predictions: dict[str, ModelAnswers]


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path = tmp_path_factory.mktemp("codebook") / "codebook.yaml"
    path.write_text(CODEBOOK, "utf-8")
    return load_codebook(path)


def made_study(
    seed: int = 0,
    *,
    habits: Mapping[str, str] = {"anna": "leans", "ben": "leans"},
    texts: int = 30,
    size: int = 15,
    control: float = 0.3,
    attacks: float = 0.1,
) -> Study:
    """Two codes of a sentence, and a model that is right in six of ten; it sees an attack in ``attacks`` more."""
    random = np.random.default_rng(seed)
    codes, devices = ["report", "claim", "demand"], ["irony", "attack"]
    without = {*random.permutation(texts)[: round(control * texts)].tolist()}
    annotations, assignments, predictions = [], [], {}
    for text in range(texts):
        usual = random.dirichlet([3.0] * 3)
        for place in range(size):
            sentence = f"k{text}:{place}"
            true = str(random.choice(codes, p=usual))
            guess = true if random.random() < 0.6 else str(random.choice(codes))
            there = [code for code in devices if random.random() < 0.12]
            seen = [
                code
                for code in devices
                if random.random() < (0.8 if code in there else attacks if code == "attack" else 0.02)
            ]
            layers: dict[str, Any] = {"function": guess, "rhetoric": seen}
            scores = {"function": 0.8, **{f"rhetoric__{code}": 0.65 for code in seen}}
            predictions[sentence] = ModelAnswers("probe-1", layers, scores)
            for name, habit in habits.items():
                is_shown = text not in without
                assignments.append(Assignment(sentence_id=sentence, annotator=name, suggest=is_shown))
                own = true if random.random() < 0.8 else str(random.choice(codes))
                of_set = [code for code in there if random.random() < 0.85]
                if is_shown and random.random() < HABITS[habit]:
                    own, of_set = guess, seen if habit == "accepts" else sorted({*of_set, *seen})
                number = text * size + place
                annotations.append(
                    Annotation(
                        sentence_id=sentence,
                        commentary_id=f"k{text}",
                        annotator=name,
                        codebook="probe",
                        codebook_version="1.0.0",
                        layers={"function": own, "rhetoric": of_set},
                        suggested=SuggestionSnapshot(model_version="probe-1", layers=layers)
                        if is_shown
                        else None,
                        lead_time=float(random.lognormal(1.5 if is_shown else 2.0, 0.3)),
                        created_at=f"2026-01-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z",
                    )
                )
    return Study(annotations, assignments, predictions)


def audited(study: Study, book: Codebook, **more: Any) -> AuditReport:
    return audit(
        study.annotations, book, assignments=study.assignments, predictions=study.predictions, **more
    )


def shipped(path: str) -> Codebook:
    return load_codebook(Path(__file__).parents[3] / "schemas" / "codebooks" / path)
