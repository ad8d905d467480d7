"""The model card: what a model is for, what it rests on, and what it cannot do, in the words of ``card.md``.

Sections follow Mitchell et al. 2019, "Model Cards for Model Reporting"; the head is what the
Hugging Face hub reads (a card is called README.md there).
"""

import textwrap
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import msgspec
import yaml

from schemas.decimals import bounds, decimal
from train.model import LayerState, ModelMeta

_HELD_OUT = {
    "tuning": "the sentences of the training data, each judged while its commentary was held out in tuning. "
    "Regulariser, calibration and thresholds were chosen on the same sentences, so these figures are a "
    "little high; `standpunkt train --evaluate` measures without that",
    "commentary": "cross-validation on the training data: each sentence judged by a model that saw nothing "
    "of its commentary",
    "target": "cross-validation on the training data: each target judged by a model that never saw it",
    "author": "cross-validation on the training data: each author judged by a model that never saw them",
    "date": "the training data in the order of time: what was written later judged by a model of what was "
    "written before",
}


def model_card(meta: ModelMeta) -> str:
    """The text of ``MODEL_CARD.md``: ``card.md``, filled in and brought to lines of 100 characters.

    A line of it that is one name in braces stands for lines that are written here, or none.
    """
    template = resources.files("train.persistence").joinpath("card.md").read_text(encoding="utf-8")
    blocks, facts = _blocks(meta), _facts(meta)
    lines: list[str] = []
    for line in template.splitlines():
        name = line.strip("{}")
        lines += blocks[name] if name in blocks else _say(line.format(**facts)) or [""]
    return "\n".join(lines).rstrip() + "\n"


def _facts(meta: ModelMeta) -> dict[str, Any]:
    """What stands within sentences."""
    known = len(meta.familiarity.authors) if meta.familiarity else 0
    return msgspec.structs.asdict(meta.settings) | {
        "version": meta.model_version,
        "seed": meta.seed,
        "codebook": meta.codebook,
        "codebook_version": meta.codebook_version,
        "language": meta.book.language,
        "versions": ", ".join(f"{name} {version}" for name, version in meta.versions.items()),
        "authors": f"{known} named authors" if known else "authors that the data does not name",
        "abstain_at": 100 * meta.settings.abstain_at,
        "n": meta.n,
        "commentaries": len(meta.commentaries),
        "data_hash": meta.data_hash[:16],
    }


def _blocks(meta: ModelMeta) -> dict[str, list[str]]:
    """Lines that not every card has, or that are not broken."""
    head = yaml.safe_dump(_head(meta), allow_unicode=True, sort_keys=False, width=100)
    untrained = [f"{name} ({state.reason})" for name, state in meta.layers.items() if not state.trained]
    return {
        "head": head.rstrip().splitlines(),
        "created": [f"- Trained on {meta.created}"] if meta.created else [],
        "estimator": _estimator(meta),
        "stacked": _stacked(meta),
        "untrained": ["", f"It says nothing of: {', '.join(untrained)}."] if untrained else [],
        "evaluation": _evaluation(meta),
        "layers": [line for name, state in meta.layers.items() for line in _layer(name, state)],
        "figures": list(_analyses(meta)),
    }


def _head(meta: ModelMeta) -> dict[str, Any]:
    head: dict[str, Any] = {
        "language": meta.book.language,
        "library_name": "standpunkt",
        "pipeline_tag": "text-classification",
        "tags": ["scikit-learn", "skops", "stance-detection", "argument-mining"],
    }
    layers = (meta.figures or {}).get("layers", {})
    scores = {name: layer["macro_f1"] for name, layer in layers.items() if layer.get("macro_f1") is not None}
    if not scores:
        return head
    result = {
        "task": {"type": "text-classification"},
        "dataset": {"type": "private", "name": f"{meta.n} sentences coded with {meta.codebook}"},
        "metrics": [
            {"type": "f1", "value": value, "name": f"macro-F1 of {name}"} for name, value in scores.items()
        ],
    }
    return {**head, "metrics": ["f1"], "model-index": [{"name": meta.model_version, "results": [result]}]}


def _estimator(meta: ModelMeta) -> list[str]:
    if not meta.estimator:
        return []
    reads = "the texts" if meta.estimator.reads_texts else "the same features"
    return _say(
        f"- In their place, for all layers but those with targets, the scikit-learn estimator "
        f"`{meta.settings.estimator}` on {reads}; its types are in model.json, and whoever did not train "
        "the model confirms them with `standpunkt model trust`"
    )


def _stacked(meta: ModelMeta) -> list[str]:
    if not meta.stacked:
        return []
    return _say(
        f"- Beside them, for {', '.join(meta.stacked.layers) or 'no layer'}, the predictions of "
        f"`{meta.stacked.predictions}`, weighed by a small regression on held-out commentaries; "
        f"figures below are of the model without them (`{meta.stacked.without}`)"
    )


def _evaluation(meta: ModelMeta) -> list[str]:
    if not meta.figures:
        return ["None: this model was never evaluated. `standpunkt evaluate` measures it."]
    held_out = meta.figures.get("held_out") or {}
    how = _HELD_OUT.get(held_out.get("by", ""), "sentences it was not trained on")
    return _say(
        f"{meta.figures.get('n', meta.n)} sentences: {how}. Commentaries that share near-duplicate "
        "sentences were held out together, unless they are more than half of all."
    )


def _layer(name: str, state: LayerState) -> Iterator[str]:
    counts = ", ".join(f"{code} {n}" for code, n in state.codes.items())
    why = f" ({state.reason})" if state.reason else ""
    yield f"- **{name}**, {state.n} sentences coded{why}: {counts or 'none'}"
    if state.not_learned:
        yield from _say(f"  - not learned, so never given: {', '.join(state.not_learned)}")
    for target, target_state in state.targets.items():
        yield f"  - `{target}`: asked {target_state.asked} times, touched {target_state.touched}"


def _analyses(meta: ModelMeta) -> Iterator[str]:
    layers: Mapping[str, Any] = (meta.figures or {}).get("layers", {})
    if not layers:
        yield "None."
        return
    head = [
        "layer",
        "macro-F1",
        "95 %",
        "common",
        "twin",
        "accuracy",
        "calibration error",
        "coverage",
        "macro-F1 there",
    ]
    yield from (f"| {' | '.join(head)} |", "|---" * len(head) + "|")
    for name, figures in layers.items():
        at = figures.get("at_abstention", {})
        cells = [
            decimal(figures.get("macro_f1")),
            bounds(figures.get("interval")),
            decimal(figures.get("baseline_macro_f1")),
            decimal((figures.get("baselines") or {}).get("twin")),
            *(decimal(figures.get(key)) for key in ("accuracy", "calibration_error")),
            *(decimal(at.get(key)) for key in ("coverage", "macro_f1")),
        ]
        yield f"| {name} | {' | '.join(cells)} |"
    for name, figures in layers.items():
        yield from _codes(name, figures)


def _codes(name: str, figures: Mapping[str, Any]) -> Iterator[str]:
    if figures.get("codes"):
        yield from ("", f"### {name}", "")
        yield from ("| code | precision | recall | F1 | 95 % | sentences |", "|---|---|---|---|---|---|")
    for code, code_figures in figures.get("codes", {}).items():
        cells = [decimal(code_figures.get(key)) for key in ("precision", "recall", "f1")]
        cells += [bounds(code_figures.get("interval")), str(code_figures.get("support", "–"))]
        yield f"| {code} | {' | '.join(cells)} |"
    steps = {step: part for step in ("touched", "direction") if (part := figures.get(step))}
    if steps:
        said = [f"{step} {decimal(part.get('macro_f1'))} ({part.get('n')})" for step, part in steps.items()]
        yield from ("", f"The two steps apart, macro-F1 and number: {', '.join(said)}.")
    if figures.get("targets"):
        yield from ("", "| target | macro-F1 | asked | touched | |", "|---|---|---|---|---|")
    for target, target_figures in figures.get("targets", {}).items():
        cells = [
            decimal(target_figures.get("macro_f1")),
            *(str(target_figures.get(key)) for key in ("n", "touched")),
        ]
        yield f"| {target} | {' | '.join(cells)} | {target_figures.get('reason') or ''} |"


def _say(words: str) -> list[str]:
    """A paragraph or an item of a list, in lines."""
    marks = len(words) - len(words.lstrip(" -"))
    return textwrap.wrap(words, 100, subsequent_indent=" " * marks)
