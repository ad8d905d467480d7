"""Suggestions from a file of predictions in place of a model: a language model's, or another's."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from annotate.study.auditing import model_answers
from annotate.study.predictions_file import PredictionRow
from annotate.sync.suggestions import TaskSuggestion, keep_shared
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.jsonl import read_jsonl
from schemas.kinds import KINDS
from schemas.studio_json import to_result


class Predicted(NamedTuple):
    """A file's model version, what it suggests by sentence, and the layers of which it suggests nothing.

    A sentence whose answers are all unsure has None.
    """

    path: Path
    version: str
    suggestions: dict[str, TaskSuggestion | None]
    unshared: list[str]


class _Marked(PredictionRow, frozen=True, kw_only=True):
    calibrated: list[str] | None = None  # only rows of a language model say it


def read_predicted(path: Path, codebook: Codebook) -> Predicted:
    """What of a file may be suggested: answers above their threshold.

    Raises
    ------
    DataError
        It has no rows, rows of several models or of another codebook, codes the codebook does not have, or
        scores that were never held against coded sentences.
    """
    version = ""
    calibrated: set[str] = set()
    named: set[str] = set()
    for n, row in enumerate(read_jsonl(path, _Marked), 1):
        if row.codebook != codebook.codebook:
            words = f"is of the codebook {row.codebook} {row.codebook_version}, expected {codebook.codebook}"
            raise DataError(words, path=path, line=n)
        version = version or row.model_version
        if row.model_version != version:
            words = f"has rows of {version} and of {row.model_version}, expected those of one model"
            raise DataError(words, path=path, line=n)
        named |= row.layers.keys()
        calibrated |= row.layers.keys() if row.calibrated is None else set(row.calibrated)
    if not version:
        raise DataError("holds no predictions", path=path)
    if not calibrated:
        raise DataError(
            "its scores were never held against coded sentences, so that no answer counts as sure and "
            "nothing is suggested; code some 50 sentences, run `adjudicate` and then `zeroshot` again, with "
            "--samples 5 where the endpoint gives no token probabilities",
            path=path,
        )
    return Predicted(path, version, _suggestions(path, codebook), sorted(named - calibrated))


def _suggestions(path: Path, codebook: Codebook) -> dict[str, TaskSuggestion | None]:
    results: dict[bytes, msgspec.Raw] = {}
    found: dict[str, TaskSuggestion | None] = {}
    for sentence_id, answers in model_answers(path, codebook).items():
        layers = {name: value for name, value in answers.layers.items() if value not in ({}, [])}
        for name, value in layers.items():
            layer = codebook.layer(name)
            strange = layer and KINDS[layer.kind].strange(layer, value, codebook.target_ids)
            if strange:
                words = f"sentence {sentence_id}: the codebook has no {strange[0]} in {name}"
                raise DataError(words, path=path)
        layers = keep_shared(layers, (), codebook)  # "no target" only where every target was answered
        result = to_result(layers, codebook)
        scores = [score for name, score in answers.scores.items() if name.partition("__")[0] in layers]
        encoded = msgspec.json.encode(result)
        found[sentence_id] = (
            TaskSuggestion(
                result=results.setdefault(encoded, msgspec.Raw(encoded)),
                score=round(min(scores, default=0.0), 6),
            )
            if result
            else None
        )
    return found
