"""What an audit needs of a study, or of files: annotations, who was to see suggestions, what a model says."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from annotate.study.folder import Study
from annotate.study.predictions_file import PredictionRow
from exports.audit.audit import ModelAnswers
from exports.audit.plan import AuditPlan, plan_audit
from schemas.codebook import Codebook
from schemas.jsonl import read_jsonl
from schemas.kinds import KINDS
from schemas.records import Annotation, Assignment, Layers, Sentence


def model_answers(path: Path, codebook: Codebook) -> dict[str, ModelAnswers]:
    """Sentence id → what the model of a file of predictions would suggest: answers above their threshold."""
    return {row.sentence_id: _answers(row, codebook) for row in read_jsonl(path, PredictionRow)}


#: What is said where suggestions are about to be shown everywhere: afterwards it is too late.
NO_CONTROL = (
    "every commentary may get suggestions, so what they change in the codings cannot be told; some are drawn "
    "to get none with no_suggestion_share: 0.2 in study.yaml, of what is pushed from then on (docs/audit.md)"
)


def lacks_control(study: Study) -> bool:
    """Whether all that was given out may get suggestions, the pilot aside."""
    drawn = [a for a in assignments_of(study) if a.phase != "pilot"]
    return bool(drawn) and all(a.suggest for a in drawn)


def plan_of_study(study: Study, codebook: Codebook) -> AuditPlan:
    """The plan for the study's assignments."""
    sentences = read_jsonl(study.needs(study.sentences, "split"), Sentence)
    commentary_of = {s.sentence_id: s.commentary_id for s in sentences}
    drawn = [a for a in assignments_of(study) if a.sentence_id in commentary_of]
    coded = read_jsonl(study.annotations, Annotation) if study.annotations.exists() else ()
    study.needs(study.assignments, "push")
    return plan_audit(drawn, commentary_of, codebook, coded=list(coded))


def assignments_of(study: Study) -> Iterable[Assignment]:
    return list(read_jsonl(study.assignments, Assignment)) if study.assignments.exists() else []


def _answers(row: PredictionRow, codebook: Codebook) -> ModelAnswers:
    layers: Layers = {}
    scores: dict[str, float] = {}
    for name, answer in row.layers.items():
        layer = codebook.layer(name)
        if layer is None:
            continue
        kind = KINDS[layer.kind]
        if kind.by_target:
            layers[name] = {target: part["code"] for target, part in answer.items() if _is_sure(part)}
            scores |= {f"{name}__{target}": part["score"] for target, part in answer.items()}
        elif kind.several:
            withheld = answer.get("abstained", [])
            layers[name] = [code for code in answer["codes"] if code not in withheld]
            scores |= {f"{name}__{code}": score for code, score in answer["scores"].items()}
        elif _is_sure(answer):
            layers[name] = answer["code"]
            scores[name] = answer["score"]
    return ModelAnswers(row.model_version, layers, scores)


def _is_sure(answer: dict[str, Any]) -> bool:
    return not answer["abstained"]
